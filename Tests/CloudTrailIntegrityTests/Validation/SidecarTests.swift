import CloudTrailFormat
import CloudTrailIntegrity
import Testing

@testable import Adversary

/// `<digest file>.metadata.json`: the head of every chain here has its signature there alone.
@Suite("Sidecars of digest files")
struct SidecarTests {
    /// Three hours, without a manifest, and the sidecar of the last.
    private struct Case {
        var made: HandmadeArchive
        let head: HandmadeArchive.Digest
        var sidecar: String { "\(head.key).metadata.json" }

        init(_ content: (HandmadeArchive.Digest) -> [UInt8]? = { $0.headObjectAnswer }) throws {
            made = try HandmadeArchive()
            head = try #require(try made.deliverHours(0..<3, isInManifest: false).last)
            made.archive[sidecar] = content(head)
        }

        /// What is found when the sidecar counts as none.
        var unsigned: Set<Found> {
            [
                Found("digest-unsigned", head.key),
                Found("log-unauthenticated", HandmadeArchive.logKey(at: 2 * 3600 + 60, "0123456789abcdef")),
            ]
        }
    }

    private func found(_ report: ValidationReport) -> Set<Found> { Set(report.findings.map(Found.init)) }

    @Test("a sidecar beside its digest signs it, and nothing else does")
    func beside() throws {
        let signed = try Case()
        #expect(try signed.made.validate().findings.isEmpty)
        let bare = try Case { _ in nil }
        #expect(found(try bare.made.validate()) == bare.unsigned)
    }

    @Test("a source that comes back to a folder lists sidecars long after their digests: they count")
    func listedLate() throws {
        let signed = try Case()
        let files = signed.made.archive.files.keys.sorted()
        let sidecar = ObjectKey(signed.sidecar)
        let others = files.filter { $0 != sidecar }
        // The digests' folder, another one, and the digests' folder again.
        let digests = others.filter { $0.description.contains("/CloudTrail-Digest/") }
        let logs = others.filter { !$0.description.contains("/CloudTrail-Digest/") }
        let orders = [
            digests + logs + [sidecar], [sidecar] + logs + digests,
            digests.dropLast() + logs + [sidecar] + digests.suffix(1),
            Array(others.reversed()) + [sidecar],
        ]
        for order in orders {
            var source = ArrangedSource(signed.made.archive)
            source.entries = order.map { ArchiveEntry(path: $0, kind: .file) }
            for jobs in [1, 2] {
                let report = try signed.made.validate([source]) {
                    $0.jobs = jobs; $0.listsProvenFiles = true
                }
                #expect(report.findings.isEmpty)
                let head = report.provenFiles.first { $0.key.description == signed.head.key }
                #expect(head?.vouchedBy == "sidecar")
            }
        }
    }

    @Test("a late sidecar with a signature that does not hold is one like any other")
    func lateAndWrong() throws {
        let wrong = try Case { _ in
            Array("{\"Metadata\":{\"signature\":\"\(String(repeating: "ab", count: 256))\"}}".utf8)
        }
        var source = ArrangedSource(wrong.made.archive)
        let sidecar = ObjectKey(wrong.sidecar)
        let order = wrong.made.archive.files.keys.filter { $0 != sidecar }.sorted().reversed() + [sidecar]
        source.entries = order.map { ArchiveEntry(path: $0, kind: .file) }
        for sources: [any ObjectSource] in [[wrong.made.archive], [source]] {
            let report = try wrong.made.validate(sources)
            #expect(report.found(.violation) == [Found("digest-signature-invalid", wrong.head.key)])
        }
    }

    @Test("a sidecar of a digest that its successor signs does not unsettle it", arguments: [true, false])
    func lateBesideSuccessor(isRight: Bool) throws {
        // The signature was settled with the successor's before the sidecar was listed.
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<3)
        let sidecar = ObjectKey("\(hours[1].key).metadata.json")
        made.archive.files[sidecar] = isRight ? hours[1].headObjectAnswer : hours[0].headObjectAnswer
        var source = ArrangedSource(made.archive)
        // The digests' folder, the log files', and the digests' folder again.
        let order = made.archive.files.keys.filter { $0 != sidecar }.sorted() + [sidecar]
        source.entries = order.map { ArchiveEntry(path: $0, kind: .file) }
        for sources: [any ObjectSource] in [[made.archive], [source]] {
            let report = try made.validate(sources)
            #expect(found(report) == (isRight ? [] : [Found("signature-source-differs", hours[1].key)]))
        }
    }

    @Test(
        "a sidecar that is broken or holds no signature counts as none",
        arguments: [
            "", "{", "[]", "null", "\u{0}", "{}", "{\"Metadata\":null}", "{\"Metadata\":{}}",
            "{\"Metadata\":{\"signature\":\"\"}}", "{\"Metadata\":{\"signature\":1}}", "{\"Metadata\":{}}{}",
        ]
    )
    func broken(text: String) throws {
        let broken = try Case { _ in Array(text.utf8) }
        #expect(found(try broken.made.validate()) == broken.unsigned)
        let notText = try Case { digest in digest.headObjectAnswer.dropLast() + [0xff, UInt8(ascii: "}")] }
        #expect(found(try notText.made.validate()) == notText.unsigned)
    }

    @Test("a sidecar of up to 64 KiB is read, and a larger one counts as none")
    func large() throws {
        for (size, isRead) in [(65_536, true), (65_537, false), (1 << 20, false)] {
            let padded = try Case { digest in
                digest.headObjectAnswer
                    + Array(repeating: UInt8(ascii: " "), count: size - digest.headObjectAnswer.count)
            }
            try #require(padded.made.archive[padded.sidecar]?.count == size)
            #expect(found(try padded.made.validate()) == (isRead ? [] : padded.unsigned))
            // However few bytes a read yields: `onRead` cannot, so the source hands the file out through small pieces.
            let report = try padded.made.validate([PiecewiseSource(base: padded.made.archive)])
            #expect(found(report) == (isRead ? [] : padded.unsigned))
        }
    }

    /// Yields a few bytes a read.
    private struct PiecewiseSource: ObjectSource {
        let base: MemoryArchive
        var name: String { base.name }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try base.list(visit) }

        func open(_ path: ObjectKey) throws -> any OpenObject { Piecewise(file: try base.open(path)) }

        private struct Piecewise: OpenObject {
            let file: any OpenObject
            var storedBytes: UInt64? { file.storedBytes }

            func read(into buffer: inout MutableRawSpan) throws -> Int {
                let count = min(buffer.byteCount, 1021)
                return try unsafe buffer.withUnsafeMutableBytes { bytes in
                    var part = unsafe MutableRawSpan(_unsafeBytes: bytes[..<count])
                    return try file.read(into: &part)
                }
            }

            func signatureMetadata() throws -> SignatureMetadata? { try file.signatureMetadata() }
            func checkUnchanged() throws { try file.checkUnchanged() }
        }
    }

    @Test("a sidecar that cannot be opened or read counts as none, early or late", arguments: [true, false])
    func unreadable(isLate: Bool) throws {
        let hidden = try Case()
        let sidecar = ObjectKey(hidden.sidecar)
        let reasons: [ObjectReadError.Reason] = [.permission, .vanished, .notRegularFile, .changed, .inputOutput]
        for reason in reasons {
            let error = ObjectReadError(reason, "not this time")
            var opening = ArrangedSource(hidden.made.archive)
            opening.onOpen = { if $0 == sidecar { throw error } }
            var reading = ArrangedSource(hidden.made.archive)
            reading.onRead = { path, _ in
                if path == sidecar { throw error }
                return nil
            }
            for var source in [opening, reading] {
                let order = hidden.made.archive.files.keys.filter { $0 != sidecar }.sorted().reversed() + [sidecar]
                if isLate { source.entries = order.map { ArchiveEntry(path: $0, kind: .file) } }
                #expect(found(try hidden.made.validate([source])) == hidden.unsigned)
            }
        }
    }

    @Test("a sidecar whose read returns an impossible count counts as none", arguments: [-1, .min, .max, 65_538])
    func impossibleCount(count: Int) throws {
        let odd = try Case()
        let sidecar = ObjectKey(odd.sidecar)
        var source = ArrangedSource(odd.made.archive)
        source.onRead = { path, _ in path == sidecar ? count : nil }
        #expect(found(try odd.made.validate([source])) == odd.unsigned)
    }

    @Test("a sidecar that never ends is left alone after 64 KiB")
    func endless() throws {
        let odd = try Case()
        let sidecar = ObjectKey(odd.sidecar)
        var source = ArrangedSource(odd.made.archive)
        source.onRead = { path, size in path == sidecar ? min(size, 1000) : nil }
        #expect(found(try odd.made.validate([source])) == odd.unsigned)
    }

    @Test("a sidecar that is a link or a special file is never opened", arguments: [ArchiveEntry.Kind.link, .special])
    func obstacles(kind: ArchiveEntry.Kind) throws {
        var hidden = try Case { _ in nil }
        let sidecar = ObjectKey(hidden.sidecar)
        hidden.made.archive.obstacles = [ArchiveEntry(path: sidecar, kind: kind)]
        var source = ArrangedSource(hidden.made.archive)
        source.onOpen = { path in #expect(path != sidecar) }
        let report = try hidden.made.validate([source])
        #expect(report.failures.isSuperset(of: hidden.unsigned))
        #expect(report.found(.violation).isEmpty)
    }

    /// V2
    @Test(
        "an answer of head-object has no lists, and no objects but those of the call",
        arguments: [
            (#""Records":[{"eventName":"x"}]"#, false), (#""x":{}"#, false),
            (#""ETag":"\"a\"","ContentLength":5"#, true),
            (#""ResponseMetadata":{"HTTPHeaders":{}}"#, true),
        ]
    )
    func otherContent(member: String, isAnswer: Bool) throws {
        func answer(_ head: HandmadeArchive.Digest) -> [UInt8] {
            head.headObjectAnswer.dropLast() + Array(",\(member)}".utf8)
        }
        let tree = try Case(answer)
        #expect(found(try tree.made.validate()) == (isAnswer ? [] : tree.unsigned))
        // In a flat folder its events are a file among the log files.
        var flat = try Case(answer)
        for (path, content) in flat.made.archive.files {
            flat.made.archive[path.description] = nil
            flat.made.archive[String(decoding: path.lastComponent, as: UTF8.self)] = content
        }
        let report = try flat.made.validate()
        #expect(report.verdict() == (isAnswer ? .valid : .notProven))
        #expect(report.count(.logUnreferenced) == (isAnswer ? 0 : 1))
    }
}
