/// A tar archive made by hand, block by block (POSIX ustar; pax and GNU extensions).
struct TarBytes {
    private(set) var bytes: [UInt8] = []

    /// What a header says; every field can lie.
    struct Header {
        var name: [UInt8]
        var type: Character = "0"
        var size: [UInt8]?
        var link: [UInt8] = []
        var modified = "00000000000"
        var magic = "ustar\u{0}00"
        var prefix: [UInt8] = []
    }

    /// Appends a member, its content filled up to a block.
    mutating func add(_ header: Header, _ content: [UInt8] = []) {
        bytes += Self.block(header, content.count) + Self.padded(content)
    }

    mutating func add(_ name: String, _ content: String = "") {
        add(Header(name: Array(name.utf8)), Array(content.utf8))
    }

    /// Appends a pax header for the member that follows.
    mutating func addPax(_ values: [(String, [UInt8])], type: Character = "x") {
        var body: [UInt8] = []
        for (key, value) in values {
            let rest = [UInt8(ascii: " ")] + Array(key.utf8) + [UInt8(ascii: "=")] + value + [UInt8(ascii: "\n")]
            var length = rest.count + 1
            while String(length).utf8.count + rest.count != length { length += 1 }
            body += Array(String(length).utf8) + rest
        }
        add(Header(name: Array("PaxHeader".utf8), type: type), body)
    }

    mutating func append(_ more: [UInt8]) {
        bytes += more
    }

    /// The archive with the two blocks of zeros that end it.
    var ended: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    static func padded(_ content: [UInt8]) -> [UInt8] {
        content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    static func block(_ header: Header, _ size: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ value: some Sequence<UInt8>, at offset: Int, limit: Int) {
            for (index, byte) in value.prefix(limit).enumerated() { block[offset + index] = byte }
        }
        put(header.name, at: 0, limit: 100)
        put("0000644".utf8, at: 100, limit: 8)
        put("0000000".utf8, at: 108, limit: 8)
        put("0000000".utf8, at: 116, limit: 8)
        let octal = String(size, radix: 8)
        let text = String(repeating: "0", count: 11 - octal.count) + octal
        put(header.size ?? Array(text.utf8), at: 124, limit: 12)
        put(header.modified.utf8, at: 136, limit: 12)
        put(String(header.type).utf8, at: 156, limit: 1)
        put(header.link, at: 157, limit: 100)
        put(header.magic.utf8, at: 257, limit: 8)
        put(header.prefix, at: 345, limit: 155)
        put("        ".utf8, at: 148, limit: 8)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put((String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ").utf8, at: 148, limit: 8)
        return block
    }
}
