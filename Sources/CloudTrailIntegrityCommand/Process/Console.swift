internal import CloudTrailIntegrityReports
internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Where the command writes, and what it may know of the terminal.
package final class Console {
    /// Takes bytes for standard output or standard error; `false` when they could not be written.
    package typealias Sink = ([UInt8]) -> Bool

    private let output: Sink
    private let errors: Sink
    private var pending: [UInt8] = []
    /// The width help is wrapped at, in columns.
    let width: Int
    /// How text reports are shown, unless options say otherwise.
    let style: TextStyle
    /// Whether these are the process's own streams, so that standard error can show how far a run is.
    let isOfProcess: Bool

    private static let bufferSize = 64 * 1024
    /// Text for people is not made narrower than this, in columns.
    private static let narrowest = 40

    /// A console over two sinks.
    package convenience init(width: Int = 80, output: @escaping Sink, errors: @escaping Sink) {
        self.init(width: width, style: TextStyle(), isOfProcess: false, output: output, errors: errors)
    }

    private init(width: Int, style: TextStyle, isOfProcess: Bool, output: @escaping Sink, errors: @escaping Sink) {
        self.width = max(Self.narrowest, width)
        self.style = style
        self.isOfProcess = isOfProcess
        self.output = output
        self.errors = errors
    }

    /// The process's own standard output and standard error.
    package static func standard() -> Console {
        let columns = (Terminal.columnsAskedFor ?? Terminal.output.columns).map { max(narrowest, $0) }
        return Console(
            width: columns ?? 80,
            style: TextStyle(width: columns, isColored: Terminal.output.takesColors),
            isOfProcess: true,
            output: { write($0, to: STDOUT_FILENO) },
            errors: { write($0, to: STDERR_FILENO) }
        )
    }

    /// Writes a line to standard output.
    func print(_ line: String) throws(CommandError) {
        pending.append(contentsOf: line.utf8)
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Writes a sentence to standard output, in lines that fit where somebody is looking.
    func printWrapped(_ text: String) throws(CommandError) {
        for line in style.wrap(text, hanging: 2) { try print(line) }
    }

    /// Writes to standard output as it is.
    func write(_ bytes: [UInt8]) throws(CommandError) {
        pending += bytes
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Hands on what was printed.
    func flush() throws(CommandError) {
        if pending.isEmpty { return }
        defer { pending.removeAll(keepingCapacity: true) }
        guard output(pending) else { throw CommandError(.outputError, "The output could not be written.") }
    }

    /// Writes a line to standard error; what cannot be written there is lost.
    func printError(_ line: String) {
        _ = errors(Array(line.utf8) + [UInt8(ascii: "\n")])
    }

    static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        do throws(SystemError) {
            try SystemCall.write(descriptor, bytes)
            return true
        } catch {
            return false
        }
    }
}
