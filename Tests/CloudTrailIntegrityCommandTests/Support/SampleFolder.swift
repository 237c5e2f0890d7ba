import Foundation
import SampleArchive

/// A sample on disk, removed when it is not used any more.
final class SampleFolder {
    let path: String

    init(_ configure: (inout SampleOptions) -> Void = { _ in }) throws {
        path = NSTemporaryDirectory() + "command-\(UUID().uuidString)"
        var options = SampleOptions()
        options.hours = 6
        options.accounts = 1
        configure(&options)
        _ = try SampleArchive.write(to: path, options)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var archive: String { path + "/archive" }
    var keys: String { path + "/keys.json" }
    var manifest: String { path + "/meta.jsonl" }

    func write(_ name: String, _ text: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    func validate(_ options: String...) -> Run {
        validate(options)
    }

    func validate(_ options: [String]) -> Run {
        run(["validate", archive, "--public-keys", keys, "--signatures", manifest] + options)
    }
}
