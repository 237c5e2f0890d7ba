import Foundation
import SampleArchive
import Testing

/// The file that `--metrics` writes, and what else reads it.
@Suite("Metrics of a run")
struct MetricsTests {
    private let folder: TestFolder
    private let sample: String
    private let file: String

    init() throws {
        folder = try TestFolder()
        sample = folder.path + "/sample"
        file = folder.path + "/cloudtrail.prom"
        var options = SampleOptions()
        (options.accounts, options.hours) = (1, 4)
        _ = try SampleArchive.write(to: sample, options)
    }

    private func validate(_ options: String..., script: String = #"exec "$@""#) throws -> CommandProcess.Ending {
        try CommandProcess(
            script: script,
            [
                "validate", sample + "/archive", "--public-keys", sample + "/keys.json", "--quiet", "--metrics", file,
            ] + options
        ).end()
    }

    private func value(_ name: String) throws -> Int? {
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("cloudtrail_integrity_\(name){") }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }

    private static func isInstalled(_ tool: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)")
        }
    }

    @Test("a run without success keeps the time of the last one, and one with success sets it")
    func lastSuccess() throws {
        #expect(try validate().status == 2)
        #expect(try value("exit_status") == 2)
        #expect(try value("last_success_timestamp_seconds") == 0)
        #expect(try validate("--signatures", sample + "/meta.jsonl").status == 0)
        let success = try #require(try value("last_success_timestamp_seconds"))
        #expect(success > 1_700_000_000)
        #expect(try value("last_run_timestamp_seconds") == success)
        #expect(try validate().status == 2)
        #expect(try value("last_success_timestamp_seconds") == success)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["cloudtrail.prom", "sample"]
        )
    }

    @Test("what stands in the file's place is read for no longer than it takes to see that it is no such file")
    func foreignFile() throws {
        try Data([0xff, 0x0a, 0x00]).write(to: URL(fileURLWithPath: file))
        #expect(unsafe truncate(file, 1 << 40) == 0)
        #expect(try validate().status == 2)
        #expect(try value("last_success_timestamp_seconds") == 0)
    }

    @Test("an interrupted run leaves the file as it was")
    func interrupted() throws {
        try Data("older".utf8).write(to: URL(fileURLWithPath: file))
        let keys = folder.path + "/keys"
        #expect(unsafe mkfifo(keys, 0o600) == 0)
        let process = try CommandProcess(["validate", sample + "/archive", "--public-keys", keys, "--metrics", file])
        var descriptor: CInt = -1
        #expect(
            try process.runs {
                descriptor = unsafe open(keys, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                return descriptor >= 0
            }
        )
        defer { close(descriptor) }
        process.send(SIGTERM)
        #expect(try process.end().status == 143)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "older")
    }

    /// I12
    @Test("nothing is written into the archive")
    func insideArchive() throws {
        let inside = sample + "/archive/cloudtrail.prom"
        let ending = try CommandProcess([
            "validate", sample + "/archive", "--public-keys", sample + "/keys.json", "--metrics", inside,
        ]).end()
        #expect(ending.status == 64)
        #expect(ending.errors.contains("lies in the archive"))
        #expect(!FileManager.default.fileExists(atPath: inside))
    }

    @Test("promtool has nothing to say", .enabled(if: isInstalled("promtool"), "promtool is not installed"))
    func promtool() throws {
        let regions = sample + "/archive/AWSLogs/111122223333/CloudTrail-Digest/us-east-1"
        let paths = try FileManager.default.subpathsOfDirectory(atPath: regions).filter { $0.hasSuffix(".json.gz") }
        let path = try #require(paths.first)
        // Other names are none of a digest file.
        for trail in ["a\\\"b", "{}", "a,b=\"c", "#TYPE"] {
            try FileManager.default.copyItem(
                atPath: "\(regions)/\(path)",
                toPath: "\(regions)/\(path.replacing("management-events", with: trail))"
            )
        }
        let hostile = folder.path + "/a\\\"\n\u{1b}[2K\u{202e}é"
        try FileManager.default.moveItem(atPath: sample, toPath: hostile)
        let ending = try CommandProcess(
            script: #""$@" > /dev/null; promtool check metrics < "$7" 2>&1"#,
            ["validate", hostile + "/archive", "--public-keys", hostile + "/keys.json", "--metrics", file]
        ).end()
        #expect(ending.status == 0)
        #expect(ending.output.isEmpty, "\(ending.output)")
        #expect(try value("chains") == 6)
    }
}
