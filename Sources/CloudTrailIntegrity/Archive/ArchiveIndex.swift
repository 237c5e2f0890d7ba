/// What the sources hold, sorted by what the names say it is.
package struct ArchiveIndex: Sendable {
    /// A file that matters to validation.
    package struct File: Hashable, Sendable {
        /// The number of its source.
        package let root: Int
        package let path: ObjectKey
        package let role: Role
        /// `nil` for a regular file, else what it is instead.
        package let obstacle: ObjectReadError?
    }

    package enum Role: Hashable, Sendable {
        case digest(DigestFileName)
        case log(LogFileName)
        /// A file without such a name that a reader of the log files may read too.
        case other
    }

    /// A folder that hides what is below it.
    package struct HiddenFolder: Hashable, Sendable {
        package let root: Int
        package let path: ObjectKey
        /// `nil` for a link, which is never followed.
        package let error: ObjectReadError?
    }

    package private(set) var files: [File] = []
    package private(set) var hiddenFolders: [HiddenFolder] = []
    /// The files beside digest files that hold an answer of `head-object`, by source and path.
    package private(set) var sidecars: Set<SidecarName> = []

    package struct SidecarName: Hashable, Sendable {
        package let root: Int
        package let path: ObjectKey
    }

    /// What a sidecar's name has more than its digest file's.
    package static let sidecarSuffix: StaticString = ".metadata.json"

    /// Lists `sources`.
    package init(_ sources: [any ObjectSource]) throws {
        for (root, source) in sources.enumerated() {
            try source.list { entry in add(entry, root: root) }
        }
    }

    private mutating func add(_ entry: ArchiveEntry, root: Int) {
        let path = entry.path
        var obstacle: ObjectReadError?
        switch entry.kind {
        case .file: break
        case .unreadableFolder(let error):
            hiddenFolders.append(HiddenFolder(root: root, path: path, error: error))
            return
        case .link: obstacle = ObjectReadError(.notRegularFile, "a symbolic link, which is never followed")
        case .special: obstacle = ObjectReadError(.notRegularFile, "a device, a FIFO or a socket")
        }
        if path.hasSuffix(Self.sidecarSuffix) {
            if obstacle == nil { sidecars.insert(SidecarName(root: root, path: path)) }
        } else if let role = Self.role(of: path) {
            files.append(File(root: root, path: path, role: role, obstacle: obstacle))
        } else if entry.kind == .link {
            // It may be a link to a folder.
            hiddenFolders.append(HiddenFolder(root: root, path: path, error: nil))
        }
    }

    private static func role(of path: ObjectKey) -> Role? {
        if let name = path.asciiName {
            if let digest = DigestFileName(name) { return .digest(digest) }
            if let log = LogFileName(name) { return .log(log) }
        }
        if path.lastComponent.first == UInt8(ascii: ".") { return nil }
        let mayBeLog = path.hasSuffix(".gz") || path.hasSuffix(".json") || LogFolder(path) != nil
        return mayBeLog ? .other : nil
    }
}
