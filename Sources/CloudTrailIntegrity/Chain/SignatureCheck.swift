package import CloudTrailFormat
package import CloudTrailRules
internal import NativeInterop

/// Tries signatures; one a thread.
package struct SignatureTrial {
    private let keys: PublicKeySet
    private let manifest: SignatureManifest
    private let names: DigestNames
    private let verifier = RSAVerifier()
    /// The key that was asked for last, by the number of its fingerprint: nearly all digests name the same few.
    private var lastKey: (fingerprint: Int32, key: PublicKey?)?

    /// - Parameter names: The texts behind the numbers of the records.
    package init(keys: PublicKeySet, manifest: SignatureManifest, names: DigestNames) {
        self.keys = keys
        self.manifest = manifest
        self.names = names
    }

    /// The key that a digest file names, if it is at hand.
    mutating func key(of claims: DigestRecord.Claims?) -> PublicKey? {
        claims.flatMap { key($0.fingerprint) }
    }

    /// The key with this fingerprint, which alone chooses it; never the time (V14).
    private mutating func key(_ fingerprint: Int32) -> PublicKey? {
        if lastKey?.fingerprint != fingerprint {
            lastKey = (fingerprint, keys.key(fingerprint: names.text(fingerprint)))
        }
        return lastKey?.key
    }

    /// The most different signatures that are tried on one digest, of those kept for it and of those of unsigned
    /// successors each. Forged digests may name it by the thousand; a signed successor's is always tried.
    static let maximumCandidates = 32

    /// The signatures that were kept for a record: with it, and in a manifest.
    ///
    /// - Parameters:
    ///   - claims: What the record says.
    ///   - kept: Those that were kept with it.
    package func ownCandidates(
        of claims: DigestRecord.Claims?,
        kept: [SignatureCandidate]
    ) -> [SignatureCandidate] {
        guard let claims else { return [] }
        var candidates = kept
        if manifest.mayHoldSignature(ofName: claims.location.key) {
            let listed = manifest.signatures(for: names.objectLocation(claims.location))
            // Equal ones count once.
            var known: Set<SignatureMetadata> = []
            candidates += listed.filter { known.insert($0).inserted }.map { SignatureCandidate(.manifest, $0) }
        }
        return Array(candidates.prefix(Self.maximumCandidates))
    }

    /// Tries what a manifest has for the key of a file's path, of files that say that they are another object: that is
    /// what was kept for the very file. What it has for the object that such a file only claims to be does not count
    /// against the file.
    ///
    /// - Returns: Whether one verifies, so that the file is signed for another place.
    mutating func retryMisplaced(
        _ verdicts: inout [SignatureOutcome],
        _ records: DigestRecords,
        _ places: [DigestPlace],
        _ keys: DigestKeys
    ) throws -> Bool {
        if manifest.count == 0 { return false }
        var hasSigned = false
        for number in records.indices {
            var failed: [SignatureSource]
            switch verdicts[number] {
            case .noCandidate: failed = []
            case .failed(let sources): failed = sources.filter { $0 != .manifest }
            default: continue
            }
            let place = places[number]
            guard let claimed = records[number].claims?.location, keys.claimed(number) != place.keyNumber else {
                continue
            }
            let key = keys.key(place.keyNumber)
            let location = ObjectLocation(bucket: names.text(place.bucket ?? claimed.bucket), key: names.objectKey(key))
            var kept =
                manifest.mayHoldSignature(ofName: key)
                ? manifest.signatures(keptFor: location).map { SignatureCandidate(.manifest, $0) } : []
            switch try verdict(on: records[number], &kept) {
            case .valid(let source, let differing):
                verdicts[number] = .valid(source, differing: failed + differing)
                hasSigned = true
                continue
            case .failed(let sources): failed += sources
            default: break
            }
            verdicts[number] = failed.isEmpty ? .noCandidate : .failed(failed)
        }
        return hasSigned
    }

    /// Tries the signatures of the record with this number, and the one that the next record has for it, and drops the
    /// texts that verify; nothing when the next one names another as its predecessor.
    ///
    /// - Parameter first: The number of the first of `records`.
    package mutating func settle(
        _ number: Int,
        of records: DigestRecords,
        _ signatures: inout ChunkedArray<DigestSignatures>,
        from first: Int
    ) throws {
        let index = number - first
        guard records[index].provenAt == nil, let claims = records[index].claims,
            records[index + 1].claims?.previous?.location == claims.location,
            let text = signatures[index + 1].previous(message: { _ in nil })
        else { return }
        var candidates = ownCandidates(of: claims, kept: signatures[index].own)
        candidates.append(SignatureCandidate(.successor(DigestID(number + 1)), text))
        signatures[index].trial = try verdict(
            on: claims,
            unsupportedAlgorithm: records[index].unsupportedAlgorithm,
            &candidates
        )
        if case .verified = candidates.removeLast().text { signatures[index + 1].setPreviousVerified(for: number) }
        var own = signatures[index].own
        if own.isEmpty { return }
        for position in own.indices where position < candidates.count { own[position] = candidates[position] }
        signatures[index].own = own
    }

    /// The verdict on a record by what it says of itself; where it was found does not matter here. Candidates that
    /// verify lose their text.
    package mutating func verdict(
        on record: DigestRecord,
        _ candidates: inout [SignatureCandidate]
    ) throws -> SignatureOutcome {
        try verdict(on: record.claims, unsupportedAlgorithm: record.unsupportedAlgorithm, &candidates)
    }

    private mutating func verdict(
        on claims: DigestRecord.Claims?,
        unsupportedAlgorithm: String?,
        _ candidates: inout [SignatureCandidate]
    ) throws -> SignatureOutcome {
        guard let claims, let message = claims.message else { return .notApplicable }
        if let unsupportedAlgorithm { return .unsupportedAlgorithm(unsupportedAlgorithm) }
        guard let key = key(claims.fingerprint) else { return .keyUnknown }
        var tried: [(SignatureSource, SignatureRules.Trial)] = []
        var validBytes: [UInt8]?
        // Successors repeat the same few values; none is tried twice.
        var refused: Set<[UInt8]> = []
        for index in candidates.indices {
            let candidate = candidates[index]
            let text: String
            switch candidate.text {
            case .written(let written):
                text = written
            case .verified(let other):
                // What is one message's signature is not another's.
                tried.append((candidate.source, other == message ? .holds : .fails))
                continue
            }
            let isSupported = candidate.algorithm.map { $0 == DigestFile.signatureAlgorithm } ?? true
            guard isSupported, let bytes = Hex.decode(text), !refused.contains(bytes) else {
                tried.append((candidate.source, .fails))
                continue
            }
            // PKCS#1 v1.5 signatures are deterministic: another value is another signature, and not this key's.
            let holds =
                try validBytes.map { $0 == bytes }
                ?? verifier.verifies(signature: bytes, of: SHA256Words(message), with: key.key)
            tried.append((candidate.source, holds ? .holds : .fails))
            if holds {
                validBytes = bytes
                candidates[index].text = .verified(message)
            } else {
                refused.insert(bytes)
            }
        }
        return SignatureRules.outcome(tried)
    }
}

/// Which records' signatures may be a record's.
package struct SignatureCheck: Sendable {
    private let records: DigestRecords
    private var signatures: ChunkedArray<DigestSignatures>
    private let keys: DigestKeys
    /// Of each chain, whether it is one of backfill digests.
    private let isBackfill: [Bool]

    package init(records: DigestRecords, signatures: ChunkedArray<DigestSignatures>, keys: DigestKeys) {
        isBackfill = records.names.chains.map(\.isBackfill)
        self.records = records
        self.signatures = signatures
        self.keys = keys
    }

    /// The verdict on the record with this number, where a trial with the next record alone has settled it.
    package func settled(_ number: Int) -> SignatureOutcome? {
        if records[number].provenAt != nil { return .valid(.state, differing: []) }
        // The neighbours of a trial may have been put into another order since.
        guard let trial = signatures[number].trial, let key = keys.claimed(number), keys.namers.only(key) == number + 1,
            trial.sources.allSatisfy({ $0.isNot(aSuccessorBut: number + 1) })
        else { return nil }
        return trial
    }

    /// Whether so many digests name the record as their predecessor that it matters which of them are signed.
    package func hasManySuccessors(_ number: Int) -> Bool {
        guard let key = keys.claimed(number) else { return false }
        return keys.namers[key].count > SignatureTrial.maximumCandidates
    }

    /// The verdict on the record with this number.
    package func verdict(on number: Int, _ trial: inout SignatureTrial) throws -> SignatureOutcome {
        var candidates = candidates(for: number, trial)
        return try trial.verdict(on: records[number], &candidates)
    }

    /// The verdicts on records that very many digests name as their predecessor, added to `verdicts`, which has all others.
    ///
    /// - Parameter check: Called for every record; what it throws ends the work.
    package func settle(
        crowded: [Int],
        _ verdicts: inout [SignatureOutcome],
        _ trial: inout SignatureTrial,
        check: () throws -> Void
    ) throws {
        // Without a key nothing is tried.
        let tried = crowded.filter { number in
            records[number].unsupportedAlgorithm == nil && records[number].claims?.message != nil
                && trial.key(of: records[number].claims) != nil
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
                candidates = self.candidates(for: number, trial, likely: likely, signed: known.signed)
            }
            verdicts[number] = try trial.verdict(on: records[number], &candidates)
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
            for successor in keys.namers[key] {
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
                limit: SignatureTrial.maximumCandidates
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
    package func signingTime(of number: Int, _ trial: SignatureTrial) -> Timestamp? {
        guard let claims = records[number].claims else { return nil }
        if !isBackfill[Int(records[number].chain)] { return claims.endTime }
        return trial.ownCandidates(of: claims, kept: signatures[number].own).compactMap(\.backfillGenerationTime).first
    }

    /// Whether anything is at hand that may be the record's signature.
    package func hasCandidates(_ number: Int, _ trial: SignatureTrial) -> Bool {
        guard let claims = records[number].claims, let key = keys.claimed(number) else { return false }
        return !trial.ownCandidates(of: claims, kept: signatures[number].own).isEmpty
            || keys.namers[key].contains { successor in
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
        _ trial: SignatureTrial,
        likely: [Int]? = nil,
        signed: [DigestTwins: [Int]] = [:]
    ) -> [SignatureCandidate] {
        guard let claims = records[number].claims, let key = keys.claimed(number) else { return [] }
        let record = records[number]
        var candidates = trial.ownCandidates(of: claims, kept: signatures[number].own)
        let isSigned = Set(signed.values.joined())
        var successors =
            likely.map { Array(isSigned.union($0)) }
            ?? keys.namers[key].filter { records[$0].claims?.previous?.location == claims.location }
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
                guard tried.count < SignatureTrial.maximumCandidates || isSigned.contains(successor),
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

extension SignatureOutcome {
    /// Where the signatures that were tried come from.
    fileprivate var sources: [SignatureSource] {
        switch self {
        case .valid(let source, let differing): [source] + differing
        case .failed(let sources): sources
        case .unsupportedAlgorithm, .keyUnknown, .noCandidate, .notApplicable: []
        }
    }
}

extension SignatureSource {
    fileprivate func isNot(aSuccessorBut number: Int) -> Bool {
        if case .successor(let successor) = self { successor.number == number } else { true }
    }
}

extension SignatureManifest {
    /// Whether there may be signatures of an object with this name: what is cheap to ask.
    func mayHoldSignature(ofName name: DigestKey) -> Bool {
        name.isDigestFile ? mayHoldSignature(ofDigestEndingAt: name.endTime) : count > 0
    }
}
