internal import CloudTrailFormat
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

    /// A source that opens any file; `nil` for one that goes by once.
    var randomAccess: (any ObjectSource)? {
        if case .random(let source) = self { source } else { nil }
    }
}

/// The names of the sources of an archive, by their numbers.
struct SourceNames: Sendable {
    private let names: [ByteString]

    init(_ names: [ByteString]) { self.names = names }

    /// The number of the sources.
    var count: Int { names.count }
    /// Their numbers.
    var indices: Range<Int> { names.indices }

    subscript(root: Int) -> ByteString { names[root] }

    /// A path below the name of its source, as the report shows it.
    func displayPath(root: Int, _ path: ObjectKey) -> ObjectKey {
        let name = names[root]
        let separator = name.hasSuffix("/") || path.bytes.isEmpty ? "" : "/"
        return ObjectKey(bytes: name.bytes + Array(separator.utf8) + path.bytes)
    }
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
