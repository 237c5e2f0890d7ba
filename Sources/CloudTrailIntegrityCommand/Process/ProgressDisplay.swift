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

/// Tells on standard error how far a validation is, while it runs.
///
/// A thread of its own looks at the counters and writes. What cannot be written at once is left out: a terminal that is
/// stopped, or a pipe that nobody empties, must not hold up the run.
final class ProgressDisplay: Sendable {
    /// How progress is shown.
    enum Form: Sendable {
        /// One line of the terminal that changes in place.
        case changingLine
        /// A line now and then, without control sequences.
        case plainLines
    }

    private struct State: Sendable {
        /// How many times it was begun or ended: a thread that finds another number has outlived its time.
        var turn = 0
        /// Whether a line stands on the terminal that must be erased before anything else is written there.
        var isLineShown = false
        /// Whether no range, filter or earlier run leaves files out.
        var isEven = false
    }

    private let monitor: ValidationMonitor
    private let state = LockedState(State())
    private let isAnnouncing = Atomic<Bool>(false)

    init(_ monitor: ValidationMonitor) {
        self.monitor = monitor
    }

    /// How a run shows its progress; `nil` for not at all.
    static func form(_ choice: TerminalChoice, isQuiet: Bool) -> Form? {
        let takesSequences = Terminal.errors.takesControlSequences
        return switch choice {
        case .never: nil
        case .always: takesSequences ? .changingLine : .plainLines
        case .auto: takesSequences && !isQuiet ? .changingLine : nil
        }
    }

    /// Begins to show it.
    ///
    /// - Parameters:
    ///   - form: How; `nil` shows nothing but what ``announce()`` is asked for.
    ///   - isEven: Whether no range, filter or earlier run leaves files out, so that the time left can be estimated.
    func begin(_ form: Form?, isEven: Bool) {
        let turn = state.withLock { state in
            state.turn += 1
            state.isEven = isEven
            return state.turn
        }
        guard let form else { return }
        let thread = WorkerThread { [self] in
            var wait = Self.firstWait(form)
            repeat {
                usleep(wait)
                wait = Self.wait(form)
            } while show(form, turn)
        }
        // Without a thread the run goes on unwatched.
        if thread.start() { thread.detach() }
    }

    /// Ends it, and erases what is shown. To be called before anything else is written to the terminal.
    func end() {
        state.withLock { state in
            state.turn += 1
            erase(&state)
        }
    }

    /// Writes one line on how far the run is, whether progress is shown or not. Does not wait until it is written, so that
    /// who calls is there for the next signal.
    func announce() {
        // Whoever asks again before the first answer is written gets that one.
        guard !isAnnouncing.exchange(true, ordering: .relaxed) else { return }
        let thread = WorkerThread { [self] in
            state.withLock { state in
                guard Terminal.errors.isReady else { return }
                erase(&state)
                write(ProgressLine(monitor.progress, isEven: state.isEven).text() + "\n")
            }
            isAnnouncing.store(false, ordering: .relaxed)
        }
        if thread.start() { thread.detach() } else { isAnnouncing.store(false, ordering: .relaxed) }
    }

    // MARK: Showing

    /// In microseconds. Ten times a second is as often as anyone can read.
    private static func wait(_ form: Form) -> UInt32 {
        form == .changingLine ? 100_000 : 10_000_000
    }

    /// In microseconds: what is over at once shows nothing.
    private static func firstWait(_ form: Form) -> UInt32 {
        form == .changingLine ? 200_000 : 1_000_000
    }

    /// `false` when nothing is to be shown any more.
    private func show(_ form: Form, _ turn: Int) -> Bool {
        state.withLock { state in
            guard state.turn == turn else { return false }
            guard Terminal.errors.isReady else { return true }
            let line = ProgressLine(monitor.progress, isEven: state.isEven)
            switch form {
            case .plainLines:
                write(line.text() + "\n")
            case .changingLine:
                let terminal = Terminal.errors
                guard terminal.isInForeground else {
                    // What the shell has written since then is not ours to erase.
                    state.isLineShown = false
                    return true
                }
                // The last column stays free, where terminals differ on what comes next. The cursor goes back to the first
                // one: from there all is erased, even when the terminal was made narrower and broke the line in two.
                let width = terminal.columns ?? Terminal.columnsAskedFor ?? 80
                write("\r" + line.text(width: width - 1) + Self.eraseRest + "\r")
                state.isLineShown = true
            }
            return true
        }
    }

    private func erase(_ state: inout State) {
        if state.isLineShown, Terminal.errors.isInForeground { write("\r" + Self.eraseRest) }
        state.isLineShown = false
    }

    /// Erases from the cursor to the end of the screen.
    private static let eraseRest = "\u{1b}[J"

    private func write(_ text: String) {
        _ = Console.write(Array(text.utf8), to: STDERR_FILENO)
    }
}
