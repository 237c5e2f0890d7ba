import Foundation
import SampleArchive
import Testing

/// A sample on disk, for the command as a process.
enum DiskSample {
    static func make(in folder: String, hours: Int = 6) throws {
        var options = SampleOptions()
        (options.accounts, options.hours) = (1, hours)
        _ = try SampleArchive.write(to: folder, options)
    }

    /// The command line that validates it.
    static func validation(of folder: String) -> [String] {
        [
            "validate", folder + "/archive", "--public-keys", folder + "/keys.json", "--signatures",
            folder + "/meta.jsonl",
        ]
    }

    /// Makes one of the log files larger than any, so that a validation is in the midst of it for long; returns its path.
    static func stretchLog(of folder: String, bytes: off_t) throws -> String {
        let archive = folder + "/archive"
        let logs = try FileManager.default.subpathsOfDirectory(atPath: archive).sorted().filter { path in
            path.contains("/CloudTrail/us-west-2/") && path.hasSuffix(".json.gz")
        }
        let path = archive + "/" + logs[logs.count / 2]
        // Nothing but a hole, which takes no room.
        try FileManager.default.removeItem(atPath: path)
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let result = unsafe truncate(path, bytes)
        #expect(result == 0)
        return path
    }
}
