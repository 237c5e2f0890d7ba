internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

extension ReportBuilder {
    /// Adds what judging the log files came to, and judges those that are not there.
    ///
    /// - Parameter hash: The SHA-256 of the content of a file at this path; `nil` where it cannot be read to its end.
    mutating func addLogs(
        _ logs: LogFindings,
        _ monitor: ValidationMonitor,
        hash: (ArchiveIndex.File, ObjectKey) throws -> SHA256Digest?
    ) throws {
        // The caller was told of these while the log files were judged.
        findings.add(logs.findings)
        awaiting += logs.awaiting
        provenFiles += logs.provenFiles
        for (chain, tally) in logs.tallies { self.logs[chain, default: Tally()].add(tally) }
        looseLogs.add(logs.loose)
        contentBytes += logs.contentBytes
        provenRoots.formUnion(logs.provenRoots)
        heldLocations.formUnion(logs.heldLocations)
        files.add(logs.fates)
        selectedRoots.formUnion(logs.selectedRoots)
        holdingRoots.formUnion(logs.holdingRoots)
        addBlamed(logs.blamed)
        if logs.absent.isEmpty { return }
        let heldDays = try heldDays(monitor)
        let attested = AttestedTime(evidence)
        let inPlace = filesInPlace(
            logs.absent.map { ($0.provenIn, ObjectKey(bytes: $0.location.key.lastComponent)) }
        )
        var elsewhere = try FilesElsewhere(self, logs.absent, check: monitor.check)
        for (number, listing) in logs.absent.enumerated() {
            try monitor.check()
            if listing.isVerified, evidence.concealment(of: listing.location) == nil,
                let part = try elsewhere.part(with: listing, number, hash: hash)
            {
                noteElsewhere(part, listing)
            } else {
                let isInPlace = try inPlace[number]?.contains { file in
                    try hash(file, evidence.index.path(of: file)) == listing.hash
                }
                addAbsent(listing, wasProven: listing.provenIn != nil && isInPlace != true, heldDays, attested)
            }
        }
    }

    /// A log file that is not in its place, and lies in a part of the archive elsewhere.
    private mutating func noteElsewhere(_ part: PartElsewhere, _ listing: LogListing) {
        let window = DigestChain.window(of: evidence.records[listing.record], isVerified: listing.isVerified)
        let folder = FolderElsewhere(part)
        let known = locationsElsewhere[folder] ?? (listing.location.bucket, window, 0)
        let span = TimeRange(start: min(known.span.start, window.start), end: max(known.span.end, window.end))
        // Of several buckets the first, whatever the order of the listing.
        locationsElsewhere[folder] = (min(known.bucket, listing.location.bucket), span, known.count + 1)
        count(.locationNotHeld, listing)
    }

    private mutating func count(_ kind: FindingKind, _ listing: LogListing) {
        logs[evidence.records.chain(of: listing.record), default: Tally()].count(kind)
    }

    /// Judges a listed log file that is not there.
    ///
    /// - Parameter wasProven: Whether an earlier run proved it where it is no more.
    private mutating func addAbsent(
        _ listing: LogListing,
        wasProven: Bool,
        _ heldDays: Set<HeldDay>,
        _ attested: AttestedTime
    ) {
        let name = LogFileName(listing.location.key)
        let chain = evidence.records.chain(of: listing.record)
        let isAttested = name.map { attested.contains($0.time, account: chain.account, chain.region) } ?? false
        // Only what a verified digest names may lie behind a link or in a folder that could not be listed.
        let isConcealable = listing.isVerified || listing.location.key.hasUnsafeComponent
        let absent = AbsenceRules.LogFacts(
            lister: listing.isVerified ? .verified : .unverified,
            chain: chain,
            listedAt: evidence.records[listing.record].endTime,
            evidence.isOldestOfChain(listing.record) ? .oldest : .other,
            name: name,
            concealment: isConcealable ? evidence.concealment(of: listing.location) : nil,
            proven: wasProven ? .before : .never,
            location: isLocationHeld(listing.location) ? .held : .notHeld,
            day: name.map { heldDays.contains(HeldDay($0)) } ?? false ? .held : .notHeld,
            time: isAttested ? .attested : .notAttested
        )
        switch AbsenceRules.judge(absent, asked) {
        case .unsafe(let path): addUnsafe(listing, path)
        case .outsideArchive:
            findings.add(evidence.finding(.logOutsideArchive, listing, key: listing.location.key, path: nil))
        case .locationNotHeld:
            let window = DigestChain.window(of: evidence.records[listing.record], isVerified: listing.isVerified)
            noteNotHeld(listing.location, window)
            count(.locationNotHeld, listing)
        case .cause(let cause):
            findings.add(evidence.finding(cause, listing, key: listing.location.key, path: nil))
            count(cause.kind, listing)
        }
    }

    private mutating func addUnsafe(_ listing: LogListing, _ path: UnsafePath) {
        let window = DigestChain.window(of: evidence.records[listing.record], isVerified: true)
        findings.add(
            Finding(
                .logUnsafe(path, reference: listing.location.key),
                bucket: evidence.bucket(ofDigest: listing.record)
                    ?? evidence.records.location(of: listing.record)?.bucket,
                key: evidence.key(ofDigest: listing.record),
                path: evidence.displayPath(ofDigest: listing.record),
                chain: evidence.records.chain(of: listing.record),
                start: window.start,
                end: window.end
            )
        )
        count(.referenceUnsafe, listing)
    }

    /// A day's folder of an account and region that the archive holds log files of.
    private struct HeldDay: Hashable {
        let account: String
        let region: String
        let day: Int64

        init(_ name: LogFileName) {
            account = name.account
            region = name.region
            day = name.time.dayNumber
        }
    }

    private func heldDays(_ monitor: ValidationMonitor) throws -> Set<HeldDay> {
        var days: Set<HeldDay> = []
        try evidence.index.forEachFile { _, name in
            try monitor.check()
            if let log = LogFileName(ObjectKey(bytes: name)) { days.insert(HeldDay(log)) }
            return true
        }
        return days
    }
}

/// The time that verified regular digests cover, the oldest held of each chain aside, by account and region.
private struct AttestedTime {
    private var spans: [[String]: [TimeRange]] = [:]

    init(_ evidence: Evidence) {
        var all: [[String]: [TimeRange]] = [:]
        for chain in evidence.chains where !chain.identity.isBackfill {
            let oldest = chain.oldest
            for (number, member) in chain.members.enumerated() where member.isVerified && number != oldest {
                all[[chain.identity.account, chain.identity.region], default: []].append(member.window)
            }
        }
        for (place, windows) in all {
            var joined: [TimeRange] = []
            for window in windows.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
                if let last = joined.last, window.start <= last.end {
                    joined[joined.count - 1] = TimeRange(start: last.start, end: max(last.end, window.end))
                } else {
                    joined.append(window)
                }
            }
            spans[place] = joined
        }
    }

    func contains(_ time: Timestamp, account: String, _ region: String) -> Bool {
        guard let spans = spans[[account, region]] else { return false }
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].end <= time { low = middle + 1 } else { high = middle }
        }
        return low < spans.count && spans[low].contains(time)
    }
}

/// Finds log files in the parts of the archive that lie elsewhere.
private struct FilesElsewhere {
    private struct Place: Hashable {
        let root: Int
        let offset: PathOffset
    }

    private struct Path: Hashable {
        let root: Int
        let path: ObjectKey
    }

    /// The files of one path, nearly always one.
    private struct Candidate {
        let path: Path
        var files: [ArchiveIndex.File]
        /// What they hold, once that is known.
        var hashes: Set<SHA256Digest>?
    }

    private let evidence: Evidence
    private var parts: [Place: ReportBuilder.PartElsewhere] = [:]
    private let isOneRoot: Bool
    private var candidates: [Candidate] = []
    /// Of each log file that is not in its place, by its number, the numbers of the files that may be it.
    private var candidatesOfAbsent: [Int: [Int]] = [:]
    /// The roots in which a digest, by its number, and its verified copies lie.
    private var rootsOfListers: [Int: Set<Int>] = [:]

    /// - Parameter absent: The log files that are not in their place.
    init(_ builder: ReportBuilder, _ absent: [LogListing], check: () throws -> Void) rethrows {
        evidence = builder.evidence
        for record in evidence.records.indices {
            guard let part = builder.part(ofElsewhere: record) else { continue }
            parts[Place(root: part.root, offset: part.offset)] = part
        }
        isOneRoot = evidence.names.count == 1
        if parts.isEmpty, isOneRoot, evidence.placement.layouts == [.added([])] { return }
        var numbers: [Path: Int] = [:]
        var names: Set<ObjectKey> = []
        for listing in absent { names.insert(ObjectKey(bytes: listing.location.key.lastComponent)) }
        for (number, folder) in evidence.index.folders.enumerated() {
            var reader = folder.names.makeReader()
            while reader.next() {
                try check()
                guard names.contains(ObjectKey(bytes: reader.name).compressedName) else { continue }
                let file = ArchiveIndex.File(folder: number, position: reader.position)
                let path = Path(root: folder.root, path: ObjectKey(bytes: folder.path.bytes + reader.name))
                if let known = numbers[path] {
                    candidates[known].files.append(file)
                } else {
                    numbers[path] = candidates.count
                    candidates.append(Candidate(path: path, files: [file]))
                }
            }
        }
        if !candidates.isEmpty { try findCandidates(absent, check) }
    }

    /// Finds the files that may be each absent log file, by the end that the file's path and the key have in common: what
    /// stands before it in the path and in the key is a part's offset, or there is nothing in one of them.
    private mutating func findCandidates(_ absent: [LogListing], _ check: () throws -> Void) rethrows {
        var byKey: [ObjectKey: [Int]] = [:]
        // With several roots a path may be the end of a key.
        var byEnd: [ObjectKey: [Int]] = [:]
        for (number, listing) in absent.enumerated() where listing.isVerified {
            try check()
            let key = listing.location.key.collapsed
            byKey[key, default: []].append(number)
            if isOneRoot { continue }
            for end in key.ends { byEnd[end, default: []].append(number) }
        }
        var keyPrefixes: [Path: Set<[UInt8]>] = [:]
        for place in parts.keys {
            let (path, key) = place.offset.prefixes
            if key.isEmpty { continue }
            keyPrefixes[Path(root: place.root, path: ObjectKey(bytes: path)), default: []].insert(key)
        }
        for (number, candidate) in candidates.enumerated() {
            try check()
            let path = candidate.path.path.compressedName
            func add(_ found: [Int]?) {
                for absent in found ?? [] where candidatesOfAbsent[absent]?.last != number {
                    candidatesOfAbsent[absent, default: []].append(number)
                }
            }
            for end in path.ends {
                add(byKey[end])
                let before = ObjectKey(bytes: path.bytes.dropLast(end.bytes.count))
                for prefix in keyPrefixes[Path(root: candidate.path.root, path: before)] ?? [] {
                    add(byKey[ObjectKey(bytes: prefix + end.bytes)])
                }
            }
            if !isOneRoot { add(byEnd[path]) }
        }
    }

    /// Log files in another root than the digest that lists them, or a verified copy of it, whose path is the key's end or
    /// ends in the key; and in the digest's own root those whose path is the key. Digest files that were moved, or somebody
    /// else's, may have decided the root's layout.
    private mutating func part(
        inRoot root: Int,
        _ offset: PathOffset,
        _ listing: LogListing
    ) -> ReportBuilder.PartElsewhere? {
        if case .replaced = offset { return nil }
        if offset != .added([]), rootsOfListers(of: listing.record) == [root] { return nil }
        let folder = offset.folder(inBucket: listing.location.bucket)
        return ReportBuilder.PartElsewhere(root: root, offset: offset, folder: folder)
    }

    private mutating func rootsOfListers(of record: Int) -> Set<Int> {
        if let known = rootsOfListers[record] { return known }
        var roots: Set<Int> = [evidence.index.digests[record].root]
        for copy in evidence.digests(of: evidence.placement.places[record].keyNumber)
        where evidence.verdicts[copy].isVerified {
            roots.insert(evidence.index.digests[copy].root)
        }
        rootsOfListers[record] = roots
        return roots
    }

    /// The part that holds a file under the listed key with the listed content.
    ///
    /// - Parameters:
    ///   - number: The number of the absent log file.
    ///   - hash: The SHA-256 of the content of a file at this path; `nil` where it cannot be read to its end.
    mutating func part(
        with listing: LogListing,
        _ number: Int,
        hash: (ArchiveIndex.File, ObjectKey) throws -> SHA256Digest?
    ) rethrows -> ReportBuilder.PartElsewhere? {
        for candidate in candidatesOfAbsent[number] ?? [] {
            let (root, path) = (candidates[candidate].path.root, candidates[candidate].path.path)
            let evidence = LayoutWitness(path: path, location: listing.location)
            guard let offset = PathOffset(of: evidence),
                let part = parts[Place(root: root, offset: offset)] ?? self.part(inRoot: root, offset, listing)
            else { continue }
            // A file is read once, whatever number of keys it may have.
            let hashes =
                try candidates[candidate].hashes ?? Set(candidates[candidate].files.compactMap { try hash($0, path) })
            candidates[candidate].hashes = hashes
            if hashes.contains(listing.hash) { return part }
        }
        return nil
    }
}

extension ObjectKey {
    /// The key from each of its components on.
    fileprivate var ends: [ObjectKey] {
        var ends = [self]
        for index in bytes.indices.dropLast() where bytes[index] == UInt8(ascii: "/") {
            ends.append(ObjectKey(bytes: bytes[(index + 1)...]))
        }
        return ends
    }
}

extension PathOffset {
    /// What stands before the common end of a path and of a key, where the key has something there.
    fileprivate var prefixes: (path: [UInt8], key: [UInt8]) {
        switch self {
        case .added(let key): ([], key)
        case .stripped(let path), .bucketFolder(let path): (path, [])
        case .replaced(let path, let key): (path, key)
        }
    }
}
