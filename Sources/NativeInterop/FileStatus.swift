#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

#if ArchiveFiles
// Its headers define the system's structures once more, and either definition may be the one that counts.
internal import CArchive
#endif

/// Which file or folder it is, by whatever path it is reached.
package struct Inode: Hashable, Sendable {
    /// The device that holds it, as `stat` numbers it.
    package let device: UInt64
    /// Its number there.
    package let number: UInt64

    package init(device: UInt64, number: UInt64) {
        self.device = device
        self.number = number
    }
}

/// What the system knows of a file or folder without opening it.
package struct FileStatus: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case file, folder, link, disk
        /// A FIFO, a socket or a device that is not a disk.
        case other

        init(mode: mode_t) {
            switch mode & S_IFMT {
            case S_IFREG: self = .file
            case S_IFDIR: self = .folder
            case S_IFLNK: self = .link
            case S_IFBLK: self = .disk
            default: self = .other
            }
        }
    }

    package let kind: Kind
    package let inode: Inode
    /// The rights of owner, group and others, nine bits; the bits that do more than grant them are left out.
    package let rights: UInt32
    /// How many names it has.
    package let nameCount: UInt64
    /// The size in bytes.
    package let bytes: Int64

    let owner: uid_t
    let group: gid_t
    /// Whether everybody can make files there, and nobody but their owner remove them, as in `/tmp`.
    let isSharedFolder: Bool

    private init(_ status: stat) {
        kind = Kind(mode: status.st_mode)
        inode = Inode(
            device: UInt64(truncatingIfNeeded: status.st_dev),
            number: UInt64(truncatingIfNeeded: status.st_ino)
        )
        rights = UInt32(status.st_mode) & 0o777
        nameCount = UInt64(clamping: status.st_nlink)
        bytes = Int64(status.st_size)
        owner = status.st_uid
        group = status.st_gid
        let shared = S_ISVTX | S_IWOTH
        isSharedFolder = kind == .folder && status.st_mode & shared == shared
    }

    /// What a descriptor leads to.
    package init(of descriptor: CInt) throws(SystemError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
        self.init(status)
    }

    /// What `path` leads to, links followed; `nil` when nothing is there.
    package init?(at path: ByteString) throws(SystemError) {
        try self.init(in: AT_FDCWD, path, 0)
    }

    /// What has this name in a folder, a link as it is; `nil` when nothing has.
    init?(_ name: ByteString, in folder: CInt) throws(SystemError) {
        try self.init(in: folder, name, AT_SYMLINK_NOFOLLOW)
    }

    private init?(in folder: CInt, _ path: ByteString, _ flags: CInt) throws(SystemError) {
        var status = stat()
        if unsafe fstatat(folder, path.cString, &status, flags) != 0 {
            if errno == ENOENT { return nil }
            throw .last
        }
        self.init(status)
    }

    /// Whether others than its owner can write it, and not only its group.
    package var isWritableByOthers: Bool { rights & 0o002 != 0 }

    /// Whether it lies in a folder where everybody can put something, and belongs to somebody else: then it may have been
    /// put there for this program to find. Linux draws the same line (`fs.protected_symlinks`, `fs.protected_regular`).
    func isForeign(in folder: FileStatus) -> Bool {
        folder.isSharedFolder && owner != geteuid() && owner != folder.owner
    }
}
