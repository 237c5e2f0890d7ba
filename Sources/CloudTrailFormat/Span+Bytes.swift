// Names and keys are compared by the million, so it is done eight bytes at a time.
extension Span<UInt8> {
    /// Whether the two hold the same bytes.
    public func isSame(as other: Span<UInt8>) -> Bool {
        let count = count
        guard count == other.count else { return false }
        guard count >= 8 else { return sharedCount(with: other) == count }
        var offset = 0
        while count &- offset >= 32 {
            var difference = unsafe word(atUnchecked: offset) ^ other.word(atUnchecked: offset)
            difference |= unsafe word(atUnchecked: offset &+ 8) ^ other.word(atUnchecked: offset &+ 8)
            difference |= unsafe word(atUnchecked: offset &+ 16) ^ other.word(atUnchecked: offset &+ 16)
            difference |= unsafe word(atUnchecked: offset &+ 24) ^ other.word(atUnchecked: offset &+ 24)
            if difference != 0 { return false }
            offset &+= 32
        }
        while count &- offset >= 8 {
            if unsafe word(atUnchecked: offset) != other.word(atUnchecked: offset) { return false }
            offset &+= 8
        }
        // The last word overlaps the one before.
        return unsafe word(atUnchecked: count &- 8) == other.word(atUnchecked: count &- 8)
    }

    /// Below zero when these bytes come before the others, above when after, and zero when they are the same.
    public func compare(with other: Span<UInt8>) -> Int {
        let shared = sharedCount(with: other)
        guard shared < Swift.min(count, other.count) else { return count - other.count }
        return Int(self[shared]) - Int(other[shared])
    }

    /// The number of bytes that both begin with.
    public func sharedCount(with other: Span<UInt8>) -> Int {
        let limit = Swift.min(count, other.count)
        var offset = 0
        while limit &- offset >= 8 {
            let difference = unsafe word(atUnchecked: offset) ^ other.word(atUnchecked: offset)
            if difference != 0 { return offset &+ difference.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < limit, self[offset] == other[offset] { offset += 1 }
        return offset
    }

    /// The eight bytes from `offset` on, which must be there, the first in the lowest bits.
    public func word(at offset: Int) -> UInt64 {
        // Any bytes are a number, and the read is refused where they are not all there.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// As ``word(at:)``, where the caller has seen that the eight bytes are there.
    @unsafe public func word(atUnchecked offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// Whether these are the bytes of `text`: no two texts are the same here that Unicode calls equivalent.
    public func isSame(as text: String) -> Bool {
        isSame(as: text.utf8.span)
    }

    /// Whether they end in `suffix`.
    public func hasSuffix(_ suffix: StaticString) -> Bool {
        holds(suffix, at: count - suffix.utf8CodeUnitCount)
    }

    /// Whether `part` stands at `offset`.
    public func holds(_ part: StaticString, at offset: Int) -> Bool {
        guard offset >= 0, count - offset >= part.utf8CodeUnitCount else { return false }
        return part.withUTF8Buffer { wanted in
            extracting(offset..<offset + wanted.count).isSame(as: unsafe Span(_unsafeElements: wanted))
        }
    }

    /// Whether one of them is `byte`.
    public func holds(_ byte: UInt8) -> Bool {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let wanted = ones &* UInt64(byte)
        /// The highest bits of the bytes that are wanted; of others only where a lower one is.
        func marks(_ word: UInt64) -> UInt64 {
            let difference = word ^ wanted
            return (difference &- ones) & ~difference & highs
        }
        let count = count
        guard count >= 8 else {
            for offset in 0..<count where self[offset] == byte { return true }
            return false
        }
        var offset = 0
        while count &- offset > 8 {
            if unsafe marks(word(atUnchecked: offset)) != 0 { return true }
            offset &+= 8
        }
        // The last word may overlap the one before.
        return unsafe marks(word(atUnchecked: count &- 8)) != 0
    }

    /// Where the name begins in a key of something in the folder with this path, with the `/` at its end; `nil` where the
    /// key is of something else, or in a folder below.
    public func nameStart(in folder: Span<UInt8>) -> Int? {
        let start = folder.count
        guard count >= start, extracting(first: start).isSame(as: folder),
            !extracting(droppingFirst: start).holds(UInt8(ascii: "/"))
        else { return nil }
        return start
    }
}

extension ArraySlice<UInt8> {
    /// Whether the two hold the same bytes.
    public func isEqual(to other: ArraySlice<UInt8>) -> Bool {
        span.isSame(as: other.span)
    }

    /// Below zero when these bytes come before the others, above when after, and zero when they are the same.
    public func compare(with other: ArraySlice<UInt8>) -> Int {
        span.compare(with: other.span)
    }
}

extension Array<UInt8> {
    /// A copy of the bytes.
    public init(_ bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Appends the bytes. A slice or a text would be counted once more for it.
    public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
