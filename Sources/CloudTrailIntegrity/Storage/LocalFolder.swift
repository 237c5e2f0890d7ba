internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// An open folder of a ``LocalArchive``, closed when nobody uses it any more.
final class LocalFolder: Sendable {
    let number: CInt
    /// Whose descriptor it is, where it is another's.
    private let owner: LocalFolder?

    init(_ number: CInt) {
        self.number = number
        owner = nil
    }

    /// A per-thread handle to the same descriptor: sharing one object across threads costs an atomic retain and release for
    /// every file, more than opening it.
    init(sharing owner: LocalFolder) {
        number = owner.number
        self.owner = owner
    }

    deinit {
        if owner == nil { close(number) }
    }

    /// Opens the regular file with this name for one pass from its beginning.
    ///
    /// - Parameter file: The file that was opened last; where nobody holds it any more, it becomes this one.
    /// - Throws: ``ObjectReadError``.
    func open(_ name: Span<UInt8>, reusing file: inout LocalFile?) throws(ObjectReadError) -> LocalFile {
        if isKnownUniquelyReferenced(&file), let file {
            try file.open(name, in: self)
            return file
        }
        let opened = LocalFile(in: self)
        try opened.open(name, in: self)
        file = opened
        return opened
    }

    /// Opens the regular file with this name for one pass from its beginning.
    ///
    /// - Throws: ``ObjectReadError``.
    func open(_ name: Span<UInt8>) throws(ObjectReadError) -> LocalFile {
        var none: LocalFile?
        return try open(name, reusing: &none)
    }

    /// Opens the folder with this name; the descriptor is the caller's to close.
    ///
    /// - Throws: ``ObjectReadError``.
    func openFolder(_ name: Span<UInt8>) throws(ObjectReadError) -> CInt {
        var path = SystemPath()
        try path.set(name)
        return try unsafe openFolder(at: path.bytes)
    }

    /// Opens this folder once more; the descriptor is the caller's to close.
    ///
    /// - Throws: ``ObjectReadError``.
    func reopened() throws(ObjectReadError) -> CInt {
        try unsafe openFolder(at: ".")
    }

    @unsafe private func openFolder(at path: UnsafePointer<CChar>) throws(ObjectReadError) -> CInt {
        let descriptor = unsafe openat(number, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno) }
        return descriptor
    }

    /// What the file system knows of the regular file with this name.
    ///
    /// - Throws: ``ObjectReadError``.
    func metadata(of name: Span<UInt8>) throws(ObjectReadError) -> ObjectMetadata {
        var path = SystemPath()
        try path.set(name)
        var status = stat()
        guard unsafe fstatat(number, path.bytes, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .system(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        return status.metadata
    }
}

/// A folder of a ``LocalArchive`` as one thread has it open.
final class LocalFolderReader: ObjectFolder {
    private let folder: LocalFolder
    private let place: FolderPlace
    private let checksEachFile: Bool
    /// The file that was opened last.
    // Exclusivity checking is off: opening a file does not re-enter, and the dynamic check is paid for every file.
    @exclusivity(unchecked) private var file: LocalFile?

    init(_ folder: LocalFolder, _ place: FolderPlace, checksEachFile: Bool) {
        self.folder = LocalFolder(sharing: folder)
        self.place = place
        self.checksEachFile = checksEachFile
    }

    func open(_ name: Span<UInt8>) throws -> any OpenObject {
        let opened = unsafe try folder.open(name, reusing: &file)
        if checksEachFile { opened.place = place }
        return opened
    }

    func metadata(of name: Span<UInt8>) throws -> ObjectMetadata {
        try folder.metadata(of: name)
    }

    var unchangedCheck: (@Sendable () throws -> Void)? {
        { [place] in try place.check() }
    }
}

/// A folder that files are opened in, and the path below the root at which it was found.
final class FolderPlace: Sendable {
    private let folder: LocalFolder
    private let root: LocalFolder
    /// From the root, without a `/` at its end; empty for the root itself.
    private let path: [UInt8]

    init(_ folder: LocalFolder, below root: LocalFolder, at path: ArraySlice<UInt8>) {
        self.folder = folder
        self.root = root
        self.path = Array(path)
    }

    /// Looks the path up again, from the root and following no link, and compares what it leads to with the folder that is
    /// open: one that was renamed away, or over which another was mounted, is read on as if nothing had happened (I37).
    ///
    /// - Parameter inOneCall: Whether to try what newer systems can do in one call.
    /// - Throws: ``ObjectReadError`` with ``ObjectReadError/Reason/changed`` where it is another, or none; any other where
    ///   that cannot be found out.
    func check(inOneCall: Bool = true) throws(ObjectReadError) {
        if path.isEmpty { return }
        let now = try lookUp(inOneCall: inOneCall)
        defer { close(now) }
        var (status, opened) = (stat(), stat())
        guard unsafe fstat(now, &status) == 0, unsafe fstat(folder.number, &opened) == 0 else { throw .system(errno) }
        guard Inode(status) == Inode(opened) else { throw .folderReplaced }
    }

    /// Opens what lies at the path; the descriptor is the caller's to close.
    private func lookUp(inOneCall: Bool) throws(ObjectReadError) -> CInt {
        do throws(ObjectReadError) {
            if inOneCall, let descriptor = try lookUpAtOnce() { return descriptor }
            var current = root
            var names = path.split(separator: UInt8(ascii: "/"))
            let last = names.popLast() ?? []
            for name in names { current = LocalFolder(try current.openFolder(name.span)) }
            return try current.openFolder(last.span)
        } catch {
            switch error.reason {
            case .vanished, .notRegularFile: throw .folderReplaced
            default: throw error
            }
        }
    }

    private func lookUpAtOnce() throws(ObjectReadError) -> CInt? {
        do throws(SystemError) {
            return try SystemCall.lookUpFolder(path.map { CChar(bitPattern: $0) } + [0], below: root.number)
        } catch {
            throw .system(error.code)
        }
    }
}

/// An open file of a ``LocalArchive``.
final class LocalFile: OpenObject {
    private var folder: LocalFolder
    // Exclusivity checking is off: `set` does not re-enter, and the dynamic check is paid for every file.
    @exclusivity(unchecked) private var name = SystemPath()
    /// Where it is to be looked up again; `nil` where whoever reads it looks up its folder.
    var place: FolderPlace?
    /// −1 when none is open.
    private var descriptor: CInt = -1
    private var status = stat()
    private var size: UInt64 = 0
    private var offset: UInt64 = 0

    /// A file that is not open yet.
    fileprivate init(in folder: LocalFolder) {
        self.folder = folder
    }

    deinit {
        closeDescriptor()
    }

    /// Closes what was open, and opens another file.
    fileprivate func open(_ name: Span<UInt8>, in folder: LocalFolder) throws(ObjectReadError) {
        closeDescriptor()
        unsafe try self.name.set(name)
        if self.folder !== folder { self.folder = folder }
        // Without O_NONBLOCK a FIFO put in the file's place would block for ever.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        descriptor = unsafe openat(folder.number, self.name.bytes, flags)
        guard descriptor >= 0 else { throw .system(errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            closeDescriptor()
            throw .system(code)
        }
        self.status = status
        guard status.st_mode & S_IFMT == S_IFREG else {
            closeDescriptor()
            throw .notRegular
        }
        size = UInt64(clamping: status.st_size)
        offset = 0
    }

    private func closeDescriptor() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
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
        SignatureMetadata(extendedAttributes: { [descriptor] name in
            ExtendedAttributes.value(name, of: descriptor, limit: SignatureMetadata.maximumValueBytes)
        })
    }

    /// Compares size, time and number of the file with what they were when it was opened (I3). With a ``place``, what has
    /// its path now is compared: only that shows what was mounted over it.
    func checkUnchanged() throws {
        var now = stat()
        // Whoever renames, replaces or removes a file changes the time of its status too.
        if place == nil, unsafe fstat(descriptor, &now) == 0, now.st_nlink > 0, now.st_size == status.st_size,
            now.modificationTime == status.modificationTime, now.statusTime == status.statusTime
        {
            return
        }
        guard unsafe fstatat(folder.number, name.bytes, &now, AT_SYMLINK_NOFOLLOW) == 0 else {
            let code = errno
            guard code == ENOENT else { throw ObjectReadError.system(code) }
            throw ObjectReadError(.changed, "it was removed while it was read")
        }
        guard FileIdentity(now) == FileIdentity(status) else {
            throw ObjectReadError(.changed, "it changed while it was read")
        }
        try place?.check()
    }

    /// Compares what `path` leads to now, links and all, with the file that was opened.
    func checkIsAt(_ path: ByteString) throws(ObjectReadError) {
        var now = stat()
        guard unsafe stat(path.cString, &now) == 0, Inode(now) == Inode(status) else {
            throw ObjectReadError(.changed, "its path led elsewhere once it was read")
        }
    }
}

/// The name of a file as the system takes it; its memory is used again.
private struct SystemPath {
    private(set) var bytes: [CChar] = []

    /// - Throws: ``ObjectReadError`` when it is not the name of a file in a folder.
    mutating func set(_ name: Span<UInt8>) throws(ObjectReadError) {
        guard name.isName else { throw .leadsOut }
        bytes.removeAll(keepingCapacity: true)
        unsafe name.withUnsafeBufferPointer { name in
            unsafe name.withMemoryRebound(to: CChar.self) { unsafe bytes.append(contentsOf: $0) }
        }
        bytes.append(0)
    }
}

extension Span<UInt8> {
    /// Whether they are the plain name of something in a folder.
    var isName: Bool {
        !isEmpty && !isSelfOrParent && !holds(0) && !holds(UInt8(ascii: "/"))
    }

    /// Whether they are `.` or `..`.
    var isSelfOrParent: Bool {
        (1...2).contains(count) && self[0] == UInt8(ascii: ".") && self[count - 1] == UInt8(ascii: ".")
    }
}

extension ObjectReadError {
    static let leadsOut = ObjectReadError(.notRegularFile, "its path leads out of the archive")
    fileprivate static let folderReplaced =
        ObjectReadError(.changed, "the path of its folder led elsewhere once it was read")
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
