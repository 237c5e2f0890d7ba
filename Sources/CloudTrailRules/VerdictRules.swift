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

    /// A finding, as far as it is asked whether there is anything new.
    package struct Known: Sendable {
        package let kind: FindingKind
        package let subject: AllowRules.Subject
        package let extent: AcknowledgementRules.Extent
        package let acknowledgement: AcknowledgementState

        package enum AcknowledgementState: Hashable, Sendable {
            case acknowledged, open
        }

        package init(
            _ kind: FindingKind,
            _ subject: AllowRules.Subject,
            _ extent: AcknowledgementRules.Extent,
            _ acknowledgement: AcknowledgementState
        ) {
            self.kind = kind
            self.subject = subject
            self.extent = extent
            self.acknowledgement = acknowledgement
        }

        fileprivate var counts: Bool {
            acknowledgement == .open || !AcknowledgementRules.canBeAcknowledged(kind, extent)
        }
    }

    /// Whether there is nothing new: the verdict is not valid, and would be without the findings that are acknowledged.
    /// What is asked of the others is what is asked without acknowledgements, of chains too (V51).
    ///
    /// - Parameters:
    ///   - findings: All findings.
    ///   - chains: Of each chain in range.
    ///   - allowed: The kinds that the caller accepts.
    package static func isNothingNew(
        _ findings: some Collection<Known>,
        chains: some Collection<ChainProof>,
        allowing allowed: Set<FindingKind>
    ) -> Bool {
        func verdict(_ findings: some Sequence<Known>) -> Verdict {
            self.verdict(findings.map { ($0.kind, $0.subject) }, chains: chains, allowing: allowed)
        }
        return verdict(findings) != .valid && verdict(findings.lazy.filter(\.counts)) == .valid
    }
}
