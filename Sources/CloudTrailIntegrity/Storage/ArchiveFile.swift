#if ArchiveFiles
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

/// An archive in a tar or zip file: `evidence.tar`, `.tar.gz`, `.tar.zst`, `.tar.xz`, `.tar.bz2`, `.zip`.
///
/// What it is, its first bytes say and not its name. A tar archive may come through a pipe. A zip archive must be a
/// file, and is read by its central directory: what that does not name is not seen.
///
/// Nothing is extracted. A member's path is taken as tar would extract it: without what leads to the root, and without
/// empty and `.` components. A `..` stays, and no object has such a path. Folders are not visited. A hard link is a
/// file that cannot be read, because its content is stored under another name.
///
/// Whatever keeps a part of the archive from being seen is visited as ``ArchiveEntry/Kind/unreadableFolder(_:)`` of the
/// empty path, once and last: an end that is cut off, data behind the end, members without a usable name, compressed
/// data that inflate beyond the limits, and a file that changed while it was read. Headers of more than 8 MiB for one
/// member count as damage, and nothing is searched for behind damage.
public final class ArchiveFile: ObjectStream, PathSource {
    /// The path, or what it was called; a path that is not UTF-8 with its other bytes as `\xff`.
    public let name: String

    package let givenPath: ByteString

    private let origin: Origin
    private let ratio: InflateRatio
    /// Whether it went by and cannot be had again.
    private let isSpent = LockedState(false)

    private enum Origin: Sendable {
        case path([CChar])
        /// The offset at which it began; `nil` where one cannot seek.
        case descriptor(CInt, offset: Int64?)
    }

    /// Takes the file at `path`, or the named pipe, which is opened only when it is gone through.
    ///
    /// A file is opened, and the begin of the archive read, to see that it is one; it is closed, and opened again
    /// each time it is gone through.
    ///
    /// - Parameters:
    ///   - path: The file; links are followed.
    ///   - limits: The ratio and its floor bound what the archive may inflate to as a whole.
    /// - Throws: ``ArchiveFileError`` when it is not there, may not be read, or is not an archive.
    public convenience init(path: String, limits: Limits = Limits()) throws {
        try self.init(path: ByteString(path), limits: limits)
    }

    /// Takes the file at this path, whose bytes need not be UTF-8.
    ///
    /// - Throws: ``ArchiveFileError``, as for a path that is text.
    public convenience init(pathBytes: some Sequence<UInt8>, limits: Limits = Limits()) throws {
        try self.init(path: ByteString(bytes: pathBytes), limits: limits)
    }

    private convenience init(path: ByteString, limits: Limits) throws {
        guard path.isUsable else { throw ArchiveFileError(description: "there is no such file") }
        try self.init(.path(path.cString), path, limits)
    }

    /// Takes what comes out of a descriptor, such as standard input, from where it stands.
    ///
    /// The descriptor stays the caller's: it is never closed here, and must stay open as long as this is used. What is
    /// not a regular file can be gone through only once.
    ///
    /// - Parameters:
    ///   - fileDescriptor: Open for reading.
    ///   - name: What the report calls it.
    ///   - limits: As for a path.
    /// - Throws: ``ArchiveFileError`` when it is a regular file and no archive, or a folder, or not open.
    public convenience init(fileDescriptor: CInt, name: String, limits: Limits = Limits()) throws {
        let position = lseek(fileDescriptor, 0, SEEK_CUR)
        let offset = position < 0 ? nil : Int64(position)
        try self.init(.descriptor(fileDescriptor, offset: offset), ByteString(name), limits)
    }

    private init(_ origin: Origin, _ name: ByteString, _ limits: Limits) throws {
        self.origin = origin
        givenPath = name
        self.name = name.description
        ratio = limits.ratio
        // Out of a pipe the begin could not be read twice.
        guard try isFile() else { return }
        try withDescriptor { _ = try begin($0, check: {}) }
    }

    // MARK: Opening

    /// Whether it is a file, which can be gone through as often as one likes; throws when it can hold no archive.
    private func isFile() throws -> Bool {
        var status = stat()
        let result =
            switch origin {
            case .path(let path): unsafe stat(path, &status)
            case .descriptor(let descriptor, _): unsafe fstat(descriptor, &status)
            }
        guard result == 0 else { throw ArchiveFileError(SystemError.last) }
        switch (status.st_mode & S_IFMT, origin) {
        case (S_IFREG, _): return true
        case (S_IFDIR, _): throw ArchiveFileError(description: "a folder, not an archive file")
        case (S_IFIFO, _), (_, .descriptor): return false
        default: throw ArchiveFileError(description: "neither a file nor a pipe")
        }
    }

    /// Opens it, gives `body` the descriptor, and closes what was opened.
    private func withDescriptor(_ body: (CInt) throws -> Void) throws {
        switch origin {
        case .path(let path):
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else { throw ArchiveFileError(SystemError.last) }
            defer { close(descriptor) }
            try body(descriptor)
        case .descriptor(let descriptor, let offset):
            if let offset { lseek(descriptor, off_t(offset), SEEK_SET) }
            try body(descriptor)
        }
    }

    /// Reads the begin of the archive.
    private func begin(_ descriptor: CInt, check: @escaping () throws -> Void) throws -> ArchiveFileReader {
        do {
            return try ArchiveFileReader(descriptor, ratio, check)
        } catch let error as ArchiveFailure {
            if case .stopped(let error) = error { throw error }
            throw ArchiveFileError(description: "not an archive that can be read: \(error)")
        }
    }

    // MARK: Going through

    /// Calls `visit` with every member, in the order in which they are stored.
    ///
    /// - Parameter check: Called at least once for every 256 KiB that are passed over.
    public func forEachObject(
        check: @escaping @Sendable () throws -> Void,
        _ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void
    ) throws {
        let isFile = try isFile()
        let wasSpent = isSpent.withLock { isSpent in
            defer { isSpent = true }
            return isSpent
        }
        if wasSpent, !isFile {
            throw ArchiveFileError(description: "it was read already, and a pipe has nothing twice")
        }
        try withDescriptor { descriptor in
            let before = isFile ? FileIdentity(descriptor) : nil
            let pass = try begin(descriptor, check: check)
            defer { pass.close() }
            var hidden = try pass.visitMembers(visit)
            if isFile, before != FileIdentity(descriptor) || before != identityOfPath(descriptor) {
                hidden = ObjectReadError(.changed, "the archive file changed while it was read")
            }
            if let hidden { try visit(ArchiveEntry(path: ObjectKey(bytes: []), kind: .unreadableFolder(hidden)), nil) }
        }
    }

    /// What is at the path now; where there is no path, what is behind the descriptor.
    private func identityOfPath(_ descriptor: CInt) -> FileIdentity? {
        guard case .path(let path) = origin else { return FileIdentity(descriptor) }
        var status = stat()
        return unsafe stat(path, &status) == 0 ? FileIdentity(status) : nil
    }
}

extension ArchiveFileError {
    fileprivate init(_ error: SystemError) {
        self.init(description: error.code == ENOENT ? "there is no such file" : error.description)
    }
}
#endif
