package import CloudTrailFormat
package import CloudTrailRules
internal import NativeInterop

/// Which records' signatures may be a record's.
package struct SignatureCandidates: Sendable {
    private let records: DigestRecords
    private var signatures: ChunkedArray<DigestSignatures>
    private let keys: SuccessorIndex
    /// Of each chain, whether it is one of backfill digests.
    private let isBackfill: [Bool]

    package init(records: DigestRecords, signatures: ChunkedArray<DigestSignatures>, keys: SuccessorIndex) {
        isBackfill = records.names.chains.map(\.isBackfill)
        self.records = records
        self.signatures = signatures
        self.keys = keys
    }

    /// The verdict on the record with this number, where a trial with its only successor has settled it.
    package func settled(_ number: Int) -> SignatureOutcome? {
        if records[number].provenAt != nil { return .valid(.state, differing: []) }
        // Which records are neighbours may have changed since the trial, and which of them are successors that count.
        guard let trial = signatures[number].trial, let key = keys.claimed(number),
            keys.successorsByKey.only(key) == trial.neighbour
        else { return nil }
        return trial.outcome
    }

    /// Whether so many digests name the record as their predecessor that it matters which of them are signed.
    package func hasManySuccessors(_ number: Int) -> Bool {
        guard let key = keys.claimed(number) else { return false }
        return keys.successorsByKey[key].count > SignatureRules.mostCandidates
    }

    /// The verdict on the record with this number.
    package func verdict(on number: Int, _ verifier: inout SignatureVerifier) throws -> SignatureOutcome {
        var candidates = candidates(for: number, verifier)
        return try verifier.verdict(on: records[number], &candidates)
    }

    /// The verdicts on records that very many digests name as their predecessor, added to `verdicts`, which has all others.
    ///
    /// - Parameter check: Called for every record; what it throws ends the work.
    package func settle(
        crowded: [Int],
        _ verdicts: inout [SignatureOutcome],
        _ verifier: inout SignatureVerifier,
        check: () throws -> Void
    ) throws {
        // Without a key nothing is tried.
        let tried = crowded.filter { number in
            records[number].unsupportedAlgorithm == nil && records[number].claims?.message != nil
                && verifier.key(of: records[number].claims) != nil
        }
        var named = try successors(of: tried, check)
        for number in records.indices {
            if case .valid = verdicts[number] { note(signed: number, &named) }
        }
        // From the newest back, so that it is known which of their successors are signed.
        for number in crowded.sorted(by: { (records[$1].endTime, $1) < (records[$0].endTime, $0) }) {
            try check()
            var candidates: [SignatureCandidate] = []
            if let location = records[number].claims?.location, let known = named[location] {
                let likely = known.likely[number] ?? []
                candidates = self.candidates(for: number, verifier, likely: likely, signed: known.signed)
            }
            verdicts[number] = try verifier.verdict(on: records[number], &candidates)
            if case .valid = verdicts[number] { note(signed: number, &named) }
        }
    }

    /// The successors of one place.
    private struct Successors {
        /// Of each record that says it is that place, those whose signatures are likeliest its.
        var likely: [Int: [Int]]
        /// Those that are known to be signed, by their name and content: of copies no more than are shown.
        var signed: [DigestTwins: [Int]] = [:]
    }

    /// As many sources as a report names.
    private static let mostTwins = 8

    private func note(signed number: Int, _ named: inout [DigestLocation: Successors]) {
        guard let location = records[number].claims?.previous?.location, named[location] != nil,
            keys.previous(number) != nil, hasPrevious(number), let twins = DigestTwins(records[number])
        else { return }
        var known = named[location]?.signed[twins] ?? []
        known.append(number)
        known.sort()
        named[location]?.signed[twins] = Array(known.prefix(Self.mostTwins))
    }

    /// The likeliest successors of each of these records, by where it says that it was put.
    private func successors(of numbers: [Int], _ check: () throws -> Void) throws -> [DigestLocation: Successors] {
        var questions: [DigestLocation: [NearestSuccessors.Question]] = [:]
        for number in numbers {
            guard let location = records[number].claims?.location else { continue }
            let question = NearestSuccessors.Question(
                record: number,
                chain: records[number].chain,
                end: records[number].endTime.secondsSinceEpoch + ChainClock.hour
            )
            questions[location, default: []].append(question)
        }
        var successors: [DigestLocation: [NearestSuccessors.Successor]] = [:]
        var signatures: [SignatureText: Int] = [:]
        for key in Set(numbers.compactMap { keys.claimed($0) }) {
            for successor in keys.successorsByKey[key] {
                try check()
                guard let location = records[successor].claims?.previous?.location, let text = previousText(successor)
                else { continue }
                let signature = signatures[text] ?? signatures.count
                signatures[text] = signature
                successors[location, default: []].append(
                    NearestSuccessors.Successor(
                        record: successor,
                        chain: records[successor].chain,
                        end: records[successor].endTime.secondsSinceEpoch,
                        signature: signature
                    )
                )
            }
        }
        var found: [DigestLocation: Successors] = [:]
        for (location, questions) in questions {
            let nearest = NearestSuccessors(
                successors[location] ?? [],
                for: questions,
                limit: SignatureRules.mostCandidates
            )
            found[location] = Successors(likely: nearest.answers())
        }
        return found
    }

    private func previousText(_ successor: Int) -> SignatureText? {
        signatures[successor].previous(message: { records[$0].claims?.message })
    }

    private func hasPrevious(_ successor: Int) -> Bool { previousText(successor) != nil }

    /// Drops the texts of `previousDigestSignature` once every verdict is known. After that only ``signingTime(of:_:)`` may
    /// be asked for, which does not depend on them.
    package mutating func dropPreviousTexts() {
        for number in signatures.indices { signatures[number].setPrevious(nil) }
    }

    /// When the digest was signed, as far as it says: a backfill digest is signed later than its window ends.
    package func signingTime(of number: Int, _ verifier: SignatureVerifier) -> Timestamp? {
        guard let claims = records[number].claims else { return nil }
        if !isBackfill[Int(records[number].chain)] { return claims.endTime }
        return verifier.ownCandidates(of: claims, kept: signatures[number].own).compactMap(\.backfillGenerationTime)
            .first
    }

    /// Why what lies beside the record under a sidecar's name gives no signature; `nil` where nothing lies there, or another
    /// does.
    func sidecarFault(of number: Int) -> SidecarFault? {
        signatures[number].own.contains { $0.source == .sidecar } ? nil : signatures[number].sidecarFault
    }

    /// Whether anything is at hand that may be the record's signature.
    package func hasCandidates(_ number: Int, _ verifier: SignatureVerifier) -> Bool {
        guard let claims = records[number].claims, let key = keys.claimed(number) else { return false }
        return !verifier.ownCandidates(of: claims, kept: signatures[number].own).isEmpty
            || keys.successorsByKey[key].contains { successor in
                records[successor].claims?.previous?.location == claims.location && hasPrevious(successor)
            }
    }

    /// The signatures that may be the record's: its own, and then those that its successors repeat, the likeliest first.
    /// Only those of unsigned successors are limited, and equal ones count once: forgeries push no genuine one out (V12).
    ///
    /// - Parameters:
    ///   - likely: Those of its successors that are tried, signed or not; `nil` for all.
    ///   - signed: Those that are known to be signed, which are always tried.
    private func candidates(
        for number: Int,
        _ verifier: SignatureVerifier,
        likely: [Int]? = nil,
        signed: [DigestTwins: [Int]] = [:]
    ) -> [SignatureCandidate] {
        guard let claims = records[number].claims, let key = keys.claimed(number) else { return [] }
        let record = records[number]
        var candidates = verifier.ownCandidates(of: claims, kept: signatures[number].own)
        let isSigned = Set(signed.values.joined())
        var successors =
            likely.map { Array(isSigned.union($0)) }
            ?? keys.successorsByKey[key].filter { records[$0].claims?.previous?.location == claims.location }
        if successors.count > 1 {
            successors = successors.map { (isOther: records[$0].chain != record.chain, number: $0) }
                .sorted { first, second in
                    (first.isOther ? 1 : 0, distance(record, first.number), first.number)
                        < (second.isOther ? 1 : 0, distance(record, second.number), second.number)
                }
                .map(\.number)
        }
        var tried: Set<SignatureText> = []
        for successor in successors {
            guard let text = previousText(successor) else { continue }
            // All of few: which texts are still at hand to be compared depends on the order of the listing.
            if likely != nil {
                guard tried.count < SignatureRules.mostCandidates || isSigned.contains(successor),
                    tried.insert(text).inserted || isSigned.contains(successor)
                else { continue }
            }
            candidates.append(SignatureCandidate(.successor(DigestID(successor)), text))
        }
        return candidates
    }

    /// How far a successor's end is from an hour after the digest's, in seconds.
    private func distance(_ record: DigestRecord, _ successor: Int) -> Int64 {
        abs(records[successor].endTime.seconds(since: record.endTime) - ChainClock.hour)
    }
}
