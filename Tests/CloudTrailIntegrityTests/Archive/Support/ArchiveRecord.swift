import CloudTrailFormat

#if ArchiveFiles
import CloudTrailIntegrity

extension ObjectStream {
    /// Goes through all of it.
    func forEachObject(_ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void) throws {
        try forEachObject(check: {}, visit)
    }
}

/// What a pass over an archive file came upon.
struct ArchiveRecord {
    struct Member: Equatable {
        var path: [UInt8]
        var kind: ArchiveEntry.Kind
        /// `nil` when there was nothing to be read.
        var content: [UInt8]?
        var error: ObjectReadError?
        var storedBytes: UInt64 = 0
        var modified: Int64?
        var metadata: SignatureMetadata?

        var name: String { String(decoding: path, as: UTF8.self) }
        var text: String? { content.map { String(decoding: $0, as: UTF8.self) } }
    }

    var members: [Member] = []
    /// The folders that are members themselves.
    var folders: [String] = []
    /// Why a part of the archive was not seen.
    var hidden: ObjectReadError?
    var hiddenCount = 0

    /// Goes through `file`, and reads up to `limit` bytes of each member.
    init(_ file: ArchiveFile, reading: Bool = true, limit: Int = 1 << 20, pieces: Int = 4096) throws {
        var buffer = [UInt8](repeating: 0, count: pieces)
        try file.forEachObject { entry, object in
            if case .unreadableFolder(let error) = entry.kind, entry.path.bytes.isEmpty {
                hidden = error
                hiddenCount += 1
                return
            }
            if entry.path.bytes.last == UInt8(ascii: "/") {
                folders.append(entry.path.description)
                return
            }
            var member = Member(path: entry.path.bytes, kind: entry.kind)
            if let object {
                member.storedBytes = object.storedBytes ?? 0
                member.modified = object.metadata.modified
                if reading {
                    do {
                        var content: [UInt8] = []
                        while content.count < limit {
                            let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
                                var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                                return try object.read(into: &span)
                            }
                            if count == 0 { break }
                            content += buffer[..<count]
                        }
                        member.content = content
                        member.metadata = try object.signatureMetadata()
                    } catch let error as ObjectReadError {
                        member.error = error
                    }
                }
            }
            members.append(member)
        }
    }

    var names: [String] { members.map(\.name) }
    var texts: [String: String] {
        Dictionary(members.compactMap { member in member.text.map { (member.name, $0) } }) { first, _ in first }
    }
}
#endif
