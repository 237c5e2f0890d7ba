import CloudTrailFormat
import NativeInterop
import Testing

@Suite struct SHA256Tests {
    @Test(arguments: try HashVector.load("sha256.json"))
    func publishedVectors(_ vector: HashVector) throws {
        #expect(try SHA256.of(vector.bytes).bytes.hexadecimal == vector.digest)
    }

    @Test(arguments: try HashVector.load("sha256.json"), [1, 3, 63, 64, 65, 4097])
    func piecesEqualTheWhole(_ vector: HashVector, pieceSize: Int) throws {
        let bytes = try vector.bytes
        // One byte at a time over a million bytes would take a second and show nothing new.
        let size = bytes.count > 100_000 ? pieceSize * 997 : pieceSize
        let hasher = try SHA256()
        for start in stride(from: 0, to: bytes.count, by: size) {
            unsafe try hasher.update(Array(bytes[start..<min(start + size, bytes.count)]).span.bytes)
        }
        #expect(try hasher.finalize().bytes.hexadecimal == vector.digest)
    }

    @Test func randomPiecesEqualTheWhole() throws {
        var generator = SeededGenerator(seed: 1)
        let hasher = try SHA256()
        for _ in 0..<200 {
            let bytes = generator.bytes(Int.random(in: 0...2000, using: &generator))
            try hasher.reset()
            var rest = bytes[...]
            while !rest.isEmpty {
                // A piece may be empty.
                let count = Int.random(in: 0...min(rest.count, 130), using: &generator)
                unsafe try hasher.update(Array(rest.prefix(count)).span.bytes)
                rest = rest.dropFirst(count)
            }
            #expect(try hasher.finalize() == SHA256.of(bytes))
        }
    }

    @Test func resetForgetsAMessageThatWasNotEnded() throws {
        let hasher = try SHA256()
        unsafe try hasher.update([1, 2, 3].span.bytes)
        try hasher.reset()
        #expect(try hasher.finalize() == SHA256.of([]))
    }

    // Around the block of 64 bytes, the length field of 8, and the sizes of a read.
    private static let sizes = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 131_071, 131_072, 1_048_579]

    // Disabled where the system has no openssl command.
    @Test(.enabled(if: Tool.openssl.isAvailable))
    func agreesWithOpenSSL() throws {
        try compare(seed: 1) { try Tool.openssl.text(["dgst", "-sha256", "-r"] + $0) }
    }

    // Disabled where the system has no sha256sum command.
    @Test(.enabled(if: Tool.sha256sum.isAvailable))
    func agreesWithSHA256Sum() throws {
        try compare(seed: 2) { try Tool.sha256sum.text($0) }
    }

    /// Compares the digests of random files with the first words of the lines that `digests` writes of the files.
    private func compare(seed: UInt64, _ digests: ([String]) throws -> String) throws {
        var generator = SeededGenerator(seed: seed)
        let folder = try TestFolder()
        let contents = Self.sizes.map { generator.bytes($0) }
        let files = try contents.enumerated().map { try folder.write($0.element, to: "\($0.offset)") }
        let lines = try digests(files).split(separator: "\n").map { String($0.prefix(64)) }
        #expect(try lines == contents.map { try SHA256.of($0).bytes.hexadecimal })
    }
}
