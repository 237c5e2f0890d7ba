internal import CloudTrailFormat

/// The members of a digest file's JSON, whatever they are.
struct DigestMembers {
    /// `awsAccountId`, where it is text.
    private(set) var account: String?
    /// Names that are not CloudTrail's as far as is known.
    var unknownNames: [String] = []

    /// The most entries of one list that are looked at.
    static let mostEntries = 1000
    /// The most names of one file that are kept until its signature is known.
    static let mostNames = 64

    /// Adds what the members are called and look like.
    ///
    /// - Returns: Whether the content is a JSON object; as much as could be read was added.
    mutating func read(_ content: [UInt8], _ limits: Limits, _ tallies: DigestTallies) -> Bool {
        var reader = JSONReader(content, maximumDepth: limits.jsonDepth)
        do throws(JSONError) {
            guard try reader.kind() == .object else { return false }
            var order: [String] = []
            try reader.readObject { (reader, text) throws(JSONError) in
                let name = reader.string(text)
                let kept = keep(tallies.object.name(name))
                order.append(kept)
                let kind = try reader.kind()
                if name == "logFiles", kind == .array {
                    tallies.object.add(try readList(&reader, tallies), of: kept)
                } else if name == "awsAccountId", kind == .string {
                    let text = try reader.readText()
                    account = reader.string(text)
                    tallies.object.add("string: \(TextShape.of(reader.bytes(of: text)))", of: kept)
                } else {
                    tallies.object.add(try Self.shape(&reader, kind), of: kept)
                }
            }
            try reader.expectEnd()
            tallies.object.add(order: order)
            return true
        } catch {
            return false
        }
    }

    private mutating func keep(_ name: (kept: String, isKnown: Bool)) -> String {
        if !name.isKnown, unknownNames.count < Self.mostNames { unknownNames.append(name.kept) }
        return name.kept
    }

    private mutating func readList(
        _ reader: inout JSONReader,
        _ tallies: DigestTallies
    ) throws(JSONError) -> String {
        var count = 0
        try reader.readArray { (reader) throws(JSONError) in
            count += 1
            guard count <= Self.mostEntries else { return try reader.skipValue() }
            guard try reader.kind() == .object else {
                let kind = try reader.kind()
                return tallies.entry.add(try Self.shape(&reader, kind), of: "an entry that is no object")
            }
            var order: [String] = []
            try reader.readObject { (reader, text) throws(JSONError) in
                let kept = keep(tallies.entry.name(reader.string(text)))
                order.append(kept)
                let kind = try reader.kind()
                tallies.entry.add(try Self.shape(&reader, kind), of: kept)
            }
            tallies.entry.add(order: order)
        }
        return count == 0 ? "array: empty" : "array"
    }

    /// Reads a value, and returns what it looks like.
    private static func shape(_ reader: inout JSONReader, _ kind: JSONReader.Kind) throws(JSONError) -> String {
        switch kind {
        case .string:
            let text = try reader.readText()
            return "string: \(TextShape.of(reader.bytes(of: text)))"
        case .number:
            let text = try reader.readNumber()
            if text.utf8.contains(UInt8(ascii: ".")) { return "number: with a fraction" }
            if text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { return "number: with an exponent" }
            let digits = text.utf8.count(where: \.isDecimalDigit)
            return digits > 32 ? "number: more than 32 digits" : "number: \(digits) digits"
        case .null:
            try reader.readNull()
            return "null"
        case .bool:
            _ = try reader.readBool()
            return "boolean"
        case .array:
            var isEmpty = true
            try reader.readArray { (reader) throws(JSONError) in
                isEmpty = false
                try reader.skipValue()
            }
            return isEmpty ? "array: empty" : "array"
        case .object:
            try reader.skipValue()
            return "object"
        }
    }
}
