import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// Storage of a caller's that opens folders.
@Suite("Storage that opens a folder once")
struct FolderSourceTests {
    /// An archive in memory that counts how it is used.
    private final class Shelf: FolderSource {
        struct Counts: Sendable {
            var folders = 0
            var files = 0
            var asked = 0
            var paths = 0
            var checksEachFile = false
        }

        let archive: MemoryArchive
        let counts = LockedState(Counts())
        let isReplaced: Bool
        /// The folders that are something else when they were read.
        let moved: (@Sendable (ObjectKey) -> Bool)?
        /// The folders that cannot be opened.
        let closed: (@Sendable (ObjectKey) -> Bool)?

        init(
            _ archive: MemoryArchive,
            isReplaced: Bool = false,
            moved: (@Sendable (ObjectKey) -> Bool)? = nil,
            closed: (@Sendable (ObjectKey) -> Bool)? = nil
        ) {
            (self.archive, self.isReplaced, self.moved, self.closed) = (archive, isReplaced, moved, closed)
        }

        var name: String { "shelf" }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try archive.list(visit) }

        func open(_ path: ObjectKey) throws -> any OpenObject {
            counts.withLock { $0.paths += 1 }
            return try archive.open(path)
        }

        func metadata(of path: ObjectKey) throws -> ObjectMetadata { try archive.metadata(of: path) }

        func openFolder(_ path: ObjectKey, checkingEachFile: Bool) throws -> any ObjectFolder {
            counts.withLock { counts in
                counts.folders += 1
                counts.checksEachFile = checkingEachFile
            }
            if closed?(path) == true { throw ObjectReadError(.permission, "it is closed") }
            return Folder(self, path)
        }

        private final class Folder: ObjectFolder {
            let shelf: Shelf
            let path: ObjectKey

            init(_ shelf: Shelf, _ path: ObjectKey) {
                self.shelf = shelf
                self.path = path
            }

            private func path(of name: Span<UInt8>) -> ObjectKey {
                var bytes = path.bytes
                for index in name.indices { bytes.append(name[index]) }
                return ObjectKey(bytes: bytes)
            }

            func open(_ name: Span<UInt8>) throws -> any OpenObject {
                shelf.counts.withLock { $0.files += 1 }
                return try shelf.archive.open(path(of: name))
            }

            func metadata(of name: Span<UInt8>) throws -> ObjectMetadata {
                shelf.counts.withLock { $0.asked += 1 }
                return try shelf.archive.metadata(of: path(of: name))
            }

            var unchangedCheck: (@Sendable () throws -> Void)? {
                guard let moved = shelf.moved else { return nil }
                return { [path] in if moved(path) { throw ObjectReadError(.changed, "it was moved") } }
            }
        }
    }

    private func sample() throws -> Sample {
        try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 6, 2)
        }
    }

    @Test("its files are opened and asked of in their folders, and not by their paths")
    func folders() throws {
        let sample = try sample()
        let shelf = Shelf(sample.archive)
        let report = try sample.validate([shelf]) { $0.jobs = 1 }
        #expect(report.findings.isEmpty)
        let counts = shelf.counts.withLock { $0 }
        #expect(counts.files == 18)
        #expect(counts.paths == 0)
        #expect(counts.folders < 18)
        #expect(!counts.checksEachFile)
        // With a state what is carried is asked of there, too.
        let now = Timestamp(secondsSinceEpoch: 1_800_000_000)
        let first = try sample.validate([shelf]) { $0.earlierRuns = EarlierRuns(ProvenState(), now: now) }
        let state = try #require(first.state)
        shelf.counts.withLock { $0 = Shelf.Counts() }
        let next = try sample.validate([shelf]) { options in
            options.earlierRuns = EarlierRuns(state, now: now.advanced(bySeconds: 60))
            options.looksUpEachFile = true
        }
        #expect(next.carried == ValidationReport.Carried(digests: 6, logs: 12))
        let after = shelf.counts.withLock { $0 }
        #expect((after.asked, after.files, after.paths) == (18, 0, 0))
        #expect(after.checksEachFile)
    }

    /// I37
    @Test("what was read in a folder that is another in the end is unreadable, and no violation")
    func moved() throws {
        let sample = try sample()
        for kind in ["/CloudTrail/", "/CloudTrail-Digest/"] {
            let shelf = Shelf(sample.archive, moved: { $0.description.contains(kind) })
            let report = try sample.validate([shelf])
            #expect(report.found(.violation).isEmpty)
            let isDigest = kind.contains("Digest")
            let findings = report.findings(isDigest ? .digestUnreadable : .logUnreadable)
            #expect(findings.count == (isDigest ? 6 : 12))
            #expect(findings.allSatisfy { $0.detail["reason"] == .text("changed") })
        }
    }

    @Test("a folder that cannot be opened has files that cannot be read")
    func closed() throws {
        let sample = try sample()
        let report = try sample.validate([Shelf(sample.archive, closed: { $0.description.contains("/CloudTrail/") })])
        #expect(report.found(.violation).isEmpty)
        #expect(report.findings(.logUnreadable).count == 12)
        #expect(report.findings(.logUnreadable).allSatisfy { $0.detail["reason"] == .text("permission") })
    }

    /// I38
    @Test("one that is something else in the end is named", arguments: [false, true])
    func replaced(isReplaced: Bool) throws {
        let sample = try sample()
        let report = try sample.validate([Shelf(sample.archive, isReplaced: isReplaced)])
        #expect(report.verdict() == .valid)
        #expect(report.replacedSources == (isReplaced ? ["shelf"] : []))
    }
}
