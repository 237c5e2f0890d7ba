internal import NativeInterop

/// Writes the parts of a state: numbers as LEB128, texts behind their length, names without what they share with the one
/// before.
struct StateWriter {
    private(set) var bytes: [UInt8] = []
    private var lastName: [UInt8] = []

    mutating func add(raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    mutating func add(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest & 0x7f | 0x80))
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func add(_ number: Int) {
        add(UInt64(clamping: number))
    }

    /// A number that may be below zero: its sign goes into the lowest bit.
    mutating func add(signed number: Int64) {
        add(UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    mutating func add(_ time: Timestamp) {
        add(signed: time.secondsSinceEpoch)
    }

    mutating func add(_ flag: Bool) {
        bytes.append(flag ? 1 : 0)
    }

    mutating func add(text: some Collection<UInt8>) {
        add(text.count)
        bytes.append(contentsOf: text)
    }

    mutating func add(name: [UInt8]) {
        var shared = 0
        while shared < min(name.count, lastName.count), name[shared] == lastName[shared] { shared += 1 }
        add(shared)
        add(text: name[shared...])
        lastName = name
    }

    mutating func add(_ digest: SHA256Digest) {
        let inline = digest.inlineBytes
        for index in inline.indices { bytes.append(inline[index]) }
    }

    mutating func add(_ metadata: ObjectMetadata) {
        add(metadata.storedBytes)
        add(metadata.modified != nil)
        if let modified = metadata.modified { add(signed: modified) }
    }
}

/// Reads what a ``StateWriter`` wrote; nothing in the bytes is believed.
struct StateReader {
    private let bytes: ArraySlice<UInt8>
    private var offset: Int
    private var lastName: [UInt8] = []

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        offset = bytes.startIndex
    }

    static let broken = StateError(.damaged, "it is damaged: what it holds is not a state")

    var isAtEnd: Bool { offset == bytes.endIndex }

    private mutating func byte() throws(StateError) -> UInt8 {
        guard offset < bytes.endIndex else { throw Self.broken }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func number() throws(StateError) -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let next = try byte()
            // The tenth byte has room for one bit.
            guard shift < 63 || next <= 1 else { throw Self.broken }
            number |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return number }
        }
        throw Self.broken
    }

    mutating func signed() throws(StateError) -> Int64 {
        let number = try number()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    /// A number of things that each take at least so many bytes.
    mutating func count(ofAtLeast size: Int = 1) throws(StateError) -> Int {
        let number = try number()
        guard number <= (bytes.endIndex - offset) / size else { throw Self.broken }
        return Int(number)
    }

    /// A number below `limit`.
    mutating func index(below limit: Int) throws(StateError) -> Int {
        let number = try number()
        guard number < limit else { throw Self.broken }
        return Int(number)
    }

    mutating func time() throws(StateError) -> Timestamp {
        Timestamp(secondsSinceEpoch: try signed())
    }

    mutating func flag() throws(StateError) -> Bool {
        let byte = try byte()
        guard byte <= 1 else { throw Self.broken }
        return byte == 1
    }

    mutating func text() throws(StateError) -> ArraySlice<UInt8> {
        let count = try count()
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func string() throws(StateError) -> String {
        guard let text = String(validating: try text(), as: UTF8.self) else { throw Self.broken }
        return text
    }

    mutating func name() throws(StateError) -> [UInt8] {
        let shared = try number()
        guard shared <= lastName.count else { throw Self.broken }
        lastName.removeSubrange(Int(shared)...)
        lastName.append(contentsOf: try text())
        return lastName
    }

    mutating func digest() throws(StateError) -> SHA256Digest {
        guard bytes.endIndex - offset >= SHA256Digest.byteCount else { throw Self.broken }
        let slice = bytes[offset..<offset + SHA256Digest.byteCount]
        offset += SHA256Digest.byteCount
        guard let digest = SHA256Digest(slice.span) else { throw Self.broken }
        return digest
    }

    mutating func metadata() throws(StateError) -> ObjectMetadata {
        let storedBytes = try number()
        return ObjectMetadata(storedBytes: storedBytes, modified: try flag() ? try signed() : nil)
    }
}
