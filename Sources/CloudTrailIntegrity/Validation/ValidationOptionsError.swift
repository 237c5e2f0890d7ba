internal import CloudTrailFormat

/// Why nothing can be validated with the options as they are: they ask for something that has no meaning, or for nothing.
public struct ValidationOptionsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The option that is wrong, named as the property of ``ValidationOptions``.
    @nonexhaustive public enum Option: String, Hashable, Sendable {
        /// ``ValidationOptions/start``.
        case start
        /// ``ValidationOptions/accounts``.
        case accounts
        /// ``ValidationOptions/regions``.
        case regions
        /// ``ValidationOptions/trails``.
        case trails
        /// ``ValidationOptions/bucket``.
        case bucket
        /// ``ValidationOptions/grace``.
        case grace
        /// ``ValidationOptions/coverageMustReach``.
        case coverageMustReach
        /// ``ValidationOptions/expectedChains``.
        case expectedChains
        /// ``ValidationOptions/limits``.
        case limits
        /// ``ValidationOptions/jobs``.
        case jobs
        /// ``ValidationOptions/readers``.
        case readers
        /// ``ValidationOptions/findingsPerFolder``.
        case findingsPerFolder
        /// ``ValidationOptions/earlierRuns``.
        case earlierRuns
    }

    /// The option that is wrong.
    public let option: Option
    /// What is wrong, in one line that is safe to show.
    public let description: String

    init(_ option: Option, _ description: String) {
        self.option = option
        self.description = escaped(description)
    }
}
