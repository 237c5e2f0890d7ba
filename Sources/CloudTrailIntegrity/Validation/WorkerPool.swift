internal import NativeInterop
internal import Synchronization

/// Runs blocking work on threads of its own, so that Swift's cooperative pool is never blocked by a read.
enum WorkerPool {
    /// Calls `body` once for every number below `count`, on up to `jobs` threads, and returns the results in order.
    ///
    /// - Parameters:
    ///   - makeContext: Makes what one thread reuses from call to call.
    ///   - body: The work; it takes the thread's context and the number.
    /// - Throws: The first error by number that `makeContext` or `body` threw, when all threads have stopped.
    static func map<Context, Result: Sendable>(
        count: Int,
        jobs: Int,
        makeContext: @escaping @Sendable () throws -> Context,
        body: @escaping @Sendable (Context, Int) throws -> Result
    ) throws -> [Result] {
        let state = SharedState<Result>(count: count)
        let work: @Sendable () -> Void = {
            do {
                let context = try makeContext()
                while let number = state.next() { state.finish(number, try body(context, number)) }
            } catch {
                state.fail(error)
            }
        }
        let threads = (0..<min(jobs, count)).map { _ in WorkerThread(work) }
        for thread in threads {
            if !thread.start() { work() }
        }
        for thread in threads { thread.join() }
        return try state.results()
    }

    private final class SharedState<Result: Sendable>: Sendable {
        private struct Progress: Sendable {
            var results: [Result?]
            var error: (any Error)?
        }

        private let count: Int
        private let position = Atomic<Int>(0)
        private let progress: LockedState<Progress>

        init(count: Int) {
            self.count = count
            progress = LockedState(Progress(results: Array(repeating: nil, count: count)))
        }

        func next() -> Int? {
            let number = position.wrappingAdd(1, ordering: .relaxed).oldValue
            return number < count ? number : nil
        }

        func finish(_ number: Int, _ result: Result) {
            progress.withLock { $0.results[number] = result }
        }

        func fail(_ error: any Error) {
            position.store(count, ordering: .relaxed)
            progress.withLock { if $0.error == nil { $0.error = error } }
        }

        func results() throws -> [Result] {
            try progress.withLock { progress in
                if let error = progress.error { throw error }
                return progress.results.compactMap { $0 }
            }
        }
    }
}
