public import CloudTrailRules

/// Why there is no verdict: kinds were to be accepted that never are.
public struct NotAllowableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds that cannot be accepted.
    public let kinds: Set<FindingKind>

    init(_ kinds: Set<FindingKind>) {
        self.kinds = kinds
    }

    /// What cannot be accepted, in one line.
    public var description: String {
        let names = kinds.map(\.rawValue).sorted().joined(separator: ", ")
        let allowable = FindingKind.allCases.filter(\.isAllowable).map(\.rawValue).joined(separator: ", ")
        return "cannot be allowed: \(names) (values: \(allowable))"
    }
}
