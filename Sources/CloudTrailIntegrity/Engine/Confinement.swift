internal import CloudTrailFormat
internal import CloudTrailRules

/// Something in a portion of an archive may concern another, so that they cannot be judged one after another.
struct NotConfined: Error {}

/// Holds a portion of an archive to what makes it independent of the others: what is judged in it is then judged as in the
/// whole.
///
/// One file tells of another by names: of the files, of what digest files say that they and their predecessors are, and of
/// what they list. Where all of these are of the accounts and regions of the portion, nothing reaches from one portion into
/// another. What the whole alone tells, such as the places of the bucket of which something is held, is asked of the sum of
/// the portions (I42).
struct Confinement {
    private let parts: Set<ArchivePart>
    private let places: ArchivePortion.Places
    private let archive: JudgedArchive

    private var facts: ArchiveFacts { archive.facts }

    /// - Parameters:
    ///   - parts: Those of the portion.
    ///   - places: Those of the first portion.
    init(_ parts: Set<ArchivePart>, _ places: ArchivePortion.Places, _ archive: JudgedArchive) {
        self.parts = parts
        self.places = places
        self.archive = archive
    }

    /// - Parameter check: Called for every file; what it throws ends the work.
    /// - Throws: ``NotConfined``.
    func check(_ check: () throws -> Void) throws {
        try checkDigests(check)
        try checkFiles(check)
        for folder in facts.index.hiddenFolders {
            try require(part(of: folder.path, root: folder.root).map(parts.contains) ?? false)
        }
    }

    /// What is listed and not there: it may lie elsewhere under its name.
    func check(absent: [LogListing]) throws {
        for listing in absent {
            guard let name = LogFileName(listing.location.key) else { throw NotConfined() }
            try require(parts.contains(ArchivePart(name)))
        }
    }

    private func require(_ holds: Bool) throws {
        if !holds { throw NotConfined() }
    }

    /// The part that the folder of the keys of a path tells.
    private func part(of path: ObjectKey, root: Int) -> ArchivePart? {
        ArchivePart(facts.placement.folder(of: ObjectKey(bytes: path.bytes + "/-".utf8), root: root))
    }

    /// What digest files are named, say that they are and name as their predecessors, and the folders that they list.
    private func checkDigests(_ check: () throws -> Void) throws {
        let records = facts.records
        let isOwn = records.names.chains.map { parts.contains(ArchivePart($0)) }
        /// Of folders of keys, whether they tell no part but these.
        var folders: [Int32: Bool] = [:]
        var listed: [ObjectIdentifier: Bool] = [:]
        func isOwnKey(_ key: PackedKey) -> Bool {
            guard key.isDigestFile, isOwn[Int(key.chain)] else { return false }
            if let known = folders[key.folder] { return known }
            let told = KeyFolder(of: records.names.path(ofFolder: key.folder), places.prefixes)
            let isOwnFolder = ArchivePart(told).map(parts.contains) ?? false
            folders[key.folder] = isOwnFolder
            return isOwnFolder
        }
        for number in records.indices {
            try check()
            try require(isOwn[Int(records[number].chain)])
            if let claims = records[number].claims {
                try require(isOwnKey(claims.location.key))
                if let previous = claims.previous { try require(isOwnKey(previous.location.key)) }
            }
            for group in records[number].logs {
                let folder = ObjectIdentifier(group.folder)
                let isTold =
                    listed[folder] ?? (ArchivePart(KeyFolder(of: group.folder.collapsed, places.prefixes)) != nil)
                listed[folder] = isTold
                try require(isTold)
            }
        }
    }

    /// The folders of other files, and their names.
    private func checkFiles(_ check: () throws -> Void) throws {
        for folder in facts.index.folders {
            try require(folder.path.bytes.allSatisfy { $0 < 0x80 })
            let told = facts.placement.folder(of: ObjectKey(bytes: folder.path.bytes + "-".utf8), root: folder.root)
            let part = ArchivePart(told)
            if let part { try require(parts.contains(part)) }
            // Nearly all files of a folder of log files have names that begin so.
            let usual = part.map { Array("\($0.account)_CloudTrail_\($0.region)_".utf8) }
            var reader = folder.names.makeReader()
            while reader.next() {
                try check()
                if let usual, reader.name.starts(with: usual) { continue }
                guard let named = NamedPart(name: reader.name[...]) else { continue }
                try require(parts.contains(ArchivePart(named)))
            }
        }
    }
}
