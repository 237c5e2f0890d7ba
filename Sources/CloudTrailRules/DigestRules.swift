/// The rules for one digest file.
package enum DigestRules: Sendable {
    /// Judges a digest file.
    ///
    /// - Parameter successors: The verified digests that name it.
    package static func judge(
        _ digest: DigestFacts,
        successors: [VerifiedSuccessor]
    ) -> DigestJudgement {
        var faults: [DigestFault] = []
        switch digest.defect {
        case .unreadable(let error): faults.append(.unreadable(error))
        case .overLimit(let limit): faults.append(.overLimit(limit))
        case .malformed(let what): faults.append(.malformed(what))
        case nil: break
        }
        if let fault = SignatureRules.fault(digest.signature, successors) { faults.append(fault) }
        var linkedBy: DigestID?
        for successor in successors where successor.kind == .regular {
            if let part = mismatch(digest, successor) {
                faults.append(.linkMismatch(successor: successor.digest, part))
                break
            }
            if linkedBy == nil, digest.hash != nil { linkedBy = successor.digest }
        }
        if digest.signature.isValid, let problem = digest.problem { faults.append(.fieldMalformed(problem)) }
        // Nothing is verified without a signature, whatever else is known.
        if faults.isEmpty, !digest.signature.isValid { faults.append(.unsigned(rejected: [])) }
        switch digest.place {
        case .inPlace: break
        case .relocated: faults.append(.relocated)
        case .elsewhere: faults.append(.elsewhere)
        }
        if faults.count > 1 { faults.sort() }
        return DigestJudgement(faults: faults, linkedBy: linkedBy)
    }

    /// What a verified successor says of this file that is not so (V15).
    private static func mismatch(_ digest: DigestFacts, _ successor: VerifiedSuccessor) -> LinkMismatch.Part? {
        guard let named = successor.names, let hash = digest.hash else { return nil }
        if named.hash != hash { return .hash }
        if let bucket = digest.bucket, bucket != named.bucket { return .bucket }
        return digest.signature.isValid && successor.repeated == .failed ? .signature : nil
    }
}
