/// Text in files that people make: shells and editors put a byte order mark before it, or write UTF-16.
package enum InputText {
    /// The text in UTF-8, without a byte order mark. What begins with one of UTF-16, as Windows PowerShell's `>` writes
    /// it, is converted; anything else is left as it is (I11).
    ///
    /// Halves of a pair that are alone, and a last odd byte, become U+FFFD, which no JSON text holds outside a string.
    package static func utf8(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: mark) { return Array(bytes[mark.count...]) }
        if bytes.starts(with: [0xff, 0xfe]) { return converted(bytes[2...], first: 0, second: 8) }
        if bytes.starts(with: [0xfe, 0xff]) { return converted(bytes[2...], first: 8, second: 0) }
        return bytes
    }

    /// UTF-8 without any byte order mark, which files that were joined have in their middle.
    package static func withoutMarks(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(mark[0]) else { return text }
        var rest = text[...]
        var kept: [UInt8] = []
        kept.reserveCapacity(text.count)
        while let byte = rest.first {
            let isMark = byte == mark[0] && rest.starts(with: mark)
            if !isMark { kept.append(byte) }
            rest = rest.dropFirst(isMark ? mark.count : 1)
        }
        return kept
    }

    /// The byte order mark of UTF-8.
    package static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// - Parameters:
    ///   - first: By how many bits the first byte of a unit is shifted.
    ///   - second: Likewise.
    private static func converted(_ bytes: ArraySlice<UInt8>, first: UInt16, second: UInt16) -> [UInt8] {
        let pairs = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).lazy
        let units = pairs.map { UInt16(bytes[$0]) << first | UInt16(bytes[$0 + 1]) << second }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        _ = transcode(units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: false) { text.append($0) }
        return text + (bytes.count.isMultiple(of: 2) ? [] : Array("\u{fffd}".utf8))
    }
}
