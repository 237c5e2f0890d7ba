/// The names that the reader of an object knows, to be found by their bytes.
///
/// Texts that Unicode calls equivalent are different names to JSON (RFC 8259, section 8.3): a Kelvin sign is no `K`.
package struct JSONNames<Name: CodingKey & CaseIterable & Sendable>: Sendable {
    private let names: [Name]
    /// The UTF-8 of all names, behind each other.
    private let bytes: [UInt8]
    /// Where each name ends in ``bytes``.
    private let ends: [Int]

    /// All cases of `Name`.
    package init() {
        names = Array(Name.allCases)
        precondition(names.count <= JSONNameSet.maximumKnown)
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for name in names {
            bytes += name.stringValue.utf8
            ends.append(bytes.count)
        }
        self.bytes = bytes
        self.ends = ends
    }

    subscript(index: Int) -> Name { names[index] }

    /// The index of the name with these bytes.
    ///
    /// - Parameter expected: Where to look first: members mostly stand in the same order.
    func index(of name: Span<UInt8>, expected: Int) -> Int? {
        if expected < ends.count, isName(expected, name) { return expected }
        return ends.indices.first { $0 != expected && isName($0, name) }
    }

    private func isName(_ index: Int, _ name: Span<UInt8>) -> Bool {
        let start = index == 0 ? 0 : ends[index - 1]
        guard name.count == ends[index] - start else { return false }
        return name.isSame(as: bytes.span.extracting(start..<ends[index]))
    }
}
