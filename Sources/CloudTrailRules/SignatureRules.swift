/// The rules for the signatures of one digest file.
package enum SignatureRules: Sendable {
    /// The most different signatures that are tried on one digest, of those kept for it and of those of unsigned
    /// successors each. Thousands of forged digests may name it; a signed successor's is always tried.
    package static let mostCandidates = 32

    /// What came of trying one candidate under the digest's key.
    package enum Trial: Hashable, Sendable {
        case holds
        /// It does not verify, is not hex, or its metadata name another algorithm.
        case fails
    }

    /// What the candidates come to, in the order in which they count: one that verifies makes the digest signed.
    package static func outcome(_ tried: [(SignatureSource, Trial)]) -> SignatureOutcome {
        var valid: SignatureSource?
        var failed: [SignatureSource] = []
        for (source, trial) in tried {
            switch trial {
            case .holds: valid = valid ?? source
            case .fails: failed.append(source)
            }
        }
        if tried.isEmpty { return .noCandidate }
        return valid.map { .valid($0, differing: failed) } ?? .failed(failed)
    }

    /// What an earlier run proved stays proven, also when the signature or the key is not at hand any more.
    package static func outcomeOfProven(_ outcome: SignatureOutcome) -> SignatureOutcome {
        switch outcome {
        case .valid: outcome
        case .failed(let sources): .valid(.state, differing: sources)
        case .unsupportedAlgorithm, .keyUnknown, .noCandidate, .notApplicable: .valid(.state, differing: [])
        }
    }

    /// What is wrong with a signature: one fails that was kept for this very file or that a verified successor repeats;
    /// or there is none that counts (V13).
    static func fault(_ outcome: SignatureOutcome, _ successors: [VerifiedSuccessor]) -> DigestFault? {
        switch outcome {
        case .valid, .notApplicable: return nil
        case .unsupportedAlgorithm(let name): return .algorithmUnsupported(name)
        case .keyUnknown: return .keyUnknown
        case .noCandidate: return .unsigned(rejected: [])
        case .failed(let sources):
            let counts = sources.contains(where: \.isOwn) || successors.contains { $0.repeated == .failed }
            return counts ? .signatureInvalid(sources) : .unsigned(rejected: sources)
        }
    }
}
