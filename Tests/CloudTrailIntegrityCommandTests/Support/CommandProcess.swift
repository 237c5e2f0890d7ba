import Foundation
import Testing

/// The built command in a process of its own: what signals, pipes and devices do to it shows nowhere else.
final class CommandProcess {
    /// How long a process may take to begin or to end before it counts as hung: a disk that syncs slowly takes half a
    /// minute. How soon a signal ends a run is measured by `make large`, not here.
    private static let patience = Duration.seconds(300)

    private let process = Process()
    private let folder: TestFolder
    private let clock = ContinuousClock()

    /// Whether the command, like the tests, was built with the thread sanitizer.
    static var isUnderThreadSanitizer: Bool {
        unsafe dlsym(nil, "__tsan_init") != nil
    }

    /// Whether the command was built with a sanitizer, whose shadow of the memory takes all address space.
    static var isUnderSanitizer: Bool {
        unsafe isUnderThreadSanitizer || dlsym(nil, "__asan_init") != nil
    }

    var identifier: pid_t { process.processIdentifier }

    /// The command's path: SwiftPM builds it into the folder of the test bundle.
    static func path() throws -> String {
        let bundle = Bundle(for: CommandProcess.self)
        let folder =
            bundle.bundleURL.pathExtension == "xctest"
            ? bundle.bundleURL.deletingLastPathComponent() : bundle.bundleURL
        let path = folder.appendingPathComponent("cloudtrail-integrity").path
        try #require(FileManager.default.isExecutableFile(atPath: path), "build it with 'swift build'")
        return path
    }

    /// Starts the command.
    convenience init(_ arguments: [String]) throws {
        try self.init(executable: Self.path(), arguments)
    }

    /// Starts a shell script in which `"$@"` is the command line.
    convenience init(script: String, _ arguments: [String]) throws {
        try self.init(executable: "/bin/sh", ["-c", script, "sh", Self.path()] + arguments)
    }

    /// Starts a shell script in which `"$@"` is the command line, with both streams on a terminal.
    convenience init(script: String, _ arguments: [String], terminal: PseudoTerminal) throws {
        try self.init(executable: "/bin/sh", ["-c", script, "sh", Self.path()] + arguments, terminal)
        terminal.wasHandedOn()
    }

    private init(executable: String, _ arguments: [String], _ terminal: PseudoTerminal? = nil) throws {
        folder = try TestFolder()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        // The thread sanitizer sleeps for a second before a process ends, unless it is told not to.
        let environment = ProcessInfo.processInfo.environment
        let sanitizer = [environment["TSAN_OPTIONS"], "atexit_sleep_ms=0"].compactMap(\.self).joined(separator: ":")
        process.environment = environment.merging(["TSAN_OPTIONS": sanitizer]) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (try folder.makeFile("output"), try folder.makeFile("errors"))
        process.standardOutput = terminal?.end ?? output
        process.standardError = terminal?.end ?? errors
        // The tests themselves may run in the background of a script, by nohup or below a program in Python, where some of
        // these are ignored and stay so.
        let actions = unsafe [SIGINT, SIGHUP, SIGXFSZ, SIGPIPE].map { number in
            unsafe (number, signal(number, SIG_DFL))
        }
        defer { for (number, action) in unsafe actions { unsafe _ = signal(number, action) } }
        try process.run()
    }

    deinit {
        if process.isRunning { kill(identifier, SIGKILL) }
    }

    /// Waits until `condition` holds; `false` when the process ends before.
    func runs(until condition: () -> Bool) throws -> Bool {
        let deadline = clock.now + Self.patience
        while !condition() {
            if !process.isRunning { return false }
            try #require(clock.now < deadline, "the process does not come that far")
            usleep(1_000)
        }
        return true
    }

    /// Whether the process has this file open.
    func holds(_ path: String) -> Bool {
        let descriptors = "/proc/\(identifier)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
        return names.contains { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\(name)")) == path
        }
    }

    func send(_ number: CInt) {
        kill(identifier, number)
    }

    /// Whether it has ended. Foundation may hear of that only when a process ends that another test began meanwhile.
    private var hasEnded: Bool {
        guard process.isRunning else { return true }
        #if os(Linux)
        // Foundation's way from a file to its content leaks when the file says that it is empty.
        guard let file = FileHandle(forReadingAtPath: "/proc/\(identifier)/stat") else { return true }
        let status = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        return status.split(separator: ")").last?.hasPrefix(" Z") == true
        #else
        return false
        #endif
    }

    /// How a process ended.
    struct Ending {
        /// The exit status; `nil` when a signal killed it.
        let status: Int32?
        let output: String
        let errors: String
    }

    /// Waits for the end, and throws where it does not come.
    func end() throws -> Ending {
        let deadline = clock.now + Self.patience
        while !hasEnded {
            try #require(clock.now < deadline, "the process does not end")
            usleep(1_000)
        }
        process.waitUntilExit()
        return Ending(
            status: process.terminationReason == .exit ? process.terminationStatus : nil,
            output: try folder.text("output"),
            errors: try folder.text("errors")
        )
    }
}
