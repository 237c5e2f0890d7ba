/// Tells what the entries of a folder may be, by their names alone.
struct EntryRoles {
    /// What an entry may be.
    enum Role {
        /// A digest file; with an obstacle, one that is no regular file.
        case digest(DigestKey, obstacle: ObjectReadError?)
        /// The answer of `head-object` for the digest file at this path, if there is one.
        case sidecar(of: DigestKey)
        /// A file that readers of the log files may read; with an obstacle, one that is no regular file.
        case file(obstacle: ObjectReadError?)
        /// A folder that hides what is below it; without an error, behind a link.
        case hidden(ObjectReadError?)
        /// Nothing that matters.
        case none
    }

    private var keyReader: DigestKeyReader
    /// Whether every file of the folder is one that readers of the logs read.
    private var isLogFolder = false

    init(_ names: DigestNames) {
        keyReader = DigestKeyReader(names)
    }

    /// Goes to a folder: its path, with the `/` at its end.
    mutating func enter(_ folder: ObjectKey) {
        isLogFolder = LogFolder(folder) != nil
    }

    /// What an entry of the folder may be.
    mutating func role(of entry: ArchiveEntry) -> Role {
        let path = entry.path
        var obstacle: ObjectReadError?
        switch entry.kind {
        case .file: break
        case .unreadableFolder(let error): return .hidden(error)
        case .link: obstacle = ObjectReadError(.notRegularFile, "a symbolic link, which is never followed")
        case .special: obstacle = ObjectReadError(.notRegularFile, "a device, a FIFO or a socket")
        }
        if let digest = keyReader.digestFile(path) { return .digest(digest, obstacle: obstacle) }
        if obstacle == nil, let digest = path.withoutSidecarSuffix.flatMap({ keyReader.digestFile($0) }) {
            return .sidecar(of: digest)
        }
        if mayBeLogFile(path), entry.kind != .link || LogFileName(path) != nil { return .file(obstacle: obstacle) }
        // Nothing in its name says that it leads to a file, so it may lead to a folder.
        return entry.kind == .link ? .hidden(nil) : .none
    }

    /// Whether a reader of the log files may read it.
    private func mayBeLogFile(_ path: ObjectKey) -> Bool {
        if path.lastComponent.first == UInt8(ascii: ".") { return false }
        return isLogFolder || path.hasSuffix(".gz") || path.hasSuffix(".json")
    }
}

extension ObjectKey {
    /// What the name of a sidecar, the saved answer of `head-object`, has more than its digest file's.
    private static let sidecarSuffix: StaticString = ".metadata.json"

    /// The path of the sidecar of a digest file at this path.
    package var sidecar: ObjectKey { ObjectKey(bytes: bytes + Self.sidecarSuffix.description.utf8) }

    /// The path of the digest file that a sidecar of this path lies beside; `nil` when it is not named like one.
    fileprivate var withoutSidecarSuffix: ObjectKey? {
        guard hasSuffix(Self.sidecarSuffix) else { return nil }
        return ObjectKey(bytes: bytes.dropLast(Self.sidecarSuffix.utf8CodeUnitCount))
    }
}
