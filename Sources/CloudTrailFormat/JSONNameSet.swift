/// The names seen in one object.
struct JSONNameSet {
    /// The most names that a reader may know.
    static let maximumKnown = 64
    /// Names that the reader does not know are compared one by one up to this number and length. What is beyond either
    /// goes to a hash table, so that a hostile text cannot make it slow.
    private static let maximumFew = 24
    private static let maximumFewBytes = 64

    private(set) var count = 0
    /// A bit for each name that the reader knows.
    private var known: UInt64 = 0
    private var few: [JSONReader.Text] = []
    private var many: Set<[UInt8]> = []

    /// `false` when the name that the reader knows by this index is there already.
    package mutating func insert(known index: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(index)
        guard known & bit == 0 else { return false }
        known |= bit
        count += 1
        return true
    }

    /// `false` when `name`, which `reader` does not know, is there already.
    package mutating func insert(_ name: JSONReader.Text, of reader: borrowing JSONReader) -> Bool {
        let isShort = name.count <= Self.maximumFewBytes
        if isShort {
            let isThere = reader.withBytes(of: name) { bytes in
                few.contains { other in reader.withBytes(of: other) { $0.isSame(as: bytes) } }
            }
            if isThere { return false }
        }
        // An escape would be undone for each comparison.
        if isShort, !name.isEscaped, few.count < Self.maximumFew {
            if !many.isEmpty, many.contains(reader.bytes(of: name)) { return false }
            few.append(name)
        } else if !many.insert(reader.bytes(of: name)).inserted {
            return false
        }
        count += 1
        return true
    }
}
