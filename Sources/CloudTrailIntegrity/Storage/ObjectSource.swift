public import CloudTrailFormat
internal import CloudTrailRules

/// Storage that holds a downloaded archive and opens any file of it: a folder, a disk image, a case database, a bucket.
///
/// The validator calls it from several threads at once. Paths are below the source's root, components separated by
/// `/`; they are bytes, and need not be UTF-8.
public protocol ObjectSource: ArchiveSource {
    /// Calls `visit` once with everything that is there, files and what stands in the way of finding files.
    ///
    /// - Throws: What `visit` throws, at once and as it is, and an error when the source cannot be listed at all. What
    ///   cannot be listed in part is an ``ArchiveEntry`` of its own.
    func list(_ visit: (ArchiveEntry) throws -> Void) throws

    /// Calls `visit` once with everything below a folder, as ``list(_:)`` does with everything there is.
    ///
    /// By default ``list(_:)`` is called, and what lies elsewhere left out: slow wherever a part can be listed by itself.
    ///
    /// - Parameters:
    ///   - folder: Its path with the `/` at its end; empty for everything.
    ///   - visit: Called with each entry as it comes: a storage that answers in pages keeps no more than one of them.
    /// - Throws: What `visit` throws, at once and as it is. ``ObjectReadError`` when the folder cannot be listed, or not to
    ///   its end: then nothing in it is called missing. For a folder that is not there that is
    ///   ``ObjectReadError/Reason/vanished``, unless the storage knows keys alone and visits nothing. Any other error ends
    ///   the validation.
    func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws

    /// Calls `visit` once with each folder directly below a folder, and with each entry that lies directly in it, without
    /// listing what is below those folders.
    ///
    /// By default ``list(below:_:)`` is called, and what lies deeper left out: as slow as that, with the names of the
    /// folders in memory.
    ///
    /// - Parameters:
    ///   - folder: Its path with the `/` at its end; empty for the root.
    ///   - visit: As for ``list(below:_:)``.
    /// - Throws: As for ``list(below:_:)``.
    func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws

    /// Whether ``list(below:_:)`` and ``list(in:_:)`` ask for no more than their folder, so that a large archive can be
    /// listed a part at a time; by default not.
    var listsFolders: Bool { get }

    /// The number of listings that gain from running at the same time, each of a folder of its own; by default 1.
    ///
    /// Say more where each answer is waited for, and where ``list(below:_:)`` and ``list(in:_:)`` ask for no more than
    /// their folder. No more than ``ValidationOptions/readers`` run at once, and the order in which entries come decides
    /// nothing.
    var concurrentListings: Int { get }

    /// Opens the file at `path` for one pass from its beginning.
    ///
    /// - Throws: ``ObjectReadError``; any other error counts as ``ObjectReadError/Reason/inputOutput``, but for
    ///   `CancellationError`, which ends the validation.
    func open(_ path: ObjectKey) throws -> any OpenObject

    /// What the storage knows of the file at `path` without reading it; by default it is opened for that.
    ///
    /// - Throws: ``ObjectReadError``.
    func metadata(of path: ObjectKey) throws -> ObjectMetadata
}

extension ObjectSource {
    /// Any file at any time.
    public var access: ArchiveAccess { .random(self) }

    /// Not.
    public var listsFolders: Bool { false }

    /// One at a time.
    public var concurrentListings: Int { 1 }

    /// Lists everything, and leaves out what lies elsewhere.
    public func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
        if folder.bytes.isEmpty { return try list(visit) }
        var hidden: ObjectReadError?
        try list { entry in
            if case .unreadableFolder(let error) = entry.kind, entry.path.isFolder(around: folder) {
                hidden = hidden ?? error
            } else if entry.path.hasPrefix(folder.bytes) {
                try visit(entry)
            }
        }
        if let hidden { throw hidden }
    }

    /// Lists everything below the folder, and leaves out what lies deeper.
    public func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
        var folders: Set<ObjectKey> = []
        try list(below: folder) { entry in
            let rest = entry.path.bytes.dropFirst(folder.bytes.count)
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return try visit(.entry(entry)) }
            let subfolder = ObjectKey(bytes: entry.path.bytes[...slash])
            if folders.insert(subfolder).inserted { try visit(.folder(subfolder)) }
        }
    }

    /// Opens the file and asks it.
    public func metadata(of path: ObjectKey) throws -> ObjectMetadata {
        try open(path).metadata
    }
}

/// What tells, without reading it, that a file has probably not changed: where any of it differs from what it was, the
/// file is read again. No difference is a finding.
public struct ObjectMetadata: Hashable, Sendable {
    /// What storage that is not of this machine tells.
    private final class Remote: Hashable, Sendable {
        let entityTag: String?
        let version: String?

        init(entityTag: String?, version: String?) {
            self.entityTag = entityTag
            self.version = version
        }

        static func == (lhs: Remote, rhs: Remote) -> Bool {
            lhs.entityTag == rhs.entityTag && lhs.version == rhs.version
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(entityTag)
            hasher.combine(version)
        }
    }

    // A state has millions of these in memory, so what is not known takes no byte of its own.
    private static let unknown = Int64.min

    /// The size of the file as it is stored, in bytes.
    public let storedBytes: UInt64
    private let modifiedTime: Int64
    private let changedTime: Int64
    private let number: UInt64
    private let remote: Remote?

    /// When the content changed last, in nanoseconds since 1970-01-01T00:00:00Z; `nil` when the storage does not say.
    public var modified: Int64? { modifiedTime == Self.unknown ? nil : modifiedTime }
    /// When the content, the name or anything else of the file changed last (ctime), in nanoseconds since
    /// 1970-01-01T00:00:00Z; `nil` when the storage does not say. No program can set it.
    public var statusChanged: Int64? { changedTime == Self.unknown ? nil : changedTime }
    /// The number of the file in its file system (inode); `nil` when the storage has none.
    public var fileNumber: UInt64? { number == 0 ? nil : number }
    /// The entity tag of a remote object, as its storage gives it.
    public var entityTag: String? { remote?.entityTag }
    /// The version of a remote object, as its storage gives it.
    public var version: String? { remote?.version }

    /// A file of this size and time.
    ///
    /// - Parameters:
    ///   - storedBytes: Its size as it is stored, in bytes.
    ///   - modified: When its content changed last, in nanoseconds since 1970-01-01T00:00:00Z.
    ///   - statusChanged: When anything of it changed last, in nanoseconds since then.
    ///   - fileNumber: Its number in its file system, which is not 0.
    ///   - entityTag: The entity tag of a remote object.
    ///   - version: The version of a remote object.
    public init(
        storedBytes: UInt64,
        modified: Int64?,
        statusChanged: Int64? = nil,
        fileNumber: UInt64? = nil,
        entityTag: String? = nil,
        version: String? = nil
    ) {
        self.storedBytes = storedBytes
        modifiedTime = modified ?? Self.unknown
        changedTime = statusChanged ?? Self.unknown
        number = fileNumber ?? 0
        remote = entityTag == nil && version == nil ? nil : Remote(entityTag: entityTag, version: version)
    }

    /// Stands for what nobody asked for: a file of no known time is never taken for unchanged.
    static var notAsked: ObjectMetadata { ObjectMetadata(storedBytes: 0, modified: nil) }
}

/// A file that is being read, by one thread. It ends with its last reference: nothing closes it.
public protocol OpenObject {
    /// The size of the file as it is stored, in bytes, when it was opened; `nil` when it is not known.
    ///
    /// Where content that is whole ends there, nothing more is read: bytes behind a size that is too small are not seen.
    var storedBytes: UInt64? { get }

    /// The file as it was when it was opened; by default its size alone.
    var metadata: ObjectMetadata { get }

    /// Fills `buffer` with the next bytes, as many as are at hand.
    ///
    /// - Returns: The number of bytes; 0 only at the end.
    /// - Throws: As for opening a file.
    func read(into buffer: inout MutableRawSpan) throws -> Int

    /// The S3 user metadata that was kept with the file, such as in extended attributes; `nil`, the default, where there
    /// is none.
    ///
    /// - Throws: ``ObjectReadError``.
    func signatureMetadata() throws -> SignatureMetadata?

    /// Throws ``ObjectReadError`` with ``ObjectReadError/Reason/changed`` when the file is not the one that was opened
    /// any more, or has another size or time; by default nothing is compared, for storage where files do not change.
    func checkUnchanged() throws
}

extension OpenObject {
    /// The size, and no time.
    public var metadata: ObjectMetadata { ObjectMetadata(storedBytes: storedBytes ?? 0, modified: nil) }

    /// None.
    public func signatureMetadata() throws -> SignatureMetadata? { nil }

    /// Compares nothing.
    public func checkUnchanged() throws {}
}

extension ObjectKey {
    /// Whether this, the path of a folder without the `/` at its end, is the path of `folder`, or of one that it lies in.
    fileprivate func isFolder(around folder: ObjectKey) -> Bool {
        bytes.isEmpty || folder.hasPrefix(bytes) && folder.bytes.dropFirst(bytes.count).first == UInt8(ascii: "/")
    }
}

extension ObjectReadError {
    /// Calls `body`, which uses storage that others may have written: whatever keeps it from reading a file keeps nobody
    /// from reading the next one.
    ///
    /// - Throws: ``ObjectReadError``, and the `CancellationError` of a source that was told to stop.
    static func catching<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ObjectReadError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ObjectReadError(.inputOutput, shortened("\(error)"))
        }
    }

    /// The storage reported more bytes than it was asked for.
    static let invalidReadCount = ObjectReadError(.inputOutput, "the storage reported more bytes than it was asked for")
}
