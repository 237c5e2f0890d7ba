/// Takes decisions off the front of an input; what is used up goes on as zeros.
struct FuzzInput {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset >= bytes.count }

    mutating func byte() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Two bytes, the higher first.
    mutating func number() -> UInt16 {
        UInt16(byte()) << 8 | UInt16(byte())
    }

    /// A number below `bound`; 0 where there is none.
    mutating func number(below bound: Int) -> Int {
        bound <= 0 ? 0 : bound <= 256 ? Int(byte()) % bound : Int(number()) % bound
    }

    /// Up to `count` bytes.
    mutating func take(_ count: Int) -> [UInt8] {
        let end = min(bytes.count, offset + count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    mutating func rest() -> [UInt8] {
        take(bytes.count - offset)
    }
}
