internal import NativeInterop

/// A validation that goes on by itself: its findings as they come, and the report at its end.
///
/// ```swift
/// let run = validator.start(archive)
/// for try await finding in run { print(finding) }
/// let report = try await run.report
/// ```
///
/// The work is done on threads of the validator's own, and none of Swift's concurrent threads waits for it. When the last
/// reference goes before the end, the validation is stopped, and its threads end by themselves.
public final class ValidationRun: AsyncSequence, Sendable {
    /// A finding.
    public typealias Element = Finding
    /// What the validation throws.
    public typealias Failure = any Error

    private let state: RunState
    private let thread: RunThread

    /// Tells how far the validation is.
    public var progress: ValidationMonitor.Progress { state.monitor.progress }

    init(_ work: @escaping @Sendable (RunState) throws -> ValidationReport) {
        let state = RunState()
        self.state = state
        thread = RunThread(state, work)
    }

    deinit {
        state.monitor.cancel()
        thread.detach()
    }

    /// Stops the validation: ``report`` and the findings then end with `CancellationError`.
    public func cancel() {
        state.monitor.cancel()
    }

    /// The report, once the validation has ended. When the task that waits is cancelled, the validation is stopped.
    ///
    /// - Throws: What ``Validator/validate(_:monitor:onFinding:)-([ArchiveSource],_,_)`` throws.
    public var report: ValidationReport {
        get async throws {
            let result = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in state.wait { continuation.resume(returning: $0) } }
            } onCancel: {
                state.monitor.cancel()
            }
            // It has nothing left to do.
            thread.join()
            return try result.get()
        }
    }

    /// Goes through all findings from the first on, in the order in which they came.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(self)
    }

    /// Goes through the findings of a run.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        private let run: ValidationRun
        private var position = 0

        fileprivate init(_ run: ValidationRun) {
            self.run = run
        }

        /// The next finding; `nil` after the last. When the task that waits is cancelled, the validation is stopped.
        public mutating func next() async throws -> Finding? {
            let (run, position) = (run, position)
            let event = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    run.state.wait(forFinding: position) { continuation.resume(returning: $0) }
                }
            } onCancel: {
                run.state.monitor.cancel()
            }
            switch event {
            case .finding(let finding):
                self.position += 1
                return finding
            case .end(let result):
                run.thread.join()
                _ = try result.get()
                return nil
            }
        }
    }
}

extension Validator {
    /// Begins to validate an archive that lies in one source; see ``start(_:)-([ArchiveSource])``.
    public func start(_ source: any ArchiveSource) -> ValidationRun {
        start([source])
    }

    /// Begins to validate an archive that lies in one or more sources, and does not wait for the end.
    ///
    /// - Parameter sources: The parts of one archive.
    public func start(_ sources: [any ArchiveSource]) -> ValidationRun {
        ValidationRun { [self] state in
            try validate(sources, monitor: state.monitor) { state.add($0) }
        }
    }
}

/// What a run has come to, and who waits for it.
final class RunState: Sendable {
    enum Event: Sendable {
        case finding(Finding)
        case end(Result<ValidationReport, any Error>)
    }

    private struct Waiter: Sendable {
        let position: Int
        let resume: @Sendable (Event) -> Void
    }

    private struct State: Sendable {
        var findings: [Finding] = []
        var result: Result<ValidationReport, any Error>?
        var waiters: [Waiter] = []
    }

    let monitor = ValidationMonitor()
    private let state = LockedState(State())

    /// Calls `resume` with the finding at this position as soon as there is one, or with the end.
    func wait(forFinding position: Int, _ resume: @escaping @Sendable (Event) -> Void) {
        let event = state.withLock { state -> Event? in
            if position < state.findings.count { return .finding(state.findings[position]) }
            if let result = state.result { return .end(result) }
            state.waiters.append(Waiter(position: position, resume: resume))
            return nil
        }
        if let event { resume(event) }
    }

    /// Calls `resume` with the result, as soon as there is one.
    func wait(_ resume: @escaping @Sendable (Result<ValidationReport, any Error>) -> Void) {
        wait(forFinding: .max) { event in
            if case .end(let result) = event { resume(result) }
        }
    }

    func add(_ finding: Finding) {
        let waiters = state.withLock { state in
            state.findings.append(finding)
            let position = state.findings.count - 1
            let ready = state.waiters.filter { $0.position == position }
            state.waiters.removeAll { $0.position == position }
            return ready
        }
        for waiter in waiters { waiter.resume(.finding(finding)) }
    }

    func end(_ result: Result<ValidationReport, any Error>) {
        let waiters = state.withLock { state in
            state.result = result
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(.end(result)) }
    }
}

/// The thread of a run, which ends it by itself.
private final class RunThread: Sendable {
    private let thread: LockedState<WorkerThread?>

    init(_ state: RunState, _ work: @escaping @Sendable (RunState) throws -> ValidationReport) {
        let worker = WorkerThread { state.end(Result { try work(state) }) }
        if worker.start() {
            thread = LockedState(worker)
        } else {
            thread = LockedState(nil)
            state.end(.failure(SystemError.noThread))
        }
    }

    /// Waits for the thread's end.
    func join() {
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    /// Leaves the thread to itself.
    func detach() {
        thread.withLock { thread in
            thread?.detach()
            thread = nil
        }
    }
}
