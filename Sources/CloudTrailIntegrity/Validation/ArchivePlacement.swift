/// Which key every file of the archive maps to: one layout a root, fixed by what the digests say of themselves.
struct ArchivePlacement: Sendable {
    /// The layout of every root.
    let layouts: [ArchiveLayout]
    /// Where each record was found, by its number.
    let places: [DigestPlace]

    private let bucket: String?

    /// - Parameter keys: Given numbers for the keys that the records' paths map to.
    init(
        index: ArchiveIndex,
        records: DigestRecords,
        signatures: [SignatureVerdict],
        keys: inout DigestKeys,
        bucket: String?,
        rootCount: Int,
        proven: [ProvenFolder],
        check: () throws -> Void
    ) throws {
        self.bucket = bucket
        layouts = try Self.layouts(index, records, signatures, rootCount: rootCount, proven, check)
        places = try Self.places(index, records, layouts, &keys, bucket, check)
    }

    /// Whether a root is a flat folder, so that file names alone tell keys.
    var hasFlatRoot: Bool { layouts.contains(.flat) }

    /// Where the files of a folder go.
    struct FolderPlace {
        /// The folder of keys, with the `/` at its end; `nil` in a flat folder.
        let path: ObjectKey?
        /// The buckets that they must be of: the one that the layout names, and the one that the caller named.
        let buckets: [String]

        func agrees(withBucket bucket: String) -> Bool {
            buckets.allSatisfy { $0 == bucket }
        }
    }

    func place(of folder: ArchiveIndex.Folder) -> FolderPlace {
        let named = bucket.map { [$0] } ?? []
        let layout = layouts[folder.root]
        if layout == .flat { return FolderPlace(path: nil, buckets: named) }
        guard let place = layout.place(ofFolder: folder.path) else {
            return FolderPlace(path: folder.path, buckets: named)
        }
        return FolderPlace(path: place.key, buckets: named + (place.bucket.map { [$0] } ?? []))
    }

    /// The key that a path maps to; in a flat folder its file name.
    func key(of path: ObjectKey, root: Int) -> ObjectKey {
        let layout = layouts[root]
        if layout == .flat { return ObjectKey(bytes: path.compressedName.lastComponent) }
        return layout.place(of: path)?.key ?? path.compressedName
    }

    /// The bucket that a path maps to, where the layout or the caller names it.
    func bucket(of path: ObjectKey, root: Int) -> String? {
        layouts[root].place(of: path)?.bucket ?? bucket
    }

    /// Whether a root could hold the object at all: one synced from a folder of the bucket holds nothing beside it.
    func canHold(_ location: ObjectLocation) -> Bool {
        layouts.contains { $0 == .flat || $0.path(of: location) != nil }
    }

    // MARK: Layouts

    private static func layouts(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureVerdict],
        rootCount: Int,
        _ proven: [ProvenFolder],
        _ check: () throws -> Void
    ) throws -> [ArchiveLayout] {
        let only = try onlyLayouts(index, records, signatures, rootCount: rootCount, check)
        if let only { return only }
        var signed = [[ArchiveLayout.Evidence]](repeating: [], count: rootCount)
        var claimed = signed
        for number in records.indices {
            try check()
            guard let location = records.location(of: number) else { continue }
            let digest = index.digests[number]
            let evidence = ArchiveLayout.Evidence(path: index.path(of: digest), location: location)
            claimed[digest.root].append(evidence)
            // Signed claims decide where there are any, so that forgeries cannot move the layout.
            if case .valid = signatures[number] { signed[digest.root].append(evidence) }
        }
        var listed: [ObjectKey: ObjectLocation]?
        return try (0..<rootCount).map { root in
            try check()
            let hasTopLevelLogs = hasTopLevelLogs(index, root)
            // A signed digest under another's name tells nothing; then those that are not signed do, before log files.
            for digests in [signed[root], claimed[root]] {
                if let layout = ArchiveLayout.inferred(from: digests, hasTopLevelLogs: hasTopLevelLogs) {
                    return layout
                }
            }
            // A root of log files alone: its digests are in another root.
            let byName = listed ?? locationsByName(records, proven)
            listed = byName
            var logs: [ArchiveLayout.Evidence] = []
            index.forEachFile { folder, name in
                let path = ObjectKey(bytes: folder.path.bytes + name)
                guard folder.root == root, LogFileName(path) != nil else { return true }
                if let location = byName[ObjectKey(bytes: path.compressedName.lastComponent)] {
                    logs.append(ArchiveLayout.Evidence(path: path, location: location))
                }
                return true
            }
            return ArchiveLayout.inferred(from: logs, hasTopLevelLogs: false) ?? .added([])
        }
    }

    /// The layouts, where every root has signed digests, all of them in folders and all of one mind.
    private static func onlyLayouts(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureVerdict],
        rootCount: Int,
        _ check: () throws -> Void
    ) rethrows -> [ArchiveLayout]? {
        /// What the last digest's rule came of: where its name is kept, its folders alone decide.
        struct Folders: Equatable {
            let root: Int
            let path: Int32
            let bucket: Int32
            let key: Int32
        }
        var layouts = [ArchiveLayout?](repeating: nil, count: rootCount)
        var last: Folders?
        for number in records.indices {
            try check()
            guard let claimed = records[number].claims?.location, case .valid = signatures[number] else { continue }
            let digest = index.digests[number]
            let root = digest.root
            let folders = Folders(
                root: root,
                path: digest.path.folder,
                bucket: claimed.bucket,
                key: claimed.key.folder
            )
            let isNameKept = digest.path.compressed.hasSameName(as: claimed.key)
            if isNameKept, folders == last { continue }
            last = isNameKept ? folders : nil
            let evidence = ArchiveLayout.Evidence(
                path: index.path(of: digest),
                location: records.names.objectLocation(claimed)
            )
            guard let rule = ArchiveLayout.rule(of: evidence), layouts[root] == nil || layouts[root] == rule else {
                return nil
            }
            layouts[root] = rule
        }
        let known = layouts.compactMap { $0 }
        return known.count == rootCount ? known : nil
    }

    private static func hasTopLevelLogs(_ index: ArchiveIndex, _ root: Int) -> Bool {
        for folder in index.folders where folder.root == root && folder.path.bytes.isEmpty {
            var reader = folder.names.makeReader()
            while reader.next() {
                if LogFileName(ObjectKey(bytes: reader.name)) != nil { return true }
            }
        }
        return false
    }

    private static func locationsByName(
        _ records: DigestRecords,
        _ proven: [ProvenFolder]
    ) -> [ObjectKey: ObjectLocation] {
        var locations: [ObjectKey: ObjectLocation] = [:]
        for folder in proven {
            var reader = folder.names.makeReader()
            while reader.next() {
                let key = ObjectKey(bytes: folder.path.bytes + reader.name)
                locations[ObjectKey(bytes: reader.name)] = ObjectLocation(bucket: folder.bucket, key: key)
            }
        }
        for record in records {
            for group in record.logs {
                var reader = group.makeReader()
                while reader.next() {
                    locations[ObjectKey(bytes: reader.name)] = ListedLogs.location(reader.name, in: group.folder)
                }
            }
        }
        return locations
    }

    // MARK: Places

    private static func places(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ layouts: [ArchiveLayout],
        _ keys: inout DigestKeys,
        _ bucket: String?,
        _ check: () throws -> Void
    ) rethrows -> [DigestPlace] {
        let names = records.names
        let caller = bucket.map { names.number(of: $0) }
        let noFolder = names.number(ofFolder: ObjectKey(bytes: []))
        // In a flat folder a file that says nothing usable of itself is what others call by its name.
        var namedKeys: [DigestKey: DigestKey] = [:]
        if layouts.contains(.flat) {
            for record in records {
                guard let key = record.claims?.previous.map({ keys.collapsed($0.location.key) }) else { continue }
                namedKeys[key.moved(to: noFolder)] = key
            }
        }
        var folders = MappedFolders(layouts: layouts, names: names)
        var places: [DigestPlace] = []
        places.reserveCapacity(records.count)
        for number in records.indices {
            try check()
            let digest = index.digests[number]
            let claim = records[number].claims?.location
            let claimedKey = claim.map { keys.collapsed($0.key) }
            var key = digest.path.compressed
            var named: Int32?
            var isKept = false
            if layouts[digest.root] == .flat {
                let isNameKept = claimedKey?.hasSameName(as: key) ?? false
                isKept = isNameKept && (caller == nil || claim?.bucket == caller)
                let name = key.moved(to: noFolder)
                key = (isNameKept ? claimedKey : nil) ?? namedKeys[name] ?? name
            } else if let place = folders.place(of: key.folder, root: digest.root) {
                named = place.bucket
                key = key.moved(to: place.folder)
                isKept =
                    claimedKey == key && (named == nil || named == claim?.bucket)
                    && (caller == nil || caller == claim?.bucket)
            }
            places.append(
                DigestPlace(
                    bucket: named ?? caller,
                    keyNumber: key == claimedKey ? keys.claimed(number) ?? keys.number(of: key) : keys.number(of: key),
                    isRelocated: claim != nil && !isKept
                )
            )
        }
        return places
    }
}

/// Where the folders of digest files map to, looked up once for files behind each other.
private struct MappedFolders {
    /// What a folder maps to.
    struct Place {
        /// The number of the bucket, where the layout names it.
        let bucket: Int32?
        /// The number of the folder of keys.
        let folder: Int32
    }

    private let layouts: [ArchiveLayout]
    private let names: DigestNames
    private var last: (root: Int, folder: Int32, place: Place?)?

    init(layouts: [ArchiveLayout], names: DigestNames) {
        self.layouts = layouts
        self.names = names
    }

    /// What the files of a folder of paths map to; `nil` where they lie outside the layout's rule.
    mutating func place(of folder: Int32, root: Int) -> Place? {
        if let last, last.root == root, last.folder == folder { return last.place }
        let place = layouts[root].place(ofFolder: names.path(ofFolder: folder)).map { place in
            Place(
                bucket: place.bucket.map { names.number(of: $0) },
                folder: names.number(ofFolder: place.key)
            )
        }
        last = (root, folder, place)
        return place
    }
}
