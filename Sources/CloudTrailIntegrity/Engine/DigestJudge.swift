internal import CloudTrailRules

/// Turns signatures, places and links into verdicts, from the newest digest to the oldest, because a digest's verdict
/// may depend on its successor's.
package struct DigestJudge {
    let records: DigestRecords
    let places: [DigestPlace]
    let signatures: [SignatureOutcome]
    let keys: SuccessorIndex
    /// The records that are not digest files.
    let strays: Set<Int>
    /// Of each chain, whether it is one of backfill digests.
    private let isBackfill: [Bool]

    package init(
        records: DigestRecords,
        places: [DigestPlace],
        signatures: [SignatureOutcome],
        keys: SuccessorIndex,
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
    package func verdicts(check: () throws -> Void = {}) rethrows -> [DigestJudgement] {
        var verdicts = [DigestJudgement](repeating: .open, count: records.count)
        var order = records.indices.map { (end: records[$0].endTime, number: $0) }
        order.sort { ($1.end, $1.number) < ($0.end, $0.number) }
        var crowds = VerifiedCrowds(records: records, keys: keys)
        for (_, number) in order where !strays.contains(number) {
            try check()
            let key = places[number].keyNumber
            let successors =
                crowds.isCrowded(key)
                ? RecordNumbers(crowds.successors(of: key, but: number).filter { names($0, number) })
                : keys.successorsByKey[key].kept { isVerifiedSuccessor($0, of: number, verdicts) }
            verdicts[number] = judgement(on: number, verifiedSuccessors: successors)
            if verdicts[number].isVerified { crowds.add(number) }
        }
        return verdicts
    }

    private func isVerifiedSuccessor(_ successor: Int, of number: Int, _ verdicts: [DigestJudgement]) -> Bool {
        successor != number && verdicts[successor].isVerified && names(successor, number)
    }

    /// Whether one of these sources is a successor, or one with its name and content.
    private func holds(_ sources: [SignatureSource], _ successor: Int) -> Bool {
        sources.contains { source in
            guard case .successor(let digest) = source else { return false }
            let number = digest.number
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

    private func judgement(on number: Int, verifiedSuccessors: RecordNumbers) -> DigestJudgement {
        let record = records[number]
        let claims = record.claims
        let refused: [SignatureSource] =
            switch signatures[number] {
            case .failed(let sources), .valid(_, let sources): sources
            case .unsupportedAlgorithm, .keyUnknown, .noCandidate, .notApplicable: []
            }
        let facts = DigestFacts(
            defect: record.defect,
            problem: claims == nil ? nil : record.problem,
            hash: record.hash,
            bucket: claims.map { BucketID($0.location.bucket) },
            place: places[number].standing,
            signature: signatures[number]
        )
        return DigestRules.judge(
            facts,
            successors: verifiedSuccessors.map { successor in
                VerifiedSuccessor(
                    DigestID(successor),
                    isBackfill[Int(records[successor].chain)] ? .backfill : .regular,
                    names: records[successor].claims?.previous.map { previous in
                        NamedPredecessor(bucket: BucketID(previous.location.bucket), hash: previous.hash)
                    },
                    repeated: !refused.isEmpty && holds(refused, successor) ? .failed : .other
                )
            }
        )
    }
}

/// The verified digests that name a predecessor which very many name: of those with the same name and content two, the
/// second for when the first is asked of itself.
private struct VerifiedCrowds {
    private let records: DigestRecords
    private let keys: SuccessorIndex
    private var crowds: [Int32: [DigestTwins: [Int]]] = [:]

    init(records: DigestRecords, keys: SuccessorIndex) {
        self.records = records
        self.keys = keys
    }

    func isCrowded(_ key: Int32) -> Bool { keys.successorsByKey[key].count > SignatureRules.mostCandidates }

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
