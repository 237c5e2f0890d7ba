import CloudTrailFormat
import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

/// `--acknowledge`: what was looked into is marked, and no more than that is out of the exit status.
@Suite("Acknowledged findings")
struct AcknowledgeTests {
    private let sample: SampleFolder
    /// The names of two log files and a digest file in the middle of a chain.
    private let logs: [String]

    init() throws {
        sample = try SampleFolder()
        logs = try sample.logs()
    }

    private func key(_ path: String) -> String { String(path.dropFirst(sample.archive.count + 1)) }

    private func line(
        _ kind: String,
        _ path: String,
        until: String = "2999-01-01",
        who: String = "Ana",
        why: String = "lost with disk 7",
        more: [String: String] = [:]
    ) throws -> String {
        var members = ["kind": kind, "key": key(path), "who": who, "why": why, "until": until]
        members.merge(more) { _, new in new }
        return String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    }

    private func validate(_ lines: [String], _ options: String...) throws -> Run {
        let file = try sample.write("acknowledged.jsonl", lines.joined(separator: "\n") + "\n")
        return sample.validate(["--acknowledge", file] + options)
    }

    private func alter(_ path: String) throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    // MARK: The status

    /// V51, I21
    @Test("where all that counts is acknowledged the status is 3, the verdict stays, and --strict looks at it as ever")
    func status() throws {
        try FileManager.default.removeItem(atPath: logs[1])
        #expect(sample.validate().status == .violation)
        let missing = try line("log-missing", logs[1])
        let run = try validate([missing])
        #expect(run.status == .nothingNew)
        #expect(run.output.contains("\nNOT VALID: 1 violation; "))
        #expect(run.output.contains("Nothing new: all that is wrong or not proven is acknowledged (1 finding)."))
        #expect(run.output.contains("acknowledged by Ana until 2999-01-01T00:00:00Z: lost with disk 7"))
        #expect(try validate([missing], "--strict").status == .violation)
        // Another one.
        try FileManager.default.removeItem(atPath: logs[2])
        #expect(try validate([missing]).status == .violation)
        #expect(try validate([missing, line("log-missing", logs[2])]).status == .nothingNew)
        // And one of another kind at the same key is another one.
        #expect(try validate([missing, line("log-modified", logs[2])]).status == .violation)
    }

    /// V51
    @Test("what is not proven counts as what is wrong does")
    func unproven() throws {
        let stray = logs[1].replacing(".json.gz", with: "x.json.gz")
        try FileManager.default.copyItem(atPath: logs[1], toPath: stray)
        #expect(sample.validate().status == .unverified)
        let known = try line("log-unreferenced", stray)
        let run = try validate([known])
        #expect(run.status == .nothingNew)
        #expect(run.output.contains("\nNOT PROVEN: no violation, but 1 thing without proof"))
        #expect(try validate([known], "--strict").status == .violation)
        // What is allowed counts neither way.
        #expect(try validate([known], "--allow", "log-unreferenced").status == .proven)
        try FileManager.default.removeItem(atPath: logs[0])
        #expect(try validate([known]).status == .violation)
        #expect(try validate([known, line("log-missing", logs[0])]).status == .nothingNew)
        #expect(try validate([line("log-missing", logs[0])], "--allow", "log-unreferenced").status == .nothingNew)
    }

    /// V51
    @Test("a chain without a verified digest file is nothing that could be acknowledged")
    func bareChain() throws {
        for digest in try sample.digests() { try alter(digest) }
        let report = sample.validate(["--format", "jsonl"])
        #expect(report.status != .proven)
        var lines: [String] = []
        for record in try jsonLines(report.output) where record["record"] as? String == "finding" {
            guard let kind = record["kind"] as? String, let key = record["key"] as? String,
                record["severity"] as? String != "notice", !["coverage-short"].contains(kind)
            else { continue }
            var members: [String: String] = ["kind": kind, "key": key, "who": "a", "why": "b", "until": "2999-01-01"]
            for name in ["start", "end", "path"] { members[name] = record[name] as? String }
            lines.append(String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self))
        }
        #expect(!lines.isEmpty)
        #expect(try validate(lines).status == report.status)
    }

    /// V50, I31
    @Test("what sums up others cannot be acknowledged")
    func sums() throws {
        for log in logs[0..<3] { try FileManager.default.removeItem(atPath: log) }
        let lines = try logs[0..<3].map { try line("log-missing", $0) }
        #expect(try validate(lines).status == .nothingNew)
        let folder = (logs[0] as NSString).deletingLastPathComponent + "/"
        let run = try validate(lines + [line("log-missing", folder)], "--findings-per-folder", "2")
        #expect(run.status == .violation)
        #expect(run.output.contains("acknowledgement-unmatched (2)"))
    }

    /// V50
    @Test("a second finding of the same kind and key is not covered with the first one")
    func copies() throws {
        let name = (logs[1] as NSString).deletingPathExtension
        try alter(logs[1])
        let kind = try #require(
            ["log-modified", "log-malformed"].first { sample.validate().output.contains("violation \($0)") }
        )
        #expect(try validate([line(kind, logs[1])]).status == .nothingNew)
        // Another file that stands for the same key.
        try FileManager.default.copyItem(atPath: logs[1], toPath: name)
        let run = try validate([line(kind, logs[1])])
        #expect(run.status == .violation)
        #expect(run.output.contains("there are several such findings"))
        let both = try [line(kind, logs[1], more: ["path": logs[1]]), line(kind, logs[1], more: ["path": name])]
        #expect(try validate(both).status == .nothingNew)
        #expect(try validate([both[0]]).status == .violation)
    }

    // MARK: What is told

    /// V50
    @Test("one that has expired, or that no finding matches, covers nothing and is a notice")
    func notices() throws {
        try FileManager.default.removeItem(atPath: logs[1])
        let expired = try validate([line("log-missing", logs[1], until: "2026-01-01T00:00:00Z")])
        #expect(expired.status == .violation)
        #expect(
            expired.output.contains("notice acknowledgement-expired (1): the acknowledgement of log-missing by Ana")
        )
        let renewed = try validate([
            line("log-missing", logs[1], until: "2026-01-01"), line("log-missing", logs[1], until: "2999-01-01"),
        ])
        #expect(renewed.status == .nothingNew)
        let unmatched = try validate([line("log-missing", logs[1]), line("log-missing", logs[2])])
        #expect(unmatched.status == .nothingNew)
        #expect(unmatched.output.contains("notice acknowledgement-unmatched (1): the acknowledgement of log-missing"))
    }

    /// I40, I28
    @Test("who and why stand in every report, and steer none; so does the file's SHA-256")
    func reports() throws {
        try FileManager.default.removeItem(atPath: logs[1])
        let (who, why) = ("A\u{1b}[2Kna <b>", "lost\n</script>\u{202e}=1+1, \"disk\" 7")
        let names = ["jsonl", "json", "junit", "csv", "html", "sarif"]
        let line = try line("log-missing", logs[1], who: who, why: why)
        let options = names.flatMap { ["--report", "\($0)=\(sample.path)/r.\($0)"] }
        let file = try sample.write("known.jsonl", line + "\n")
        let run = sample.validate(["--acknowledge", file, "--metrics", "\(sample.path)/a.prom"] + options)
        #expect(run.status == .nothingNew)
        #expect(
            run.output.contains(#"acknowledged by A\u{1b}[2Kna <b> until 2999-01-01T00:00:00Z: lost\u{a}</script>"#)
        )
        let hash = try ShellRun("/bin/sh", ["-c", "sha256sum <\(file)"]).output.prefix(64)
        for name in names {
            let text = try String(contentsOfFile: "\(sample.path)/r.\(name)", encoding: .utf8)
            #expect(!text.contains("\u{1b}") && !text.contains("\u{202e}"), "\(name)")
            #expect(text.contains("disk") && text.contains("2999-01-01T00:00:00Z"), "\(name)")
            if !["csv", "jsonl"].contains(name) { #expect(text.contains(hash), "\(name)") }
        }
        let records = try jsonLines(String(contentsOfFile: "\(sample.path)/r.jsonl", encoding: .utf8))
        let finding = try #require(records.first { $0["kind"] as? String == "log-missing" })
        let marked = try #require(finding["acknowledged"] as? [String: String])
        #expect(marked == ["who": who, "why": why, "until": "2999-01-01T00:00:00Z"])
        let summary = try #require(records.last)
        #expect(summary["exit"] as? Int == 3)
        #expect(summary["acknowledged"] as? [String: Int] == ["violation": 1, "unverified": 0])
        let metrics = try String(contentsOfFile: "\(sample.path)/a.prom", encoding: .utf8)
        let series = metrics.split(separator: "\n").filter { $0.contains("acknowledged_findings{") }
        #expect(series.filter { $0.hasSuffix(" 1") }.count == 1)
        #expect(metrics.contains("\ncloudtrail_integrity_exit_status{archive=\"\(sample.archive)\"} 3\n"))
        #expect(metrics.contains("last_success_timestamp_seconds{archive=\"\(sample.archive)\"} 0\n"))
    }

    // MARK: The file

    /// I40
    @Test(
        "a line that cannot be read is status 66, with its number and what is wrong",
        arguments: [
            ("{", "line 2: "),
            (#"["log-missing"]"#, "line 2: an acknowledgement is a JSON object"),
            (
                #"{"kind":"log-mising","key":"k","who":"a","why":"b","until":"2999-01-01"}"#,
                "'log-mising' is not a kind"
            ),
            (#"{"kind":"key-new","key":"k","who":"a","why":"b","until":"2999-01-01"}"#, "a notice never counts"),
            (
                #"{"kind":"nothing-validated","key":"k","who":"a","why":"b","until":"2999-01-01"}"#,
                "cannot be acknowledged"
            ),
            (
                #"{"kind":"log-over-limit","key":"k","who":"a","why":"b","until":"2999-01-01"}"#,
                "cannot be acknowledged"
            ),
            (
                #"{"kind":"digest-over-limit","key":"k","who":"a","why":"b","until":"2999-01-01"}"#,
                "cannot be acknowledged"
            ),
            (#"{"kind":"coverage-short","key":"k","who":"a","why":"b","until":"2999-01-01"}"#, "'--expect'"),
            (#"{"kind":"log-missing","key":"k","who":"a","why":"b"}"#, "kind, key, who, why, until must be there"),
            (#"{"kind":"log-missing","key":"k","who":"a","why":"b","until":"soon"}"#, "must be times"),
            (#"{"kind":"log-missing","key":"k","who":"a","why":"b","until":null}"#, "until must be a string"),
            (#"{"kind":"log-missing","key":"k","who":" ","why":"b","until":"2999-01-01"}"#, "who must say something"),
            (#"{"kind":"log-missing","key":"","who":"a","why":"b","until":"2999-01-01"}"#, "key is empty"),
            (#"{"kind":"log-missing","keys":"k*"}"#, "there is no member 'keys'"),
            (
                #"{"kind":"chain-gap","key":"k","who":"a","why":"b","until":"2999-01-01"}"#,
                "start and end must be there"
            ),
            (#"{"kind":"log-missing","kind":"log-missing"}"#, "line 2: "),
            ("{\"kind\":\"\u{1b}[2K\"", "line 2: "),
        ]
    )
    func unreadable(line: String, reason: String) throws {
        let good = try self.line("log-missing", logs[1])
        let run = try validate([good, line])
        #expect(run.status == .noInput)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.hasPrefix("Error: The list of acknowledgements '"))
        #expect(run.errors.contains("cannot be used: line 2: ") && run.errors.contains(reason), "\(run.errors)")
        #expect(!run.errors.contains("\u{1b}"))
    }

    /// I11, I40
    @Test("it is read as people make it: with a byte order mark, in UTF-16, with empty lines and carriage returns")
    func encodings() throws {
        try FileManager.default.removeItem(atPath: logs[1])
        let text = "\r\n" + (try line("log-missing", logs[1])) + "\r\n"
        let little = Data([0xff, 0xfe]) + (try #require(text.data(using: .utf16LittleEndian)))
        let big = Data([0xfe, 0xff]) + (try #require(text.data(using: .utf16BigEndian)))
        for bytes in [Data(text.utf8), Data([0xef, 0xbb, 0xbf]) + Data(text.utf8), little, big] {
            let file = sample.path + "/known.jsonl"
            try bytes.write(to: URL(fileURLWithPath: file))
            #expect(sample.validate("--acknowledge", file).status == .nothingNew)
        }
        let empty = try sample.write("empty.jsonl", "")
        #expect(sample.validate("--acknowledge", empty).status == .violation)
    }

    /// I12, I35
    @Test("it lies outside the archive, and nothing is written over it")
    func place() throws {
        let inside = try sample.write("archive/known.jsonl", "")
        #expect(sample.validate("--acknowledge", inside).status == .usage)
        let file = try sample.write("known.jsonl", "")
        #expect(sample.validate("--acknowledge", file, "--report", "json=\(file)").status == .usage)
        #expect(sample.validate("--acknowledge", sample.path + "/none").status == .noInput)
    }

    /// I16
    @Test("a clock that lies behind the archive cannot tell what has expired")
    func clock() throws {
        let made = try SampleFolder { $0.start = $0.start.advanced(bySeconds: 1_000_000_000) }
        let file = try made.write("known.jsonl", "")
        #expect(made.validate("--acknowledge", file).status == .proven)
        let one = try made.write(
            "one.jsonl",
            #"{"kind":"log-missing","key":"k","who":"a","why":"b","until":"2999-01-01"}"# + "\n"
        )
        let run = made.validate("--acknowledge", one)
        #expect(run.status == .noInput)
        #expect(run.errors.contains("set the clock right"))
    }
}
