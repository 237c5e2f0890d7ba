internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What is put right before anything else is done, in whatever state the process was started.
package enum ProcessStart {
    /// Fills the standard streams that are closed, and takes what cannot be written as an error and not as a signal.
    ///
    /// The next file that is opened would otherwise be standard output, and the report would be written into it (I36).
    ///
    /// - Returns: `false` when the process cannot go on.
    package static func prepare() -> Bool {
        // A reader that goes away, and a limit to the size of files, must end in an exit status.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
            guard SystemCall.fill(stream) else { return false }
        }
        return true
    }
}
