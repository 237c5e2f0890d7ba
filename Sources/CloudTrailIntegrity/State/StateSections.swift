package import CloudTrailFormat
internal import NativeInterop

/// The frame of a state of version 2: a header, then one section after another, then an end that knows all of them.
///
/// Header and sections each stand behind their length and before their SHA-256, so that who looks for one section passes
/// over the others unread. The number of each section is in it, and the end has their number and the SHA-256 of all those
/// SHA-256: whatever is missing, there twice or in another order is not the state that was written.
package enum StateSections {
    /// What the first line says: so that nobody takes it for something else, and no other version for this one.
    static let title = Array("cloudtrail-integrity state 2\n".utf8)

    /// What a section begins with.
    package struct Head: Hashable, Sendable {
        /// Its number among the sections, from 0.
        package let number: Int
        package let name: StateSection.Name

        init(number: Int, name: StateSection.Name) {
            self.number = number
            self.name = name
        }

        init(_ reader: inout StateReader) throws(StateError) {
            number = try reader.index(below: .max)
            name = StateSection.Name(account: try reader.string(), region: try reader.string())
        }
    }

    /// Writes a state, of which no more than a section need be in memory.
    package struct Writer {
        private var checksums: [UInt8] = []
        private var count = 0

        /// Begins a state.
        ///
        /// - Parameter bytes: Given its beginning.
        package init(runs: Int, keys: [String: SHA256Digest], to bytes: inout [UInt8]) throws {
            var header = StateWriter()
            header.add(runs)
            header.add(keys.count)
            for (fingerprint, hash) in keys.sorted(by: { ObjectKey($0.key) < ObjectKey($1.key) }) {
                header.add(text: Array(fingerprint.utf8))
                header.add(hash)
            }
            var writer = StateWriter()
            writer.add(raw: StateSections.title)
            writer.add(text: header.bytes)
            let checksum = try SHA256Digest.of(writer.bytes)
            checksums += checksum.bytes
            writer.add(checksum)
            bytes += writer.bytes
        }

        /// Adds a section; they come in the order of their names.
        package mutating func add(_ section: StateSection, to bytes: inout [UInt8]) throws {
            let content = section.encoded(count)
            let checksum = try SHA256Digest.of(content)
            checksums += checksum.bytes
            count += 1
            var length = StateWriter()
            length.add(content.count)
            bytes += length.bytes
            bytes += content
            bytes += checksum.bytes
        }

        /// Ends the state.
        package func finish(to bytes: inout [UInt8]) throws {
            var writer = StateWriter()
            writer.add(0)
            writer.add(count)
            writer.add(try SHA256Digest.of(checksums))
            bytes += writer.bytes
        }
    }

    /// Goes through the sections of a state, and reads those that are asked for.
    package struct Reader {
        private var reader: StateReader
        private var checksums: [UInt8]
        private var count = 0
        private var current: (head: Head, content: ArraySlice<UInt8>, checksum: SHA256Digest)?

        /// The number of runs that the state came out of.
        package let runs: Int
        /// See ``ProvenState/keys``.
        package let keys: [String: SHA256Digest]

        /// Reads the header.
        package init(_ bytes: ArraySlice<UInt8>) throws {
            guard bytes.starts(with: StateSections.title) else { throw StateReader.broken }
            var reader = StateReader(bytes)
            _ = try reader.bytes(StateSections.title.count)
            let content = try reader.text()
            let covered = bytes[..<reader.offset]
            let checksum = try reader.digest()
            guard try SHA256Digest.of(covered.span) == checksum else { throw Self.changed }
            checksums = checksum.bytes
            var header = StateReader(content)
            runs = Int(clamping: try header.number())
            var keys: [String: SHA256Digest] = [:]
            for _ in 0..<(try header.count(ofAtLeast: SHA256Digest.byteCount)) {
                let fingerprint = try header.string()
                guard keys.updateValue(try header.digest(), forKey: fingerprint) == nil else {
                    throw StateReader.broken
                }
            }
            guard header.isAtEnd else { throw StateReader.broken }
            self.keys = keys
            self.reader = reader
        }

        private static let changed = StateError(.damaged, "it is damaged: its checksum is not that of its content")
        private static let incomplete = StateError(.damaged, "it is damaged: it is not the whole of what was written")

        /// Goes to the next section; `nil` behind the last, once it is sure that none is missing.
        package mutating func next() throws -> Head? {
            let content = try reader.text()
            guard !content.isEmpty else {
                current = nil
                let isWhole = try reader.number() == UInt64(count)
                let checksum = try reader.digest()
                let passed = try SHA256Digest.of(checksums)
                guard isWhole, checksum == passed, reader.isAtEnd else { throw Self.incomplete }
                return nil
            }
            let checksum = try reader.digest()
            checksums += checksum.bytes
            var start = StateReader(content)
            let head = try Head(&start)
            guard head.number == count, current.map({ $0.head.name < head.name }) ?? true else { throw Self.incomplete }
            count += 1
            current = (head, content, checksum)
            return head
        }

        /// The section that was gone to last.
        package func section() throws -> StateSection? {
            guard let current else { return nil }
            guard try SHA256Digest.of(current.content.span) == current.checksum else { throw Self.changed }
            return try StateSection(current.content, as: current.head)
        }
    }
}
