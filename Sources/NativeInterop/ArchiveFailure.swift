#if ArchiveFiles
/// Why an archive file, or a member of it, cannot be read on.
package enum ArchiveFailure: Error, CustomStringConvertible {
    /// The file or pipe itself cannot be read.
    case system(SystemError)
    /// It is cut off, broken, or made in a way that is not read, and how: one line of bounded length.
    case damaged(String)
    /// What comes out is more than this many times what went in.
    case overRatio(UInt64)
    /// The check that is made on the way said to stop.
    case stopped(any Error)

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .damaged(let reason): reason
        case .overRatio(let ratio): "it inflates to more than \(ratio) times its compressed size"
        case .stopped(let error): "\(error)"
        }
    }
}
#endif
