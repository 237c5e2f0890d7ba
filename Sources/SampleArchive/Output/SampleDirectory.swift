package import NativeInterop

/// A directory that is new or empty, into which files are written below folders made on the way.
///
/// It becomes a whole archive or nothing: until ``finish()``, ``discard()`` takes back what was made, from any thread.
/// It is written in place, because an empty directory may be a mount point, another user's or behind a link, and then
/// none that is made beside it can take its place. It is held open: what becomes of its path leads nothing elsewhere (I32).
package final class SampleDirectory: Sendable {
    package enum State: Hashable, Sendable {
        /// Files may be written.
        case open
        /// Everything is there.
        case complete
        /// What was made is removed; but for `leftover` and what it lies in, when something could not be.
        case discarded(leftover: ByteString?)
    }

    private struct Contents: Sendable {
        var state = State.open
        /// `nil` before it is begun.
        var root: OpenFolder?
        /// The folder that the directory was made in; `nil` when it was there.
        var parent: (folder: OpenFolder, name: ByteString)?
        /// What was made below the directory, in this order, and nothing that was there or that others made meanwhile.
        var made: [Item] = []
        /// The folders that are there, relative to the root: each is made once.
        var folders: Set<String> = []
        var lastFolder: (path: String, folder: OpenFolder)?
    }

    private struct Item: Sendable {
        /// Relative to the root.
        let path: String
        let isFolder: Bool
    }

    private let root: ByteString
    private let contents = LockedState(Contents())

    /// What the system takes of a path, with the NUL at its end.
    private static let maximumPathBytes = 4096

    /// What folders and files grant, less what the umask takes.
    private static let (folderRights, fileRights) = (UInt32(0o755), UInt32(0o644))

    /// The directory at `path`; nothing is made yet.
    package init(path: ByteString) {
        root = path
    }

    /// The directory at `path`; nothing is made yet.
    package convenience init(path: String) {
        self.init(path: ByteString(path))
    }

    /// What has become of it.
    package var state: State { contents.withLock { $0.state } }

    /// Makes the directory, or takes it when it is empty.
    package func begin() throws {
        guard !root.isEmpty, root.isUsable else {
            throw SampleArchiveError.invalidOption(
                "directory",
                root.description,
                "give the path of a new or an empty directory"
            )
        }
        try contents.withLock { contents in
            try requireOpen(contents)
            try openRoot(&contents)
            _ = try openFolder("archive", &contents)
        }
    }

    private func openRoot(_ contents: inout Contents) throws {
        do throws(SystemError) {
            contents.root = try OpenFolder(at: root)
        } catch {
            guard error == .noSuchFile else { throw SampleArchiveError.inputOutput(root, "make the directory", error) }
        }
        if let folder = contents.root {
            let isEmpty: Bool
            do throws(SystemError) {
                isEmpty = try folder.entries().isEmpty
            } catch {
                throw SampleArchiveError.inputOutput(root, "read the directory", error)
            }
            guard isEmpty else { throw SampleArchiveError.directoryNotEmpty(root) }
            return
        }
        var path = root
        while path.hasSuffix("/") { path = ByteString(bytes: path.bytes.dropLast()) }
        let parts = path.folderAndName ?? (folder: ".", name: path)
        do throws(SystemError) {
            let parent = try OpenFolder(at: parts.folder)
            guard try parent.makeFolder(parts.name, rights: Self.folderRights) else { throw .exists }
            contents.parent = (parent, parts.name)
            contents.root = try parent.folder(parts.name)
        } catch {
            throw SampleArchiveError.inputOutput(root, "make the directory", error)
        }
    }

    /// Writes a new file at `path` below the directory.
    package func write(_ content: [UInt8], at path: String) throws {
        let file = try makeFile(at: path)
        try file.write(content)
        try file.close()
    }

    /// Makes a new file at `path` below the directory, to be written piece by piece.
    func makeFile(at path: String) throws -> SampleFile {
        try contents.withLock { contents in
            try requireOpen(contents)
            let whole = below(path)
            // It could be made, but not be opened by its path.
            guard whole.bytes.count < Self.maximumPathBytes else {
                throw SampleArchiveError.inputOutput(whole, "make the file", .nameTooLong)
            }
            let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
            let folder = try openFolder(slash.map { String(path[..<$0]) } ?? "", &contents)
            let name = slash.map { path[path.utf8.index(after: $0)...] } ?? path[...]
            do throws(SystemError) {
                let writer = try FileWriter(making: ByteString(name), in: folder, rights: Self.fileRights)
                contents.made.append(Item(path: path, isFolder: false))
                return SampleFile(whole, writer)
            } catch {
                throw SampleArchiveError.inputOutput(whole, "make the file", error)
            }
        }
    }

    /// Keeps what was made for good.
    package func finish() throws {
        try contents.withLock { contents in
            try requireOpen(contents)
            contents.state = .complete
            contents.made = []
        }
    }

    /// Removes what was made, and makes every later call throw; does nothing when the archive is complete.
    ///
    /// A file that is being written meanwhile goes too: the writer keeps only its descriptor.
    @discardableResult
    package func discard() -> State {
        contents.withLock { contents in
            guard contents.state == .open else { return contents.state }
            var leftover: ByteString?
            for item in contents.made.reversed() where !remove(item, contents) {
                if leftover == nil { leftover = below(item.path) }
            }
            if let parent = contents.parent, !removeRoot(from: parent, contents), leftover == nil { leftover = root }
            contents.made = []
            contents.lastFolder = nil
            contents.state = .discarded(leftover: leftover)
            return contents.state
        }
    }

    /// `false` when it is still there, and that is not reported with what lies in it.
    private func remove(_ item: Item, _ contents: Contents) -> Bool {
        guard let root = contents.root else { return true }
        let slash = item.path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = ByteString(slash.map { item.path[item.path.utf8.index(after: $0)...] } ?? item.path[...])
        do throws(SystemError) {
            let folder = try Self.folder(slash.map { item.path[..<$0] } ?? "", in: root)
            try item.isFolder ? folder.removeFolder(name) : folder.remove(name)
            return true
        } catch {
            // A folder that is not empty holds what is reported already, or what others put there.
            return error == .noSuchFile || item.isFolder && error.saysNotEmpty
        }
    }

    private func removeRoot(from parent: (folder: OpenFolder, name: ByteString), _ contents: Contents) -> Bool {
        do throws(SystemError) {
            // Another folder may have its name by now.
            if let root = contents.root, try parent.folder.status(of: parent.name)?.inode != root.inode { return true }
            try parent.folder.removeFolder(parent.name)
            return true
        } catch {
            return error == .noSuchFile || error.saysNotEmpty
        }
    }

    private func below(_ path: String) -> ByteString { root + "/" + ByteString(path) }

    private func requireOpen(_ contents: Contents) throws {
        guard contents.state == .open else { throw SampleArchiveError.discarded(root) }
    }

    /// The folder at this path below the root, made where it is not there.
    private func openFolder(_ path: String, _ contents: inout Contents) throws -> OpenFolder {
        guard let root = contents.root else { throw SampleArchiveError.discarded(self.root) }
        if path.isEmpty { return root }
        if let last = contents.lastFolder, last.path == path { return last.folder }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let parentPath = slash.map { path[..<$0] } ?? ""
        let name = ByteString(slash.map { path[path.utf8.index(after: $0)...] } ?? path[...])
        let folder: OpenFolder
        do throws(SystemError) {
            if contents.folders.contains(path) {
                folder = try Self.folder(path[...], in: root)
                contents.lastFolder = (path, folder)
                return folder
            }
        } catch {
            throw SampleArchiveError.inputOutput(below(path), "make the folder", error)
        }
        let parent = try openFolder(String(parentPath), &contents)
        do throws(SystemError) {
            if try parent.makeFolder(name, rights: Self.folderRights) {
                contents.made.append(Item(path: path, isFolder: true))
            }
            folder = try parent.folder(name)
        } catch {
            throw SampleArchiveError.inputOutput(below(path), "make the folder", error)
        }
        contents.folders.insert(path)
        contents.lastFolder = (path, folder)
        return folder
    }

    /// The folder at this path below another; no link is followed.
    private static func folder(_ path: Substring, in root: OpenFolder) throws(SystemError) -> OpenFolder {
        var folder = root
        for name in path.utf8.split(separator: UInt8(ascii: "/")) {
            folder = try folder.folder(ByteString(bytes: name))
        }
        return folder
    }
}
