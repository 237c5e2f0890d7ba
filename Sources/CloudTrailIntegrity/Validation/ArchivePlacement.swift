/// Which key every file of the archive maps to: one layout a root, fixed by what the digests say of themselves.
struct ArchivePlacement: Sendable {
    /// The layout of every root.
    let layouts: [ArchiveLayout]
    /// Where each record was found, by its number.
    let places: [DigestPlace]

    private let bucket: String?
    /// The files that may be log files, by the key they map to.
    private let filesByKey: [ObjectKey: [Int]]
    /// The same for flat folders, by file name.
    private let filesByName: [ObjectKey: [Int]]
    private let buckets: [Int: String]

    init(
        index: ArchiveIndex,
        records: [DigestRecord],
        signatures: [SignatureVerdict],
        bucket: String?,
        rootCount: Int
    ) {
        self.bucket = bucket
        layouts = Self.layouts(index, records, signatures, rootCount: rootCount)
        places = Self.places(index, records, layouts, bucket)
        var filesByKey: [ObjectKey: [Int]] = [:]
        var filesByName: [ObjectKey: [Int]] = [:]
        var buckets: [Int: String] = [:]
        for (number, file) in index.files.enumerated() {
            if case .digest = file.role { continue }
            let layout = layouts[file.root]
            if layout == .flat {
                let name = ObjectKey(bytes: Array(file.path.compressedName.lastComponent))
                filesByName[name, default: []].append(number)
            } else {
                let place = layout.place(of: file.path)
                filesByKey[place?.key ?? file.path.compressedName, default: []].append(number)
                if let named = place?.bucket { buckets[number] = named }
            }
        }
        self.filesByKey = filesByKey
        self.filesByName = filesByName
        self.buckets = buckets
    }

    /// The files that map to the object at `location`, in the order of the index.
    func logFiles(at location: ObjectLocation) -> [Int] {
        let key = location.key.collapsed
        let named = filesByName.isEmpty ? [] : filesByName[ObjectKey(bytes: Array(key.lastComponent))] ?? []
        let candidates = (filesByKey[key] ?? []) + named
        return candidates.filter { number in
            [buckets[number], bucket].allSatisfy { $0 == nil || $0 == location.bucket }
        }.sorted()
    }

    /// The key that a file's path maps to; in a flat folder its file name.
    func key(of file: ArchiveIndex.File) -> ObjectKey {
        let layout = layouts[file.root]
        if layout == .flat { return ObjectKey(bytes: Array(file.path.compressedName.lastComponent)) }
        return layout.place(of: file.path)?.key ?? file.path.compressedName
    }

    func bucket(ofFile number: Int) -> String? {
        buckets[number] ?? bucket
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
        rootCount: Int
    ) -> [ArchiveLayout] {
        var signed = [[ArchiveLayout.Evidence]](repeating: [], count: rootCount)
        var claimed = signed
        for (record, signature) in zip(records, signatures) {
            guard let file = record.file else { continue }
            let entry = index.files[record.fileNumber]
            let evidence = ArchiveLayout.Evidence(path: entry.path, location: file.location)
            claimed[entry.root].append(evidence)
            // Signed claims decide where there are any, so that forgeries cannot move the layout.
            if case .valid = signature { signed[entry.root].append(evidence) }
        }
        var hasTopLevelLogs = [Bool](repeating: false, count: rootCount)
        for file in index.files {
            if case .log = file.role, file.path.folder.isEmpty { hasTopLevelLogs[file.root] = true }
        }
        var listed: [ObjectKey: ObjectLocation]?
        return (0..<rootCount).map { root in
            // A signed digest under another's name tells nothing; then those that are not signed do, before log files.
            for digests in [signed[root], claimed[root]] {
                if let layout = ArchiveLayout.inferred(from: digests, hasTopLevelLogs: hasTopLevelLogs[root]) {
                    return layout
                }
            }
            // A root of log files alone: its digests are in another root.
            let byName = listed ?? locationsByName(records)
            listed = byName
            let logs = index.files.compactMap { file -> ArchiveLayout.Evidence? in
                guard file.root == root, case .log = file.role else { return nil }
                let name = ObjectKey(bytes: Array(file.path.compressedName.lastComponent))
                return byName[name].map { ArchiveLayout.Evidence(path: file.path, location: $0) }
            }
            return ArchiveLayout.inferred(from: logs, hasTopLevelLogs: false) ?? .added([])
        }
    }

    private static func locationsByName(_ records: [DigestRecord]) -> [ObjectKey: ObjectLocation] {
        var locations: [ObjectKey: ObjectLocation] = [:]
        for record in records {
            for reference in record.file?.logFiles ?? [] {
                locations[ObjectKey(bytes: Array(reference.location.key.lastComponent))] = reference.location
            }
        }
        return locations
    }

    // MARK: Places

    private static func places(
        _ index: ArchiveIndex,
        _ records: [DigestRecord],
        _ layouts: [ArchiveLayout],
        _ bucket: String?
    ) -> [DigestPlace] {
        // In a flat folder a file that says nothing usable of itself is what others call by its name.
        var namedKeys: [ObjectKey: ObjectKey] = [:]
        if layouts.contains(.flat) {
            for record in records {
                guard let key = record.file?.previous?.location.key.collapsed else { continue }
                namedKeys[ObjectKey(bytes: Array(key.lastComponent))] = key
            }
        }
        return records.map { record in
            let path = index.files[record.fileNumber].path
            let layout = layouts[index.files[record.fileNumber].root]
            let claim = record.file?.location
            let claimedKey = claim?.key.collapsed
            if layout == .flat {
                let name = ObjectKey(bytes: Array(path.compressedName.lastComponent))
                let isNameKept = claimedKey.map { $0.lastComponent.elementsEqual(name.bytes) } ?? false
                let isBucketKept = bucket == nil || claim == nil || claim?.bucket == bucket
                return DigestPlace(
                    bucket: bucket,
                    key: (isNameKept ? claimedKey : nil) ?? namedKeys[name] ?? name,
                    isRelocated: claim != nil && !(isNameKept && isBucketKept)
                )
            }
            guard let place = layout.place(of: path) else {
                return DigestPlace(bucket: bucket, key: path.compressedName, isRelocated: claim != nil)
            }
            let isKept =
                claimedKey == place.key && [place.bucket, bucket].allSatisfy { $0 == nil || $0 == claim?.bucket }
            return DigestPlace(bucket: place.bucket ?? bucket, key: place.key, isRelocated: claim != nil && !isKept)
        }
    }
}
