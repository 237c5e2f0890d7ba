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
}
#endif
