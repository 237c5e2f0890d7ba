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

    private func validate(_ options: String...) throws -> CommandProcess.Ending {
        try validate(options)
    }

    private func validate(_ options: [String], script: String = #"exec "$@""#) throws -> CommandProcess.Ending {
        try CommandProcess(script: script, arguments(options)).end()
    }

    private func arguments(_ options: [String]) -> [String] {
        [
            "validate", sample + "/archive", "--public-keys", sample + "/keys.json", "--quiet", "--metrics", file,
        ] + options
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

    /// I39
    @Test(
        "a state for which there is no room is no success, and the metrics say so",
        .enabled(if: PrivateMounts.areAllowed, PrivateMounts.reason)
    )
    func fullDiskForTheState() throws {
        let state = folder.path + "/state"
        let proven = ["--signatures", sample + "/meta.jsonl", "--state", state]
        #expect(try validate(proven + ["--new-state"]).status == 0)
        let success = try #require(try value("last_success_timestamp_seconds"))
        #expect(try value("output_failed") == 0)
        usleep(1_050_000)
        let disk = folder.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        let ending = try PrivateMounts.run(
            """
            mount -t tmpfs -o size=64k none \(disk) && cp \(state) \(disk)/state
            cat /dev/zero >\(disk)/fill 2>/dev/null
            "$@"; status=$?
            cmp \(state) \(disk)/state && exit $status
            """,
            arguments(["--signatures", sample + "/meta.jsonl", "--state", disk + "/state"])
        )
        #expect(ending.status == 74)
        #expect(ending.output.hasPrefix("VALID: "))
        #expect(try value("exit_status") == 74)
        #expect(try value("output_failed") == 1)
        #expect(try value("last_success_timestamp_seconds") == success)
        #expect(try #require(try value("last_run_timestamp_seconds")) > success)
        #expect(try validate(proven).status == 0)
        #expect(try value("output_failed") == 0)
        #expect(try #require(try value("last_success_timestamp_seconds")) > success)
    }

    /// I39
    @Test(
        "a report that cannot be written is no success: on standard output, or in a file",
        arguments: [#""$@" >/dev/full"#, #"exec "$@" --report json=/dev/full"#]
    )
    func failedReport(script: String) throws {
        let state = folder.path + "/state"
        let proven = ["--signatures", sample + "/meta.jsonl", "--state", state]
        #expect(try validate(proven + ["--new-state"]).status == 0)
        let success = try #require(try value("last_success_timestamp_seconds"))
        let before = try folder.bytes("state")
        usleep(1_050_000)
        #expect(try validate(proven, script: script).status == 74)
        #expect(try value("exit_status") == 74)
        #expect(try value("output_failed") == 1)
        #expect(try value("last_success_timestamp_seconds") == success)
        #expect(try folder.bytes("state") == before)
    }

    /// I39
    @Test("metrics that cannot be written end with 74 when all else is done")
    func failedMetrics() throws {
        let state = folder.path + "/state"
        let ending = try CommandProcess(
            DiskSample.validation(of: sample) + ["-q", "--metrics", "/dev/full", "--state", state, "--new-state"]
        ).end()
        #expect(ending.status == 74)
        #expect(ending.output.hasPrefix("VALID: "))
        #expect(ending.errors.hasPrefix("Error: The file of metrics '/dev/full' could not be written: "))
        #expect(ending.errors.split(separator: "\n").count == 1)
        #expect(FileManager.default.fileExists(atPath: state))
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
