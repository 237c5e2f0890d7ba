import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

@Suite("chains")
struct ChainsTests {
    @Test("the table has a row a chain, and says that nothing is proven")
    func table() throws {
        let sample = try SampleFolder()
        let listed = run("chains", sample.archive)
        #expect(listed.status == .proven)
        #expect(
            listed.output == """
                ACCOUNT       REGION     TRAIL              HOME REGION  DIGESTS  FIRST END             LAST END              HOLES  LOGS
                111122223333  us-east-1  management-events  us-east-1    6        2026-03-01T01:10:35Z  2026-03-01T06:10:35Z  0      18
                111122223333  us-west-2  management-events  us-east-1    6        2026-03-01T01:10:35Z  2026-03-01T06:10:35Z  0      18

                LOGS counts the log files of the account and region, whichever trail delivered them.
                By the names of the files alone: nothing was read, nothing is proven, and what was never downloaded is not here.

                """
        )
    }

    @Test("holes in the hourly rhythm are named")
    func holes() throws {
        let sample = try SampleFolder {
            $0.hours = 12
            $0.tampers = [.digestTwoDeleted]
        }
        let lines = try jsonLines(run("chains", sample.archive, "--format", "jsonl").output)
        let holes = try lines.filter { $0["record"] as? String == "held-chain" }.flatMap { line in
            try #require(line["holes"] as? [[String: String]])
        }
        #expect(holes.count == 1)
        let text = run("chains", sample.archive)
        #expect(text.output.contains("no digest file for \(holes[0]["start"] ?? "?") to \(holes[0]["end"] ?? "?")"))
        // Two hours, by Foundation's calendar.
        let start = try #require(ISO8601DateFormatter().date(from: holes[0]["start"] ?? ""))
        let end = try #require(ISO8601DateFormatter().date(from: holes[0]["end"] ?? ""))
        #expect(end.timeIntervalSince(start) == 7200)
        #expect(lines.last?["proven"] as? Bool == false)
        #expect(lines.last?["exit"] as? Int == 0)
    }

    @Test("more than a few holes are listed when they are asked for")
    func manyHoles() throws {
        let folder = try TestFolder()
        for hour in stride(from: 0, to: 20, by: 2) {
            let time = "20260301T\(hour < 10 ? "0" : "")\(hour)1035Z"
            _ = try folder.makeFile("111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_\(time).json.gz")
            _ = try folder.makeFile("111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_\(time)_backfill.json.gz")
        }
        let text = run("chains", folder.path)
        #expect(text.output.split(separator: "\n").count { $0.hasPrefix("Hole: ") } == 4)
        #expect(text.output.contains("Hole: 111122223333 us-east-1 t: 6 more; --verbose lists them"))
        #expect(run("chains", folder.path, "-v").output.split(separator: "\n").count { $0.hasPrefix("Hole: ") } == 9)
        let rows = text.output.split(separator: "\n").filter { $0.hasPrefix("1111") }
        #expect(rows.count == 2)
        // Backfill digest files have no rhythm.
        #expect(rows[1].contains("t (backfill)") && rows[1].hasSuffix("-      0"))
        #expect(run("chains", folder.path, "--format", "expect").output.split(separator: "\n").count == 1)
    }

    @Test("what --format expect prints is what validate --expect takes")
    func expect() throws {
        let sample = try SampleFolder()
        let expected = run("chains", sample.archive, "--format", "expect")
        #expect(expected.status == .proven)
        #expect(expected.errors.contains("nothing is proven"))
        let list = try sample.write("chains.jsonl", expected.output)
        #expect(sample.validate("--expect", list).status == .proven)
        try FileManager.default.removeItem(atPath: sample.archive + "/AWSLogs/111122223333/CloudTrail-Digest/us-west-2")
        let cut = sample.validate("--expect", list)
        #expect(cut.output.contains("coverage-short"))
        #expect(cut.output.contains("us-west-2"))
    }

    @Test("several roots are one archive, and log files without a chain are named")
    func roots() throws {
        let sample = try SampleFolder()
        let account = sample.archive + "/AWSLogs/111122223333"
        let digests = "\(account)/CloudTrail-Digest/us-east-1"
        let listed = run("chains", digests, "\(account)/CloudTrail")
        #expect(listed.status == .proven)
        #expect(listed.output.contains("111122223333  us-east-1  management-events  us-east-1    6 "))
        #expect(
            listed.output.contains("No digest file is held for the 18 log files of 111122223333 in us-west-2.")
        )
        // Copies are files too.
        let twice = try jsonLines(run("chains", digests, digests, "--format", "jsonl").output)
        #expect(twice[0]["digests"] as? Int == 12)
        #expect((twice[0]["holes"] as? [Any])?.isEmpty == true)
    }

    @Test("what is hidden is said, and hostile names stay in their line")
    func hidden() throws {
        let folder = try TestFolder()
        let name = "111122223333_CloudTrail-Digest_\u{22}r\\_t<b>_h_20260301T001035Z.json.gz"
        _ = try folder.makeFile(name)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/a\n\u{1b}[2J", withDestinationPath: "/")
        let text = run("chains", folder.path, "-v")
        #expect(text.output.contains("Not listed: what lies behind links and unreadable folders (1)."))
        #expect(text.output.contains("/a\\u{a}\\u{1b}[2J"))
        #expect(!text.output.contains("\u{1b}"))
        let lines = try jsonLines(run("chains", folder.path, "--format", "jsonl").output)
        #expect((lines[0]["chain"] as? [String: Any])?["region"] as? String == "\u{22}r\\")
        #expect(lines[1]["record"] as? String == "hidden")
        let expected = try jsonLines(run("chains", folder.path, "--format", "expect").output)
        #expect(expected[0]["trail"] as? String == "t<b>")
    }

    @Test("an archive without digest files is status 2, one that is not there 66")
    func empty() throws {
        let folder = try TestFolder()
        for format in ["text", "jsonl", "expect"] {
            #expect(run("chains", folder.path, "--format", format).status == .unverified)
        }
        #expect(run("chains", folder.path + "/no").status == .noInput)
        #expect(run("chains").status == .usage)
        #expect(run("chains", folder.path, "--format", "xml").errorLines.first?.contains("text, jsonl, expect") == true)
    }
}
