import CloudTrailFormat
import CloudTrailIntegrityReports
import Foundation
import NativeInterop
import Testing

@testable import CloudTrailIntegrity

@Suite("Metrics")
struct MetricsReportTests {
    private static let begin = Timestamp(secondsSinceEpoch: 1_772_330_000)

    private func facts(exit: Int32, archives: [String] = ["a"]) -> RunFacts {
        RunFacts(
            version: "1.2.3",
            exit: exit,
            milliseconds: 61_007,
            allowed: [],
            archives: archives.map { ByteString($0) },
            begin: Self.begin
        )
    }

    private func chain(_ trail: String, region: String = "r", end: Timestamp? = nil) -> ChainSummary {
        ChainSummary(
            chain: ChainIdentity(account: "1", region: region, trail: trail, homeRegion: "h", isBackfill: false),
            start: nil,
            end: end,
            unbrokenFrom: nil,
            digests: Tally(),
            logs: Tally()
        )
    }

    private func text(
        _ report: ValidationReport,
        exit: Int32 = 1,
        archives: [String] = ["a"],
        previous: String = ""
    ) -> String {
        var text = ""
        MetricsReport(report, facts(exit: exit, archives: archives), previous: Array(previous.utf8)).write {
            text += $0
        }
        return text
    }

    private func value(_ series: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("cloudtrail_integrity_\(series) ") }
            .flatMap { $0.split(separator: " ").last.map(String.init) }
    }

    @Test("every metric is described once, before its series, and no series comes twice")
    func form() {
        let findings = [Finding(.logModified, "x"), Finding(.logModified, "x"), Finding(.chainRestart, "x")]
        let text = text(ValidationReport(findings: findings, chains: [chain("t"), chain("u")]))
        var described: [Substring] = []
        var series: Set<Substring> = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("# HELP ") {
                let name = line.dropFirst(7).prefix { $0 != " " }
                #expect(!described.contains(name))
                described.append(name)
            } else if line.hasPrefix("# TYPE ") {
                #expect(line == "# TYPE \(described.last ?? "") gauge")
            } else {
                #expect(line.prefix { $0 != "{" } == described.last)
                #expect(series.insert(line.prefix { $0 != " " }).inserted)
            }
        }
        #expect(text.hasSuffix("\n"))
        #expect(value(#"findings{archive="a",kind="log-modified",severity="violation"}"#, in: text) == "2")
        #expect(value(#"findings{archive="a",kind="chain-restart",severity="notice"}"#, in: text) == "1")
        for name in ["findings", "new_findings", "acknowledged_findings"] {
            #expect(series.count { $0.hasPrefix("cloudtrail_integrity_\(name){") } == FindingKind.allCases.count)
        }
        #expect(value(#"run_duration_seconds{archive="a"}"#, in: text) == "61.007")
        #expect(value(#"exit_status{archive="a"}"#, in: text) == "1")
        #expect(value(#"last_run_timestamp_seconds{archive="a"}"#, in: text) == "1772330000")
        #expect(value(#"build_info{archive="a",version="1.2.3"}"#, in: text) == "1")
    }

    @Test("a success is remembered by the runs after it")
    func lastSuccess() {
        let series = #"last_success_timestamp_seconds{archive="a"}"#
        let proven = text(ValidationReport(), exit: 0)
        #expect(value(series, in: proven) == "1772330000")
        #expect(value(series, in: text(ValidationReport())) == "0")
        var file = proven.replacing("1772330000", with: "1772240000")
        // From run to run, however many fail.
        for _ in 0..<3 {
            file = text(ValidationReport(), previous: file)
            #expect(value(series, in: file) == "1772240000")
        }
        #expect(value(series, in: text(ValidationReport(), archives: ["b"], previous: file)) == nil)
        #expect(
            value(
                #"last_success_timestamp_seconds{archive="b"}"#,
                in: text(ValidationReport(), archives: ["b"], previous: file)
            ) == "0"
        )
    }

    @Test(
        "what cannot be a success is none, so that the alarm comes",
        arguments: ["1772330001", "9223372036854775808", "-1", "", "0", "1e9", "1772240000 5", "x", "1772240000\r"]
    )
    func unbelievable(text last: String) {
        let line = #"cloudtrail_integrity_last_success_timestamp_seconds{archive="a"} "#
        for previous in ["\(line)\(last)\n", "\(line)1772240000", line, "\u{0}\(line)\(last)\n"] {
            let text = text(ValidationReport(), previous: previous)
            #expect(value(#"last_success_timestamp_seconds{archive="a"}"#, in: text) == "0")
        }
    }

    @Test("a hostile name stays one label value")
    func escapes() throws {
        let name = "a\\\"\n} 1\r\u{1b}[2K\u{202e}\u{0}é"
        let text = text(ValidationReport(chains: [chain(name)]), archives: [name])
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.needsEscape })
        let label = #"a\\\"\n} 1\\u{d}\\u{1b}[2K\\u{202e}\\u{0}é"#
        #expect(text.contains("trail=\"\(label)\",home_region=\"h\",backfill=\"false\"} 0\n"))
        #expect(text.contains("build_info{archive=\"\(label)\",version="))
    }

    @Test("chains that read the same are one series, with the end of the one that reaches less far")
    func sameSeries() {
        let early = Timestamp(secondsSinceEpoch: 1_772_000_000)
        let names = ["a\u{1b}", "a\\u{1b}"]
        for ends in [[early, Self.begin], [Self.begin, early]] {
            let text = text(ValidationReport(chains: zip(names, ends).map { chain($0, end: $1) }))
            let lines = text.split(separator: "\n").filter { $0.contains("_coverage_end_timestamp_seconds{") }
            #expect(lines.count == 1)
            #expect(lines.first?.hasSuffix(" 1772000000") == true)
        }
        let unproven = text(ValidationReport(chains: [chain(names[0], end: early), chain(names[1])]))
        #expect(unproven.hasSuffix(" 0\n"))
    }
}
