#if os(Linux)
import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

/// What runs that nobody watches are told: to be silent, to wait, and what is new.
@Suite("Options of the night")
struct NightOptionsTests {
    private let sample: SampleFolder
    private let logs: [String]
    private var state: String { sample.path + "/state" }

    init() throws {
        sample = try SampleFolder { $0.logs = 12 }
        logs = try sample.logs()
    }

    private func lose(_ logs: some Sequence<String>) throws {
        for log in logs { try FileManager.default.removeItem(atPath: log) }
    }

    // MARK: Output

    @Test("silent on success: nothing is printed on 0, in any format, and files are written all the same")
    func silent() throws {
        let report = sample.path + "/report.json"
        for format in ["text", "jsonl", "aws"] {
            let run = sample.validate("--silent-on-success", "--format", format, "--report", "json=\(report)")
            #expect(run.status == .proven && run.output.isEmpty && run.errors.isEmpty)
        }
        #expect(try String(contentsOfFile: report, encoding: .utf8).contains(#""expectGiven":false"#))
        #expect(sample.validate("--silent-on-success", "--report", "json=-").status == .usage)
        // What stands in the way of success is told with the findings.
        let full = sample.validate("--silent-on-success", "--report", "json=/dev/full")
        #expect(full.status == .outputError)
        #expect(full.output.contains("VALID: ") && full.errors.contains("/dev/full"))
        try lose(logs.prefix(1))
        let plain = sample.validate()
        let silent = sample.validate("--silent-on-success")
        #expect(silent.status == .violation)
        #expect(silent.output == plain.output && silent.output.contains("log-missing"))
    }

    @Test("quiet: the verdict, the violations by kind and key, so many of them, and what was not asked")
    func quiet() throws {
        try lose(logs.prefix(3))
        let keys = logs.prefix(3).map { $0.dropFirst(sample.archive.count + 1) }
        let lines = sample.validate("-q").output.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("NOT VALID: 3 violations; "))
        #expect(lines[1...3] == keys.map { "  log-missing \($0)" }[...])
        #expect(lines[4].hasPrefix("Not asked: "))
        try lose(logs[3..<12])
        let many = sample.validate("-q").output.split(separator: "\n").filter { $0.hasPrefix("  log-missing ") }
        #expect(many.count == 10)
        #expect(sample.validate("-q").output.contains("\n  … and 2 more\n"))
        let summed = sample.validate("-q", "--findings-per-folder", "4").output
        #expect(summed.contains("\n  … and 8 more\n"))
    }

    @Test("quiet: a key that could steer a terminal is shown as escapes")
    func quietEscapes() throws {
        let stray = (logs[0] as NSString).deletingLastPathComponent + "/\u{1b}[2K.json.gz"
        try Data([0x1f, 0x8b]).write(to: URL(fileURLWithPath: stray))
        try lose(logs.prefix(1))
        #expect(!sample.validate("-q").output.contains("\u{1b}"))
    }

    // MARK: New and known

    /// I41
    @Test("a state tells what is new from what the last run found, and no verdict looks at it")
    func newAndKnown() throws {
        func records(_ options: String...) throws -> [[String: Any]] {
            try jsonLines(sample.validate(["--format", "jsonl"] + options).output)
        }
        func known(_ records: [[String: Any]]) -> [Bool?] {
            records.filter { $0["kind"] as? String == "log-missing" }.map { $0["known"] as? Bool }
        }
        try lose([logs[5]])
        let without = try records()
        #expect(known(without) == [nil] && without.last?["new"] == nil)
        let first = try records("--state", state, "--new-state")
        #expect(known(first) == [nil] && first.last?["new"] == nil)
        try lose([logs[2], logs[7]])
        let metrics = sample.path + "/a.prom"
        let html = sample.path + "/a.html"
        let second = try records("--state", state, "--metrics", metrics, "--report", "html=\(html)")
        #expect(known(second) == [false, true, false])
        #expect(second.last?["new"] as? [String: Int] == ["violation": 2, "unverified": 0])
        #expect(second.last?["exit"] as? Int == 1)
        let text = try String(contentsOfFile: metrics, encoding: .utf8)
        let lines = text.split(separator: "\n").filter { $0.contains(#"kind="log-missing""#) }
        #expect(lines.map { $0.suffix(2) } == [" 3", " 2", " 0"])
        #expect(try String(contentsOfFile: html, encoding: .utf8).contains("did not have it: it is new"))
        let third = sample.validate("--state", state)
        #expect(third.status == .violation)
        #expect(third.output.contains("\nSince the last run: 0 new findings, 3 known from then.\n"))
        try lose([logs[9]])
        let fourth = sample.validate("--state", state)
        #expect(fourth.output.contains("violation log-missing (4, 1 new)"))
        #expect(fourth.output.contains("new: the last run did not find it"))
        #expect(fourth.output.contains("\nSince the last run: 1 new finding (1 violation), 3 known from then.\n"))
    }

    /// I41, I31
    @Test("what is summed up is counted as new or known, and is neither itself")
    func sums() throws {
        try lose(logs.prefix(2))
        #expect(sample.validate("--state", state, "--new-state").status == .violation)
        try lose(logs[2..<6])
        let records = try jsonLines(
            sample.validate("--state", state, "--findings-per-folder", "3", "--format", "jsonl").output
        )
        let sum = try #require(records.first { ($0["detail"] as? [String: Any])?["more"] != nil })
        #expect(sum["known"] == nil)
        #expect(records.last?["new"] as? [String: Int] == ["violation": 4, "unverified": 0])
    }

    // MARK: The lock

    /// I17
    @Test("a run waits for the lock of the state for as long as it is told, and no longer")
    func lock() throws {
        #expect(sample.validate("--state", state, "--new-state").status == .proven)
        let arguments = DiskSample.validation(of: sample.path) + ["--state", state, "-q"]
        let holder = unsafe open(state + ".lock", O_RDWR | O_CLOEXEC)
        #expect(holder >= 0 && flock(holder, LOCK_EX) == 0)
        for timeout in [[], ["--lock-timeout", "0"], ["--lock-timeout", "1"]] {
            let begin = ContinuousClock.now
            let ending = try CommandProcess(arguments + timeout).end()
            let duration = begin.duration(to: .now)
            #expect(ending.status == 66 && ending.errors.contains("in use by another run"))
            // How long a process takes beside that, a busy machine decides.
            #expect(duration > (timeout.last == "1" ? .seconds(1) : .zero), "\(timeout): \(duration)")
        }
        // A signal ends the wait.
        let interrupted = try CommandProcess(arguments + ["--lock-timeout", "3600"])
        #expect(try interrupted.runs { interrupted.holds(state + ".lock") })
        interrupted.send(SIGTERM)
        let ending = try interrupted.end()
        #expect(ending.status == 143)
        #expect(ending.errors.hasPrefix("Interrupted: ") && ending.errors.split(separator: "\n").count == 1)
        // Another run that ends lets it go on, with the state that that one wrote.
        let waiting = try CommandProcess(arguments + ["--lock-timeout", "60"])
        #expect(try waiting.runs { waiting.holds(state + ".lock") })
        usleep(200_000)
        close(holder)
        #expect(try waiting.end().status == 0)
        #expect(sample.validate("--lock-timeout", "1").status == .usage)
        #expect(sample.validate("--state", state, "--lock-timeout", "soon").status == .usage)
    }
}
#endif
