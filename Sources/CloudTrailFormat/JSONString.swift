/// The grammar of a JSON string (RFC 8259, section 7).
enum JSONString {
    /// Reads the string whose first byte after the quotation mark is at `start`.
    static func read(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> JSONReader.Text {
        var end = start
        var shortening = 0
        var isASCII = true
        while true {
            end = endOfPlainRun(bytes, from: end, &isASCII)
            guard end < bytes.count else { throw JSONError(reason: .unexpectedEnd, offset: end) }
            switch bytes[end] {
            case UInt8(ascii: "\""):
                guard isASCII || isUTF8(bytes.extracting(start..<end)) else {
                    throw JSONError(reason: .invalidString, offset: start)
                }
                return JSONReader.Text(start: start, end: end, count: end - start - shortening)
            case UInt8(ascii: "\\"):
                let escape = end
                let scalar = try readEscape(bytes, at: &end)
                shortening += end - escape - scalar.utf8.count
            default:
                throw JSONError(reason: .invalidString, offset: end)
            }
        }
    }

    /// Where bytes that stand for themselves end: at a quotation mark, a backslash, a control character,
    /// or the end of the text.
    private static func endOfPlainRun(_ bytes: Span<UInt8>, from start: Int, _ isASCII: inout Bool) -> Int {
        var offset = start
        while bytes.count &- offset >= 8 {
            let word = unsafe bytes.word(atUnchecked: offset)
            // Most words are ASCII without an end: one test for both, which says nothing of where.
            let quotation = (word ^ ones * 0x22) &- ones
            let backslash = (word ^ ones * 0x5c) &- ones
            let marks = word | (word &- ones * 0x20) | quotation | backslash
            if marks & highBits == 0 {
                offset &+= 8
                continue
            }
            let ends =
                highBits & (zeros(word ^ (ones * 0x22)) | zeros(word ^ (ones * 0x5c)) | (word &- ones * 0x20) & ~word)
            if ends != 0 {
                // The lowest is exact: only what is above a byte that ends the run can be flagged for nothing.
                let count = ends.trailingZeroBitCount / 8
                if word & highBits & ~(~0 << UInt64(8 * count)) != 0 { isASCII = false }
                return offset + count
            }
            if word & highBits != 0 { isASCII = false }
            offset += 8
        }
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            if byte >= 0x80 { isASCII = false }
            offset += 1
        }
        return offset
    }

    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    /// Has the highest bit of each byte that is zero in `word`, up to the first.
    private static func zeros(_ word: UInt64) -> UInt64 {
        (word &- ones) & ~word
    }

    private static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        (try? UTF8Span(validating: bytes)) != nil
    }

    /// Reads the escape at `offset`, which is a backslash's, and puts `offset` behind it.
    static func readEscape(_ bytes: Span<UInt8>, at offset: inout Int) throws(JSONError) -> Unicode.Scalar {
        offset += 1
        guard offset < bytes.count else { throw JSONError(reason: .unexpectedEnd, offset: offset) }
        let byte = bytes[offset]
        let scalar: Unicode.Scalar
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalar = Unicode.Scalar(byte)
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{c}"
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "t"): scalar = "\t"
        case UInt8(ascii: "u"):
            offset += 1
            return try readUnicodeEscape(bytes, at: &offset)
        default:
            throw JSONError(reason: .invalidString, offset: offset)
        }
        offset += 1
        return scalar
    }

    private static func readUnicodeEscape(
        _ bytes: Span<UInt8>,
        at offset: inout Int
    ) throws(JSONError) -> Unicode.Scalar {
        var value = try readFourHexDigits(bytes, at: &offset)
        if (0xd800..<0xdc00).contains(value) {
            guard bytes.count - offset >= 2, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
            else { throw JSONError(reason: .invalidString, offset: offset) }
            offset += 2
            let low = try readFourHexDigits(bytes, at: &offset)
            guard (0xdc00..<0xe000).contains(low) else { throw JSONError(reason: .invalidString, offset: offset) }
            value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw JSONError(reason: .invalidString, offset: offset) }
        return scalar
    }

    private static func readFourHexDigits(_ bytes: Span<UInt8>, at offset: inout Int) throws(JSONError) -> UInt32 {
        guard bytes.count - offset >= 4 else { throw JSONError(reason: .unexpectedEnd, offset: offset) }
        var value: UInt32 = 0
        for index in offset..<offset + 4 {
            guard Hex.isDigit(bytes[index]) else { throw JSONError(reason: .invalidString, offset: offset) }
            value = value << 4 | UInt32(Hex.value(of: bytes[index]))
        }
        offset += 4
        return value
    }
}
