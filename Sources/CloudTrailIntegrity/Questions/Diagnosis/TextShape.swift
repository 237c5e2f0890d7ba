internal import CloudTrailFormat

/// What a text looks like, without anything of it.
enum TextShape {
    /// The names of algorithms that are written as they are.
    private static let algorithms: Set<String> = [
        "SHA256withRSA", "SHA384withRSA", "SHA512withRSA", "SHA1withRSA", "SHA256withRSAandMGF1", "SHA256withECDSA",
        "SHA384withECDSA", "SHA-256", "SHA-384", "SHA-512", "SHA-1", "MD5",
    ]

    /// The fewest digits of a text that is called hex.
    private static let fewestHexDigits = 24
    /// The largest length that is written.
    private static let longest = 4096

    /// The name of an algorithm, where it is a known one.
    static func algorithm(_ name: String?) -> String {
        guard let name else { return "none" }
        return algorithms.contains(name) ? name : "other"
    }

    /// The shape of a text.
    static func of(_ text: [UInt8]) -> String {
        if text.isEmpty { return "empty" }
        if text.count <= 32 {
            let text = String(decoding: text, as: UTF8.self)
            if algorithms.contains(text) { return text }
        }
        if let hex = hex(text) { return hex }
        if text.allSatisfy(\.isDecimalDigit) { return count(text.count, "digits") }
        if Timestamp(utf8: text.span) != nil { return time(text) }
        if text.contains(where: { $0 < 0x20 || $0 == 0x7f }) { return "text with control characters" }
        if text.contains(where: { $0 > 0x7f }) { return "text with other characters than ASCII" }
        if text.contains(UInt8(ascii: "/")) { return "ASCII with slashes" }
        if text.contains(UInt8(ascii: " ")) { return "ASCII with blanks" }
        let isBucketName = text.allSatisfy { byte in
            byte.isDecimalDigit || byte.isLowerCase || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        }
        return isBucketName ? "lower-case letters, digits, dots and dashes" : "printable ASCII"
    }

    private static func count(_ count: Int, _ what: String) -> String {
        count > longest ? "more than \(longest) \(what)" : "\(count) \(what)"
    }

    private static func hex(_ text: [UInt8]) -> String? {
        guard text.count >= fewestHexDigits, text.allSatisfy(\.isHexDigit) else { return nil }
        let letterCase =
            switch (text.contains(where: \.isLowerCase), text.contains(where: \.isUpperCase)) {
            case (true, true): "mixed case"
            case (true, false): "lower case"
            case (false, true): "upper case"
            case (false, false): "no letters"
            }
        return "hex of \(count(text.count, "digits")), \(letterCase)"
    }

    private static func time(_ text: [UInt8]) -> String {
        let fraction = text.contains(UInt8(ascii: ".")) ? "a fraction and " : ""
        return "time with \(fraction)\(text.last == UInt8(ascii: "Z") ? "Z" : "an offset")"
    }
}
