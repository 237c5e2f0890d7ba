import CloudTrailFormat
import NativeInterop
import Testing

/// What whole content comes to.
@Suite struct ContentHasherTests {
    private let hasher: ContentHasher

    init() throws {
        hasher = try ContentHasher()
    }

    /// The outcome of a pass over all of `content`.
    private func complete(_ content: [UInt8], _ form: ContentHasher.Form) throws -> Outcome {
        Outcome(
            digest: try SHA256.of(content),
            contentBytes: UInt64(content.count),
            form: form,
            condition: .complete
        )
    }

    /// I7
    @Test(arguments: [
        [], [0x1f], [0x8b], [0x1f, 0x1f], [0x1f, 0x8c], [0x8b, 0x1f], [0x1e, 0x8b], Array("{}".utf8),
        Array("{\"Records\":[]}".utf8), [0x78, 0x9c, 1, 2, 3], [0x50, 0x4b, 3, 4], [0, 0x1f, 0x8b, 8],
    ])
    func whatIsNotGzipIsHashedAsItIs(_ content: [UInt8]) throws {
        #expect(try hasher.result(of: content)?.outcome == complete(content, .plain))
    }

    @Test(arguments: [
        1, 2, 3, ContentHasher.inputCapacity - 1, ContentHasher.inputCapacity, ContentHasher.inputCapacity + 1,
        3 * ContentHasher.inputCapacity,
    ])
    func plainContentOfAnySize(_ size: Int) throws {
        var generator = SeededGenerator(seed: UInt64(size))
        let content = [0x7b] + generator.bytes(size - 1)
        #expect(try hasher.hash(content, limits: .none).outcome == complete(content, .plain))
        let odd = PieceReader(content, sizes: [1, 100_003])
        #expect(try hasher.hash(odd).outcome == complete(content, .plain))
    }

    /// Around the sizes of the buffers, of the window and of a stored block.
    @Test(arguments: [
        0, 1, 2, 100, 32_767, 32_768, 32_769, 65_535, 65_536, 131_071, 131_072, 131_073, 262_143, 262_144, 262_145,
        524_288,
    ])
    func gzipOfAnySize(_ size: Int) throws {
        var generator = SeededGenerator(seed: UInt64(size))
        for content in [generator.bytes(size), generator.text(size), [UInt8](repeating: 0, count: size)] {
            let expected = try complete(content, .gzip)
            #expect(try hasher.hash(Gzip.deflated(content), limits: .none).outcome == expected)
            let pieces = PieceReader(try Gzip.deflated(content), sizes: [1, 1, 5000, 2])
            #expect(try hasher.hash(pieces).outcome == expected)
        }
        let noise = generator.bytes(size)
        #expect(try hasher.hash(Gzip.storedMember(noise), limits: .none).outcome == complete(noise, .gzip))
    }

    /// The bytes as they are stored are hashed in the same pass, whatever the sizes of the reads, and only when asked for.
    @Test(arguments: [0, 1, 100, ContentHasher.inputCapacity, 3 * ContentHasher.inputCapacity + 1])
    func storedBytes(_ size: Int) throws {
        var generator = SeededGenerator(seed: UInt64(size))
        let content = generator.bytes(size)
        let both = try ContentHasher(hashesStoredBytes: true)
        for stored in [content, try Gzip.deflated(content)] {
            let expected = StoredContent.hashed(try SHA256.of(stored), bytes: UInt64(stored.count))
            let whole = try both.hash(stored, limits: .none)
            #expect(whole.stored == expected)
            #expect(try both.hash(PieceReader(stored, sizes: [1, 100_003]), limits: .none) == whole)
            // As a file is read: nothing is asked for beyond its size.
            let reader = PieceReader(stored)
            let sized = try both.hash(limits: .none, storedBytes: UInt64(stored.count)) { try reader.read(into: &$0) }
            #expect(sized == whole)
            let plain = try hasher.hash(stored, limits: .none)
            #expect(plain.stored == nil)
            #expect(plain.outcome == whole.outcome)
        }
    }

    // Disabled where the system has no gzip command.
    @Test(.enabled(if: Tool.gzip.isAvailable), arguments: ["-1", "-6", "-9", "-n6"])
    func gzipMadeByTheCommand(_ option: String) throws {
        var generator = SeededGenerator(seed: 11)
        let folder = try TestFolder()
        for content in [[], [0x0a], generator.text(50_000), generator.bytes(300_000)] {
            let file = try folder.write(content, to: "content.json")
            let (status, member) = try Tool.gzip.run(["-c", option, file])
            try #require(status == 0)
            // Without -n the header names the file.
            #expect(member[3] == (option == "-n6" ? 0 : 8))
            #expect(try hasher.hash(member, limits: .none).outcome == complete(content, .gzip))
        }
    }

    private static let headers = [
        Gzip.header(), Gzip.header(name: "a.json"), Gzip.header(name: ""), Gzip.header(comment: "made by hand"),
        Gzip.header(extra: []), Gzip.header(extra: [0x41, 0x70, 2, 0, 0x1f, 0x8b]), Gzip.header(checksum: true),
        Gzip.header(extra: [1, 2, 3], name: "n", comment: "c"),
        Gzip.header(extra: [UInt8](repeating: 0, count: 65535), name: "n", comment: "c", checksum: true),
        Gzip.header(name: String(repeating: "n", count: 200_000), checksum: true),
    ]

    @Test(arguments: headers.map(Bytes.init))
    func everyKindOfHeader(_ header: Bytes) throws {
        let content = Array("{\"Records\":[]}".utf8)
        let member = Gzip.storedMember(content, header: header.array)
        #expect(try hasher.result(of: member)?.outcome == complete(content, .gzip))
        // A header of any size is no content.
        #expect(try hasher.hash(member, limits: .content(UInt64(content.count))).outcome == complete(content, .gzip))
    }

    @Test func theTextFlagMeansNothing() throws {
        var member = Gzip.storedMember([1, 2, 3])
        member[3] = 1
        #expect(try hasher.result(of: member)?.outcome == complete([1, 2, 3], .gzip))
    }

    @Test func gzipInGzipIsContent() throws {
        let inner = try Gzip.deflated([1, 2, 3])
        #expect(try hasher.result(of: Gzip.deflated(inner))?.outcome == complete(inner, .gzip))
    }

    @Test func collectingChangesNothing() throws {
        var generator = SeededGenerator(seed: 12)
        let content = generator.text(600_000)
        let member = try Gzip.deflated(content)
        for (bytes, form) in [(content, ContentHasher.Form.plain), (member, .gzip)] {
            let (result, collected) = try hasher.hashAndCollect(PieceReader(bytes, sizes: [70_001, 3]))
            #expect(try result.outcome == complete(content, form))
            #expect(Bytes(collected) == Bytes(content))
            #expect(try hasher.hash(bytes, limits: .none) == result)
        }
        let (result, collected) = try hasher.hashAndCollect(PieceReader([]))
        #expect(try result.outcome == complete([], .plain))
        #expect(collected.isEmpty)
    }

    @Test func randomContentRandomPiecesEveryLevel() throws {
        var generator = SeededGenerator(seed: 13)
        for round in 0..<100 {
            let size = Int.random(in: 0...(round.isMultiple(of: 10) ? 400_000 : 5_000), using: &generator)
            let content = Bool.random(using: &generator) ? generator.bytes(size) : generator.text(size)
            let member = try Gzip.deflated(content, level: round % 10)
            let sizes = (0..<8).map { _ in
                Int.random(in: 1...max(1, member.count / Int.random(in: 1...50, using: &generator)), using: &generator)
            }
            let result = try hasher.hash(PieceReader(member, sizes: sizes))
            #expect(try result.outcome == complete(content, .gzip), "round \(round), pieces \(sizes)")
        }
    }
}
