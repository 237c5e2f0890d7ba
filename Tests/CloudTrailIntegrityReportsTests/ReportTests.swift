import CloudTrailFormat
import CloudTrailIntegrity
import CloudTrailIntegrityReports
import Foundation
import Testing

/// Text that would forge a line, steer a terminal or break JSON.
private let hostile = "a\u{1b}[2K\r\nviolation\u{202e}\u{85}\u{2028}\"\\\u{0}é\u{e000}"

private func report(_ findings: [Finding]) -> ValidationReport {
    ValidationReport(findings: findings)
}

private let facts = RunFacts(version: "1.2.3", exit: 1, milliseconds: 1234, allowed: [])

@Suite("Reports")
struct ReportTests {
    private let finding = Finding(
        .logModified,
        hostile,
        bucket: hostile,
        key: ObjectKey(hostile),
        path: ObjectKey(bytes: [0x61, 0xff, 0x0a]),
        chain: ChainIdentity(account: "1", region: hostile, trail: hostile, homeRegion: "r", isBackfill: false),
        start: Timestamp("2026-03-01T00:10:35Z"),
        detail: ["text": .text(hostile), "list": .list([hostile]), "number": .number(-5), "flag": .flag(true)]
    )

    @Test("JSON Lines hold one JSON object a line, and nothing raw")
    func jsonLines() throws {
        var lines: [String] = []
        JSONLinesReport(report([finding]), facts).write { lines.append($0) }
        #expect(lines.count == 2)
        for line in lines {
            #expect(!line.unicodeScalars.contains { $0.needsEscape })
            #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
        }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(object["key"] as? String == hostile)
        #expect(object["message"] as? String == hostile)
        let detail = try #require(object["detail"] as? [String: Any])
        #expect(detail["text"] as? String == hostile)
        #expect(detail["pathBytes"] as? String == "61ff0a")
        #expect(detail["number"] as? Int == -5)
        let chain = try #require(object["chain"] as? [String: Any])
        #expect(chain["backfill"] as? Bool == false)
    }

    /// I25, I26
    @Test("the members of a finding and of the summary stand in the contract's order")
    func order() throws {
        var lines: [String] = []
        JSONLinesReport(report([finding]), facts).write { lines.append($0) }
        func names(_ line: String) -> [String] {
            line.matches(of: /[{,]"([A-Za-z]+)":/).map { String($0.output.1) }
        }
        let chain = ["account", "region", "trail", "homeRegion", "backfill"]
        #expect(
            Array(names(lines[0]).prefix(16))
                == ["record", "severity", "kind", "bucket", "key", "path", "chain"] + chain + [
                    "start", "end", "message", "detail",
                ]
        )
        let tally = ["total", "valid", "invalid", "missing", "unverified"]
        #expect(
            names(lines[1])
                == [
                    "record", "tool", "version", "start", "end", "provenFrom", "provenUntil", "chains", "accounts",
                    "regions", "exit", "digests",
                ] + tally + ["logs"] + tally + [
                    "files", "digests", "logs", "sidecars", "outOfScope", "hidden", "other",
                ] + [
                    "notAsked", "before", "after", "expectGiven", "awaiting", "hidden", "other", "outOfScope",
                    "bucketChecked", "keys", "bytes", "seconds",
                ]
        )
        #expect(lines[1].hasSuffix("\"seconds\":1.234}"))
    }

    @Test("the text report holds nothing raw")
    func text() throws {
        for style in [TextStyle(), TextStyle(width: 40), TextStyle(width: 80)] {
            var lines: [String] = []
            TextReport(report([finding]), facts, style: style).write { lines.append($0) }
            let isWhole = lines.contains { $0.hasPrefix("  violation log-modified (1): a\\u{1b}[2K\\u{d}\\u{a}") }
            #expect(isWhole == (style.width == nil))
            #expect(lines.contains(#"    a\xff\x0a"#))
            #expect(lines.contains { $0.hasPrefix("NOT VALID: 1 violation; ") })
            for line in lines { #expect(!line.unicodeScalars.contains { $0.needsEscape }) }
        }
    }

    @Test("the AWS CLI's words, and what it has none for in ours")
    func aws() throws {
        let chain = ChainIdentity(account: "1", region: "r", trail: "t", homeRegion: "h", isBackfill: false)
        let findings = [
            Finding(.logModified, "x", bucket: "b", key: ObjectKey("l1"), chain: chain),
            Finding(.digestMissing, "x", bucket: "b", key: ObjectKey("d1\nforged"), chain: chain),
            Finding(.logTrailingData, "x", bucket: "b", key: ObjectKey("l2"), chain: chain),
            Finding(.logUnreferenced, "injected", path: ObjectKey("p")),
            Finding(.logDecompressed, "x", key: ObjectKey("l3")),
        ]
        var output: [String] = []
        var errors: [String] = []
        AWSReport(report(findings)).write(verbose: true, to: { output.append($0) }, errors: { errors.append($0) })
        #expect(
            errors.filter { !$0.isEmpty } == [
                "Log file\ts3://b/l1\tINVALID: hash value doesn't match",
                "Digest file\ts3://b/d1\\u{a}forged\tINVALID: not found",
                "Log file\ts3://b/l2\tINVALID: unexpected data after end of compressed stream",
                "unverified log-unreferenced         p: injected",
            ]
        )
        #expect(output.last == "No digests found")
    }
}
