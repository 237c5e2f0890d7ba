internal import CloudTrailFormat

/// How a digest file's JSON is written, beside what it says: white space and escapes.
struct ContentForm {
    private(set) var spaces: [String: Int] = [:]
    private(set) var escapes: [String: Int] = [:]

    /// Looks through the bytes of a JSON text; what is not JSON is counted as if it were.
    init(of bytes: [UInt8]) {
        var offset = 0
        var last: UInt8?
        while offset < bytes.count {
            let byte = bytes[offset]
            if Self.isSpace(byte) {
                let start = offset
                while offset < bytes.count, Self.isSpace(bytes[offset]) { offset += 1 }
                let name = Self.name(ofSpace: bytes[start..<offset], after: last, isEnd: offset == bytes.count)
                spaces[name, default: 0] += 1
                continue
            }
            last = byte
            offset += 1
            if byte == UInt8(ascii: "\"") { readString(bytes, &offset) }
        }
    }

    private mutating func readString(_ bytes: [UInt8], _ offset: inout Int) {
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"):
                guard offset < bytes.count else { return }
                escapes[Self.name(ofEscape: bytes[offset...].prefix(5)), default: 0] += 1
                offset += 1
            case UInt8(ascii: "/"): escapes["/ as it is", default: 0] += 1
            case 0x80...: escapes["bytes that are not ASCII", default: 0] += 1
            default: break
            }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }

    private static func name(ofSpace space: ArraySlice<UInt8>, after last: UInt8?, isEnd: Bool) -> String {
        let kinds = [(0x20, "blanks"), (0x09, "tabs"), (0x0a, "line feeds"), (0x0d, "carriage returns")]
            .filter { space.contains(UInt8($0.0)) }.map(\.1).joined(separator: ", ")
        guard let last else { return "\(kinds) at the beginning" }
        if isEnd { return "\(kinds) at the end" }
        switch last {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ","), UInt8(ascii: ":"):
            return "\(kinds) after \(Character(Unicode.Scalar(last)))"
        default: return "\(kinds) after a value or a name"
        }
    }

    /// - Parameter rest: What follows the backslash.
    private static func name(ofEscape rest: ArraySlice<UInt8>) -> String {
        guard let first = rest.first, #""\/bfnrtu"#.utf8.contains(first) else {
            return "a backslash before anything else"
        }
        guard first == UInt8(ascii: "u") else { return "\\\(Character(Unicode.Scalar(first)))" }
        let digits = rest.dropFirst()
        let letterCase =
            switch (digits.contains(where: \.isLowerCase), digits.contains(where: \.isUpperCase)) {
            case (true, true): "hex digits in mixed case"
            case (true, false): "lower-case hex digits"
            case (false, true): "upper-case hex digits"
            case (false, false): "digits alone"
            }
        return (digits.starts(with: "00".utf8) ? "\\u00XX" : "\\uXXXX") + ", \(letterCase)"
    }
}
