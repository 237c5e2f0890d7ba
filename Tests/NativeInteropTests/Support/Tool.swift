import Foundation
import Testing

/// A command of the system that the module's results are compared with.
struct Tool {
    static let openssl = Tool("openssl")
    static let sha256sum = Tool("sha256sum")
    static let gzip = Tool("gzip")

    let name: String
    /// Where `PATH` finds the command; `nil` where the system lacks it.
    let location: URL?

    private init(_ name: String) {
        self.name = name
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        location = path.split(separator: ":").lazy
            .map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Whether tests that need the command can run.
    var isAvailable: Bool { location != nil }

    /// Runs the command to its end and returns what it wrote to standard output.
    func run(_ arguments: [String]) throws -> (status: Int32, output: [UInt8]) {
        let process = Process()
        process.executableURL = location
        process.arguments = arguments
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let written = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, Array(written))
    }

    /// Runs the command, which must succeed, and returns its output as text.
    func text(_ arguments: [String]) throws -> String {
        let (status, output) = try run(arguments)
        try #require(status == 0, "\(name) ended with \(status)")
        return String(decoding: output, as: UTF8.self)
    }
}
