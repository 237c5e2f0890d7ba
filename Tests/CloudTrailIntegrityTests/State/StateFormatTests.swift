import CloudTrailFormat
import Foundation
import NativeInterop
import SampleArchive
import TestSupport
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

/// A state taken apart into its header and its sections, put together again with whatever checksums are right.
private struct StateFrames {
    var header: [UInt8]
    var sections: [[UInt8]]

    private static let title = Array("cloudtrail-integrity state 2\n".utf8)

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[Self.title.count...]
        func take(_ rest: inout ArraySlice<UInt8>) throws -> [UInt8] {
            var count = 0
            var shift = 0
            while let byte = rest.popFirst() {
                count |= Int(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        header = try take(&rest)
        rest = rest.dropFirst(32)
        sections = []
        while true {
            let section = try take(&rest)
            if section.isEmpty { break }
            sections.append(section)
            rest = rest.dropFirst(32)
        }
    }

    private static func number(_ number: Int) -> [UInt8] {
        number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7f | 0x80)] + Self.number(number >> 7)
    }

    func bytes() throws -> [UInt8] {
        var bytes = Self.title + Self.number(header.count) + header
        var checksums = try SHA256Digest.of(bytes).bytes
        bytes += checksums
        for section in sections {
            let checksum = try SHA256Digest.of(section).bytes
            bytes += Self.number(section.count) + section + checksum
            checksums += checksum
        }
        return bytes + [0] + Self.number(sections.count) + (try SHA256Digest.of(checksums).bytes)
    }
}

@Suite("The format of a state")
struct StateFormatTests {
    private func state(regions: Int = 1, hours: Int = 3) throws -> ProvenState {
        let sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs, options.records) = (
                1, regions, hours, 1, 1
            )
        }
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        _ = try nights.run(sample.archive.changed(sample.logKeys()[0], nil).changed(sample.logKeys()[1], [1, 2]))
        return nights.state
    }

    // MARK: Round trips

    private struct Maker {
        var random: SequenceGenerator

        mutating func number(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

        mutating func flag() -> Bool { random.next() & 1 == 1 }

        mutating func hash() -> SHA256Digest {
            SHA256Digest(words: random.next(), random.next(), random.next(), random.next())
        }

        mutating func text(_ choices: Int) -> String { "t\(number(choices))-é" }

        mutating func key() -> ObjectKey {
            var bytes: [UInt8] = []
            for _ in 0..<number(40) { bytes.append(UInt8(truncatingIfNeeded: random.next() % 5 * 60)) }
            if number(20) == 0 { bytes += [UInt8](repeating: 7, count: 5000) }
            return ObjectKey(bytes: bytes)
        }

        mutating func time() -> Timestamp {
            number(9) == 0
                ? (flag() ? .distantPast : .distantFuture)
                : Timestamp(secondsSinceEpoch: Int64(bitPattern: random.next()) >> Int64(20 + number(40)))
        }

        mutating func metadata() -> ObjectMetadata {
            func wide(_ random: inout SequenceGenerator) -> Int64 { Int64(bitPattern: random.next()) }
            return ObjectMetadata(
                storedBytes: random.next() >> UInt64(number(64)),
                modified: flag() ? wide(&random) : nil,
                statusChanged: flag() ? wide(&random) : nil,
                fileNumber: flag() ? random.next() | 1 : nil,
                entityTag: flag() ? text(9) : nil,
                version: flag() ? text(9) : nil
            )
        }

        mutating func digest(_ account: Int, _ region: String) -> ProvenDigest {
            let chain = ChainIdentity(
                account: "\(111122223330 + account)",
                region: region,
                trail: "t_\(number(3))",
                homeRegion: "us-east-1",
                isBackfill: flag()
            )
            let end = Timestamp(secondsSinceEpoch: Int64(number(2_000_000_000)))
            let name = DigestFileName(chain: chain, endTime: end, isCompressed: flag())
            var folder = key().bytes.filter { $0 != 0 }
            folder.append(UInt8(ascii: "/"))
            let path = ObjectKey(bytes: folder + name.bytes)
            return ProvenDigest(
                root: number(3),
                path: path,
                metadata: flag() ? metadata() : nil,
                hashedAt: time(),
                hash: hash(),
                claims: ProvenDigest.Claims(
                    startTime: time(),
                    endTime: time(),
                    location: ObjectLocation(bucket: text(3), key: flag() ? path : key()),
                    fingerprint: text(4),
                    previous: flag()
                        ? DigestFile.Previous(location: ObjectLocation(bucket: text(3), key: key()), hash: hash())
                        : nil,
                    isStartingDigest: flag()
                ),
                isSettled: flag(),
                mustBeRead: flag()
            )
        }

        mutating func state() -> ProvenState {
            var state = ProvenState()
            state.runs = number(1 << 40)
            for _ in 0..<number(4) { state.keys[text(1000)] = hash() }
            for _ in 0..<number(20) { state.digests.append(digest(number(2), flag() ? "us-east-1" : "eu-west-1")) }
            for _ in 0..<(state.digests.isEmpty ? 0 : number(6)) {
                var names = PackedNames.Writer(hasHashes: true)
                var files: [ProvenFolder.File] = []
                for _ in 0..<number(6) {
                    names.append(key().bytes.span, hash: hash())
                    files.append(
                        ProvenFolder.File(
                            digest: number(state.digests.count),
                            metadata: metadata(),
                            hashedAt: time(),
                            mustBeRead: flag()
                        )
                    )
                }
                state.folders.append(
                    ProvenFolder(
                        root: number(3),
                        source: flag() ? key() : nil,
                        bucket: text(3),
                        path: key(),
                        names: names.finish(),
                        files: files
                    )
                )
            }
            for _ in 0..<number(6) {
                state.findings.append(
                    KnownFinding(
                        account: flag() ? "" : "111122223330",
                        region: flag() ? "" : "eu-west-1",
                        kind: text(4),
                        key: flag() ? key() : nil,
                        path: flag() ? key() : nil
                    )
                )
            }
            return state
        }
    }

    /// Everything that a state holds, as text and in one order.
    private func lines(_ state: ProvenState) -> [String] {
        func show(_ key: ObjectKey?) -> String { key.map { Hex.encode($0.bytes) } ?? "-" }
        func show(_ metadata: ObjectMetadata?) -> String {
            guard let metadata else { return "-" }
            return "\(metadata.storedBytes) \(metadata.modified ?? -7) \(metadata.statusChanged ?? -7) "
                + "\(metadata.fileNumber ?? 0) \(metadata.entityTag ?? "-") \(metadata.version ?? "-")"
        }
        func show(_ digest: ProvenDigest) -> String {
            let claims = digest.claims
            return "\(digest.root) \(show(digest.path)) \(show(digest.metadata)) \(digest.hashedAt) "
                + "\(Hex.encode(digest.hash.bytes)) \(claims.startTime) \(claims.endTime) \(claims.location.bucket) "
                + "\(show(claims.location.key)) \(claims.fingerprint) \(claims.previous?.location.bucket ?? "-") "
                + "\(show(claims.previous?.location.key)) \(claims.previous.map { Hex.encode($0.hash.bytes) } ?? "-") "
                + "\(claims.isStartingDigest) \(digest.isSettled) \(digest.mustBeRead)"
        }
        var lines = ["runs \(state.runs)"]
        for (fingerprint, hash) in state.keys { lines.append("key \(fingerprint) \(Hex.encode(hash.bytes))") }
        lines += state.digests.map { "digest \(show($0))" }
        for folder in state.folders {
            var reader = folder.names.makeReader()
            for file in folder.files {
                guard reader.next() else { break }
                lines.append(
                    "file \(folder.root) \(show(folder.source)) \(folder.bucket) \(show(folder.path)) "
                        + "\(Hex.encode(reader.name)) \(reader.hash.map { Hex.encode($0.bytes) } ?? "") "
                        + "\(show(state.digests[file.digest])) \(show(file.metadata)) \(file.hashedAt) \(file.mustBeRead)"
                )
            }
        }
        for finding in state.findings {
            lines.append(
                "finding \(finding.account) \(finding.region) \(finding.kind) \(show(finding.key)) \(show(finding.path))"
            )
        }
        return lines.sorted()
    }

    @Test("what is written is read back", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        var maker = Maker(random: SequenceGenerator(seed: seed))
        let state = maker.state()
        let bytes = try state.serialized()
        let read = try ProvenState(reading: bytes)
        #expect(lines(read) == lines(state))
        #expect(try read.serialized() == bytes)
    }

    @Test func whatFailedAndWhatWasFoundIsInIt() throws {
        let state = try state()
        #expect(Set(state.findings.map(\.kind)) == ["log-missing", "log-modified"])
        #expect(state.folders.flatMap(\.files).filter(\.mustBeRead).count == 2)
        let found = try #require(state.findings.first { $0.kind == "log-modified" })
        #expect(found.account == "111122223333" && found.region == "us-east-1")
        #expect(found.path.map { "\($0)".hasPrefix("memory/AWSLogs/") } == true)
    }

    // MARK: Sections

    @Test func oneSectionIsReadWithoutTheOthers() throws {
        let state = try state(regions: 2)
        let bytes = try state.serialized()
        var frames = try StateFrames(bytes)
        #expect(try frames.bytes() == bytes)
        #expect(frames.sections.count == 2)
        // What is passed over may be anything.
        frames.sections[0] = Array(frames.sections[0].prefix(30)) + [0xff, 0xff]
        let broken = try frames.bytes()
        #expect(throws: StateError.self) { try ProvenState(reading: broken) }
        var reader = try StateSections.Reader(broken[...])
        #expect(reader.runs == state.runs && reader.keys == state.keys)
        var read: [StateSection] = []
        while let head = try reader.next() {
            if head.name.region == "us-west-2" { read.append(try #require(try reader.section())) }
        }
        #expect(read.map(\.name.account) == ["111122223333"])
        #expect(read.first?.digests.count == 3 && read.first?.folders.first?.files.count == 3)
    }

    @Test func writtenOneSectionAtATime() throws {
        let state = try state(regions: 2)
        var bytes: [UInt8] = []
        var writer = try StateSections.Writer(runs: state.runs, keys: state.keys, to: &bytes)
        for section in state.sections { try writer.add(section, to: &bytes) }
        try writer.finish(to: &bytes)
        #expect(try state.serialized() == bytes)
    }

    @Test func sectionsThatAreNotThoseThatWereWritten() throws {
        let frames = try StateFrames(try state(regions: 3).serialized())
        func expectRefused(_ name: String, _ change: (inout StateFrames) -> Void) throws {
            var changed = frames
            change(&changed)
            let bytes = try changed.bytes()
            let error = #expect(throws: StateError.self, "\(name)") { try ProvenState(reading: bytes) }
            #expect(error?.reason == .damaged, "\(name)")
        }
        try expectRefused("reordered") { $0.sections.swapAt(0, 1) }
        try expectRefused("twice") { $0.sections.append($0.sections[2]) }
        try expectRefused("twice behind each other") { $0.sections.insert($0.sections[1], at: 1) }
        try expectRefused("the first is missing") { $0.sections.removeFirst() }
        try expectRefused("one is missing") { $0.sections.remove(at: 1) }
        // Where the last is missing, its length, content and checksum are cut out of what was written.
        let bytes = try frames.bytes()
        let shorter = try StateFrames(bytes).sections.dropLast()
        var cut = frames
        cut.sections = Array(shorter)
        let end = bytes.suffix(34)
        let spliced = try cut.bytes().dropLast(34) + end
        #expect(throws: StateError.self) { try ProvenState(reading: Array(spliced)) }
        // A section of another state.
        let other = try StateFrames(try state(regions: 3, hours: 4).serialized())
        var mixed = frames
        mixed.sections[1] = other.sections[1]
        let mixedBytes = try mixed.bytes().dropLast(34) + end
        #expect(throws: StateError.self) { try ProvenState(reading: Array(mixedBytes)) }
    }

    // MARK: Damage

    @Test func everySingleByteCounts() throws {
        let bytes = try state().serialized()
        for index in bytes.indices {
            for change: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 0x7f, 0xff, 0x55] {
                var damaged = bytes
                damaged[index] ^= change
                #expect(throws: StateError.self, "byte \(index)") { try ProvenState(reading: damaged) }
            }
        }
        for count in bytes.indices {
            #expect(throws: StateError.self, "\(count) bytes") { try ProvenState(reading: Array(bytes[..<count])) }
        }
        #expect(throws: StateError.self) { try ProvenState(reading: bytes + [0]) }
    }

    @Test func everyOtherByteInEveryPlaceOfAnEmptyState() throws {
        var state = ProvenState()
        state.runs = 3
        let bytes = try state.serialized()
        for index in bytes.indices {
            for value in UInt8.min...UInt8.max where bytes[index] != value {
                var damaged = bytes
                damaged[index] = value
                #expect(throws: StateError.self, "byte \(index)") { try ProvenState(reading: damaged) }
            }
        }
    }

    @Test func rightChecksumsMakeNothingSafeToBelieve() throws {
        let frames = try StateFrames(try state().serialized())
        for index in frames.sections[0].indices {
            for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                var forged = frames
                forged.sections[0][index] = value
                let bytes = try forged.bytes()
                _ = try? ProvenState(reading: bytes)
            }
            var cut = frames
            cut.sections[0] = Array(cut.sections[0][..<index])
            if index == 0 { continue }
            let bytes = try cut.bytes()
            #expect(throws: StateError.self) { try ProvenState(reading: bytes) }
        }
        for index in frames.header.indices {
            var forged = frames
            forged.header[index] = 0xff
            let bytes = try forged.bytes()
            _ = try? ProvenState(reading: bytes)
        }
    }

    @Test func fewBytesDoNotStandForMany() throws {
        // Names that each repeat the one before and add a byte would take the square of the file in memory.
        var writer = StateWriter()
        writer.add(name: [UInt8](repeating: 65, count: StateReader.longestSharingName))
        writer.add(StateReader.longestSharingName)
        writer.add(text: [66])
        var reader = StateReader(writer.bytes[...])
        _ = try reader.name()
        #expect(throws: StateError.self) { try reader.name() }
        // A long name is written whole, and so is the next.
        var long = StateWriter()
        let name = [UInt8](repeating: 67, count: 10_000)
        long.add(name: name)
        long.add(name: name + [1])
        long.add(name: [67, 67])
        var second = StateReader(long.bytes[...])
        for expected in [name, name + [1], [67, 67]] {
            let read = try second.name()
            #expect(read == expected)
        }
        // A number has one form.
        var padded = StateReader([0x80, 0x00][...])
        #expect(throws: StateError.self) { try padded.number() }
    }

    @Test func anotherVersion() throws {
        let other = Array("cloudtrail-integrity state 3\n".utf8)
        let error = #expect(throws: StateError.self) { try ProvenState(reading: other) }
        #expect(error?.reason == .unsupportedVersion && error?.description.contains("version 3") == true)
    }

    // MARK: Version 1

    /// The repository's own folder, found from this file.
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func aStateOfVersion1ReadsAllOnce() throws {
        let vectors = Self.repository.appending(path: "TestVectors")
        let bytes = Array(try Data(contentsOf: vectors.appending(path: "states/version-1")))
        var state = try ProvenState(reading: bytes)
        #expect(state.runs == 1 && state.digests.count == 104)
        #expect(state.folders.reduce(0) { $0 + $1.files.count } == 312)
        let clean = vectors.appending(path: "archives/clean")
        var keys = PublicKeySet()
        try keys.add(reading: Array(try Data(contentsOf: clean.appending(path: "keys.json"))), name: "keys.json")
        var manifest = SignatureManifest()
        try manifest.add(reading: Array(try Data(contentsOf: clean.appending(path: "meta.jsonl"))))
        var archive = MemoryArchive()
        try LocalArchive(path: clean.appending(path: "archive").path).list { entry in
            let file = clean.appending(path: "archive").appending(path: entry.path.description)
            archive.files[entry.path] = Array(try Data(contentsOf: file))
            // As the state has it.
            archive.times[entry.path] = 1_772_000_000_000_000_000
        }
        func run(_ archive: MemoryArchive) throws -> ValidationReport {
            var options = ValidationOptions()
            options.earlierRuns = EarlierRuns(state, now: Timestamp(secondsSinceEpoch: 1_800_000_000))
            let report = try Validator(keys: keys, signatures: manifest, options: options).validate([archive])
            state = try ProvenState(reading: try #require(report.state).serialized())
            return report
        }
        var cut = archive
        let gone = try #require(archive.files.keys.filter { LogFileName($0) != nil }.min())
        cut.files[gone] = nil
        let first = try run(cut)
        // It is missed, though nothing that is there is believed.
        #expect(first.failures == [Found("log-missing", gone.description)])
        #expect(first.carried == ValidationReport.Carried(digests: 0, logs: 0))
        let second = try run(archive)
        #expect(second.failures.isEmpty && second.carried?.logs == 311)
        #expect(try run(archive).carried == ValidationReport.Carried(digests: 104, logs: 312))
        for index in stride(from: 0, to: bytes.count, by: 97) {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(throws: StateError.self) { try ProvenState(reading: damaged) }
        }
        // What is right in its checksum alone does no harm.
        for index in stride(from: 30, to: bytes.count - 32, by: 101) {
            var content = Array(bytes.dropLast(32))
            content[index] = 0xff
            let forged = content + (try SHA256Digest.of(content).bytes)
            _ = try? ProvenState(reading: forged)
        }
    }
}
