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
    ///
    /// - Parameter check: Called with every entry; what it throws ends the listing.
    package init(_ sources: [any ObjectSource], check: () throws -> Void = {}) throws {
        for (root, source) in sources.enumerated() {
            try source.list { entry in
                try check()
                add(entry, root: root)
            }
        }
        settleSidecars()
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
        if obstacle == nil, let digest = Self.digest(besides: path), DigestFileName(digest) != nil {
            sidecars.insert(SidecarName(root: root, path: path))
        } else if let role = Self.role(of: path), !(role == .other && entry.kind == .link) {
            files.append(File(root: root, path: path, role: role, obstacle: obstacle))
        } else if entry.kind == .link {
            // Nothing in its name says that it leads to a file, so it may lead to a folder.
            hiddenFolders.append(HiddenFolder(root: root, path: path, error: nil))
        }
    }

    /// The path of the digest file that a sidecar of this path lies beside.
    private static func digest(besides path: ObjectKey) -> ObjectKey? {
        guard path.hasSuffix(sidecarSuffix) else { return nil }
        return ObjectKey(bytes: path.bytes.dropLast(sidecarSuffix.utf8CodeUnitCount))
    }

    /// What is named like a sidecar and has no digest file beside it is a file like any other.
    private mutating func settleSidecars() {
        var digests: Set<SidecarName> = []
        for file in files {
            if case .digest = file.role { digests.insert(SidecarName(root: file.root, path: file.path)) }
        }
        for sidecar in sidecars.sorted(by: { ($0.root, $0.path) < ($1.root, $1.path) }) {
            guard let digest = Self.digest(besides: sidecar.path),
                !digests.contains(SidecarName(root: sidecar.root, path: digest))
            else { continue }
            sidecars.remove(sidecar)
            files.append(File(root: sidecar.root, path: sidecar.path, role: .other, obstacle: nil))
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
