import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// Sources that fail, lie, or stand in the way of reading.
@Suite("Storage that cannot be relied on")
struct StorageTests {
    private func sample(hours: Int = 6) throws -> Sample {
        try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, hours, 2)
        }
    }

    private func validate(_ sample: Sample, _ source: any ObjectSource) throws -> ValidationReport {
        var options = ValidationOptions()
        options.jobs = 2
        return try Validator(keys: sample.keys, signatures: sample.manifest, options: options).validate([source])
    }

    // MARK: Digest files that are none

    /// The sample on a disk, without one digest file.
    private func folder(without digest: String, of sample: Sample) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        for (path, content) in sample.archive.files where path.description != digest {
            let name = path.description
            try folder.makeFolder(String(decoding: path.folder.dropLast(), as: UTF8.self))
            try folder.write(content, to: name.utf8)
        }
        return folder
    }

    private enum Obstacle: CaseIterable {
        case linkToTheFile, danglingLink, linkToAFolder, fifo
    }

    @Test("a link or a FIFO in a digest file's place is unreadable, and not missing", arguments: Obstacle.allCases)
    private func obstacle(_ obstacle: Obstacle) throws {
        let sample = try sample()
        let digest = sample.digestKeys()[3]
        let folder = try folder(without: digest, of: sample)
        switch obstacle {
        case .linkToTheFile:
            // Its content would be right, were the link followed.
            try folder.write(try #require(sample.archive[digest]), to: "elsewhere".utf8)
            try folder.link(digest, to: "\(folder.path)/elsewhere")
        case .danglingLink: try folder.link(digest, to: "nowhere")
        case .linkToAFolder: try folder.link(digest, to: "..")
        case .fifo: try folder.makeFIFO(digest)
        }
        let report = try validate(sample, try LocalArchive(path: folder.path))
        report.expectConsistent()
        #expect(report.found(.violation).isEmpty)
        let finding = try #require(report.findings(.digestUnreadable).first)
        #expect(report.count(.digestUnreadable) == 1)
        #expect(finding.key?.description == digest)
        #expect(finding.detail["reason"] == .text("not-a-regular-file"))
        #expect(report.digests == tally(valid: 5, unverified: 1))
        #expect(report.logs == tally(valid: 10, unverified: 2))
    }

    @Test("a folder in a digest file's place is not the digest file, which is missing")
    func folderInPlace() throws {
        let sample = try sample()
        let digest = sample.digestKeys()[3]
        let folder = try folder(without: digest, of: sample)
        try folder.makeFolder(digest)
        try folder.write([1, 2, 3], to: "\(digest)/content".utf8)
        let report = try validate(sample, try LocalArchive(path: folder.path))
        #expect(report.found(.violation) == [Found("digest-missing", digest)])
        #expect(report.digests == tally(valid: 5, missing: 1))
    }

    @Test("a digest file behind a link that was made after the listing is never opened")
    func linkAfterListing() throws {
        let sample = try sample()
        let digest = sample.digestKeys()[3]
        let folder = try folder(without: digest, of: sample)
        try folder.write(try #require(sample.archive[digest]), to: "elsewhere".utf8)
        try folder.link(digest, to: "\(folder.path)/elsewhere")
        // The listing says that it is a file, as it was a moment before.
        let archive = try LocalArchive(path: folder.path)
        let report = try validate(sample, Relisted(archive: archive))
        #expect(report.findings(.digestUnreadable).map { $0.key?.description } == [digest])
        #expect(report.findings(.digestUnreadable).first?.detail["reason"] == .text("not-a-regular-file"))
        #expect(report.found(.violation).isEmpty)
    }

    /// Lists everything as a file.
    private struct Relisted: ObjectSource {
        let archive: LocalArchive
        var name: String { archive.name }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws {
            try archive.list { try visit(ArchiveEntry(path: $0.path, kind: .file)) }
        }

        func open(_ path: ObjectKey) throws -> any OpenObject { try archive.open(path) }
    }

    // MARK: Reads that lie

    /// Also one more than a buffer of this size holds.
    @Test("a read that returns an impossible count leaves its file unread", arguments: [-1, .min, .max, nil] as [Int?])
    func impossibleCounts(count: Int?) throws {
        let sample = try sample()
        let (digest, log) = (sample.digestKeys()[2], sample.logKeys()[8])
        for liar in [digest, log] {
            for isLater in [false, true] {
                var source = ArrangedSource(sample.archive)
                // Of an object whose size is not known the end is asked for.
                source.storedBytes = { isLater ? 0 : $0 }
                let reads = LockedState(0)
                source.onRead = { path, size in
                    guard path.description == liar else { return nil }
                    // The first read, or the one that asks for the end.
                    let number = reads.withLock { reads in
                        reads += 1
                        return reads
                    }
                    return isLater && number == 1 ? nil : count ?? size + 1
                }
                let report = try validate(sample, source)
                report.expectConsistent()
                #expect(report.found(.violation).isEmpty)
                let kind = liar == log ? "log-unreadable" : "digest-unreadable"
                #expect(report.failures.contains(Found(kind, liar)))
                let finding = try #require(report.findings.first { $0.kind.rawValue == kind })
                #expect(finding.detail["reason"] == .text("io"))
                #expect(report.failures.filter { $0.kind.hasSuffix("unreadable") }.count == 1)
            }
        }
    }

    @Test(
        "what a source says of a stored size decides nothing about content that is right",
        arguments: [{ _ in 0 }, { $0 - 1 }, { $0 + 1 }, { $0 / 2 }, { $0 * 1000 }, { _ in .max }]
            as [@Sendable (UInt64) -> UInt64]
    )
    func storedSizes(claim: @escaping @Sendable (UInt64) -> UInt64) throws {
        let sample = try sample()
        var source = ArrangedSource(sample.archive)
        source.storedBytes = claim
        let report = try validate(sample, source)
        #expect(report.findings.isEmpty)
        #expect(report.verdict() == .valid)
        // And content that is wrong stays wrong.
        var hurt = sample
        let key = sample.logKeys()[4]
        hurt.archive[key] = try compressed(Array("{\"Records\":[]}".utf8))
        source = ArrangedSource(hurt.archive)
        source.storedBytes = claim
        #expect(try validate(hurt, source).failures == [Found("log-modified", key)])
    }

    @Test("reads of single bytes come to the same")
    func singleBytes() throws {
        let sample = try sample(hours: 3)
        let expected = try validate(sample, sample.archive)
        let report = try validate(sample, OneByOne(base: sample.archive))
        #expect(report.substance == expected.substance)
        #expect(report.findings.isEmpty)
    }

    private struct OneByOne: ObjectSource {
        let base: MemoryArchive
        var name: String { base.name }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try base.list(visit) }

        func open(_ path: ObjectKey) throws -> any OpenObject { Single(file: try base.open(path)) }

        private struct Single: OpenObject {
            let file: any OpenObject
            var storedBytes: UInt64? { file.storedBytes }

            func read(into buffer: inout MutableRawSpan) throws -> Int {
                try unsafe buffer.withUnsafeMutableBytes { bytes in
                    var part = unsafe MutableRawSpan(_unsafeBytes: bytes[..<min(1, bytes.count)])
                    return try file.read(into: &part)
                }
            }

            func signatureMetadata() throws -> SignatureMetadata? { try file.signatureMetadata() }
            func checkUnchanged() throws { try file.checkUnchanged() }
        }
    }

    // MARK: Sources that throw

    @Test("whatever a source fails to read is unreadable for that reason, and nothing else is touched")
    func readErrors() throws {
        let sample = try sample()
        let (digest, log) = (sample.digestKeys()[2], sample.logKeys()[8])
        let reasons: [ObjectReadError.Reason] = [.permission, .vanished, .notRegularFile, .changed, .inputOutput]
        for victim in [digest, log] {
            let kind = victim == log ? "log-unreadable" : "digest-unreadable"
            for reason in reasons {
                let error = ObjectReadError(reason, "not this time")
                let fail: @Sendable (ObjectKey) throws -> Void = { if $0.description == victim { throw error } }
                var sources = [ArrangedSource](repeating: ArrangedSource(sample.archive), count: 3)
                sources[0].onOpen = fail
                sources[1].onRead = { path, _ in
                    try fail(path)
                    return nil
                }
                sources[2].onCheck = fail
                if victim == digest {
                    sources.append(ArrangedSource(sample.archive))
                    sources[3].onMetadata = fail
                }
                for source in sources {
                    let report = try validate(sample, source)
                    report.expectConsistent()
                    #expect(report.found(.violation).isEmpty)
                    let findings = report.findings.filter { $0.kind.rawValue.hasSuffix("unreadable") }
                    #expect(findings.map(Found.init) == [Found(kind, victim)])
                    #expect(findings.first?.detail["reason"] == .text(reason.rawValue))
                }
            }
        }
    }

    private struct Broken: Error, Equatable {
        let station: String
    }

    @Test("a source that fails in a way it has no name for has one unreadable file; only the listing ends the run")
    func unknownErrors() throws {
        let sample = try sample()
        let digest = sample.digestKeys()[2]
        let log = sample.logKeys()[8]
        for victim in [digest, log] {
            let fail: @Sendable (String, ObjectKey) throws -> Void = { station, path in
                if path.description == victim { throw Broken(station: station) }
            }
            var sources = [ArrangedSource](repeating: ArrangedSource(sample.archive), count: 4)
            sources[0].onList = { try fail("list", $0.path) }
            sources[1].onOpen = { try fail("open", $0) }
            sources[2].onRead = { path, _ in
                try fail("read", path)
                return nil
            }
            sources[3].onCheck = { try fail("check", $0) }
            if victim == digest {
                sources.append(ArrangedSource(sample.archive))
                sources[4].onMetadata = { try fail("metadata", $0) }
            }
            for (source, station) in zip(sources, ["list", "open", "read", "check", "metadata"]) {
                for (jobs, readers) in [(1, 1), (1, 16), (8, 32)] {
                    var options = ValidationOptions()
                    (options.jobs, options.readers) = (jobs, readers)
                    let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: options)
                    if station == "list" {
                        #expect(throws: Broken(station: station)) { _ = try validator.validate(source) }
                        continue
                    }
                    let report = try validator.validate(source)
                    let kind = victim == digest ? "digest-unreadable" : "log-unreadable"
                    #expect(report.found(.violation).isEmpty)
                    let findings = report.findings.filter { $0.kind.rawValue.hasSuffix("unreadable") }
                    #expect(findings.map(Found.init) == [Found(kind, victim)])
                    #expect(findings.first?.detail["reason"] == .text("io"))
                    #expect(findings.first?.message.contains("Broken(station: \"\(station)\")") == true)
                }
            }
        }
    }

    @Test("a second source that cannot be listed ends the run, and so does one that stops halfway")
    func secondSource() throws {
        let sample = try sample()
        var broken = ArrangedSource(sample.archive)
        let listed = LockedState(0)
        broken.onList = { _ in
            let count = listed.withLock { listed in
                listed += 1
                return listed
            }
            if count > 9 { throw Broken(station: "list") }
        }
        #expect(throws: Broken(station: "list")) {
            _ = try Validator(keys: sample.keys).validate([sample.archive, broken])
        }
    }
}
