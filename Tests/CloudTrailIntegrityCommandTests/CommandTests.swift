import CloudTrailFormat
import CloudTrailIntegrity
import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

private typealias Status = CloudTrailIntegrityCommand.ExitStatus

@Suite("The command")
struct CommandTests {
    /// V49, I21
    @Test("the exit status follows the verdict, --allow and --strict")
    func exitStatus() throws {
        let clean = try SampleFolder()
        #expect(clean.validate().status == .proven)
        let unsigned = run("validate", clean.archive, "--public-keys", clean.keys)
        #expect(unsigned.status == .unverified)
        #expect(run("validate", clean.archive, "--public-keys", clean.keys, "--strict").status == .violation)
        let allowed = run(
            "validate",
            clean.archive,
            "--public-keys",
            clean.keys,
            "--allow",
            "digest-unsigned",
            "--allow=log-unauthenticated"
        )
        #expect(allowed.status == .proven)
        #expect(allowed.output.contains("VALID but for what was allowed (digest-unsigned, log-unauthenticated)"))
        #expect(allowed.output.contains("digest-unsigned"))
        let tampered = try SampleFolder { $0.tampers = [.logModified] }
        #expect(tampered.validate().status == .violation)
        #expect(tampered.validate("--allow", "log-unreferenced").status == .violation)
    }

    /// V45
    @Test("the text report ends with the verdict and what was not asked, and --quiet is these alone")
    func text() throws {
        let clean = try SampleFolder()
        let lines = clean.validate().output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("ACCOUNT       REGION     TRAIL") == true)
        #expect(lines.count == 5)
        let verdict =
            "VALID: 12/12 digest files valid, 36/36 log files valid in 2 chains of 1 account and 2 regions, "
            + "without a hole from 2026-03-01T00:10:35Z to 2026-03-01T06:10:35Z."
        #expect(lines[3] == verdict)
        let notAsked =
            "Not asked: what came before the oldest digest files (--start-time); what came after the newest (--end-time, "
            + "--max-age); whether a chain is absent (--expect); which bucket it came from (--bucket)."
        #expect(lines[4] == notAsked)
        #expect(clean.validate("-q").output == "\(verdict)\n\(notAsked)\n")
        // What was asked is not there; what was passed over is.
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(clean.archive)/notes.txt"))
        let asked = clean.validate(
            "-q",
            "--start-time",
            "2026-03-01T01:10:35Z",
            "--end-time",
            "2026-03-01T06:10:35Z",
            "--bucket",
            "example-trail-bucket"
        )
        #expect(asked.status == .proven)
        #expect(
            asked.output.split(separator: "\n").dropFirst() == [
                "Not asked: whether a chain is absent (--expect).",
                "Files not judged: 8 outside the range or the filters; 1 not CloudTrail's.",
            ]
        )
    }

    @Test("JSON Lines end with the summary, and --verbose lists each proven file")
    func jsonLines() throws {
        let clean = try SampleFolder()
        let lines = clean.validate("--format", "jsonl", "-v").output.split(separator: "\n")
        let records = try lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(records.count { $0["record"] as? String == "file" } == 48)
        #expect(records.count { $0["record"] as? String == "chain" } == 2)
        let summary = try #require(records.last)
        #expect(summary["record"] as? String == "summary")
        #expect(summary["exit"] as? Int == 0)
        #expect((summary["keys"] as? [[String: String]])?.first?["file"] == clean.keys)
        #expect(clean.validate("--format=jsonl", "--quiet").output.split(separator: "\n").count == 1)
    }

    @Test("the AWS CLI's form holds its summary, and its lines on each stream")
    func aws() throws {
        let clean = try SampleFolder()
        let lines = clean.validate("--format", "aws", "--verbose").output.split(separator: "\n").map(String.init)
        #expect(
            lines.count { $0.hasPrefix("Digest file\ts3://example-trail-bucket/AWSLogs/") && $0.hasSuffix("\tvalid") }
                == 12
        )
        #expect(lines.count { $0.hasPrefix("Log file\ts3://example-trail-bucket/AWSLogs/") } == 36)
        #expect(
            lines.suffix(4) == [
                "Results requested for 2026-03-01T00:10:35Z to 2026-03-01T06:10:35Z",
                "Results found for 2026-03-01T00:10:35Z to 2026-03-01T06:10:35Z:", "12/12 digest files valid",
                "36/36 log files valid",
            ]
        )
        let tampered = try SampleFolder { $0.tampers = [.logModified, .digestDeleted] }
        let result = tampered.validate("--format", "aws")
        #expect(result.status == .violation)
        #expect(result.output.contains("11/12 digest files valid, 1/12 digest files INVALID\n"))
        #expect(result.errorLines.count { $0.hasSuffix("\tINVALID: not found") } == 1)
        #expect(result.errorLines.count { $0.hasSuffix("\tINVALID: hash value doesn't match") } == 1)
    }

    @Test("limits, ages and expected chains reach the validator")
    func newOptions() throws {
        let clean = try SampleFolder()
        #expect(clean.validate("--max-log-size", "1K").output.contains("log-over-limit"))
        #expect(clean.validate("--max-digest-entries", "1").output.contains("digest-over-limit"))
        #expect(clean.validate("--max-age", "3h").status == .unverified)
        #expect(clean.validate("--max-age", "99999d").status == .proven)
        // A digest file of a time that has not come yet: then the clock is wrong, and no age is one.
        let future = try SampleFolder { $0.start = Timestamp(secondsSinceEpoch: 4_000_000_000) }
        #expect(future.validate().status == .proven)
        for filter in [[], ["--account-id", "999999999999"]] {
            let unanswerable = future.validate(["--max-age", "3h"] + filter)
            #expect(unanswerable.status == .noInput && unanswerable.output.isEmpty)
            let line = unanswerable.errorLines.first.map(String.init) ?? ""
            #expect(line.contains("'--max-age' cannot be answered") && line.contains("ends at 2096-10-02T13:06:40Z"))
            #expect(line.contains("by the clock it is only 20"))
        }
        let line = #"{"account":"111122223333","region":"r","trail":"t","homeRegion":"h"}"#
        let list = try clean.write("expect.jsonl", line)
        let result = clean.validate("--expect", list)
        #expect(result.status == .unverified)
        #expect(result.output.contains("coverage-short"))
        let dated = clean.validate("--start-time", "2026-03-01", "--format", "jsonl")
        #expect(dated.output.contains("2026-03-01T00:00:00Z"))
    }

    @Test("a list of chains that asks for nothing, or in two ways, is an error")
    func expectedChains() throws {
        let clean = try SampleFolder()
        let line = #"{"account":"111122223333","region":"us-east-1","trail":"t","homeRegion":"us-east-1"}"#
        let list = try clean.write("expect.jsonl", line)
        let empty = clean.validate("--expect", try clean.write("empty.jsonl", "\n"))
        #expect(empty.status == .noInput)
        #expect(empty.errors.contains("cannot be used: line 1: the list names no chain"))
        let other = try clean.write("other.jsonl", line.dropLast() + #","until":"2026-03-01"}"#)
        let twice = clean.validate("--expect", list, "--expect", other)
        #expect(twice.status == .noInput)
        #expect(twice.errors.contains("line 1: the chain is named twice, with another since or until"))
        let filtered = clean.validate("--expect", list, "--region", "eu-west-1")
        #expect(filtered.status == .usage)
        #expect(filtered.errors.contains("none of the expected chains is among"))
    }

    @Test("without keys the error holds the commands that fetch them")
    func missingKeys() throws {
        let clean = try SampleFolder()
        let result = run("validate", clean.archive)
        #expect(result.status == .usage)
        #expect(
            result.errorLines.dropFirst().map(String.init)
                == ["us-east-1", "us-west-2"].map {
                    "  aws cloudtrail list-public-keys --region \($0) --start-time 2026-03-01T00:10:35Z "
                        + "--end-time 2026-03-01T08:10:35Z --output json > keys-\($0).json"
                }
        )
    }

    /// I1
    @Test("bad input is one line and the right status")
    func badInput() throws {
        let clean = try SampleFolder()
        let stranger = try String(contentsOfFile: clean.keys, encoding: .utf8)
            .replacing(
                /"Fingerprint": ?"[0-9a-f]{32}"/,
                with: "\"Fingerprint\":\"\(String(repeating: "0", count: 32))\""
            )
        let notJSON = try clean.write("text.json", "hello")
        let empty = try clean.write("empty.json", "{\"PublicKeyList\":[]}")
        let mislabelled = try clean.write("mislabelled.json", stranger)
        let manifest = try clean.write("broken.jsonl", "{\"bucket\":\"b\",\"key\":\"k\",\"metadata\":{}}\n\nnonsense\n")
        func check(_ status: Status, _ text: String, _ arguments: String...) {
            let result = run(["validate"] + arguments)
            #expect(result.status == status, "\(arguments)")
            #expect(result.errorLines.count == 1, "\(result.errors)")
            #expect(result.errors.hasPrefix("Error: "))
            #expect(result.errors.contains(text), "\(result.errors)")
            #expect(result.output.isEmpty)
        }
        let archive = clean.archive
        check(.noInput, "there is no such folder", "/nowhere", "--public-keys", clean.keys)
        #if ArchiveFiles
        check(.noInput, "not a tar or zip archive", clean.keys, "--public-keys", clean.keys)
        check(.usage, "can be read only once", "-", "-", "--public-keys", clean.keys)
        #else
        check(.noInput, "not a folder", clean.keys, "--public-keys", clean.keys)
        check(.noInput, "the package trait ArchiveFiles", "-", "--public-keys", clean.keys)
        #endif
        check(.noInput, "No such file or directory", archive, "--public-keys", "/nowhere")
        check(.noInput, "holds no key file", archive, "--public-keys", clean.archive)
        check(.noInput, "not JSON at byte 0", archive, "--public-keys", notJSON)
        check(.noInput, "holds no public key", archive, "--public-keys", empty)
        check(.noInput, "is not the MD5 of its value", archive, "--public-keys", mislabelled)
        check(.noInput, "line 3:", archive, "--public-keys", clean.keys, "--signatures", manifest)
        check(
            .usage,
            "is not before the end",
            archive,
            "--public-keys",
            clean.keys,
            "--start-time",
            "2026-03-02T00:00:00Z",
            "--end-time",
            "2026-03-01T00:00:00Z"
        )
        check(.usage, "ISO 8601", archive, "--start-time", "yesterday")
        check(.usage, "12 digits", archive, "--account-id", "12")
        check(.usage, "arn:aws:cloudtrail:REGION", archive, "--trail", "arn:aws:s3:x")
        check(.usage, "a number with s, m, h or d", archive, "--grace", "90")
        check(.usage, "give one of them", archive, "--max-age", "3h", "--end-time", "2026-03-01T00:00:00Z")
        check(.usage, "a number of bytes", archive, "--max-log-size", "8X")
        check(.usage, "a number of bytes", archive, "--max-log-size", "99999999999999T")
        check(.usage, "name of a bucket", archive, "--bucket", "")
        check(.noInput, "line 1:", archive, "--public-keys", clean.keys, "--expect", notJSON)
        check(.usage, "(values: text, jsonl, aws)", archive, "--format", "xml")
        check(.usage, "a whole number from 1", archive, "--jobs", "0")
        check(.usage, "cannot be allowed", archive, "--allow", "log-modified")
        check(.usage, "Did you mean 'digest-unsigned'?", archive, "--allow", "digest-unsined")
    }

    @Test("a command line that cannot be understood shows its form")
    func usageErrors() {
        let cases: [([String], String)] = [
            (["validate", "a", "--strcit"], "Error: Unknown option '--strcit'. Did you mean '--strict'?"),
            (["validate", "a", "-x"], "Error: Unknown option '-x'"),
            (["validate"], "Error: Missing expected argument '<archive> ...'"),
            (["validate", "a", "--format"], "Error: Missing value for '--format <format>'"),
            (["validate", "a", "--strict=1"], "Error: The flag '--strict' takes no value"),
            (
                ["validate", "a", "--format", "text", "--format", "text"],
                "Error: The option '--format' was given more than once"
            ),
            (["validte"], "Error: Unknown subcommand 'validte'. Did you mean 'validate'?"),
            (["verify", "a"], "Error: Unknown subcommand 'verify'. Did you mean 'validate'?"),
            (["/dev"], "Error: Unknown subcommand '/dev'. Did you mean 'validate /dev'?"),
            (["/nowhere"], "Error: Unknown subcommand '/nowhere'"),
            (["keys", "--since", "x"], "Error: Unknown option '--since'"),
            (["validate", "a", "--since", "x"], "Error: Unknown option '--since'. Did you mean '--start-time'?"),
            (["--versoin"], "Error: Unknown option '--versoin'. Did you mean '--version'?"),
            (["sample"], "Error: Missing expected argument '<directory>'"),
        ]
        for (arguments, first) in cases {
            let result = run(arguments)
            #expect(result.status == .usage)
            #expect(result.errorLines.first.map(String.init) == first)
            #expect(result.errorLines.count == 3)
            #expect(result.errorLines.dropFirst().first?.hasPrefix("Usage: cloudtrail-integrity ") == true)
            #expect(result.errorLines.last?.hasSuffix("--help' for more information.") == true)
        }
    }

    @Test("an archive without a digest in range never ends with 0")
    func nothingInRange() throws {
        let clean = try SampleFolder()
        #expect(clean.validate("--start-time", "2027-01-01T00:00:00Z").status == .unverified)
        let empty = clean.path + "/empty"
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        let result = run("validate", empty, "--public-keys", clean.keys)
        #expect(result.status == .unverified)
        #expect(result.output.contains("nothing-validated"))
    }

    @Test("output that cannot be written is 74")
    func outputFails() throws {
        let clean = try SampleFolder()
        let result = run(["validate", clean.archive, "--public-keys", clean.keys], outputFails: true)
        #expect(result.status == .outputError)
        #expect(result.errors == "Error: The output could not be written.\n")
        #expect(run(["--help"], outputFails: true).status == .outputError)
    }

    @Test("help goes to standard output, wrapped at the width")
    func help() {
        for arguments in [
            ["--help"], ["-h"], ["help"], ["validate", "--help"], ["help", "validate"], ["help", "sample"],
        ] {
            for width in [60, 80, 120] {
                let result = run(arguments, width: width)
                #expect(result.status == .proven)
                #expect(result.errors.isEmpty)
                #expect(result.output.hasPrefix("OVERVIEW: "))
                let usage = result.output.split(separator: "\n").filter {
                    !$0.hasPrefix("USAGE") && !$0.hasPrefix("  -")
                }
                // A word that is too long for a line has one of its own.
                #expect(usage.allSatisfy { $0.count <= width || $0.split(separator: " ").count == 1 })
            }
        }
        let lines = run("help", "validate").output.split(separator: "\n").map(String.init)
        #expect(lines.contains("  --strict                Exit with 1 also when something is only unverified."))
        #expect(run("--version").output == "cloudtrail-integrity \(Tool.version)\n")
        #expect(run([]).status == .usage)
    }

    @Test("sample makes what validate proves, and refuses to write into something")
    func sample() throws {
        let folder = NSTemporaryDirectory() + "command-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let arguments = [
            "sample", folder, "--hours", "3", "--accounts", "1", "--regions", "1", "--tamper", "log-deleted",
        ]
        let made = run(arguments)
        #expect(made.status == .proven)
        #expect(made.output.hasPrefix("Made 3 digest files and 9 log files in 1 chain, "))
        let validated = run(
            "validate",
            folder + "/archive",
            "--public-keys",
            folder + "/keys.json",
            "--signatures",
            folder + "/meta.jsonl"
        )
        #expect(validated.status == .violation)
        #expect(validated.output.contains("log-missing"))
        let again = run(arguments)
        #expect(again.status == .usage)
        #expect(again.errorLines.count == 1)
        #expect(run("sample", folder + "/x", "--tamper", "log-delete").errors.contains("Did you mean 'log-deleted'?"))
        #expect(run("sample", folder + "/x", "--hours", "none").status == .usage)
    }
}
