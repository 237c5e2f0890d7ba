package import CloudTrailFormat
internal import NativeInterop

/// The log files that a digest lists, packed by the folder they are in: a group for each.
package struct ListedLogs: RandomAccessCollection, Sendable {
    /// Those of one folder.
    package struct Group: Sendable {
        package let folder: ListedFolder
        package fileprivate(set) var names: PackedNames

        package func makeReader() -> PackedNames.Reader {
            names.makeReader(seed: folder.seed)
        }
    }

    /// Nearly every list is of one folder, and many are empty: then there is no array.
    private enum Groups: Sendable {
        case none
        case one(Group)
        case many([Group])
    }

    private var groups: Groups

    fileprivate init(_ groups: [Group]) {
        self.groups = groups.count > 1 ? .many(groups) : groups.first.map { .one($0) } ?? .none
    }

    fileprivate init(_ group: Group) {
        groups = .one(group)
    }

    /// No log files.
    package static let none = ListedLogs([])

    /// The number of log files.
    package var fileCount: Int { reduce(0) { $0 + $1.names.count } }

    package var isEmpty: Bool {
        if case .none = groups { true } else { false }
    }

    package var startIndex: Int { 0 }

    package var endIndex: Int {
        switch groups {
        case .none: 0
        case .one: 1
        case .many(let groups): groups.count
        }
    }

    package subscript(position: Int) -> Group {
        switch groups {
        case .one(let group) where position == 0: return group
        case .many(let groups): return groups[position]
        case .none, .one: preconditionFailure("no group has this position")
        }
    }

    /// Calls `body` with the names of every group, in place.
    mutating func forEachNames(_ body: (inout PackedNames) -> Void) {
        // What is taken out is not copied to be changed.
        var taken = Groups.none
        swap(&taken, &groups)
        switch consume taken {
        case .none: break
        case .one(var group):
            body(&group.names)
            groups = .one(group)
        case .many(var list):
            for number in list.indices { body(&list[number].names) }
            groups = .many(list)
        }
    }

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
    private var writer = PackedNames.Writer(hasHashes: true)

    package init(_ folders: ListedFolders) {
        self.folders = folders
    }

    /// Packs a list.
    ///
    /// - Parameters:
    ///   - isKept: Whether what is listed in a folder is kept; `nil` for all.
    ///   - check: Called for every entry; what it throws ends the packing.
    package mutating func pack(
        _ list: LogFileList,
        keeping isKept: ((ListedFolder) -> Bool)? = nil,
        check: () throws -> Void
    ) rethrows -> ListedLogs {
        var dropped: ListedFolder?
        // The folder of the first entry. Nearly every list has only this one.
        var current: (folder: ListedFolder, bucketIndex: Int)?
        var path: [UInt8] = []
        // Entries of further folders, one writer per folder.
        var others: [ObjectIdentifier: (folder: ListedFolder, writer: PackedNames.Writer)] = [:]
        for position in list.indices {
            try check()
            let entry = list.entry(at: position)
            let key = list.keyBytes.span.extracting(entry.keyRange)
            if current?.bucketIndex == entry.bucketIndex, let nameStart = key.nameStart(in: path.span) {
                writer.append(key.extracting(droppingFirst: nameStart), hash: entry.hash)
                continue
            }
            let (folder, nameStart) = place(of: key, in: list.buckets[entry.bucketIndex])
            if let isKept, folder === dropped || !isKept(folder) {
                dropped = folder
                continue
            }
            let name = key.extracting(droppingFirst: nameStart)
            if current == nil {
                current = (folder, entry.bucketIndex)
                path = folder.path.bytes
                writer.begin(seed: folder.seed)
                writer.append(name, hash: entry.hash)
            } else {
                let new = (folder, PackedNames.Writer(hasHashes: true, seed: folder.seed))
                others[ObjectIdentifier(folder), default: new].writer.append(name, hash: entry.hash)
            }
        }
        guard let current else { return .none }
        let first = ListedLogs.Group(folder: current.folder, names: writer.finish())
        if others.isEmpty { return ListedLogs(first) }
        var groups = [first]
        for var other in others.values {
            groups.append(ListedLogs.Group(folder: other.folder, names: other.writer.finish()))
        }
        return ListedLogs(groups)
    }

    /// The folder of a key, and where its name there begins.
    private mutating func place(of key: Span<UInt8>, in bucket: String) -> (folder: ListedFolder, nameStart: Int) {
        if let last, last.bucket == bucket {
            let path = last.path
            if let start = key.nameStart(in: path.bytes.span) { return (last, start) }
        }
        let whole = ObjectKey(bytes: Array(key))
        let folder = folders.folder(
            bucket: bucket,
            path: ObjectKey(bytes: whole.folder),
            seed: Array(whole.lastComponent)
        )
        last = folder
        return (folder, whole.folderCount)
    }
}
