/// Hexadecimal, RFC 4648, section 8.
package enum Hex {
    /// The bytes that `text` stands for, in either case; `nil` when a character is not a hex digit or the count is odd.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let text = String(text)
        return decode(text.utf8.span)
    }

    /// The bytes that the ASCII of `text` stands for; `nil` when a byte is not a hex digit or the count is odd.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard isHex(text) else { return nil }
        // All threads share the array without elements, into which the initializer would write how many there are.
        if text.isEmpty { return [] }
        return unsafe text.withUnsafeBufferPointer { text in
            unsafe [UInt8](unsafeUninitializedCapacity: text.count / 2) { bytes, count in
                count = text.count / 2
                for index in 0..<count {
                    unsafe bytes[index] = value(of: text[2 * index]) << 4 | value(of: text[2 * index + 1])
                }
            }
        }
    }

    /// Whether `text` is the hex of any bytes, none included.
    static func isHex(_ text: Span<UInt8>) -> Bool {
        var areDigits: UInt8 = 0xff
        for index in text.indices { areDigits &= digitMask(text[index]) }
        return areDigits & 0x80 != 0 && text.count.isMultiple(of: 2)
    }

    /// Lower-case hex.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        append(bytes.span, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the lower-case hex of `bytes`.
    static func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        for index in bytes.indices {
            text.append(digit(bytes[index] >> 4))
            text.append(digit(bytes[index] & 15))
        }
    }

    /// `text`, which is hex, in lower case.
    static func lowercased(_ text: Span<UInt8>) -> String {
        var lowered: [UInt8] = []
        lowered.reserveCapacity(text.count)
        // Decimal digits have that bit already.
        for index in text.indices { lowered.append(text[index] | 0x20) }
        return String(decoding: lowered, as: UTF8.self)
    }

    static func isDigit(_ character: UInt8) -> Bool {
        digitMask(character) & 0x80 != 0
    }

    /// A byte whose highest bit says whether `character` is a hex digit; the other bits say nothing.
    ///
    /// Branch-free, so that it vectorises: digits and letters come in no order. Of two numbers below 128 the first is
    /// less where the difference, and not it, has the highest bit.
    private static func digitMask(_ character: UInt8) -> UInt8 {
        let decimal = character &- UInt8(ascii: "0")
        let letter = (character | 0x20) &- UInt8(ascii: "a")
        return (decimal &- 10) & ~decimal | (letter &- 6) & ~letter
    }

    /// What a hex digit stands for: letters have bit 6, and end in the bits 1 to 6.
    static func value(of digit: UInt8) -> UInt8 {
        (digit & 15) &+ 9 &* (digit >> 6)
    }

    /// What 16 digits from `offset` on stand for; `nil` when one of them is not a digit.
    static func word(of text: Span<UInt8>, at offset: Int) -> UInt64? {
        guard let high = half(text.word(at: offset)), let low = half(text.word(at: offset + 8)) else { return nil }
        return high << 32 | low
    }

    /// What eight digits stand for, the first in the lowest bits.
    private static func half(_ digits: UInt64) -> UInt64? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Each byte by itself: what it would be worth as a digit, and the digit in lower case that is worth as much.
        let letters = digits >> 6 & ones
        var values = digits & (ones * 15) &+ letters &* 9
        let areLetters = (values &+ ones * (128 - 10)) >> 7 & ones
        guard values & (ones * 0xf0) == 0, values &+ ones * 0x30 &+ areLetters &* 0x27 == digits | letters << 5 else {
            return nil
        }
        values = values.byteSwapped
        values = (values | values >> 4) & 0x00ff_00ff_00ff_00ff
        values = (values | values >> 8) & 0x0000_ffff_0000_ffff
        return (values | values >> 16) & 0xffff_ffff
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value &+ (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}

/// Base64 with padding, RFC 4648, section 4.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The bytes that `text` stands for; `nil` unless it is canonical: padded, no other character, no stray bits.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else { return nil }
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in characters.dropLast(padding) {
            guard let value = value(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
                bits &= (1 << bitCount) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    /// Padded Base64.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for index in 0..<3 { bits = bits << 8 | (index < group.count ? UInt32(group[start + index]) : 0) }
            for index in 0..<4 {
                let isPadding = index > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
