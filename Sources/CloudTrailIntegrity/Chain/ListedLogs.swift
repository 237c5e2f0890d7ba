internal import NativeInterop

/// The log files that a digest lists, packed by the folder they are in.
package struct ListedLogs: Sendable {
    /// Those of one folder.
    package struct Group: Sendable {
        package let folder: ListedFolder
        package let names: PackedNames

        package func makeReader() -> PackedNames.Reader {
            names.makeReader(seed: folder.seed)
        }
    }

    package let groups: [Group]

    /// The number of log files.
    package var count: Int { groups.reduce(0) { $0 + $1.names.count } }

    /// The location of one of the group's log files.
    package static func location(_ name: [UInt8], in folder: ListedFolder) -> ObjectLocation {
        ObjectLocation(bucket: folder.bucket, key: ObjectKey(bytes: folder.path.bytes + name))
    }
}

/// A bucket and a folder that digests list log files of; one object stands for each pair.
package final class ListedFolder: Sendable {
    package let bucket: String
    /// As written, with the `/` at its end; empty where keys have none.
    package let path: ObjectKey
    /// With empty components collapsed, as downloads collapse them.
    package let collapsed: ObjectKey
    /// A name of a file in it, which others are like.
    package let seed: [UInt8]

    init(bucket: String, path: ObjectKey, seed: [UInt8]) {
        self.bucket = bucket
        self.path = path
        collapsed = path.collapsed
        self.seed = seed
    }
}

/// The folders that digests list log files of, shared by all threads.
package final class ListedFolders: Sendable {
    private struct Place: Hashable, Sendable {
        let bucket: String
        let path: ObjectKey
    }

    private let known = LockedState<[Place: ListedFolder]>([:])

    package init() {}

    /// The folder of this bucket and path.
    ///
    /// - Parameter seed: A name of a file in it, for the first that asks.
    package func folder(bucket: String, path: ObjectKey, seed: [UInt8]) -> ListedFolder {
        let place = Place(bucket: bucket, path: path)
        return known.withLock { known in
            if let folder = known[place] { return folder }
            let folder = ListedFolder(bucket: bucket, path: path, seed: seed)
            known[place] = folder
            return folder
        }
    }
}

/// Packs the lists of digests one after another; one a thread.
package struct LogListPacker {
    private let folders: ListedFolders
    private var last: ListedFolder?

    package init(_ folders: ListedFolders) {
        self.folders = folders
    }

    /// Packs a list.
    package mutating func pack(_ list: [LogFileReference]) -> ListedLogs {
        var order: [ObjectIdentifier: Int] = [:]
        var drafts: [(folder: ListedFolder, writer: PackedNames.Writer)] = []
        for reference in list {
            let folder = folder(of: reference.location)
            let number: Int
            if let draft = drafts.last, draft.folder === folder {
                number = drafts.count - 1
            } else if let known = order[ObjectIdentifier(folder)] {
                number = known
            } else {
                number = drafts.count
                order[ObjectIdentifier(folder)] = number
                drafts.append((folder, PackedNames.Writer(hasHashes: true, seed: folder.seed)))
            }
            drafts[number].writer.append(reference.location.key.lastComponent, hash: reference.hash)
        }
        return ListedLogs(groups: drafts.map { ListedLogs.Group(folder: $0.folder, names: $0.writer.names) })
    }

    private mutating func folder(of location: ObjectLocation) -> ListedFolder {
        let path = location.key.folder
        if let last, path.isEqual(to: last.path.bytes[...]), last.bucket == location.bucket { return last }
        let folder = folders.folder(
            bucket: location.bucket,
            path: ObjectKey(bytes: path),
            seed: Array(location.key.lastComponent)
        )
        last = folder
        return folder
    }
}
