import Foundation
import Testing

/// A program that ran to its end.
struct ShellRun {
    let status: Int32
    let output: String
    let errors: String

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - environment: What is added to that of the tests.
    ///   - folder: Where it runs; by default where the tests do.
    init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        in folder: String? = nil
    ) throws {
        let files = try TestFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try files.makeFile("output")
        process.standardError = try files.makeFile("errors")
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        output = try files.text("output")
        errors = try files.text("errors")
    }

    /// The path of a program; `nil` where there is none.
    static func find(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}

/// The JSON objects of a text, one a line.
func jsonLines(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
}

extension SampleFolder {
    /// The paths of the files whose path below the archive holds `text`, in order.
    func files(_ text: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: archive).sorted()
            .filter { $0.contains(text) && $0.hasSuffix(".gz") }.map { "\(archive)/\($0)" }
    }

    /// The digest files of the first region, oldest first.
    func digests() throws -> [String] { try files("/CloudTrail-Digest/us-east-1/") }

    /// The log files of the first region, oldest first.
    func logs() throws -> [String] { try files("/CloudTrail/us-east-1/") }

    /// Copies a file out of the archive.
    func copy(_ file: String, as name: String) throws -> String {
        let target = "\(path)/copies/\(name)"
        let folder = (target as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: file, toPath: target)
        return target
    }

    /// Writes a file beside the copies.
    func write(_ bytes: Data, as name: String) throws -> String {
        let target = "\(path)/copies/\(name)"
        try FileManager.default.createDirectory(atPath: path + "/copies", withIntermediateDirectories: true)
        try bytes.write(to: URL(fileURLWithPath: target))
        return target
    }

    /// What a gzip file holds, by gzip itself.
    func content(_ file: String) throws -> Data {
        Data(try ShellRun("/bin/sh", ["-c", "exec gzip -dc <\"$1\"", "sh", file]).output.utf8)
    }
}

func fileName(_ path: String) -> String { (path as NSString).lastPathComponent }
