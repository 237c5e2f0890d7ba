/// Something that keeps a digest from being verified.
package enum DigestFault: Hashable, Sendable {
    case unreadable(ObjectReadError)
    case overLimit(String)
    case malformed(String)
    /// It is signed, and its own path contradicts what it says of itself.
    case relocated
    /// Another algorithm than SHA256withRSA.
    case algorithmUnsupported(String)
    /// No candidate verifies, and one was its own or a verified successor's.
    case signatureInvalid([SignatureSource])
    /// The verified record with this number saw another file here.
    case linkMismatch(successor: Int, LinkPart)
    case keyUnknown
    /// No usable signature; the sources whose candidates failed.
    case unsigned(rejected: [SignatureSource])
    /// It is signed, and lies at another offset than the rest of its root.
    case elsewhere

    /// What of a link disagrees.
    package enum LinkPart: String, Hashable, Sendable {
        case bucket, hash, signature
    }
}

/// What is known of a digest once it was compared with its signature, its place and its successors.
package struct DigestVerdict: Sendable {
    /// All that is wrong, the primary one first.
    package let faults: [DigestFault]
    /// The number of a verified successor whose hash is this file's; −1 for none.
    private let linkingRecord: Int32

    /// A verified successor whose hash is this file's.
    package var linkedBy: Int? { linkingRecord < 0 ? nil : Int(linkingRecord) }

    init(faults: [DigestFault], linkedBy: Int?) {
        self.faults = faults
        linkingRecord = linkedBy.map { Int32(clamping: $0) } ?? -1
    }

    /// Stands for one that was not judged yet, and is as good as none.
    fileprivate static let open = DigestVerdict(faults: [.unsigned(rejected: [])], linkedBy: nil)

    /// Whether it is proven to be as CloudTrail delivered it, so that it may vouch for others (V17).
    package var isVerified: Bool { faults.isEmpty }
}

/// Where a digest file was found.
package struct DigestPlace: Hashable, Sendable {
    /// How the place of a signed digest file agrees with what it says of itself.
    package enum Standing: Int32, Hashable, Sendable {
        /// It agrees; or the file is not signed, and what it says is no matter.
        case inPlace
        /// Its own path contradicts it.
        case relocated
        /// It belongs to a part of the archive that lies elsewhere below the root.
        case elsewhere
    }

    /// The number of the bucket and one more, or 0; then the standing.
    private let bits: Int32
    /// The number of the key that the file's path maps to; of a file elsewhere, of the key that it says it has.
    package let keyNumber: Int32

    /// The number of the bucket, where the layout or the caller names it.
    package var bucket: Int32? { bits < 4 ? nil : bits >> 2 - 1 }
    package var standing: Standing { Standing(rawValue: bits & 3) ?? .relocated }
    package var isRelocated: Bool { standing == .relocated }

    package init(bucket: Int32?, keyNumber: Int32, standing: Standing) {
        bits = (bucket.map { $0 + 1 } ?? 0) << 2 | standing.rawValue
        self.keyNumber = keyNumber
    }
}

/// Turns signatures, places and links into verdicts, from the newest digest to the oldest, because a digest's verdict
/// may depend on its successor's.
package struct DigestJudge {
    let records: DigestRecords
    let places: [DigestPlace]
    let signatures: [SignatureVerdict]
    let keys: DigestKeys
    /// The records that are no digest files.
    let strays: Set<Int>
    /// Of each chain, whether it is one of backfill digests.
    private let isBackfill: [Bool]

    package init(
        records: DigestRecords,
        places: [DigestPlace],
        signatures: [SignatureVerdict],
        keys: DigestKeys,
        strays: Set<Int>
    ) {
        self.records = records
        self.places = places
        self.signatures = signatures
        self.keys = keys
        self.strays = strays
        isBackfill = records.names.chains.map(\.isBackfill)
    }

    /// The verdict on every record, by its number.
    ///
    /// - Parameter check: Called for every record; what it throws ends the judging.
    package func verdicts(check: () throws -> Void = {}) rethrows -> [DigestVerdict] {
        var verdicts = [DigestVerdict](repeating: .open, count: records.count)
        var order = records.indices.map { (end: records[$0].endTime, number: $0) }
        order.sort { ($1.end, $1.number) < ($0.end, $0.number) }
        var crowds = VerifiedCrowds(records: records, keys: keys)
        for (_, number) in order where !strays.contains(number) {
            try check()
            let key = places[number].keyNumber
            let successors =
                crowds.isCrowded(key)
                ? RecordNumbers(crowds.successors(of: key, but: number).filter { names($0, number) })
                : keys.namers[key].kept { isVerifiedSuccessor($0, of: number, verdicts) }
            verdicts[number] = verdict(on: number, verifiedSuccessors: successors)
            if verdicts[number].isVerified { crowds.add(number) }
        }
        return verdicts
    }

    private func isVerifiedSuccessor(_ successor: Int, of number: Int, _ verdicts: [DigestVerdict]) -> Bool {
        successor != number && verdicts[successor].isVerified && names(successor, number)
    }

    /// Whether one of these sources is a successor, or one with its name and content.
    private func holds(_ sources: [SignatureSource], _ successor: Int) -> Bool {
        sources.contains { source in
            guard case .successor(let number) = source else { return false }
            return number == successor
                || DigestTwins(records[number]).map { $0 == DigestTwins(records[successor]) } ?? false
        }
    }

    /// Whether the bucket in which `successor` names its predecessor can be the one `number` was found in.
    private func names(_ successor: Int, _ number: Int) -> Bool {
        guard let bucket = places[number].bucket, let previous = records[successor].claims?.previous else {
            return true
        }
        return bucket == previous.location.bucket
    }

    /// All that is wrong with a digest file, in the order in which one counts before another (V16).
    private func verdict(on number: Int, verifiedSuccessors: RecordNumbers) -> DigestVerdict {
        let signature = signatures[number]
        var faults: [DigestFault] = []
        switch records[number].defect {
        case .unreadable(let error): faults.append(.unreadable(error))
        case .overLimit(let limit): faults.append(.overLimit(limit))
        case .malformed(let text, _): faults.append(.malformed(text))
        case nil: break
        }
        if places[number].isRelocated { faults.append(.relocated) }
        if let fault = invalidSignature(signature, verifiedSuccessors) { faults.append(fault) }
        var linkedBy: Int?
        // How backfill digests link is not documented, so theirs is never called a broken chain.
        for successor in verifiedSuccessors where !isBackfill[Int(records[successor].chain)] {
            if let part = mismatch(number, successor) {
                faults.append(.linkMismatch(successor: successor, part))
                break
            }
            linkedBy = linkedBy ?? (records[number].hash == nil ? nil : successor)
        }
        switch signature {
        case .valid:
            if records[number].claims != nil, let problem = records[number].problem {
                faults.append(.malformed(problem))
            }
        case .keyUnknown:
            faults.append(.keyUnknown)
        case .noCandidate:
            faults.append(.unsigned(rejected: []))
        case .failed(let sources):
            if invalidSignature(signature, verifiedSuccessors) == nil { faults.append(.unsigned(rejected: sources)) }
        case .unsupportedAlgorithm, .notApplicable:
            break
        }
        if places[number].standing == .elsewhere { faults.append(.elsewhere) }
        return DigestVerdict(faults: faults, linkedBy: linkedBy)
    }

    /// What is wrong with a signature that is there: it is another algorithm's, or one fails that was kept for this very
    /// file or that a verified successor repeats; `nil` when nothing is, or only unverified successors' fail (V13).
    private func invalidSignature(_ signature: SignatureVerdict, _ verifiedSuccessors: RecordNumbers) -> DigestFault? {
        switch signature {
        case .unsupportedAlgorithm(let name):
            return .algorithmUnsupported(name)
        case .failed(let sources):
            let counts =
                sources.contains { source in
                    if case .successor = source { false } else { true }
                } || verifiedSuccessors.contains { holds(sources, $0) }
            return counts ? .signatureInvalid(sources) : nil
        default:
            return nil
        }
    }

    /// What a verified successor says of this file that is not so (V15).
    private func mismatch(_ number: Int, _ successor: Int) -> DigestFault.LinkPart? {
        guard let previous = records[successor].claims?.previous, let hash = records[number].hash else { return nil }
        if previous.hash != hash { return .hash }
        if let claims = records[number].claims, claims.location.bucket != previous.location.bucket { return .bucket }
        if case .valid(_, let differing) = signatures[number], holds(differing, successor) {
            return .signature
        }
        return nil
    }
}

/// The verified digests that name a predecessor which very many name: of those with the same name and content two, the
/// second for when the first is asked of itself.
private struct VerifiedCrowds {
    private let records: DigestRecords
    private let keys: DigestKeys
    private var crowds: [Int32: [DigestTwins: [Int]]] = [:]

    init(records: DigestRecords, keys: DigestKeys) {
        self.records = records
        self.keys = keys
    }

    func isCrowded(_ key: Int32) -> Bool { keys.namers[key].count > SignatureTrial.maximumCandidates }

    /// The verified digests that name a key, in their order, without this one and without copies.
    func successors(of key: Int32, but number: Int) -> [Int] {
        (crowds[key] ?? [:]).values.compactMap { $0.first { $0 != number } }.sorted()
    }

    mutating func add(_ number: Int) {
        guard let key = keys.previous(number), isCrowded(key), let twins = DigestTwins(records[number]) else { return }
        var known = crowds[key]?[twins] ?? []
        known.append(number)
        known.sort()
        crowds[key, default: [:]][twins] = Array(known.prefix(2))
    }
}
