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

    /// Whether it is a terminal that understands the common control sequences.
    var takesControlSequences: Bool {
        guard isatty(descriptor) == 1, let type = Self.variable("TERM") else { return false }
        return type != "dumb"
    }

    /// Whether colours are welcome; see no-color.org.
    var takesColors: Bool {
        takesControlSequences && Self.variable("NO_COLOR") == nil
    }

    /// How many columns wide it is; `nil` when it is no terminal, or one that does not say.
    var columns: Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The columns that the environment asks for.
    static var columnsAskedFor: Int? {
        variable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// An environment variable that says something.
    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
