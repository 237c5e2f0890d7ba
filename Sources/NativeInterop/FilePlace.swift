#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Where a file lies, or would lie: a folder that is held open, and a name in it that no link has.
///
/// A path is resolved once, component by component. What becomes of the path afterwards changes nothing about where the
/// file goes.
package struct FilePlace: Sendable {
    package let folder: OpenFolder
    package let name: ByteString
    /// What was there when the path was resolved; `nil` for nothing.
    package let status: FileStatus?
    /// Where the file named by the path leads, if it is a link; `nil` if it is not.
    package let target: ByteString?

    private let ancestors: OpenFolder.Ancestors

    /// More links than that one behind the other are a loop, as for the system.
    private static let maximumLinks = 40

    /// Why a path could not be resolved.
    package struct ResolutionError: Error {
        /// Where the file named by the path leads, as far as links were followed; `nil` if it is not a link.
        package let target: ByteString?
        package let error: SystemError
    }

    /// Resolves `path`.
    ///
    /// - Throws: ``ResolutionError``: `ELOOP` for links that lead in a circle, `EACCES` for one that somebody else put into a folder that
    ///   everybody can write, `EISDIR` for a path that ends in `/`, `.` or `..`; and what the system says of a folder.
    package init(resolving path: ByteString) throws(ResolutionError) {
        var shown = path
        do throws(SystemError) {
            self = try Self.resolve(path, &shown)
        } catch {
            throw ResolutionError(target: shown == path ? nil : shown, error: error)
        }
    }

    private init(
        folder: OpenFolder,
        name: ByteString,
        status: FileStatus?,
        target: ByteString?,
        ancestors: OpenFolder.Ancestors
    ) {
        self.folder = folder
        self.name = name
        self.status = status
        self.target = target
        self.ancestors = ancestors
    }

    private static func resolve(_ path: ByteString, _ shown: inout ByteString) throws(SystemError) -> FilePlace {
        var pending = components(path)
        var folder = try OpenFolder(at: path.hasPrefix("/") ? "/" : ".")
        var links: [OpenFolder.Ancestors] = []
        while let name = pending.popLast() {
            if name == "." { continue }
            if name == ".." {
                folder = try folder.parent()
                continue
            }
            let status = try folder.status(of: name)
            guard let link = status, link.kind == .link else {
                guard pending.isEmpty else {
                    folder = try folder.folder(name)
                    continue
                }
                var ancestors = folder.ancestors()
                for link in links {
                    ancestors.inodes.formUnion(link.inodes)
                    ancestors.error = ancestors.error ?? link.error
                }
                let target = shown == path ? nil : shown
                return FilePlace(folder: folder, name: name, status: status, target: target, ancestors: ancestors)
            }
            guard links.count < maximumLinks else { throw SystemError(code: ELOOP) }
            guard !link.isForeign(in: folder.status) else { throw SystemError(code: EACCES) }
            links.append(folder.ancestors())
            // The text of a link of /proc need not be the path of what it leads to.
            if link.bytes == 0, !pending.isEmpty {
                folder = try folder.linkedFolder(name)
                continue
            }
            let text = try folder.text(ofLink: name)
            guard !text.isEmpty else { throw SystemError(code: ENOENT) }
            if pending.isEmpty { shown = text.hasPrefix("/") ? text : (shown.folderAndName?.folder ?? "") + text }
            if text.hasPrefix("/") { folder = try OpenFolder(at: "/") }
            pending += components(text)
        }
        throw SystemError(code: EISDIR)
    }

    /// The components of a path, the last one first.
    private static func components(_ path: ByteString) -> [ByteString] {
        let slash = UInt8(ascii: "/")
        var components = path.bytes.split(separator: slash).map { ByteString(bytes: $0) }
        if path.bytes.last == slash { components.append(".") }
        return components.reversed()
    }

    /// What tells whether it lies in a folder.
    package var location: FileLocation {
        FileLocation(
            folders: ancestors.inodes,
            areAllFolders: ancestors.error == nil,
            inode: status?.inode,
            hasOtherNames: status.map { $0.nameCount > 1 || folder.mayBeMount(name) } ?? false,
            name: FileLocation.Name(folder: folder.inode, name: name)
        )
    }

    /// The same place with the descriptor of another one's folder, if that is the same folder: few may be open at a time.
    package func sharingFolder(of other: FilePlace) -> FilePlace {
        guard folder.inode == other.folder.inode, ancestors.inodes == other.ancestors.inodes else { return self }
        return FilePlace(folder: other.folder, name: name, status: status, target: target, ancestors: ancestors)
    }

    /// The place beside it, with `suffix` at the end of the name.
    package func neighbour(_ suffix: ByteString) -> FilePlace {
        let status = (try? folder.status(of: name + suffix)) ?? nil
        let target = target.map { $0 + suffix }
        return FilePlace(folder: folder, name: name + suffix, status: status, target: target, ancestors: ancestors)
    }

    /// Whether it lies in one of these folders now, wherever its folder may have been moved meanwhile.
    ///
    /// - Throws: What keeps that from being known, if it could be known at first.
    package func lies(in folders: Set<Inode>) throws(SystemError) -> Bool {
        let now = folder.ancestors()
        if let error = now.error, ancestors.error == nil { throw error }
        return !now.inodes.isDisjoint(with: folders)
    }
}

/// Where a file lies, in what can be compared: by whatever path, link or mount it is reached.
package struct FileLocation: Sendable {
    /// A name in a folder.
    package struct Name: Hashable, Sendable {
        let folder: Inode
        let name: ByteString
    }

    /// The folders that it lies in, and those that the links lie in which lead to it.
    package let folders: Set<Inode>
    /// Whether the folders reach to the root.
    let areAllFolders: Bool
    /// The file that is there; `nil` for none.
    package let inode: Inode?
    /// Whether the file may be in other folders too, by links of the file system or by a mount of it alone.
    package let hasOtherNames: Bool
    let name: Name

    fileprivate init(folders: Set<Inode>, areAllFolders: Bool, inode: Inode?, hasOtherNames: Bool, name: Name) {
        self.folders = folders
        self.areAllFolders = areAllFolders
        self.inode = inode
        self.hasOtherNames = hasOtherNames
        self.name = name
    }

    /// Where the file lies that is read at `path`.
    package init(ofFileAt path: ByteString) throws(SystemError) {
        guard let status = try FileStatus(at: path) else { throw SystemError(code: ENOENT) }
        let location: FileLocation
        do throws(FilePlace.ResolutionError) {
            location = try FilePlace(resolving: path).location
        } catch {
            throw error.error
        }
        // One of this process's descriptors may lead to a file that has another name by now, or none.
        let isElsewhere = location.inode != status.inode && status.kind == .file && status.nameCount > 0
        self.init(
            folders: location.folders,
            areAllFolders: location.areAllFolders,
            inode: status.inode,
            hasOtherNames: location.hasOtherNames || isElsewhere,
            name: location.name
        )
    }

    /// Whether one of its folders may also lie where `..` does not lead: by a mount.
    package func mayHaveOtherFolders(_ mounts: MountTable?) -> Bool {
        guard areAllFolders, let mounts else { return true }
        return Set(folders.map(\.device)).contains(where: mounts.mayAlias)
    }

    /// Whether both are the same file, or would be.
    package func isSameFile(as other: FileLocation) -> Bool {
        name == other.name || inode != nil && inode == other.inode
    }
}
