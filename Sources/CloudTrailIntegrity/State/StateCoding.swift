internal import CloudTrailFormat
internal import NativeInterop

/// Writes the parts of a state: numbers as LEB128, texts behind their length, names without what they share with the one
/// before, times and numbers of files as the difference from the one before.
struct StateWriter {
    private(set) var bytes: [UInt8] = []
    private var lastName: [UInt8] = []
    private var last = StateDifferences()

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

    mutating func add(text: some Collection<UInt8>) {
        add(text.count)
        bytes.append(contentsOf: text)
    }

    mutating func add(name: [UInt8]) {
        var shared = 0
        if name.count <= StateReader.longestSharingName {
            while shared < min(name.count, lastName.count), name[shared] == lastName[shared] { shared += 1 }
        }
        add(shared)
        add(text: name[shared...])
        lastName = name
    }

    mutating func add(_ digest: SHA256Digest) {
        let inline = digest.inlineBytes
        for index in inline.indices { bytes.append(inline[index]) }
    }

    /// A file as it was when it was read last, behind its ``StateFlags``.
    mutating func add(_ metadata: ObjectMetadata?, hashedAt: Timestamp) {
        if let metadata {
            add(metadata.storedBytes)
            if let modified = metadata.modified { add(signed: last.modified.take(modified)) }
            if let changed = metadata.statusChanged { add(signed: last.statusChanged.take(changed)) }
            if let number = metadata.fileNumber { add(signed: last.number.take(Int64(bitPattern: number))) }
            if let tag = metadata.entityTag { add(text: Array(tag.utf8)) }
            if let version = metadata.version { add(text: Array(version.utf8)) }
        }
        add(hashedAt)
    }

    mutating func add(_ time: Timestamp) {
        add(signed: last.seconds.take(time.secondsSinceEpoch))
    }
}

/// What the differences of a state are from.
private struct StateDifferences {
    struct Sequence {
        private var last: Int64 = 0

        /// Goes to `number`, and returns the difference.
        mutating func take(_ number: Int64) -> Int64 {
            defer { last = number }
            return number &- last
        }

        /// Goes on by `difference`, and returns the number.
        mutating func advance(by difference: Int64) -> Int64 {
            last = last &+ difference
            return last
        }
    }

    var modified = Sequence()
    var statusChanged = Sequence()
    var number = Sequence()
    var seconds = Sequence()
}

/// What is known of a file of a state.
struct StateFlags: OptionSet {
    let rawValue: UInt64

    /// Its size, and what of the next five there is.
    static let metadata = StateFlags(rawValue: 1)
    static let modified = StateFlags(rawValue: 2)
    static let statusChanged = StateFlags(rawValue: 4)
    static let fileNumber = StateFlags(rawValue: 8)
    static let entityTag = StateFlags(rawValue: 16)
    static let version = StateFlags(rawValue: 32)
    /// ``ProvenDigest/mustBeRead``.
    static let mustBeRead = StateFlags(rawValue: 64)
    /// The rest are of digest files alone.
    static let isSettled = StateFlags(rawValue: 128)
    static let isStartingDigest = StateFlags(rawValue: 256)
    static let hasPrevious = StateFlags(rawValue: 512)

    private static let ofMetadata: StateFlags = [.modified, .statusChanged, .fileNumber, .entityTag, .version]
    static let ofLogs: StateFlags = [.metadata, .ofMetadata, .mustBeRead]
    static let ofDigests: StateFlags = [.ofLogs, .isSettled, .isStartingDigest, .hasPrevious]

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    init(_ metadata: ObjectMetadata?, mustBeRead: Bool) {
        self = mustBeRead ? .mustBeRead : []
        guard let metadata else { return }
        insert(.metadata)
        if metadata.modified != nil { insert(.modified) }
        if metadata.statusChanged != nil { insert(.statusChanged) }
        if metadata.fileNumber != nil { insert(.fileNumber) }
        if metadata.entityTag != nil { insert(.entityTag) }
        if metadata.version != nil { insert(.version) }
    }

    /// Whether they tell nothing of metadata that is not there.
    var isSound: Bool { contains(.metadata) || isDisjoint(with: Self.ofMetadata) }
}

/// Reads what a ``StateWriter`` wrote; nothing in the bytes is trusted.
struct StateReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var offset: Int
    private var lastName: [UInt8] = []
    private var last = StateDifferences()
    /// The sum of all sizes that were read.
    var sizes = 0
    /// How many bytes more the names may have in all: they share what they begin with, and few bytes must not stand for many.
    private var nameBytes: Int

    /// Names that are longer share nothing with the one before, so that few bytes cannot stand for many.
    static let longestSharingName = 4096

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        offset = bytes.startIndex
        nameBytes = 64 * bytes.count
    }

    static let broken = StateError(.damaged, "it is damaged: what it holds is not a state")

    var isAtEnd: Bool { offset == bytes.endIndex }

    private mutating func byte() throws(StateError) -> UInt8 {
        guard offset < bytes.endIndex else { throw Self.broken }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A number, in the only form that it is written in.
    mutating func number() throws(StateError) -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let next = try byte()
            // The tenth byte has room for one bit.
            guard shift < 63 || next <= 1 else { throw Self.broken }
            number |= UInt64(next & 0x7f) << shift
            if next >= 0x80 { continue }
            guard next > 0 || shift == 0 else { throw Self.broken }
            return number
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

    mutating func flag() throws(StateError) -> Bool {
        let byte = try byte()
        guard byte <= 1 else { throw Self.broken }
        return byte == 1
    }

    mutating func flags(_ allowed: StateFlags) throws(StateError) -> StateFlags {
        let flags = StateFlags(rawValue: try number())
        guard flags.isSubset(of: allowed), flags.isSound else { throw Self.broken }
        return flags
    }

    mutating func bytes(_ count: Int) throws(StateError) -> ArraySlice<UInt8> {
        guard count <= bytes.endIndex - offset else { throw Self.broken }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func text() throws(StateError) -> ArraySlice<UInt8> {
        try bytes(try count())
    }

    mutating func string() throws(StateError) -> String {
        guard let text = String(validating: try text(), as: UTF8.self) else { throw Self.broken }
        return text
    }

    mutating func name() throws(StateError) -> [UInt8] {
        let shared = try number()
        guard shared <= lastName.count else { throw Self.broken }
        let rest = try text()
        guard shared == 0 || Int(shared) + rest.count <= Self.longestSharingName else { throw Self.broken }
        nameBytes -= Int(shared) + rest.count
        guard nameBytes >= 0 else { throw Self.broken }
        lastName.removeSubrange(Int(shared)...)
        lastName.append(contentsOf: rest)
        return lastName
    }

    mutating func digest() throws(StateError) -> SHA256Digest {
        let slice = try bytes(SHA256Digest.byteCount)
        guard let digest = SHA256Digest(slice.span) else { throw Self.broken }
        return digest
    }

    /// What stands behind its flags.
    mutating func metadata(_ flags: StateFlags) throws(StateError) -> ObjectMetadata? {
        guard flags.contains(.metadata) else { return nil }
        let storedBytes = try number()
        var modified: Int64?
        var changed: Int64?
        var number: UInt64?
        var tag: String?
        var version: String?
        if flags.contains(.modified) {
            let difference = try signed()
            modified = last.modified.advance(by: difference)
        }
        if flags.contains(.statusChanged) {
            let difference = try signed()
            changed = last.statusChanged.advance(by: difference)
        }
        if flags.contains(.fileNumber) {
            let difference = try signed()
            number = UInt64(bitPattern: last.number.advance(by: difference))
        }
        if flags.contains(.entityTag) { tag = try string() }
        if flags.contains(.version) { version = try string() }
        return ObjectMetadata(
            storedBytes: storedBytes,
            modified: modified,
            statusChanged: changed,
            fileNumber: number,
            entityTag: tag,
            version: version
        )
    }

    mutating func time() throws(StateError) -> Timestamp {
        let difference = try signed()
        return Timestamp(secondsSinceEpoch: last.seconds.advance(by: difference))
    }
}
