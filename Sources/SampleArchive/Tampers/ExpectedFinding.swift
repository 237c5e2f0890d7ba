/// A finding that a validation of the tampered archive must report.
package struct ExpectedFinding: Hashable, Sendable {
    /// The stable identifier of the kind of finding.
    package let kind: String
    /// The key of the object that it is about.
    package let key: String

    package init(kind: String, key: String) {
        self.kind = kind
        self.key = key
    }
}
