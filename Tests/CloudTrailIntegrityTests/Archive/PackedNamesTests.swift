import CloudTrailFormat
import NativeInterop
import Testing

@testable import CloudTrailIntegrity

@Suite struct PackedNamesTests {
    private static let log = "111122223333_CloudTrail_us-east-1_20260301T0010Z_abc.json.gz"

    private static let lists: [[String]] = [
        [], [""], ["", ""], ["a"], ["a", "a"], ["a", "ab", "a", ""], [".json.gz"],
        ["x.json.gz", "x", "x.json", "x.json.gz"],
        [".json.gz", "a.json.gz", "a.json.gz.json.gz", "json.gz"],
        [log, log, "111122223333_CloudTrail_us-east-1_2026"],
        // Longer than what one byte tells, in all and in what is shared.
        [String(repeating: "a", count: 63), String(repeating: "a", count: 64), String(repeating: "a", count: 20_000)],
        (250...260).map { String(repeating: "b", count: $0) } + [String(repeating: "b", count: 254) + "c"],
        ["caf\u{e9}", "cafe\u{301}", "\u{0}\n", "\u{1F600}.json.gz"],
    ]

    @Test(arguments: lists, ["", "a", log, String(repeating: "a", count: 300)])
    func namesComeBackInTheirOrder(_ names: [String], _ seed: String) throws {
        var writer = PackedNames.Writer(hasHashes: true, seed: Array(seed.utf8))
        let hashes = try names.indices.map { try SHA256Digest.of([UInt8(truncatingIfNeeded: $0)]) }
        for (name, hash) in zip(names, hashes) { writer.append(Array(name.utf8).span, hash: hash) }
        #expect(writer.count == names.count)
        let packed = writer.finish()
        var reader = packed.makeReader(seed: Array(seed.utf8))
        var read: [(name: [UInt8], hash: SHA256Digest?)] = []
        while reader.next() {
            #expect(reader.position == read.count)
            read.append((reader.name, reader.hash))
        }
        #expect(read.map(\.name) == names.map { Array($0.utf8) })
        #expect(read.map(\.hash) == hashes)
        #expect(packed.count == names.count)
        #expect(writer.count == 0)
    }

    @Test(arguments: lists) func oneNameIsFoundByItsPosition(_ names: [String]) {
        var writer = PackedNames.Writer()
        // What was written before leaves nothing behind.
        writer.append(Array(Self.log.utf8).span)
        _ = writer.finish()
        for name in names {
            let marked = Array("--\(name)".utf8)
            writer.append(marked.span.extracting(droppingFirst: 2))
        }
        let packed = writer.finish()
        for (position, name) in names.enumerated() {
            #expect(packed.name(at: position) == Array(name.utf8))
        }
    }

    @Test(arguments: [1, 7, 400]) func listsThatShareMemoryAreTheSame(_ repeats: Int) throws {
        let hash = try SHA256Digest.of([1])
        let lists = (0..<repeats).flatMap { _ in Self.lists }
        var writer = PackedNames.Writer(hasHashes: true)
        let packed = lists.map { list in
            writer.begin(seed: Array(Self.log.utf8))
            for name in list { writer.append(Array(name.utf8).span, hash: hash) }
            return writer.finish()
        }
        // Twice, because what shares memory may come to share it with others.
        let shared = PackedNames.sharingMemory(PackedNames.sharingMemory(packed))
        #expect(shared.count == lists.count)
        for (names, list) in zip(shared, lists) {
            #expect(names.count == list.count)
            var reader = names.makeReader(seed: Array(Self.log.utf8))
            #expect(reader.hash == nil)
            for name in list {
                let isThere = reader.next()
                #expect(isThere)
                #expect(reader.name == Array(name.utf8))
                #expect(reader.hash == hash)
            }
            let isMore = reader.next()
            #expect(!isMore)
        }
    }
}
