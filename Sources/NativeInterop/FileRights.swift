#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Who may do what with a file: what a file that takes its place is to grant, and nothing beyond.
struct FileRights {
    private let status: FileStatus
    /// The list of more users and groups; `nil` when there is none.
    private let list: [UInt8]?
    /// Whether the list could be looked for.
    private let isListKnown: Bool

    private static let listName = "system.posix_acl_access"
    /// The largest value of an extended attribute, in bytes.
    private static let maximumListBytes = 64 * 1024

    /// The rights of the file with this name; `nil` when there is none.
    ///
    /// - Throws: `EACCES` for a file that somebody else put into a folder that everybody can write.
    init?(of name: ByteString, in folder: OpenFolder) throws(SystemError) {
        guard let found = try folder.status(of: name), found.kind == .file else { return nil }
        guard !found.isForeign(in: folder.status) else { throw SystemError(code: EACCES) }
        do throws(SystemError) {
            let descriptor = try folder.openFile(name)
            defer { close(descriptor) }
            status = try FileStatus(of: descriptor)
            list = ExtendedAttributes.value(Self.listName, of: descriptor, limit: Self.maximumListBytes)
            isListKnown = true
        } catch {
            (status, list, isListKnown) = (found, nil, false)
        }
    }

    /// Gives these rights to a new file that only its owner can read and write. What cannot be kept is left out.
    ///
    /// - Parameter descriptor: The file, which is still empty.
    func give(to descriptor: CInt) throws(SystemError) {
        let new = try FileStatus(of: descriptor)
        let keepsGroup = new.group == status.group || fchown(descriptor, uid_t.max, status.group) == 0
        let keepsOwner = new.owner == status.owner || fchown(descriptor, status.owner, gid_t.max) == 0
        var rights = status.rights
        let (owner, group, others) = (rights >> 6 & 7, rights >> 3 & 7, rights & 7)
        // Whoever loses a right of his own must not gain by that of another class, which he belongs to then.
        if !keepsOwner { rights = owner << 6 | (group & owner) << 3 | others & owner }
        if !keepsGroup { rights &= 0o700 | (others & group) }
        if let list {
            if keepsOwner, keepsGroup, ExtendedAttributes.set(Self.listName, of: descriptor, to: list) { return }
            rights &= 0o700
        } else if !isListKnown {
            rights &= 0o700
        }
        try Self.set(rights, of: descriptor)
    }

    /// Makes a file grant this and nothing else.
    static func set(_ rights: UInt32, of descriptor: CInt) throws(SystemError) {
        // The folder may have given it a list, and the rights of the group would then be the most that the list grants.
        let hasNoList = ExtendedAttributes.remove(listName, of: descriptor)
        let rights = hasNoList ? rights : rights & 0o700
        if try FileStatus(of: descriptor).rights == rights { return }
        guard fchmod(descriptor, mode_t(rights)) != 0 else { return }
        let error = SystemError.last
        // Some file systems have rights that cannot be changed.
        guard error.code == EPERM, try FileStatus(of: descriptor).rights & ~rights & 0o022 == 0 else { throw error }
    }
}
