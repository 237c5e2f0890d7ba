/// What was done to a sample archive, and what must be found: by a validation with the signature manifest and
/// keys.json, from the archive's start to its end.
package struct TamperRecord: Hashable, Sendable {
    package let tamper: Tamper
    /// The key of what was changed, deleted or added.
    package let key: String
    /// The kinds of finding that are about ``key``, or about its chain where they speak of coverage.
    package let kinds: [String]
    /// The findings about other files that follow.
    package let consequences: [ExpectedFinding]

    init(_ tamper: Tamper, _ effect: TamperEffect) {
        self.tamper = tamper
        key = effect.key
        kinds = effect.kinds
        consequences = effect.consequences
    }
}
