/// Something that a source does otherwise than it is asked to.
public struct Nonconformity: Hashable, Sendable, CustomStringConvertible {
    /// What was looked at.
    @nonexhaustive public enum Check: String, CaseIterable, Hashable, Sendable {
        /// That a listing visits everything once, with its path and what it is, each time again.
        case listing
        /// That the listing of a folder visits what is below it, and nothing else.
        case listingBelowFolder
        /// That a folder names the folders in it, and visits what lies directly in it.
        case listingInFolder
        /// That pages are handed over as they come.
        case paging
        /// That a visitor which throws is called no more, and that its error comes through.
        case visitorError
        /// That a `CancellationError` comes through and ends what it ends, and nothing else.
        case cancellation
        /// That a file is read whole, by buffers of any size.
        case reading
        /// That the size that a source reports of a file is its own.
        case sizes
        /// That everything that a source reports of a file without reading it agrees.
        case metadata
        /// That what is not there, or cannot be read, is an error with its reason.
        case errors
        /// That several threads may list and read at once.
        case concurrency
        /// That a folder which is opened once opens its files.
        case folders
        /// That nothing stays open or in memory.
        case leftOpen
    }

    /// What was looked at.
    public let check: Check
    /// What was expected and what came, in one sentence.
    public let description: String
}

/// What ``SourceConformance/check()`` throws.
public struct SourceConformanceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// All that does not conform.
    public let nonconformities: [Nonconformity]

    /// A line each.
    public var description: String {
        nonconformities.map { "\($0.check): \($0)" }.joined(separator: "\n")
    }
}
