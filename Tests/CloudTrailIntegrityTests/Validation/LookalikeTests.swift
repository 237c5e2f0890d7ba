import CloudTrailFormat
import CloudTrailIntegrity
import SampleArchive
import Testing

@testable import Adversary

/// Archives to which nothing was done, or nothing that can be told from what AWS does.
@Suite("Archives that only look hurt")
struct LookalikeTests {
    private func sample(
        _ seed: UInt64 = 1,
        hours: Int = 8,
        after offset: Int64 = 0,
        _ configure: (inout SampleOptions) -> Void = { _ in }
    ) throws -> Sample {
        try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, hours, 2)
            options.seed = seed
            options.start = options.start.advanced(bySeconds: offset)
            configure(&options)
        }
    }

    private func reasons(_ report: ValidationReport) -> [Finding.Detail?] {
        report.findings(.coverageShort).map(\.detail["reason"])
    }

    // MARK: Parts of an archive

    @Test("the middle of an archive is proven, for as long as it is")
    func middle() throws {
        var sample = try sample(hours: 12)
        let (digests, logs) = (sample.digestKeys(), sample.logKeys())
        sample.archive.files = sample.archive.files.filter { key, _ in
            digests[4..<8].contains(key.description) || logs[8..<16].contains(key.description)
        }
        let report = try sample.validate()
        report.expectConsistent()
        #expect(Set(report.findings.map(Found.init)) == [Found("chain-starts-before-archive", digests[4])])
        #expect(report.digests == tally(valid: 4))
        #expect(report.logs == tally(valid: 8))
        #expect(report.verdict() == .valid)
        let start = sample.summary.start
        let ranged = try sample.validate {
            $0.start = start.advanced(bySeconds: 4 * 3600 + 600); $0.end = start.advanced(bySeconds: 8 * 3600 - 600)
        }
        #expect(ranged.findings.isEmpty)
        #expect(ranged.verdict() == .valid)
        // At its start nothing is missing; a second before it the named predecessor is, and coverage is short.
        #expect(try sample.validate { $0.start = start.advanced(bySeconds: 4 * 3600) }.findings.isEmpty)
        let wide = try sample.validate { $0.start = start.advanced(bySeconds: 4 * 3600 - 1) }
        #expect(wide.failures == [Found("digest-missing", digests[3]), Found("coverage-short", "")])
        #expect(reasons(wide) == [.text("predecessor-absent")])
    }

    @Test("a whole region that is left out shows in nothing but the list of regions")
    func regionLeftOut() throws {
        let sample = try sample { $0.regions = 2 }
        for withManifest in [true, false] {
            let report = try sample.only("/us-east-1/").validate(withManifest: withManifest)
            #expect(report.regions == ["us-east-1"])
            #expect(report.chains.count == 1)
            #expect(report.verdict() == (withManifest ? .valid : .notProven))
            if withManifest { #expect(report.findings.isEmpty) }
        }
        let asked = try sample.only("/us-east-1/").validate { $0.regions = ["us-east-1", "us-west-2"] }
        #expect(asked.failures == [Found("nothing-validated", "")])
    }

    @Test("an altered copy of a digest in a second root is named, and the genuine one vouches")
    func alteredDigestCopy() throws {
        let sample = try sample()
        let key = sample.digestKeys()[3]
        var copy = MemoryArchive(name: "copy")
        copy.files = sample.archive.only("/CloudTrail-Digest/").files
        let text = String(decoding: try sample.content(key), as: UTF8.self)
        copy[key] = try compressed(Array(text.replacing("T04:10:35Z", with: "T04:10:34Z").utf8))
        for withManifest in [true, false] {
            let end = sample.summary.end.advanced(bySeconds: -3600)
            let report = try sample.validate([sample.archive, copy], withManifest: withManifest) { $0.end = end }
            #expect(report.found(.violation) == [Found("digest-signature-invalid", key)])
            let paths = report.findings(.digestSignatureInvalid).map { $0.path?.description }
            #expect(paths == ["copy/\(key)"])
            #expect(report.digests == tally(valid: 7, invalid: 1))
            #expect(report.logs == tally(valid: 14))
            #expect(report.count(.duplicateObject) == 6)
        }
    }

    // MARK: Trails

    @Test("the log files of a second trail without validation are unreferenced, and the first trail is proven")
    func secondTrailWithoutValidation() throws {
        let first = try sample()
        let second = try sample(2) { $0.trail = "second" }
        var both = first
        both.archive.files.merge(second.archive.only("/CloudTrail/").files) { own, _ in own }
        let report = try both.validate()
        report.expectConsistent()
        #expect(Set(report.findings.map(Found.init)) == Set(second.logKeys().map { Found("log-unreferenced", $0) }))
        #expect(report.digests == tally(valid: 8))
        #expect(report.logs == tally(valid: 16, unverified: 16))
        #expect(report.verdict() == .notProven)
        #expect(try report.verdict(allowing: [.logUnreferenced]) == .valid)
    }

    @Test("two trails in one bucket are two chains, and a filter on one does not orphan the other's log files")
    func twoTrails() throws {
        let both = try sample().joined(with: sample(2) { $0.trail = "second" })
        let report = try both.validate()
        report.expectConsistent()
        #expect(report.findings.isEmpty)
        #expect(report.digests == tally(valid: 16))
        #expect(report.logs == tally(valid: 32))
        #expect(report.chains.map(\.chain.trail) == ["management-events", "second"])
        let second = try TrailSelector("second")
        let one = try both.validate { $0.trails = [second] }
        #expect(one.findings.isEmpty)
        #expect(one.digests == tally(valid: 8))
        #expect(one.logs == tally(valid: 16))
    }

    @Test("both trails may list the same log files")
    func sharedLogs() throws {
        let both = try sample().joined(with: sample { $0.trail = "second" })
        let report = try both.validate()
        report.expectConsistent()
        #expect(report.findings.isEmpty)
        #expect(report.digests == tally(valid: 16))
        #expect(report.logs == tally(valid: 16))
    }

    /// V22, V30
    @Test(
        "a trail deleted and made again under its name: what lies between is a gap, and no digest is missing",
        arguments: [1, 1200, 3600, 5 * 3600, 120 * 86_400]
    )
    func recreated(pause: Int64) throws {
        let first = try sample(hours: 4)
        let second = try sample(2, hours: 4, after: 4 * 3600 + pause)
        let both = try first.joined(with: second)
        let report = try both.validate()
        report.expectConsistent()
        let restart = second.digestKeys()[0]
        #expect(Set(report.findings.map(Found.init)) == [Found("chain-gap", restart)])
        let gap = try #require(report.findings(.chainGap).first)
        #expect(gap.start == first.summary.end)
        #expect(gap.end == second.summary.start)
        #expect(gap.detail["reason"] == .text("restart"))
        #expect(report.digests == tally(valid: 8))
        #expect(report.verdict() == .notProven)
        #expect(try report.verdict(allowing: [.chainGap]) == .valid)
        #expect(report.provenFrom == second.summary.start)
        // Without metadata the last digest before the pause has no successor either.
        let unsigned = try both.validate(withManifest: false)
        let heads = [try #require(first.digestKeys().last), try #require(second.digestKeys().last)]
        #expect(Set(unsigned.findings(.digestUnsigned).compactMap { $0.key?.description }) == Set(heads))
        #expect(unsigned.count(.chainGap) == 1)
        #expect(unsigned.found(.violation).isEmpty)
    }

    /// V23
    @Test("made again before the old one's last hour was over: a restart, and no gap", arguments: [0, -1200])
    func recreatedWithinTheHour(pause: Int64) throws {
        let first = try sample(hours: 4)
        let second = try sample(2, hours: 4, after: 4 * 3600 + pause)
        let report = try first.joined(with: second).validate()
        report.expectConsistent()
        #expect(Set(report.findings.map(Found.init)) == [Found("chain-restart", second.digestKeys()[0])])
        #expect(report.verdict() == .valid)
        #expect(report.provenFrom == first.summary.start)
    }

    // MARK: Accounts and regions that come and go

    /// V30
    @Test("an account that joined later is short at the start that is asked for, and at no other")
    func joinedAccount() throws {
        let late = try sample(2, hours: 3, after: 5 * 3600) { $0.accounts = 2 }.only("/111122223334/")
        let both = try sample().joined(with: late)
        let report = try both.validate()
        #expect(report.findings.isEmpty)
        #expect(report.verdict() == .valid)
        #expect(report.provenFrom == late.summary.start)
        let ranged = try both.validate {
            $0.start = both.summary.start; $0.end = both.summary.end
        }
        #expect(ranged.findings.map(\.kind) == [.coverageShort])
        #expect(ranged.findings.first?.chain?.account == "111122223334")
        #expect(reasons(ranged) == [.text("starting-digest")])
        #expect(try both.validate { $0.start = late.summary.start }.findings.isEmpty)
    }

    @Test("an account that left is short at the end that is asked for, and behind no other account")
    func leftAccount() throws {
        let gone = try sample(2, hours: 3) { $0.accounts = 2 }.only("/111122223334/")
        let both = try sample().joined(with: gone)
        let report = try both.validate()
        #expect(report.findings.isEmpty)
        #expect(report.provenUntil == gone.summary.end)
        let ranged = try both.validate { $0.end = both.summary.end }
        #expect(ranged.findings.map(\.kind) == [.coverageShort])
        #expect(ranged.findings.first?.chain?.account == "111122223334")
        #expect(reasons(ranged) == [.text("tail")])
        // What it delivered until then is proven by itself.
        #expect(try both.validate { $0.end = gone.summary.end }.findings.isEmpty)
    }

    @Test("an opt-in region that was enabled midway owes nothing for the time before")
    func optInRegion() throws {
        let late = try sample(2, hours: 3, after: 5 * 3600) { $0.regions = 2 }.only("/us-west-2/")
        let both = try sample().joined(with: late)
        #expect(try both.validate().findings.isEmpty)
        let ranged = try both.validate { $0.start = both.summary.start }
        #expect(ranged.findings.map(\.kind) == [.coverageShort])
        #expect(ranged.findings.first?.chain?.region == "us-west-2")
        #expect(reasons(ranged) == [.text("starting-digest")])
    }

    // MARK: Time

    /// V31
    @Test(
        "a log file that was late for its digest is judged with the digest, on whichever side of the range its name is"
    )
    func lateLogs() throws {
        let sample = try Sample([.logsLate]) { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 16, 2)
        }
        let late = try #require(sample.summary.tampers.first?.key)
        let digest = try #require(
            try sample.digestKeys().first { String(decoding: try sample.content($0), as: UTF8.self).contains(late) }
        )
        let end = try #require(ModelDigest.seconds(String(digest.suffix("20260301T011035Z.json.gz".count))))
        try #require(end - 4 * 3600 >= sample.summary.start.secondsSinceEpoch, "the archive reaches back far enough")
        for withLate in [true, false] {
            var archive = sample.archive
            if !withLate { archive[late] = nil }
            let report = try sample.validate([archive]) {
                $0.start = Timestamp(secondsSinceEpoch: end - 3600); $0.end = Timestamp(secondsSinceEpoch: end)
            }
            #expect(report.failures == (withLate ? [] : [Found("log-missing", late)]))
            #expect(report.digests == tally(valid: 1))
            // Where the name lies in the range, and not the digest, its digest vouches and nothing is reported.
            let before = try sample.validate([archive]) {
                $0.start = Timestamp(secondsSinceEpoch: end - 4 * 3600)
                $0.end = Timestamp(secondsSinceEpoch: end - 3 * 3600)
            }
            #expect(before.findings.isEmpty)
        }
    }

    @Test("a range inside one digest's window is that digest")
    func insideOneWindow() throws {
        let sample = try sample()
        let report = try sample.validate {
            $0.start = sample.summary.start.advanced(bySeconds: 3 * 3600 + 60)
            $0.end = sample.summary.start.advanced(bySeconds: 3 * 3600 + 120)
        }
        #expect(report.findings.isEmpty)
        #expect(report.digests == tally(valid: 1))
        #expect(report.logs == tally(valid: 2))
        #expect(report.verdict() == .valid)
    }

    // MARK: Buckets

    @Test("two buckets side by side, each in a folder of its name, are one chain")
    func bucketFolders() throws {
        let sample = try Sample([.bucketChanged]) { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 8, 2)
        }
        var buckets: [String: String] = [:]
        for key in sample.digestKeys() {
            let content = try sample.content(key)
            let fields = try #require(try ModelDigest(key: key, content: content, isWhole: true, stored: nil).fields)
            for name in [key] + fields.logs { buckets[name] = fields.bucket }
        }
        #expect(Set(buckets.values).count == 2)
        let download = sample.archive.moved { key in
            buckets[key.description].map { ObjectKey("\($0)/\(key)") }
        }
        let report = try sample.validate([download])
        report.expectConsistent()
        #expect(report.findings.isEmpty)
        #expect(report.digests == tally(valid: 8))
        #expect(report.logs == tally(valid: 16))
    }

    @Test("a bucket that an altered digest names is no matter: it is not what its successor saw")
    func falseBucket() throws {
        let sample = try Sample([.digestFieldBucket]) { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 8, 2)
        }
        let key = try #require(sample.summary.tampers.first?.key)
        let report = try sample.validate([sample.archive.moved { ObjectKey("example-trail-bucket/\($0)") }])
        #expect(report.found(.violation) == [Found("digest-link-mismatch", key)])
        #expect(report.digests == tally(valid: 7, invalid: 1))
        #expect(report.logs == tally(valid: 14, unverified: 2))
    }

    // MARK: Forgeries

    @Test("newest digests replaced by forgeries never pass, whatever is allowed", arguments: [1, 2, 3])
    func forgedHeads(count: Int) throws {
        var sample = try sample()
        for key in sample.digestKeys().suffix(count) {
            let text = String(decoding: try sample.content(key), as: UTF8.self)
            let field = try #require(text.firstRange(of: "\"hashValue\":\"")).upperBound
            let forged = text[..<field] + (text[field] == "0" ? "1" : "0") + text[text.index(after: field)...]
            sample.archive[key] = try compressed(Array(forged.utf8))
        }
        let allowed = FindingKind.allowable
        let signed = try sample.validate()
        #expect(signed.count(.digestSignatureInvalid) == count)
        #expect(try signed.verdict(allowing: allowed) == .notValid)
        let unsigned = try sample.validate(withManifest: false)
        #expect(unsigned.found(.violation).isEmpty)
        #expect(unsigned.count(.digestUnsigned) == count)
        #expect(unsigned.count(.logUnauthenticated) == count * 2)
        #expect(unsigned.verdict() == .notProven)
        // A single one is what an unsigned head looks like: that is what allowing it means.
        #expect(try unsigned.verdict(allowing: allowed) == (count == 1 ? .valid : .notProven))
    }
}
