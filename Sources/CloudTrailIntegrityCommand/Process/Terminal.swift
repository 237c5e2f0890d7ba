#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What is known of a stream that somebody may be looking at.
struct Terminal {
    /// The stream, whether it leads to a terminal or not.
    let descriptor: CInt

    static var output: Terminal { Terminal(descriptor: STDOUT_FILENO) }
    static var errors: Terminal { Terminal(descriptor: STDERR_FILENO) }

    /// Whether it is a terminal that understands the common control sequences.
    var takesControlSequences: Bool {
        guard isatty(descriptor) == 1, let type = Self.variable("TERM") else { return false }
        return type != "dumb"
    }

    /// Whether colours are welcome; see no-color.org.
    var takesColors: Bool {
        takesControlSequences && Self.variable("NO_COLOR") == nil
    }

    /// How many columns wide it is; `nil` when it is not a terminal, or its width is not known.
    var columns: Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Whether a line can be written to it without waiting for who reads it; not so while Ctrl-S holds it.
    var isReady: Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&request, 1, 0) == 1 && request.revents & Int16(POLLOUT) != 0
    }

    /// Whether it is not lent to another program of the same shell, as while this one runs in the background.
    var isInForeground: Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }

    /// The columns that the environment asks for.
    static var columnsAskedFor: Int? {
        variable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// An environment variable that says something.
    static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
