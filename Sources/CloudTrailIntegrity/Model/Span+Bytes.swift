extension Span<UInt8> {
    /// Whether the two hold the same bytes.
    func isSame(as other: Span<UInt8>) -> Bool {
        count == other.count && sharedCount(with: other) == count
    }

    /// The number of bytes that both begin with.
    func sharedCount(with other: Span<UInt8>) -> Int {
        let limit = Swift.min(count, other.count)
        var offset = 0
        while limit - offset >= 8 {
            let difference = word(at: offset) ^ other.word(at: offset)
            if difference != 0 { return offset + difference.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < limit, self[offset] == other[offset] { offset += 1 }
        return offset
    }

    /// The eight bytes from `offset` on, which must be there, the first in the lowest bits.
    func word(at offset: Int) -> UInt64 {
        // Any bytes are a number, and the read is refused where they are not all there.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Whether these are the bytes of `text`: no two texts are the same here that Unicode calls equivalent.
    func isSame(as text: String) -> Bool {
        isSame(as: text.utf8.span)
    }
}
