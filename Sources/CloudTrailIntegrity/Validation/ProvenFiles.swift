internal import NativeInterop

/// Gathers proven log files by their folder. A file's digest is the number of a record; or, where the digest is no longer
/// what it was, −1 − its number in the state of earlier runs.
struct ProvenFiles: Sendable {
    private struct Folder: Sendable {
        let root: Int
        let source: ObjectKey?
        let folder: ListedFolder
        var names = PackedNames.Writer(hasHashes: true)
        var files: [ProvenFolder.File] = []
    }

    private var folders: [Folder] = []

    var isEmpty: Bool { folders.isEmpty }

    mutating func add(
        _ name: [UInt8],
        _ hash: SHA256Digest,
        _ file: ProvenFolder.File,
        root: Int,
        source: ObjectKey?,
        _ folder: ListedFolder
    ) {
        func isSame(_ known: Folder) -> Bool {
            known.root == root && known.folder === folder && known.source == source
        }
        var index = folders.indices.last ?? 0
        if folders.isEmpty || !isSame(folders[index]) {
            let known = folders.firstIndex(where: isSame)
            index = known ?? folders.count
            if known == nil { folders.append(Folder(root: root, source: source, folder: folder)) }
        }
        folders[index].names.append(name.span, hash: hash)
        folders[index].files.append(file)
    }

    /// The folders, ready for a state.
    mutating func finish() -> [ProvenFolder] {
        defer { folders = [] }
        return folders.indices.map { index in
            ProvenFolder(
                root: folders[index].root,
                source: folders[index].source,
                bucket: folders[index].folder.bucket,
                path: folders[index].folder.path,
                names: folders[index].names.finish(),
                files: folders[index].files
            )
        }
    }
}
