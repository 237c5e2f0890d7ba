package import CloudTrailFormat
package import CloudTrailRules
package import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// One file that the caller names, wherever it lies, and what a download may have left beside it.
///
/// Links on the way to it are followed, since the caller chose it; what it is when it is opened must be a regular file.
package struct SingleFile: ObjectSource, PathSource {
    package let givenPath: ByteString
    /// What the file is called below this source.
    package let path: ObjectKey
    /// The path of the file without links, from the root of the file system.
    package let resolvedPath: ObjectKey

    private let folder: LocalArchive
    private let file: ObjectKey

    /// The file at `path`.
    ///
    /// - Throws: ``ObjectReadError`` when it is not there or its folder cannot be read.
    package init(path: ByteString) throws(ObjectReadError) {
        guard !path.isEmpty, path.isUsable else { throw ObjectReadError(.vanished, "there is no such file") }
        guard let resolved = unsafe realpath(path.cString, nil) else {
            let code = errno
            if code == ENOENT { throw ObjectReadError(.vanished, "there is no such file") }
            throw .system(code)
        }
        defer { unsafe free(resolved) }
        let bytes = unsafe Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        try self.init(givenPath: path, resolvedPath: ObjectKey(bytes: bytes))
    }

    private init(givenPath: ByteString, resolvedPath: ObjectKey) throws(ObjectReadError) {
        self.givenPath = givenPath
        self.resolvedPath = resolvedPath
        file = ObjectKey(bytes: resolvedPath.lastComponent)
        path = file
        do {
            folder = try LocalArchive(pathBytes: resolvedPath.folder)
        } catch let error as LocalArchiveError {
            throw ObjectReadError(.inputOutput, error.description)
        } catch {
            throw ObjectReadError(.inputOutput, "\(error)")
        }
    }

    /// The path as it was given, as text.
    package var name: String { givenPath.description }

    /// The same file, called `path` below this source.
    package func called(_ path: ObjectKey) -> SingleFile {
        SingleFile(givenPath: givenPath, path: path, resolvedPath: resolvedPath, folder: folder, file: file)
    }

    private init(givenPath: ByteString, path: ObjectKey, resolvedPath: ObjectKey, folder: LocalArchive, file: ObjectKey)
    {
        self.givenPath = givenPath
        self.path = path
        self.resolvedPath = resolvedPath
        self.folder = folder
        self.file = file
    }

    /// Another file by its path without links.
    ///
    /// - Throws: ``ObjectReadError`` when its folder cannot be read.
    package static func at(resolvedPath: ObjectKey) throws(ObjectReadError) -> SingleFile {
        try SingleFile(givenPath: ByteString(bytes: resolvedPath.bytes), resolvedPath: resolvedPath)
    }

    /// Visits the file, and the answer of `head-object` that is saved beside it.
    package func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        try visit(ArchiveEntry(path: path, kind: .file))
        if (try? folder.open(file.sidecar)) != nil {
            try visit(ArchiveEntry(path: path.sidecar, kind: .file))
        }
    }

    /// Opens the file, or what is saved beside it.
    package func open(_ path: ObjectKey) throws -> any OpenObject {
        if path == self.path { return FileAtPath(try folder.openFile(file), at: givenPath) }
        if path == self.path.sidecar { return try folder.open(file.sidecar) }
        throw ObjectReadError(.vanished, "there is no such file")
    }
}

/// A file that the caller named, and what leads to it: where that is another file in the end, it was not read (I37).
private final class FileAtPath: OpenObject {
    private let file: LocalFile
    private let givenPath: ByteString

    init(_ file: LocalFile, at givenPath: ByteString) {
        self.file = file
        self.givenPath = givenPath
    }

    var storedBytes: UInt64? { file.storedBytes }
    var metadata: ObjectMetadata { file.metadata }

    func read(into buffer: inout MutableRawSpan) throws -> Int { try file.read(into: &buffer) }

    func signatureMetadata() throws -> SignatureMetadata? { try file.signatureMetadata() }

    func checkUnchanged() throws {
        try file.checkUnchanged()
        try file.checkIsAt(givenPath)
    }
}
