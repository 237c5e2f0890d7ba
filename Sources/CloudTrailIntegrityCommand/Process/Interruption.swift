internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The signals that the command takes. SIGHUP, SIGINT, SIGTERM and SIGXCPU end a run with what was checked until then, and
/// never with a verdict. SIGUSR1 asks how far it is (I29).
package final class Interruption: Sendable {
    /// What a run leaves to be done before the process may end.
    struct Cleanup: Sendable {
        /// Does it, which may take its time, and returns what there is to say then. May be called more than once.
        let run: @Sendable () -> String
        /// What to say when a later signal ends the process in the middle of it.
        let messageIfCutShort: String
    }

    private struct State: Sendable {
        var isInterrupted = false
        /// Whether a signal comes too late to end the run.
        var isComplete = false
        var cleanup: Cleanup?
        /// Each removes what was made of a file that is not in its place.
        var discards: [@Sendable () -> Void] = []
    }

    /// What a signal cancels.
    let monitor = ValidationMonitor()
    /// What shows how far a run is, and answers when it is asked.
    let display: ProgressDisplay

    private let signalNumber = Atomic<CInt>(0)
    private let state = LockedState(State())
    private let isLastWordSpoken = Atomic<Bool>(false)

    /// An interruption that never comes.
    package init() {
        display = ProgressDisplay(monitor)
    }

    /// How long a run has to end by itself after a signal before the process is ended.
    private static let patience = Duration.milliseconds(700)

    /// An interruption by the process's signals. Called before any thread is started, so that none but the one that
    /// waits for them takes them.
    package static func ofThisProcess() -> Interruption {
        let interruption = Interruption()
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        // A shell starts what runs in the background without job control so that Ctrl-C leaves it alone; nohup does so for
        // the end of the terminal.
        for number in endings.map(\.signal) + [SIGUSR1] where !isIgnored(number) { unsafe sigaddset(&signals, number) }
        guard unsafe pthread_sigmask(SIG_BLOCK, &signals, nil) == 0 else { return interruption }
        let thread = WorkerThread { [signals] in interruption.wait(for: signals) }
        if thread.start() {
            thread.detach()
        } else {
            // Better killed than not to be ended at all.
            unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        }
        return interruption
    }

    /// The signals that end a run, and with which status.
    private static let endings: [(signal: CInt, status: ExitStatus)] = [
        (SIGHUP, .hungUp), (SIGINT, .interrupted), (SIGTERM, .terminated), (SIGXCPU, .outOfProcessorTime),
    ]

    private static func isIgnored(_ number: CInt) -> Bool {
        let action = signal(number, SIG_DFL)
        // Functions cannot be compared, but their addresses can.
        guard unsafe unsafeBitCast(action, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) else { return false }
        signal(number, SIG_IGN)
        return true
    }

    private func wait(for signals: sigset_t) {
        guard let number = nextToEnd(of: signals) else { return }
        let clock = ContinuousClock()
        let begin = clock.now
        signalNumber.store(number, ordering: .relaxed)
        let isComplete = state.withLock { state in
            state.isInterrupted = !state.isComplete
            return state.isComplete
        }
        if isComplete { return endWhatHangs(since: begin, clock, signals) }
        monitor.cancel()
        let ending = WorkerThread { self.end(since: begin) }
        guard ending.start() else { return end(since: begin) }
        ending.detach()
        // One who waits no longer gives another signal; but some programs, such as timeout, give two at once.
        while nextToEnd(of: signals) != nil {
            guard begin.duration(to: clock.now) > Self.patience else { continue }
            exit(saying: state.withLock { $0.cleanup?.messageIfCutShort } ?? message)
        }
    }

    /// Leaves a run that is complete to end by itself, which takes a moment; one who waits no longer gives another signal.
    private func endWhatHangs(since begin: ContinuousClock.Instant, _ clock: ContinuousClock, _ signals: sigset_t) {
        while nextToEnd(of: signals) != nil {
            guard begin.duration(to: clock.now) > Self.patience else { continue }
            exit(saying: "Interrupted: the run is complete and its state replaced, which may not be on disk yet.")
        }
    }

    /// The next signal that ends the run; those that ask are answered meanwhile.
    private func nextToEnd(of signals: sigset_t) -> CInt? {
        while let number = Self.next(of: signals) {
            if number != SIGUSR1 { return number }
            display.announce()
        }
        return nil
    }

    private static func next(of signals: sigset_t) -> CInt? {
        var signals = signals
        var number: CInt = 0
        return unsafe sigwait(&signals, &number) == 0 ? number : nil
    }

    /// Removes what is not in its place, and ends the process where the run has not done so by then.
    ///
    /// - Parameter begin: When the signal came: what is removed may be large, and takes its time.
    private func end(since begin: ContinuousClock.Instant) {
        discardOutputs()
        let cleanup = state.withLock { $0.cleanup }
        let words = cleanup?.run()
        // A read that hangs does not see the cancellation.
        // What a run cleans up may still be made until it does.
        let rest = cleanup == nil ? Self.patience - begin.duration(to: ContinuousClock.now) : Self.patience
        if rest > .zero { usleep(UInt32(rest / .microseconds(1))) }
        exit(saying: words ?? message)
    }

    private func exit(saying words: String) -> Never {
        if claimsFinalMessage() {
            display.end()
            _ = Console.write(Array("\(words)\n".utf8), to: STDERR_FILENO)
        }
        _exit(status.rawValue)
    }

    /// Sees to it that what a run makes is cleaned up after a signal, also one that has come already.
    func cleansUp(by cleanup: Cleanup) {
        let isLate = state.withLock { state in
            state.cleanup = cleanup
            return state.isInterrupted
        }
        if isLate { _ = cleanup.run() }
    }

    /// Has a signal, also one that has come already, remove what was made of a file that is not in its place.
    ///
    /// - Parameter discard: Removes it; called from any thread, and more than once.
    func discardsOutput(by discard: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.discards.append(discard)
            return state.isInterrupted
        }
        if isLate { discard() }
    }

    /// Removes what was made of files that are not in their place. A run that sees the signal and returns may be faster than
    /// the thread that took it.
    func discardOutputs() {
        for discard in state.withLock({ $0.discards }) { discard() }
    }

    /// Does what is to be done as a whole; a signal that comes meanwhile has to wait. Returns `nil`, with nothing done,
    /// when one has come already.
    func unlessInterrupted<Result>(_ body: () -> Result) -> Result? {
        state.withLock { $0.isInterrupted ? nil : body() }
    }

    /// Likewise, for what completes the run where it succeeds: a signal that comes later takes nothing back, and the run ends
    /// as if none had come.
    func completingUnlessInterrupted<Value, Failure>(_ body: () -> Result<Value, Failure>) -> Result<Value, Failure>? {
        state.withLock { state in
            if state.isInterrupted { return nil }
            let result = body()
            if case .success = result { state.isComplete = true }
            return result
        }
    }

    /// Runs work that a signal may stop; `nil` when one did, which is reported then.
    func stoppable<Result>(_ console: Console, _ work: () throws -> Result) throws(CommandError) -> Result? {
        let result: Result?
        do {
            result = try work()
        } catch is CancellationError {
            result = nil
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(whileReading: error)
        }
        // A signal may have come after the work last looked.
        guard let result, !monitor.isCancelled else {
            if claimsFinalMessage() { console.printError(message) }
            return nil
        }
        return result
    }

    /// Whether the caller is the one to say why the run ends; the run and the signal's own thread may both want to.
    func claimsFinalMessage() -> Bool {
        !isLastWordSpoken.exchange(true, ordering: .relaxed)
    }

    /// The status that the signal asks for.
    var status: ExitStatus {
        let number = signalNumber.load(ordering: .relaxed)
        return Self.endings.first { $0.signal == number }?.status ?? .interrupted
    }

    /// What was done until then.
    var message: String {
        let progress = monitor.progress
        let logs =
            progress.logsTotal == 0
            ? "no log file" : "\(progress.logsSettled.grouped) of \(progress.logsTotal.grouped) log files"
        return "Interrupted: checked \(progress.digestsRead.grouped) of \(progress.digestsTotal.grouped) digest files "
            + "and \(logs); no verdict."
    }
}
