internal import NativeInterop
internal import Synchronization

/// Runs blocking work on threads of its own, so that Swift's cooperative pool is never blocked by a read.
///
/// As many threads compute as were asked for; the thread that made the pool is one of them. More are started only when
/// reads turn out to be slow: then another computes while one waits for storage.
final class WorkerPool<Context>: Sendable {
    typealias Task = @Sendable (Worker<Context>) throws -> Void

    private struct State: Sendable {
        var tasks = TaskQueue()
        /// Tasks that are taken and not done.
        var running = 0
        /// Places that are free for computing; below zero after they were made fewer.
        var places: Int
        /// Whether there are as many places as readers.
        var isWide = false
        /// Threads that wait for a place to go on with a task; they come before new tasks.
        var returning = 0
        var threads: [WorkerThread] = []
        /// Threads that have no task.
        var idle = 0
        var error: (any Error)?
        var isStopped = false

        /// Whether a task could be begun.
        var hasFreePlace: Bool { places > 0 && returning == 0 }
        /// Whether nothing is left to do.
        var isQuiet: Bool { running == 0 && tasks.count == 0 }
    }

    /// First in, first out, but for parts of what was begun.
    private struct TaskQueue: Sendable {
        private var tasks: [Task?] = []
        private var head = 0
        /// Parts of tasks that were begun, which hold memory until they are done; the last comes first.
        private var parts: [Task] = []

        var count: Int { tasks.count - head + parts.count }

        mutating func append(_ task: @escaping Task) {
            tasks.append(task)
        }

        mutating func append(part task: @escaping Task) {
            parts.append(task)
        }

        mutating func popFirst() -> Task? {
            if let part = parts.popLast() { return part }
            guard head < tasks.count else { return nil }
            defer {
                tasks[head] = nil
                head += 1
                if head == tasks.count {
                    tasks.removeAll(keepingCapacity: true)
                    head = 0
                }
            }
            return tasks[head]
        }

        mutating func removeAll() {
            tasks = []
            parts = []
            head = 0
        }
    }

    private let state: LockedState<State>
    private let makeContext: @Sendable () throws -> Context
    private let jobs: Int
    /// The threads that read at a time, should storage be slow.
    let readers: Int
    /// Whether fewer threads compute than the machine could. Where not, the system shares its processors better among
    /// those that read than places would.
    private let isGated: Bool
    private let capacity: Int
    private let latency = ReadLatency()

    /// A pool whose only thread is the caller's, until there is work for more.
    ///
    /// - Parameters:
    ///   - jobs: The threads that compute at a time.
    ///   - readers: The threads that read at a time, should storage be slow.
    ///   - makeContext: Makes what one thread reuses from task to task.
    init(jobs: Int, readers: Int, makeContext: @escaping @Sendable () throws -> Context) {
        // The caller's thread holds a place from the beginning.
        state = LockedState(State(places: max(1, jobs) - 1), conditions: 3)
        self.jobs = max(1, jobs)
        self.readers = max(1, jobs, readers)
        isGated = jobs < SystemCall.processorCount
        // Keeps the workers busy while the submitting thread runs a task itself.
        capacity = 4 * self.readers + 16
        self.makeContext = makeContext
    }

    /// The worker of the calling thread.
    func makeWorker() throws -> Worker<Context> {
        Worker(pool: self, context: try makeContext())
    }

    /// Adds a part of the task that calls it.
    ///
    /// - Throws: What a task threw.
    func add(_ part: @escaping Task) throws {
        let condition = state.withLock { state in
            if state.error == nil { state.tasks.append(part: part) }
            return takers(&state)
        }
        wake(condition)
        try rethrow()
    }

    /// Adds a task; when many wait already, the caller does one of them first. Not from within a task: tasks within
    /// tasks within tasks would have no end but the stack's.
    ///
    /// - Throws: What a task threw.
    func submit(by worker: Worker<Context>, _ task: @escaping Task) throws {
        let (isFull, condition) = state.withLock { state in
            if state.error == nil { state.tasks.append(task) }
            return (state.tasks.count > capacity, takers(&state))
        }
        wake(condition)
        try rethrow()
        if isFull { try help(worker) }
    }

    /// Does one of the tasks that wait; `false` when none does.
    ///
    /// - Throws: What a task threw.
    @discardableResult
    func help(_ worker: Worker<Context>) throws -> Bool {
        let hasHelped = try runOne(worker)
        try rethrow()
        return hasHelped
    }

    /// Calls `body` with every number below `count`, one after another; from where reads turn out to be slow, each as a
    /// task of its own. Then `end`, once, with what `body` returned for each.
    func spread<Value: Sendable>(
        _ count: Int,
        by worker: Worker<Context>,
        _ body: @escaping @Sendable (Int, Worker<Context>) throws -> Value,
        end: @escaping @Sendable ([Value], Worker<Context>) throws -> Void
    ) throws {
        var first: [Value] = []
        first.reserveCapacity(count)
        while first.count < count, !latency.isHigh || first.count == count - 1 {
            first.append(try body(first.count, worker))
        }
        let start = first.count
        if start == count { return try end(first, worker) }
        let rest = LockedState((values: [Value?](repeating: nil, count: count - start), open: count - start))
        for number in start..<count {
            try add { [first] worker in
                let value = try body(number, worker)
                let values = rest.withLock { rest in
                    rest.values[number - start] = value
                    rest.open -= 1
                    return rest.open == 0 ? rest.values : nil
                }
                if let values { try end(first + values.compactMap(\.self), worker) }
            }
        }
    }

    /// Calls both, the first on another thread where one is free meanwhile, and works until no task is left.
    ///
    /// - Throws: What either or a task threw.
    func together<First: Sendable, Second>(
        by worker: Worker<Context>,
        _ first: @escaping @Sendable (Worker<Context>) throws -> First,
        and second: () throws -> Second
    ) throws -> (First, Second) {
        let result = LockedState<First?>(nil)
        try submit(by: worker) { worker in
            let value = try first(worker)
            result.withLock { $0 = value }
        }
        let value = try second()
        try finish(with: worker)
        guard let first = result.withLock({ $0 }) else {
            preconditionFailure("a task ended without an error or a value")
        }
        return (first, value)
    }

    /// Works until no task is left and none runs.
    ///
    /// - Throws: What a task threw.
    func finish(with worker: Worker<Context>) throws {
        while try runOne(worker) {}
        // Others may still run, and may add tasks; the caller's place is lent while it waits for them.
        while true {
            releaseSlot()
            let isDone = state.wait(on: Condition.quiet) { state -> Bool? in
                if state.isQuiet { return true }
                return state.tasks.count > 0 && state.places > 0 ? false : nil
            }
            acquireSlot()
            if isDone { break }
            while try runOne(worker) {}
        }
        try rethrow()
    }

    /// Ends all threads; what waits is dropped, what runs is waited for.
    func stop() {
        let threads = state.withLock { state in
            state.isStopped = true
            state.tasks.removeAll()
            defer { state.threads = [] }
            return state.threads
        }
        state.broadcast(Condition.work)
        releaseSlot()
        for thread in threads { thread.join() }
        acquireSlot()
    }

    private func rethrow() throws {
        if let error = state.withLock({ $0.error }) { throw error }
    }

    /// What those wait for who may take a new task; `nil` when there is no place for it.
    private func takers(_ state: inout State) -> Int? {
        startThread(&state)
        guard state.hasFreePlace else { return nil }
        // Without an idle thread only the one that waits for the end can.
        return state.idle > 0 ? Condition.work : Condition.quiet
    }

    private func wake(_ condition: Int?) {
        if let condition { state.signal(condition) }
    }

    // MARK: Threads

    /// One more thread, where there is a task and a place for it and nobody who waits for one.
    private func startThread(_ state: inout State) {
        guard state.tasks.count > state.idle, state.places > state.idle, state.threads.count < readers - 1,
            !state.isStopped
        else { return }
        let thread = WorkerThread { [self] in work() }
        // Without a thread the tasks are left to those that are there: the caller is always one.
        guard thread.start() else { return }
        state.threads.append(thread)
        state.idle += 1
    }

    private func work() {
        let worker: Worker<Context>
        do {
            worker = try makeWorker()
        } catch {
            state.withLock { $0.idle -= 1 }
            fail(error)
            return
        }
        while let first = firstTask() {
            run(first, worker)
            // A thread goes on as long as it may: waking another for each task would cost more than many a task.
            while let next = nextTask() { run(next, worker) }
            releaseSlot()
        }
    }

    /// Waits for a place and a task; `nil` at the end.
    private func firstTask() -> Task? {
        state.wait(on: Condition.work) { state -> Task?? in
            if state.isStopped { return .some(nil) }
            narrow(&state)
            guard state.hasFreePlace, let task = state.tasks.popFirst() else { return nil }
            state.places -= 1
            state.idle -= 1
            state.running += 1
            return .some(task)
        }
    }

    /// The task that follows the one that was done; `nil` where there is none, or the caller's place is another's.
    private func nextTask() -> Task? {
        let (task, isQuiet) = state.withLock { state -> (Task?, Bool) in
            narrow(&state)
            if state.places >= 0, state.returning == 0, !state.isStopped, let task = state.tasks.popFirst() {
                return (task, false)
            }
            state.running -= 1
            state.idle += 1
            return (nil, state.isQuiet)
        }
        if isQuiet { state.broadcast(Condition.quiet) }
        return task
    }

    /// `false` when no task waits.
    @discardableResult
    private func runOne(_ worker: Worker<Context>) throws -> Bool {
        let task = state.withLock { state in
            let task = state.tasks.popFirst()
            if task != nil { state.running += 1 }
            return task
        }
        guard let task else { return false }
        run(task, worker)
        let isQuiet = state.withLock { state in
            state.running -= 1
            return state.isQuiet
        }
        if isQuiet { state.broadcast(Condition.quiet) }
        return true
    }

    private func run(_ task: Task, _ worker: Worker<Context>) {
        do {
            try task(worker)
        } catch {
            fail(error)
        }
    }

    private func fail(_ error: any Error) {
        state.withLock { state in
            if state.error == nil { state.error = error }
            state.tasks.removeAll()
        }
        state.broadcast(Condition.quiet)
    }

    // MARK: Places

    /// Gives up the caller's place for computing.
    private func releaseSlot() {
        let (isAwaited, hasTasks) = state.withLock { state in
            state.places += 1
            if state.returning == 0 { startThread(&state) }
            return (state.returning > 0, state.tasks.count > 0 && state.places > 0)
        }
        if isAwaited {
            state.signal(Condition.place)
        } else if hasTasks {
            state.signal(Condition.work)
            state.broadcast(Condition.quiet)
        }
    }

    /// Makes as many places as there are readers.
    private func widen() {
        if latency.isWide.load(ordering: .relaxed) { return }
        let isNew = state.withLock { state in
            if state.isWide { return false }
            state.isWide = true
            latency.isWide.store(true, ordering: .relaxed)
            state.places += readers - jobs
            for _ in 0..<min(state.tasks.count, readers) { startThread(&state) }
            return true
        }
        if isNew { state.broadcast(Condition.work) }
    }

    /// Makes as many places as there are jobs, once reads are fast again.
    private func narrow(_ state: inout State) {
        guard state.isWide, !latency.isHigh else { return }
        state.isWide = false
        latency.isWide.store(false, ordering: .relaxed)
        state.places -= readers - jobs
    }

    /// Waits for a place for computing.
    private func acquireSlot() {
        state.withLock { $0.returning += 1 }
        state.wait(on: Condition.place) { state -> Void? in
            guard state.places > 0 else { return nil }
            state.places -= 1
            state.returning -= 1
            return ()
        }
        // Another may have been passed over for this one.
        state.signal(Condition.work)
    }

    /// Calls `body`, which waits for storage and computes nothing. Where reads are slow another thread computes
    /// meanwhile.
    func read<Result>(_ body: () throws -> Result) rethrows -> Result {
        let isSlow = readers > jobs && latency.isHigh
        if isSlow && !isGated { widen() }
        if isSlow && isGated { releaseSlot() }
        defer { if isSlow && isGated { acquireSlot() } }
        let start = MonotonicClock.nanoseconds
        defer { latency.note(nanoseconds: MonotonicClock.nanoseconds &- start) }
        return try body()
    }
}

/// What the threads of a pool wait for.
private enum Condition {
    /// A task and a place, or the end.
    static let work = 0
    /// A place for one that returns from a read.
    static let place = 1
    /// That nothing is left to do.
    static let quiet = 2
}

/// A thread of a pool, and what it reuses from task to task.
struct Worker<Context> {
    let pool: WorkerPool<Context>
    let context: Context
}

/// Whether reads take long, by the last 16 of them; one that takes very long counts as four.
private final class ReadLatency: Sendable {
    /// One bit a read, the newest lowest: whether it was slow.
    private let history = Atomic<UInt32>(0)
    /// A copy of what the pool's state says, to be asked without its lock.
    let isWide = Atomic<Bool>(false)

    /// A read of something that the system holds in memory takes a few microseconds.
    private static let slow: UInt64 = 60_000
    /// What only storage that is waited for takes: two such reads tell.
    private static let verySlow: UInt64 = 1_000_000
    private static let window: UInt32 = 0xffff

    var isHigh: Bool { history.load(ordering: .relaxed).nonzeroBitCount >= 8 }

    func note(nanoseconds: UInt64) {
        let bits = history.load(ordering: .relaxed)
        let next =
            (nanoseconds > Self.verySlow ? bits << 4 | 0xf : bits << 1 | (nanoseconds > Self.slow ? 1 : 0))
            & Self.window
        // Nothing is lost where another thread overwrites a note; one that changes nothing is not worth the memory traffic.
        if next != bits { history.store(next, ordering: .relaxed) }
    }
}
