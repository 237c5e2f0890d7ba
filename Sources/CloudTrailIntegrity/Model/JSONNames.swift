/// The names that the reader of an object knows, to be found by their bytes.
///
/// Texts that Unicode calls equivalent are different names to JSON (RFC 8259, section 8.3): a Kelvin sign is no `K`.
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
    /// The UTF-8 of all names in quotation marks, behind each other.
    private let bytes: [UInt8]
    /// Where each name begins in ``bytes``, its quotation mark included, and where the last ends.
    private let starts: [Int]

    fileprivate init(_ names: [String]) {
        var bytes: [UInt8] = []
        var starts = [0]
        for name in names {
            bytes.append(UInt8(ascii: "\""))
            bytes += name.utf8
            bytes.append(UInt8(ascii: "\""))
            starts.append(bytes.count)
        }
        self.bytes = bytes
        self.starts = starts
    }

    private var count: Int { starts.count - 1 }

    /// The index of the name with these bytes.
    func index(of name: Span<UInt8>) -> Int? {
        (0..<count).first { index in
            name.isSame(as: bytes.span.extracting(starts[index] + 1..<starts[index + 1] - 1))
        }
    }

    /// Where the name with this index ends in a text in which it stands from `offset` on, in quotation marks and without
    /// escapes, as it mostly does: members have one order. `nil` where it does not.
    func end(ofQuoted index: Int, in text: Span<UInt8>, at offset: Int) -> Int? {
        guard index < count else { return nil }
        let quoted = bytes.span.extracting(starts[index]..<starts[index + 1])
        guard text.count - offset >= quoted.count,
            text.extracting(offset..<offset + quoted.count).isSame(as: quoted)
        else { return nil }
        return offset + quoted.count
    }
}
