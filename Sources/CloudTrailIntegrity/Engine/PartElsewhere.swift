internal import CloudTrailFormat
internal import CloudTrailRules

/// A part of the archive that lies at another offset than the rest of its root.
struct PartElsewhere: Hashable, Sendable {
    let root: Int
    let offset: PathOffset
    /// The folder to give as an archive of its own, below the root and with the `/` at its end; empty where the part lies in
    /// the root itself.
    let folder: ObjectKey
}

/// The folder to give as an archive of its own, for parts of any offset.
struct FolderElsewhere: Hashable, Sendable {
    let root: Int
    let path: ObjectKey

    init(root: Int, path: ObjectKey) {
        self.root = root
        self.path = path
    }

    init(_ part: PartElsewhere) { self.init(root: part.root, path: part.folder) }
}

extension ArchiveFacts {
    /// The part that a signed digest file elsewhere belongs to; `nil` for any other.
    func part(ofElsewhere record: Int) -> PartElsewhere? {
        guard let offset = offset(ofElsewhere: record) else { return nil }
        let bucket = records.location(of: record)?.bucket ?? ""
        return PartElsewhere(
            root: index.digests[record].root,
            offset: offset,
            folder: offset.folder(inBucket: bucket)
        )
    }
}

extension SourceNames {
    /// The folder of parts that lie elsewhere, as the report shows it; `nil` where none can be named.
    func displayPath(of folder: FolderElsewhere) -> ObjectKey? {
        folder.path.bytes.isEmpty ? nil : displayPath(root: folder.root, ObjectKey(bytes: folder.path.bytes.dropLast()))
    }
}

extension FolderElsewhere: PartialValue, Comparable {
    func write(to writer: inout StateWriter) {
        writer.add(root)
        writer.add(path)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(root: try reader.value(), path: try reader.value())
    }

    static func < (lhs: FolderElsewhere, rhs: FolderElsewhere) -> Bool {
        (lhs.root, lhs.path) < (rhs.root, rhs.path)
    }
}
