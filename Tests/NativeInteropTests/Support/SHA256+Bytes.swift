import NativeInterop

extension SHA256 {
    /// The SHA-256 of `bytes`.
    static func of(_ bytes: [UInt8]) throws(NativeError) -> SHA256Words {
        try of(bytes.span)
    }
}

extension SHA256Words {
    /// The value with these 32 bytes; `nil` for any other number.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        func word(_ index: Int) -> UInt64 { bytes[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(word(0), word(1), word(2), word(3))
    }

    /// The 32 bytes, in the order of the standard.
    var bytes: [UInt8] {
        [first, second, third, fourth].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }
}
