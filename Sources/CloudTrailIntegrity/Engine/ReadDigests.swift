internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Consecutive digest files, by their numbers.
struct ReadDigests: Sendable {
    private(set) var records: DigestRecords
    private(set) var signatures = ChunkedArray<DigestSignatures>()

    init(_ names: SharedNames) {
        records = DigestRecords(names)
    }

    mutating func append(_ record: consuming DigestRecord, _ signatures: consuming DigestSignatures) {
        records.append(record)
        self.signatures.append(signatures)
    }

    mutating func append(_ others: ReadDigests) {
        records.append(contentsOf: others.records)
        signatures.append(contentsOf: others.signatures)
    }

    /// Adds what was found beside the digest file with this number.
    mutating func add(_ sidecar: Result<SignatureMetadata, SidecarFault>, to number: Int) {
        signatures[number].add(sidecar)
        signatures[number].trial = nil
    }

    /// Puts what was read of the digest file with this number in the place of what earlier runs knew of it.
    mutating func replace(_ number: Int, by record: DigestRecord, _ signatures: DigestSignatures) {
        records[number] = record
        self.signatures[number] = signatures
    }

    /// The same in another order.
    ///
    /// - Parameter order: The position of each of those that come out.
    func reordered(_ order: [Int]) -> ReadDigests {
        var positions = [Int](repeating: 0, count: order.count)
        for (new, old) in order.enumerated() { positions[old] = new }
        var reordered = ReadDigests(records.names)
        for old in order { reordered.append(records[old], signatures[old].renumbered { positions[$0] }) }
        return reordered
    }

    /// The same as records with greater numbers.
    func moved(by offset: Int) -> ReadDigests {
        if offset == 0 { return self }
        var moved = self
        for index in signatures.indices { moved.signatures[index] = signatures[index].renumbered { $0 + offset } }
        return moved
    }

    /// Verifies each digest with its neighbour's `previousDigestSignature`, then compacts the lists.
    ///
    /// - Parameter start: The number of the first.
    mutating func settle(_ verifier: inout SignatureVerifier, from start: Int) throws {
        for number in records.indices.dropLast() {
            try verifier.verifyWithNeighbour(start + number, of: records, &signatures, from: start)
        }
        records.shareListMemory()
    }
}

/// Puts batches of digest files into their order, as they come.
struct CollectedDigests: Sendable {
    private var digests: ReadDigests
    /// Those that came before others that precede them, by the number of their first.
    private var waiting: [Int: ReadDigests] = [:]

    init(_ names: SharedNames) {
        digests = ReadDigests(names)
    }

    /// Adds digest files, the first of which has the number `start`.
    mutating func add(_ batch: ReadDigests, from start: Int) {
        guard start == digests.records.count else {
            waiting[start] = batch
            return
        }
        digests.append(batch)
        while let next = waiting.removeValue(forKey: digests.records.count) { digests.append(next) }
    }

    /// All of them; none is left.
    mutating func takeAll() -> ReadDigests {
        defer { digests = ReadDigests(digests.records.names) }
        return digests
    }
}
