internal import CloudTrailIntegrity
internal import NativeInterop
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// SIGINT and SIGTERM: they end a validation with what can honestly be said, and never with a verdict.
package final class Interruption: Sendable {
    /// What a signal cancels.
    let monitor = ValidationMonitor()

    private let signalNumber = Atomic<CInt>(0)

    /// An interruption that never comes.
    package init() {}

    /// How long a run has to end by itself after a signal, in microseconds, before the process is ended.
    private static let patience: UInt32 = 700_000

    /// An interruption by the process's signals. Called before any thread is started, so that none but the one that
    /// waits for them takes them.
    package static func ofThisProcess() -> Interruption {
        let interruption = Interruption()
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe sigaddset(&signals, SIGTERM)
        guard unsafe pthread_sigmask(SIG_BLOCK, &signals, nil) == 0 else { return interruption }
        let thread = WorkerThread { [signals] in interruption.wait(for: signals) }
        if thread.start() { thread.detach() }
        return interruption
    }

    private func wait(for signals: sigset_t) {
        var signals = signals
        var number: CInt = 0
        guard unsafe sigwait(&signals, &number) == 0 else { return }
        signalNumber.store(number, ordering: .relaxed)
        monitor.cancel()
        // A read that hangs does not see the cancellation.
        usleep(Self.patience)
        _ = Console.write(Array("\(message)\n".utf8), to: STDERR_FILENO)
        _exit(status.rawValue)
    }

    /// The status that the signal asks for.
    var status: ExitStatus {
        signalNumber.load(ordering: .relaxed) == SIGTERM ? .terminated : .interrupted
    }

    /// What was done until then.
    var message: String {
        let progress = monitor.progress
        let logs =
            progress.logsTotal == 0
            ? "no log file" : "\(progress.logsHashed) of \(progress.logsTotal) log files"
        return
            "Interrupted: checked \(progress.digestsRead) of \(progress.digestsTotal) digest files and \(logs); no verdict."
    }
}
