/// A zip archive made by hand, record by record (PKWARE's APPNOTE, 4.3).
struct ZipBytes {
    struct Member {
        var name: [UInt8]
        var content: [UInt8]
        var flags: UInt16 = 0
        var method: UInt16 = 0
        var crc: UInt32?
        var attributes: UInt32 = 0o100644 << 16
        /// What the central directory calls it, where that is another name.
        var listedName: [UInt8]?
        /// How long the central directory says that it is, where that is another length.
        var listedSize: Int?
        /// How it is compressed by the central directory, where that is another way.
        var listedMethod: UInt16?
        /// The extra fields of its header, and of its record in the directory.
        var extra: [UInt8] = []
        var listedExtra: [UInt8] = []
        var isListed = true

        init(_ name: String, _ content: String = "") {
            self.name = Array(name.utf8)
            self.content = Array(content.utf8)
        }
    }

    private(set) var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    mutating func add(_ member: Member) {
        let offset = bytes.count
        let sum = member.crc ?? Self.crc(member.content)
        func common(_ method: UInt16, _ size: Int, isKnown: Bool = true) -> [UInt8] {
            Self.two(member.flags) + Self.two(method) + Self.two(0) + Self.two(0x21) + Self.four(isKnown ? sum : 0)
                + Self.four(isKnown ? UInt32(size) : 0) + Self.four(isKnown ? UInt32(size) : 0)
        }
        // With this flag, sum and sizes stand behind the content.
        let isStreamed = member.flags & 8 != 0
        bytes += [0x50, 0x4b, 3, 4] + Self.two(20) + common(member.method, member.content.count, isKnown: !isStreamed)
        bytes += Self.two(UInt16(member.name.count)) + Self.two(UInt16(member.extra.count))
        bytes += member.name + member.extra + member.content
        if isStreamed {
            let size = Self.four(UInt32(member.content.count))
            bytes += [0x50, 0x4b, 7, 8] + Self.four(sum) + size + size
        }
        guard member.isListed else { return }
        list(member, common(member.listedMethod ?? member.method, member.listedSize ?? member.content.count), offset)
    }

    /// Lists the member that begins at `offset`.
    private mutating func list(_ member: Member, _ common: [UInt8], _ offset: Int) {
        let name = member.listedName ?? member.name
        directory += [0x50, 0x4b, 1, 2] + [20, 3] + Self.two(20) + common + Self.two(UInt16(name.count))
        directory += Self.two(UInt16(member.listedExtra.count)) + Self.two(0) + Self.two(0) + Self.two(0)
        directory += Self.four(member.attributes) + Self.four(UInt32(offset)) + name + member.listedExtra
        count += 1
    }

    /// Lists the first member once more, by another name.
    mutating func listFirstAgain(_ name: String) {
        var member = Member(name)
        member.listedName = Array(name.utf8)
        list(member, Array(bytes[6..<26]), 0)
    }

    /// The archive with its directory and its end.
    ///
    /// - Parameters:
    ///   - claimed: How many members the end says there are.
    ///   - gap: What stands between the directory and its end.
    ///   - comment: What stands behind the end.
    func ended(claiming claimed: Int? = nil, gap: [UInt8] = [], comment: [UInt8] = []) -> [UInt8] {
        bytes + directory + gap + end(claiming: claimed, comment: comment)
    }

    /// The record of the end.
    ///
    /// - Parameters:
    ///   - is64: Whether a ZIP64 record tells what this one leaves out.
    ///   - commentBytes: The length of the comment that it tells, where that is another length.
    func end(
        claiming claimed: Int? = nil,
        is64: Bool = false,
        comment: [UInt8] = [],
        commentBytes: Int? = nil
    ) -> [UInt8] {
        let number = Self.two(is64 ? .max : UInt16(claimed ?? count))
        let size = Self.four(is64 ? .max : UInt32(directory.count))
        let offset = Self.four(is64 ? .max : UInt32(bytes.count))
        return [0x50, 0x4b, 5, 6] + Self.two(0) + Self.two(0) + number + number + size + offset
            + Self.two(UInt16(commentBytes ?? comment.count)) + comment
    }

    /// The archive with a ZIP64 record of its end.
    ///
    /// - Parameters:
    ///   - is64: Whether the other record leaves everything to that one.
    ///   - shift: How far from its place the directory is said to be.
    func ended64(is64: Bool = true, shift: Int = 0, gap: [UInt8] = []) -> [UInt8] {
        let number = Self.eight(count)
        let record =
            [0x50, 0x4b, 6, 6] + Self.eight(44) + Self.two(45) + Self.two(45) + Self.four(0) + Self.four(0) + number
            + number + Self.eight(directory.count) + Self.eight(bytes.count + shift)
        let locator =
            [0x50, 0x4b, 6, 7] + Self.four(0) + Self.eight(bytes.count + directory.count + gap.count) + Self.four(1)
        return bytes + directory + gap + record + locator + end(is64: is64)
    }

    /// The field in which Info-ZIP keeps a name in UTF-8.
    static func unicodePath(_ name: String, for other: [UInt8]) -> [UInt8] {
        two(0x7075) + two(UInt16(name.utf8.count + 5)) + [1] + four(crc(other)) + Array(name.utf8)
    }

    static func sample() -> [UInt8] {
        var zip = ZipBytes()
        for number in 0..<4 { zip.add(Member("folder/file\(number)", String(repeating: "x", count: number * 100))) }
        return zip.ended()
    }

    private static func two(_ value: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }

    private static func eight(_ value: Int) -> [UInt8] {
        four(UInt32(truncatingIfNeeded: value)) + four(UInt32(truncatingIfNeeded: value >> 32))
    }

    private static func four(_ value: UInt32) -> [UInt8] {
        two(UInt16(truncatingIfNeeded: value)) + two(UInt16(truncatingIfNeeded: value >> 16))
    }

    /// CRC-32 as zip has it.
    static func crc(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xffff_ffff
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
