import CloudTrailFormat
import NativeInterop
import SampleArchive
import TestSupport
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

/// What a report does with more findings of a kind and folder than are listed one by one.
@Suite("Findings beyond the limit are summed up")
struct FindingLimitTests {
    private static let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/"

    /// An archive with 12 unlisted files in one folder, and 3 in another.
    private func flooded() throws -> Sample {
        var sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 1, 6, 2, 1)
        }
        for number in 10..<22 { sample.archive["\(Self.folder)injected\(number).json.gz"] = [1] }
        for number in 0..<3 { sample.archive["\(Self.folder)deeper/injected\(number).json.gz"] = [1] }
        return sample
    }

    /// I31
    @Test("the first stand by themselves, one finding sums up the others, and no count depends on it")
    func limit() throws {
        let sample = try flooded()
        let all = try sample.validate { $0.findingsPerFolder = 12 }
        #expect(all.count(.logUnreferenced) == 15)
        #expect(!all.findings.contains { $0.isSum })
        let report = try sample.validate { $0.findingsPerFolder = 4 }
        let found = report.findings(.logUnreferenced)
        #expect(found.count == 4 + 1 + 3)
        let single = found.filter { !$0.isSum }
        #expect(Set(single) == Set(all.findings.filter { single.contains($0) }))
        #expect(
            single.compactMap { $0.path?.description }.filter { !$0.contains("deeper") }
                == (10..<14).map { "memory/\(Self.folder)injected\($0).json.gz" }
        )
        let sum = try #require(found.first { $0.isSum })
        #expect(sum.standsFor == 8)
        #expect(sum.detail == ["more": .number(8)])
        #expect(sum.path?.description == "memory/\(Self.folder)")
        #expect(sum.key?.description == Self.folder)
        #expect(sum.message.hasPrefix("8 more findings of this kind in this folder"))
        #expect(report.findings.reduce(0) { $0 + $1.standsFor } == all.findings.count)
        #expect(report.logs == all.logs && report.digests == all.digests && report.files == all.files)
        #expect(report.notAsked == all.notAsked)
        #expect(report.verdict() == all.verdict())
        #expect(try report.verdict(allowing: [.logUnreferenced]) == .valid)
    }

    /// I31
    @Test("which ones depends neither on the number of threads nor on the order of the listing, and all are told")
    func order() throws {
        let sample = try flooded()
        var reports: [[Finding]] = []
        for isReversed in [false, true] {
            for jobs in [1, 4] {
                var source = ArrangedSource(sample.archive)
                let files = sample.archive.files.keys.sorted()
                source.entries = (isReversed ? files.reversed() : files).map { ArchiveEntry(path: $0, kind: .file) }
                var options = ValidationOptions()
                (options.jobs, options.findingsPerFolder) = (jobs, 3)
                let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: options)
                let heard = LockedState<[Finding]>([])
                let report = try validator.validate(source) { finding in heard.withLock { $0.append(finding) } }
                #expect(heard.withLock { $0 }.sorted(by: Finding.inReportOrder) == report.findings)
                reports.append(report.findings)
            }
        }
        #expect(reports.allSatisfy { $0 == reports[0] })
    }

    /// I31
    @Test("what is absent is summed up by the folder of its key, with its chain and its time")
    func absent() throws {
        var sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 1, 6, 2, 1)
        }
        let logs = sample.logKeys()
        for key in logs.dropFirst() { sample.archive[key] = nil }
        let all = try sample.validate()
        let report = try sample.validate { $0.findingsPerFolder = 1 }
        let found = report.findings(.logMissing)
        #expect(found.map(\.standsFor) == [1, logs.count - 2])
        let sum = try #require(found.last)
        #expect(sum.path == nil)
        #expect(sum.key?.description == Self.folder)
        #expect(sum.chain == found.first?.chain && sum.bucket == found.first?.bucket)
        #expect(sum.start == all.findings(.logMissing).dropFirst().first?.start)
        #expect(report.logs == all.logs)
        #expect(report.verdict() == .notValid)
    }

    /// I31
    @Test("a state remembers those that are summed up")
    func state() throws {
        let sample = try flooded()
        var known: [[KnownFinding]] = []
        for limit in [1, 100] {
            let report = try sample.validate { options in
                options.findingsPerFolder = limit
                options.earlierRuns = EarlierRuns(ProvenState(), now: Timestamp(secondsSinceEpoch: 1_800_000_000))
            }
            known.append(report.state?.findings ?? [])
        }
        #expect(known[0].count == 15)
        #expect(known[0] == known[1])
    }

    // MARK: The collector

    private func finding(_ name: String, isNewest: Bool = false, bucket: String = "b") -> Finding {
        Finding(
            .logUnauthenticated,
            "m",
            bucket: bucket,
            key: ObjectKey(name),
            path: ObjectKey("root/\(name)"),
            concernsNewestDigest: isNewest
        )
    }

    @Test("what the caller may accept is not summed up with what it may not")
    func allowable() {
        var collector = FindingCollector(limit: 1, keepsAll: false)
        for number in 0..<6 { collector.add(finding("f/\(number)", isNewest: number.isMultiple(of: 2))) }
        #expect(collector.settle().count == 2)
        let sums = collector.finish()
        #expect(sums.map(\.standsFor) == [2, 2])
        #expect(Set(sums.map(\.concernsNewestDigest)) == [true, false])
    }

    @Test("a later step adds no more than is left of the limit, and several threads' findings add up")
    func steps() {
        var collector = FindingCollector(limit: 3, keepsAll: true)
        for name in ["f/5", "f/4"] { collector.add(finding(name)) }
        #expect(Set(collector.settle().map { $0.key?.description }) == ["f/4", "f/5"])
        // Many more than are sorted at once.
        for number in (100..<400).reversed() { collector.add(finding("f/\(number)", bucket: "b\(number % 2)")) }
        #expect(collector.settle().map { $0.key?.description } == ["f/100"])
        var other = FindingCollector(limit: 3, keepsAll: true)
        for number in 0..<5 { other.add(finding("f/\(number)")) }
        #expect(other.settle().count == 3)
        collector.add(other)
        let sums = collector.finish()
        #expect(sums.map(\.standsFor) == [299 + 2])
        #expect(sums.first?.bucket == nil && sums.first?.key?.description == "f/")
        #expect(collector.summedUp.count == 301)
        #expect(collector.findings.count == 3 + 3 + 1)
    }

    @Test("the findings of several parts stand by themselves as those of one do", arguments: [1, 3, 10])
    func parts(limit: Int) throws {
        var random = SequenceGenerator(seed: 7)
        let names = (0..<60).map { "f/\(100 + $0)" }.shuffled(using: &random)
        let parts = (0..<5).map { part in
            func collector(_ stage: FindingCollector.Stage, _ range: Range<Int>) -> FindingCollector {
                var collector = FindingCollector(limit: limit, keepsAll: true)
                collector.stage = stage
                for number in range where number % 5 == part { collector.add(finding(names[number])) }
                _ = collector.settle()
                return collector
            }
            // What is found of digest and log files comes at the same time, the rest after it.
            var sum = collector(.digests, 0..<20)
            sum.add(collector(.logs, 20..<40))
            sum.stage = .chains
            for number in 40..<60 where number % 5 == part { sum.add(finding(names[number])) }
            _ = sum.settle()
            return sum
        }
        let expected = Set(names[..<20].sorted().prefix(limit) + names[20..<40].sorted().prefix(limit))
        for _ in 0..<10 {
            var sums = parts.shuffled(using: &random)
            while sums.count > 1 {
                let other = sums.remove(at: Int.random(in: sums.indices, using: &random))
                sums[Int.random(in: sums.indices, using: &random)].merge(other)
            }
            sums[0].sumUpExcess()
            #expect(Set(sums[0].findings.compactMap { $0.key?.description }) == expected)
            #expect(sums[0].findings.count + sums[0].summedUp.count == 60)
            #expect(sums[0].finish().map { $0.standsFor } == [60 - 2 * limit])
        }
    }

    // MARK: Many namesakes

    /// V8
    @Test(
        "of the keys that only unverified digests list under one name, a flat file is at most 32's",
        arguments: [32, 40]
    )
    func namesakes(count: Int) throws {
        let made = try HandmadeArchive()
        var archive = MemoryArchive()
        let log = HandmadeArchive.logKey(at: 60, "0123456789abcdef")
        let name = try #require(log.split(separator: "/").last.map(String.init))
        let digest = try made.digest(0..<HandmadeArchive.hour, after: nil) { draft in
            draft.logs = (0..<count).map { number in
                HandmadeArchive.Log(key: "p\(100 + number)/\(log)", hash: String(repeating: "0", count: 64))
            }
        }
        let digestName = try #require(digest.key.split(separator: "/").last.map(String.init))
        archive[digestName] = try compressed(digest.content)
        archive[name] = try compressed([])
        let report = try made.validate([archive], withManifest: false)
        let held = report.findings(.logUnauthenticated).filter { $0.path != nil }
        #expect(held.count == 32)
        #expect(Set(held.compactMap { $0.key?.description }) == Set((0..<32).map { "p\(100 + $0)/\(log)" }))
        #expect(report.verdict() == .notProven)
    }
}
