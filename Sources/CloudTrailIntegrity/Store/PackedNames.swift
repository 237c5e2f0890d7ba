package import CloudTrailFormat
internal import NativeInterop

/// Names in the order they were added, each without what it shares with the one before: those of CloudTrail's files
/// take a third of their length. A hash may follow each name.
package struct PackedNames: Sendable {
    /// Of each name: the number of bytes it shares with the one before, up to 255; the length of the rest and whether
    /// ``suffix`` follows it, as LEB128; the rest; the hash, where there are hashes.
    private var bytes: [UInt8] = []
    /// Where the last name ends in ``bytes``, and where the first begins: others may have the same memory.
    private var end = 0
    // An archive has a list for every digest file, so its size matters.
    private var storedCount: Int32 = 0
    private var start: UInt16 = 0
    private let hasHashes: Bool

    /// The number of names.
    package var count: Int { Int(storedCount) }

    /// What nearly all names end in, and what is therefore not stored.
    private static let suffix: StaticString = ".json.gz"

    private init(hasHashes: Bool) {
        self.hasHashes = hasHashes
    }

    /// These names, without hashes.
    init(_ names: some Sequence<ArraySlice<UInt8>>) {
        var writer = Writer()
        for name in names { writer.append(name.span) }
        self = writer.finish()
    }

    /// No names.
    package static let none = PackedNames(hasHashes: false)

    /// What the names take in ``bytes``.
    private var byteCount: Int { end - Int(start) }

    /// The same names in one piece of memory, where that is not too large: a small one costs as much again for itself.
    static func sharingMemory(_ parts: [PackedNames]) -> [PackedNames] {
        var count = 0
        for part in parts { count += part.byteCount }
        guard parts.count > 1, count <= UInt16.max else { return parts }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for part in parts { bytes.append(contentsOf: part.bytes[Int(part.start)..<part.end]) }
        var end = 0
        return parts.map { part in
            var shared = part
            shared.bytes = bytes
            shared.start = UInt16(clamping: end)
            end += part.byteCount
            shared.end = end
            return shared
        }
    }

    /// Adds names: it remembers the last one, which the packed form does not hold.
    package struct Writer: Sendable {
        private var names: PackedNames
        private var last: [UInt8]

        /// The number of names.
        package var count: Int { names.count }

        /// A writer of names, with hashes or without.
        ///
        /// - Parameter seed: A name that the first is probably like; a reader must be given the same.
        package init(hasHashes: Bool = false, seed: [UInt8] = []) {
            names = PackedNames(hasHashes: hasHashes)
            last = Array(PackedNames.stem(of: seed))
        }

        package mutating func append(_ name: Span<UInt8>) {
            let stem = name.extracting(first: PackedNames.stemCount(of: name))
            let shared = min(stem.sharedCount(with: last.span), 255)
            let rest = stem.extracting(droppingFirst: shared)
            names.bytes.append(UInt8(truncatingIfNeeded: shared))
            var length = rest.count << 1 | (stem.count < name.count ? 1 : 0)
            while length >= 0x80 {
                names.bytes.append(UInt8(truncatingIfNeeded: length & 0x7f | 0x80))
                length >>= 7
            }
            names.bytes.append(UInt8(truncatingIfNeeded: length))
            names.bytes.append(rest)
            names.storedCount += 1
            last.removeLast(last.count - shared)
            last.append(rest)
        }

        /// The names in no more memory than they need; then it is empty again, with its capacity kept.
        ///
        /// - Parameter seed: As at the beginning.
        package mutating func finish(seed: [UInt8] = []) -> PackedNames {
            var finished = PackedNames(hasHashes: names.hasHashes)
            // An array of all of them would be the same array, with its spare memory.
            finished.bytes.reserveCapacity(names.bytes.count)
            finished.bytes.append(contentsOf: names.bytes)
            finished.end = names.bytes.count
            finished.storedCount = names.storedCount
            names.bytes.removeAll(keepingCapacity: true)
            names.storedCount = 0
            begin(seed: seed)
            return finished
        }

        /// Sets what the first name is probably like.
        package mutating func begin(seed: [UInt8]) {
            last.removeAll(keepingCapacity: true)
            last.append(contentsOf: PackedNames.stem(of: seed))
        }

        package mutating func append(_ name: Span<UInt8>, hash: SHA256Digest) {
            append(name)
            names.bytes.append(hash.inlineBytes.span)
        }
    }

    /// The length of a name without ``suffix``.
    private static func stemCount(of name: Span<UInt8>) -> Int {
        name.hasSuffix(suffix) ? name.count - suffix.utf8CodeUnitCount : name.count
    }

    /// The name without ``suffix``.
    private static func stem(of name: [UInt8]) -> ArraySlice<UInt8> {
        name.prefix(stemCount(of: name.span))
    }

    /// Reads the names in their order.
    package struct Reader {
        private let bytes: [UInt8]
        private let hasHashes: Bool
        private var offset: Int
        private let end: Int
        /// The number of the name, from 0.
        package private(set) var position = -1
        /// The name that was read last.
        package private(set) var name: [UInt8]

        fileprivate init(_ names: PackedNames, seed: [UInt8]) {
            bytes = names.bytes
            offset = Int(names.start)
            end = names.end
            hasHashes = names.hasHashes
            let stem = PackedNames.stem(of: seed)
            name = []
            name.reserveCapacity(max(stem.count, 128))
            name.append(contentsOf: stem)
        }

        /// Reads the next name; `false` at the end.
        package mutating func next() -> Bool {
            guard offset < end else { return false }
            let shared = Int(bytes[offset])
            offset += 1
            var length = 0
            var shift = 0
            var byte: UInt8
            repeat {
                byte = bytes[offset]
                offset += 1
                length |= Int(byte & 0x7f) << shift
                shift += 7
            } while byte >= 0x80
            // What the name before has behind its stem was not shared: names are written against stems.
            name.removeLast(name.count - shared)
            let end = offset + length >> 1
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe name.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[offset..<end]))
            }
            offset = end
            if length & 1 == 1 { PackedNames.suffix.withUTF8Buffer { unsafe name.append(contentsOf: $0) } }
            if hasHashes { offset += SHA256Digest.byteCount }
            position += 1
            return true
        }

        /// The hash that follows the name.
        package var hash: SHA256Digest? {
            guard hasHashes, position >= 0 else { return nil }
            return SHA256Digest(bytes.span.extracting(offset - SHA256Digest.byteCount..<offset))
        }
    }

    /// A reader from the first name on.
    ///
    /// - Parameter seed: What the writer was given.
    package func makeReader(seed: [UInt8] = []) -> Reader {
        Reader(self, seed: seed)
    }

    /// The name with this number, counted from 0.
    package func name(at position: Int) -> [UInt8] {
        var reader = makeReader()
        while reader.next() {
            if reader.position == position { return reader.name }
        }
        return []
    }
}
