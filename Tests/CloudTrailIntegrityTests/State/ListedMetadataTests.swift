import CloudTrailFormat
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

/// What a listing says of files, and what comes of it where it is not so any more.
@Suite("What a listing says of files")
struct ListedMetadataTests {
    private func sample() throws -> Sample {
        try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 6, 2)
        }
    }

    private struct Runs {
        let sample: Sample
        var state = ProvenState()
        var time = Timestamp(secondsSinceEpoch: 1_800_000_000)

        mutating func run(_ source: any ArchiveSource) throws -> ValidationReport {
            time = time.advanced(bySeconds: 86_400)
            let (state, time) = (state, time)
            let report = try sample.validate([source]) { $0.earlierRuns = EarlierRuns(state, now: time) }
            report.expectConsistent()
            self.state = try ProvenState(reading: try #require(report.state).serialized())
            return report
        }
    }

    private func fresh(_ bucket: PagedBucket) -> PagedBucket {
        bucket.traffic.withLock { $0 = PagedBucket.Traffic() }
        return bucket
    }

    /// I18
    @Test("what was proven and is listed as it was is neither asked for nor opened", arguments: [1, 8])
    func carried(listings: Int) throws {
        let sample = try sample()
        var bucket = PagedBucket(sample.archive)
        bucket.concurrentListings = listings
        var runs = Runs(sample: sample)
        #expect(try runs.run(bucket).failures.isEmpty)
        let report = try runs.run(fresh(bucket))
        #expect(report.carried == ValidationReport.Carried(digests: 6, logs: 12))
        #expect(report.failures.isEmpty)
        #expect(bucket.traffic.withLock { ($0.opened, $0.metadata) } == (0, 0))
        // Where a listing says nothing the storage is asked, as ever.
        bucket.listsMetadata = false
        #expect(try runs.run(fresh(bucket)).carried == ValidationReport.Carried(digests: 6, logs: 12))
        #expect(bucket.traffic.withLock { ($0.opened, $0.metadata) } == (0, 18))
    }

    /// I18
    @Test("where it says something else the storage is asked, which may know more of a file")
    func listingThatKnowsLess() throws {
        let sample = try sample()
        var bucket = PagedBucket(sample.archive)
        var runs = Runs(sample: sample)
        _ = try runs.run(bucket)
        bucket.listed = { _, known in ObjectMetadata(storedBytes: known.storedBytes, modified: nil) }
        #expect(try runs.run(fresh(bucket)).carried == ValidationReport.Carried(digests: 6, logs: 12))
        #expect(bucket.traffic.withLock { ($0.opened, $0.metadata) } == (0, 18))
        // What some files are listed as is not taken for others.
        let first = ObjectKey(sample.logKeys()[0])
        bucket.listed = { path, known in path == first ? known : nil }
        #expect(try runs.run(fresh(bucket)).carried == ValidationReport.Carried(digests: 6, logs: 12))
        #expect(bucket.traffic.withLock { ($0.opened, $0.metadata) } == (0, 17))
        bucket.listed = { path, known in path == first ? nil : known }
        #expect(try runs.run(fresh(bucket)).carried == ValidationReport.Carried(digests: 6, logs: 12))
        #expect(bucket.traffic.withLock { ($0.opened, $0.metadata) } == (0, 1))
    }

    @Test("a file that changed is listed with another time, and read")
    func changed() throws {
        let sample = try sample()
        var bucket = PagedBucket(sample.archive)
        var runs = Runs(sample: sample)
        _ = try runs.run(bucket)
        let key = sample.logKeys()[3]
        bucket = PagedBucket(sample.archive.changed(key, try compressed(Array("{\"Records\":[]}".utf8))))
        let report = try runs.run(bucket)
        #expect(report.failures == [Found("log-modified", key)])
        #expect(bucket.traffic.withLock(\.opened) == 1)
        #expect(report.carried == ValidationReport.Carried(digests: 6, logs: 11))
    }

    /// I3, I18: what was listed a moment before says nothing of the bytes that are read.
    @Test("of a file that is read, what the listing said decides nothing", arguments: [false, true])
    func otherThanListed(hasState: Bool) throws {
        let sample = try sample()
        let (digest, log) = (sample.digestKeys()[2], sample.logKeys()[9])
        var runs = Runs(sample: sample)
        if hasState { _ = try runs.run(PagedBucket(sample.archive)) }
        for said in [
            ObjectMetadata(storedBytes: 0, modified: 0), ObjectMetadata(storedBytes: 1 << 60, modified: 9),
            ObjectMetadata(storedBytes: 1, modified: nil, entityTag: "x"),
        ] {
            // Content that is right stays right, and what is wrong is a violation, and no file that could not be read.
            var bucket = PagedBucket(sample.archive)
            bucket.listed = { _, _ in said }
            #expect(try sample.validate([bucket]).findings.isEmpty)
            var hurt = sample.archive.changed(log, try compressed(Array("{\"Records\":[]}".utf8)))
            hurt = hurt.changed(digest, Array(try #require(hurt[digest]).dropLast(4)))
            bucket = PagedBucket(hurt)
            bucket.listed = { _, _ in said }
            let report = hasState ? try runs.run(bucket) : try sample.validate([bucket])
            #expect(report.found(.violation).contains(Found("log-modified", log)))
            #expect(report.count(.digestUnreadable) + report.count(.logUnreadable) == 0)
            #expect(report.verdict() == .notValid)
        }
    }

    /// I3
    @Test("a file that was listed and is gone, or cannot be read, when it is opened is unreadable, and no violation")
    func goneMeanwhile() throws {
        let sample = try sample()
        let (digest, log) = (sample.digestKeys()[2], sample.logKeys()[9])
        for reason in [ObjectReadError.Reason.vanished, .changed] {
            for victim in [digest, log] {
                var bucket = PagedBucket(sample.archive)
                bucket.onOpen = { if $0.description == victim { throw ObjectReadError(reason, "not any more") } }
                let report = try sample.validate([bucket])
                #expect(report.found(.violation).isEmpty)
                let kind = victim == log ? "log-unreadable" : "digest-unreadable"
                let findings = report.findings.filter { $0.kind.rawValue.hasSuffix("unreadable") }
                #expect(findings.map(Found.init) == [Found(kind, victim)])
                #expect(findings.first?.detail["reason"] == .text(reason.rawValue))
            }
        }
    }

    @Test("what the next run is told of a file is what it was when it was read, not what it was listed as")
    func remembered() throws {
        let sample = try sample()
        let key = sample.logKeys()[3]
        var bucket = PagedBucket(sample.archive)
        // Listed, replaced by the same content at a later time, and then read.
        bucket.listed = { path, known in
            path.description == key ? ObjectMetadata(storedBytes: known.storedBytes, modified: -5) : known
        }
        var runs = Runs(sample: sample)
        _ = try runs.run(bucket)
        // It is listed as before: that is not what was read.
        let report = try runs.run(fresh(bucket))
        #expect(report.failures.isEmpty)
        #expect(bucket.traffic.withLock { ($0.opened, $0.metadata) } == (0, 1))
    }

    @Test("nothing of it is kept where nobody asks")
    func memory() throws {
        let sample = try sample()
        let bucket = PagedBucket(sample.archive)
        for keeps in [false, true] {
            let names = SharedNames()
            var index = ArchiveIndex(names)
            var listed = 0
            try index.list(bucket, root: 0, keepsMetadata: keeps, check: {}) { batch in
                for (offset, digest) in batch.digests.enumerated() {
                    let known = try bucket.metadata(of: names.objectKey(digest.path))
                    if batch.isListed(offset, as: known) { listed += 1 }
                }
            }
            for (number, folder) in index.folders.enumerated() {
                for position in 0..<folder.names.count {
                    let file = ArchiveIndex.File(folder: number, position: position)
                    let known = try bucket.metadata(of: index.path(of: file))
                    if index.isListed(file, as: known) { listed += 1 }
                    #expect(!index.isListed(file, as: ObjectMetadata(storedBytes: 1, modified: 1)))
                }
            }
            #expect(listed == (keeps ? 18 : 0))
        }
    }
}
