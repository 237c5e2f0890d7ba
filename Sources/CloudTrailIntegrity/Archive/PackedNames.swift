package import NativeInterop

/// Names in the order they were added, each without what it shares with the one before: those of CloudTrail's files
/// take a third of their length. A hash may follow each name.
package struct PackedNames: Sendable {
    /// Of each name: the number of bytes it shares with the one before, up to 255; the length of the rest and whether
    /// ``suffix`` follows it, as LEB128; the rest; the hash, where there are hashes.
    private var bytes: [UInt8] = []
    private let hasHashes: Bool
    /// The number of names.
    package private(set) var count = 0

    /// What nearly all names end in, and what is therefore not stored.
    private static let suffix: [UInt8] = Array(".json.gz".utf8)

    private init(hasHashes: Bool) {
        self.hasHashes = hasHashes
    }

    /// No names.
    package static let none = PackedNames(hasHashes: false)

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
            last = Array(PackedNames.stem(of: seed[...]))
        }

        package mutating func append(_ name: ArraySlice<UInt8>) {
            let stem = PackedNames.stem(of: name)
            var shared = 0
            let limit = min(stem.count, last.count, 255)
            let start = stem.startIndex
            while shared < limit, stem[start + shared] == last[shared] { shared += 1 }
            let rest = stem.dropFirst(shared)
            names.bytes.append(UInt8(truncatingIfNeeded: shared))
            var length = rest.count << 1 | (stem.count < name.count ? 1 : 0)
            while length >= 0x80 {
                names.bytes.append(UInt8(truncatingIfNeeded: length & 0x7f | 0x80))
                length >>= 7
            }
            names.bytes.append(UInt8(truncatingIfNeeded: length))
            names.bytes.append(contentsOf: rest)
            names.count += 1
            last.removeSubrange(shared...)
            last.append(contentsOf: rest)
        }

        /// The names in no more memory than they need; then it begins anew, without having to grow again.
        ///
        /// - Parameter seed: As at the beginning.
        package mutating func finish(seed: [UInt8] = []) -> PackedNames {
            var finished = PackedNames(hasHashes: names.hasHashes)
            finished.bytes = Array(names.bytes[...])
            finished.count = names.count
            names.bytes.removeAll(keepingCapacity: true)
            names.count = 0
            begin(seed: seed)
            return finished
        }

        /// Sets what the first name is probably like.
        package mutating func begin(seed: [UInt8]) {
            last.removeAll(keepingCapacity: true)
            last.append(contentsOf: PackedNames.stem(of: seed[...]))
        }

        package mutating func append(_ name: ArraySlice<UInt8>, hash: SHA256Digest) {
            append(name)
            let hash = hash.inlineBytes
            unsafe hash.span.withUnsafeBytes { unsafe names.bytes.append(contentsOf: $0) }
        }
    }

    /// The name without ``suffix``.
    private static func stem(of name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = name.endIndex - suffix.count
        guard start >= name.startIndex else { return name }
        for (offset, byte) in suffix.enumerated() where name[start + offset] != byte { return name }
        return name[..<start]
    }

    /// Reads the names in their order.
    package struct Reader {
        private let names: PackedNames
        private var offset = 0
        private var suffixCount = 0
        /// The number of the name, from 0.
        package private(set) var position = -1
        /// The name that was read last.
        package private(set) var name: [UInt8]

        fileprivate init(_ names: PackedNames, seed: [UInt8]) {
            self.names = names
            name = Array(PackedNames.stem(of: seed[...]))
            name.reserveCapacity(128)
        }

        /// Reads the next name; `false` at the end.
        package mutating func next() -> Bool {
            guard offset < names.bytes.count else { return false }
            let shared = Int(names.bytes[offset])
            offset += 1
            var length = 0
            var shift = 0
            var byte: UInt8
            repeat {
                byte = names.bytes[offset]
                offset += 1
                length |= Int(byte & 0x7f) << shift
                shift += 7
            } while byte >= 0x80
            name.removeSubrange(shared...)
            let end = offset + length >> 1
            name.append(contentsOf: names.bytes[offset..<end])
            offset = end
            if length & 1 == 1 { name.append(contentsOf: PackedNames.suffix) }
            // The bytes of the suffix are not shared with the next: it was written against the stem.
            if names.hasHashes { offset += SHA256Digest.byteCount }
            position += 1
            return true
        }

        /// The hash that follows the name.
        package var hash: SHA256Digest? {
            guard names.hasHashes, offset >= SHA256Digest.byteCount else { return nil }
            return SHA256Digest(names.bytes.span.extracting(offset - SHA256Digest.byteCount..<offset))
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
