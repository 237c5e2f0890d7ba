import Foundation

@testable import NativeInterop

extension TestFolder {
    /// The path of something in it, without links in it.
    func path(_ path: String) -> String { url.resolvingSymlinksInPath().path + "/" + path }

    func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: self.path(path), withIntermediateDirectories: true)
    }

    func write(_ text: String, at path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self.path(path)))
    }

    func text(_ path: String) throws -> String {
        try String(contentsOfFile: self.path(path), encoding: .utf8)
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: self.path(path), withDestinationPath: target)
    }

    func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.path(path)).sorted()
    }

    /// Removes folders of one name that lie deeper than any path reaches.
    func removeDeep(_ name: ByteString, depth: Int) {
        for count in (0..<depth).reversed() {
            var folder = try? OpenFolder(at: ByteString(path("")))
            for _ in 0..<count { folder = try? folder?.folder(name) }
            try? folder?.removeFolder(name)
        }
    }
}
