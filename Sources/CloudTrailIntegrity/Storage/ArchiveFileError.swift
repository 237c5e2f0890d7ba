#if ArchiveFiles
/// Why a file cannot be taken as a tar or zip archive.
public struct ArchiveFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in one line without the path.
    public let description: String
}
#endif
