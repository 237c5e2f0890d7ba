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
    /// What is wrong, in one line without the path.
    public let description: String
}

/// An archive in a folder of the file system.
///
/// It is opened once and never written to. Everything below it is resolved folder by folder from the root's
/// descriptor, and no symbolic link is followed, so nothing outside the root is ever opened.
public final class LocalArchive: ObjectSource {
    /// The path as it was given.
    public let name: String

    private let root: FolderDescriptor
    private let folders: LockedState<[ObjectKey: FolderDescriptor]>

    /// The most folders that are kept open, so that files of one folder do not resolve it again.
    private static let openFolders = 64
    /// The longest path below the root that is followed: a key and what a download may put before it.
    private static let maximumPathBytes = 4096
    /// The most folders below each other that are followed; CloudTrail's keys have about ten.
    private static let maximumDepth = 128

    /// Opens the folder at `path`, which may itself be a link.
    ///
    /// - Throws: ``LocalArchiveError`` when it is not there, is no folder, or may not be read.
    public init(path: String) throws {
        guard !path.utf8.contains(0) else { throw LocalArchiveError(description: "there is no such folder") }
        let descriptor = unsafe openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: throw LocalArchiveError(description: "there is no such folder")
            case ENOTDIR: throw LocalArchiveError(description: "not a folder: give the folder the archive is in")
            default: throw LocalArchiveError(description: SystemError.last.description)
            }
        }
        name = path
        root = FolderDescriptor(descriptor)
        folders = LockedState([:])
    }

    // MARK: Listing

    /// Calls `visit` with every file, folder by folder in the order of their names.
    public func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        var pending: [ObjectKey] = [ObjectKey(bytes: [])]
        while let folder = pending.popLast() {
            let entries: [(name: [UInt8], type: EntryType)]
            do throws(ObjectReadError) {
                entries = try read(folder)
            } catch {
                if folder.bytes.isEmpty { throw error }
                try visit(ArchiveEntry(path: folder, kind: .unreadableFolder(error)))
                continue
            }
            var subfolders: [ObjectKey] = []
            for entry in entries.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
                let separator = folder.bytes.isEmpty ? [] : [UInt8(ascii: "/")]
                let path = ObjectKey(bytes: folder.bytes + separator + entry.name)
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

    private func read(_ folder: ObjectKey) throws(ObjectReadError) -> [(name: [UInt8], type: EntryType)] {
        // A descriptor of its own: reading a folder moves the descriptor's position.
        let parent = try descriptor(of: folder)
        let descriptor = unsafe openat(parent.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno) }
        guard let stream = unsafe fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw .system(code)
        }
        defer { unsafe closedir(stream) }
        var entries: [(name: [UInt8], type: EntryType)] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw .system(errno) }
                return entries
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: UInt8.self, capacity: 1) { bytes in
                    unsafe Array(UnsafeBufferPointer(start: bytes, count: strlen(pointer)))
                }
            }
            if name == [UInt8(ascii: ".")] || name == [UInt8](repeating: UInt8(ascii: "."), count: 2) { continue }
            let type: EntryType
            switch unsafe Int32(entry.pointee.d_type) {
            case Int32(DT_REG): type = .file
            case Int32(DT_DIR): type = .folder
            case Int32(DT_LNK): type = .link
            case Int32(DT_UNKNOWN):
                var status = stat()
                let path = name.map { CChar(bitPattern: $0) } + [0]
                guard unsafe fstatat(descriptor, path, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .system(errno) }
                type = EntryType(mode: status.st_mode)
            default: type = .special
            }
            entries.append((name, type))
        }
    }

    // MARK: Opening

    /// Opens the regular file at `path`.
    public func open(_ path: ObjectKey) throws -> any OpenObject {
        guard path.isBelowRoot else { throw ObjectReadError(.notRegularFile, "its path leads out of the archive") }
        let folder = try descriptor(of: ObjectKey(bytes: Array(path.folder.dropLast())))
        let name = path.lastComponent.map { CChar(bitPattern: $0) } + [0]
        // Without O_NONBLOCK a FIFO put in the file's place would block for ever.
        let descriptor = unsafe openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ObjectReadError.system(errno) }
        return try LocalFile(descriptor: descriptor, folder: folder, name: name)
    }

    /// The descriptor of a folder below the root, resolved one component at a time.
    private func descriptor(of folder: ObjectKey) throws(ObjectReadError) -> FolderDescriptor {
        if folder.bytes.isEmpty { return root }
        if let known = folders.withLock({ $0[folder] }) { return known }
        var current = root
        var resolved: [UInt8] = []
        for component in folder.components {
            if !resolved.isEmpty { resolved.append(UInt8(ascii: "/")) }
            resolved.append(contentsOf: component)
            let key = ObjectKey(bytes: resolved)
            if let known = folders.withLock({ $0[key] }) {
                current = known
                continue
            }
            let name = component.map { CChar(bitPattern: $0) } + [0]
            let number = unsafe openat(current.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard number >= 0 else { throw .system(errno) }
            let opened = FolderDescriptor(number)
            folders.withLock { folders in
                if folders.count >= Self.openFolders { folders.remove(at: folders.startIndex) }
                folders[key] = opened
            }
            current = opened
        }
        return current
    }
}

extension ObjectKey {
    /// Whether every component is a plain name.
    package var isBelowRoot: Bool {
        !hasUnsafeComponent && components.allSatisfy { !$0.isEmpty }
    }
}

/// The descriptor of an open folder, closed when nobody uses it any more.
private final class FolderDescriptor: Sendable {
    let number: CInt

    init(_ number: CInt) {
        self.number = number
    }

    deinit {
        close(number)
    }
}

/// An open file of a ``LocalArchive``.
private final class LocalFile: OpenObject {
    let storedBytes: UInt64

    private let descriptor: CInt
    private let folder: FolderDescriptor
    private let name: [CChar]
    private let status: stat

    init(descriptor: CInt, folder: FolderDescriptor, name: [CChar]) throws(ObjectReadError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ObjectReadError(.notRegularFile, "not a regular file")
        }
        self.descriptor = descriptor
        self.folder = folder
        self.name = name
        self.status = status
        storedBytes = UInt64(clamping: status.st_size)
    }

    deinit {
        close(descriptor)
    }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        do throws(SystemError) {
            return try SystemCall.read(descriptor, into: &buffer)
        } catch {
            throw ObjectReadError.system(error.code)
        }
    }

    func signatureMetadata() throws -> SignatureMetadata? {
        SignatureMetadata { name in
            ExtendedAttributes.value("user.\(name)", of: descriptor, limit: SignatureMetadata.maximumValueBytes)
                .flatMap { String(validating: $0, as: UTF8.self) }
        }
    }

    func checkUnchanged() throws {
        var now = stat()
        guard unsafe fstatat(folder.number, name, &now, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw ObjectReadError(.changed, "it was removed while it was read")
        }
        guard now.st_ino == status.st_ino, now.st_dev == status.st_dev, now.st_size == status.st_size,
            now.modificationTime == status.modificationTime
        else { throw ObjectReadError(.changed, "it changed while it was read") }
    }
}

extension stat {
    /// Seconds and nanoseconds.
    fileprivate var modificationTime: [Int] {
        #if canImport(Darwin)
        [st_mtimespec.tv_sec, st_mtimespec.tv_nsec]
        #else
        [st_mtim.tv_sec, st_mtim.tv_nsec]
        #endif
    }
}

extension ObjectReadError {
    fileprivate static func system(_ code: CInt) -> ObjectReadError {
        switch code {
        case EACCES, EPERM: ObjectReadError(.permission, SystemError(code: code).description)
        case ENOENT: ObjectReadError(.vanished, SystemError(code: code).description)
        case ELOOP, ENXIO, ENOTDIR: ObjectReadError(.notRegularFile, SystemError(code: code).description)
        default: ObjectReadError(.inputOutput, SystemError(code: code).description)
        }
    }
}
