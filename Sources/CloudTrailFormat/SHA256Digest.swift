/// A SHA-256 value (FIPS 180-4), 32 bytes held as four big-endian words, so that it compares and hashes by value.
public struct SHA256Digest: Hashable, Sendable {
    /// The words, the first byte in the highest bits of the first.
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// The number of bytes of a SHA-256 value.
    public static let byteCount = 32

    /// All bits zero: fills the place of a value that is not known.
    public static let zero = SHA256Digest(words: 0, 0, 0, 0)

    /// Takes four big-endian words.
    public init(words first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        words = (first, second, third, fourth)
    }

    /// Takes 32 bytes; `nil` for any other number.
    public init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        func word(_ index: Int) -> UInt64 { UInt64(bigEndian: bytes.word(at: 8 * index).littleEndian) }
        self.init(words: word(0), word(1), word(2), word(3))
    }

    /// Takes 32 bytes; `nil` for any other number.
    public init?(_ bytes: [UInt8]) {
        self.init(bytes.span)
    }

    /// Takes 64 hex digits, in either case; `nil` for anything else.
    public init?(hex: Span<UInt8>) {
        guard hex.count == 2 * Self.byteCount, let first = Hex.word(of: hex, at: 0),
            let second = Hex.word(of: hex, at: 16),
            let third = Hex.word(of: hex, at: 32), let fourth = Hex.word(of: hex, at: 48)
        else { return nil }
        self.init(words: first, second, third, fourth)
    }

    /// The 32 bytes, in the order of the standard, without an array.
    public var inlineBytes: InlineArray<32, UInt8> {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        func put(_ word: UInt64, at start: Int) {
            for index in 0..<8 { bytes[start + index] = UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * index)) }
        }
        put(words.0, at: 0)
        put(words.1, at: 8)
        put(words.2, at: 16)
        put(words.3, at: 24)
        return bytes
    }

    /// The 32 bytes, in the order of the standard.
    public var bytes: [UInt8] { Array(inlineBytes.span) }

    /// Whether both are the same value.
    public static func == (lhs: SHA256Digest, rhs: SHA256Digest) -> Bool {
        lhs.words == rhs.words
    }

    /// Hashes the words.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
