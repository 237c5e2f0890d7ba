/// A field of a digest file as it is written, whether or not it is what it should be.
package struct DigestField: Hashable, Sendable {
    /// What stands there.
    package enum Value: Hashable, Sendable {
        case missing
        case null
        /// Neither text nor null.
        case other
        case text(String)
    }

    /// The name, as CloudTrail has it.
    package let name: String
    package let value: Value
}

extension DigestFile {
    /// The names of a digest file's fields, in CloudTrail's order.
    package static let fieldNames = DigestContent.Name.allCases.map(\.stringValue)
    /// The names of the fields of an entry of its list, in CloudTrail's order.
    package static let entryFieldNames = DigestContent.EntryName.allCases.map(\.stringValue)

    /// The fields of a digest file's uncompressed bytes but its list of log files, in CloudTrail's order; none when the
    /// bytes are not a JSON object.
    package static func fields(of bytes: [UInt8], limits: Limits) -> [DigestField] {
        var reader = JSONReader(bytes, maximumDepth: limits.jsonDepth)
        var content = DigestContent(limits)
        do throws(DigestFileError) { try content.read(from: &reader) { false } } catch { return [] }
        return DigestContent.Name.allCases.filter { $0 != .logFiles }.map { name in
            let value: DigestField.Value =
                switch content.fields[name] {
                case .missing: .missing
                case .null: .null
                case .other: .other
                case .text(let text): .text(reader.string(text))
                }
            return DigestField(name: name.stringValue, value: value)
        }
    }
}
