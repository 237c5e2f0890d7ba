/// Why a run cannot build on earlier ones.
public struct StateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What stands in the way.
    @nonexhaustive public enum Reason: Hashable, Sendable {
        /// The bytes are not a state, or not the whole of one as it was written.
        case damaged
        /// The state was written by a version that this one does not read.
        case unsupportedVersion
        /// A key is another one than earlier runs had under its fingerprint.
        case keysDiffer
        /// A source of which earlier runs proved files holds no digest or log file at all.
        case sourceIsEmpty
    }

    /// What stands in the way.
    public let reason: Reason
    /// What is wrong, in one line without the file's name.
    public let description: String

    init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}
