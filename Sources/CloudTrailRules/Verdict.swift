/// The verdict on what was asked.
///
/// Take any case that you do not know for not proven.
@nonexhaustive public enum Verdict: Hashable, Sendable, CustomStringConvertible {
    /// Everything in range is proven, and every chain in range has a verified digest.
    case valid
    /// Something is not as AWS delivered it, or is gone.
    case notValid
    /// Nothing is proven wrong, but something is not proven.
    case notProven

    /// `VALID`, `NOT VALID` or `NOT PROVEN`.
    public var description: String {
        switch self {
        case .valid: "VALID"
        case .notValid: "NOT VALID"
        case .notProven: "NOT PROVEN"
        }
    }
}
