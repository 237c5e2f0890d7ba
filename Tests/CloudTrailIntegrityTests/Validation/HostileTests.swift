import CloudTrailFormat
import CloudTrailIntegrity
import SampleArchive
import Testing

@testable import Adversary

/// Archives that were arranged to pass for whole.
@Suite("Nothing unverified makes an archive pass")
struct HostileTests {
    private func single(_ configure: (inout SampleOptions) -> Void = { _ in }) throws -> Sample {
        try Sample { options in
            options.accounts = 1
            options.regions = 1
            options.hours = 12
            options.logs = 1
            configure(&options)
        }
    }

    /// Rewrites the uncompressed text of a file.
    private func edit(_ sample: inout Sample, _ key: String, as name: String? = nil, _ change: (String) -> String)
        throws
    {
        let text = String(decoding: try sample.content(key), as: UTF8.self)
        sample.archive[name ?? key] = try compressed(Array(change(text).utf8))
    }

    /// V19
    @Test("a forged digest outside the range does not bridge deleted hours inside it", arguments: [true, false])
    func bridge(withManifest: Bool) throws {
        var sample = try single()
        let chain = sample.digestKeys()
        // Digests 3 to 6 go; 7, which names 6, is made to name 2, which is held.
        for key in chain[2...5] { sample.archive[key] = nil }
        for log in sample.logKeys()[2...5] { sample.archive[log] = nil }
        try edit(&sample, chain[6]) { $0.replacing(chain[5], with: chain[1]) }
        let report = try sample.validate(withManifest: withManifest) {
            $0.start = sample.summary.start
            $0.end = sample.summary.start.advanced(bySeconds: 6 * 3600)
        }
        let gap = try #require(report.findings(.chainGap).first)
        #expect(gap.start == sample.summary.start.advanced(bySeconds: 2 * 3600))
        #expect(gap.end == sample.summary.start.advanced(bySeconds: 6 * 3600))
        #expect(report.verdict() == .notProven)
    }

    @Test("a forged newest digest does not bridge the hours before it")
    func bridgeToHead() throws {
        var sample = try single()
        let chain = sample.digestKeys()
        for key in chain[8...10] { sample.archive[key] = nil }
        for log in sample.logKeys()[8...10] { sample.archive[log] = nil }
        try edit(&sample, chain[11]) { $0.replacing(chain[10], with: chain[7]) }
        let report = try sample.validate(withManifest: false)
        #expect(report.count(.chainGap) == 1)
        #expect(try report.verdict(allowing: [.digestUnsigned, .logUnauthenticated]) == .notProven)
    }

    /// V47
    @Test("--allow covers one unsigned head that follows the last verified digest, and nothing put beside it")
    func allowed() throws {
        let allowed: Set<FindingKind> = [.digestUnsigned, .logUnauthenticated]
        let plain = try single()
        #expect(try plain.validate(withManifest: false).verdict(allowing: allowed) == .valid)

        // A second content at the head's key.
        var twin = try single()
        let head = try #require(twin.digestKeys().last)
        try edit(&twin, head, as: String(head.dropLast(3))) { $0.replacing("20260301T11", with: "20260301T10") }
        #expect(try twin.validate(withManifest: false).verdict(allowing: allowed) == .notProven)
        #expect(try twin.validate().verdict(allowing: allowed) != .valid)

        // One more behind a chain whose head is signed, far in the future.
        var appended = try single()
        let later = head.replacing("20260301T121035Z", with: "21060301T131035Z")
        try edit(&appended, head, as: later) { $0.replacing(head, with: later) }
        #expect(try appended.validate().verdict(allowing: allowed) != .valid)

        // A log file of another hour, listed by the head alone.
        var backdated = try single()
        let log = try #require(backdated.logKeys().last)
        let earlier = log.replacing("20260301T11", with: "20260301T03")
        backdated.archive[earlier] = backdated.archive[log]
        try edit(&backdated, head) { $0.replacing(log, with: earlier) }
        #expect(try backdated.validate(withManifest: false).verdict(allowing: allowed) == .notProven)
    }

    /// V6
    @Test("copies of genuine files in the root do not make it a flat folder")
    func flatByCopies() throws {
        var sample = try single()
        let log = sample.logKeys()[2]
        let moved = log.replacing("/us-east-1/2026/03/01/", with: "/eu-west-9/1999/01/01/")
        sample.archive[moved] = sample.archive[log]
        sample.archive[log] = nil
        for digest in sample.digestKeys() {
            sample.archive[String(try #require(digest.split(separator: "/").last))] = sample.archive[digest]
        }
        let report = try sample.validate()
        #expect(report.failures.contains(Found("log-missing", log)))
        #expect(report.failures.contains(Found("log-unreferenced", moved)))
        #expect(report.findings(.partElsewhere).map(\.detail["objects"]) == [.number(12)])
        #expect(report.count(.chainRestart) == 0)
    }

    /// V35
    @Test(
        "an injected file is named whatever it is called and wherever it lies",
        arguments: [
            "DAY/111122223333_CloudTrail_us-east-1_20260301T0112Z_evil.metadata.json", "DAY/evil.json.gz",
            "DAY/evil.JSON.GZ",
            "DAY/evil.jsonl", "DAY/sub/evil.json.gz", "DAY/evil", "AWSLogs/111122223333/CloudTrail/evil.json.gz",
            "DAY/111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T011035Z.json.gz.metadata.json",
            "AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/03/01/x.json.gz",
        ]
    )
    func injected(name: String) throws {
        var sample = try single()
        let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01"
        let path = name.replacing("DAY", with: folder)
        sample.archive[path] = Array("{\"Records\":[]}".utf8)
        let report = try sample.validate()
        #expect(report.failures.map(\.kind) == ["log-unreferenced"])
        #expect(report.findings.map { $0.path?.description } == ["memory/\(path)"])
    }

    @Test("and so when the root is the region's folder, or flat")
    func injectedDeeper() throws {
        let sample = try single()
        let region = "AWSLogs/111122223333/CloudTrail/us-east-1/"
        var logs = sample.archive.only("/CloudTrail/").moved { ObjectKey($0.description.dropFirst(region.count)) }
        logs["2026/03/01/evil.json.gz"] = [1]
        #expect(
            try sample.validate([sample.archive.only("-Digest/"), logs]).failures.map(\.kind) == ["log-unreferenced"]
        )
        var flat = sample.archive.moved { ObjectKey(bytes: Array($0.lastComponent)) }
        // In a flat folder nothing but its ending tells a log file from a note.
        flat["notes.txt"] = [1]
        flat["README"] = [1]
        flat["notes.json"] = [1]
        flat["evil.json.gz"] = [1]
        let report = try sample.validate([flat])
        #expect(report.failures.map(\.kind) == ["log-unreferenced", "log-unreferenced"])
        #expect(report.findings.map(\.path) == ["memory/evil.json.gz", "memory/notes.json"].map { ObjectKey($0) })
        #expect(report.files.other == 2)
    }

    /// V40
    @Test("a name that says another region or day than its folder hides nothing from a filter")
    func misnamed() throws {
        var sample = try single()
        let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01"
        sample.archive["\(folder)/111122223333_CloudTrail_us-east-2_20260301T0112Z_evil.json.gz"] = [1]
        #expect(try sample.validate { $0.regions = ["us-east-1"] }.count(.logUnreferenced) == 1)
        sample.archive["\(folder)/111122223333_CloudTrail_us-east-1_19990301T0112Z_evil.json.gz"] = [1]
        let ranged = try sample.validate {
            $0.start = sample.summary.start; $0.end = sample.summary.end
        }
        #expect(ranged.count(.logUnreferenced) == 2)
    }

    @Test("a link in the place of a folder is named")
    func linkedFolder() throws {
        var sample = try single()
        sample.archive.obstacles = [ArchiveEntry(path: ObjectKey("AWSLogs/999988887777"), kind: .link)]
        let report = try sample.validate()
        #expect(report.findings.map(\.kind) == [.digestUnreadable])
        #expect(report.verdict() == .notProven)
    }

    @Test("a link in the place of a folder of log files is an unsafe reference, not a deletion")
    func linkedLogFolder() throws {
        for folder in ["CloudTrail", "CloudTrail/us-east-1", "CloudTrail/us-east-1/2026/03/01"] {
            let sample = try single()
            let path = "AWSLogs/111122223333/\(folder)"
            var archive = sample.archive.moved { $0.description.contains("\(path)/") ? nil : $0 }
            archive.obstacles = [ArchiveEntry(path: ObjectKey(path), kind: .link)]
            let report = try sample.validate([archive])
            #expect(report.count(.referenceUnsafe) == 12)
            #expect(report.count(.logMissing) == 0)
            #expect(report.findings(.logUnreadable).map { $0.path?.description } == ["memory/\(path)"])
        }
    }

    @Test("wrong signatures in a manifest, however many, do not crowd out a successor's")
    func manyWrongSignatures() throws {
        var sample = try single()
        let chain = sample.digestKeys()
        var lines = ""
        for key in chain.dropLast() {
            for number in 0..<100 {
                lines +=
                    "{\"bucket\":\"example-trail-bucket\",\"key\":\"\(key)\",\"metadata\":{\"signature\":\"ab\(100 + number)0\"}}\n"
            }
        }
        sample.manifest = SignatureManifest()
        try sample.manifest.add(reading: Array(lines.utf8))
        let report = try sample.validate()
        #expect(report.found(.violation).isEmpty)
        #expect(report.digests == tally(valid: 11, unverified: 1))
    }

    /// V26
    @Test("a chain whose digests before the end are all gone is short, though no start was asked for")
    func onlyAfterTheEnd() throws {
        var sample = try Sample {
            $0.accounts = 1; $0.hours = 12
        }
        for key in sample.digestKeys().prefix(8) { sample.archive[key] = nil }
        for key in sample.logKeys() { sample.archive[key] = nil }
        let report = try sample.validate { $0.end = sample.summary.start.advanced(bySeconds: 6 * 3600) }
        #expect(report.findings(.coverageShort).map(\.detail["reason"]) == [.text("predecessor-absent")])
    }

    @Test("texts of a digest that are quoted are short")
    func longTexts() throws {
        var sample = try single()
        let key = sample.digestKeys()[3]
        let long = String(repeating: "x", count: 1_000_000)
        for change in ["\"SHA256withRSA\"": "\"\(long)\"", "\"awsAccountId\"": "\"\(long)\":1,\"\(long)\""] {
            try edit(&sample, key) { $0.replacing(change.key, with: change.value) }
            let report = try sample.validate()
            let texts = report.findings.flatMap { finding in
                [finding.message] + finding.detail.values.map { if case .text(let text) = $0 { text } else { "" } }
            }
            #expect(report.verdict() != .valid)
            #expect(texts.allSatisfy { $0.utf8.count < 2000 })
        }
    }

    /// V12
    @Test("thousands of forgeries that name one digest cost little, and do not hide its true successor")
    func manySuccessors() throws {
        var sample = try single()
        let chain = sample.digestKeys()
        let text = String(decoding: try sample.content(chain[5]), as: UTF8.self)
        for number in 0..<2000 {
            let name = chain[5].replacing("management-events", with: "trail\(number)")
            sample.archive[name] = Array(
                text.replacing("previousDigestSignature\":\"", with: "previousDigestSignature\":\"ab").utf8
            )
        }
        let trail = try TrailSelector("management-events")
        let report = try sample.validate(withManifest: false) { $0.trails = [trail] }
        let unsigned = report.findings(.digestUnsigned).filter { $0.chain?.trail == "management-events" }
        #expect(unsigned.map { $0.key?.description } == [chain[11]])
    }
}
