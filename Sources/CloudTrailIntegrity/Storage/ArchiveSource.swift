package import NativeInterop

/// A part of an archive, wherever it is kept.
///
/// Conform to ``ObjectSource`` where any file can be opened at any time, and to ``ObjectStream`` where everything goes
/// by once; both say how they are to be reached.
public protocol ArchiveSource: Sendable {
    /// What the report calls this source: for a folder, its path as it was given.
    var name: String { get }

    /// How its files are reached.
    var access: ArchiveAccess { get }
}

/// How the files of a source are reached.
@nonexhaustive public enum ArchiveAccess: Sendable {
    /// Listed first, then opened one by one and by several threads at once.
    case random(any ObjectSource)
    /// In the order in which they go by, once.
    case singlePass(any ObjectStream)
}

/// A source whose name is a path, the bytes of which need not be UTF-8.
package protocol PathSource {
    /// The path as it was given.
    var givenPath: ByteString { get }
}

extension ArchiveSource {
    /// The name in bytes, with which the paths of its files begin in a report.
    package var nameBytes: ByteString {
        (self as? any PathSource)?.givenPath ?? ByteString(name)
    }
}
