/// What the last run found, to tell from it what is new. It is a label of findings, and no verdict looks at it (I41).
struct KnownFindings: Sendable {
    private let findings: Set<KnownFinding>
    /// Whether the state holds all that the last run found.
    private let areAll: Bool

    /// - Returns: `nil` where there was no run before.
    init?(_ state: ProvenState) {
        guard state.runs > 0 else { return nil }
        findings = Set(state.findings)
        areAll = state.findings.count < ProvenState.maximumFindings
    }

    /// Whether the last run had the finding; `nil` where that is not remembered, because the last run had more findings than
    /// a state holds.
    func has(_ finding: KnownFinding) -> Bool? {
        findings.contains(finding) ? true : areAll ? false : nil
    }
}
