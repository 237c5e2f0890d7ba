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
        let common =
            Self.two(member.flags) + Self.two(member.method) + Self.two(0) + Self.two(0x21) + Self.four(sum)
            + Self.four(UInt32(member.content.count)) + Self.four(UInt32(member.content.count))
        bytes += [0x50, 0x4b, 3, 4] + Self.two(20) + common + Self.two(UInt16(member.name.count)) + Self.two(0)
        bytes += member.name + member.content
        guard member.isListed else { return }
        list(member, common, offset)
    }

    /// Lists the member that begins at `offset`.
    private mutating func list(_ member: Member, _ common: [UInt8], _ offset: Int) {
        let name = member.listedName ?? member.name
        directory += [0x50, 0x4b, 1, 2] + [20, 3] + Self.two(20) + common + Self.two(UInt16(name.count))
        directory += Self.two(0) + Self.two(0) + Self.two(0) + Self.two(0) + Self.four(member.attributes)
        directory += Self.four(UInt32(offset)) + name
        count += 1
    }

    /// Lists the first member once more, by another name.
    mutating func listFirstAgain(_ name: String) {
        var member = Member(name)
        member.listedName = Array(name.utf8)
        list(member, Array(bytes[6..<26]), 0)
    }

    func ended(claiming claimed: Int? = nil) -> [UInt8] {
        let number = Self.two(UInt16(claimed ?? count))
        return bytes + directory + [0x50, 0x4b, 5, 6] + Self.two(0) + Self.two(0) + number + number
            + Self.four(UInt32(directory.count)) + Self.four(UInt32(bytes.count)) + Self.two(0)
    }

    static func sample() -> [UInt8] {
        var zip = ZipBytes()
        for number in 0..<4 { zip.add(Member("folder/file\(number)", String(repeating: "x", count: number * 100))) }
        return zip.ended()
    }

    private static func two(_ value: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
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
