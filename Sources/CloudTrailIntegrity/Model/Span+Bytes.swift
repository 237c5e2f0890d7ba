#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

// Names and keys are compared by the million; the system's functions do it many bytes at a time.
extension Span<UInt8> {
    /// Whether the two hold the same bytes.
    func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        // The system's function is faster where it pays to call it.
        guard count >= 32 else { return sharedCount(with: other) == count }
        return compare(with: other) == 0
    }

    /// Below zero when these bytes come before the others, above when after, and zero when they are the same.
    func compare(with other: Span<UInt8>) -> Int {
        let common = Swift.min(count, other.count)
        let order = unsafe withUnsafeBytes { own in
            unsafe other.withUnsafeBytes { other in
                guard common > 0, let own = own.baseAddress, let other = other.baseAddress else { return CInt(0) }
                return unsafe own == other ? 0 : memcmp(own, other, common)
            }
        }
        return order == 0 ? count - other.count : Int(order)
    }

    /// The number of bytes that both begin with.
    func sharedCount(with other: Span<UInt8>) -> Int {
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
    func word(at offset: Int) -> UInt64 {
        // Any bytes are a number, and the read is refused where they are not all there.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// As ``word(at:)``, where the caller has seen that the eight bytes are there.
    @unsafe func word(atUnchecked offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// Whether these are the bytes of `text`: no two texts are the same here that Unicode calls equivalent.
    func isSame(as text: String) -> Bool {
        isSame(as: text.utf8.span)
    }

    /// Whether they end in `suffix`.
    func hasSuffix(_ suffix: StaticString) -> Bool {
        holds(suffix, at: count - suffix.utf8CodeUnitCount)
    }

    /// Whether `part` stands at `offset`.
    func holds(_ part: StaticString, at offset: Int) -> Bool {
        guard offset >= 0, count - offset >= part.utf8CodeUnitCount else { return false }
        return part.withUTF8Buffer { wanted in
            unsafe withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress, let wantedStart = wanted.baseAddress else { return wanted.isEmpty }
                return unsafe memcmp(start + offset, wantedStart, wanted.count) == 0
            }
        }
    }

    /// Whether one of them is `byte`.
    func holds(_ byte: UInt8) -> Bool {
        unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memchr(start, CInt(byte), bytes.count) != nil
        }
    }

    /// Where the name begins in a key of something in the folder with this path, with the `/` at its end; `nil` where the
    /// key is of something else, or in a folder below.
    func nameStart(in folder: Span<UInt8>) -> Int? {
        let start = folder.count
        guard count >= start, extracting(first: start).isSame(as: folder),
            !extracting(droppingFirst: start).holds(UInt8(ascii: "/"))
        else { return nil }
        return start
    }
}

extension ArraySlice<UInt8> {
    /// Whether the two hold the same bytes.
    package func isEqual(to other: ArraySlice<UInt8>) -> Bool {
        span.isSame(as: other.span)
    }

    /// Below zero when these bytes come before the others, above when after, and zero when they are the same.
    package func compare(with other: ArraySlice<UInt8>) -> Int {
        span.compare(with: other.span)
    }
}

extension Array<UInt8> {
    /// A copy of the bytes.
    init(_ bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Appends the bytes. A slice or a text would be counted once more for it.
    mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
