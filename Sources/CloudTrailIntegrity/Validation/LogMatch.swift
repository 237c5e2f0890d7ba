internal import NativeInterop

/// What digests say of one key.
struct LogListing: Sendable {
    /// The newest digest that speaks of it: a verified one where there is one.
    let record: Int
    let isVerified: Bool
    let location: ObjectLocation
    let hash: SHA256Digest
    /// Verified digests disagree.
    let differs: Bool
    /// Whether an earlier run proved it.
    let wasProven: Bool
}

/// Which file of a unit is which listed log file.
struct LogMatch: Sendable {
    /// What digests say of one key, before its location is put together.
    private struct Draft: Sendable {
        var record: Int32
        var isVerified: Bool
        var isInScope: Bool
        var differs = false
        /// The index of its folder in ``listedFolders``.
        var folder: Int32
        var hash: SHA256Digest
        /// The name, as a part of ``names``.
        let name: Range<Int32>
        /// The file that was proven before to be it, by its number in ``LogMatch/proven``; −1 where there is none.
        var proof: Int32 = -1
        /// The next key with the same name, in another folder.
        var next: Int32 = -1
        /// The first and the last of ``links``.
        var firstLink: Int32 = -1
        var lastLink: Int32 = -1
    }

    /// A file that maps to a listed key.
    struct HeldFile: Sendable {
        let file: ArchiveIndex.File
        /// The number of its source.
        let root: Int
        fileprivate let name: Range<Int32>
        /// Whether it is to be read.
        fileprivate(set) var isJudged = false
        fileprivate var isVouchedFor = false
        /// The number of keys it maps to.
        fileprivate var links = 0
        /// Whether it is stored under the key's very name.
        fileprivate let isExact: Bool
        fileprivate var proof: Int32 = -1
    }

    /// A file that was proven before.
    struct Proof: Sendable {
        let file: ProvenFolder.File
        let hash: SHA256Digest
        /// The number of its source.
        let root: Int
    }

    private struct Link: Sendable {
        let file: Int32
        var next: Int32 = -1
    }

    private let evidence: Evidence
    private var names: [UInt8] = []
    private var listedFolders: [ListedFolder] = []
    private var drafts: [Draft] = []
    private var links: [Link] = []
    private var proofs: [Proof] = []
    /// Draft numbers by the hash of the name; −1 for none.
    private var slots: [Int32] = []
    /// The files that map to listed keys.
    private(set) var files: [HeldFile] = []
    /// The files that no digest lists and that are in range.
    private(set) var unreferenced: [ArchiveIndex.File] = []
    /// The keys whose files are judged.
    private var judged: [Int32] = []
    /// What was proven before by digests that are no longer what they were.
    private(set) var orphans: [Orphan] = []

    /// A log file that was proven before, by a digest that is no longer what it was.
    struct Orphan: Sendable {
        let name: [UInt8]
        let folder: ListedFolder
        let proof: Proof
        /// Whether a file of this name is there.
        fileprivate(set) var isHeld = false
    }

    /// - Parameter check: Called for every name; what it throws ends the matching.
    init(_ unit: LogUnit, _ evidence: Evidence, check: () throws -> Void) rethrows {
        self.evidence = evidence
        var count = unit.lists.reduce(0) { $0 + group($1).names.count }
        for number in unit.proven { count += evidence.earlier?.state.folders[number].files.count ?? 0 }
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        drafts.reserveCapacity(count)
        for number in unit.proven { try addProven(number, check) }
        for list in unit.lists { try add(list, check) }
        for folder in unit.folders { try match(folder, check) }
        settleScope()
        if !orphans.isEmpty { findOrphans(unit.folders) }
    }

    private func group(_ list: (record: Int32, group: Int32)) -> ListedLogs.Group {
        evidence.records[Int(list.record)].logs[Int(list.group)]
    }

    // MARK: Lists

    private mutating func add(_ list: (record: Int32, group: Int32), _ check: () throws -> Void) rethrows {
        let record = Int(list.record)
        let isVerified = evidence.verdicts[record].isVerified
        let isInScope = evidence.isInScope[record]
        let group = group(list)
        let folder = index(of: group.folder)
        var reader = group.makeReader()
        while reader.next() {
            try check()
            guard let hash = reader.hash else { continue }
            let slot = slot(of: reader.name)
            var number = slots[slot]
            while number >= 0, !isSameFolder(drafts[Int(number)].folder, folder) { number = drafts[Int(number)].next }
            if number < 0 {
                var draft = Draft(
                    record: list.record,
                    isVerified: isVerified,
                    isInScope: isInScope,
                    folder: folder,
                    hash: hash,
                    name: append(reader.name)
                )
                draft.next = slots[slot]
                slots[slot] = Int32(clamping: drafts.count)
                drafts.append(draft)
                continue
            }
            let index = Int(number)
            drafts[index].isInScope = drafts[index].isInScope || isInScope
            // What was proven before comes first, whatever its digest's time.
            let isOlder =
                drafts[index].proof >= 0
                && evidence.records[record].endTime
                    < evidence.records[Int(drafts[index].record)].endTime
            if isOlder {
                drafts[index].differs = drafts[index].differs || isVerified && drafts[index].hash != hash
            } else if isVerified || !drafts[index].isVerified {
                drafts[index].differs =
                    drafts[index].isVerified && isVerified && (drafts[index].differs || drafts[index].hash != hash)
                drafts[index].record = list.record
                drafts[index].isVerified = isVerified
                drafts[index].folder = folder
                drafts[index].hash = hash
            }
        }
    }

    /// Adds what was proven before in a folder, as if the digests had listed it again.
    private mutating func addProven(_ number: Int, _ check: () throws -> Void) rethrows {
        guard let earlier = evidence.earlier else { return }
        let proven = earlier.state.folders[number]
        let folder = index(of: evidence.provenFolders[number])
        var reader = proven.names.makeReader()
        for file in proven.files {
            try check()
            guard reader.next(), let hash = reader.hash else { return }
            switch evidence.fates[file.digest] {
            case .forgotten: continue
            case .lost:
                let proof = Proof(file: file, hash: hash, root: proven.root)
                orphans.append(Orphan(name: reader.name, folder: evidence.provenFolders[number], proof: proof))
            case .kept(let record):
                let slot = slot(of: reader.name)
                var known = slots[slot]
                while known >= 0, !isSameFolder(drafts[Int(known)].folder, folder) { known = drafts[Int(known)].next }
                // The same key was proven in another source too: one of the two is read again.
                guard known < 0 else { continue }
                var draft = Draft(
                    record: Int32(clamping: record),
                    isVerified: true,
                    isInScope: evidence.isInScope[record],
                    folder: folder,
                    hash: hash,
                    name: append(reader.name)
                )
                draft.proof = Int32(clamping: proofs.count)
                proofs.append(Proof(file: file, hash: hash, root: proven.root))
                draft.next = slots[slot]
                slots[slot] = Int32(clamping: drafts.count)
                drafts.append(draft)
            }
        }
    }

    /// Which of the orphans are there.
    private mutating func findOrphans(_ folders: [Int]) {
        var held: [Int: Set<[UInt8]>] = [:]
        for number in folders {
            let folder = evidence.index.folders[number]
            var reader = folder.names.makeReader()
            while reader.next() { held[folder.root, default: []].insert(reader.name) }
        }
        for index in orphans.indices {
            orphans[index].isHeld = held[orphans[index].proof.root]?.contains(orphans[index].name) ?? false
        }
    }

    private mutating func index(of folder: ListedFolder) -> Int32 {
        if let last = listedFolders.last, last === folder { return Int32(clamping: listedFolders.count - 1) }
        if let known = listedFolders.firstIndex(where: { $0 === folder }) { return Int32(clamping: known) }
        listedFolders.append(folder)
        return Int32(clamping: listedFolders.count - 1)
    }

    private func isSameFolder(_ first: Int32, _ second: Int32) -> Bool {
        first == second || listedFolders[Int(first)].collapsed == listedFolders[Int(second)].collapsed
    }

    private mutating func append(_ name: [UInt8]) -> Range<Int32> {
        let start = Int32(clamping: names.count)
        names.append(name.span)
        return start..<Int32(clamping: names.count)
    }

    private func bytes(_ range: Range<Int32>) -> ArraySlice<UInt8> {
        names[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    /// Where the drafts with this name begin, or would. The hash is keyed anew in every process, so that nobody can
    /// choose names that collide.
    private func slot(of name: [UInt8]) -> Int {
        var hasher = Hasher()
        unsafe name.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        let mask = slots.count - 1
        var slot = hasher.finalize() & mask
        while slots[slot] >= 0, !isName(name, ofDraft: slots[slot]) { slot = (slot + 1) & mask }
        return slot
    }

    private func isName(_ name: [UInt8], ofDraft number: Int32) -> Bool {
        let range = drafts[Int(number)].name
        return name[...].isEqual(to: bytes(range))
    }

    // MARK: Files

    private mutating func match(_ number: Int, _ check: () throws -> Void) rethrows {
        let folder = evidence.index.folders[number]
        let place = evidence.placement.place(of: folder)
        // Which of the listed folders its files can be of.
        let isPossible = listedFolders.map { listed in
            (place.path.map { listed.collapsed == $0 } ?? true) && place.agrees(withBucket: listed.bucket)
        }
        var reader = folder.names.makeReader()
        var compressed: [UInt8] = []
        while reader.next() {
            try check()
            let file = ArchiveIndex.File(folder: number, position: reader.position)
            let isDecompressed = reader.name.span.hasSuffix(".json")
            if isDecompressed { compressed = reader.name + ".gz".utf8 }
            var next = slots[isDecompressed ? slot(of: compressed) : slot(of: reader.name)]
            var held: Int32?
            while next >= 0 {
                let draft = next
                next = drafts[Int(draft)].next
                guard isPossible[Int(drafts[Int(draft)].folder)] else { continue }
                let isExact = !isDecompressed && place.path != nil
                // The name is the draft's, but for a decompressed file's.
                let number =
                    held
                    ?? hold(
                        HeldFile(
                            file: file,
                            root: folder.root,
                            name: isDecompressed ? append(reader.name) : drafts[Int(draft)].name,
                            isExact: isExact
                        )
                    )
                held = number
                link(draft, number)
            }
            if held == nil, evidence.isAskedFor(folder, reader.name) { unreferenced.append(file) }
        }
    }

    private mutating func hold(_ file: HeldFile) -> Int32 {
        files.append(file)
        return Int32(clamping: files.count - 1)
    }

    private mutating func link(_ draft: Int32, _ file: Int32) {
        let link = Int32(clamping: links.count)
        links.append(Link(file: file))
        if drafts[Int(draft)].lastLink >= 0 {
            links[Int(drafts[Int(draft)].lastLink)].next = link
        } else {
            drafts[Int(draft)].firstLink = link
        }
        drafts[Int(draft)].lastLink = link
        if drafts[Int(draft)].isVerified { files[Int(file)].isVouchedFor = true }
        files[Int(file)].links += 1
        files[Int(file)].proof = files[Int(file)].links == 1 ? drafts[Int(draft)].proof : -1
    }

    /// The path of a file below its root.
    func path(of held: HeldFile) -> ObjectKey {
        ObjectKey(bytes: evidence.index.folders[held.file.folder].path.bytes + bytes(held.name))
    }

    /// Calls `body` with the name of a file in its folder. All threads have the names in common: a slice of them would be
    /// counted by all of them, for every file.
    func withName<Result>(of held: HeldFile, _ body: (Span<UInt8>) -> Result) -> Result {
        body(names.span.extracting(Int(held.name.lowerBound)..<Int(held.name.upperBound)))
    }

    /// The name of a file in its folder.
    func name(of held: HeldFile) -> ArraySlice<UInt8> {
        bytes(held.name)
    }

    /// What was proven before of a file, if it was.
    func proof(of held: HeldFile) -> Proof? {
        guard held.proof >= 0, held.isExact, proofs[Int(held.proof)].root == held.root else { return nil }
        return proofs[Int(held.proof)]
    }

    // MARK: Scope

    private mutating func settleScope() {
        for number in drafts.indices {
            // A digest that is not verified must not take a log file out of the range either.
            guard drafts[number].isInScope || hasFileAskedFor(number) else { continue }
            judged.append(Int32(clamping: number))
            var link = drafts[number].firstLink
            while link >= 0 {
                files[Int(links[Int(link)].file)].isJudged = true
                link = links[Int(link)].next
            }
        }
    }

    private func hasFileAskedFor(_ draft: Int) -> Bool {
        var link = drafts[draft].firstLink
        while link >= 0 {
            let held = files[Int(links[Int(link)].file)]
            let folder = evidence.index.folders[held.file.folder]
            if !held.isVouchedFor, evidence.isAskedFor(folder, Array(bytes(held.name))) { return true }
            link = links[Int(link)].next
        }
        return false
    }

    /// The buckets and prefixes of which something listed is held.
    var heldLocations: Set<DeliveryLocation> {
        var held: Set<DeliveryLocation> = []
        var isKnown = [Bool](repeating: false, count: listedFolders.count)
        for draft in drafts where draft.firstLink >= 0 && !isKnown[Int(draft.folder)] {
            isKnown[Int(draft.folder)] = true
            held.insert(DeliveryLocation(location(draft)))
        }
        return held
    }

    private func location(_ draft: Draft) -> ObjectLocation {
        ListedLogs.location(Array(bytes(draft.name)), in: listedFolders[Int(draft.folder)])
    }

    // MARK: Judging

    /// A key that is to be judged.
    struct Key {
        fileprivate let draft: Int32
        let record: Int
        let isVerified: Bool
        let differs: Bool
        let hash: SHA256Digest
        /// The number of its only file; `nil` when there is none or several.
        let onlyFile: Int?
    }

    /// Calls `body` with every key that is to be judged.
    func forEachKey(_ body: (Key) -> Void) {
        for number in judged {
            let draft = drafts[Int(number)]
            let isOnly = draft.firstLink >= 0 && draft.firstLink == draft.lastLink
            body(
                Key(
                    draft: number,
                    record: Int(draft.record),
                    isVerified: draft.isVerified,
                    differs: draft.differs,
                    hash: draft.hash,
                    onlyFile: isOnly ? Int(links[Int(draft.firstLink)].file) : nil
                )
            )
        }
    }

    /// What was proven before of the key, whatever is there now.
    func proof(of key: Key) -> Proof? {
        let number = drafts[Int(key.draft)].proof
        return number >= 0 ? proofs[Int(number)] : nil
    }

    /// The folder and the name that digests list the key under.
    func listedName(_ key: Key) -> (folder: ListedFolder, name: [UInt8]) {
        let draft = drafts[Int(key.draft)]
        return (listedFolders[Int(draft.folder)], Array(bytes(draft.name)))
    }

    /// Whether a file is stored under the very name of the one key that it maps to, so that it can be found again.
    func isExact(_ file: HeldFile) -> Bool {
        file.isExact && file.links == 1
    }

    /// What digests say of the key.
    func listing(_ key: Key) -> LogListing {
        LogListing(
            record: key.record,
            isVerified: key.isVerified,
            location: location(drafts[Int(key.draft)]),
            hash: key.hash,
            differs: key.differs,
            wasProven: proof(of: key) != nil
        )
    }

    /// The numbers of the files that map to the key, in the order of the listing.
    func filesOf(_ key: Key) -> [Int] {
        var found: [Int] = []
        var link = drafts[Int(key.draft)].firstLink
        while link >= 0 {
            found.append(Int(links[Int(link)].file))
            link = links[Int(link)].next
        }
        return found.sorted { files[$0].file < files[$1].file }
    }
}
