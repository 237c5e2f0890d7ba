import NativeInterop

/// gzip members made by hand (RFC 1952), sharing no code with zlib unless they say so.
enum Gzip {
    /// The header of a member with the optional fields that are not `nil`.
    static func header(
        extra: [UInt8]? = nil,
        name: String? = nil,
        comment: String? = nil,
        checksum: Bool = false
    ) -> [UInt8] {
        var flags: UInt8 = 0
        if checksum { flags |= 2 }
        if extra != nil { flags |= 4 }
        if name != nil { flags |= 8 }
        if comment != nil { flags |= 16 }
        // MTIME is set, XFL is 0, OS is 255, unknown.
        var bytes: [UInt8] = [0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 255]
        if let extra { bytes += littleEndian(UInt32(extra.count)).prefix(2) + extra }
        if let name { bytes += Array(name.utf8) + [0] }
        if let comment { bytes += Array(comment.utf8) + [0] }
        if checksum { bytes += littleEndian(crc32(bytes)).prefix(2) }
        return bytes
    }

    /// `content` as stored blocks of RFC 1951, 3.2.4.
    static func stored(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var start = 0
        repeat {
            let count = min(content.count - start, 65535)
            let isLast = start + count == content.count
            let length = littleEndian(UInt32(count)).prefix(2)
            bytes += [isLast ? 1 : 0] + length + length.map { ~$0 }
            bytes += content[start..<start + count]
            start += count
        } while start < content.count
        return bytes
    }

    /// CRC-32 and length of `content`.
    static func trailer(_ content: [UInt8]) -> [UInt8] {
        littleEndian(crc32(content)) + littleEndian(UInt32(content.count))
    }

    /// A member of stored blocks: 18 bytes and 5 for every 65,535 of content more than its content.
    static func storedMember(_ content: [UInt8], header: [UInt8] = Gzip.header()) -> [UInt8] {
        header + stored(content) + trailer(content)
    }

    /// A member of stored blocks that is exactly `count` bytes long, and its content.
    static func storedMember(count: Int, seed: UInt64) throws -> (member: [UInt8], content: [UInt8]) {
        var generator = SeededGenerator(seed: seed)
        // One stored block more than needed is never there: find the content for which the sizes meet.
        var size = count - 23
        while size >= 0 {
            let blocks = max(1, (size + 65534) / 65535)
            if 18 + 5 * blocks + size == count { break }
            size -= 1
        }
        let content = generator.bytes(size)
        return (storedMember(content), content)
    }

    /// A member as zlib compresses it.
    static func deflated(_ content: [UInt8], level: Int = 6) throws -> [UInt8] {
        var deflater = try GzipDeflater(level: level)
        return try deflater.compress(content)
    }

    static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }

    /// The CRC-32 of RFC 1952, 8.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
}
