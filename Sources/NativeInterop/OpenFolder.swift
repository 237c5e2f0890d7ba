internal import CPlatform

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A folder that stays the same one, whatever becomes of the path it was reached by.
///
/// It is opened to look up names in it, for which it need not be readable. No method follows a link but
/// ``linkedFolder(_:)``.
package final class OpenFolder: Sendable {
    private let descriptor: CInt
    /// What it was when it was opened.
    let status: FileStatus

    /// An entry of a folder.
    package struct Entry: Sendable {
        package let name: ByteString
        package let kind: FileStatus.Kind
        /// The number of its inode; for a folder that something is mounted on, that of the folder below.
        package let number: UInt64
    }

    private init(_ path: ByteString, in folder: CInt, _ flags: CInt) throws(SystemError) {
        #if os(Linux)
        let access = platform_open_to_search()
        #else
        let access = O_RDONLY
        #endif
        descriptor = unsafe openat(folder, path.cString, access | O_DIRECTORY | O_CLOEXEC | flags)
        guard descriptor >= 0 else { throw .last }
        do throws(SystemError) {
            status = try FileStatus(of: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// The folder at `path`, links followed.
    package convenience init(at path: ByteString) throws(SystemError) {
        try self.init(path, in: AT_FDCWD, 0)
    }

    /// The folder behind a descriptor, which stays the caller's.
    package convenience init(behind descriptor: CInt) throws(SystemError) {
        try self.init(".", in: descriptor, 0)
    }

    deinit {
        close(descriptor)
    }

    package var inode: Inode { status.inode }

    // MARK: Looking

    /// The folder with this name in it.
    package func folder(_ name: ByteString) throws(SystemError) -> OpenFolder {
        try OpenFolder(name, in: descriptor, O_NOFOLLOW)
    }

    /// The folder that a name in it leads to.
    func linkedFolder(_ name: ByteString) throws(SystemError) -> OpenFolder {
        try OpenFolder(name, in: descriptor, 0)
    }

    /// The folder it lies in, that of a mount being the one it is mounted in.
    func parent() throws(SystemError) -> OpenFolder {
        try OpenFolder("..", in: descriptor, 0)
    }

    /// What has this name in it; `nil` when nothing has.
    package func status(of name: ByteString) throws(SystemError) -> FileStatus? {
        try FileStatus(name, in: descriptor)
    }

    /// Whether something may be mounted on this name in it.
    func mayBeMount(_ name: ByteString) -> Bool {
        #if os(Linux)
        unsafe platform_may_be_mount(descriptor, name.cString) != 0
        #else
        true
        #endif
    }

    /// Whether it is known that no folder lies in it, without reading it: as where the file system counts them.
    package var isLeaf: Bool {
        #if os(Linux)
        status.nameCount == 2 && platform_counts_subfolders(descriptor) != 0
        #else
        false
        #endif
    }

    /// Where a link in it leads.
    func text(ofLink name: ByteString) throws(SystemError) -> ByteString {
        var text = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlinkat(descriptor, name.cString, &text, text.count)
        guard count >= 0 else { throw .last }
        guard count < text.count else { throw SystemError(code: ENAMETOOLONG) }
        return ByteString(bytes: text.prefix(count).map { UInt8(bitPattern: $0) })
    }

    /// The entries that are asked for, in any order.
    ///
    /// - Parameter isWanted: Whether an entry is, by its kind and the number of its inode.
    package func entries(
        _ isWanted: (FileStatus.Kind, UInt64) -> Bool = { _, _ in true }
    ) throws(SystemError) -> [Entry] {
        // A descriptor of its own: reading a folder moves the descriptor's position.
        let opened = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw .last }
        guard let stream = unsafe fdopendir(opened) else {
            let error = SystemError.last
            close(opened)
            throw error
        }
        defer { unsafe closedir(stream) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw .last }
                return entries
            }
            let number = unsafe UInt64(truncatingIfNeeded: entry.pointee.d_ino)
            func name() -> ByteString {
                unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe ByteString(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
                }
            }
            let kind: FileStatus.Kind
            switch unsafe Int32(entry.pointee.d_type) {
            case Int32(DT_REG): kind = .file
            case Int32(DT_DIR): kind = .folder
            case Int32(DT_LNK): kind = .link
            case Int32(DT_UNKNOWN):
                guard let status = try status(of: name()) else { continue }
                kind = status.kind
            default: kind = .other
            }
            guard isWanted(kind, number) else { continue }
            let entryName = name()
            if entryName == "." || entryName == ".." { continue }
            entries.append(Entry(name: entryName, kind: kind, number: number))
        }
    }

    /// The folders that it lies in, itself among them.
    struct Ancestors: Sendable {
        var inodes: Set<Inode>
        /// What kept them from reaching to the root of the file system, as this process sees it; `nil` where they do.
        var error: SystemError?
    }

    /// Climbs from it to the root.
    func ancestors() -> Ancestors {
        var ancestors = Ancestors(inodes: [inode], error: nil)
        do throws(SystemError) {
            let root = try OpenFolder(at: "/").inode
            var folder = self
            // A folder that is mounted in itself lies in what looks like itself. Only the root really does.
            var repeated = 0
            while folder.inode != root {
                guard repeated < Self.maximumRepeats else { throw .noSuchFile }
                let parent = try folder.parent()
                repeated = parent.inode == folder.inode ? repeated + 1 : 0
                ancestors.inodes.insert(parent.inode)
                folder = parent
            }
        } catch {
            ancestors.error = error
        }
        return ancestors
    }

    private static let maximumRepeats = 64

    // MARK: Changing

    /// Makes a folder in it; `false` when something has the name already.
    package func makeFolder(_ name: ByteString, rights: UInt32) throws(SystemError) -> Bool {
        if unsafe mkdirat(descriptor, name.cString, mode_t(rights)) == 0 { return true }
        if errno == EEXIST { return false }
        throw .last
    }

    /// Makes a file in it with a name that nothing has, and opens it to write.
    ///
    /// - Returns: A descriptor, which the caller closes.
    func makeFile(_ name: ByteString, rights: UInt32) throws(SystemError) -> CInt {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = unsafe openat(descriptor, name.cString, flags, mode_t(rights))
        guard file >= 0 else { throw .last }
        return file
    }

    /// Opens a file in it to read, or for what a descriptor tells of it. Nothing waits for the writer of a FIFO.
    ///
    /// - Returns: A descriptor, which the caller closes.
    package func openFile(_ name: ByteString) throws(SystemError) -> CInt {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let file = unsafe openat(descriptor, name.cString, flags)
        guard file >= 0 else { throw .last }
        return file
    }

    /// Opens a file in it to be locked, and makes it for its owner alone where it is not there.
    ///
    /// - Returns: A descriptor, which the caller closes.
    package func openLock(_ name: ByteString) throws(SystemError) -> CInt {
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let made = unsafe openat(descriptor, name.cString, flags | O_CREAT | O_EXCL, mode_t(0o600))
        if made >= 0 {
            // The umask may have taken a right that the next run needs.
            fchmod(made, 0o600)
            return made
        }
        guard errno == EEXIST else { throw .last }
        let file = unsafe openat(descriptor, name.cString, flags)
        guard file >= 0 else { throw .last }
        return file
    }

    func rename(_ name: ByteString, to newName: ByteString) throws(SystemError) {
        guard unsafe renameat(descriptor, name.cString, descriptor, newName.cString) == 0 else { throw .last }
    }

    /// Removes a file from it.
    package func remove(_ name: ByteString) throws(SystemError) {
        guard unsafe unlinkat(descriptor, name.cString, 0) == 0 else { throw .last }
    }

    /// Removes an empty folder from it.
    package func removeFolder(_ name: ByteString) throws(SystemError) {
        guard unsafe unlinkat(descriptor, name.cString, AT_REMOVEDIR) == 0 else { throw .last }
    }

    /// Writes its names to the disk. A folder that may not be read, or a file system that cannot, is left as it is.
    package func synchronize() throws(SystemError) {
        let opened = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else {
            if errno == EACCES { return }
            throw .last
        }
        defer { close(opened) }
        guard fsync(opened) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS else { throw .last }
    }
}
