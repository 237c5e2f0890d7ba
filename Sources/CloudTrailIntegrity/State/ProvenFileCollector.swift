internal import CloudTrailFormat
internal import NativeInterop

/// Gathers proven log files by their folder. A file's digest is the number of a record; or, where the digest is no longer
/// what it was, −1 − its number in the state of earlier runs.
struct ProvenFileCollector: Sendable {
    private struct Folder: Sendable {
        let root: Int
        let source: ObjectKey?
        let folder: ListedFolder
        var names = PackedNames.Writer(hasHashes: true)
        var files: [ProvenFolder.File] = []
    }

    private struct Place: Hashable, Sendable {
        let root: Int
        let source: ObjectKey?
        let folder: ObjectIdentifier
    }

    private var folders: [Folder] = []
    /// The numbers of the folders.
    private var numbers: [Place: Int] = [:]

    var isEmpty: Bool { folders.isEmpty }

    mutating func add(
        _ name: [UInt8],
        _ hash: SHA256Digest,
        _ file: ProvenFolder.File,
        root: Int,
        source: ObjectKey?,
        _ folder: ListedFolder
    ) {
        let index = index(root: root, source, folder)
        folders[index].names.append(name.span, hash: hash)
        folders[index].files.append(file)
    }

    private mutating func index(root: Int, _ source: ObjectKey?, _ folder: ListedFolder) -> Int {
        // Neighbours lie in one folder.
        if let last = folders.last, last.root == root, last.folder === folder, last.source == source {
            return folders.count - 1
        }
        let place = Place(root: root, source: source, folder: ObjectIdentifier(folder))
        if let known = numbers[place] { return known }
        numbers[place] = folders.count
        folders.append(Folder(root: root, source: source, folder: folder))
        return folders.count - 1
    }

    /// The folders, ready for a state.
    mutating func finish() -> [ProvenFolder] {
        defer { (folders, numbers) = ([], [:]) }
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
