public import CloudTrailFormat
internal import CloudTrailRules

/// Something that a listing came upon.
public struct ArchiveEntry: Hashable, Sendable {
    /// What it is.
    @nonexhaustive public enum Kind: Hashable, Sendable {
        /// A file that can be opened.
        case file
        /// A symbolic link. Links are never followed.
        case link
        /// A device, FIFO or socket: never opened.
        case special
        /// A folder whose content could not be listed, and why.
        case unreadableFolder(ObjectReadError)
    }

    /// Where it is, below the root.
    public let path: ObjectKey
    /// What it is.
    public let kind: Kind
    /// What the listing said of the file, where that is all that ``ObjectSource/metadata(of:)`` would say; else `nil`.
    ///
    /// With ``ValidationOptions/earlierRuns`` a file that was proven, and of which this is what was known then, is not
    /// asked for again. It decides nothing about a file that is read.
    public let metadata: ObjectMetadata?

    /// Something of this kind at `path`, of which the listing says this.
    public init(path: ObjectKey, kind: Kind, metadata: ObjectMetadata? = nil) {
        self.path = path
        self.kind = kind
        self.metadata = metadata
    }
}

/// Something that lies directly in a folder.
@nonexhaustive public enum FolderItem: Hashable, Sendable {
    /// A folder, by its path with the `/` at its end.
    case folder(ObjectKey)
    /// Anything else: a file, or what stands in the way of finding files.
    case entry(ArchiveEntry)
}
