internal import NativeInterop

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
public final class LocalArchive: ObjectSource {
    /// The path as it was given.
    public let name: String

    private let root: FolderDescriptor
    private let folders = LockedState(OpenFolders())

    /// The longest path below the root that is followed: a key and what a download may put before it.
    private static let maximumPathBytes = 4096
    /// The most folders below each other that are followed; CloudTrail's keys have about ten.
    private static let maximumDepth = 128

    /// Opens the folder at `path`, which may itself be a link.
    ///
    /// - Throws: ``LocalArchiveError`` when it is not there, is no folder, or may not be read.
    public convenience init(path: String) throws {
        try self.init(path: Array(path.utf8)[...], name: path)
    }

    /// Opens the folder with this path, whose bytes need not be UTF-8.
    ///
    /// - Throws: ``LocalArchiveError``, as for a path that is text.
    public convenience init(pathBytes: some Sequence<UInt8>) throws {
        let path = Array(pathBytes)
        try self.init(path: path[...], name: String(decoding: path, as: UTF8.self))
    }

    private init(path: ArraySlice<UInt8>, name: String) throws {
        guard !path.contains(0) else { throw LocalArchiveError.notFound }
        let descriptor = unsafe openat(AT_FDCWD, Self.path(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: throw LocalArchiveError.notFound
            case ENOTDIR:
                let description = "not a folder: give the folder the archive is in"
                throw LocalArchiveError(reason: .notAFolder, description: description)
            default: throw LocalArchiveError(reason: .unreadable, description: SystemError.last.description)
            }
        }
        self.name = name
        root = FolderDescriptor(descriptor)
    }

    // MARK: Listing

    /// Calls `visit` with every file, folder by folder in the order of their names.
    public func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        var pending: [ObjectKey] = [ObjectKey(bytes: [])]
        while let folder = pending.popLast() {
            let listing: FolderListing
            do throws(ObjectReadError) {
                listing = try read(folder)
            } catch {
                if folder.bytes.isEmpty { throw error }
                try visit(ArchiveEntry(path: folder, kind: .unreadableFolder(error)))
                continue
            }
            let prefix = folder.bytes.isEmpty ? [] : folder.bytes + [UInt8(ascii: "/")]
            var subfolders: [ObjectKey] = []
            for entry in listing.entries {
                let path = ObjectKey(bytes: prefix + listing.names[entry.name])
                switch entry.type {
                case .folder where Self.isTooDeep(path):
                    let limit = "its path is longer than \(Self.maximumPathBytes) bytes or \(Self.maximumDepth) folders"
                    try visit(ArchiveEntry(path: path, kind: .unreadableFolder(ObjectReadError(.inputOutput, limit))))
                case .folder: subfolders.append(path)
                case .file: try visit(ArchiveEntry(path: path, kind: .file))
                case .link: try visit(ArchiveEntry(path: path, kind: .link))
                case .special: try visit(ArchiveEntry(path: path, kind: .special))
                }
            }
            pending.append(contentsOf: subfolders.reversed())
        }
    }

    private static func isTooDeep(_ folder: ObjectKey) -> Bool {
        folder.bytes.count > maximumPathBytes || folder.bytes.count { $0 == UInt8(ascii: "/") } >= maximumDepth
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
        /// All names behind each other.
        var names: [UInt8] = []
        var entries: [(name: Range<Int>, type: EntryType)] = []

        mutating func sort() {
            entries.sort { [names] first, second in names[first.name].compare(with: names[second.name]) < 0 }
        }
    }

    private func read(_ folder: ObjectKey) throws(ObjectReadError) -> FolderListing {
        // A descriptor of its own: reading a folder moves the descriptor's position.
        let parent = try descriptor(of: folder.bytes[...])
        let descriptor = unsafe openat(parent.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno) }
        guard let stream = unsafe fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw .system(code)
        }
        defer { unsafe closedir(stream) }
        var listing = FolderListing()
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw .system(errno) }
                listing.sort()
                return listing
            }
            let start = listing.names.count
            unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let name = unsafe UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
                unsafe listing.names.append(contentsOf: name)
            }
            let name = start..<listing.names.count
            if Self.isSelfOrParent(listing.names[name]) {
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
            listing.entries.append((name, type))
        }
    }

    fileprivate static let leadsOut = ObjectReadError(.notRegularFile, "its path leads out of the archive")

    /// Whether a component of a path is a plain name.
    fileprivate static func isName(_ component: ArraySlice<UInt8>) -> Bool {
        !component.isEmpty && !isSelfOrParent(component) && !component.contains(0)
    }

    /// Whether a name is `.` or `..`.
    private static func isSelfOrParent(_ name: ArraySlice<UInt8>) -> Bool {
        name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    /// A name as the system takes it.
    fileprivate static func path(_ name: ArraySlice<UInt8>) -> [CChar] {
        unsafe [CChar](unsafeUninitializedCapacity: name.count + 1) { buffer, count in
            for byte in name {
                unsafe buffer[count] = CChar(bitPattern: byte)
                count += 1
            }
            unsafe buffer[count] = 0
            count += 1
        }
    }

    // MARK: Opening

    /// Opens the regular file at `path`.
    public func open(_ path: ObjectKey) throws -> any OpenObject {
        guard Self.isName(path.lastComponent) else { throw Self.leadsOut }
        return try descriptor(of: path.folder.dropLast()).open(path.lastComponent)
    }

    /// What the file system knows of the regular file at `path`.
    public func metadata(of path: ObjectKey) throws -> ObjectMetadata {
        guard Self.isName(path.lastComponent) else { throw Self.leadsOut }
        return try descriptor(of: path.folder.dropLast()).metadata(of: path.lastComponent)
    }

    /// The descriptor of a folder below the root, resolved one component at a time.
    private func descriptor(of path: ArraySlice<UInt8>) throws(ObjectReadError) -> FolderDescriptor {
        if path.isEmpty { return root }
        let folder = ObjectKey(bytes: path)
        if let known = folders.withLock({ $0.descriptors[folder] }) { return known }
        var current = root
        var resolved: [UInt8] = []
        for component in folder.components {
            guard Self.isName(component) else { throw Self.leadsOut }
            if !resolved.isEmpty { resolved.append(UInt8(ascii: "/")) }
            resolved.append(contentsOf: component)
            let key = ObjectKey(bytes: resolved)
            if let known = folders.withLock({ $0.descriptors[key] }) {
                current = known
                continue
            }
            let name = Self.path(component)
            let number = unsafe openat(current.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard number >= 0 else { throw .system(errno) }
            let opened = FolderDescriptor(number)
            folders.withLock { $0.keep(opened, for: key) }
            current = opened
        }
        return current
    }
}

/// Folders that are kept open, so that files of one folder do not resolve it again.
private struct OpenFolders: Sendable {
    private(set) var descriptors: [ObjectKey: FolderDescriptor] = [:]
    /// The keys in the order they came; when there are too many, the oldest goes.
    private var keys: [ObjectKey] = []
    private var oldest = 0

    /// More than wait for their files to be read at a time, and far fewer than a process may have open.
    private static let capacity = 256

    mutating func keep(_ folder: FolderDescriptor, for key: ObjectKey) {
        // Two threads may have opened the same one.
        if descriptors.updateValue(folder, forKey: key) != nil { return }
        if keys.count < Self.capacity {
            keys.append(key)
            return
        }
        descriptors[keys[oldest]] = nil
        keys[oldest] = key
        oldest = (oldest + 1) % Self.capacity
    }
}

extension LocalArchive: FolderSource {
    func openFolder(_ path: ArraySlice<UInt8>) throws -> any OpenFolder {
        try descriptor(of: path)
    }
}

/// The descriptor of an open folder, closed when nobody uses it any more.
private final class FolderDescriptor: OpenFolder {
    let number: CInt

    init(_ number: CInt) {
        self.number = number
    }

    deinit {
        close(number)
    }

    func open(_ name: ArraySlice<UInt8>) throws -> any OpenObject {
        guard LocalArchive.isName(name), !name.contains(UInt8(ascii: "/")) else { throw LocalArchive.leadsOut }
        let name = LocalArchive.path(name)
        // Without O_NONBLOCK a FIFO put in the file's place would block for ever.
        let descriptor = unsafe openat(number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ObjectReadError.system(errno) }
        return try LocalFile(descriptor: descriptor, folder: self, name: name)
    }

    func metadata(of name: ArraySlice<UInt8>) throws -> ObjectMetadata {
        guard LocalArchive.isName(name), !name.contains(UInt8(ascii: "/")) else { throw LocalArchive.leadsOut }
        let path = LocalArchive.path(name)
        var status = stat()
        guard unsafe fstatat(number, path, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw ObjectReadError.system(errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ObjectReadError.notRegular }
        return status.metadata
    }
}

/// An open file of a ``LocalArchive``.
private final class LocalFile: OpenObject {
    private let size: UInt64

    private let descriptor: CInt
    private let folder: FolderDescriptor
    private let name: [CChar]
    private let status: stat
    private var offset: UInt64 = 0

    init(descriptor: CInt, folder: FolderDescriptor, name: [CChar]) throws(ObjectReadError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ObjectReadError.notRegular
        }
        self.descriptor = descriptor
        self.folder = folder
        self.name = name
        self.status = status
        size = UInt64(clamping: status.st_size)
    }

    deinit {
        close(descriptor)
    }

    var storedBytes: UInt64? { size }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        // Its end is known: a file that has grown since is one that changed.
        if offset >= size, offset > 0 { return 0 }
        do throws(SystemError) {
            let count = try SystemCall.read(descriptor, into: &buffer)
            offset += UInt64(count)
            return count
        } catch {
            throw ObjectReadError.system(error.code)
        }
    }

    var metadata: ObjectMetadata { status.metadata }

    func signatureMetadata() throws -> SignatureMetadata? {
        SignatureMetadata { name in
            ExtendedAttributes.value("user.\(name)", of: descriptor, limit: SignatureMetadata.maximumValueBytes)
                .flatMap { String(validating: $0, as: UTF8.self) }
        }
    }

    func checkUnchanged() throws {
        var now = stat()
        // Whoever renames, replaces or removes a file changes the time of its status too.
        if unsafe fstat(descriptor, &now) == 0, now.st_nlink > 0, now.st_size == status.st_size,
            now.modificationTime == status.modificationTime, now.statusTime == status.statusTime
        {
            return
        }
        guard unsafe fstatat(folder.number, name, &now, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw ObjectReadError(.changed, "it was removed while it was read")
        }
        guard now.st_ino == status.st_ino, now.st_dev == status.st_dev, now.st_size == status.st_size,
            now.modificationTime == status.modificationTime
        else { throw ObjectReadError(.changed, "it changed while it was read") }
    }
}

extension stat {
    fileprivate var metadata: ObjectMetadata {
        let time = modificationTime
        let (seconds, overflow) = Int64(time.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (modified, carry) = seconds.addingReportingOverflow(Int64(time.nanoseconds))
        return ObjectMetadata(
            storedBytes: UInt64(clamping: st_size),
            modified: overflow || carry ? nil : modified
        )
    }

    /// When the content changed last.
    var modificationTime: FileTime {
        #if canImport(Darwin)
        FileTime(st_mtimespec)
        #else
        FileTime(st_mtim)
        #endif
    }

    /// When the content, the name or anything else of the file changed last.
    fileprivate var statusTime: FileTime {
        #if canImport(Darwin)
        FileTime(st_ctimespec)
        #else
        FileTime(st_ctim)
        #endif
    }
}

/// A time as file systems keep it.
struct FileTime: Equatable {
    let seconds: Int
    let nanoseconds: Int

    init(_ time: timespec) {
        seconds = time.tv_sec
        nanoseconds = time.tv_nsec
    }
}

extension ObjectReadError {
    fileprivate static let notRegular = ObjectReadError(.notRegularFile, "not a regular file")

    static func system(_ code: CInt) -> ObjectReadError {
        switch code {
        case EACCES, EPERM: ObjectReadError(.permission, SystemError(code: code).description)
        case ENOENT: ObjectReadError(.vanished, SystemError(code: code).description)
        case ELOOP, ENXIO, ENOTDIR: ObjectReadError(.notRegularFile, SystemError(code: code).description)
        default: ObjectReadError(.inputOutput, SystemError(code: code).description)
        }
    }
}
