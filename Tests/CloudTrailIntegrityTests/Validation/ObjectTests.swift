import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

@Suite("Which file is which object, and files that cannot be read")
struct ObjectTests {
    private func small(_ configure: (inout SampleOptions) -> Void = { _ in }) throws -> Sample {
        try Sample { options in
            options.accounts = 1
            options.regions = 1
            options.hours = 6
            configure(&options)
        }
    }

    /// V11
    @Test("two roots that overlap count an object once")
    func overlappingRoots() throws {
        let sample = try small()
        var copy = sample.archive
        copy.name = "copy"
        let report = try sample.validate([sample.archive, copy])
        report.expectConsistent()
        #expect(report.failures.isEmpty)
        #expect(report.digests == tally(valid: 6))
        #expect(report.logs == tally(valid: 18))
        #expect(report.count(.duplicateObject) == 24)
        #expect(report.findings(.duplicateObject).allSatisfy { $0.path?.description.hasPrefix("copy/") == true })
        #expect(report.verdict() == .valid)
    }

    /// V11
    @Test("an altered copy in a second root has a verdict of its own")
    func alteredCopy() throws {
        let sample = try small()
        let key = sample.logKeys()[4]
        var copy = MemoryArchive(name: "copy")
        for digest in sample.digestKeys() { copy[digest] = sample.archive[digest] }
        copy[key] = try compressed(Array("{\"Records\":[]}".utf8))
        let report = try sample.validate([sample.archive, copy])
        #expect(report.failures == [Found("log-modified", key)])
        #expect(report.findings(.logModified).map { $0.path?.description } == ["copy/\(key)"])
        #expect(report.logs == tally(valid: 18, invalid: 1))
    }

    /// V11
    @Test("a forged .json beside the genuine .json.gz")
    func forgedBeside() throws {
        var sample = try small()
        let key = sample.logKeys()[4]
        let plain = String(key.dropLast(3))
        sample.archive[plain] = Array("{\"Records\":[]}".utf8)
        let report = try sample.validate()
        #expect(report.failures == [Found("log-modified", key)])
        #expect(report.findings(.logModified).map { $0.path?.description } == ["memory/\(plain)"])
        // And the genuine content there is a copy.
        sample.archive[plain] = try sample.content(key)
        #expect(try sample.validate().found(.notice).map(\.kind).sorted() == ["duplicate-object", "log-decompressed"])
        #expect(try sample.validate().failures.isEmpty)
    }

    /// I4
    @Test("a case twin is another object")
    func caseTwin() throws {
        var sample = try small()
        let key = sample.logKeys()[4]
        let twin = String(key.dropLast("Z_0123456789abcdef.json.gz".count)) + "z_x.json.gz"
        sample.archive[twin] = sample.archive[key]
        let named = key.replacing("CloudTrail_us", with: "cloudtrail_us")
        sample.archive[named] = sample.archive[key]
        let report = try sample.validate()
        #expect(report.failures == [Found("log-unreferenced", twin), Found("log-unreferenced", named)])
    }

    @Test("equal content under a key that no digest lists is unreferenced")
    func copiedUnderAnotherName() throws {
        var sample = try small()
        let key = sample.logKeys()[4]
        let other = key.replacing(".json.gz", with: "x.json.gz")
        sample.archive[other] = sample.archive[key]
        #expect(try sample.validate().failures == [Found("log-unreferenced", other)])
    }

    /// V3, V35
    @Test("any file among the log files is unreferenced, and one elsewhere is nothing")
    func strangers() throws {
        var sample = try small()
        let folder = ObjectKey(sample.logKeys()[0]).folder
        let name = String(decoding: folder, as: UTF8.self)
        sample.archive["\(name)evil.json.gz"] = [1]
        sample.archive["\(name)deeper/evil"] = [1]
        sample.archive["\(name).DS_Store"] = [1]
        sample.archive["AWSLogs/111122223333/notes.txt"] = [1]
        sample.archive["elsewhere/other.json"] = [1]
        let insight = "AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/03/01/x.json.gz"
        sample.archive[insight] = [1]
        let expected = ["\(name)evil.json.gz", "\(name)deeper/evil", insight]
        #expect(try sample.validate().failures == Set(expected.map { Found("log-unreferenced", $0) }))
        // They belong to an account, a region and a day like all others.
        #expect(try sample.validate { $0.start = Timestamp("2026-03-01T06:00:00Z") }.count(.logUnreferenced) == 3)
        #expect(try sample.validate { $0.regions = ["us-west-2"] }.count(.logUnreferenced) == 0)
    }

    @Test("two log files whose names were swapped are both modified")
    func swapped() throws {
        var sample = try small()
        let keys = sample.logKeys()
        (sample.archive[keys[2]], sample.archive[keys[3]]) = (sample.archive[keys[3]], sample.archive[keys[2]])
        #expect(try sample.validate().failures == [Found("log-modified", keys[2]), Found("log-modified", keys[3])])
    }

    @Test("a file that was compressed again, or has another gzip header, is the same content")
    func recompressed() throws {
        var sample = try small()
        for key in sample.logKeys() + sample.digestKeys() {
            var deflater = try GzipDeflater(level: 1)
            sample.archive[key] = try deflater.compress(sample.content(key))
        }
        #expect(try sample.validate().findings.isEmpty)
    }

    /// V32
    @Test("emptied, and replaced by a page of HTML")
    func replaced() throws {
        for content in [[], Array("<html><body>403</body></html>".utf8), [0x1f]] {
            var sample = try small()
            let key = sample.logKeys()[2]
            sample.archive[key] = content
            #expect(try sample.validate().failures == [Found("log-modified", key)])
            let digest = sample.digestKeys()[2]
            sample.archive[digest] = content
            #expect(try sample.validate().found(.violation).contains(Found("digest-malformed", digest)))
        }
    }

    /// V8
    @Test("the bucket is compared where it is named, and nowhere else")
    func buckets() throws {
        let sample = try small()
        #expect(try sample.validate { $0.bucket = "example-trail-bucket" }.findings.isEmpty)
        let other = try sample.validate { $0.bucket = "other" }
        #expect(other.count(.digestRelocated) == 6)
        #expect(other.findings(.digestRelocated).first?.detail["claimedBucket"] == .text("example-trail-bucket"))
        let inFolder = sample.archive.moved { ObjectKey("example-trail-bucket/\($0)") }
        #expect(try sample.validate([inFolder]).findings.isEmpty)
        let named = try sample.validate([inFolder]) { $0.bucket = "other" }
        #expect(named.count(.digestRelocated) == 6)
        // Another folder name says nothing of a bucket.
        let elsewhere = sample.archive.moved { ObjectKey("download/\($0)") }
        #expect(try sample.validate([elsewhere]).findings.isEmpty)
    }

    @Test("a digest copied under another's name belongs to the chain of its path")
    func replayed() throws {
        var sample = try small()
        let keys = sample.digestKeys()
        sample.archive[keys[3]] = sample.archive[keys[2]]
        let report = try sample.validate()
        #expect(report.found(.violation) == [Found("digest-relocated", keys[3])])
        let finding = try #require(report.findings(.digestRelocated).first)
        #expect(finding.detail["claimedKey"] == .text(keys[2]))
        #expect(finding.detail["bucketChecked"] == .flag(false))
        #expect(report.count(.logUnreferenced) == 3)
    }

    /// V32
    @Test("what cannot be read is unverified, and nothing else")
    func unreadable() throws {
        var sample = try small()
        let log = sample.logKeys()[3]
        let digest = sample.digestKeys()[4]
        sample.archive.failures[ObjectKey(log)] = ObjectReadError(.permission, "Permission denied")
        sample.archive.failures[ObjectKey(digest)] = ObjectReadError(.inputOutput, "Input/output error")
        let report = try sample.validate()
        #expect(report.found(.violation).isEmpty)
        let read = report.failures.filter { $0.kind.hasSuffix("unreadable") }
        #expect(read == [Found("log-unreadable", log), Found("digest-unreadable", digest)])
        // Nobody else can say what an unreadable digest lists.
        #expect(report.count(.logUnreferenced) == 3)
        #expect(report.findings(.digestUnreadable).first?.detail["reason"] == .text("io"))
    }

    @Test("a folder that cannot be listed hides, and does not delete")
    func unreadableFolder() throws {
        let sample = try small()
        for folder in ["AWSLogs/111122223333/CloudTrail", "AWSLogs/111122223333/CloudTrail-Digest"] {
            var archive = sample.archive.moved { $0.description.contains("\(folder)/") ? nil : $0 }
            let error = ObjectReadError(.permission, "Permission denied")
            archive.obstacles = [ArchiveEntry(path: ObjectKey(folder), kind: .unreadableFolder(error))]
            let report = try sample.validate([archive])
            #expect(report.found(.violation).isEmpty)
            #expect(report.verdict() == .notProven)
            #expect(report.findings.contains { $0.path?.description == "memory/\(folder)" })
        }
    }

    @Test("links and special files are never opened")
    func links() throws {
        for kind in [ArchiveEntry.Kind.link, .special] {
            let sample = try small()
            let log = ObjectKey(sample.logKeys()[3])
            var archive = sample.archive.moved { $0 == log ? nil : $0 }
            archive.obstacles = [ArchiveEntry(path: log, kind: kind)]
            let report = try sample.validate([archive])
            #expect(report.failures == [Found("log-unreadable", log.description)])
            #expect(report.findings(.logUnreadable).first?.detail["reason"] == .text("not-a-regular-file"))
        }
    }

    /// V34
    @Test("a listed key that leads through a link is an unsafe reference")
    func linkOnTheWay() throws {
        let sample = try small()
        var archive = sample.archive.only("/CloudTrail-Digest/")
        archive.obstacles = [ArchiveEntry(path: ObjectKey("AWSLogs/111122223333/CloudTrail"), kind: .link)]
        let report = try sample.validate([archive])
        #expect(report.count(.referenceUnsafe) == 18)
        #expect(report.count(.logMissing) == 0)
        #expect(report.logs == tally(invalid: 18))
    }

    /// V46, I8
    @Test("limits are findings of their own, and cannot be allowed away")
    func limits() throws {
        let sample = try small()
        let logs = try sample.validate { $0.limits.logBytes = 1000 }
        #expect(logs.count(.logOverLimit) == 18)
        #expect(logs.found(.violation).isEmpty)
        let digests = try sample.validate { $0.limits.digestEntries = 2 }
        #expect(digests.count(.digestOverLimit) == 6)
        #expect(try digests.verdict(allowing: FindingKind.allowable) == .notProven)
        let size = try sample.validate { $0.limits.digestBytes = 100 }
        #expect(size.count(.digestOverLimit) == 6)
        let ratio = try sample.validate {
            $0.limits.inflateRatio = 1; $0.limits.ratioFloorBytes = 100
        }
        #expect(ratio.count(.digestOverLimit) == 6)
    }

    /// V37, I23
    @Test("a second bucket of which nothing is held is named once, and is no deletion")
    func locationNotHeld() throws {
        let first = try Sample { $0.hours = 3 }
        // The digests of an archive whose log files were all in another prefix than what was downloaded.
        let digests = first.archive.only("/CloudTrail-Digest/us-east-1/2026/03/01/")
            .moved { ObjectKey(bytes: Array($0.lastComponent)) }
        let one = digests.only("111122223333_")
        let report = try first.validate([one])
        #expect(report.found(.violation).isEmpty)
        #expect(report.count(.locationNotHeld) == 1)
        let location = try #require(report.findings(.locationNotHeld).first)
        #expect(location.detail["objects"] == .number(9))
        #expect(location.key?.description == "AWSLogs/111122223333/CloudTrail/us-east-1/")
        #expect(report.digests == tally(valid: 3))
        #expect(report.logs == tally(unverified: 9))
    }
}
