/// The rule for the verdict on all that was asked.
package enum VerdictRules: Sendable {
    /// Whether a chain in range has a verified digest there.
    package enum ChainProof: Hashable, Sendable {
        case some, none
    }

    /// Violations first; then what is unverified and not accepted, and chains without proof (V49).
    ///
    /// - Parameters:
    ///   - findings: The kind of each, and what it is about.
    ///   - chains: Of each chain in range.
    ///   - allowed: The kinds that the caller accepts.
    package static func verdict(
        _ findings: some Sequence<(FindingKind, AllowRules.Subject)>,
        chains: some Collection<ChainProof>,
        allowing allowed: Set<FindingKind>
    ) -> Verdict {
        var verdict = Verdict.valid
        for (kind, subject) in findings {
            switch kind.severity {
            case .violation: return .notValid
            case .unverified where !AllowRules.isAllowed(kind, subject, allowed): verdict = .notProven
            case .unverified, .notice: break
            }
        }
        return chains.isEmpty || chains.contains(.none) ? .notProven : verdict
    }
}
