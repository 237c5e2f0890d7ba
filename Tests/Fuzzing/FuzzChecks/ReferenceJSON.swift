/// JSON (RFC 8259) read slowly and plainly, character by character, to compare our reader with.
///
/// It shares no code with that, and refuses the same: names that appear twice, depth and names beyond the limits.
struct ReferenceJSON {
    private struct Refusal: Error {}

    private let scalars: [Unicode.Scalar]
    private var next = 0

    /// The value of a whole text; `nil` when it is none.
    static func value(of bytes: [UInt8], maximumDepth: Int, maximumNames: Int) -> JSONValue? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var reference = ReferenceJSON(scalars: Array(text.unicodeScalars))
        do {
            let value = try reference.value(maximumDepth, maximumNames)
            reference.skipSpace()
            return reference.next == reference.scalars.count ? value : nil
        } catch {
            return nil
        }
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private mutating func value(_ depth: Int, _ maximumNames: Int) throws -> JSONValue {
        skipSpace()
        switch try peek() {
        case "{": return try object(depth, maximumNames)
        case "[": return try array(depth, maximumNames)
        case "\"": return .string(try string())
        case "n": return try literal("null", .null)
        case "t": return try literal("true", .bool(true))
        case "f": return try literal("false", .bool(false))
        default: return .number(try number())
        }
    }

    private mutating func object(_ depth: Int, _ maximumNames: Int) throws -> JSONValue {
        var members: [[UInt8]: JSONValue] = [:]
        try items("{", "}", depth) { reference in
            let name = Array(try reference.string().utf8)
            guard members[name] == nil, members.count < maximumNames else { throw Refusal() }
            reference.skipSpace()
            try reference.expect(":")
            members[name] = try reference.value(depth - 1, maximumNames)
        }
        return .object(members)
    }

    private mutating func array(_ depth: Int, _ maximumNames: Int) throws -> JSONValue {
        var elements: [JSONValue] = []
        try items("[", "]", depth) { elements.append(try $0.value(depth - 1, maximumNames)) }
        return .array(elements)
    }

    private mutating func items(
        _ opening: Unicode.Scalar,
        _ closing: Unicode.Scalar,
        _ depth: Int,
        _ item: (inout ReferenceJSON) throws -> Void
    ) throws {
        try expect(opening)
        guard depth > 0 else { throw Refusal() }
        skipSpace()
        if try peek() == closing { return next += 1 }
        while true {
            skipSpace()
            try item(&self)
            skipSpace()
            if try peek() == closing { return next += 1 }
            try expect(",")
        }
    }

    private mutating func string() throws -> String {
        try expect("\"")
        var units: [UInt16] = []
        while true {
            let scalar = try take()
            switch scalar {
            case "\"":
                guard let text = String(validating: units, as: UTF16.self) else { throw Refusal() }
                return text
            case "\\": units.append(try escape())
            case "\0"..<" ": throw Refusal()
            default: units.append(contentsOf: scalar.utf16)
            }
        }
    }

    private mutating func escape() throws -> UInt16 {
        switch try take() {
        case "\"": return 0x22
        case "\\": return 0x5c
        case "/": return 0x2f
        case "b": return 0x08
        case "f": return 0x0c
        case "n": return 0x0a
        case "r": return 0x0d
        case "t": return 0x09
        case "u":
            var digits = ""
            for _ in 0..<4 {
                let digit = try take()
                guard digit.properties.isASCIIHexDigit else { throw Refusal() }
                digits.unicodeScalars.append(digit)
            }
            guard let unit = UInt16(digits, radix: 16) else { throw Refusal() }
            return unit
        default: throw Refusal()
        }
    }

    private mutating func number() throws -> String {
        let start = next
        if try peek() == "-" { next += 1 }
        if try peek() == "0" { next += 1 } else { try digits() }
        if next < scalars.count, scalars[next] == "." {
            next += 1
            try digits()
        }
        if next < scalars.count, scalars[next] == "e" || scalars[next] == "E" {
            next += 1
            if try peek() == "+" || peek() == "-" { next += 1 }
            try digits()
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[start..<next])
        return text
    }

    private mutating func digits() throws {
        guard ("0"..."9").contains(try peek()) else { throw Refusal() }
        while next < scalars.count, ("0"..."9").contains(scalars[next]) { next += 1 }
    }

    private mutating func literal(_ text: String, _ value: JSONValue) throws -> JSONValue {
        for scalar in text.unicodeScalars { try expect(scalar) }
        return value
    }

    private mutating func skipSpace() {
        while next < scalars.count, [" ", "\t", "\n", "\r"].contains(scalars[next]) { next += 1 }
    }

    private func peek() throws -> Unicode.Scalar {
        guard next < scalars.count else { throw Refusal() }
        return scalars[next]
    }

    private mutating func take() throws -> Unicode.Scalar {
        let scalar = try peek()
        next += 1
        return scalar
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws {
        guard try take() == scalar else { throw Refusal() }
    }
}
