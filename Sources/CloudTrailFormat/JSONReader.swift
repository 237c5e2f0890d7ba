/// A strict pull reader for JSON (RFC 8259) over untrusted bytes.
///
/// It builds no tree: the caller asks for what it expects. Depth is bounded, duplicate names are refused, and nothing
/// outside the grammar is accepted. Names and strings stay where they are until the caller wants a copy (I6).
package struct JSONReader {
    /// What the next value is.
    package enum Kind: Hashable, Sendable {
        case object, array, string, number, bool, null
    }

    /// A string of the JSON text that is known to be whole and UTF-8; only the reader that read it can say what it is.
    package struct Text: Sendable {
        let start: Int
        let end: Int
        /// The number of bytes that it has once it is unescaped.
        package let count: Int

        /// Every escape is longer than what it stands for.
        var isEscaped: Bool { count != end - start }
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

    /// The number of bytes that are left.
    var remainingBytes: Int { bytes.count - offset }

    /// Reads an object; `member` is called with each name, `nil` for one that is not in `names`, and must read its
    /// value.
    package mutating func readObject<Name, Failure: Error>(
        _ names: JSONNames<Name>,
        _ member: (inout JSONReader, Name?) throws(Failure) -> Void,
        failure: (JSONError) -> Failure
    ) throws(Failure) {
        try readMembers(
            names.known,
            { (reader, _, index) throws(Failure) in try member(&reader, index.map { names[$0] }) },
            failure: failure
        )
    }

    /// Reads an object whose members fail with ``JSONError`` alone.
    package mutating func readObject<Name>(
        _ names: JSONNames<Name>,
        _ member: (inout JSONReader, Name?) throws(JSONError) -> Void
    ) throws(JSONError) {
        try readObject(names, member, failure: { $0 })
    }

    /// Reads an object of which no name is known before.
    package mutating func readObject(
        _ member: (inout JSONReader, Text) throws(JSONError) -> Void
    ) throws(JSONError) {
        try readMembers(
            nil,
            { (reader, name, _) throws(JSONError) in try member(&reader, name) },
            failure: { $0 }
        )
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
                more = try nextItem(isFirst, closing: UInt8(ascii: "]"))
            } catch {
                throw failure(error)
            }
            guard more else { break }
            isFirst = false
            try element(&self)
        }
        depth -= 1
    }

    /// Reads an array whose elements fail with ``JSONError`` alone.
    package mutating func readArray(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try readArray(element, failure: { $0 })
    }

    /// Reads an object; `member` is given the index among `names` as well.
    private mutating func readMembers<Failure: Error>(
        _ names: JSONKnownNames?,
        _ member: (inout JSONReader, Text, Int?) throws(Failure) -> Void,
        failure: (JSONError) -> Failure
    ) throws(Failure) {
        do throws(JSONError) { try enter(UInt8(ascii: "{")) } catch { throw failure(error) }
        var seen = JSONNameSet()
        var expected = 0
        while true {
            let name: Text
            let index: Int?
            do throws(JSONError) {
                let isFirst = seen.count == 0
                if let names, seen.count < Self.maximumNames,
                    let length = names.length(ofMember: expected, isFirst: isFirst, in: bytes.span, at: offset),
                    seen.insert(known: expected)
                {
                    let start = offset + (isFirst ? 1 : 2)
                    offset += length
                    name = Text(start: start, end: offset - 2, count: offset - 2 - start)
                    index = expected
                } else {
                    guard try nextItem(isFirst, closing: UInt8(ascii: "}")) else { break }
                    let start = offset
                    name = try readText()
                    index = names.flatMap { names in withBytes(of: name) { names.index(of: $0) } }
                    let isNew = index.map { seen.insert(known: $0) } ?? seen.insert(name, of: self)
                    guard isNew else { throw JSONError(reason: .duplicateName(string(name)), offset: start) }
                    guard seen.count <= Self.maximumNames else { throw JSONError(reason: .tooManyNames, offset: start) }
                    skipSpace()
                    try expect(UInt8(ascii: ":"))
                }
            } catch {
                throw failure(error)
            }
            if let index { expected = index + 1 }
            try member(&self, name, index)
        }
        depth -= 1
    }

    private mutating func enter(_ opening: UInt8) throws(JSONError) {
        skipSpace()
        try expect(opening)
        depth += 1
        if depth > maximumDepth { throw error(.tooDeep) }
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

    // MARK: Strings

    /// Reads a string without copying it.
    package mutating func readText() throws(JSONError) -> Text {
        skipSpace()
        try expect(UInt8(ascii: "\""))
        return try readRestOfText()
    }

    /// Reads a string without copying it, where one stands here without white space before it; else reads nothing.
    mutating func readTextHere() throws(JSONError) -> Text? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        return try readRestOfText()
    }

    /// Reads what follows a string's first quotation mark.
    private mutating func readRestOfText() throws(JSONError) -> Text {
        let text = try JSONString.read(bytes.span, from: offset)
        offset = text.end + 1
        return text
    }

    /// Reads a string.
    package mutating func readString() throws(JSONError) -> String {
        string(try readText())
    }

    /// Calls `body` with the bytes of `text`, unescaped.
    func withBytes<Result>(of text: Text, _ body: (Span<UInt8>) -> Result) -> Result {
        guard text.isEscaped else { return body(bytes.span.extracting(text.start..<text.end)) }
        return body(bytes(of: text).span)
    }

    /// The bytes of `text`, unescaped.
    package func bytes(of text: Text) -> [UInt8] {
        guard text.isEscaped else { return Array(bytes[text.start..<text.end]) }
        var content: [UInt8] = []
        content.reserveCapacity(text.count)
        append(text, to: &content)
        return content
    }

    /// `text` as a string.
    package func string(_ text: Text) -> String {
        // It was validated when it was read, and escapes stand for whole characters.
        guard text.isEscaped else { return String(decoding: bytes[text.start..<text.end], as: UTF8.self) }
        return String(decoding: bytes(of: text), as: UTF8.self)
    }

    /// Whether the two are written alike: then they are the same text, which may be written otherwise as well.
    func areWrittenAlike(_ first: Text, _ second: Text) -> Bool {
        bytes.span.extracting(first.start..<first.end).isSame(as: bytes.span.extracting(second.start..<second.end))
    }

    /// `text` as a string, which shares the memory of `other` where the two have the same bytes.
    func string(_ text: Text, sharing other: String) -> String {
        withBytes(of: text) { $0.isSame(as: other) } ? other : string(text)
    }

    /// Appends the bytes of `text`, unescaped.
    func append(_ text: Text, to content: inout [UInt8]) {
        guard text.isEscaped else { return content.append(bytes.span.extracting(text.start..<text.end)) }
        var offset = text.start
        while offset < text.end {
            let start = offset
            while offset < text.end, bytes[offset] != UInt8(ascii: "\\") { offset += 1 }
            content.append(bytes.span.extracting(start..<offset))
            // It was read before, so there is nothing else that it could be.
            guard offset < text.end, let scalar = try? JSONString.readEscape(bytes.span, at: &offset) else { return }
            content.append(contentsOf: scalar.utf8)
        }
    }

    // MARK: Other values

    /// Reads a number and returns its text.
    package mutating func readNumber() throws(JSONError) -> String {
        skipSpace()
        let start = offset
        try skipNumber()
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func skipNumber() throws(JSONError) {
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
        case .string: _ = try readText()
        case .number: try skipNumber()
        case .null: try readNull()
        case .bool: _ = try readBool()
        }
    }

    package mutating func readBool() throws(JSONError) -> Bool {
        skipSpace()
        let isTrue = offset < bytes.count && bytes[offset] == UInt8(ascii: "t")
        try readLiteral(isTrue ? "true" : "false")
        return isTrue
    }

    private mutating func readLiteral(_ literal: String) throws(JSONError) {
        skipSpace()
        for byte in literal.utf8 { try expect(byte) }
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
