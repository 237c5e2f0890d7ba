import Foundation

/// A folder for one test, gone with it.
final class TestFolder {
    let path: String

    init() throws {
        // Without links in it, as the system names open files.
        let parent = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        path = "\(parent)/command-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func makeFile(_ name: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    func bytes(_ name: String) throws -> [UInt8] {
        // Foundation's way from a file to its content leaks when the file is empty.
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(path)/\(name)"))
        return Array(try file.readToEnd() ?? Data())
    }

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path)
    }
}
