/// Members of a digest file, or of an entry of its list, as they were read and before they are judged.
///
/// `Name` has the members that matter, `count` of them; its raw values count from 0.
///
/// Not to be copied: one is used for all entries of a list.
struct DigestFields<let count: Int, Name: CodingKey & RawRepresentable<Int>>: ~Copyable {
    enum Value {
        case missing
        case null
        case other
        case text(JSONReader.Text)
    }

    /// The longest text of any field, in bytes: the signature of an RSA-8192 key has 2,048.
    private static var maximumTextBytes: Int { 4096 }

    private var values = InlineArray<count, Value>(repeating: .missing)

    // By a span, since an array that stands in place would be copied first.
    subscript(name: Name) -> Value { values.span[name.rawValue] }

    /// Forgets all that was read.
    mutating func reset() {
        for index in values.indices { values[index] = .missing }
    }

    /// Reads the value of a member.
    mutating func read(_ name: Name, from reader: inout JSONReader) throws(JSONError) {
        if let text = try reader.readTextHere() {
            values[name.rawValue] = .text(text)
            return
        }
        switch try reader.kind() {
        case .string:
            values[name.rawValue] = .text(try reader.readText())
        case .null:
            try reader.readNull()
            values[name.rawValue] = .null
        default:
            try reader.skipValue()
            values[name.rawValue] = .other
        }
    }

    /// The text of a member that must be there.
    func required(_ name: Name) throws(DigestFileError) -> JSONReader.Text {
        switch self[name] {
        case .text(let text):
            guard text.count <= Self.maximumTextBytes else {
                throw .overLimit("\(name.stringValue) is longer than \(Self.maximumTextBytes) bytes")
            }
            return text
        case .null: throw .malformed("\(name.stringValue) is null")
        case .other: throw .malformed("\(name.stringValue) is not a string")
        case .missing: throw .malformed("\(name.stringValue) is missing")
        }
    }

    /// What is wrong with a time that no verdict depends on: absent and null are fine, nonsense is not.
    func problem(ofTime name: Name, _ reader: borrowing JSONReader) -> String? {
        switch self[name] {
        case .missing, .null: return nil
        case .text(let text):
            let isTime = reader.withBytes(of: text) { Timestamp(utf8: $0) != nil }
            return isTime ? nil : "\(name.stringValue) is not an ISO 8601 time"
        case .other: return "\(name.stringValue) is neither a string nor null"
        }
    }
}
