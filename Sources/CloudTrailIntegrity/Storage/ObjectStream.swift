/// Storage that can only be gone through once, from its beginning to its end: a tarball, a pipe.
///
/// The content of every file that may matter is hashed as it goes by and judged afterwards, so that the verdicts are those
/// that a folder with the same files would get. The validator goes through it on one thread.
public protocol ObjectStream: ArchiveSource {
    /// Calls `visit` once with everything that is there, in the stream's order.
    ///
    /// Paths are below the source's root, components separated by `/`; they are bytes, and need not be UTF-8. A path may
    /// come more than once: each is a file of its own. One that ends in `/` stands for a folder, and a file with the same
    /// path cannot be read then (I9).
    ///
    /// - Parameters:
    ///   - check: To be called every now and then while nothing is visited: where much is passed over that nobody reads, or
    ///     where the stream waits. It throws when the validation was stopped.
    ///   - visit: Given what was come upon and, when that is a file, its content, which is read before `visit` returns or
    ///     not at all. Content that cannot be read, such as a damaged member, throws ``ObjectReadError`` when it is read;
    ///     the stream then goes on with what follows, where that can be found.
    /// - Throws: What `check` and `visit` throw, and an error when nothing at all can be read. Where the rest cannot be
    ///   read, the empty path is visited as an ``ArchiveEntry/Kind/unreadableFolder(_:)`` instead: then nothing that is
    ///   not there is called missing.
    func forEachObject(
        check: @escaping @Sendable () throws -> Void,
        _ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void
    ) throws
}

extension ObjectStream {
    /// Once, in its order.
    public var access: ArchiveAccess { .singlePass(self) }
}
