/// Tells what the entries of a folder may be, by their names alone.
struct EntryRoles {
    /// What an entry may be.
    enum Role {
        /// A digest file; with an obstacle, one that is no regular file.
        case digest(DigestFileName, obstacle: ObjectReadError?)
        /// The answer of `head-object` for the digest file at this path, if there is one.
        case sidecar(of: ObjectKey)
        /// A file that readers of the log files may read; with an obstacle, one that is no regular file.
        case file(obstacle: ObjectReadError?)
        /// A folder that hides what is below it; without an error, behind a link.
        case hidden(ObjectReadError?)
        /// Nothing that matters.
        case none
    }

    private var nameReader = DigestFileNameReader()
    /// Whether every file of the folder is one that readers of the logs read.
    private var isLogFolder = false

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
        if let name = nameReader.read(path) { return .digest(name, obstacle: obstacle) }
        if obstacle == nil, let digest = Self.digest(besides: path), DigestFileName(digest) != nil {
            return .sidecar(of: digest)
        }
        if mayBeLogFile(path), entry.kind != .link || LogFileName(path) != nil { return .file(obstacle: obstacle) }
        // Nothing in its name says that it leads to a file, so it may lead to a folder.
        return entry.kind == .link ? .hidden(nil) : .none
    }

    /// The path of the digest file that a sidecar of this path lies beside.
    private static func digest(besides path: ObjectKey) -> ObjectKey? {
        guard path.hasSuffix(ArchiveIndex.sidecarSuffix) else { return nil }
        return ObjectKey(bytes: path.bytes.dropLast(ArchiveIndex.sidecarSuffix.utf8CodeUnitCount))
    }

    /// Whether a reader of the log files may read it.
    private func mayBeLogFile(_ path: ObjectKey) -> Bool {
        if path.lastComponent.first == UInt8(ascii: ".") { return false }
        return isLogFolder || path.hasSuffix(".gz") || path.hasSuffix(".json")
    }
}
