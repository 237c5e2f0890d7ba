#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// State behind a lock of the system, and a condition to wait for.
///
/// `Synchronization.Mutex` has no condition, and the slow path of its lock is hidden from the thread sanitizer.
@safe package final class LockedState<State: Sendable>: @unchecked Sendable {
    // Sendable: `state` is touched with the lock held alone, and the pointers never change.
    private var state: State
    // On the heap, because the system knows both by their address.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    package init(_ state: State) {
        self.state = state
        unsafe lock = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(lock)
        unsafe condition.deallocate()
        unsafe lock.deallocate()
    }

    /// Calls `body` with the state, alone.
    package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return try body(&state)
    }

    /// Calls `body` with the state, alone, and wakes all that wait.
    package func change<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(lock)
        defer {
            unsafe pthread_cond_broadcast(condition)
            unsafe pthread_mutex_unlock(lock)
        }
        return try body(&state)
    }

    /// Waits until `body` returns something, calling it again after each ``change(_:)``.
    package func wait<Result>(for body: (inout State) throws -> Result?) rethrows -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while true {
            if let result = try body(&state) { return result }
            unsafe pthread_cond_wait(condition, lock)
        }
    }
}
