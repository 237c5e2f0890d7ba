#if ArchiveFiles
import Foundation
import Testing

/// Commands of the system that make archives.
enum SystemTool: String {
    case python3, tar, zip, gzip, bzip2, xz, zstd

    /// Where `PATH` finds it.
    var location: URL? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").lazy
            .map { URL(filePath: String($0)).appending(path: rawValue) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    static func areAvailable(_ tools: SystemTool...) -> Bool {
        tools.allSatisfy { $0.location != nil }
    }

    /// Runs it in `folder`; it must succeed.
    func run(_ arguments: [String], in folder: ScratchFolder) throws {
        let process = Process()
        process.executableURL = location
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(rawValue) ended with \(process.terminationStatus)")
    }
}
#endif
