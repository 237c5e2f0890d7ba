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
        findings += logs.findings
        toldCount = findings.count
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
        let elsewhere = FilesElsewhere(self, logs.absent)
        let inPlace = filesInPlace(
            logs.absent.map { ($0.provenIn, ObjectKey(bytes: $0.location.key.lastComponent)) }
        )
        for (number, listing) in logs.absent.enumerated() {
            try monitor.check()
            if listing.isVerified, evidence.concealment(of: listing.location) == nil,
                let part = try elsewhere.part(with: listing, hash: hash)
            {
                noteElsewhere(part, listing)
            } else {
                let wasProven = listing.provenIn != nil && !inPlace.contains(number)
                addAbsent(listing, wasProven: wasProven, heldDays, attested)
            }
        }
    }

    /// A log file that is not in its place, and lies in a part of the archive elsewhere.
    private mutating func noteElsewhere(_ part: PartElsewhere, _ listing: LogListing) {
        let window = DigestChain.window(of: evidence.records[listing.record], isVerified: listing.isVerified)
        let known = locationsElsewhere[part] ?? (listing.location.bucket, window, 0)
        let span = TimeRange(start: min(known.span.start, window.start), end: max(known.span.end, window.end))
        locationsElsewhere[part] = (known.bucket, span, known.count + 1)
        count(.locationNotHeld, listing)
    }

    private mutating func count(_ kind: FindingKind, _ listing: LogListing) {
        logs[evidence.records.chain(of: listing.record), default: Tally()].count(kind)
    }

    /// What a listed log file is that is not there (V33); one of a day that was not asked for lies outside the archive
    /// (V36).
    ///
    /// - Parameter wasProven: Whether an earlier run proved it where nothing is any more.
    private mutating func addAbsent(
        _ listing: LogListing,
        wasProven: Bool,
        _ heldDays: Set<HeldDay>,
        _ attested: AttestedTime
    ) {
        let name = LogFileName(listing.location.key)
        if listing.isVerified || listing.location.key.hasUnsafeComponent {
            switch evidence.concealment(of: listing.location) {
            case .unsafeKey where !listing.isVerified:
                return add(
                    absent: .logUnauthenticated,
                    "only a digest file that is not verified lists this key",
                    listing
                )
            case .unsafeKey:
                return addUnsafe(listing, "a key that no object below the archive has")
            case .link(let folder):
                return addUnsafe(listing, "a key that leads through the link \(folder), which is never followed")
            case .unreadable(let place, let error):
                return add(
                    absent: .logUnreadable,
                    "\(place) could not be read: \(error.description)",
                    listing,
                    detail: ["reason": .text(error.reason.rawValue)]
                )
            case nil: break
            }
        }
        // A download of some days holds the digests of their folders; only log files of days before are not asked for:
        // by the oldest digest, and by backfill digests, which come late.
        let lister = (
            chain: evidence.records.chain(of: listing.record), endTime: evidence.records[listing.record].endTime
        )
        if let name, !wasProven, evidence.isOldestOfChain(listing.record) || lister.chain.isBackfill,
            name.time.dayNumber < lister.endTime.dayNumber, !heldDays.contains(HeldDay(name)),
            options.start.map({ name.time < $0 }) ?? true,
            // Where digests of that time are held, a backfill digest's log files are of what was downloaded.
            !lister.chain.isBackfill
                || !attested.contains(name.time, account: lister.chain.account, lister.chain.region)
        {
            let message = "listed by a digest of a later day; of its own day the archive holds no log file here"
            findings.append(
                evidence.finding(.logOutsideArchive, message, listing, key: listing.location.key, path: nil)
            )
            return
        }
        guard wasProven || isLocationHeld(listing.location) else {
            let window = DigestChain.window(of: evidence.records[listing.record], isVerified: listing.isVerified)
            noteNotHeld(listing.location, window)
            count(.locationNotHeld, listing)
            return
        }
        if listing.isVerified {
            add(
                absent: .logMissing,
                "a verified digest lists it and it is not there",
                listing,
                detail: wasProven ? ["provenBefore": .flag(true)] : [:]
            )
        } else {
            add(
                absent: .logUnauthenticated,
                "only a digest file that is not verified lists it, and it is not there",
                listing
            )
        }
    }

    private mutating func add(
        absent kind: FindingKind,
        _ message: String,
        _ listing: LogListing,
        detail: [String: Finding.Detail] = [:]
    ) {
        var detail = detail
        if kind == .logUnauthenticated { detail["held"] = .flag(false) }
        findings.append(
            evidence.finding(kind, message, listing, key: listing.location.key, path: nil, detail: detail)
        )
        count(kind, listing)
    }

    private mutating func addUnsafe(_ listing: LogListing, _ what: String) {
        let window = DigestChain.window(of: evidence.records[listing.record], isVerified: true)
        findings.append(
            Finding(
                .referenceUnsafe,
                "a verified digest lists \(what)",
                bucket: evidence.bucket(ofDigest: listing.record)
                    ?? evidence.records.location(of: listing.record)?.bucket,
                key: evidence.key(ofDigest: listing.record),
                path: evidence.displayPath(ofDigest: listing.record),
                chain: evidence.records.chain(of: listing.record),
                start: window.start,
                end: window.end,
                detail: ["reference": .text(listing.location.key.description)]
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

    private let evidence: Evidence
    private var parts: [Place: ReportBuilder.PartElsewhere] = [:]
    private let isOneRoot: Bool
    /// The files with the name of one that is not in its place, with their paths.
    private var files: [ObjectKey: [(file: ArchiveIndex.File, path: ObjectKey)]] = [:]

    /// - Parameter absent: The log files that are not in their place.
    init(_ builder: ReportBuilder, _ absent: [LogListing]) {
        evidence = builder.evidence
        for record in evidence.records.indices {
            guard let part = builder.part(ofElsewhere: record) else { continue }
            parts[Place(root: part.root, offset: part.offset)] = part
        }
        isOneRoot = evidence.names.count == 1
        if parts.isEmpty, isOneRoot { return }
        for listing in absent { files[ObjectKey(bytes: listing.location.key.lastComponent)] = [] }
        for (number, folder) in evidence.index.folders.enumerated() {
            var reader = folder.names.makeReader()
            while reader.next() {
                let name = ObjectKey(bytes: reader.name).compressedName
                guard files[name] != nil else { continue }
                let file = ArchiveIndex.File(folder: number, position: reader.position)
                files[name]?.append((file, ObjectKey(bytes: folder.path.bytes + reader.name)))
            }
        }
    }

    /// Log files in a root of their own, whose layout somebody else's digest files decide: whoever has signed ones may put
    /// some there. Their path is the key's end, or ends in the key.
    private func part(inRoot root: Int, _ offset: PathOffset, _ listing: LogListing) -> ReportBuilder.PartElsewhere? {
        if isOneRoot { return nil }
        if case .replaced = offset { return nil }
        guard isListedOutside(root, listing) else { return nil }
        let folder = offset.folder(inBucket: listing.location.bucket)
        return ReportBuilder.PartElsewhere(root: root, offset: offset, folder: folder)
    }

    /// Whether the digest that lists a log file, or a verified copy of it, lies in another root.
    private func isListedOutside(_ root: Int, _ listing: LogListing) -> Bool {
        if evidence.index.digests[listing.record].root != root { return true }
        return evidence.copies(of: listing.record).contains { copy in
            evidence.index.digests[copy].root != root && evidence.verdicts[copy].isVerified
        }
    }

    /// The part that holds a file under the listed key with the listed content.
    ///
    /// - Parameter hash: The SHA-256 of the content of a file at this path; `nil` where it cannot be read to its end.
    func part(
        with listing: LogListing,
        hash: (ArchiveIndex.File, ObjectKey) throws -> SHA256Digest?
    ) rethrows -> ReportBuilder.PartElsewhere? {
        for (file, path) in files[ObjectKey(bytes: listing.location.key.lastComponent)] ?? [] {
            let evidence = ArchiveLayout.Evidence(path: path, location: listing.location)
            let root = self.evidence.index.folders[file.folder].root
            guard let offset = PathOffset(of: evidence),
                let part = parts[Place(root: root, offset: offset)] ?? self.part(inRoot: root, offset, listing)
            else { continue }
            if try hash(file, path) == listing.hash { return part }
        }
        return nil
    }
}
