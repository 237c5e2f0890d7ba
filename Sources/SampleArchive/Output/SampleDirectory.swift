package import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A directory that is new or empty, into which files are written below folders made on the way.
///
/// It becomes a whole archive or nothing: until ``finish()``, ``discard()`` takes back what was made, from any thread.
/// It is written in place, because an empty directory may be a mount point, another user's or behind a link, and then
/// none that is made beside it can take its place.
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
        /// What was made, in this order, and nothing that was there or that others made meanwhile.
        var made: [Item] = []
        /// The folders that are there, relative to the root: each is made once.
        var folders: Set<String> = [""]
        var lastFolder = ""
    }

    private struct Item: Sendable {
        let path: ByteString
        let isFolder: Bool
    }

    private let root: ByteString
    private let contents = LockedState(Contents())

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
            if unsafe mkdir(root.cString, 0o755) == 0 {
                contents.made.append(Item(path: root, isFolder: true))
            } else {
                guard errno == EEXIST else { throw SampleArchiveError.inputOutput(root, "make the directory", errno) }
                try Self.requireEmpty(root)
            }
            try makeFolder("archive", &contents)
        }
    }

    /// Writes a new file at `path` below the directory.
    package func write(_ content: [UInt8], at path: String) throws {
        let file = try makeFile(at: path)
        try file.write(content)
        try file.close()
    }

    /// Makes a new file at `path` below the directory, to be written piece by piece.
    func makeFile(at path: String) throws -> OutputFile {
        try contents.withLock { contents in
            try requireOpen(contents)
            if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
                let folder = path[..<slash]
                if folder != contents.lastFolder {
                    try makeFolder(String(folder), &contents)
                    contents.lastFolder = String(folder)
                }
            }
            let whole = below(path)
            let file = try OutputFile(creating: whole)
            contents.made.append(Item(path: whole, isFolder: false))
            return file
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
            for item in contents.made.reversed() {
                let result = unsafe item.isFolder ? rmdir(item.path.cString) : unlink(item.path.cString)
                if result == 0 || errno == ENOENT { continue }
                // A folder that is not empty holds what is reported already, or what others put there.
                if item.isFolder, errno == ENOTEMPTY || errno == EEXIST { continue }
                if leftover == nil { leftover = item.path }
            }
            contents.made = []
            contents.state = .discarded(leftover: leftover)
            return contents.state
        }
    }

    private func below(_ path: String) -> ByteString { root + "/" + ByteString(path) }

    private func requireOpen(_ contents: Contents) throws {
        guard contents.state == .open else { throw SampleArchiveError.discarded(root) }
    }

    private func makeFolder(_ folder: String, _ contents: inout Contents) throws {
        guard contents.folders.insert(folder).inserted else { return }
        if let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/")) {
            try makeFolder(String(folder[..<slash]), &contents)
        }
        let path = below(folder)
        if unsafe mkdir(path.cString, 0o755) == 0 {
            contents.made.append(Item(path: path, isFolder: true))
        } else if errno != EEXIST {
            throw SampleArchiveError.inputOutput(path, "make the folder", errno)
        }
    }

    private static func requireEmpty(_ path: ByteString) throws {
        guard let stream = unsafe opendir(path.cString) else {
            throw SampleArchiveError.inputOutput(path, "read the directory", errno)
        }
        defer { unsafe closedir(stream) }
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw SampleArchiveError.inputOutput(path, "read the directory", errno) }
                return
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            guard name == Array(".".utf8) || name == Array("..".utf8) else {
                throw SampleArchiveError.directoryNotEmpty(path)
            }
        }
    }
}
