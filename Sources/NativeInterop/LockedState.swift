#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// State behind a lock of the system, and conditions to wait for.
///
/// `Synchronization.Mutex` has no condition, and the slow path of its lock is hidden from the thread sanitizer.
@safe package final class LockedState<State: Sendable>: @unchecked Sendable {
    // Sendable: `state` is touched with the lock held alone, and the pointers never change.
    // Whoever came back to it while it is touched would wait for the lock for ever before any such access were found.
    @exclusivity(unchecked) private var state: State
    // On the heap, because the system knows them by their address.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let conditions: UnsafeMutableBufferPointer<pthread_cond_t>

    /// State that nobody holds, with this many conditions, known by their numbers.
    package init(_ state: State, conditions count: Int = 0) {
        unsafe self.state = state
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe conditions = .allocate(capacity: count)
        unsafe conditions.initialize(repeating: pthread_cond_t())
        for number in 0..<count { unsafe pthread_cond_init(&conditions[number], nil) }
    }

    deinit {
        for number in unsafe conditions.indices { unsafe pthread_cond_destroy(&conditions[number]) }
        unsafe conditions.deallocate()
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    /// Calls `body` with the state, alone.
    package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return unsafe try body(&state)
    }

    /// Waits until `body` returns something; it is called again whenever the condition is signalled.
    package func wait<Result>(on condition: Int, for body: (inout State) throws -> Result?) rethrows -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while true {
            if let result = unsafe try body(&state) { return result }
            unsafe pthread_cond_wait(&conditions[condition], lock)
        }
    }

    /// Wakes one that waits on the condition.
    package func signal(_ condition: Int) {
        unsafe pthread_cond_signal(&conditions[condition])
    }

    /// Wakes all that wait on the condition.
    package func broadcast(_ condition: Int) {
        unsafe pthread_cond_broadcast(&conditions[condition])
    }
}
