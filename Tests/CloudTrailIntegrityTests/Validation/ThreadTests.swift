import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// Storage that waits: what the threads of a validation do meanwhile, and how they end.
@Suite("Threads and slow storage")
struct ThreadTests {
    // MARK: Reports

    /// What an archive can look like to the stages that share out work.
    enum Shape: CaseIterable {
        /// A few folders, most of them small.
        case ordinary
        /// All in one folder: batches of digests, one unit of logs.
        case flat
        /// Many log files an hour, so that tasks make tasks.
        case crowded
        case tampered
        /// Two copies, of which each lacks something or has something wrong.
        case twoRoots
        /// Signatures from successors alone, and a range.
        case unsigned

        fileprivate func make() throws -> (Sample, [MemoryArchive]) {
            switch self {
            case .ordinary:
                let sample = try Sample { $0.hours = 8 }
                return (sample, [sample.archive])
            case .flat:
                let sample = try Sample { options in
                    (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 60, 1)
                }
                return (sample, [sample.archive.moved { ObjectKey(bytes: Array($0.lastComponent)) }])
            case .crowded:
                let sample = try Sample { options in
                    (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 2, 90)
                }
                return (sample, [sample.archive])
            case .tampered:
                let tampers: [Tamper] = [
                    .logModified, .logDeleted, .logInjected, .logTrailingData, .digestModified, .digestDeleted,
                    .digestRelocated, .chainForked, .digestKeyUnknown, .backfill,
                ]
                let sample = try Sample(tampers) { $0.logs = 1 }
                return (sample, [sample.archive])
            case .twoRoots:
                let sample = try Sample { $0.hours = 6 }
                var first = sample.archive
                var second = sample.archive
                second.name = "second"
                for (number, key) in sample.archive.files.keys.sorted().enumerated() {
                    if number.isMultiple(of: 7) { first.files[key] = nil }
                    if number.isMultiple(of: 5) { second.files[key] = [UInt8](repeating: 0x78, count: number) }
                }
                return (sample, [first, second])
            case .unsigned:
                let sample = try Sample { $0.hours = 9 }
                return (sample, [sample.archive])
            }
        }

        fileprivate func validate(_ sample: Sample, _ sources: [any ObjectSource], _ jobs: Int, _ readers: Int) throws
            -> ValidationReport
        {
            var options = ValidationOptions()
            (options.jobs, options.readers, options.listsProvenFiles) = (jobs, readers, true)
            if self == .unsigned {
                options.start = sample.summary.start.advanced(bySeconds: 2 * 3600)
                options.end = sample.summary.end.advanced(bySeconds: -1800)
            }
            let manifest = self == .unsigned ? SignatureManifest() : sample.manifest
            return try Validator(keys: sample.keys, signatures: manifest, options: options).validate(sources)
        }
    }

    /// I24
    @Test("reports are the same, however many threads compute and read, and however slow", arguments: Shape.allCases)
    func sameReports(shape: Shape) throws {
        let (sample, archives) = try shape.make()
        let expected = try shape.validate(sample, archives, 1, 1)
        expected.expectConsistent()
        let slow = archives.map { archive in
            var archive = archive
            archive.onRead = { usleep(1000) }
            return archive
        }
        for jobs in [1, 2, 8] {
            for readers in [1, 16, 32] {
                let report = try shape.validate(sample, slow, jobs, readers)
                #expect(report.substance == expected.substance, "jobs \(jobs), readers \(readers)")
            }
        }
    }

    // MARK: Overlapping reads

    /// Counts the reads that are under way.
    private final class Traffic: Sendable {
        private let counts = LockedState((made: 0, inFlight: 0, peak: 0))

        var peak: Int { counts.withLock { $0.peak } }

        /// - Returns: How many reads were made before this one.
        func begin() -> Int {
            counts.withLock { counts in
                counts.made += 1
                counts.inFlight += 1
                counts.peak = max(counts.peak, counts.inFlight)
                return counts.made - 1
            }
        }

        func end() {
            counts.withLock { $0.inFlight -= 1 }
        }
    }

    /// A source whose reads end when enough of them are under way, or when they waited too long.
    ///
    /// The first reads only are slow: nobody can know of storage that it is before they were made.
    private struct StallingSource: ObjectSource {
        let base: MemoryArchive
        let traffic: Traffic
        let company: Int
        let timeouts: LockedState<Int>
        var name: String { base.name }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try base.list(visit) }

        func open(_ path: ObjectKey) throws -> any OpenObject { File(source: self, file: try base.open(path)) }

        private struct File: OpenObject {
            let source: StallingSource
            let file: any OpenObject
            var storedBytes: UInt64? { file.storedBytes }

            func read(into buffer: inout MutableRawSpan) throws -> Int {
                let number = source.traffic.begin()
                defer { source.traffic.end() }
                usleep(1000)
                let start = ContinuousClock.now
                while number >= 32, source.traffic.peak < source.company, source.timeouts.withLock({ $0 }) == 0 {
                    if ContinuousClock.now - start > .seconds(10) {
                        source.timeouts.withLock { $0 += 1 }
                        throw ObjectReadError(.inputOutput, "no other read was made")
                    }
                    usleep(200)
                }
                return try file.read(into: &buffer)
            }

            func signatureMetadata() throws -> SignatureMetadata? { nil }
            func checkUnchanged() throws {}
        }
    }

    @Test(
        "reads of slow storage overlap, as many as there are readers and no more",
        arguments: [(1, 4, 2), (1, 4, 4), (2, 8, 8), (1, 16, 8)]
    )
    func overlappingReads(jobs: Int, readers: Int, company: Int) throws {
        // A folder of digest files is read by one thread: there are more of them than reads that wait for company.
        let sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (2, 8, 12, 1)
        }
        let traffic = Traffic()
        let source = StallingSource(
            base: sample.archive,
            traffic: traffic,
            company: company,
            timeouts: LockedState(0)
        )
        var options = ValidationOptions()
        (options.jobs, options.readers) = (jobs, readers)
        let report = try Validator(keys: sample.keys, signatures: sample.manifest, options: options).validate([source])
        #expect(report.findings.isEmpty)
        #expect(source.timeouts.withLock { $0 } == 0)
        #expect((company...readers).contains(traffic.peak))
    }

    @Test(
        "no more threads read than were asked for, and jobs count as readers",
        arguments: [(1, 1, 1), (1, 3, 3), (4, 1, 4)]
    )
    func fewReaders(jobs: Int, readers: Int, most: Int) throws {
        let sample = try Sample { $0.hours = 8 }
        let traffic = Traffic()
        let source = StallingSource(base: sample.archive, traffic: traffic, company: 0, timeouts: LockedState(0))
        var options = ValidationOptions()
        (options.jobs, options.readers) = (jobs, readers)
        _ = try Validator(keys: sample.keys, signatures: sample.manifest, options: options).validate([source])
        #expect(traffic.peak <= most)
    }

    // MARK: Stopping

    /// Where a validation is stopped or fails.
    enum Station: CaseIterable {
        case firstEntry, listing, digest, lastDigest, log, lastLog
    }

    /// A sample whose storage is slow and calls `action` once, when a validation is so far.
    ///
    /// - Parameter opened: Counts the files that were opened after that.
    private static func source(
        _ sample: Sample,
        at station: Station,
        opened: LockedState<Int?> = LockedState(nil),
        _ action: @escaping @Sendable () throws -> Void
    ) -> ArrangedSource {
        var source = ArrangedSource(sample.archive)
        let progress = LockedState((entries: 0, digests: 0, logs: 0))
        let digests = sample.archive.files.keys.count { $0.description.contains("/CloudTrail-Digest/") }
        let logs = sample.archive.files.count - digests
        @Sendable func act() throws {
            let isFirst = opened.withLock { opened in
                defer { opened = opened ?? 0 }
                return opened == nil
            }
            if isFirst { try action() }
        }
        source.onList = { _ in
            let number = progress.withLock { progress in
                progress.entries += 1
                return progress.entries
            }
            if station == .firstEntry || station == .listing && number == (digests + logs) / 2 { try act() }
        }
        source.onOpen = { _ in opened.withLock { opened in opened = opened.map { $0 + 1 } } }
        source.onRead = { _, _ in
            usleep(1000)
            return nil
        }
        // Called once a file, after its last read.
        source.onCheck = { path in
            let isDigest = path.description.contains("/CloudTrail-Digest/")
            let number = progress.withLock { progress in
                progress.digests += isDigest ? 1 : 0
                progress.logs += isDigest ? 0 : 1
                return isDigest ? progress.digests : progress.logs
            }
            switch station {
            case .digest where isDigest && number == digests / 2: try act()
            case .lastDigest where isDigest && number == digests: try act()
            case .log where !isDigest && number == logs / 2: try act()
            case .lastLog where !isDigest && number == logs: try act()
            default: break
            }
        }
        return source
    }

    @Test(
        "a validation that is stopped ends soon, wherever it is",
        arguments: Station.allCases,
        [(1, 1), (1, 16), (8, 32)]
    )
    func cancellation(station: Station, threads: (jobs: Int, readers: Int)) throws {
        let sample = try Sample()
        var options = ValidationOptions()
        (options.jobs, options.readers) = threads
        let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: options)
        let monitor = ValidationMonitor()
        let opened = LockedState<Int?>(nil)
        let cancelled = LockedState<ContinuousClock.Instant?>(nil)
        let source = Self.source(sample, at: station, opened: opened) {
            cancelled.withLock { $0 = .now }
            monitor.cancel()
        }
        // Also when only the report is left to be put together.
        #expect(throws: CancellationError.self) { _ = try validator.validate([source], monitor: monitor) }
        // Those that were about to open a file may still do so, and no one else.
        let late = try #require(opened.withLock { $0 })
        #expect(late <= max(threads.jobs, threads.readers))
        let moment = try #require(cancelled.withLock { $0 })
        #expect(ContinuousClock.now - moment < .seconds(10))
    }

    @Test("a validation that is stopped before it begins opens nothing", arguments: [1, 8])
    func cancelledBefore(jobs: Int) throws {
        let sample = try Sample { $0.hours = 8 }
        var source = ArrangedSource(sample.archive)
        source.onOpen = { Issue.record("\($0) was opened") }
        let monitor = ValidationMonitor()
        monitor.cancel()
        var options = ValidationOptions()
        options.jobs = jobs
        #expect(throws: CancellationError.self) {
            try Validator(keys: sample.keys, options: options).validate([source], monitor: monitor)
        }
    }

    @Test("a validation that is stopped inside a large file leaves it", arguments: [1, 4])
    func cancelledInsideAFile(jobs: Int) throws {
        let sample = try Sample { $0.hours = 4 }
        for large in [sample.digestKeys()[1], sample.logKeys()[1]] {
            var hurt = sample
            hurt.archive[large] = [UInt8](repeating: UInt8(ascii: " "), count: 32 << 20)
            let monitor = ValidationMonitor()
            var source = ArrangedSource(hurt.archive)
            let reads = LockedState(0)
            source.onRead = { path, _ in
                guard path.description == large else { return nil }
                let number = reads.withLock { reads in
                    reads += 1
                    return reads
                }
                if number == 20 { monitor.cancel() }
                return nil
            }
            var options = ValidationOptions()
            options.jobs = jobs
            let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: options)
            #expect(throws: CancellationError.self) { _ = try validator.validate([source], monitor: monitor) }
            #expect(reads.withLock { $0 } == 20)
        }
    }

    #if os(Linux)
    private static func threadCount() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
    }

    // In a process of its own: the threads of other tests come and go.
    @Test("no thread is left behind, whether a validation ends, is stopped or fails")
    func noThreadIsLeft() async {
        await #expect(processExitsWith: .success) {
            let sample = try Sample { $0.hours = 8 }
            var options = ValidationOptions()
            (options.jobs, options.readers) = (4, 16)
            let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: options)
            var archive = sample.archive
            archive.onRead = { usleep(1000) }
            let most = LockedState(0)
            var watched = archive
            watched.onRead = {
                usleep(1000)
                let count = ThreadTests.threadCount()
                most.withLock { $0 = max($0, count) }
            }
            _ = try validator.validate([watched])
            let before = ThreadTests.threadCount()
            // Else the count would show nothing.
            #expect(most.withLock { $0 } > before + 2)
            for station in Station.allCases {
                for _ in 0..<3 {
                    _ = try validator.validate([archive])
                    let monitor = ValidationMonitor()
                    let stopped = ThreadTests.source(sample, at: station) { monitor.cancel() }
                    _ = try? validator.validate([stopped], monitor: monitor)
                    let failing = ThreadTests.source(sample, at: station) { throw CancellationError() }
                    #expect(throws: CancellationError.self) { try validator.validate([failing]) }
                }
            }
            // A thread that was joined may be listed for a moment more, and Swift's own pool may have grown by a few;
            // one that each of 54 validations left would be told from that.
            let deadline = ContinuousClock.now + .seconds(10)
            while ThreadTests.threadCount() > before + 4, ContinuousClock.now < deadline { usleep(1000) }
            #expect(ThreadTests.threadCount() <= before + 4)
        }
    }
    #endif
}
