import CloudTrailFormat
import NativeInterop
import Testing

/// What broken containers, limits and failing reads come to.
@Suite struct ContentHasherConditionTests {
    private let hasher: ContentHasher

    init() throws {
        hasher = try ContentHasher()
    }

    private static let content = Array(#"{"Records":[{"eventName":"ListUsers"},{"eventName":"ListUsers"}]}"#.utf8)

    /// Small members with one content: stored, compressed in two ways, and with every header field.
    private static let members: [[UInt8]] = {
        let fullHeader = Gzip.header(extra: [1, 2, 3], name: "name", comment: "comment", checksum: true)
        let compressed = [0, 1, 6, 9].compactMap { try? Gzip.deflated(content, level: $0) }
        return [Gzip.storedMember(content), Gzip.storedMember(content, header: fullHeader)] + compressed
    }()

    // MARK: Ends too early

    /// I7
    @Test(arguments: members)
    func everyTruncationIsTruncated(_ member: [UInt8]) throws {
        for count in 0..<member.count {
            let result = try #require(try hasher.result(of: Array(member.prefix(count))))
            #expect(result.form == (count < 2 ? .plain : .gzip), "\(count) bytes")
            #expect(result.condition == (count < 2 ? .complete : .truncated), "\(count) bytes")
            let kept = Self.content.prefix(Int(result.contentBytes))
            if count >= 2 { #expect(try result.digest == SHA256.of(Array(kept)), "\(count) bytes") }
        }
        #expect(try hasher.result(of: member)?.condition == .complete)
    }

    @Test func truncatedWhereTheBufferEnds() throws {
        let size = ContentHasher.inputCapacity
        let (member, content) = try Gzip.storedMember(count: 2 * size + 1000, seed: 21)
        for count in [size - 1, size, size + 1, 2 * size] {
            let (result, collected) = try hasher.hashAndCollect(PieceReader(Array(member.prefix(count))))
            #expect(result.condition == .truncated)
            #expect(Bytes(Array(content.prefix(collected.count))) == Bytes(collected))
            #expect(try result.digest == SHA256.of(collected))
        }
    }

    @Test func truncatedWhereTheOutputIsFull() throws {
        // 256 KiB fill the output exactly; the trailer is missing.
        let member = try Gzip.deflated([UInt8](repeating: 7, count: 256 * 1024))
        for missing in 1...10 {
            let result = try hasher.hash(Array(member.dropLast(missing)), limits: .none)
            #expect(result.condition == .truncated)
        }
    }

    // MARK: Goes on too long

    private static let trailers: [[UInt8]] = [
        [0], [0x0a], [0x1f], [0x1f, 0x8b], [UInt8](repeating: 0, count: 512), Gzip.storedMember([]),
        Gzip.storedMember(content), [UInt8](repeating: 0, count: 3 * ContentHasher.inputCapacity),
    ]

    /// I7
    @Test(arguments: trailers.map(Bytes.init))
    func whatFollowsTheMemberIsTrailingData(_ trailer: Bytes) throws {
        let trailer = trailer.array
        for member in Self.members {
            let result = try hasher.hash(member + trailer, limits: .none)
            #expect(result.condition == .trailingData)
            #expect(result.contentBytes == UInt64(Self.content.count))
            #expect(try result.digest == SHA256.of(Self.content))
            // The read ends where the member does.
            #expect(try hasher.hash(PieceReader(member + trailer, sizes: [member.count])) == result)
            #expect(try hasher.hash(PieceReader(member + trailer, sizes: [1, 9])) == result)
        }
    }

    @Test(arguments: [-1, 0, 1], [1, 2])
    func theBoundaryMayFallOnTheBuffersEdge(offset: Int, buffers: Int) throws {
        let count = buffers * ContentHasher.inputCapacity + offset
        let (member, content) = try Gzip.storedMember(count: count, seed: 22)
        try #require(member.count == count)
        let whole = PieceReader(member)
        let result = try hasher.hash(whole)
        #expect(result.condition == .complete)
        #expect(try result.digest == SHA256.of(content))
        for trailer in Self.trailers {
            let result = try hasher.hash(member + trailer, limits: .none)
            #expect(result.condition == .trailingData)
            #expect(try result.digest == SHA256.of(content))
        }
    }

    // MARK: Is broken

    @Test(arguments: members)
    func aWrongTrailerIsCorrupt(_ member: [UInt8]) throws {
        for (position, corruption) in [(8, GzipInflater.Corruption.checksum), (4, .length)] {
            for index in member.count - position..<member.count - position + 4 {
                for bit in 0..<8 {
                    var broken = member
                    broken[index] ^= UInt8(1 << bit)
                    let result = try #require(try hasher.result(of: broken))
                    #expect(result.condition == .corrupt(corruption))
                    // All of the content was there.
                    #expect(try result.digest == SHA256.of(Self.content))
                }
            }
        }
    }

    @Test func aBrokenStreamIsCorrupt() throws {
        let start = Gzip.header()
        let end = Gzip.trailer([])
        let streams: [(String, [UInt8])] = [
            ("block type 3", [7]),
            ("stored length and its complement disagree", [1, 1, 0, 0xff, 0xff, 0]),
            ("a distance before the content's begin", [0x4b, 0x04, 0x32, 0x00]),
            ("too many lengths in the tables", [0xfd, 0xff, 0xff, 0xff]),
        ]
        for (name, stream) in streams {
            let result = try hasher.result(of: start + stream + [UInt8](repeating: 0xff, count: 32) + end)
            #expect(result?.condition == .corrupt(.stream), "\(name)")
        }
    }

    @Test func aBrokenHeaderIsCorrupt() throws {
        let whole = Gzip.storedMember([1])
        for (index, value) in [(2, 0), (2, 7), (2, 9), (3, 0x20), (3, 0x40), (3, 0x80), (3, 0xff)] {
            var broken = whole
            broken[index] = UInt8(value)
            let result = try hasher.result(of: broken)
            #expect(result?.condition == .corrupt(.stream), "byte \(index) is \(value)")
            #expect(result?.form == .gzip)
            #expect(try result?.digest == SHA256.of([]))
        }
        var header = Gzip.header(name: "name", checksum: true)
        header[header.count - 1] ^= 1
        #expect(try hasher.result(of: Gzip.storedMember([1], header: header))?.condition == .corrupt(.stream))
    }

    @Test func twoBytesOfMagicAndNoise() throws {
        var generator = SeededGenerator(seed: 23)
        for _ in 0..<500 {
            let bytes = [0x1f, 0x8b] + generator.bytes(Int.random(in: 0...300, using: &generator))
            let result = try #require(try hasher.result(of: bytes))
            #expect(result.form == .gzip)
            #expect(result.condition != .complete)
        }
    }

    @Test(arguments: members)
    func noFlippedBitIsOverlooked(_ member: [UInt8]) throws {
        let whole = try hasher.hash(member, limits: .none)
        for index in member.indices {
            for bit in 0..<8 {
                var broken = member
                broken[index] ^= UInt8(1 << bit)
                let result = try hasher.hash(broken, limits: .none)
                // A bit of the header may mean nothing (its time, say); then the content is the same.
                if result.form == .gzip, result.condition == .complete {
                    #expect(result == whole, "bit \(bit) of byte \(index)")
                }
            }
        }
    }

    // MARK: Is too large

    @Test(arguments: [1, 69, 131_072, 262_144, 300_000])
    func theContentLimitIsExact(_ size: Int) throws {
        var generator = SeededGenerator(seed: UInt64(size))
        let content = [0x7b] + generator.text(size - 1)
        for bytes in [content, try Gzip.deflated(content), Gzip.storedMember(content)] {
            for limit in [UInt64(size), UInt64(size) + 1, .max] {
                let result = try hasher.hash(bytes, limits: .content(limit))
                #expect(result.condition == .complete)
                #expect(try result.digest == SHA256.of(content))
            }
            for limit in [0, UInt64(size) - 1] {
                #expect(try hasher.hash(bytes, limits: .content(limit)).condition == .overContentLimit)
                let pieces = PieceReader(bytes, sizes: [10_007, 1])
                #expect(try hasher.hash(pieces, limits: .content(limit)).condition == .overContentLimit)
            }
        }
    }

    @Test func noContentFitsALimitOfNothing() throws {
        #expect(try hasher.result(of: [], limits: .content(0))?.condition == .complete)
        #expect(try hasher.result(of: Gzip.deflated([]), limits: .content(0))?.condition == .complete)
    }

    @Test func theRatioLimitIsExact() throws {
        let content = [UInt8](repeating: 0x20, count: 200_000)
        let member = try Gzip.deflated(content)
        let ratio = UInt64((content.count + member.count - 1) / member.count)
        try #require(ratio > 500)
        #expect(try hasher.hash(member, limits: .ratio(ratio, beyond: 0)).condition == .complete)
        #expect(try hasher.hash(member, limits: .ratio(ratio - 1, beyond: 0)).condition == .overRatioLimit)
        #expect(try hasher.hash(member, limits: .ratio(.max, beyond: 0)).condition == .complete)
        #expect(try hasher.hash(member, limits: .ratio(0, beyond: 0)).condition == .overRatioLimit)
    }

    /// I8
    @Test(arguments: [1000, 262_144, 1_000_000])
    func theRatioCountsOnlyBeyondItsFloor(_ size: Int) throws {
        let member = try Gzip.deflated([UInt8](repeating: 0, count: size))
        #expect(try hasher.hash(member, limits: .ratio(2, beyond: UInt64(size))).condition == .complete)
        #expect(try hasher.hash(member, limits: .ratio(2, beyond: UInt64(size) - 1)).condition == .overRatioLimit)
    }

    @Test func theRatioOfPlainContentIsOne() throws {
        var generator = SeededGenerator(seed: 24)
        let content = generator.text(300_000)
        #expect(try hasher.hash(content, limits: .ratio(0, beyond: 0)).condition == .complete)
    }

    @Test func aBombEndsAtItsLimit() throws {
        let member = try Gzip.deflated([UInt8](repeating: 0, count: 64 << 20), level: 9)
        let reader = PieceReader(member, sizes: [1024])
        let (result, content) = try hasher.hashAndCollect(reader, limits: .content(1 << 20))
        #expect(result.condition == .overContentLimit)
        // A kilobyte of the bomb is a megabyte of content: it ended long before the 64 of them. What is inflated as a
        // whole is read as a whole first, as far as a buffer holds it.
        #if Libdeflate
        let bound = ContentHasher.inputCapacity / 1024 + 1
        #else
        let bound = 3
        #endif
        #expect(reader.reads <= bound)
        #expect(content.count <= 1 << 20)
        let other = PieceReader(member, sizes: [1024])
        #expect(try hasher.hash(other, limits: .ratio(100, beyond: 1 << 20)).condition == .overRatioLimit)
        #expect(other.reads <= bound)
    }

    @Test func aSourceWithoutEndEndsAtTheLimit() throws {
        let result = try hasher.hash(limits: .content(10 << 20)) { $0.byteCount }
        #expect(result.condition == .overContentLimit)
        #expect(result.form == .plain)
    }

    // MARK: What is reported is what was hashed

    @Test func theDigestIsAlwaysOfTheContentHandedOn() throws {
        var generator = SeededGenerator(seed: 25)
        let content = generator.text(700_000)
        let member = try Gzip.deflated(content)
        var broken = member
        broken[broken.count - 1] ^= 1
        let cases: [([UInt8], ContentHasher.Limits, ContentHasher.Condition)] = [
            (content, .none, .complete), (content, .content(300_000), .overContentLimit), (member, .none, .complete),
            (Array(member.dropLast(1000)), .none, .truncated), (member + [0], .none, .trailingData),
            (broken, .none, .corrupt(.length)), (member, .content(300_000), .overContentLimit),
            (member, .content(10), .overContentLimit), (member, .ratio(1, beyond: 300_000), .overRatioLimit),
        ]
        for (bytes, limits, condition) in cases {
            let (result, collected) = try hasher.hashAndCollect(PieceReader(bytes), limits: limits)
            #expect(result.condition == condition)
            #expect(Bytes(Array(content.prefix(collected.count))) == Bytes(collected))
            #expect(result.contentBytes == UInt64(collected.count), "\(condition)")
            #expect(try result.digest == SHA256.of(collected), "\(condition)")
            #expect(result.contentBytes <= limits.contentBytes)
        }
    }

    // MARK: Fails

    @Test func anErrorOfTheReadIsPassedOn() throws {
        var generator = SeededGenerator(seed: 26)
        let content = generator.text(500_000)
        for bytes in [content, try Gzip.deflated(content, level: 0)] {
            for offset in [0, 1, 2, 10, 131_072, 400_000, bytes.count] {
                let error = #expect(throws: PieceReader.Failure.self) {
                    try hasher.hash(PieceReader(bytes, failingAt: offset))
                }
                #expect(error == PieceReader.Failure(offset: offset))
                #expect(throws: PieceReader.Failure.self) {
                    try hasher.hashAndCollect(PieceReader(bytes, failingAt: offset))
                }
                #expect(try hasher.hash(Gzip.deflated([1, 2, 3]), limits: .none).digest == SHA256.of([1, 2, 3]))
            }
        }
    }

    @Test(arguments: [-1, .min, ContentHasher.inputCapacity + 1, .max])
    func aReadThatLiesAboutItsCountIsAnError(_ count: Int) throws {
        #expect(throws: ContentHasher.InvalidReadCount.self) {
            try hasher.hash(limits: .none) { _ in count }
        }
        // After honest reads, of either form.
        for first: [UInt8] in [Array("{}".utf8), Array(Gzip.header())] {
            var reads = 0
            #expect(throws: ContentHasher.InvalidReadCount.self) {
                try hasher.hash(limits: .none) { buffer in
                    reads += 1
                    if reads > 1 { return count }
                    unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: first) }
                    return first.count
                }
            }
        }
        #expect(try hasher.hash([1, 2, 3], limits: .none).digest == SHA256.of([1, 2, 3]))
    }

    @Test func theSecondReadMayNotFillMoreThanIsLeft() throws {
        // One byte is there, so the second read gets one less than the buffer.
        var reads = 0
        #expect(throws: ContentHasher.InvalidReadCount.self) {
            try hasher.hash(limits: .none) { _ in
                reads += 1
                return reads == 1 ? 1 : reads == 2 ? ContentHasher.inputCapacity : 0
            }
        }
    }

    @Test func everyOutcomeLeavesTheHasherUsable() throws {
        var generator = SeededGenerator(seed: 27)
        let content = generator.text(300_000)
        let member = try Gzip.deflated(content)
        var checksum = member
        checksum[checksum.count - 8] ^= 1
        let outcomes: [([UInt8], ContentHasher.Limits)] = [
            (content, .none), ([], .none), ([0x1f], .none), (member, .none), (Array(member.prefix(5)), .none),
            (Array(member.dropLast(9)), .none), (member + member, .none), (checksum, .none),
            (Gzip.header() + [7], .none), (member, .content(10)), (content, .content(10)),
            (member, .ratio(1, beyond: 0)),
        ]
        let first = try outcomes.map { try ContentHasher().hash($0.0, limits: $0.1) }
        for (bytes, limits) in outcomes {
            for (next, expected) in zip(outcomes, first) {
                _ = try hasher.hash(bytes, limits: limits)
                #expect(try hasher.hash(next.0, limits: next.1) == expected)
            }
        }
    }
}
