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
    private let cut: PartCut?
    private let places: ArchivePlaces
    private let archive: JudgedArchive

    private var facts: ArchiveFacts { archive.facts }

    /// - Parameters:
    ///   - parts: Those of the portion.
    ///   - cut: The days of one of them, where it is cut.
    ///   - places: Those of the first portion.
    init(_ parts: Set<ArchivePart>, _ cut: PartCut?, _ places: ArchivePlaces, _ archive: JudgedArchive) {
        self.parts = parts
        self.cut = cut
        self.places = places
        self.archive = archive
    }

    /// - Parameter check: Called for every file; what it throws ends the work.
    /// - Throws: ``NotConfined``.
    func check(_ check: () throws -> Void) throws {
        try checkDigests(check)
        try checkFiles(check)
        for folder in facts.index.hiddenFolders {
            let told = facts.placement.folder(of: ObjectKey(bytes: folder.path.bytes + "/-".utf8), root: folder.root)
            try require(ArchivePart(told).map(parts.contains) ?? false)
            try checkDay(told)
        }
    }

    /// What is listed and not there: it may lie elsewhere under its name.
    func check(absent: [LogListing]) throws {
        var ofCut = false
        for listing in absent {
            guard let name = LogFileName(listing.location.key) else { throw NotConfined() }
            try require(parts.contains(ArchivePart(name)))
            guard let cut, ArchivePart(name) == cut.part else { continue }
            try require(cut.contains(name.time))
            ofCut = true
        }
        // Whether nothing at all of a region is held, all of its days tell.
        if ofCut { try require(holdsLogOfCut()) }
    }

    /// Digest files that are not asked for, on which log files depend: each is reported once, and every cut has them.
    func check(blamed: Set<Int>) throws {
        if cut != nil { try require(blamed.isEmpty) }
    }

    private func holdsLogOfCut() -> Bool {
        var holds = false
        facts.index.forEachFile { _, name in
            holds = LogFileName(ObjectKey(bytes: name)).map { ArchivePart($0) == cut?.part } ?? false
            return !holds
        }
        return holds
    }

    /// A folder of the part that is cut is one of its days'.
    private func checkDay(_ told: KeyFolder) throws {
        guard let cut, ArchivePart(told) == cut.part else { return }
        try require(told.category == .logs && told.day.map { cut.contains($0.start) } ?? false)
    }

    private func require(_ holds: Bool) throws {
        if !holds { throw NotConfined() }
    }

    /// What digest files are named, say that they are and name as their predecessors, and the folders that they list.
    private func checkDigests(_ check: () throws -> Void) throws {
        let records = facts.records
        let isOwn = records.names.chains.map { parts.contains(ArchivePart($0)) }
        /// Of folders of keys, whether they tell no part but these.
        var folders: [Int32: Bool] = [:]
        var listed: Set<ObjectIdentifier> = []
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
                if listed.contains(folder) { continue }
                let told = KeyFolder(of: group.folder.collapsed, places.prefixes)
                try require(ArchivePart(told) != nil)
                try checkDay(told)
                listed.insert(folder)
            }
        }
        // What a digest file lists of other parts is reported with it, once, and may be of any day.
        if cut != nil { try require(archive.units.foreign.isEmpty) }
    }

    /// The folders of other files, and their names.
    private func checkFiles(_ check: () throws -> Void) throws {
        for folder in facts.index.folders {
            try require(folder.path.bytes.allSatisfy { $0 < 0x80 })
            let told = facts.placement.folder(of: ObjectKey(bytes: folder.path.bytes + "-".utf8), root: folder.root)
            let part = ArchivePart(told)
            if let part { try require(parts.contains(part)) }
            try checkDay(told)
            let daysOfNames = part == cut?.part ? cut : nil
            // Nearly all files of a folder of log files have names that begin so.
            let usual = part.map { Array("\($0.account)_CloudTrail_\($0.region)_".utf8) }
            var reader = folder.names.makeReader()
            while reader.next() {
                try check()
                if let daysOfNames, let name = LogFileName(ObjectKey(bytes: reader.name)) {
                    try require(daysOfNames.contains(name.time))
                }
                if let usual, reader.name.starts(with: usual) { continue }
                guard let named = NamedPart(name: reader.name[...]) else { continue }
                try require(parts.contains(ArchivePart(named)))
            }
        }
    }
}
