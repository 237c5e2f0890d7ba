/// Why a text is not the JSON that was expected, and where.
package struct JSONError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The text ends inside a value.
        case unexpectedEnd
        /// A byte that the grammar (RFC 8259) does not allow there.
        case unexpectedByte
        /// An escape that does not exist, a lone surrogate, a raw control character, or bytes that are not UTF-8.
        case invalidString
        /// A number outside the grammar.
        case invalidNumber
        /// The same name twice in one object, which readers resolve differently.
        case duplicateName(String)
        /// Something follows the value.
        case trailingBytes
        /// Nested deeper than the limit.
        case tooDeep
        /// More names in one object than the limit.
        case tooManyNames
    }

    package let reason: Reason
    /// The offset of the byte it was noticed at.
    package let offset: Int

    package var description: String {
        switch reason {
        case .unexpectedEnd: "the JSON text ends inside a value (byte \(offset))"
        case .unexpectedByte: "not JSON at byte \(offset)"
        case .invalidString: "a string is broken at byte \(offset)"
        case .invalidNumber: "a number is broken at byte \(offset)"
        case .duplicateName(let name): "the name \"\(shortened(name))\" appears twice in one object (byte \(offset))"
        case .trailingBytes: "something follows the JSON text at byte \(offset)"
        case .tooDeep: "nested too deep at byte \(offset)"
        case .tooManyNames: "more than \(JSONReader.maximumNames) names in one object at byte \(offset)"
        }
    }
}

/// A strict pull reader for JSON (RFC 8259) over untrusted bytes.
///
/// It builds no tree: the caller asks for what it expects. Depth is bounded, duplicate names are refused, and nothing
/// outside the grammar is accepted.
package struct JSONReader {
    /// What the next value is.
    package enum Kind: Hashable, Sendable {
        case object, array, string, number, bool, null
    }

    /// The most names that one object may have; a digest file's has 16.
    package static let maximumNames = 4096

    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var offset = 0
    private var depth = 0

    package init(_ bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    // MARK: Structure

    /// The kind of the next value, judged by its first byte.
    package mutating func kind() throws(JSONError) -> Kind {
        skipSpace()
        guard offset < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw error(.unexpectedByte)
        }
    }

    /// Whether nothing but white space is left.
    package mutating func isAtEnd() -> Bool {
        skipSpace()
        return offset == bytes.count
    }

    /// Throws unless nothing but white space is left.
    package mutating func expectEnd() throws(JSONError) {
        guard isAtEnd() else { throw error(.trailingBytes) }
    }

    /// Reads an object; `member` is called with each name and must read its value.
    package mutating func readObject<Failure: Error>(
        _ member: (inout JSONReader, String) throws(Failure) -> Void,
        failure: (JSONError) -> Failure
    ) throws(Failure) {
        do throws(JSONError) { try enter(UInt8(ascii: "{")) } catch { throw failure(error) }
        var names = NameSet()
        var isFirst = true
        while true {
            let name: String?
            do throws(JSONError) {
                name = try nextName(isFirst, &names)
            } catch {
                throw failure(error)
            }
            guard let name else { break }
            isFirst = false
            try member(&self, name)
        }
        depth -= 1
    }

    /// Reads an array; `element` is called before each element and must read it.
    package mutating func readArray<Failure: Error>(
        _ element: (inout JSONReader) throws(Failure) -> Void,
        failure: (JSONError) -> Failure
    ) throws(Failure) {
        do throws(JSONError) { try enter(UInt8(ascii: "[")) } catch { throw failure(error) }
        var isFirst = true
        while true {
            let more: Bool
            do throws(JSONError) {
                more = try nextElement(isFirst)
            } catch {
                throw failure(error)
            }
            guard more else { break }
            isFirst = false
            try element(&self)
        }
        depth -= 1
    }

    /// Reads an object whose members fail with ``JSONError`` alone.
    package mutating func readObject(
        _ member: (inout JSONReader, String) throws(JSONError) -> Void
    ) throws(JSONError) {
        try readObject(member, failure: { $0 })
    }

    /// Reads an array whose elements fail with ``JSONError`` alone.
    package mutating func readArray(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try readArray(element, failure: { $0 })
    }

    private mutating func enter(_ opening: UInt8) throws(JSONError) {
        skipSpace()
        try expect(opening)
        depth += 1
        if depth > maximumDepth { throw error(.tooDeep) }
    }

    /// The next name and its colon, or `nil` after the closing brace.
    private mutating func nextName(_ isFirst: Bool, _ names: inout NameSet) throws(JSONError) -> String? {
        guard try nextItem(isFirst, closing: UInt8(ascii: "}")) else { return nil }
        let start = offset
        let name = try readString()
        guard names.insert(name) else { throw JSONError(reason: .duplicateName(name), offset: start) }
        guard names.count <= Self.maximumNames else { throw JSONError(reason: .tooManyNames, offset: start) }
        skipSpace()
        try expect(UInt8(ascii: ":"))
        return name
    }

    private mutating func nextElement(_ isFirst: Bool) throws(JSONError) -> Bool {
        try nextItem(isFirst, closing: UInt8(ascii: "]"))
    }

    private mutating func nextItem(_ isFirst: Bool, closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard offset < bytes.count else { throw error(.unexpectedEnd) }
        if bytes[offset] == closing {
            offset += 1
            return false
        }
        if !isFirst {
            try expect(UInt8(ascii: ","))
            skipSpace()
        }
        return true
    }

    // MARK: Values

    /// Reads a string.
    package mutating func readString() throws(JSONError) -> String {
        skipSpace()
        try expect(UInt8(ascii: "\""))
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                let text = try text(bytes[start..<offset], at: start)
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                return try readEscapedString(from: start)
            case 0..<0x20:
                throw error(.invalidString)
            default:
                offset += 1
            }
        }
        throw error(.unexpectedEnd)
    }

    /// The rest of a string that holds an escape; `start` is its first byte.
    private mutating func readEscapedString(from start: Int) throws(JSONError) -> String {
        var content = Array(bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                return try text(content[...], at: start)
            case UInt8(ascii: "\\"):
                try readEscape(into: &content)
            case 0..<0x20:
                offset -= 1
                throw error(.invalidString)
            default:
                content.append(byte)
            }
        }
        throw error(.unexpectedEnd)
    }

    private mutating func readEscape(into content: inout [UInt8]) throws(JSONError) {
        guard offset < bytes.count else { throw error(.unexpectedEnd) }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content.append(contentsOf: try readUnicodeEscape())
        default:
            offset -= 1
            throw error(.invalidString)
        }
    }

    private mutating func readUnicodeEscape() throws(JSONError) -> [UInt8] {
        var value = try readFourHexDigits()
        if (0xd800..<0xdc00).contains(value) {
            guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
            else { throw error(.invalidString) }
            offset += 2
            let low = try readFourHexDigits()
            guard (0xdc00..<0xe000).contains(low) else { throw error(.invalidString) }
            value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw error(.invalidString) }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func readFourHexDigits() throws(JSONError) -> UInt32 {
        guard offset + 4 <= bytes.count else { throw error(.unexpectedEnd) }
        guard let pair = Hex.decode(String(decoding: bytes[offset..<offset + 4], as: UTF8.self)), pair.count == 2 else {
            throw error(.invalidString)
        }
        offset += 4
        return UInt32(pair[0]) << 8 | UInt32(pair[1])
    }

    private func text(_ content: ArraySlice<UInt8>, at start: Int) throws(JSONError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw JSONError(reason: .invalidString, offset: start)
        }
        return text
    }

    /// Reads a number and returns its text.
    package mutating func readNumber() throws(JSONError) -> String {
        skipSpace()
        let start = offset
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) {
            guard takeDigits() > 0 else { throw error(.invalidNumber) }
        }
        if take(UInt8(ascii: ".")) {
            guard takeDigits() > 0 else { throw error(.invalidNumber) }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard takeDigits() > 0 else { throw error(.invalidNumber) }
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// Reads `null`.
    package mutating func readNull() throws(JSONError) {
        try readLiteral("null")
    }

    /// Reads and drops one value of any kind.
    package mutating func skipValue() throws(JSONError) {
        switch try kind() {
        case .object: try readObject { (reader, _) throws(JSONError) in try reader.skipValue() }
        case .array: try readArray { (reader) throws(JSONError) in try reader.skipValue() }
        case .string: _ = try readString()
        case .number: _ = try readNumber()
        case .null: try readNull()
        case .bool: try readLiteral(bytes[offset] == UInt8(ascii: "t") ? "true" : "false")
        }
    }

    private mutating func readLiteral(_ literal: StaticString) throws(JSONError) {
        skipSpace()
        for byte in literal.description.utf8 { try expect(byte) }
    }

    // MARK: Bytes

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0a, 0x0d: offset += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func takeDigits() -> Int {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        return offset - start
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard offset < bytes.count else { throw error(.unexpectedEnd) }
        guard bytes[offset] == byte else { throw error(.unexpectedByte) }
        offset += 1
    }

    private func error(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: offset)
    }
}

/// The names seen in one object: few, so a scan; many, so a set that a hostile text cannot make slow.
private struct NameSet {
    private var few: [String] = []
    private var many: Set<String> = []

    var count: Int { few.count + many.count }

    /// `false` when `name` is there already.
    mutating func insert(_ name: String) -> Bool {
        if few.contains(name) || many.contains(name) { return false }
        if few.count < 24 {
            few.append(name)
        } else {
            many.insert(name)
        }
        return true
    }
}
