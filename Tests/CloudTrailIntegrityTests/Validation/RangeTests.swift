import CloudTrailFormat
import CloudTrailIntegrity
import SampleArchive
import Testing

@testable import Adversary

private func time(_ text: String) throws -> Timestamp {
    try #require(Timestamp(text))
}

@Suite("Range and coverage")
struct RangeTests {
    /// V31
    @Test("a digest is in range when its window meets it, and is validated whole")
    func inside() throws {
        let sample = try Sample()
        let report = try sample.validate {
            $0.start = Timestamp("2026-03-01T05:00:00Z")
            $0.end = Timestamp("2026-03-01T10:00:00Z")
        }
        // 04:10:35 to 10:10:35 meets it: six digests a chain, each with all three of its log files.
        #expect(report.digests == tally(valid: 24))
        #expect(report.logs == tally(valid: 72))
        #expect(report.findings.isEmpty)
        #expect(report.verdict() == .valid)
    }

    /// V39
    @Test("a range whose edges are a digest's own meets no other")
    func edges() throws {
        let sample = try Sample()
        let report = try sample.validate {
            $0.start = Timestamp("2026-03-01T05:10:35Z")
            $0.end = Timestamp("2026-03-01T06:10:35Z")
        }
        #expect(report.digests == tally(valid: 4))
        #expect(report.logs == tally(valid: 12))
        #expect(report.findings.isEmpty)
    }

    @Test("an offset is honoured")
    func offset() throws {
        let sample = try Sample()
        let report = try sample.validate {
            $0.start = Timestamp("2026-03-01T07:10:35+02:00")
            $0.end = Timestamp("2026-03-01T01:10:35-05:00")
        }
        #expect(report.digests == tally(valid: 4))
    }

    /// V27
    @Test("an end beyond the newest digest is a short tail, for each chain")
    func tail() throws {
        let sample = try Sample()
        let report = try sample.validate { $0.end = sample.summary.end.advanced(bySeconds: 1) }
        #expect(report.findings(.coverageShort).map(\.detail["reason"]) == Array(repeating: .text("tail"), count: 4))
        #expect(report.failures.count == 1)
        #expect(report.verdict() == .notProven)
        #expect(try sample.validate { $0.end = sample.summary.end }.findings.isEmpty)
    }

    /// V26
    @Test("a start before a starting digest is short, and at it is not")
    func startingDigest() throws {
        let sample = try Sample()
        let report = try sample.validate { $0.start = sample.summary.start.advanced(bySeconds: -1) }
        let reasons = report.findings(.coverageShort).map(\.detail["reason"])
        #expect(reasons == Array(repeating: .text("starting-digest"), count: 4))
        #expect(try sample.validate { $0.start = sample.summary.start }.findings.isEmpty)
    }

    /// V20
    @Test("the oldest digests deleted: silent without a start, missing with one")
    func oldestDeleted() throws {
        var sample = try Sample()
        let chain = sample.digestKeys()
        for key in chain.prefix(3) { sample.archive[key] = nil }
        let report = try sample.validate()
        // Without a start nothing tells a deleted digest from one that was not asked for; its log files remain.
        #expect(report.count(.chainStartsBeforeArchive) == 1)
        #expect(report.failures == Set(sample.logKeys().prefix(9).map { Found("log-unreferenced", $0) }))
        let ranged = try sample.validate { $0.start = sample.summary.start }
        #expect(ranged.findings(.digestMissing).map { $0.key?.description } == [chain[2]])
        #expect(ranged.findings(.coverageShort).map(\.detail["reason"]) == [.text("predecessor-absent")])
        #expect(ranged.verdict() == .notValid)
    }

    /// V28
    @Test("a chain that lies back behind its siblings is short after three hours")
    func sibling() throws {
        for (deleted, isShort) in [(3, false), (4, true)] {
            var sample = try Sample()
            for key in sample.digestKeys().suffix(deleted) { sample.archive[key] = nil }
            let report = try sample.validate()
            #expect(report.findings(.coverageShort).map(\.detail["reason"]) == (isShort ? [.text("sibling")] : []))
        }
    }

    @Test("an end makes the tail the reason, and the siblings do not matter")
    func tailInsteadOfSibling() throws {
        var sample = try Sample()
        for key in sample.digestKeys().suffix(5) { sample.archive[key] = nil }
        let report = try sample.validate { $0.end = sample.summary.end }
        #expect(report.findings(.coverageShort).map(\.detail["reason"]) == [.text("tail")])
    }

    /// V38
    @Test("log files newer than the last verified end wait for their digest, within the grace")
    func grace() throws {
        var sample = try Sample()
        for key in sample.digestKeys().suffix(3) { sample.archive[key] = nil }
        let standard = try sample.validate()
        // 23:10:35 is proven; 23:11 to 01:40 waits, 01:50 does not.
        #expect(standard.count(.logAwaitingDigest) == 8)
        #expect(standard.count(.logUnreferenced) == 1)
        let none = try sample.validate { $0.grace = .seconds(0) }
        #expect(none.count(.logAwaitingDigest) == 0)
        #expect(none.count(.logUnreferenced) == 9)
        let long = try sample.validate { $0.grace = .seconds(4 * 3600) }
        #expect(long.count(.logUnreferenced) == 0)
        #expect(long.verdict() == .valid)
    }

    /// V36
    @Test("one day's folder is proven, whichever day it is", arguments: ["/2026/03/01/", "/2026/03/02/"])
    func oneDay(day: String) throws {
        let sample = try Sample()
        let report = try sample.validate([sample.archive.only(day)])
        report.expectConsistent()
        #expect(report.failures.isEmpty)
        #expect(report.verdict() == .valid)
        #expect(report.digests.total > 0)
        let notices = report.found(.notice).map(\.kind)
        #expect(
            Set(notices).isSubset(of: ["chain-starts-before-archive", "log-outside-archive", "log-awaiting-digest"])
        )
    }

    /// V36
    @Test("a log file that is gone from a day's folder that is held is missing")
    func dayFolderHeld() throws {
        let sample = try Sample()
        var day = sample.archive.only("/2026/03/02/")
        // The oldest digest held lists 23:50 of the day before, 00:11 and later lie in this day's folder.
        let gone = try #require(
            day.files.keys.first { $0.description.contains("_CloudTrail_us-east-1_20260302T0030Z") }
        )
        day.files[gone] = nil
        let report = try sample.validate([day])
        #expect(report.failures == [Found("log-missing", gone.description)])
    }

    @Test("all log files of a starting digest deleted are missing, not left out")
    func logsOfStartingDigest() throws {
        let sample = try Sample { options in
            options.accounts = 1
            options.regions = 1
            options.hours = 1
        }
        let report = try sample.validate([sample.archive.only("/CloudTrail-Digest/")])
        #expect(report.failures == Set(sample.logKeys().map { Found("log-missing", $0) }))
    }

    /// V49
    @Test("no digest in range is never proven")
    func nothingInRange() throws {
        let sample = try Sample()
        let report = try sample.validate { $0.start = Timestamp("2027-01-01T00:00:00Z") }
        #expect(report.failures == [Found("nothing-validated", "")])
        #expect(try report.verdict(allowing: FindingKind.allowable) == .notProven)
        #expect(report.digests.total == 0)
    }

    /// V49
    @Test("an empty archive is never proven")
    func empty() throws {
        let sample = try Sample()
        let report = try sample.validate([MemoryArchive()])
        #expect(report.failures == [Found("nothing-validated", "")])
    }

    /// V44
    @Test("a filter limits what is reported, and what yields nothing is named")
    func filters() throws {
        let sample = try Sample()
        let account = try sample.validate { $0.accounts = ["111122223334"] }
        #expect(account.digests == tally(valid: 52))
        #expect(account.logs == tally(valid: 156))
        #expect(account.accounts == ["111122223334"])
        let region = try sample.validate { $0.regions = ["us-east-1", "eu-west-9"] }
        #expect(region.digests == tally(valid: 52))
        #expect(region.findings.map(\.detail["scope"]) == [.text("region")])
        #expect(region.verdict() == .notProven)
        let trails = ["management-events", "arn:aws:cloudtrail:us-east-1:111122223333:trail/management-events"]
        for text in trails {
            let trail = try TrailSelector(text)
            #expect(try sample.validate { $0.trails = [trail] }.verdict() == .valid)
        }
        for text in ["other", "arn:aws:cloudtrail:us-west-2:111122223333:trail/management-events"] {
            let trail = try TrailSelector(text)
            #expect(try sample.validate { $0.trails = [trail] }.verdict() == .notProven)
        }
        for text in ["", "arn:aws:s3:us-east-1:111122223333:trail/x", "arn:aws:cloudtrail:us-east-1:1:trail/"] {
            #expect(throws: ValidationOptionsError.self) { try TrailSelector(text) }
        }
    }

    @Test("an unverified digest cannot claim itself out of the range")
    func forgedOutOfRange() throws {
        var sample = try Sample([.digestForged])
        let forged = try #require(sample.summary.tampers.first?.key)
        let report = try sample.validate {
            $0.start = sample.summary.start; $0.end = sample.summary.end
        }
        #expect(report.failures.contains(Found("digest-signature-invalid", forged)))
        // A digest that lists a log file and says that it was another year does not vouch for it either.
        sample.archive[forged] = nil
        let lost = try sample.validate {
            $0.start = sample.summary.start; $0.end = sample.summary.end
        }
        #expect(lost.failures.contains(Found("digest-missing", forged)))
        #expect(lost.count(.logUnreferenced) == 3)
    }
}
