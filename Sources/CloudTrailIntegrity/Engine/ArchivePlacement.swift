internal import CloudTrailFormat
internal import CloudTrailRules

/// Which key every file of the archive maps to: one layout a root, fixed by what the digests say of themselves.
struct ArchivePlacement: Sendable {
    /// The layout of every root.
    let layouts: [ArchiveLayout]
    /// Where each record was found, by its number.
    let places: [DigestPlace]
    /// The prefixes that the trails deliver below.
    let prefixes: DeliveryPrefixes
    /// Those of them that signed digest files of the archive, or of the portion, lie below.
    let ownPrefixes: DeliveryPrefixes
    /// The files that are named like digest files and lie in a folder of other files, by their numbers: no digest files.
    let strays: Set<Int>
    /// The other digest files that lie in a folder of log files by their paths as they stand, by their numbers.
    let amongLogs: Set<Int>

    private let bucket: String?
    /// Of each flat root, what lies directly in it.
    private let flatRoots: [FlatRoot]

    /// - Parameters:
    ///   - layouts: The layout of every root; see ``layouts(_:_:_:only:rootCount:proven:check:)``.
    ///   - strays: Those that are known already, whose layouts are these; `nil` to look for them.
    ///   - prefixes: Those of the whole archive, where this is a portion of it; `nil` to look for them.
    ///   - keys: Given numbers for the keys that the records' paths map to.
    init(
        layouts: [ArchiveLayout],
        strays: Set<Int>?,
        prefixes known: DeliveryPrefixes?,
        index: ArchiveIndex,
        records: DigestRecords,
        signatures: [SignatureOutcome],
        keys: inout SuccessorIndex,
        bucket: String?,
        check: () throws -> Void
    ) throws {
        self.layouts = layouts
        self.bucket = bucket
        ownPrefixes = try Self.prefixes(index, records, signatures, layouts, keys, check)
        let prefixes = known ?? ownPrefixes
        self.prefixes = prefixes
        let misplaced = try Self.misplaced(index, records, signatures, layouts, prefixes, check)
        let found = strays ?? misplaced.strays
        self.strays = found
        amongLogs = misplaced.amongLogs.subtracting(found)
        places = try Self.places(index, records, signatures, layouts, found, &keys, bucket, check)
        flatRoots = try Self.flatRoots(index, records, layouts, found, places, keys, check)
    }

    /// Whether in some root file names tell keys, so that nothing can be told apart by folders.
    var hasRootMappedByName: Bool {
        layouts.contains { layout in
            if case .tree = layout { false } else { true }
        }
    }

    /// Where the files of a folder go.
    struct FolderPlace {
        /// The folder of keys, with the `/` at its end; `nil` where only the name of a file tells it.
        let path: ObjectKey?
        let bucket: Bucket

        /// The bucket that they must be of.
        enum Bucket {
            /// Neither the layout nor the caller names one.
            case any
            case only(String)
            /// The two contradict each other.
            case contradictory
        }
    }

    func place(of folder: ArchiveIndex.Folder) -> FolderPlace {
        let named = bucket.map { FolderPlace.Bucket.only($0) } ?? .any
        guard case .tree(let offset) = layouts[folder.root] else { return FolderPlace(path: nil, bucket: named) }
        guard let place = offset.place(ofFolder: folder.path) else {
            return FolderPlace(path: folder.path, bucket: named)
        }
        guard let own = place.bucket else { return FolderPlace(path: place.key, bucket: named) }
        return FolderPlace(path: place.key, bucket: bucket ?? own == own ? .only(own) : .contradictory)
    }

    /// The key that a path maps to; in a flat folder its file name (V8).
    func key(of path: ObjectKey, root: Int) -> ObjectKey {
        let layout = layouts[root]
        if layout == .flat { return ObjectKey(bytes: path.compressedName.lastComponent) }
        return layout.place(of: path)?.key ?? path.compressedName
    }

    /// What the folder of a path tells, by the key that it maps to; outside the root's rule by the path as it stands.
    func folder(of path: ObjectKey, root: Int) -> KeyFolder {
        if let place = layouts[root].place(of: path) { return KeyFolder(of: place.key, prefixes) }
        return KeyFolder(asItStands: path)
    }

    /// What the folder of a path is, in a merged root, to each part that has files there.
    func mergedFolders(of path: ObjectKey, root: Int) -> [KeyFolder] {
        guard case .merged(let offsets) = layouts[root] else { return [] }
        let keys = Set(offsets.values).compactMap { $0.place(of: path)?.key }
        return Array(Set(keys.map { KeyFolder(of: $0, prefixes) }))
    }

    /// What the folder of a path tells by itself, where that is one of log files and the root's rule, or a delivery prefix,
    /// may make something else of it: whoever has signed digests may put them so.
    func ownFolder(of path: ObjectKey, root: Int) -> KeyFolder? {
        guard let key = layouts[root].place(of: path)?.key else { return nil }
        return Self.ownLogFolder(path, prefixes, isKey: key == path.compressedName)
    }

    /// - Parameter isKey: Whether the path is the key: then nothing lies in front of it, and it is read from its first
    ///   `AWSLogs/`.
    private static func ownLogFolder(_ path: ObjectKey, _ prefixes: DeliveryPrefixes, isKey: Bool) -> KeyFolder? {
        func told(_ folder: KeyFolder) -> KeyFolder? {
            let isTold = folder.account != nil || folder.region != nil || folder.day != nil
            return folder.category == .logs && isTold ? folder : nil
        }
        if isKey {
            let folder = KeyFolder(of: path)
            return folder == KeyFolder(of: path, prefixes) ? nil : told(folder)
        }
        // A folder in front may be called like a category, but nothing below it like an account, a region and a day.
        return told(KeyFolder(asItStands: path)) ?? told(KeyFolder(of: path, prefixes))
    }

    /// The bucket that a path maps to, where the layout or the caller names it.
    func bucket(of path: ObjectKey, root: Int) -> String? {
        layouts[root].place(of: path)?.bucket ?? bucket
    }

    /// Whether the bucket of every file is compared with what the digests name.
    var comparesBuckets: Bool {
        bucket != nil
            || layouts.allSatisfy { layout in
                if case .tree(.bucketFolder) = layout { true } else { false }
            }
    }

    /// Whether digest files lie beside other files directly in a flat root.
    func isFlatWithDigests(_ root: Int) -> Bool { flatRoots[root].hasDigests }

    /// Whether a root could hold the object at all: one synced from a folder of the bucket holds nothing beside it.
    func canHold(_ location: ObjectLocation) -> Bool {
        zip(layouts, flatRoots).contains { layout, root in
            guard layout == .flat else { return layout.path(of: location) != nil }
            return root.onlyFolder.map { $0.elementsEqual(location.key.collapsed.folder) } ?? true
        }
    }

    /// What lies directly in a flat root.
    private struct FlatRoot {
        var hasDigests = false
        /// The one folder of the bucket that all digest files are of, where no log file lies beside them: a day's.
        var onlyFolder: [UInt8]?
    }

    private static func flatRoots(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ layouts: [ArchiveLayout],
        _ strays: Set<Int>,
        _ places: [DigestPlace],
        _ keys: SuccessorIndex,
        _ check: () throws -> Void
    ) throws -> [FlatRoot] {
        var roots = [FlatRoot](repeating: FlatRoot(), count: layouts.count)
        guard layouts.contains(.flat) else { return roots }
        var folders = [Set<Int32>](repeating: [], count: layouts.count)
        for (number, digest) in index.digests.enumerated() where !strays.contains(number) {
            try check()
            guard layouts[digest.root] == .flat, records.names.path(ofFolder: digest.path.folder).bytes.isEmpty else {
                continue
            }
            roots[digest.root].hasDigests = true
            folders[digest.root].insert(keys.key(places[number].keyNumber).folder)
        }
        var hasLogs = [Bool](repeating: false, count: layouts.count)
        try index.forEachFile { folder, name in
            try check()
            if !hasLogs[folder.root] { hasLogs[folder.root] = LogFileName(ObjectKey(bytes: name)) != nil }
            return true
        }
        for root in roots.indices where folders[root].count == 1 && !hasLogs[root] {
            roots[root].onlyFolder = folders[root].first.map { records.names.path(ofFolder: $0).bytes }
        }
        return roots
    }

    // MARK: Layouts

    /// The layout of every root.
    ///
    /// - Parameter offsets: See ``onlyOffsets(_:_:_:rootCount:_:)``.
    static func layouts(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
        only offsets: [PathOffset?]?,
        rootCount: Int,
        proven: [ProvenFolder],
        check: () throws -> Void
    ) throws -> [ArchiveLayout] {
        // Where every root has signed digests, all of them in folders and all with one offset, nothing else is asked.
        let only = offsets?.compactMap { $0.map { ArchiveLayout.tree($0) } }
        if let only, only.count == rootCount { return only }
        var signed = [[LayoutWitness]](repeating: [], count: rootCount)
        var claimed = signed
        var holdsDigests = [Bool](repeating: false, count: rootCount)
        var hasTopLevelDigests = holdsDigests
        for number in records.indices {
            try check()
            let digest = index.digests[number]
            let path = index.path(of: digest)
            // What is named like a digest file in what is plainly a log folder is not one, unless it is signed (V3).
            let isSigned = if case .valid = signatures[number] { true } else { false }
            let isOfLogs = ownLogFolder(path, DeliveryPrefixes(), isKey: false) != nil
            if isSigned || !isOfLogs { holdsDigests[digest.root] = true }
            if path.folderCount == 0 { hasTopLevelDigests[digest.root] = true }
            guard let location = records.location(of: number) else { continue }
            let evidence = LayoutWitness(path: path, location: location)
            if isSigned {
                signed[digest.root].append(evidence)
            } else if [.digests, .unknown].contains(KeyFolder(of: location.key).category) {
                claimed[digest.root].append(evidence)
            }
        }
        var listed: [ObjectKey: ObjectLocation]?
        var folders: Set<ObjectKey>?
        /// The files of a root that signed digests list, by their names.
        func logs(_ root: Int) throws -> [LayoutWitness] {
            let byName = listed ?? locationsByName(records, signatures, proven)
            listed = byName
            var logs: [LayoutWitness] = []
            try index.forEachFile { folder, name in
                guard folder.root == root else { return true }
                try check()
                let name = ObjectKey(bytes: name).compressedName
                if let location = byName[name] {
                    let path = ObjectKey(bytes: folder.path.bytes + name.bytes)
                    logs.append(LayoutWitness(path: path, location: location))
                }
                return true
            }
            return logs
        }
        return try (0..<rootCount).map { root in
            var witnesses = ArchiveLayout.Witnesses()
            witnesses.signed = signed[root]
            witnesses.claimed = claimed[root]
            witnesses.digests = hasTopLevelDigests[root] ? .topLevel : holdsDigests[root] ? .inFolders : .none
            return try ArchiveLayout.of(witnesses) { offset in
                let known = try folders ?? listedFolders(records, signatures, check)
                folders = known
                return try holdsLogs(index, root, at: offset, known, check)
            } logs: {
                try logs(root)
            }
        }
    }

    /// Whether some root has other files than digest files, and none in a folder of log files by the offset that its digest
    /// files have in common.
    ///
    /// - Parameter proven: What earlier runs proved, where digest files that are not read again list it.
    static func mayBeApart(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
        _ offsets: [PathOffset?]?,
        proven: [ProvenFolder],
        _ check: () throws -> Void
    ) rethrows -> Bool {
        var listed: Set<ObjectKey>?
        return try (offsets ?? []).enumerated().contains { root, offset in
            guard let offset, offset.keepsKeys, index.folders.contains(where: { $0.root == root }) else { return false }
            let folders = try listed ?? listedFolders(records, signatures, check)
            listed = folders
            return try !holdsLogs(index, root, at: offset, folders, check)
                && !holdsProven(index, root, at: offset, proven, check)
        }
    }

    /// Whether a root holds a file that earlier runs proved, where its paths map to keys by this offset.
    private static func holdsProven(
        _ index: ArchiveIndex,
        _ root: Int,
        at offset: PathOffset,
        _ proven: [ProvenFolder],
        _ check: () throws -> Void
    ) rethrows -> Bool {
        let byKey = Dictionary(grouping: proven, by: \.path)
        return try index.folders.contains { folder in
            try check()
            guard folder.root == root, let key = offset.place(ofFolder: folder.path)?.key,
                let folders = byKey[key]
            else { return false }
            var names: Set<ArraySlice<UInt8>> = []
            for proven in folders {
                var reader = proven.names.makeReader()
                while reader.next() { names.insert(reader.name[...]) }
            }
            var reader = folder.names.makeReader()
            while reader.next() {
                if names.contains(reader.name[...]) { return true }
            }
            return false
        }
    }

    /// Whether a folder of a root is one that signed digests list log files in, where its paths map to keys by this offset.
    private static func holdsLogs(
        _ index: ArchiveIndex,
        _ root: Int,
        at offset: PathOffset,
        _ listed: Set<ObjectKey>,
        _ check: () throws -> Void
    ) rethrows -> Bool {
        try index.folders.contains { folder in
            try check()
            return folder.root == root && offset.place(ofFolder: folder.path).map { listed.contains($0.key) } ?? false
        }
    }

    /// The folders of keys that signed digests list log files in.
    private static func listedFolders(
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
        _ check: () throws -> Void
    ) rethrows -> Set<ObjectKey> {
        var known: Set<ObjectIdentifier> = []
        var folders: Set<ObjectKey> = []
        for number in records.indices {
            try check()
            guard case .valid = signatures[number] else { continue }
            for group in records[number].logs where known.insert(ObjectIdentifier(group.folder)).inserted {
                folders.insert(group.folder.collapsed)
            }
        }
        return folders
    }

    /// The offset that all signed digests of a root have in common, by the number of the root: none where it has no such
    /// digest; `nil` where they differ in some root, or one lies in no folder.
    static func onlyOffsets(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
        rootCount: Int,
        _ check: () throws -> Void
    ) rethrows -> [PathOffset?]? {
        /// What the last digest's offset came of: where its name is kept, its folders alone decide.
        struct Folders: Equatable {
            let root: Int
            let path: Int32
            let bucket: Int32
            let key: Int32
        }
        var offsets = [PathOffset?](repeating: nil, count: rootCount)
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
            let evidence = LayoutWitness(
                path: index.path(of: digest),
                location: records.names.objectLocation(claimed)
            )
            guard evidence.path.folderCount > 0, let offset = PathOffset(of: evidence),
                offsets[root] == nil || offsets[root] == offset
            else { return nil }
            offsets[root] = offset
        }
        return offsets
    }

    /// What signed digests list, and what earlier runs proved, by the names.
    private static func locationsByName(
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
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
        for number in records.indices {
            guard case .valid = signatures[number] else { continue }
            let chain = records.chain(of: number)
            for group in records[number].logs {
                var reader = group.makeReader()
                while reader.next() {
                    // What it lists of another account or region counts for nothing (V18).
                    let part = NamedPart(name: reader.name[...])
                    if let part, part.account != chain.account || part.region != chain.region { continue }
                    locations[ObjectKey(bytes: reader.name)] = ListedLogs.location(reader.name, in: group.folder)
                }
            }
        }
        return locations
    }

    // MARK: Prefixes and strays

    /// The prefixes of the digest files that are signed and lie in their place.
    private static func prefixes(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
        _ layouts: [ArchiveLayout],
        _ keys: SuccessorIndex,
        _ check: () throws -> Void
    ) rethrows -> DeliveryPrefixes {
        var mapped = MappedPaths(layouts: layouts, names: records.names)
        var known: Set<Int32> = []
        for number in records.indices {
            try check()
            guard case .valid = signatures[number], let claimed = records[number].claims?.location.key else { continue }
            let key = keys.collapsed(claimed)
            if known.contains(key.folder) { continue }
            let digest = index.digests[number]
            let isInPlace =
                layouts[digest.root] == .flat
                ? digest.path.compressed.hasSameName(as: key) : mapped.key(of: digest) == key
            if isInPlace { known.insert(key.folder) }
        }
        var prefixes = DeliveryPrefixes()
        for folder in known { prefixes.insert(prefixOf: records.names.path(ofFolder: folder)) }
        return prefixes
    }

    /// The records in folders where CloudTrail puts other files, of those that are not signed also the ones in what is a
    /// folder of log files as it stands; and all in such a folder, signed or not.
    private static func misplaced(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
        _ layouts: [ArchiveLayout],
        _ prefixes: DeliveryPrefixes,
        _ check: () throws -> Void
    ) rethrows -> (strays: Set<Int>, amongLogs: Set<Int>) {
        var mapped = MappedPaths(layouts: layouts, names: records.names)
        struct Folder: Hashable {
            let path: Int32
            let isKey: Bool
        }
        var known: [Folder: Bool] = [:]
        var last: (folder: Folder, isOfLogs: Bool)?
        var strays: Set<Int> = []
        var amongLogs: Set<Int> = []
        for (number, digest) in index.digests.enumerated() {
            try check()
            switch mapped.category(of: digest, prefixes) {
            case .logs, .lake:
                strays.insert(number)
                continue
            case .digests, .unknown: break
            }
            let folder = Folder(
                path: digest.path.folder,
                isKey: mapped.key(of: digest).folder == digest.path.folder
            )
            if last?.folder != folder {
                let isOfLogs =
                    known[folder]
                    ?? (ownLogFolder(records.names.path(ofFolder: folder.path), prefixes, isKey: folder.isKey) != nil)
                known[folder] = isOfLogs
                last = (folder, isOfLogs)
            }
            if last?.isOfLogs != true { continue }
            amongLogs.insert(number)
            if case .valid = signatures[number] { continue }
            strays.insert(number)
        }
        for number in try besideListedLogs(index, records, signatures, layouts, prefixes, check) {
            strays.insert(number)
        }
        return (strays, amongLogs)
    }

    /// The unsigned records in folders that tell no category, hold no signed digest file, and hold log files that signed
    /// digests list: there a digest file's name is one of log files too.
    private static func besideListedLogs(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
        _ layouts: [ArchiveLayout],
        _ prefixes: DeliveryPrefixes,
        _ check: () throws -> Void
    ) rethrows -> [Int] {
        struct Folder: Hashable {
            let root: Int
            let path: Int32
        }
        var mapped = MappedPaths(layouts: layouts, names: records.names)
        var unsigned: [Folder: [Int]] = [:]
        var signed: Set<Folder> = []
        for (number, digest) in index.digests.enumerated() {
            try check()
            let isSigned = if case .valid = signatures[number] { true } else { false }
            let folder = Folder(root: digest.root, path: digest.path.folder)
            if isSigned {
                signed.insert(folder)
            } else if mapped.category(of: digest, prefixes) == .unknown {
                unsigned[folder, default: []].append(number)
            }
        }
        for folder in signed { unsigned[folder] = nil }
        if unsigned.isEmpty { return [] }
        let listed = locationsByName(records, signatures, [])
        var found: [Int] = []
        try index.forEachFile { folder, name in
            try check()
            let place = Folder(root: folder.root, path: records.names.number(ofFolder: folder.path))
            guard let numbers = unsigned[place], listed[ObjectKey(bytes: name).compressedName] != nil else {
                return true
            }
            found += numbers
            unsigned[place] = nil
            return !unsigned.isEmpty
        }
        return found
    }

    // MARK: Places

    /// Where every record was found.
    private static func places(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ signatures: [SignatureOutcome],
        _ layouts: [ArchiveLayout],
        _ strays: Set<Int>,
        _ keys: inout SuccessorIndex,
        _ bucket: String?,
        _ check: () throws -> Void
    ) rethrows -> [DigestPlace] {
        let names = records.names
        let caller = bucket.map { names.number(of: $0) }
        let noFolder = names.number(ofFolder: ObjectKey(bytes: []))
        // In a flat folder a file that says nothing usable of itself is what others call by its name.
        var namedKeys: [PackedKey: PackedKey] = [:]
        if layouts.contains(.flat) {
            for number in records.indices where !strays.contains(number) {
                guard let key = records[number].claims?.previous.map({ keys.collapsed($0.location.key) }) else {
                    continue
                }
                namedKeys[key.moved(to: noFolder)] = key
            }
        }
        var mapped = MappedPaths(layouts: layouts, names: names)
        var places: [DigestPlace] = []
        places.reserveCapacity(records.count)
        for number in records.indices {
            try check()
            let digest = index.digests[number]
            let claim = records[number].claims?.location
            let claimedKey = claim.map { keys.collapsed($0.key) }
            let isNameKept = claimedKey?.hasSameName(as: digest.path.compressed) ?? false
            var (key, named) = mapped.place(of: digest)
            if layouts[digest.root] == .flat {
                let name = digest.path.compressed.moved(to: noFolder)
                key = (isNameKept ? claimedKey : nil) ?? namedKeys[name] ?? name
            }
            var standing = DigestFacts.Place.inPlace
            let isCallers = caller == nil || claim?.bucket == caller
            // What an unsigned file says of itself does not show that it was elsewhere.
            if let claim, let claimedKey, case .valid = signatures[number] {
                let isInPlace = isCallers && isNameKept && claimedKey == key && named ?? claim.bucket == claim.bucket
                // Nearly all are; the numbers tell it without a copy of the names.
                if !isInPlace {
                    standing = PlaceRules.place(
                        ofSigned: PlaceRules.Claim(
                            path: index.path(of: digest),
                            mapped: (names.objectKey(key), named.map { names.text($0) }),
                            claimed: names.objectLocation(claim),
                            bucket: bucket
                        )
                    )
                }
            }
            // It is known what a digest elsewhere is: its successor names it by that key.
            if standing == .elsewhere, let claimedKey { (key, named) = (claimedKey, claim?.bucket) }
            places.append(
                DigestPlace(
                    bucket: named ?? caller,
                    keyNumber: key == claimedKey ? keys.claimed(number) ?? keys.number(of: key) : keys.number(of: key),
                    standing: standing
                )
            )
        }
        return places
    }
}

/// Where the paths of digest files map to, looked up once for files that follow each other in one folder.
private struct MappedPaths {
    /// What a folder maps to.
    private struct Place {
        /// The number of the bucket, where the layout names it.
        let bucket: Int32?
        /// The number of the folder of keys.
        let folder: Int32
    }

    private let layouts: [ArchiveLayout]
    private let names: SharedNames
    private var last: (root: Int, folder: Int32, chain: Int32, place: Place?)?
    /// Of folders of keys, and of folders of paths that are read as they stand, what CloudTrail keeps there.
    private var categories: [Int32: KeyFolder.Category] = [:]
    private var ownCategories: [Int32: KeyFolder.Category] = [:]

    init(layouts: [ArchiveLayout], names: SharedNames) {
        self.layouts = layouts
        self.names = names
    }

    /// The key that a file's path maps to: outside the root's rule, and in a flat root, the path.
    mutating func key(of digest: ListedDigest) -> PackedKey {
        place(of: digest).key
    }

    /// What CloudTrail keeps in the folder of a file: by its key, and outside the root's rule by its path as it stands.
    mutating func category(of digest: ListedDigest, _ prefixes: DeliveryPrefixes) -> KeyFolder.Category {
        guard let place = folder(of: digest) else {
            let number = digest.path.folder
            let category =
                ownCategories[number] ?? KeyFolder(asItStands: names.path(ofFolder: number)).category
            ownCategories[number] = category
            return category
        }
        let category = categories[place.folder] ?? KeyFolder(of: names.path(ofFolder: place.folder), prefixes).category
        categories[place.folder] = category
        return category
    }

    /// The key that a file's path maps to, and the number of the bucket, where the layout names it.
    mutating func place(of digest: ListedDigest) -> (key: PackedKey, bucket: Int32?) {
        let key = digest.path.compressed
        guard let place = folder(of: digest) else { return (key, nil) }
        return (key.moved(to: place.folder), place.bucket)
    }

    private mutating func folder(of digest: ListedDigest) -> Place? {
        let offset: PathOffset?
        var chain: Int32 = -1
        switch layouts[digest.root] {
        case .tree(let only):
            offset = only
        case .merged:
            offset = layouts[digest.root].offset(ofName: names.name(of: digest.path)[...])
            chain = digest.path.chain
        case .flat:
            return nil
        }
        if let last, last.root == digest.root, last.folder == digest.path.folder, last.chain == chain {
            return last.place
        }
        let place = offset?.place(ofFolder: names.path(ofFolder: digest.path.folder)).map { place in
            Place(
                bucket: place.bucket.map { names.number(of: $0) },
                folder: names.number(ofFolder: place.key)
            )
        }
        last = (digest.root, digest.path.folder, chain, place)
        return place
    }
}
