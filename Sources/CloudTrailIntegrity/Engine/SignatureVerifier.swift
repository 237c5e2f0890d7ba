package import CloudTrailFormat
package import CloudTrailRules
internal import NativeInterop

/// Tries signatures; one a thread.
package struct SignatureVerifier {
    private let keys: PublicKeySet
    private let manifest: SignatureManifest
    private let names: SharedNames
    private let verifier = RSAVerifier()
    /// The key that was asked for last, by the number of its fingerprint: nearly all digests name the same few.
    private var lastKey: (fingerprint: Int32, key: PublicKey?)?

    /// - Parameter names: The texts behind the numbers of the records.
    package init(keys: PublicKeySet, manifest: SignatureManifest, names: SharedNames) {
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
        return Array(candidates.prefix(SignatureRules.mostCandidates))
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
        _ keys: SuccessorIndex
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
    package mutating func verifyWithNeighbour(
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
        let outcome = try verdict(
            on: claims,
            unsupportedAlgorithm: records[index].unsupportedAlgorithm,
            &candidates
        )
        signatures[index].trial = DigestSignatures.Trial(outcome, with: number + 1)
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

extension SignatureManifest {
    /// Whether there may be signatures of an object with this name: what is cheap to ask.
    func mayHoldSignature(ofName name: PackedKey) -> Bool {
        name.isDigestFile ? mayHoldSignature(ofDigestEndingAt: name.endTime) : count > 0
    }
}
