import NativeInterop
import Testing

extension LockedState {
    /// Changes the state and wakes all that wait on the only condition.
    fileprivate func change(_ body: (inout State) throws -> Void) rethrows {
        try withLock(body)
        broadcast(0)
    }
}

/// The lock, and waiting for what another thread does.
struct LockedStateTests {
    private struct Refusal: Error {}

    /// Runs `body` on `count` threads at once, and waits for their end.
    private func run(onThreads count: Int, _ body: @escaping @Sendable () -> Void) {
        let threads = (0..<count).map { _ in WorkerThread(body) }
        for thread in threads { #expect(thread.start()) }
        for thread in threads { thread.join() }
    }

    @Test func noChangeIsLost() {
        let count = LockedState(0)
        run(onThreads: 4) {
            for _ in 0..<1000 { count.withLock { $0 += 1 } }
        }
        #expect(count.withLock { $0 } == 4000)
    }

    @Test func aChangeWakesAllThatWait() {
        let isOpen = LockedState(false, conditions: 1)
        let arrivals = LockedState(0, conditions: 1)
        let opener = WorkerThread {
            // Some wait by now, and others come later.
            arrivals.wait(on: 0) { $0 > 0 ? () : nil }
            isOpen.change { $0 = true }
        }
        #expect(opener.start())
        run(onThreads: 4) {
            arrivals.change { $0 += 1 }
            isOpen.wait(on: 0) { $0 ? () : nil }
        }
        opener.join()
        #expect(arrivals.wait(on: 0) { $0 == 4 ? $0 : nil } == 4)
    }

    @Test func whoWaitsMayChangeTheState() {
        let queue = LockedState([Int](), conditions: 1)
        let sum = LockedState(0)
        let feeder = WorkerThread {
            for number in 1...100 { queue.change { $0.append(number) } }
        }
        #expect(feeder.start())
        run(onThreads: 2) {
            for _ in 0..<50 {
                let number = queue.wait(on: 0) { $0.popLast() }
                sum.withLock { $0 += number }
            }
        }
        feeder.join()
        #expect(sum.withLock { $0 } == 5050)
    }

    @Test func anErrorLeavesTheLockOpen() {
        let state = LockedState(0, conditions: 1)
        #expect(throws: Refusal.self) { try state.withLock { _ in throw Refusal() } }
        #expect(throws: Refusal.self) { try state.change { _ in throw Refusal() } }
        #expect(throws: Refusal.self) { try state.wait(on: 0) { _ -> Int? in throw Refusal() } }
        #expect(state.withLock { $0 } == 0)
    }
}
