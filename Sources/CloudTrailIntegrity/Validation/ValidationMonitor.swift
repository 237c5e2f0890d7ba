internal import NativeInterop
internal import Synchronization

/// Watches a validation from another thread, and stops it.
public final class ValidationMonitor: Sendable {
    private let cancelled = Atomic<Bool>(false)
    private let phase = Atomic<Int>(0)
    /// When the files that are being read were begun, on the monotonic clock, in nanoseconds; 0 before.
    private let begin = Atomic<UInt64>(0)
    /// When files were last told of, on the same clock.
    private let lastFile = Atomic<UInt64>(0)
    private let digestsTotal = Atomic<Int>(0)
    private let digestsRead = Atomic<Int>(0)
    private let logsTotal = Atomic<Int>(0)
    private let logsSettled = Atomic<Int>(0)
    /// Of the digest files, then of the log files.
    private let bytesRead = Atomic<UInt64>(0)
    private let findings = Atomic<Int>(0)

    /// A monitor for one validation.
    public init() {}

    /// What a validation is at. The phases follow each other in this order; an archive that is too large to be held at once
    /// goes through them again and again, and only the last is the end.
    @nonexhaustive public enum Phase: Hashable, Comparable, CaseIterable, Sendable {
        /// Not begun.
        case waiting
        /// The sources are being listed; digest files are read as they are found.
        case listing
        /// All files are known, and the rest of the digest files are read and their signatures tried.
        case digestFiles
        /// Log files are hashed and compared with what digest files list.
        case logFiles
        /// All is read: what is absent and what is covered is worked out.
        case conclusions
    }

    /// How far a validation is.
    ///
    /// The engine adds up what it does a folder at a time, so that watching costs nothing: the numbers may lag behind
    /// by a few files for each thread.
    public struct Progress: Hashable, Sendable {
        /// What the validation is at.
        public let phase: Phase
        /// The digest files that were found.
        public let digestsTotal: Int
        /// The digest files that were read.
        public let digestsRead: Int
        /// The log files to be hashed, as far as is known: 0 until the digest files are read.
        public let logsTotal: Int
        /// The log files that were hashed or, where a range, a filter or an earlier run leaves them out, passed over.
        public let logsSettled: Int
        /// The bytes that were read of the digest files, or of the log files once those were begun, as they are stored:
        /// compressed.
        public let bytesRead: UInt64
        /// The time since the digest files, or the log files, were begun.
        public let elapsed: Duration
        /// The time since a file was last finished: long while a large one is read, or where storage hangs.
        public let sinceLastFile: Duration
        /// The violations and the unverified that were found so far in files that are there. What is absent and what is
        /// not covered is known at the end alone.
        public let findingCount: Int

        package init(
            phase: Phase,
            digestsTotal: Int = 0,
            digestsRead: Int = 0,
            logsTotal: Int = 0,
            logsSettled: Int = 0,
            bytesRead: UInt64 = 0,
            elapsed: Duration = .zero,
            sinceLastFile: Duration = .zero,
            findingCount: Int = 0
        ) {
            self.phase = phase
            self.digestsTotal = digestsTotal
            self.digestsRead = digestsRead
            self.logsTotal = logsTotal
            self.logsSettled = logsSettled
            self.bytesRead = bytesRead
            self.elapsed = elapsed
            self.sinceLastFile = sinceLastFile
            self.findingCount = findingCount
        }
    }

    /// How far the validation is now.
    public var progress: Progress {
        let phase = Phase.allCases[phase.load(ordering: .relaxed)]
        let now = MonotonicClock.nanoseconds
        return Progress(
            phase: phase,
            digestsTotal: digestsTotal.load(ordering: .relaxed),
            digestsRead: digestsRead.load(ordering: .relaxed),
            logsTotal: logsTotal.load(ordering: .relaxed),
            logsSettled: logsSettled.load(ordering: .relaxed),
            bytesRead: bytesRead.load(ordering: .relaxed),
            elapsed: Self.duration(from: begin.load(ordering: .relaxed), to: now),
            sinceLastFile: Self.duration(from: lastFile.load(ordering: .relaxed), to: now),
            findingCount: findings.load(ordering: .relaxed)
        )
    }

    private static func duration(from begin: UInt64, to end: UInt64) -> Duration {
        begin == 0 || end < begin ? .zero : .nanoseconds(Int64(clamping: end - begin))
    }

    /// Whether ``cancel()`` was called.
    public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Makes the validation end with `CancellationError` at the next file or piece of a file.
    public func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    // MARK: What the engine tells

    func enter(_ phase: Phase) {
        if phase == .listing || phase == .logFiles {
            let now = MonotonicClock.nanoseconds
            bytesRead.store(0, ordering: .relaxed)
            begin.store(now, ordering: .relaxed)
            lastFile.store(now, ordering: .relaxed)
        }
        self.phase.store(Phase.allCases.firstIndex(of: phase) ?? 0, ordering: .relaxed)
    }

    /// Forgets what was done: it is done again.
    func restart() {
        digestsTotal.store(0, ordering: .relaxed)
        digestsRead.store(0, ordering: .relaxed)
        logsTotal.store(0, ordering: .relaxed)
        logsSettled.store(0, ordering: .relaxed)
        findings.store(0, ordering: .relaxed)
    }

    func expect(moreDigests count: Int) {
        digestsTotal.wrappingAdd(count, ordering: .relaxed)
    }

    func expect(moreLogs count: Int) {
        logsTotal.wrappingAdd(count, ordering: .relaxed)
    }

    func digestsWereRead(_ work: Work) {
        digestsRead.wrappingAdd(work.files, ordering: .relaxed)
        bytesWereRead(work.bytes)
        lastFile.store(MonotonicClock.nanoseconds, ordering: .relaxed)
    }

    func logsWereSettled(_ work: Work) {
        logsSettled.wrappingAdd(work.files, ordering: .relaxed)
        bytesWereRead(work.bytes)
        lastFile.store(MonotonicClock.nanoseconds, ordering: .relaxed)
    }

    func bytesWereRead(_ count: UInt64) {
        bytesRead.wrappingAdd(count, ordering: .relaxed)
    }

    func found(_ count: Int) {
        if count > 0 { self.findings.wrappingAdd(count, ordering: .relaxed) }
    }

    @Sendable func check() throws {
        if isCancelled { throw CancellationError() }
    }
}

extension ValidationMonitor {
    /// Work not yet reported to the monitor. Threads would contend if they reported every file.
    struct Work: Sendable {
        var files = 0
        /// As they are stored.
        var bytes: UInt64 = 0

        /// The bytes of one file that are reported at once.
        static let worthwhileBytes: UInt64 = 4 << 20
    }
}
