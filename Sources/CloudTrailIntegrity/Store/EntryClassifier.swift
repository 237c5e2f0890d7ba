package import CloudTrailFormat
internal import CloudTrailRules

/// Tells what the entries of a folder may be, by their names alone; what they are depends on the root's layout.
struct EntryClassifier {
    /// What an entry may be.
    enum Role {
        /// A digest file; with an obstacle, one that is not a regular file.
        case digest(PackedKey, obstacle: ObjectReadError?)
        /// The answer of `head-object` for the digest file at this path, if there is one.
        case sidecar(of: PackedKey)
        /// Any other file; with an obstacle, one that is not a regular file.
        case file(obstacle: ObjectReadError?)
        /// A folder that hides what is below it; without an error, behind a link.
        case hidden(ObjectReadError?)
        /// No entry: a key that ends in `/` stands for a folder.
        case none
    }

    private var keyReader: PackedKeyEncoder
    /// The folder it is in: its path, with the `/` at its end.
    private(set) var folder = ObjectKey(bytes: [])

    init(_ names: SharedNames) {
        keyReader = PackedKeyEncoder(names)
    }

    /// Whether an entry is one of the folder it is in.
    func isInside(_ path: ObjectKey) -> Bool {
        path.bytes.span.nameStart(in: folder.bytes.span) != nil
    }

    /// Goes to the folder of an entry.
    mutating func enter(folderOf path: ObjectKey) {
        folder = ObjectKey(bytes: path.folder)
    }

    /// Where the names of the folder's entries begin in their paths.
    var nameStart: Int { folder.bytes.count }

    /// What an entry of the folder may be.
    mutating func role(of entry: ArchiveEntry) -> Role {
        let path = entry.path
        let folder = folder
        let name = path.bytes.span.extracting(droppingFirst: nameStart)
        var obstacle: ObjectReadError?
        switch entry.kind {
        case .file: if name.isEmpty { return .none }
        case .unreadableFolder(let error): return .hidden(error)
        case .link: obstacle = ObjectReadError(.notRegularFile, "a symbolic link, which is never followed")
        case .special: obstacle = ObjectReadError(.notRegularFile, "a device, a FIFO or a socket")
        }
        if let digest = keyReader.digestFile(name, in: folder.bytes.span) { return .digest(digest, obstacle: obstacle) }
        if obstacle == nil, name.hasSuffix(sidecarSuffix) {
            let owner = name.extracting(droppingLast: sidecarSuffix.utf8CodeUnitCount)
            if let digest = keyReader.digestFile(owner, in: folder.bytes.span) { return .sidecar(of: digest) }
        }
        // Nothing in the name of another link says that it leads to a file, so it may lead to a folder.
        if entry.kind == .link, LogFileName(path) == nil { return .hidden(nil) }
        return .file(obstacle: obstacle)
    }
}

/// What the name of a sidecar, the saved answer of `head-object`, has more than its digest file's.
private let sidecarSuffix: StaticString = ".metadata.json"

extension ObjectKey {
    /// The path of the sidecar of a digest file at this path.
    package var sidecar: ObjectKey { ObjectKey(bytes: bytes + sidecarSuffix.description.utf8) }

    /// Whether a file of this name is a digest file, or the sidecar of one, where it lies among such files.
    package var isNamedForDigest: Bool {
        let suffix = Array(sidecarSuffix.description.utf8)
        let isSidecar = bytes.count >= suffix.count && bytes.suffix(suffix.count).elementsEqual(suffix)
        return DigestFileName(isSidecar ? ObjectKey(bytes: Array(bytes.dropLast(suffix.count))) : self) != nil
    }
}
