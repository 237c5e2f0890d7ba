internal import Synchronization

/// Watches a validation from another thread, and stops it.
public final class ValidationMonitor: Sendable {
    private let cancelled = Atomic<Bool>(false)
    private let digestsTotal = Atomic<Int>(0)
    private let digestsRead = Atomic<Int>(0)
    private let logsTotal = Atomic<Int>(0)
    private let logsHashed = Atomic<Int>(0)

    /// A monitor for one validation.
    public init() {}

    /// How far a validation is.
    public struct Progress: Hashable, Sendable {
        /// The digest files that were found.
        public let digestsTotal: Int
        /// The digest files that were read.
        public let digestsRead: Int
        /// The log files to be hashed, as far as is known: 0 until the digest files are read.
        public let logsTotal: Int
        /// The log files that were hashed.
        public let logsHashed: Int
    }

    /// How far the validation is now.
    public var progress: Progress {
        Progress(
            digestsTotal: digestsTotal.load(ordering: .relaxed),
            digestsRead: digestsRead.load(ordering: .relaxed),
            logsTotal: logsTotal.load(ordering: .relaxed),
            logsHashed: logsHashed.load(ordering: .relaxed)
        )
    }

    /// Whether ``cancel()`` was called.
    public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Makes the validation end with ``ValidationCancelled`` at the next file or piece of a file.
    public func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    func expect(moreDigests count: Int) {
        digestsTotal.wrappingAdd(count, ordering: .relaxed)
    }

    func expect(logs: Int) {
        logsTotal.store(logs, ordering: .relaxed)
    }

    func digestWasRead() {
        digestsRead.wrappingAdd(1, ordering: .relaxed)
    }

    func logsWereSettled(_ count: Int) {
        logsHashed.wrappingAdd(count, ordering: .relaxed)
    }

    func check() throws {
        if isCancelled { throw ValidationCancelled() }
    }
}

/// A validation was stopped before it came to a verdict.
public struct ValidationCancelled: Error, Hashable, Sendable {}
