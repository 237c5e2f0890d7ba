#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A thread of the system that runs one closure.
///
/// `@unchecked Sendable`: whoever starts it and whoever joins it must not do so at the same time.
@safe package final class WorkerThread: @unchecked Sendable {
    private let work: @Sendable () -> Void
    private var thread: pthread_t?

    /// A thread for `work`, not yet running.
    package init(_ work: @escaping @Sendable () -> Void) {
        self.work = work
    }

    /// Starts the thread, to be waited for with ``join()`` or left alone with ``detach()``; `false` when the system has no thread to give.
    package func start() -> Bool {
        let box = unsafe Unmanaged.passRetained(Box(work))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let result = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                #if canImport(Darwin)
                let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                #else
                guard let argument = unsafe argument else { return nil }
                let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                #endif
                box.work()
                return nil
            },
            box.toOpaque()
        )
        guard result == 0 else {
            unsafe box.release()
            return false
        }
        self.thread = thread
        return true
    }

    /// Waits for the thread's end.
    package func join() {
        guard let thread = thread else { return }
        pthread_join(thread, nil)
        self.thread = nil
    }

    /// Leaves the thread to itself.
    package func detach() {
        guard let thread = thread else { return }
        pthread_detach(thread)
        self.thread = nil
    }

    private final class Box: Sendable {
        let work: @Sendable () -> Void

        init(_ work: @escaping @Sendable () -> Void) {
            self.work = work
        }
    }
}
