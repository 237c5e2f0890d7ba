public import CloudTrailFormat
internal import CloudTrailRules

/// Storage that opens a folder once, and then files in it by their names: for storage that resolves a path folder by
/// folder.
///
/// What ``ObjectSource`` asks for is used where a file is wanted alone.
public protocol FolderSource: ObjectSource {
    /// Opens a folder for one thread. Several may have the same one open, each for itself.
    ///
    /// - Parameters:
    ///   - path: Its path with the `/` at its end; empty for the root.
    ///   - checkingEachFile: Whether ``OpenObject/checkUnchanged()`` of each file looks up the path of the folder too, as
    ///     ``ValidationOptions/looksUpEachFile`` asks; where not, ``ObjectFolder/unchangedCheck`` does so for all of them.
    /// - Throws: As for opening a file.
    func openFolder(_ path: ObjectKey, checkingEachFile: Bool) throws -> any ObjectFolder

    /// Whether what the name of the source leads to is by now something else than what was opened, or nothing. What is
    /// read is what was opened all the same; the report names the source. By default `false`.
    var isReplaced: Bool { get }
}

extension FolderSource {
    /// Not known to be.
    public var isReplaced: Bool { false }
}

/// A folder of a ``FolderSource`` that one thread has open. It ends with its last reference: nothing closes it.
public protocol ObjectFolder: AnyObject {
    /// Opens a file of the folder for one pass from its beginning. An object that nobody holds any more may be used again
    /// for it.
    ///
    /// - Parameter name: Its name, which is valid for the call. One that is not a name, such as `..`, leads nowhere.
    /// - Throws: As for opening a file by its path.
    func open(_ name: Span<UInt8>) throws -> any OpenObject

    /// What the storage knows of a file of the folder without reading it.
    ///
    /// - Parameter name: Its name, which is valid for the call.
    /// - Throws: ``ObjectReadError``.
    func metadata(of name: Span<UInt8>) throws -> ObjectMetadata

    /// Looks up the folder's path again once files of it were read, and throws ``ObjectReadError`` with
    /// ``ObjectReadError/Reason/changed`` where it leads to another folder now, or to none. Any thread may call it, also
    /// after the folder's end. By default `nil`, for storage where folders stay what they are.
    var unchangedCheck: (@Sendable () throws -> Void)? { get }
}

extension ObjectFolder {
    /// Looks up nothing.
    public var unchangedCheck: (@Sendable () throws -> Void)? { nil }
}

extension Sequence<any ArchiveSource> {
    /// The names of the sources that are something else by now than what was opened (I38).
    var namesOfReplaced: [String] {
        compactMap { source in
            guard let source = source as? any FolderSource, source.isReplaced else { return nil }
            return source.name
        }
    }
}
