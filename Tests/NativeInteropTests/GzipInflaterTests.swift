import NativeInterop
import Testing

@Suite struct GzipInflaterTests {
    private let content: [UInt8]
    private let member: [UInt8]

    init() throws {
        var generator = SeededGenerator(seed: 31)
        content = generator.text(5000)
        member = try Gzip.deflated(content)
    }

    /// One step with an output of `capacity` bytes, and what came out.
    private func step(
        _ inflater: borrowing GzipInflater,
        _ input: [UInt8],
        capacity: Int
    ) throws -> (step: GzipInflater.Step, output: [UInt8]) {
        var output = [UInt8](repeating: 0xee, count: capacity)
        var span = output.mutableSpan
        var target = unsafe span.mutableBytes
        let step = unsafe try inflater.inflate(input.span.bytes, into: &target)
        return (step, Array(output.prefix(step.produced)))
    }

    @Test func oneStepIsEnough() throws {
        let inflater = try GzipInflater()
        let (result, output) = try step(inflater, member, capacity: 6000)
        #expect(result.status == .finished)
        #expect(result.consumed == member.count)
        #expect(Bytes(output) == Bytes(content))
    }

    @Test func stopsAtTheEndOfTheMember() throws {
        let inflater = try GzipInflater()
        let (result, output) = try step(inflater, member + member, capacity: 12_000)
        #expect(result.status == .finished)
        #expect(result.consumed == member.count)
        #expect(Bytes(output) == Bytes(content))
        // Nothing more comes before a reset.
        let (again, none) = try step(inflater, member, capacity: 12_000)
        #expect(again.status == .finished)
        #expect(again.consumed == 0)
        #expect(none.isEmpty)
    }

    @Test(arguments: [1, 2, 7, 4999, 5000, 5001])
    func aSmallOutputIsFilledAgainAndAgain(capacity: Int) throws {
        let inflater = try GzipInflater()
        var rest = member
        var whole: [UInt8] = []
        var status = GzipInflater.Status.needsInput
        for _ in 0..<6000 where status != .finished {
            let (result, output) = try step(inflater, rest, capacity: capacity)
            whole += output
            rest.removeFirst(result.consumed)
            status = result.status
            #expect(status == .finished || status == .needsOutput)
        }
        #expect(status == .finished)
        #expect(Bytes(whole) == Bytes(content))
        #expect(rest.isEmpty)
    }

    @Test func asksForInputByteByByte() throws {
        let inflater = try GzipInflater()
        var whole: [UInt8] = []
        for (index, byte) in member.enumerated() {
            let (result, output) = try step(inflater, [byte], capacity: 6000)
            whole += output
            #expect(result.consumed == 1)
            #expect(result.status == (index == member.count - 1 ? .finished : .needsInput))
        }
        #expect(Bytes(whole) == Bytes(content))
    }

    @Test func noInputIsNoProgress() throws {
        let inflater = try GzipInflater()
        for _ in 0..<3 {
            let (result, _) = try step(inflater, [], capacity: 10)
            #expect(result.status == .needsInput)
            #expect(result.consumed == 0)
            #expect(result.produced == 0)
        }
        #expect(try step(inflater, member, capacity: 6000).step.status == .finished)
    }

    @Test func staysCorrupt() throws {
        var broken = member
        broken[broken.count - 5] ^= 1
        let inflater = try GzipInflater()
        #expect(try step(inflater, broken, capacity: 6000).step.status == .corrupt(.checksum))
        let (again, output) = try step(inflater, member, capacity: 6000)
        #expect(again.status == .corrupt(.checksum))
        #expect(output.isEmpty)
        try inflater.reset()
        #expect(try step(inflater, member, capacity: 6000).step.status == .finished)
    }

    @Test func onlyGzipIsGzip() throws {
        // zlib's own container (RFC 1950), a bare stream, text.
        for input: [UInt8] in [[0x78, 0x9c, 3, 0, 0, 0, 0, 1], [3, 0], Array("{}".utf8)] {
            let inflater = try GzipInflater()
            #expect(try step(inflater, input, capacity: 10).step.status == .corrupt(.stream))
        }
    }

    @Test func resetForgetsAMemberThatWasNotEnded() throws {
        let inflater = try GzipInflater()
        for count in stride(from: 0, to: member.count, by: 50) {
            _ = try step(inflater, Array(member.prefix(count)), capacity: 6000)
            try inflater.reset()
            let (result, output) = try step(inflater, member, capacity: 6000)
            #expect(result.status == .finished)
            #expect(Bytes(output) == Bytes(content))
            try inflater.reset()
        }
    }
}

@Suite struct GzipDeflaterTests {
    @Test func isReusable() throws {
        var deflater = try GzipDeflater()
        let first = try deflater.compress([1, 2, 3])
        let second = try deflater.compress([])
        #expect(try deflater.compress([1, 2, 3]) == first)
        #expect(try deflater.compress([]) == second)
        // No time and no name in the header: equal content, equal members.
        #expect(first.prefix(8) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
        #expect(first.suffix(8) == Gzip.trailer([1, 2, 3])[...])
        #expect(second.suffix(8) == [0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: 0...9)
    func everyLevelComesBack(level: Int) throws {
        var generator = SeededGenerator(seed: 32)
        var deflater = try GzipDeflater(level: level)
        let hasher = try ContentHasher()
        for content in [[], [9], generator.bytes(100_000), generator.text(100_000)] {
            let member = try deflater.compress(content)
            let (result, collected) = try hasher.hashAndCollect(PieceReader(member))
            #expect(result.condition == .complete)
            #expect(Bytes(collected) == Bytes(content))
        }
    }

    @Test(arguments: [10, -2, .max, .min])
    func anotherLevelIsAnError(level: Int) {
        #expect(throws: NativeError.self) { _ = try GzipDeflater(level: level).self }
    }

    // Disabled where the system has no gzip command.
    @Test(.enabled(if: Tool.gzip.isAvailable), arguments: [0, 6, 9])
    func theCommandReadsIt(level: Int) throws {
        var generator = SeededGenerator(seed: 33)
        let content = generator.text(40_000)
        let folder = try TestFolder()
        let file = try folder.write(Gzip.deflated(content, level: level), to: "content.gz")
        let (status, output) = try Tool.gzip.run(["-dc", file])
        #expect(status == 0)
        #expect(Bytes(output) == Bytes(content))
    }
}
