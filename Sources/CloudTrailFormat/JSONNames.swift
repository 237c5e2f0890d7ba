/// The names that the reader of an object knows, to be found by their bytes.
///
/// Texts that Unicode calls equivalent are different names to JSON (RFC 8259, section 8.3): a Kelvin sign is not a `K`.
package struct JSONNames<Name: CodingKey & CaseIterable & Sendable>: Sendable {
    private let names: [Name]
    let known: JSONKnownNames

    /// All cases of `Name`.
    package init() {
        names = Array(Name.allCases)
        precondition(names.count <= JSONNameSet.maximumKnown)
        known = JSONKnownNames(names.map(\.stringValue))
    }

    subscript(index: Int) -> Name { names[index] }
}

/// Names by their bytes, in the order in which they are expected.
struct JSONKnownNames: Sendable {
    /// The UTF-8 of the beginnings of members that are strings, `,"name":"` each, one after another.
    private let bytes: [UInt8]
    /// Where each begins in ``bytes``, and where the last ends.
    private let starts: [Int]

    fileprivate init(_ names: [String]) {
        var bytes: [UInt8] = []
        var starts = [0]
        for name in names {
            bytes += ",\"\(name)\":\"".utf8
            starts.append(bytes.count)
        }
        self.bytes = bytes
        self.starts = starts
    }

    private var count: Int { starts.count - 1 }

    /// The index of the name with these bytes.
    func index(of name: Span<UInt8>) -> Int? {
        (0..<count).first { index in
            name.isSame(as: bytes.span.extracting(starts[index] + 2..<starts[index + 1] - 3))
        }
    }

    /// How many bytes a member up to its value's quotation mark has, in a text in which the one with this index stands
    /// from `offset` on, a string and without white space and escapes, as it mostly does: members have one order. `nil`
    /// where it does not.
    ///
    /// - Parameter isFirst: Whether no comma stands before it.
    func length(ofMember index: Int, isFirst: Bool, in text: Span<UInt8>, at offset: Int) -> Int? {
        guard index < count else { return nil }
        let member = bytes.span.extracting(starts[index] + (isFirst ? 1 : 0)..<starts[index + 1])
        guard text.count - offset >= member.count,
            text.extracting(offset..<offset + member.count).isSame(as: member)
        else { return nil }
        return member.count - 1
    }
}
