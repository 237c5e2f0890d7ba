import Foundation
import Testing

/// AWS's own keys and signatures, which stand beside the repository and not in it: they are not ours to publish.
///
/// They are in `../shared/vectors`, seen from the repository. Tests that need them are disabled where it is absent.
enum PublishedFacts {
    private static let folder = KnownAnswers.repository.deletingLastPathComponent().appending(path: "shared/vectors")

    /// Whether the file is there.
    static func isAvailable(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: name).path)
    }

    /// Decodes one of the files.
    static func load<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
    }
}
