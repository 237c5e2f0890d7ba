/// Why a file is not a signature manifest.
public struct SignatureManifestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line that could not be read, counted from 1.
    public let line: Int
    /// What is wrong, in one line without the file's name.
    public let reason: String

    /// The line and the reason.
    public var description: String { "line \(line): \(reason)" }
}

/// Signatures of digest files that were kept outside the archive, by the object they belong to.
///
/// Three shapes are read as they are: JSON Lines of `{"bucket","key","metadata":{…}}`, the output of
/// `rclone lsjson -R -M`, and the lines of `s5cmd head` (I13).
public struct SignatureManifest: Sendable {
    struct Entry: Sendable {
        /// `nil` where the shape does not name it.
        let bucket: String?
        /// The key, or for rclone the path below what was listed: then its end.
        let key: ObjectKey
        let metadata: SignatureMetadata
        /// The number of the file in ``files``.
        var file: Int32 = -1
    }

    /// A file that was added.
    package struct File: Hashable, Sendable {
        /// As the caller calls it.
        package let name: String
        /// How many objects it names.
        package fileprivate(set) var objects = 0
        /// Of how many of them it has a signature.
        package fileprivate(set) var signatures = 0
        /// Whether it is a list of rclone's in which no object has metadata.
        package fileprivate(set) var lacksMetadataOfRclone = false
    }

    /// By file name: a digest file's name is all but unique, and a path may lack the front of the key.
    private var entries: [ObjectKey: [Entry]] = [:]

    /// The ends of the windows in those names; a digest file of another end has no signature here.
    private var endTimes: Set<Timestamp> = []

    /// The number of signatures.
    public private(set) var count = 0

    /// The files, in the order in which they were added.
    package private(set) var files: [File] = []

    /// A manifest without signatures.
    public init() {}

    /// Adds the signatures of a file. Entries without a signature, such as those of log files, are passed over.
    ///
    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - name: What a finding calls the file.
    /// - Throws: ``SignatureManifestError`` with the line that could not be read; nothing has been added then.
    public mutating func add(reading bytes: [UInt8], name: String = "signatures") throws {
        let bytes = InputText.utf8(bytes)
        let isArray = bytes.first { !JSONLines.isSpace($0) } == UInt8(ascii: "[")
        let found = isArray ? try Self.readArray(bytes) : try Self.readLines(bytes)
        for var entry in found.entries {
            let name = ObjectKey(bytes: Array(entry.key.lastComponent))
            entry.file = Int32(clamping: files.count)
            entries[name, default: []].append(entry)
            if let end = DigestFileName(name)?.endTime { endTimes.insert(end) }
        }
        count += found.entries.count
        files.append(
            File(
                name: name,
                objects: found.objects,
                signatures: found.entries.count,
                lacksMetadataOfRclone: found.isOfRclone && !found.hasMetadata
            )
        )
    }

    /// Which files have a signature of an object with the key of `location`, and of which bucket they say that it is; `nil`
    /// where they name none.
    package func files(with location: ObjectLocation) -> [(number: Int, bucket: String?)] {
        guard count > 0, let named = entries[ObjectKey(bytes: Array(location.key.lastComponent))] else { return [] }
        let key = location.key.collapsed
        return named.filter { key.isSameOrEnds(with: $0.key.collapsed) }.map { (Int($0.file), $0.bucket) }
    }

    /// Whether there may be signatures of a digest file whose name ends its window at this moment: what is cheap to ask.
    package func mayHoldSignature(ofDigestEndingAt end: Timestamp) -> Bool {
        count > 0 && endTimes.contains(end)
    }

    /// The signatures that were kept for the very key of `location`.
    package func signatures(keptFor location: ObjectLocation) -> [SignatureMetadata] {
        guard count > 0, let named = entries[ObjectKey(bytes: Array(location.key.lastComponent))] else { return [] }
        let key = location.key.collapsed
        return named.filter { entry in
            (entry.bucket.map { $0 == location.bucket } ?? true) && entry.key.collapsed == key
        }.map(\.metadata)
    }

    /// The signatures that may belong to the object at `location`: same name, and the shorter key the other's end.
    package func signatures(for location: ObjectLocation) -> [SignatureMetadata] {
        guard count > 0, let named = entries[ObjectKey(bytes: Array(location.key.lastComponent))] else { return [] }
        let key = location.key.collapsed
        return named.filter { entry in
            (entry.bucket.map { $0 == location.bucket } ?? true) && key.isSameOrEnds(with: entry.key.collapsed)
        }.map(\.metadata)
    }

    // MARK: Reading

    private enum Name: String, CodingKey, CaseIterable {
        case bucket, key, metadata
        case path = "Path"
        case metadataOfRclone = "Metadata"
    }

    private static let names = JSONNames<Name>()

    /// What reading a file found.
    private struct Found {
        var entries: [Entry] = []
        var objects = 0
        /// Whether objects are named as rclone names them.
        var isOfRclone = false
        /// Whether an object has metadata, with a signature or without.
        var hasMetadata = false
    }

    private static func readLines(_ bytes: [UInt8]) throws -> Found {
        var found = Found()
        do throws(JSONLines.Failure) {
            try JSONLines.forEach(bytes, maximumDepth: 32) { (reader) throws(JSONError) in
                try readEntry(&reader, into: &found)
            }
        } catch {
            let reason =
                error.error.map { escaped($0.description) }
                ?? "it names no object: a \"key\" (and \"bucket\") or a \"Path\" is needed"
            throw SignatureManifestError(line: error.line, reason: reason)
        }
        return found
    }

    /// rclone's list, which holds folders and other objects too.
    private static func readArray(_ bytes: [UInt8]) throws -> Found {
        var found = Found()
        var reader = JSONReader(bytes, maximumDepth: 32)
        do throws(JSONError) {
            try reader.readArray { (reader) throws(JSONError) in _ = try readEntry(&reader, into: &found) }
            try reader.expectEnd()
        } catch {
            let line = 1 + bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") }
            throw SignatureManifestError(line: line, reason: escaped(error.description))
        }
        return found
    }

    /// Reads one object of the manifest; `false` when it names no S3 object or is not a JSON object.
    private static func readEntry(_ reader: inout JSONReader, into found: inout Found) throws(JSONError) -> Bool {
        guard try reader.kind() == .object else {
            try reader.skipValue()
            return false
        }
        var bucket: String?
        var key: String?
        var metadata: SignatureMetadata?
        var isOfRclone = false
        var hasMetadata = false
        try reader.readObject(names) { (reader, name) throws(JSONError) in
            switch name {
            case .bucket where try reader.kind() == .string: bucket = try reader.readString()
            case .key where try reader.kind() == .string, .path where try reader.kind() == .string:
                isOfRclone = name == .path
                key = try reader.readString()
            case .metadata, .metadataOfRclone:
                hasMetadata = try reader.kind() == .object
                metadata = try SignatureMetadata.read(&reader)
            default: try reader.skipValue()
            }
        }
        guard var key else { return false }
        let scheme = "s3://"
        if key.utf8.starts(with: scheme.utf8) {
            // By bytes: a combining character after a slash is one with it as text.
            let name = key.utf8.dropFirst(scheme.utf8.count)
            guard let slash = name.firstIndex(of: UInt8(ascii: "/")) else { return false }
            bucket = String(Substring(name[..<slash]))
            key = String(Substring(name[name.index(after: slash)...]))
        }
        found.objects += 1
        found.isOfRclone = found.isOfRclone || isOfRclone
        found.hasMetadata = found.hasMetadata || hasMetadata
        if let metadata { found.entries.append(Entry(bucket: bucket, key: ObjectKey(key), metadata: metadata)) }
        return true
    }
}

extension ObjectKey {
    /// Whether one of the two is the other, or its end from a `/` on.
    fileprivate func isSameOrEnds(with other: ObjectKey) -> Bool {
        let (short, long) = bytes.count < other.bytes.count ? (bytes, other.bytes) : (other.bytes, bytes)
        guard long.suffix(short.count).elementsEqual(short) else { return false }
        return long.count == short.count || long[long.count - short.count - 1] == UInt8(ascii: "/")
    }
}
