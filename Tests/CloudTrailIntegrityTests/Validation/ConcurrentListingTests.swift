import CloudTrailFormat
import Foundation
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

/// Storage whose folders are listed several at a time.
@Suite("Folders that are listed at the same time", .timeLimit(.minutes(10)))
struct ConcurrentListingTests {
    private func sample() throws -> Sample {
        try Sample([.logModified, .logDeleted, .logInjected, .digestDeleted, .digestRelocated, .backfill]) { options in
            (options.accounts, options.regions, options.hours, options.logs) = (2, 2, 30, 2)
        }
    }

    private func validate(
        _ sample: Sample,
        _ source: any ArchiveSource,
        jobs: Int = 2,
        readers: Int = 16,
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> ValidationReport {
        var options = ValidationOptions()
        (options.jobs, options.readers, options.listsProvenFiles) = (jobs, readers, true)
        let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: options)
        let report = try validator.validate(source, monitor: monitor)
        report.expectConsistent()
        return report
    }

    @Test("the report is that of one listing, however many there are, and in whatever order they end")
    func sameReports() throws {
        let sample = try sample()
        var archive = sample.archive
        // Files at every depth, and what stands beside digest files.
        for path in ["note", "AWSLogs/note", "AWSLogs/111122223333/note.json", "other/deep/er/note"] {
            archive[path] = Array(path.utf8)
        }
        for key in sample.digestKeys()[..<3] { archive[key + ".metadata.json"] = Array("{}".utf8) }
        let expected = try validate(sample, archive, jobs: 1, readers: 1)
        #expect(!expected.failures.isEmpty)
        for (listings, pageSize) in [(1, 5), (2, 1), (3, 1000), (16, 10), (1000, 3)] {
            for jobs in [1, 4] {
                var bucket = PagedBucket(archive)
                (bucket.concurrentListings, bucket.pageSize) = (listings, pageSize)
                bucket.onPage = { _ in if UInt8.random(in: 0...3) == 0 { usleep(200) } }
                #expect(try validate(sample, bucket, jobs: jobs).substance == expected.substance)
            }
        }
    }

    @Test("flat, and in folders that are all below one another")
    func shapes() throws {
        let sample = try sample()
        for moved in [
            sample.archive.moved { ObjectKey(bytes: Array($0.lastComponent)) },
            sample.archive.moved { ObjectKey("a/b/c/d/e/f/g/\($0)") },
            sample.archive.moved { ObjectKey("a//b/\($0)") },
            MemoryArchive(),
        ] {
            let expected = try validate(sample, moved)
            #expect(try validate(sample, PagedBucket(moved)).substance == expected.substance)
        }
    }

    /// Waits in each page until two are under way, or too long.
    @Test("as many listings run at once as the source and the options allow", arguments: [(8, 16), (8, 1), (1, 16)])
    func atOnce(listings: Int, readers: Int) throws {
        let sample = try sample()
        var bucket = PagedBucket(sample.archive)
        bucket.concurrentListings = listings
        let traffic = bucket.traffic
        let isConcurrent = min(listings, readers) > 1
        bucket.onPage = { prefix in
            guard isConcurrent, prefix.description.hasSuffix("/us-east-1/") else { return }
            for _ in 0..<500 where traffic.withLock(\.peak) < 2 { usleep(1000) }
        }
        _ = try validate(sample, bucket, jobs: 1, readers: readers)
        let peak = traffic.withLock(\.peak)
        #expect(isConcurrent ? (2...8).contains(peak) : peak == 1)
        #expect(traffic.withLock(\.listings) == 0)
    }

    // MARK: Failures

    @Test("a folder that fails is one that cannot be listed, and nothing in it is missing", arguments: [0, 1])
    func unreadableFolder(failingPage: Int) throws {
        let sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 2, 30, 2)
        }
        let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/"
        let error = ObjectReadError(.permission, "not this one")
        for listings in [2, 16] {
            var bucket = PagedBucket(sample.archive)
            (bucket.concurrentListings, bucket.pageSize) = (listings, 3)
            let pages = LockedState(0)
            bucket.onPage = { prefix in
                guard prefix.description.hasPrefix(folder) else { return }
                let page = pages.withLock { pages in
                    pages += 1
                    return pages - 1
                }
                if page >= failingPage { throw error }
            }
            let report = try validate(sample, bucket)
            #expect(report.found(.violation).isEmpty)
            #expect(report.count(.logUnreadable) > 0)
            #expect(report.count(.logMissing) == 0)
            #expect(report.verdict() == .notProven)
            let reasons = Set(report.findings(.logUnreadable).compactMap { $0.detail["reason"] })
            #expect(reasons == [.text("permission")])
        }
    }

    private struct Broken: Error, Equatable {}

    @Test("what has no name for its failure, or fails at the root, ends the run, and no thread is left")
    func endingErrors() throws {
        let sample = try sample()
        for prefix in ["", "AWSLogs/", "AWSLogs/111122223333/CloudTrail/us-east-1/"] {
            var bucket = PagedBucket(sample.archive)
            bucket.onPage = { if $0.description == prefix { throw Broken() } }
            #expect(throws: Broken()) { _ = try validate(sample, bucket) }
            #expect(bucket.traffic.withLock(\.listings) == 0)
        }
        var bucket = PagedBucket(sample.archive)
        let error = ObjectReadError(.inputOutput, "no root")
        bucket.onPage = { if $0.bytes.isEmpty { throw error } }
        #expect(throws: error) { _ = try validate(sample, bucket) }
    }

    @Test("a validation that is stopped stops its listings, also where a source makes something else of the error")
    func cancellation() throws {
        let sample = try sample()
        for swallows in [false, true] {
            let monitor = ValidationMonitor()
            var bucket = PagedBucket(sample.archive)
            bucket.onPage = { if $0.description.hasSuffix("us-west-2/") { monitor.cancel() } }
            let source: any ObjectSource = swallows ? Swallowing(base: bucket) : bucket
            #expect(throws: CancellationError.self) { _ = try validate(sample, source, monitor: monitor) }
            #expect(bucket.traffic.withLock(\.listings) == 0)
        }
    }

    /// A source that takes the visitor's error for the end of the listing.
    private struct Swallowing: ObjectSource {
        let base: PagedBucket
        var name: String { base.name }
        var concurrentListings: Int { 8 }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try? base.list(visit) }
        func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
            try? base.list(below: folder, visit)
        }
        func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
            try? base.list(in: folder, visit)
        }
        func open(_ path: ObjectKey) throws -> any OpenObject { try base.open(path) }
    }

    /// A source whose folders name what is not theirs.
    private struct Straying: ObjectSource {
        enum Way: CaseIterable {
            case itself, parent, deeper, withoutSlash, otherEntry
        }

        let base: PagedBucket
        let way: Way
        var name: String { base.name }
        var concurrentListings: Int { 4 }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try base.list(visit) }
        func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
            try base.list(below: folder, visit)
        }
        func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
            try base.list(in: folder, visit)
            guard folder.description == "AWSLogs/111122223333/" else { return }
            switch way {
            case .itself: try visit(.folder(folder))
            case .parent: try visit(.folder(ObjectKey("AWSLogs/")))
            case .deeper: try visit(.folder(ObjectKey("\(folder)a/b/")))
            case .withoutSlash: try visit(.folder(ObjectKey("\(folder)a")))
            case .otherEntry: try visit(.entry(ArchiveEntry(path: ObjectKey("AWSLogs/x.json"), kind: .file)))
            }
        }
        func open(_ path: ObjectKey) throws -> any OpenObject { try base.open(path) }
    }

    @Test("a source that names what is elsewhere has a folder that cannot be listed", arguments: Straying.Way.allCases)
    private func strays(_ way: Straying.Way) throws {
        let sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 2, 30, 2)
        }
        let report = try validate(sample, Straying(base: PagedBucket(sample.archive), way: way))
        #expect(report.found(.violation).isEmpty)
        let finding = try #require(report.findings(.digestUnreadable).first)
        #expect(finding.path?.description.hasSuffix("AWSLogs/111122223333") == true)
        #expect(finding.detail["reason"] == .text("io"))
        #expect(report.verdict() == .notProven)
    }

    // MARK: The listings that every source has

    @Test("a source that lists everything alone still lists a folder, and says what hides it")
    func defaults() throws {
        var archive = MemoryArchive()
        for path in ["a/b/c", "a/b/d/e", "a/bc", "f"] { archive[path] = [1] }
        let error = ObjectReadError(.permission, "closed")
        archive.obstacles = [
            ArchiveEntry(path: ObjectKey("a/link"), kind: .link),
            ArchiveEntry(path: ObjectKey("a/closed"), kind: .unreadableFolder(error)),
        ]
        func below(_ folder: String) throws -> [String] {
            var paths: [String] = []
            try archive.list(below: ObjectKey(folder)) { paths.append($0.path.description) }
            return paths
        }
        func items(_ folder: String) throws -> [String] {
            var paths: [String] = []
            try archive.list(in: ObjectKey(folder)) { item in
                switch item {
                case .folder(let path): paths.append("\(path)")
                case .entry(let entry): paths.append("\(entry.path)")
                @unknown default: break
                }
            }
            return paths
        }
        #expect(try below("a/b/") == ["a/b/c", "a/b/d/e"])
        #expect(try below("") == ["a/b/c", "a/b/d/e", "a/bc", "f", "a/link", "a/closed"])
        #expect(try below("nothing/") == [])
        #expect(try items("") == ["a/", "f"])
        #expect(try items("a/") == ["a/b/", "a/bc", "a/link", "a/closed"])
        #expect(throws: error) { _ = try below("a/closed/") }
        #expect(throws: error) { _ = try below("a/closed/deeper/") }
        #expect(throws: error) { _ = try items("a/closed/") }
        #expect(try below("a/closed!/") == [])
        // Where the rest could not be seen, anything may lie in it.
        archive.obstacles.append(ArchiveEntry(path: ObjectKey(""), kind: .unreadableFolder(error)))
        #expect(throws: error) { _ = try below("a/b/") }
        #expect(try below("").last == "")
    }
}
