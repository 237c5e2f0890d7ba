package import CloudTrailFormat
package import CloudTrailRules
package import NativeInterop

/// A digest file of the archive, read once: what was found, before anything is judged. Its number is the index's.
///
/// Texts are numbers in a ``SharedNames``; ``DigestRecords`` has them.
package struct DigestRecord: Sendable {
    /// What it says; ``DigestFile`` has all of it while it is read.
    package struct Claims: Sendable {
        package let startTime: Timestamp
        package let endTime: Timestamp
        package let location: DigestLocation
        /// The digest before it; `nil` for the first of a chain, and when a field of it is broken.
        package let previous: Previous?
        /// The SHA-256 of the string to sign; `nil` when the content could not be read to its end.
        package let message: SHA256Digest?
        /// The number of its key's fingerprint.
        let fingerprint: Int32
        /// Whether it says that no digest came before it.
        package let isStartingDigest: Bool
    }

    /// The digest before another in its chain.
    package struct Previous: Hashable, Sendable {
        package let location: DigestLocation
        /// The SHA-256 of its uncompressed bytes.
        package let hash: SHA256Digest
    }

    /// Rare fields, boxed so that a plain record stays small.
    private final class RareFields: Sendable {
        let defect: DigestFacts.Defect?
        let unsupportedAlgorithm: String?
        let problem: String?
        let metadata: ObjectMetadata?
        let provenAt: Timestamp?
        let stored: StoredContent?

        init(
            defect: DigestFacts.Defect?,
            unsupportedAlgorithm: String?,
            problem: String?,
            metadata: ObjectMetadata?,
            provenAt: Timestamp?,
            stored: StoredContent?
        ) {
            self.defect = defect
            self.unsupportedAlgorithm = unsupportedAlgorithm
            self.problem = problem
            self.metadata = metadata
            self.provenAt = provenAt
            self.stored = stored
        }
    }

    /// What is known of it, in one byte.
    private struct Presence: OptionSet, Sendable {
        let rawValue: UInt8

        static let claims = Presence(rawValue: 1)
        static let previous = Presence(rawValue: 2)
        static let message = Presence(rawValue: 4)
        static let hash = Presence(rawValue: 8)
        static let startsChain = Presence(rawValue: 16)
    }

    // An archive has hundreds of thousands of these in memory, so what is not known takes no byte of its own, and the
    // order leaves no holes.
    private let ownHash: SHA256Digest
    private let ownMessage: SHA256Digest
    private let previousHash: SHA256Digest
    private let ownKey: PackedKey
    private let previousKey: PackedKey
    private let startTime: Timestamp
    private let claimedEndTime: Timestamp
    /// The end of its window, as its name has it.
    package let endTime: Timestamp
    /// The size of the uncompressed content that was read, in bytes.
    package let contentBytes: UInt64
    private let rare: RareFields?
    private let ownBucket: Int32
    private let previousBucket: Int32
    private let fingerprint: Int32
    /// The number of the chain that its name tells.
    package let chain: Int32
    /// The log files that it lists.
    package fileprivate(set) var logs: ListedLogs
    private let presence: Presence

    /// It may be there beside a defect of the container.
    // Inlined so that unused fields are not materialised.
    @inline(__always) package var claims: Claims? {
        guard presence.contains(.claims) else { return nil }
        let location = DigestLocation(bucket: previousBucket, key: previousKey)
        return Claims(
            startTime: startTime,
            endTime: claimedEndTime,
            location: DigestLocation(bucket: ownBucket, key: ownKey),
            previous: presence.contains(.previous) ? Previous(location: location, hash: previousHash) : nil,
            message: presence.contains(.message) ? ownMessage : nil,
            fingerprint: fingerprint,
            isStartingDigest: presence.contains(.startsChain)
        )
    }

    /// The SHA-256 of the uncompressed bytes; `nil` when they could not be read to their end.
    package var hash: SHA256Digest? { presence.contains(.hash) ? ownHash : nil }

    package var defect: DigestFacts.Defect? { rare?.defect }
    /// The signature algorithm that it names, where that is another than CloudTrail's.
    package var unsupportedAlgorithm: String? { rare?.unsupportedAlgorithm }
    /// The first broken field that the signature does not depend on.
    package var problem: String? { rare?.problem }
    /// The file as it was when it was read, where that is to be remembered.
    package var metadata: ObjectMetadata? { rare?.metadata }
    /// When it was proven, for a file that was not read in this run; its list is not known then.
    package var provenAt: Timestamp? { rare?.provenAt }
    /// The file as it is stored, where that was asked for.
    package var stored: StoredContent? { rare?.stored }

    private init(
        _ name: PackedKey,
        claims: Claims?,
        hash: SHA256Digest?,
        contentBytes: UInt64,
        logs: ListedLogs,
        rare: RareFields?
    ) {
        var presence: Presence = []
        if claims != nil { presence.insert(.claims) }
        if claims?.previous != nil { presence.insert(.previous) }
        if claims?.message != nil { presence.insert(.message) }
        if hash != nil { presence.insert(.hash) }
        if claims?.isStartingDigest == true { presence.insert(.startsChain) }
        self.presence = presence
        let location = claims?.location ?? DigestLocation(bucket: -1, key: name)
        ownHash = hash ?? .zero
        ownMessage = claims?.message ?? .zero
        previousHash = claims?.previous?.hash ?? .zero
        ownKey = location.key
        previousKey = claims?.previous?.location.key ?? location.key
        startTime = claims?.startTime ?? name.endTime
        claimedEndTime = claims?.endTime ?? name.endTime
        endTime = name.endTime
        self.contentBytes = contentBytes
        self.rare = rare
        ownBucket = location.bucket
        previousBucket = claims?.previous?.location.bucket ?? -1
        fingerprint = claims?.fingerprint ?? -1
        chain = name.chain
        self.logs = logs
    }

    /// A digest file that could not be read or parsed.
    package init(
        _ name: PackedKey,
        defect: DigestFacts.Defect?,
        hash: SHA256Digest? = nil,
        contentBytes: UInt64 = 0,
        metadata: ObjectMetadata? = nil,
        stored: StoredContent? = nil
    ) {
        self.init(
            name,
            claims: nil,
            hash: hash,
            contentBytes: contentBytes,
            logs: .none,
            rare: RareFields(
                defect: defect,
                unsupportedAlgorithm: nil,
                problem: nil,
                metadata: metadata,
                provenAt: nil,
                stored: stored
            )
        )
    }

    /// A digest file that was proven before and is not read.
    init(
        _ name: PackedKey,
        claims: Claims,
        provenHash hash: SHA256Digest,
        at time: Timestamp,
        metadata: ObjectMetadata?
    ) {
        self.init(
            name,
            claims: claims,
            hash: hash,
            contentBytes: 0,
            logs: .none,
            rare: RareFields(
                defect: nil,
                unsupportedAlgorithm: nil,
                problem: nil,
                metadata: metadata,
                provenAt: time,
                stored: nil
            )
        )
    }

    /// A digest file that was read.
    ///
    /// - Parameters:
    ///   - name: Its path, of which the name tells its chain and its time.
    ///   - file: What it says.
    ///   - message: The SHA-256 of its string to sign; `nil` when the content could not be read to its end.
    ///   - logs: The log files that it lists.
    ///   - reader: Gives texts their numbers.
    package init(
        _ name: PackedKey,
        file: DigestFile,
        message: SHA256Digest? = nil,
        logs: ListedLogs = .none,
        defect: DigestFacts.Defect?,
        hash: SHA256Digest?,
        contentBytes: UInt64,
        metadata: ObjectMetadata? = nil,
        stored: StoredContent? = nil,
        reader: inout PackedKeyEncoder
    ) {
        let algorithm = file.signatureAlgorithm == DigestFile.signatureAlgorithm ? nil : file.signatureAlgorithm
        let problem = file.problem
        let isPlain = defect == nil && algorithm == nil && problem == nil && metadata == nil && stored == nil
        self.init(
            name,
            claims: Claims(file, message: message, reader: &reader),
            hash: hash,
            contentBytes: contentBytes,
            logs: logs,
            rare: isPlain
                ? nil
                : RareFields(
                    defect: defect,
                    unsupportedAlgorithm: algorithm,
                    problem: problem,
                    metadata: metadata,
                    provenAt: nil,
                    stored: stored
                )
        )
    }
}

extension DigestRecord.Claims {
    fileprivate init(_ file: DigestFile, message: SHA256Digest?, reader: inout PackedKeyEncoder) {
        self.init(
            startTime: file.startTime,
            endTime: file.endTime,
            location: reader.location(file.location),
            previous: file.previous.map { DigestRecord.Previous($0, reader: &reader) },
            message: message,
            fingerprint: reader.number(of: file.fingerprint),
            isStartingDigest: file.isStartingDigest
        )
    }
}

extension DigestRecord.Previous {
    init(_ previous: DigestFile.Previous, reader: inout PackedKeyEncoder) {
        location = reader.location(previous.location)
        hash = previous.hash
    }
}

/// The digest files of an archive, by their numbers.
package struct DigestRecords: RandomAccessCollection, Sendable {
    /// The texts behind the records' numbers.
    package let names: SharedNames
    private var records = ChunkedArray<DigestRecord>()

    package init(_ names: SharedNames) {
        self.names = names
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { records.count }

    package subscript(number: Int) -> DigestRecord {
        _read { yield records[number] }
        _modify { yield &records[number] }
    }

    package mutating func append(_ record: consuming DigestRecord) {
        records.append(record)
    }

    package mutating func append(contentsOf others: DigestRecords) {
        records.append(contentsOf: others.records)
    }

    /// Puts the lists into one piece of memory.
    package mutating func shareListMemory() {
        var all: [PackedNames] = []
        for number in records.indices { records[number].logs.forEachNames { all.append($0) } }
        var shared = PackedNames.sharingMemory(all)[...]
        for number in records.indices {
            records[number].logs.forEachNames { names in names = shared.popFirst() ?? names }
        }
    }

    // MARK: Texts

    /// The chain that a record's name tells.
    package func chain(of number: Int) -> ChainIdentity {
        names.chain(records[number].chain)
    }

    /// Where a record says that it was put.
    package func location(of number: Int) -> ObjectLocation? {
        records[number].claims.map { names.objectLocation($0.location) }
    }

    /// The digest that a record says came before it.
    package func previous(of number: Int) -> DigestFile.Previous? {
        guard let previous = records[number].claims?.previous else { return nil }
        return DigestFile.Previous(location: names.objectLocation(previous.location), hash: previous.hash)
    }

    /// The fingerprint of the key that a record names.
    package func fingerprint(of number: Int) -> String? {
        records[number].claims.map { names.text($0.fingerprint) }
    }
}

/// The signatures that came with a digest file.
package struct DigestSignatures: Sendable {
    /// Rare fields, boxed so that plain signatures stay small.
    private final class RareFields: Sendable {
        let own: [SignatureCandidate]
        /// What came of a trial, unless the other record's signature verified and no other was there.
        let trial: SignatureOutcome?
        let sidecarFault: SidecarFault?

        init(own: [SignatureCandidate], trial: SignatureOutcome?, _ sidecarFault: SidecarFault?) {
            self.own = own
            self.trial = trial
            self.sidecarFault = sidecarFault
        }
    }

    /// Its `previousDigestSignature` in hex, as written; `nil` for the first of a chain, and once it was verified.
    private var previousText: String?
    /// The record whose signature it was found to be; −1 for none.
    private var previousRecord: Int32 = -1
    /// The record that a trial was made with; −1 for none.
    private var trialRecord: Int32 = -1
    private var rare: RareFields?

    package init() {}

    /// Those that were kept with it.
    package var own: [SignatureCandidate] {
        get { rare?.own ?? [] }
        set { rare = RareFields(own: newValue, trial: rare?.trial, rare?.sidecarFault) }
    }

    /// Why what lies beside it under a sidecar's name gives no signature; `nil` where nothing lies there, or it does.
    package var sidecarFault: SidecarFault? {
        get { rare?.sidecarFault }
        set { rare = RareFields(own: own, trial: rare?.trial, newValue) }
    }

    /// What came of trying its own signatures and the one that another record has for it.
    package struct Trial: Sendable {
        package let outcome: SignatureOutcome
        /// The other record: the outcome is of no use where this is not the digest's only successor.
        package let neighbour: Int

        package init(_ outcome: SignatureOutcome, with neighbour: Int) {
            self.outcome = outcome
            self.neighbour = neighbour
        }

        /// Whether the neighbour's signature verified and no other was there.
        fileprivate var isPlain: Bool { outcome == .valid(.successor(DigestID(neighbour)), differing: []) }
    }

    /// The trial that was made; `nil` without one.
    package var trial: Trial? {
        get {
            if trialRecord < 0 { return nil }
            let neighbour = Int(trialRecord)
            return Trial(rare?.trial ?? .valid(.successor(DigestID(neighbour)), differing: []), with: neighbour)
        }
        set {
            trialRecord = newValue.map { Int32(clamping: $0.neighbour) } ?? -1
            let unusual = newValue.flatMap { $0.isPlain ? nil : $0.outcome }
            if rare != nil || unusual != nil { rare = RareFields(own: own, trial: unusual, sidecarFault) }
        }
    }

    /// Its `previousDigestSignature`; `nil` for the first of a chain.
    ///
    /// - Parameter message: The message of the record with this number.
    package func previous(message: (Int) -> SHA256Digest?) -> SignatureText? {
        if previousRecord >= 0 { return message(Int(previousRecord)).map { .verified($0) } }
        return previousText.map { .written($0) }
    }

    /// Sets the `previousDigestSignature` as it is written.
    package mutating func setPrevious(_ text: String?) {
        previousText = text
    }

    /// Notes that its `previousDigestSignature` is the one of the record with this number, and drops the text.
    package mutating func setPreviousVerified(for record: Int) {
        previousRecord = Int32(clamping: record)
        previousText = nil
    }

    /// The same, where the records have other numbers.
    package func renumbered(_ number: (Int) -> Int) -> DigestSignatures {
        func renumbered(_ record: Int32) -> Int32 { record < 0 ? -1 : Int32(clamping: number(Int(record))) }
        var signatures = self
        signatures.previousRecord = renumbered(previousRecord)
        signatures.trialRecord = renumbered(trialRecord)
        if let trial = rare?.trial {
            signatures.rare = RareFields(own: own, trial: trial.renumbered(number), sidecarFault)
        }
        return signatures
    }
}

/// The value of a signature.
package enum SignatureText: Hashable, Sendable {
    /// In hex, as written.
    case written(String)
    /// It was verified for the message with this SHA-256, and its text was dropped: a message has one PKCS#1 v1.5
    /// signature under a key, and a signature is one message's.
    case verified(SHA256Digest)
}

/// A signature that may be a digest's.
package struct SignatureCandidate: Hashable, Sendable {
    package let source: SignatureSource
    package var text: SignatureText
    /// The algorithm that its metadata name; `nil` when they name none.
    package let algorithm: String?
    /// When a backfill digest was made.
    package let backfillGenerationTime: Timestamp?

    package init(_ source: SignatureSource, _ text: SignatureText) {
        self.source = source
        self.text = text
        algorithm = nil
        backfillGenerationTime = nil
    }

    package init(_ source: SignatureSource, _ metadata: SignatureMetadata) {
        self.source = source
        text = .written(metadata.signature)
        algorithm = metadata.algorithm
        backfillGenerationTime = metadata.backfillGenerationTime
    }
}

extension SignatureSource {
    fileprivate func renumbered(_ number: (Int) -> Int) -> SignatureSource {
        if case .successor(let successor) = self { .successor(DigestID(number(successor.number))) } else { self }
    }
}

extension SignatureOutcome {
    fileprivate func renumbered(_ number: (Int) -> Int) -> SignatureOutcome {
        switch self {
        case .valid(let source, let differing):
            .valid(source.renumbered(number), differing: differing.map { $0.renumbered(number) })
        case .failed(let sources): .failed(sources.map { $0.renumbered(number) })
        case .unsupportedAlgorithm, .keyUnknown, .noCandidate, .notApplicable: self
        }
    }
}
