internal import NativeInterop

/// Tries every signature that may be a digest's. A signature proves itself wherever it was found.
package struct SignatureCheck: Sendable {
    private let keys: PublicKeySet
    private let manifest: SignatureManifest
    /// By the location that a digest names as its predecessor's: the records that name it.
    private let successors: [ObjectLocation: [Int]]
    private let records: [DigestRecord]

    package init(keys: PublicKeySet, manifest: SignatureManifest, records: [DigestRecord]) {
        self.keys = keys
        self.manifest = manifest
        self.records = records
        var successors: [ObjectLocation: [Int]] = [:]
        for (number, record) in records.enumerated() {
            guard let previous = record.file?.previous else { continue }
            successors[previous.location, default: []].append(number)
        }
        self.successors = successors
    }

    /// The verdict on the record with this number, by what it says of itself; where it was found does not matter here.
    package func verdict(on number: Int) throws -> SignatureVerdict {
        let record = records[number]
        guard let file = record.file, let hash = record.hash else { return .notApplicable }
        if let algorithm = file.signatureAlgorithm, algorithm != DigestFile.signatureAlgorithm {
            return .unsupportedAlgorithm(algorithm)
        }
        guard let key = keys.key(fingerprint: file.fingerprint) else { return .keyUnknown }
        let candidates = candidates(for: record, file)
        if candidates.isEmpty { return .noCandidate }
        let message = try SHA256Digest.of(file.stringToSign(hash: hash))
        var valid: (source: SignatureSource, bytes: [UInt8])?
        var failed: [SignatureSource] = []
        // Successors repeat the same few values; none is tried twice.
        var refused: Set<[UInt8]> = []
        for candidate in candidates {
            let supported = candidate.metadata.algorithm.map { $0 == DigestFile.signatureAlgorithm } ?? true
            guard supported, let bytes = Hex.decode(candidate.metadata.signature), !refused.contains(bytes) else {
                failed.append(candidate.source)
                continue
            }
            if let valid {
                // PKCS#1 v1.5 signatures are deterministic: another value is another signature, and not this key's.
                if valid.bytes != bytes { failed.append(candidate.source) }
            } else if try key.key.verifies(signature: bytes, of: message) {
                valid = (candidate.source, bytes)
            } else {
                refused.insert(bytes)
                failed.append(candidate.source)
            }
        }
        if let valid { return .valid(valid.source, differing: failed) }
        return .failed(failed)
    }

    /// When the digest was signed, as far as it says: a backfill digest is signed later than its window ends.
    package func signingTime(of number: Int) -> Timestamp? {
        let record = records[number]
        guard let file = record.file else { return nil }
        if !record.name.chain.isBackfill { return file.endTime }
        return candidates(for: record, file).compactMap(\.metadata.backfillGenerationTime).first
    }

    /// The most signatures that are tried on one digest, of those kept for it and of those of successors each. Forged
    /// digests may name it by the thousand; its true successor is among the first, because those of its own chain and
    /// nearest to it in time are.
    private static let maximumCandidates = 32

    private func candidates(for record: DigestRecord, _ file: DigestFile) -> [SignatureCandidate] {
        let listed = manifest.signatures(for: file.location).map {
            SignatureCandidate(source: .manifest, metadata: $0)
        }
        var candidates = Array((record.ownSignatures + listed).prefix(Self.maximumCandidates))
        var successors = successors[file.location] ?? []
        if successors.count > 1 {
            successors = successors.map { (isOther: records[$0].name.chain != record.name.chain, number: $0) }
                .sorted { first, second in
                    (first.isOther ? 1 : 0, distance(record, first.number), first.number)
                        < (second.isOther ? 1 : 0, distance(record, second.number), second.number)
                }
                .map(\.number)
        }
        for successor in successors.prefix(Self.maximumCandidates) {
            guard let signature = records[successor].file?.previousSignature else { continue }
            candidates.append(
                SignatureCandidate(
                    source: .successor(successor),
                    metadata: SignatureMetadata(signature: signature, algorithm: nil, backfillGenerationTime: nil)
                )
            )
        }
        return candidates
    }

    /// How far a successor's end is from an hour after the digest's, in seconds.
    private func distance(_ record: DigestRecord, _ successor: Int) -> Int64 {
        abs(records[successor].name.endTime.seconds(since: record.name.endTime) - DigestChain.hour)
    }
}
