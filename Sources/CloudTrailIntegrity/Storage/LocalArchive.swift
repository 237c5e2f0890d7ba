public import CloudTrailFormat
internal import CloudTrailRules
package import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Why a folder cannot be taken as an archive.
public struct LocalArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What stood in the way.
    @nonexhaustive public enum Reason: Hashable, Sendable {
        /// Nothing is there.
        case notFound
        /// What is there is no folder.
        case notAFolder
        /// The system refuses to open it.
        case unreadable
    }

    /// What stood in the way.
    public let reason: Reason
    /// What is wrong, in one line without the path.
    public let description: String
}

extension LocalArchiveError {
    fileprivate static let notFound = LocalArchiveError(reason: .notFound, description: "there is no such folder")
}

/// An archive in a folder of the file system.
///
/// It is opened once and never written to. Everything below it is resolved folder by folder from the root's
/// descriptor, and no symbolic link is followed, so nothing outside the root is ever opened.
public final class LocalArchive: FolderSource, PathSource {
    /// The path as it was given; one that is not UTF-8 with its other bytes as `\xff`.
    public let name: String

    package let givenPath: ByteString

    private let root: LocalFolder
    private let folders = LockedState(OpenFolders())

    /// The longest path below the root that is followed: a key and what a download may put before it.
    package static let maximumPathBytes = 4096
    /// The most folders below each other that are followed; CloudTrail's keys have about ten.
    package static let maximumDepth = 128

    /// Opens the folder at `path`, which may itself be a link.
    ///
    /// - Throws: ``LocalArchiveError`` when it is not there, is not a folder, or may not be read.
    public convenience init(path: String) throws {
        try self.init(ByteString(path))
    }

    /// Opens the folder with this path, whose bytes need not be UTF-8.
    ///
    /// - Throws: ``LocalArchiveError``, as for a path that is text.
    public convenience init(pathBytes: some Sequence<UInt8>) throws {
        try self.init(ByteString(bytes: pathBytes))
    }

    private init(_ path: ByteString) throws {
        guard path.isUsable else { throw LocalArchiveError.notFound }
        let descriptor = unsafe openat(AT_FDCWD, path.cString, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: throw LocalArchiveError.notFound
            case ENOTDIR:
                let description = "not a folder: give the folder the archive is in"
                throw LocalArchiveError(reason: .notAFolder, description: description)
            default: throw LocalArchiveError(reason: .unreadable, description: SystemError.last.description)
            }
        }
        givenPath = path
        name = path.description
        root = LocalFolder(descriptor)
    }

    /// The root's descriptor, which stays the archive's.
    package var rootDescriptor: CInt { root.number }

    // MARK: Listing

    /// Each folder is read by itself.
    public var listsFolders: Bool { true }

    /// Calls `visit` with every file, folder by folder in the order of their names, but with digest files before what lies
    /// beside their folders.
    public func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        try list(below: ObjectKey(bytes: []), visit)
    }

    /// Calls `visit` with every file below a folder, in the same order.
    public func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
        let start = try Self.start(at: folder)
        var pending = [start]
        var listing = FolderListing()
        while let folder = pending.popLast() {
            do throws(ObjectReadError) {
                try read(folder, into: &listing)
            } catch {
                if folder == start { throw error }
                try visit(ArchiveEntry(path: folder, kind: .unreadableFolder(error)))
                continue
            }
            var subfolders: [ObjectKey] = []
            try listing.forEach(in: folder) { path, type in
                switch type {
                case .folder where Self.isTooDeep(path): try visit(Self.tooDeep(path))
                case .folder: subfolders.append(path)
                case .file: try visit(ArchiveEntry(path: path, kind: .file))
                case .link: try visit(ArchiveEntry(path: path, kind: .link))
                case .special: try visit(ArchiveEntry(path: path, kind: .special))
                }
            }
            // Digest files come first: what reads them begins while the rest is listed.
            pending.append(contentsOf: subfolders.filter { !$0.isDigestFolder }.reversed())
            pending.append(contentsOf: subfolders.filter(\.isDigestFolder).reversed())
        }
    }

    /// Calls `visit` with what lies directly in a folder, in the order of the names.
    public func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
        let folder = try Self.start(at: folder)
        var listing = FolderListing()
        try read(folder, into: &listing)
        try listing.forEach(in: folder) { path, type in
            switch type {
            case .folder where Self.isTooDeep(path): try visit(.entry(Self.tooDeep(path)))
            case .folder: try visit(.folder(ObjectKey(bytes: path.bytes + [UInt8(ascii: "/")])))
            case .file: try visit(.entry(ArchiveEntry(path: path, kind: .file)))
            case .link: try visit(.entry(ArchiveEntry(path: path, kind: .link)))
            case .special: try visit(.entry(ArchiveEntry(path: path, kind: .special)))
            }
        }
    }

    private static func isTooDeep(_ folder: ObjectKey) -> Bool {
        folder.bytes.count > maximumPathBytes || folder.bytes.count { $0 == UInt8(ascii: "/") } >= maximumDepth
    }

    private static let tooDeep = ObjectReadError(
        .inputOutput,
        "its path is longer than \(maximumPathBytes) bytes or \(maximumDepth) folders"
    )

    /// A folder that is not followed.
    private static func tooDeep(_ folder: ObjectKey) -> ArchiveEntry {
        ArchiveEntry(path: folder, kind: .unreadableFolder(tooDeep))
    }

    /// The path of a folder that is to be listed, without a `/` at its end.
    private static func start(at folder: ObjectKey) throws(ObjectReadError) -> ObjectKey {
        let path = folder.withoutSlash
        if isTooDeep(path) { throw tooDeep }
        return path
    }

    private enum EntryType {
        case file, folder, link, special

        init(mode: mode_t) {
            switch mode & S_IFMT {
            case S_IFREG: self = .file
            case S_IFDIR: self = .folder
            case S_IFLNK: self = .link
            default: self = .special
            }
        }
    }

    /// What is in a folder, in the order of the names.
    private struct FolderListing {
        struct Entry {
            /// A part of ``names``.
            let name: Range<Int>
            let type: EntryType
            var order: UInt64 = 0
        }

        /// All names, one after another.
        var names: [UInt8] = []
        var entries: [Entry] = []

        /// Forgets all, and keeps the memory.
        mutating func reset() {
            names.removeAll(keepingCapacity: true)
            entries.removeAll(keepingCapacity: true)
        }

        /// Calls `body` with the path of each, and with what it is.
        ///
        /// - Parameter folder: The path of the folder, without a `/` at its end.
        @inline(__always)
        func forEach(in folder: ObjectKey, _ body: (ObjectKey, EntryType) throws -> Void) rethrows {
            // The memory of one path serves for the next, unless the visitor keeps it.
            var bytes = folder.bytes
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "/")) }
            let nameStart = bytes.count
            for entry in entries {
                bytes.removeSubrange(nameStart...)
                bytes.append(names.span.extracting(entry.name))
                try body(ObjectKey(bytes: bytes), entry.type)
            }
        }

        mutating func sort() {
            // Names of one folder begin alike, so that the eight bytes behind that nearly always tell the order.
            let shared = sharedCount
            for index in entries.indices { entries[index].order = order(entries[index].name.dropFirst(shared)) }
            entries.sort { [names] first, second in
                first.order != second.order
                    ? first.order < second.order : names[first.name].compare(with: names[second.name]) < 0
            }
        }

        /// The number of bytes that all names begin with.
        private var sharedCount: Int {
            guard var shared = entries.first?.name else { return 0 }
            let names = names.span
            for entry in entries {
                let count = names.extracting(shared).sharedCount(with: names.extracting(entry.name))
                shared = shared.prefix(count)
            }
            return shared.count
        }

        /// The first eight bytes of a part of ``names``, as a number; zeros stand behind the end, as no name holds any.
        private func order(_ part: Range<Int>) -> UInt64 {
            if part.count >= 8 { return names.span.word(at: part.lowerBound).byteSwapped }
            var order: UInt64 = 0
            for offset in 0..<8 {
                order = order << 8 | (offset < part.count ? UInt64(names[part.lowerBound + offset]) : 0)
            }
            return order
        }
    }

    private func read(_ folder: ObjectKey, into listing: inout FolderListing) throws(ObjectReadError) {
        // A descriptor of its own: reading a folder moves the descriptor's position.
        let descriptor =
            folder.bytes.isEmpty
            ? try root.reopened() : try self.folder(at: folder.folder.dropLast()).openFolder(folder.lastComponent.span)
        guard let stream = unsafe fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw .system(code)
        }
        defer { unsafe closedir(stream) }
        listing.reset()
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw .system(errno) }
                return listing.sort()
            }
            let start = listing.names.count
            unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let name = unsafe UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
                unsafe listing.names.append(contentsOf: name)
            }
            let name = start..<listing.names.count
            if listing.names.span.extracting(name).isSelfOrParent {
                listing.names.removeSubrange(name)
                continue
            }
            let type: EntryType
            switch unsafe Int32(entry.pointee.d_type) {
            case Int32(DT_REG): type = .file
            case Int32(DT_DIR): type = .folder
            case Int32(DT_LNK): type = .link
            case Int32(DT_UNKNOWN):
                var status = stat()
                let path = Self.path(listing.names[name])
                guard unsafe fstatat(descriptor, path, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .system(errno) }
                type = EntryType(mode: status.st_mode)
            default: type = .special
            }
            listing.entries.append(FolderListing.Entry(name: name, type: type))
        }
    }

    /// A path as the system takes it.
    private static func path(_ path: ArraySlice<UInt8>) -> [CChar] {
        path.map { CChar(bitPattern: $0) } + [0]
    }

    // MARK: Opening

    /// Opens the regular file at `path`. Whether it is unchanged, its whole path is asked, from the root on.
    public func open(_ path: ObjectKey) throws -> any OpenObject {
        try openFile(path)
    }

    /// Opens the regular file at `path`.
    func openFile(_ path: ObjectKey) throws(ObjectReadError) -> LocalFile {
        guard path.lastComponent.span.isName else { throw ObjectReadError.leadsOut }
        let (folder, place) = try place(at: path.folder.dropLast())
        let file = try folder.open(path.lastComponent.span)
        file.place = place
        return file
    }

    /// What the file system knows of the regular file at `path`.
    public func metadata(of path: ObjectKey) throws -> ObjectMetadata {
        guard path.lastComponent.span.isName else { throw ObjectReadError.leadsOut }
        let (folder, place) = try place(at: path.folder.dropLast())
        let metadata = try folder.metadata(of: path.lastComponent.span)
        try place.check()
        return metadata
    }

    /// Opens a folder, whose path is looked up again from the root on.
    public func openFolder(_ path: ObjectKey, checkingEachFile: Bool) throws -> any ObjectFolder {
        let (folder, place) = try place(at: path.withoutSlash.bytes[...])
        return LocalFolderReader(folder, place, checksEachFile: checkingEachFile)
    }

    /// The folder at `path`, without a `/` at its end, to be looked up again once its files were read.
    func place(at path: ArraySlice<UInt8>) throws(ObjectReadError) -> (folder: LocalFolder, place: FolderPlace) {
        let folder = try folder(at: path)
        return (folder, FolderPlace(folder, below: root, at: path))
    }

    /// Whether the path that was given leads to another folder now than the one that was opened, or to none. What is read
    /// is below the latter all the same (I38).
    public var isReplaced: Bool {
        let now = try? FileStatus(at: givenPath)
        return now?.inode != (try? FileStatus(of: root.number))?.inode || now == nil
    }

    /// The folder at `path`, without a `/` at its end, resolved one component at a time; the root where it is empty.
    /// Rule I2.
    func folder(at path: ArraySlice<UInt8>) throws(ObjectReadError) -> LocalFolder {
        if path.isEmpty { return root }
        var current = root
        var end = path.startIndex
        // Most lie beside one that is open, so what is open is looked for from below.
        folders.withLock { folders in
            var known = path[...]
            while !known.isEmpty {
                if let folder = folders[ObjectKey(bytes: known)] {
                    current = folder
                    end = known.endIndex
                    return
                }
                known = known[..<(known.lastIndex(of: UInt8(ascii: "/")) ?? known.startIndex)]
            }
        }
        while end < path.endIndex {
            let start = end == path.startIndex ? end : end + 1
            end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
            let opened = LocalFolder(try current.openFolder(path[start..<end].span))
            let key = ObjectKey(bytes: path[..<end])
            folders.withLock { $0.keep(opened, for: key) }
            current = opened
        }
        return current
    }
}

/// Folders that are kept open, so that files of one folder do not resolve it again.
private struct OpenFolders: Sendable {
    private struct Place: Sendable {
        var key: ObjectKey
        var folder: LocalFolder
        /// Whether somebody asked for it since it was last passed over.
        var isInUse = false
    }

    private var places: [Place] = []
    private var numbers: [ObjectKey: Int] = [:]
    /// The place that is looked at next when there is none for another.
    private var hand = 0

    /// More than the folders that others lie in which are listed and read at a time. Few enough that the process has no
    /// more than 64 files open: for more the system makes a larger table, and all threads wait for it some milliseconds.
    private static let capacity = 32

    /// The open folder with this path.
    subscript(key: ObjectKey) -> LocalFolder? {
        mutating get {
            guard let number = numbers[key] else { return nil }
            places[number].isInUse = true
            return places[number].folder
        }
    }

    /// Keeps a folder. When there are too many, one goes that nobody asked for in the last round: a day's folder, and
    /// not the region's that it lies in.
    mutating func keep(_ folder: LocalFolder, for key: ObjectKey) {
        // Two threads may have opened the same one.
        if let number = numbers[key] {
            places[number].folder = folder
            return
        }
        guard places.count == Self.capacity else {
            numbers[key] = places.count
            places.append(Place(key: key, folder: folder))
            return
        }
        while places[hand].isInUse {
            places[hand].isInUse = false
            hand = (hand + 1) % Self.capacity
        }
        numbers[places[hand].key] = nil
        numbers[key] = hand
        places[hand] = Place(key: key, folder: folder)
        hand = (hand + 1) % Self.capacity
    }
}
