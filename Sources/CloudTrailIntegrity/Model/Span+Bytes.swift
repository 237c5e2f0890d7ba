#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

extension Span<UInt8> {
    /// Whether the two hold the same bytes.
    func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        // The system's function is faster where it pays to call it.
        guard count >= 32 else { return sharedCount(with: other) == count }
        return unsafe withUnsafeBytes { own in
            unsafe other.withUnsafeBytes { other in
                guard let own = own.baseAddress, let otherStart = other.baseAddress else { return true }
                return unsafe memcmp(own, otherStart, other.count) == 0
            }
        }
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

extension Array<UInt8> {
    /// A copy of the bytes.
    init(_ bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
