import Foundation

/// Published facts that stand beside the repository and not in it: they are not ours to publish.
///
/// They are in `shared/vectors` of a folder above this file. Tests that need them are disabled where it is absent.
enum PublishedFile {
    private static let folder: URL? = {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while folder.pathComponents.count > 1 {
            let candidate = folder.appending(path: "shared/vectors")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        return nil
    }()

    static let areAvailable = folder != nil

    /// The content of the file, nothing where it is absent.
    static func bytes(_ name: String) throws -> [UInt8] {
        guard let folder else { return [] }
        return Array(try Data(contentsOf: folder.appending(path: name)))
    }
}
