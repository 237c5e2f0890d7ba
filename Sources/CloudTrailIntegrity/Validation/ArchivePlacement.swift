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
        records: [DigestRecord],
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
        // Any name shows where the folder's files go.
        guard let place = layout.place(of: ObjectKey(bytes: folder.path.bytes + [UInt8(ascii: "-")])) else {
            return FolderPlace(path: folder.path, buckets: named)
        }
        return FolderPlace(path: ObjectKey(bytes: place.key.folder), buckets: named + (place.bucket.map { [$0] } ?? []))
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
        _ records: [DigestRecord],
        _ signatures: [SignatureVerdict],
        rootCount: Int,
        _ proven: [ProvenFolder],
        _ check: () throws -> Void
    ) throws -> [ArchiveLayout] {
        let only = try onlyLayouts(index, records, signatures, rootCount: rootCount, check)
        if let only { return only }
        var signed = [[ArchiveLayout.Evidence]](repeating: [], count: rootCount)
        var claimed = signed
        for (number, record) in records.enumerated() {
            try check()
            guard let claims = record.claims else { continue }
            let digest = index.digests[number]
            let evidence = ArchiveLayout.Evidence(path: digest.path, location: claims.location)
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
        _ records: [DigestRecord],
        _ signatures: [SignatureVerdict],
        rootCount: Int,
        _ check: () throws -> Void
    ) rethrows -> [ArchiveLayout]? {
        var layouts = [ArchiveLayout?](repeating: nil, count: rootCount)
        for number in records.indices {
            try check()
            guard let claims = records[number].claims, case .valid = signatures[number] else { continue }
            let root = index.digests[number].root
            let evidence = ArchiveLayout.Evidence(path: index.digests[number].path, location: claims.location)
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
        _ records: [DigestRecord],
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
            for group in record.claims?.logs.groups ?? [] {
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
        _ records: [DigestRecord],
        _ layouts: [ArchiveLayout],
        _ keys: inout DigestKeys,
        _ bucket: String?,
        _ check: () throws -> Void
    ) rethrows -> [DigestPlace] {
        // In a flat folder a file that says nothing usable of itself is what others call by its name.
        var namedKeys: [ObjectKey: ObjectKey] = [:]
        if layouts.contains(.flat) {
            for record in records {
                guard let key = record.claims?.previous?.location.key.collapsed else { continue }
                namedKeys[ObjectKey(bytes: key.lastComponent)] = key
            }
        }
        var places: [DigestPlace] = []
        places.reserveCapacity(records.count)
        for (number, record) in records.enumerated() {
            try check()
            let digest = index.digests[number]
            let claim = record.claims?.location
            let claimedKey = claim?.key.collapsed
            var key = digest.path.compressedName
            var named: String?
            var isKept = false
            if layouts[digest.root] == .flat {
                let name = ObjectKey(bytes: key.lastComponent)
                let isNameKept = claimedKey.map { $0.lastComponent == name.bytes[...] } ?? false
                isKept = isNameKept && (bucket == nil || claim?.bucket == bucket)
                key = (isNameKept ? claimedKey : nil) ?? namedKeys[name] ?? name
            } else if let place = layouts[digest.root].place(of: digest.path) {
                named = place.bucket
                isKept = claimedKey == place.key && [named, bucket].allSatisfy { $0 == nil || $0 == claim?.bucket }
                // The key is kept once where both are the same.
                key = claimedKey == place.key ? claimedKey ?? place.key : place.key
            }
            places.append(
                DigestPlace(
                    bucket: named ?? bucket,
                    key: key,
                    keyNumber: key == claimedKey ? keys.claimed[number] ?? keys.number(of: key) : keys.number(of: key),
                    isRelocated: claim != nil && !isKept
                )
            )
        }
        return places
    }
}
