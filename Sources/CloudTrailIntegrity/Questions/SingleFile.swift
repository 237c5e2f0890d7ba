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
package struct SingleFile: ObjectSource {
    /// The path as it was given.
    package let name: String
    /// What the file is called below this source.
    package let path: ObjectKey
    /// The path of the file without links, from the root of the file system.
    package let resolvedPath: ObjectKey

    private let folder: LocalArchive
    private let file: ObjectKey

    /// The file at `path`.
    ///
    /// - Throws: ``ObjectReadError`` when it is not there or its folder cannot be read.
    package init(path: String) throws(ObjectReadError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw ObjectReadError(.vanished, "there is no such file") }
        guard let resolved = unsafe realpath(path, nil) else {
            let code = errno
            if code == ENOENT { throw ObjectReadError(.vanished, "there is no such file") }
            throw .system(code)
        }
        defer { unsafe free(resolved) }
        let bytes = unsafe Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        try self.init(name: path, resolvedPath: ObjectKey(bytes: bytes))
    }

    private init(name: String, resolvedPath: ObjectKey) throws(ObjectReadError) {
        self.name = name
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

    /// The same file, called `path` below this source.
    package func called(_ path: ObjectKey) -> SingleFile {
        SingleFile(name: name, path: path, resolvedPath: resolvedPath, folder: folder, file: file)
    }

    private init(name: String, path: ObjectKey, resolvedPath: ObjectKey, folder: LocalArchive, file: ObjectKey) {
        self.name = name
        self.path = path
        self.resolvedPath = resolvedPath
        self.folder = folder
        self.file = file
    }

    /// Another file by its path without links.
    ///
    /// - Throws: ``ObjectReadError`` when its folder cannot be read.
    package static func at(resolvedPath: ObjectKey) throws(ObjectReadError) -> SingleFile {
        try SingleFile(name: resolvedPath.description, resolvedPath: resolvedPath)
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
        if path == self.path { return try folder.open(file) }
        if path == self.path.sidecar { return try folder.open(file.sidecar) }
        throw ObjectReadError(.vanished, "there is no such file")
    }
}
