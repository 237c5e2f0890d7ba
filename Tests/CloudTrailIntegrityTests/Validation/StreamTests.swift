import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// What is special about storage that goes by once; that it gives the same as other storage is shown for the whole
/// catalogue elsewhere.
@Suite("Storage that goes by once")
struct StreamTests {
    private func sample(_ tampers: [Tamper] = [], records: Int = 1) throws -> Sample {
        try Sample(tampers) { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 6, 2)
            options.records = records
        }
    }

    /// Entries and contents one after another, as they are given.
    private struct Members: ObjectStream {
        let name = "memory"
        var members: [(entry: ArchiveEntry, content: [UInt8]?)]

        init(_ files: [(String, [UInt8])], _ more: [ArchiveEntry] = []) {
            members =
                files.map { (ArchiveEntry(path: ObjectKey($0.0), kind: .file), $0.1) } + more.map { ($0, nil) }
        }

        private final class Member: OpenObject {
            private var rest: ArraySlice<UInt8>
            let storedBytes: UInt64?

            init(_ content: [UInt8]) {
                rest = content[...]
                storedBytes = UInt64(content.count)
            }

            func read(into buffer: inout MutableRawSpan) throws -> Int {
                let piece = rest.prefix(buffer.byteCount)
                unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: piece) }
                rest = rest.dropFirst(piece.count)
                return piece.count
            }
        }

        func forEachObject(
            check: @escaping @Sendable () throws -> Void,
            _ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void
        ) throws {
            for (entry, content) in members { try visit(entry, content.map(Member.init)) }
        }
    }

    private func files(_ sample: Sample) -> [(String, [UInt8])] {
        sample.archive.files.sorted { $0.key < $1.key }.map { ($0.key.description, $0.value) }
    }

    // MARK: What cannot be read

    /// I9
    @Test("what lies behind the point where a stream breaks off is unread, and never missing")
    func brokenOff() throws {
        let sample = try sample()
        let rest = ArchiveEntry(
            path: ObjectKey(bytes: []),
            kind: .unreadableFolder(ObjectReadError(.inputOutput, "it breaks off"))
        )
        let files = files(sample)
        for count in [0, 1, files.count / 2, files.count - 1, files.count] {
            let report = try sample.validate([Members(Array(files.prefix(count)), [rest])])
            report.expectConsistent()
            #expect(report.found(.violation).isEmpty, "\(count) files")
            // Also with all of it there, nobody knows what followed.
            #expect(report.verdict() == .notProven)
            let hidden = report.findings.filter { $0.path == ObjectKey("memory") }
            #expect(hidden.map(\.kind) == [.digestUnreadable])
            #expect(hidden.first?.message.contains("it breaks off") == true)
        }
        // Without the entry the same files are a deletion.
        let logs = files.filter { !$0.0.contains("/CloudTrail-Digest/") }
        let deleted = Members(files.filter { $0.0 != logs[3].0 })
        #expect(try sample.validate([deleted]).failures == [Found("log-missing", logs[3].0)])
    }

    @Test("a file that fails is one unreadable file", arguments: [true, false])
    func failure(isDigest: Bool) throws {
        let sample = try sample()
        let victim = isDigest ? sample.digestKeys()[2] : sample.logKeys()[5]
        var archive = sample.archive
        archive.failures[ObjectKey(victim)] = ObjectReadError(.inputOutput, "a bad sector")
        let expected = try sample.validate([archive])
        #expect(expected.count(isDigest ? .digestUnreadable : .logUnreadable) == 1)
        let report = try sample.validate([StreamedArchive(archive: archive, order: .shuffled)])
        #expect(report.substance == expected.substance)
    }

    @Test("links and special files get what they get in a folder")
    func obstacles() throws {
        let sample = try sample()
        var archive = sample.archive
        for (path, kind) in [
            (sample.digestKeys()[1], ArchiveEntry.Kind.link), (sample.logKeys()[6], .link),
            (sample.logKeys()[9], .special), ("AWSLogs/elsewhere", .link),
        ] {
            archive[path] = nil
            archive.obstacles.append(ArchiveEntry(path: ObjectKey(path), kind: kind))
        }
        let expected = try sample.validate([archive])
        #expect(expected.count(.logUnreadable) == 2)
        let report = try sample.validate([StreamedArchive(archive: archive, order: .shuffled)])
        #expect(report.substance == expected.substance)
    }

    @Test("sizes that are not so change nothing", arguments: [0, 1, 7, 100_000, 300_000, 3_000_000, UInt64.max])
    func sizes(stated: UInt64) throws {
        let sample = try sample([.logModified, .logTrailingData, .digestModified])
        let expected = try sample.validate()
        let stream = StreamedArchive(archive: sample.archive, order: .shuffled) { _ in stated }
        #expect(try sample.validate([stream]).substance == expected.substance)
    }

    @Test("a read count that cannot be is an unreadable file, and touches no memory")
    func readCount() throws {
        struct Lying: ObjectStream {
            let archive: MemoryArchive
            let victims: Set<String>
            let count: Int
            var name: String { archive.name }

            struct Object: OpenObject {
                let count: Int
                let storedBytes: UInt64? = 10

                func read(into buffer: inout MutableRawSpan) throws -> Int { count }
            }

            func forEachObject(
                check: @escaping @Sendable () throws -> Void,
                _ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void
            ) throws {
                for path in archive.files.keys {
                    let isVictim = victims.contains(path.description)
                    let object: any OpenObject = isVictim ? Object(count: count) : try archive.open(path)
                    try visit(ArchiveEntry(path: path, kind: .file), object)
                }
            }
        }
        let sample = try sample()
        let victims = [sample.digestKeys()[1], sample.logKeys()[7]]
        for count in [-1, Int.min, Int.max, 3_000_000] {
            let report = try sample.validate([Lying(archive: sample.archive, victims: Set(victims), count: count)])
            #expect(report.findings(.digestUnreadable).map { $0.key?.description } == [victims[0]])
            #expect(report.findings(.logUnreadable).map { $0.key?.description } == [victims[1]])
            #expect(report.found(.violation).isEmpty)
        }
    }

    // MARK: What comes twice, and what is large

    @Test("a path that comes twice is two files, each with its own verdict")
    func twice() throws {
        let sample = try sample()
        let (log, digest) = (sample.logKeys()[3], sample.digestKeys()[2])
        let forged = try compressed(Array("{\"Records\":[]}".utf8))
        let other = try #require(sample.archive[sample.digestKeys()[1]])
        let files = files(sample)
        let same = try sample.validate([Members(files + files)])
        #expect(same.verdict() == .valid)
        #expect(same.count(.duplicateObject) == files.count)
        for extra in [[(log, forged), (digest, other)] + files, files + [(log, forged), (digest, other)]] {
            let report = try sample.validate([Members(extra)])
            report.expectConsistent()
            #expect(report.found(.violation) == [Found("log-modified", log), Found("digest-relocated", digest)])
            #expect(report.logs == tally(valid: 12, invalid: 1))
            #expect(report.digests == tally(valid: 6, invalid: 1))
        }
    }

    @Test("large files are hashed as they go by", arguments: [700, 6000])
    func large(records: Int) throws {
        let sample = try Sample([.logModified]) { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 2, 1)
            options.records = records
        }
        let archive = try sample.archive.decompressed()
        let largest = archive.files.values.map(\.count).max() ?? 0
        #expect(largest > (records == 700 ? 300_000 : 2_200_000))
        let expected = try sample.validate([archive])
        for stated: (@Sendable (UInt64) -> UInt64?)? in [nil, { _ in nil }, { $0 / 2 }, { $0 * 2 }] {
            let stream = StreamedArchive(archive: archive, order: .shuffled, statedSize: stated)
            #expect(try sample.validate([stream]).substance == expected.substance)
        }
    }

    @Test("a digest file larger than what is read ahead")
    func largeDigest() throws {
        let sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 2, 1500)
            options.records = 1
        }
        let archive = try sample.archive.decompressed()
        let expected = try sample.validate([archive])
        #expect(expected.verdict() == .valid)
        let stream = StreamedArchive(archive: archive, order: .shuffled)
        #expect(try sample.validate([stream]).substance == expected.substance)
    }

    @Test("hostile content hits the same limits")
    func limits() throws {
        let sample = try sample()
        var archive = sample.archive
        let bomb = try compressed([UInt8](repeating: 0x20, count: 4 << 20))
        archive[sample.logKeys()[3]] = bomb
        archive[sample.digestKeys()[2]] = bomb
        func report(_ source: any ArchiveSource) throws -> ValidationReport {
            try sample.validate([source]) { options in
                (options.limits.ratioFloorBytes, options.limits.digestBytes) = (1 << 20, 1 << 20)
            }
        }
        let expected = try report(archive)
        #expect(expected.count(.logOverLimit) == 1 && expected.count(.digestOverLimit) == 1)
        #expect(try report(StreamedArchive(archive: archive, order: .shuffled)).substance == expected.substance)
    }

    // MARK: Signatures

    @Test("signatures in the metadata of objects, and beside digest files, count")
    func signatures() throws {
        var made = try HandmadeArchive()
        let head = try #require(try made.deliverHours(0..<3, isInManifest: false).last)
        let bare = try made.validate([StreamedArchive(archive: made.archive, order: .shuffled)])
        #expect(bare.count(.digestUnsigned) == 1)
        let sidecar = "\(head.key).metadata.json"
        var beside = made.archive
        beside[sidecar] = head.headObjectAnswer
        for order in StreamedArchive.Order.allCases {
            let report = try made.validate([StreamedArchive(archive: beside, order: order)])
            #expect(report.findings.isEmpty, "\(order)")
        }
        // Many of one name: one that is right is enough, as long as it is among the first.
        let files = made.archive.files.map { ($0.key.description, $0.value) }
        let wrong = (sidecar, Array("{}".utf8))
        let few = files + [(String, [UInt8])](repeating: wrong, count: 5) + [(sidecar, head.headObjectAnswer)]
        #expect(try made.validate([Members(few)]).verdict() == .valid)
        var carried = made.archive
        carried.metadata[ObjectKey(head.key)] = try SignatureMetadata(headObjectAnswer: head.headObjectAnswer)
        let report = try made.validate([StreamedArchive(archive: carried, order: .shuffled)])
        #expect(report.findings.isEmpty)
    }

    /// V12, I24: seed 6031750 of the search, in a tar in any order
    @Test("a trial with one neighbour does not stand for another successor")
    func otherNeighbours() throws {
        var made = try HandmadeArchive()
        let digests = try made.deliverHours(0..<2)
        let (first, second) = (digests[0], digests[1])
        // The true successor under the name of another account and of a day before, so that it counts for nobody.
        let folder = String(decoding: ObjectKey(first.key).folder, as: UTF8.self)
        let foreign = folder + "999999999999_CloudTrail-Digest_us-east-1_handmade_us-east-1_20260228T231035Z.json.gz"
        made.archive[foreign] = made.archive[second.key]
        made.archive.files[ObjectKey(second.key)] = nil
        // A forged successor with a signature that is not the first one's, and a digest file in another folder.
        let wrong = String(first.signature.reversed())
        let forged = try made.digest(5 * HandmadeArchive.hour..<6 * HandmadeArchive.hour, after: first) { draft in
            draft.previousSignature = wrong
        }
        made.archive[forged.key] = try compressed(forged.content)
        let aside = HandmadeArchive.digestKey(endingAt: HandmadeArchive.hour, region: "eu-west-1")
        made.archive[aside] = try compressed(Array("{}".utf8))
        let expected = try made.validate()
        #expect(expected.count(.signatureSourceDiffers) == 1)
        let names = [first.key, foreign, aside, forged.key]
        let others = made.archive.files.map { ($0.key.description, $0.value) }.filter { !names.contains($0.0) }
        for order in names.permutations {
            let files = order.map { ($0, made.archive.files[ObjectKey($0)] ?? []) }
            let report = try made.validate([Members(files + others)])
            #expect(report.substance == expected.substance, "\(order)")
        }
    }

    @Test("sidecars belong to their digest files also where log files are passed over")
    func signaturesWithoutLogs() throws {
        var made = try HandmadeArchive()
        let digests = try made.deliverHours(0..<6, isInManifest: false)
        var archive = made.archive
        for digest in digests { archive["\(digest.key).metadata.json"] = digest.headObjectAnswer }
        let validator = Validator(keys: made.keys)
        for withheld in [nil, digests.last, digests.first] {
            var archive = archive
            if let withheld { archive["\(withheld.key).metadata.json"] = nil }
            let expected = try validator.fetchPlan(for: [archive]).signatures
            #expect(expected.isEmpty == (withheld?.key != digests.last?.key))
            for order in StreamedArchive.Order.allCases {
                let stream = StreamedArchive(archive: archive, order: order)
                #expect(try validator.fetchPlan(for: [stream]).signatures == expected, "\(order)")
            }
        }
    }

    @Test("a sidecar without its digest file is a file like any other")
    func looseSidecar() throws {
        let sample = try sample()
        var archive = sample.archive
        let folder = try #require(sample.logKeys().first?.split(separator: "/").dropLast().joined(separator: "/"))
        let name = try #require(sample.digestKeys().first?.split(separator: "/").last)
        archive["\(folder)/\(name).metadata.json"] = Array("{}".utf8)
        let expected = try sample.validate([archive])
        #expect(expected.count(.logUnreferenced) == 1)
        let report = try sample.validate([StreamedArchive(archive: archive, order: .shuffled)])
        #expect(report.substance == expected.substance)
    }

    // MARK: With others

    /// I1
    @Test("a stream and a folder are two parts of one archive", arguments: [true, false])
    func mixed(digestsGoBy: Bool) throws {
        let sample = try sample([.logModified, .logDeleted])
        let parts = try DownloadLayout.logsApart.download(sample.archive)
        let expected = try sample.validate(parts)
        let sources: [any ArchiveSource] =
            digestsGoBy
            ? [parts[0], StreamedArchive(archive: parts[1], order: .shuffled)]
            : [StreamedArchive(archive: parts[0], order: .shuffled), parts[1]]
        #expect(try sample.validate(sources).substance == expected.substance)
        let both = parts.map { StreamedArchive(archive: $0, order: .shuffled) }
        #expect(try sample.validate(both).substance == expected.substance)
    }

    @Test("what is asked of an archive without validating it")
    func questions() throws {
        let sample = try sample([.digestDeleted])
        let stream = StreamedArchive(archive: sample.archive, order: .shuffled)
        #expect(try PublicKeyRequest.requests(for: [stream]) == PublicKeyRequest.requests(for: [sample.archive]))
        let (contents, expected) = (try ArchiveContents([stream]), try ArchiveContents([sample.archive]))
        #expect(contents.chains == expected.chains && contents.logCounts == expected.logCounts)
        let validator = Validator(keys: PublicKeySet())
        let plan = try validator.fetchPlan(for: [stream])
        #expect(plan.signatures == (try validator.fetchPlan(for: [sample.archive])).signatures)
    }

    @Test("earlier runs count for a stream, and a stream for later ones")
    func state() throws {
        let sample = try sample()
        let now = Timestamp(secondsSinceEpoch: 1_800_000_000)
        func run(_ source: any ArchiveSource, _ state: ProvenState) throws -> ValidationReport {
            try sample.validate([source]) { $0.earlierRuns = EarlierRuns(state, now: now) }
        }
        let first = try run(StreamedArchive(archive: sample.archive, order: .shuffled), ProvenState())
        let expected = try run(sample.archive, ProvenState())
        #expect(try first.state?.serialized() == expected.state?.serialized())
        let state = try #require(first.state)
        let again = try run(StreamedArchive(archive: sample.archive), state)
        #expect(again.verdict() == .valid)
        #expect(again.carried == ValidationReport.Carried(digests: 0, logs: 0))
        #expect(try run(sample.archive, state).carried?.logs == 12)
        let head = try #require(sample.digestKeys().last)
        var cut = sample.archive
        cut[head] = nil
        let lost = try run(StreamedArchive(archive: cut), state)
        #expect(lost.found(.violation).contains(Found("anchor-lost", head)))
        #expect(lost.findings == (try run(cut, state)).findings)
    }

    /// I9
    @Test("a file at whose path a folder goes by too cannot be read, before it or behind it", arguments: [true, false])
    func folderInPlace(isBefore: Bool) throws {
        let sample = try sample()
        let files = files(sample)
        let log = sample.logKeys()[3]
        let digest = sample.digestKeys()[2]
        for (path, kind) in [(log, FindingKind.logUnreadable), (digest, .digestUnreadable)] {
            let folder = (entry: ArchiveEntry(path: ObjectKey(path + "/"), kind: .file), content: [UInt8]?.none)
            var members = Members(files)
            members.members.insert(folder, at: isBefore ? 0 : members.members.count)
            let report = try sample.validate([members])
            #expect(report.failures.contains(Found(kind.rawValue, path)), "\(report.findings)")
            #expect(report.verdict() == .notProven)
        }
        // The folders that files lie in go by as well.
        var members = Members(files)
        for folder in ["AWSLogs/", "AWSLogs/111122223333/CloudTrail/us-east-1/", "empty/"] {
            members.members.append((ArchiveEntry(path: ObjectKey(folder), kind: .file), nil))
        }
        #expect(try sample.validate([members]).findings.isEmpty)
    }
}

extension [String] {
    /// The same in every order.
    fileprivate var permutations: [[String]] {
        if count < 2 { return [self] }
        return indices.flatMap { first in
            var rest = self
            let element = rest.remove(at: first)
            return rest.permutations.map { [element] + $0 }
        }
    }
}
