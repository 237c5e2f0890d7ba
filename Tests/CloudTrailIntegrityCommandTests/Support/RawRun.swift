import Foundation
import Testing

/// A program that ran to its end, started with arguments that are bytes: Foundation's `Process` takes only text.
struct RawRun {
    /// The exit status; `nil` when a signal killed it.
    let status: Int32?
    let output: [UInt8]
    let errors: [UInt8]

    /// The streams as text, in which what is not UTF-8 is U+FFFD.
    var outputText: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: errors, as: UTF8.self) }

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - executable: Its path.
    ///   - arguments: Without the program's name.
    ///   - input: What standard input has.
    init(_ executable: String, _ arguments: [[UInt8]], input: [UInt8] = []) throws {
        let files = try TestFolder()
        for (name, content) in [("input", input), ("output", []), ("errors", [])] {
            try Data(content).write(to: URL(fileURLWithPath: "\(files.path)/\(name)"))
        }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "\(files.path)/input", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "\(files.path)/output", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "\(files.path)/errors", O_WRONLY, 0)
        let environment = ProcessInfo.processInfo.environment.map { Array("\($0.key)=\($0.value)".utf8) }
        var identifier: pid_t = 0
        let result = unsafe Self.withStrings([Array(executable.utf8)] + arguments) { arguments in
            unsafe Self.withStrings(environment) { environment in
                unsafe posix_spawn(&identifier, executable, &actions, nil, arguments, environment)
            }
        }
        try #require(result == 0, "\(executable) cannot be started")
        var ending: CInt = 0
        while unsafe waitpid(identifier, &ending, 0) < 0 { try #require(errno == EINTR) }
        // What the macros of wait.h say, which Swift does not import.
        status = ending & 0x7f == 0 ? ending >> 8 & 0xff : nil
        output = try files.bytes("output")
        errors = try files.bytes("errors")
    }

    /// Calls `body` with an array of C strings that ends in a null pointer.
    private static func withStrings<Result>(
        _ strings: [[UInt8]],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { string in
            unsafe strdup(string.map { CChar(bitPattern: $0) } + [0])
        }
        defer { unsafe pointers.forEach { unsafe free($0) } }
        unsafe pointers.append(nil)
        return unsafe body(pointers)
    }
}
