/// What the command ends with. The numbers are a contract; 64 to 74 are those of sysexits.h (I21).
package enum ExitStatus: Int32, CaseIterable, Hashable, Sendable {
    /// Everything in range is proven.
    case proven = 0
    /// Something is not as AWS delivered it, or is gone.
    case violation = 1
    /// No violation, but something is not proven.
    case unverified = 2
    /// One of these two, but for findings that are all acknowledged.
    case nothingNew = 3
    /// The command line is wrong.
    case usage = 64
    /// An input is not there, or cannot be read or understood as a whole.
    case noInput = 66
    /// A library or the command itself failed.
    case internalError = 70
    /// The output could not be written.
    case outputError = 74
    /// Stopped by SIGHUP.
    case hungUp = 129
    /// Stopped by SIGINT.
    case interrupted = 130
    /// Stopped by SIGTERM.
    case terminated = 143
    /// Stopped by SIGXCPU.
    case outOfProcessorTime = 152
}
