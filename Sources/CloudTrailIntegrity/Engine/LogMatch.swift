internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Which file of a unit is which listed log file.
struct LogMatch: Sendable {
    /// What digests say of one key, before its location is put together.
    private struct Draft: Sendable {
        var listing: ListingRules.Listing
        /// The digest whose listing counts.
        var record: Int32
        /// The index of its folder in ``listedFolders``.
        var folder: Int32
        /// The name, as a part of ``names``.
        let name: Range<Int32>
        /// The file that was proven before to be it, by its number in ``LogMatch/proven``; −1 where there is none.
        var proof: Int32 = -1
        /// The next key with the same name, in another folder. Behind the first of a name, the last that came stands first.
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
        /// The index of its place.
        fileprivate let place: Int32
        /// Whether it is to be read.
        fileprivate(set) var isJudged = false
        fileprivate var isSelected = false
        fileprivate(set) var isVouchedFor = false
        /// The number of keys it maps to.
        fileprivate var links = 0
        /// Whether it is stored under the key's very name.
        fileprivate let isExact: Bool
        fileprivate var proof: Int32 = -1
    }

    /// A file that no digest lists.
    struct UnlistedFile: Sendable {
        let file: ArchiveIndex.File
        fileprivate let name: Range<Int32>
        fileprivate let place: Int32
        /// The number of the orphan that it is; −1 for none.
        fileprivate let orphan: Int32
        /// Its number among the files that are read; −1 where it is not.
        fileprivate var heldNumber: Int32 = -1

        /// Its number among the files that are read, where its name is like a copy's of a listed one.
        var copy: Int? { heldNumber < 0 ? nil : Int(heldNumber) }
    }

    /// A file that was proven before.
    struct Proof: Sendable {
        let file: ProvenFolder.File
        let hash: SHA256Digest
        /// The number of its source.
        let root: Int
        /// The folder below it that the file lay in; `nil` where that is not known.
        let source: ObjectKey?
    }

    private struct Link: Sendable {
        let file: Int32
        var next: Int32 = -1
    }

    private struct Namesake: Hashable, Sendable {
        /// The first key with that name.
        let first: Int32
        /// The number of the path of the folder.
        let path: Int32
    }

    private let facts: ArchiveFacts
    private let digests: JudgedDigests
    private let before: ProvenBefore?
    private var names: [UInt8] = []
    private var listedFolders: [ListedFolder] = []
    private var folderNumbers: [ObjectIdentifier: Int32] = [:]
    /// Of each of ``listedFolders``, the number that it shares with those of other buckets and spellings.
    private var pathNumbers: [Int32] = []
    /// These numbers by the path, without empty components.
    private var numbersOfPaths: [ObjectKey: Int32] = [:]
    /// Of each of ``listedFolders``, the number of the bucket.
    private var bucketNumbers: [Int32] = []
    private var numbersOfBuckets: [String: Int32] = [:]
    /// The keys whose name another key has too, all but the first of each name: nearly always none.
    private var namesakes: [Namesake: Int32] = [:]
    /// The keys that files in flat folders can be of, of names that several keys have, by the first of each name.
    private var keysOfNames: [Int32: [Int32]] = [:]
    private var drafts: [Draft] = []
    private var links: [Link] = []
    private var proofs: [Proof] = []
    /// Draft numbers by the hash of the name; −1 for none.
    private var slots: [Int32] = []
    /// The files that map to listed keys.
    private(set) var files: [HeldFile] = []
    /// The log files that no digest lists and that are asked for.
    private(set) var unreferenced: [UnlistedFile] = []
    /// What became of the files of the unit that are not judged, and how many are.
    private(set) var fates = FileCounts()
    /// The roots that hold a file of what is selected, in range or not.
    private(set) var selectedRoots: Set<Int> = []
    /// The roots that hold log files, where only some accounts, regions or trails are asked for.
    private(set) var holdingRoots: Set<Int> = []
    /// Where the unlisted files lie.
    private var places: [FileScope.Place] = []
    /// Of each place, the number of the folder.
    private var placeFolders: [Int] = []
    /// The keys whose files are judged.
    private var judged: [Int32] = []
    /// What was proven before by digests that are no longer what they were.
    private(set) var orphans: [Orphan] = []

    /// A log file that was proven before, by a digest that is no longer what it was.
    struct Orphan: Sendable {
        let name: [UInt8]
        let folder: ListedFolder
        /// The index of its folder in ``listedFolders``.
        fileprivate let listedFolder: Int32
        let proof: Proof
        /// Whether a file is there that has its key.
        fileprivate(set) var isHeld = false
        /// The number of the file that it was, where that is asked for and no digest lists it now.
        fileprivate(set) var held: (file: Int, unlisted: UnlistedFile)?
    }

    /// - Parameter check: Called for every name; what it throws ends the matching.
    init(_ unit: LogPartition, _ archive: JudgedArchive, check: () throws -> Void) rethrows {
        facts = archive.facts
        digests = archive.digests
        before = archive.before
        var count = unit.lists.reduce(0) { $0 + group($1).names.count }
        for number in unit.proven { count += before?.state.folders[number].files.count ?? 0 }
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        drafts.reserveCapacity(count)
        for number in unit.proven { try addProven(number, check) }
        for list in unit.lists { try add(list, check) }
        var orphanNumbers: [[UInt8]: [Int]] = [:]
        for (number, orphan) in orphans.enumerated() { orphanNumbers[orphan.name, default: []].append(number) }
        var unlisted: [UnlistedFile] = []
        for folder in unit.folders { try match(folder, &unlisted, orphanNumbers, check) }
        markLogFolders()
        settleScope()
        // What is left stays in the same memory.
        swap(&unreferenced, &unlisted)
        var end = 0
        for position in unreferenced.indices {
            try check()
            let file = unreferenced[position]
            guard settle(file) else { continue }
            unreferenced[end] = file
            end += 1
        }
        unreferenced.removeSubrange(end...)
        holdCopies(limit: archive.options.findingsPerFolder)
    }

    /// Has those unlisted files read whose names are like copies' of listed log files: their content tells whose they are.
    ///
    /// - Parameter limit: The most of one folder, the first by their names.
    private mutating func holdCopies(limit: Int) {
        if drafts.isEmpty { return }
        var copies: [Int: [Int]] = [:]
        for (position, file) in unreferenced.enumerated() where isCopy(file) {
            copies[file.file.folder, default: []].append(position)
        }
        for folder in copies.keys.sorted() {
            let positions = (copies[folder] ?? []).sorted { first, second in
                bytes(unreferenced[first].name).compare(with: bytes(unreferenced[second].name)) < 0
            }
            for position in positions.prefix(limit) {
                let unlisted = unreferenced[position]
                var copy = HeldFile(
                    file: unlisted.file,
                    root: facts.index.folders[folder].root,
                    name: unlisted.name,
                    place: unlisted.place,
                    isExact: false
                )
                copy.isJudged = true
                unreferenced[position].heldNumber = hold(copy)
            }
        }
    }

    private func isCopy(_ file: UnlistedFile) -> Bool {
        switch StrayName(ObjectKey(bytes: bytes(file.name))) {
        case .unfinished(let whole)?, .copy(let whole)?: slots[slot(of: whole.compressedName.bytes)] >= 0
        default: false
        }
    }

    private func group(_ list: (record: Int32, group: Int32)) -> ListedLogs.Group {
        facts.records[Int(list.record)].logs[Int(list.group)]
    }

    // MARK: Lists

    /// Adds a list; those of older digests were added before, so that the newest listing of a key counts.
    private mutating func add(_ list: (record: Int32, group: Int32), _ check: () throws -> Void) rethrows {
        let record = Int(list.record)
        let lister: DigestStanding = digests.verdicts[record].isVerified ? .verified : .unverified
        let reach = reach(of: record)
        let group = group(list)
        let folder = index(of: group.folder)
        var reader = group.makeReader()
        while reader.next() {
            try check()
            guard let hash = reader.hash else { continue }
            let listing = ListingRules.Listing(lister, reach, hash)
            let slot = slot(of: reader.name)
            guard let index = draft(at: slot, path: pathNumbers[Int(folder)]).map({ Int($0) }) else {
                let draft = Draft(
                    listing: listing,
                    record: list.record,
                    folder: folder,
                    name: append(reader.name)
                )
                append(draft, at: slot)
                continue
            }
            // What was proven before comes first, whatever its digest's time.
            let isOlder =
                drafts[index].proof >= 0
                && facts.records[record].endTime < facts.records[Int(drafts[index].record)].endTime
            if drafts[index].listing.add(listing, isOlder ? .older : .newer) == .other {
                drafts[index].record = list.record
                drafts[index].folder = folder
            }
        }
    }

    private func reach(of record: Int) -> ListingRules.Reach {
        digests.isInScope[record] ? .inScope : digests.isSelected[record] ? .selected : .none
    }

    /// Adds what was proven before in a folder, as if the digests had listed it again.
    private mutating func addProven(_ number: Int, _ check: () throws -> Void) rethrows {
        guard let before else { return }
        let proven = before.state.folders[number]
        let folder = index(of: before.folders[number])
        var reader = proven.names.makeReader()
        for file in proven.files {
            try check()
            guard reader.next(), let hash = reader.hash else { return }
            let proof = Proof(file: file, hash: hash, root: proven.root, source: proven.source)
            switch before.digests[file.digest] {
            case .lost:
                orphans.append(
                    Orphan(
                        name: reader.name,
                        folder: before.folders[number],
                        listedFolder: folder,
                        proof: proof
                    )
                )
            case .kept(let record):
                let slot = slot(of: reader.name)
                // The same key was proven in another source too: one of the two is read again.
                guard self.draft(at: slot, path: pathNumbers[Int(folder)]) == nil else { continue }
                var draft = Draft(
                    listing: ListingRules.Listing(.verified, reach(of: record), hash),
                    record: Int32(clamping: record),
                    folder: folder,
                    name: append(reader.name)
                )
                draft.proof = Int32(clamping: proofs.count)
                proofs.append(proof)
                append(draft, at: slot)
            }
        }
    }

    private mutating func index(of folder: ListedFolder) -> Int32 {
        if let last = listedFolders.last, last === folder { return Int32(clamping: listedFolders.count - 1) }
        if let known = folderNumbers[ObjectIdentifier(folder)] { return known }
        folderNumbers[ObjectIdentifier(folder)] = Int32(clamping: listedFolders.count)
        listedFolders.append(folder)
        pathNumbers.append(Self.number(of: folder.collapsed, in: &numbersOfPaths))
        bucketNumbers.append(Self.number(of: folder.bucket, in: &numbersOfBuckets))
        return Int32(clamping: listedFolders.count - 1)
    }

    private static func number<Text: Hashable>(of text: Text, in numbers: inout [Text: Int32]) -> Int32 {
        if let known = numbers[text] { return known }
        let number = Int32(clamping: numbers.count)
        numbers[text] = number
        return number
    }

    /// The number of the key with the name of this slot, in the folder with this path.
    private func draft(at slot: Int, path: Int32) -> Int32? {
        let first = slots[slot]
        if first < 0 { return nil }
        if pathNumbers[Int(drafts[Int(first)].folder)] == path { return first }
        return namesakes.isEmpty ? nil : namesakes[Namesake(first: first, path: path)]
    }

    /// Adds a key with the name of this slot.
    private mutating func append(_ draft: Draft, at slot: Int) {
        let number = Int32(clamping: drafts.count)
        let first = slots[slot]
        drafts.append(draft)
        if first < 0 {
            slots[slot] = number
            return
        }
        namesakes[Namesake(first: first, path: pathNumbers[Int(draft.folder)])] = number
        drafts[Int(number)].next = drafts[Int(first)].next
        drafts[Int(first)].next = number
    }

    private mutating func append(_ name: [UInt8]) -> Range<Int32> {
        let start = Int32(clamping: names.count)
        names.append(name.span)
        return start..<Int32(clamping: names.count)
    }

    private func bytes(_ range: Range<Int32>) -> ArraySlice<UInt8> {
        names[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    /// Where the drafts with this name begin, or would. The hash is seeded in every process, so that nobody can
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

    /// Which listed folders the files of a folder can be of; where names tell keys, those of one part.
    private struct Mapped {
        let place: Int32
        /// The number of the path that the listed folder must have; −1 for one that none has, `nil` for any.
        let path: Int32?
        /// The number of the bucket that it must be of; likewise.
        let bucket: Int32?
        /// Whether the file is stored under the key's very name, as far as its folder tells.
        let isExact: Bool
    }

    /// - Parameter parts: In a merged root, what the folder is to each part that has files there.
    private mutating func mapped(_ number: Int, _ name: [UInt8], _ parts: [KeyFolder]) -> Mapped {
        let folder = facts.index.folders[number]
        let place = facts.placement.place(of: folder)
        let path = ObjectKey(bytes: folder.path.bytes + name)
        let layout = facts.placement.layouts[folder.root]
        // In a merged folder the file's part has the offset; without one the path is the key as it stands.
        let isMerged = if case .merged = layout { true } else { false }
        let keyFolder =
            isMerged ? ObjectKey(bytes: facts.placement.key(of: path, root: folder.root).folder) : place.path
        let bucket: Int32? =
            switch place.bucket {
            case .any: nil
            case .only(let name): numbersOfBuckets[name] ?? -1
            case .contradictory: -1
            }
        let isTop = folder.path.bytes.isEmpty && facts.placement.isFlatWithDigests(folder.root)
        placeFolders.append(number)
        places.append(
            FileScope.Place(
                folder: facts.placement.folder(of: path, root: folder.root),
                own: facts.placement.ownFolder(of: path, root: folder.root),
                parts: parts,
                mapping: layout == .flat ? (isTop ? .flatWithDigests : .flat) : isMerged ? .merged : .tree
            )
        )
        return Mapped(
            place: Int32(clamping: places.count - 1),
            path: keyFolder.map { numbersOfPaths[$0] ?? -1 },
            bucket: bucket,
            isExact: keyFolder != nil
        )
    }

    private func isPossible(_ folder: Int32, _ mapped: Mapped) -> Bool {
        mapped.path ?? pathNumbers[Int(folder)] == pathNumbers[Int(folder)]
            && mapped.bucket ?? bucketNumbers[Int(folder)] == bucketNumbers[Int(folder)]
    }

    /// The keys that the files of a name can be of, where only the name tells.
    ///
    /// - Parameter first: The first of that name.
    private mutating func namesakes(of first: Int32, _ mapped: Mapped) -> [Int32] {
        if let known = keysOfNames[first] { return known }
        var keys: [Int32] = []
        var unverified: [Int32] = []
        var next = first
        while next >= 0 {
            let draft = drafts[Int(next)]
            if isPossible(draft.folder, mapped) {
                if draft.listing.lister == .verified { keys.append(next) } else { unverified.append(next) }
            }
            next = draft.next
        }
        keys += ListingRules.counting(unverified) { first, second in
            let (left, right) = (drafts[Int(first)].folder, drafts[Int(second)].folder)
            return listedFolders[Int(left)].collapsed < listedFolders[Int(right)].collapsed
        }
        keysOfNames[first] = keys
        return keys
    }

    private mutating func match(
        _ number: Int,
        _ unlisted: inout [UnlistedFile],
        _ orphanNumbers: [[UInt8]: [Int]],
        _ check: () throws -> Void
    ) rethrows {
        let folder = facts.index.folders[number]
        let layout = facts.placement.layouts[folder.root]
        let isMerged = if case .merged = layout { true } else { false }
        var known: [NamedPart?: Mapped] = [:]
        var ofAll: Mapped?
        let inside = ObjectKey(bytes: folder.path.bytes + [UInt8(ascii: "-")])
        let parts = facts.placement.mergedFolders(of: inside, root: folder.root)
        var reader = folder.names.makeReader()
        var compressed: [UInt8] = []
        while reader.next() {
            try check()
            let mapped: Mapped
            if let ofAll {
                mapped = ofAll
            } else {
                // Names that tell no part of the folder are mapped alike.
                let part = layout.offset(ofName: reader.name[...]).flatMap { _ in NamedPart(name: reader.name[...]) }
                mapped = known[part] ?? self.mapped(number, reader.name, parts)
                if isMerged { known[part] = mapped } else { ofAll = mapped }
            }
            let file = ArchiveIndex.File(folder: number, position: reader.position)
            let isDecompressed = reader.name.span.hasSuffix(".json")
            if isDecompressed { compressed = reader.name + ".gz".utf8 }
            let slot = isDecompressed ? slot(of: compressed) : slot(of: reader.name)
            // Of one folder there is one key of a name.
            let key = mapped.path.map { draft(at: slot, path: $0) ?? -1 } ?? slots[slot]
            let hasNamesakes = key >= 0 && mapped.path == nil && drafts[Int(key)].next >= 0
            var held: Int32?
            if hasNamesakes || key >= 0 && isPossible(drafts[Int(key)].folder, mapped) {
                let keys = hasNamesakes ? namesakes(of: key, mapped) : []
                if !hasNamesakes || !keys.isEmpty {
                    // The name is the key's, but for a decompressed file's.
                    let number = hold(
                        HeldFile(
                            file: file,
                            root: folder.root,
                            name: isDecompressed ? append(reader.name) : drafts[Int(key)].name,
                            place: mapped.place,
                            isExact: !isDecompressed && mapped.isExact
                        )
                    )
                    held = number
                    if hasNamesakes { for key in keys { link(key, number) } } else { link(key, number) }
                }
            }
            var orphan: Int?
            if !orphanNumbers.isEmpty {
                for number in orphanNumbers[reader.name] ?? []
                where isPossible(orphans[number].listedFolder, mapped) {
                    orphans[number].isHeld = true
                    orphan = orphan ?? number
                }
            }
            guard held == nil else { continue }
            let orphanNumber = Int32(clamping: orphan ?? -1)
            unlisted.append(
                UnlistedFile(file: file, name: append(reader.name), place: mapped.place, orphan: orphanNumber)
            )
        }
    }

    /// A folder below a root.
    private struct FolderPath: Hashable {
        let root: Int
        let path: ObjectKey

        init(_ folder: ArchiveIndex.Folder) {
            root = folder.root
            path = folder.path
        }
    }

    /// A folder in which a file lies that a verified digest lists is one of log files, whatever it is called.
    private mutating func markLogFolders() {
        var folders: Set<FolderPath> = []
        var last = -1
        for held in files where held.isVouchedFor && held.file.folder != last {
            last = held.file.folder
            folders.insert(FolderPath(facts.index.folders[last]))
        }
        if folders.isEmpty { return }
        for index in places.indices where folders.contains(FolderPath(facts.index.folders[placeFolders[index]])) {
            places[index].holdsListedLog = true
        }
    }

    /// Counts what becomes of a file that no digest lists.
    ///
    /// - Returns: Whether it is a log file that is asked for.
    private mutating func settle(_ unlisted: UnlistedFile) -> Bool {
        let root = facts.index.folders[unlisted.file.folder].root
        let orphan = Int(unlisted.orphan)
        if orphan >= 0, orphans[orphan].held == nil, isAskedFor(unlisted, in: digests.asked.range) {
            fates.logs += 1
            selectedRoots.insert(root)
            var known = HeldFile(
                file: unlisted.file,
                root: root,
                name: unlisted.name,
                place: unlisted.place,
                isExact: false
            )
            known.isJudged = true
            orphans[orphan].held = (Int(hold(known)), unlisted)
            return false
        }
        switch fate(of: unlisted) {
        case .other: fates.other += 1
        case .hidden: fates.hidden += 1
        case .judged:
            fates.logs += 1
            selectedRoots.insert(root)
            return true
        case .outOfScope:
            fates.outOfScope += 1
            holdingRoots.insert(root)
            if digests.asked.isRestricted, isAskedFor(unlisted, in: .always) { selectedRoots.insert(root) }
        }
        return false
    }

    private func fate(of unlisted: UnlistedFile) -> FileScope.Fate {
        withScope(of: unlisted.name, unlisted.place) { scope, name, place in scope.fate(of: name, at: place) }
    }

    private func isAskedFor(_ unlisted: UnlistedFile, in range: TimeRange) -> Bool {
        withScope(of: unlisted.name, unlisted.place) { scope, name, place in
            scope.isAskedFor(name, at: place, in: range)
        }
    }

    private func withScope<Result>(
        of name: Range<Int32>,
        _ place: Int32,
        _ body: (FileScope, Span<UInt8>, FileScope.Place) -> Result
    ) -> Result {
        let span = names.span.extracting(Int(name.lowerBound)..<Int(name.upperBound))
        return body(FileScope(digests.asked), span, places[Int(place)])
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
        if drafts[Int(draft)].listing.lister == .verified { files[Int(file)].isVouchedFor = true }
        files[Int(file)].links += 1
        files[Int(file)].proof = files[Int(file)].links == 1 ? drafts[Int(draft)].proof : -1
    }

    /// The path of a file below its root.
    func path(of held: HeldFile) -> ObjectKey {
        ObjectKey(bytes: facts.index.folders[held.file.folder].path.bytes + bytes(held.name))
    }

    /// The path of an unlisted file below its root.
    func path(of unlisted: UnlistedFile) -> ObjectKey {
        ObjectKey(bytes: facts.index.folders[unlisted.file.folder].path.bytes + bytes(unlisted.name))
    }

    /// Where an unlisted file lies.
    func place(of unlisted: UnlistedFile) -> FileScope.Place {
        places[Int(unlisted.place)]
    }

    /// Calls `body` with the name of a file in its folder. All threads share the names: passing a span avoids
    /// a retain of the shared array for every file.
    func withName<Result>(of held: HeldFile, _ body: (Span<UInt8>) -> Result) -> Result {
        body(names.span.extracting(Int(held.name.lowerBound)..<Int(held.name.upperBound)))
    }

    /// The name of a file in its folder.
    func name(of held: HeldFile) -> ArraySlice<UInt8> {
        bytes(held.name)
    }

    /// What was proven before of a file, if it was, and if it lies where it lay then.
    func proof(of held: HeldFile) -> Proof? {
        guard held.proof >= 0, held.isExact else { return nil }
        let proof = proofs[Int(held.proof)]
        guard proof.root == held.root, proof.source == facts.index.folders[held.file.folder].path else { return nil }
        return proof
    }

    // MARK: Scope

    /// Decides which listed keys are judged: those that a digest in scope lists, and those of files that are asked for and
    /// that no verified digest lists.
    private mutating func settleScope() {
        let asked = digests.asked
        for number in drafts.indices {
            let draft = drafts[number]
            var isJudged = draft.listing.reach == .inScope
            var link = draft.firstLink
            while link >= 0 {
                let file = Int(links[Int(link)].file)
                link = links[Int(link)].next
                let reach = ListingRules.reach(
                    of: files[file].isVouchedFor ? .vouchedFor : .notVouchedFor,
                    draft.listing,
                    isAskedFor: isAskedFor(files[file], in: asked.range)
                )
                if reach == .inScope {
                    files[file].isJudged = true
                    isJudged = true
                }
                if reach >= .selected { files[file].isSelected = true }
            }
            if isJudged { judged.append(Int32(clamping: number)) }
        }
        for held in files {
            if held.isJudged { fates.logs += 1 } else { fates.outOfScope += 1 }
        }
        if !digests.asked.isRestricted { return }
        for held in files {
            holdingRoots.insert(held.root)
            // What no verified digest lists is selected by its place and name, in range or not.
            if held.isSelected || !held.isVouchedFor && isAskedFor(held, in: .always) {
                selectedRoots.insert(held.root)
            }
        }
    }

    private func isAskedFor(_ held: HeldFile, in range: TimeRange) -> Bool {
        withScope(of: held.name, held.place) { scope, name, place in scope.isAskedFor(name, at: place, in: range) }
    }

    /// The buckets and prefixes of which something listed is held.
    var heldLocations: Set<DeliveryLocation> {
        var held: Set<DeliveryLocation> = []
        var isKnown = [Bool](repeating: false, count: listedFolders.count)
        for draft in drafts where draft.firstLink >= 0 && !isKnown[Int(draft.folder)] {
            isKnown[Int(draft.folder)] = true
            held.insert(DeliveryLocation(location(draft), facts.placement.prefixes))
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
        for number in judged { body(key(number)) }
    }

    private func key(_ number: Int32) -> Key {
        let draft = drafts[Int(number)]
        let isOnly = draft.firstLink >= 0 && draft.firstLink == draft.lastLink
        return Key(
            draft: number,
            record: Int(draft.record),
            isVerified: draft.listing.lister == .verified,
            differs: draft.listing.agreement == .differ,
            hash: draft.listing.hash,
            onlyFile: isOnly ? Int(links[Int(draft.firstLink)].file) : nil
        )
    }

    /// What was proven before of the key, whatever is there now.
    func proof(of key: Key) -> Proof? {
        let number = drafts[Int(key.draft)].proof
        return number >= 0 ? proofs[Int(number)] : nil
    }

    /// The keys that verified digests list with one of these contents; of several with one content the first by name.
    func verifiedKeys(withContents contents: Set<SHA256Digest>) -> [SHA256Digest: ObjectKey] {
        var keys: [SHA256Digest: ObjectKey] = [:]
        for draft in drafts where draft.listing.lister == .verified && contents.contains(draft.listing.hash) {
            let key = location(draft).key
            keys[draft.listing.hash] = keys[draft.listing.hash].map { min($0, key) } ?? key
        }
        return keys
    }

    /// Calls `body` with every key that was proven before and is not to be judged, and with whether a file of it is where
    /// it was.
    func forEachKeyAside(_ body: (Key, _ isHeld: Bool) -> Void) {
        guard !proofs.isEmpty, judged.count < drafts.count else { return }
        var isJudged = [Bool](repeating: false, count: drafts.count)
        for number in judged { isJudged[Int(number)] = true }
        for number in drafts.indices where !isJudged[number] && drafts[number].proof >= 0 {
            let key = key(Int32(clamping: number))
            body(key, filesOf(key).contains { proof(of: files[$0]) != nil })
        }
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
            provenIn: proof(of: key).map { LogListing.Place(root: $0.root, folder: $0.source) }
        )
    }

    /// The numbers of the files that map to the key, in the order of their sources and paths, whatever that of the listing.
    func filesOf(_ key: Key) -> [Int] {
        var found: [Int] = []
        var link = drafts[Int(key.draft)].firstLink
        while link >= 0 {
            found.append(Int(links[Int(link)].file))
            link = links[Int(link)].next
        }
        if found.count < 2 { return found }
        return found.map { (number: $0, path: path(of: files[$0])) }.sorted { first, second in
            let (left, right) = (files[first.number], files[second.number])
            if left.root != right.root { return left.root < right.root }
            return first.path != second.path ? first.path < second.path : left.file < right.file
        }.map(\.number)
    }
}
