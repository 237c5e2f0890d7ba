internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Turns evidence into findings, counts and summaries.
struct ReportBuilder {
    let evidence: Evidence
    let keys: PublicKeySet
    let check: SignatureCheck

    var findings: FindingCollector
    /// The number of log files that wait for their digest.
    var awaiting = 0
    /// The keys of the digests that are missing in their chains.
    var missingDigests: Set<ObjectKey> = []
    var provenFiles: [ProvenFile] = []
    var digests: [ChainIdentity: Tally] = [:]
    var logs: [ChainIdentity: Tally] = [:]
    /// Log files that belong to no chain.
    var looseLogs = Tally()
    var contentBytes: UInt64 = 0
    /// The buckets and prefixes of which the archive holds something.
    var heldLocations: Set<DeliveryLocation> = []
    /// The time of what is named in buckets and prefixes of which it holds nothing.
    var locationsNotHeld: [DeliveryLocation: (span: TimeRange, count: Int)] = [:]
    /// The roots that yielded something proven.
    var provenRoots: Set<Int> = []
    /// The roots that hold something of what is selected.
    var selectedRoots: Set<Int> = []
    /// The roots that hold digest or log files, where only some accounts, regions or trails are asked for.
    var holdingRoots: Set<Int> = []
    /// What became of the files.
    var files = FileCounts()
    /// The parts of the archive that lie elsewhere, and how many of their digest files are reported on.
    var partsElsewhere: [PartElsewhere: Int] = [:]
    /// What log files lie in such parts, by their folders.
    var locationsElsewhere: [FolderElsewhere: (bucket: String, span: TimeRange, count: Int)] = [:]
    /// What was proven before and not read in this run; `nil` when nothing is remembered.
    var carried: ValidationReport.Carried?
    /// What the next run may build on.
    var state: ProvenState?

    var options: ValidationOptions { evidence.options }
    var asked: Asked { evidence.asked }

    init(evidence: Evidence, keys: PublicKeySet, check: SignatureCheck) {
        self.evidence = evidence
        self.keys = keys
        self.check = check
        findings = FindingCollector(evidence)
        var last: DigestLocation?
        for number in evidence.records.indices {
            contentBytes += evidence.records[number].contentBytes
            guard let location = evidence.records[number].claims?.location, evidence.isWhereItSays(number) else {
                continue
            }
            // Neighbours lie in one folder.
            if let last, last.key.folder == location.key.folder, last.bucket == location.bucket { continue }
            heldLocations.insert(
                DeliveryLocation(evidence.records.names.objectLocation(location), evidence.placement.prefixes)
            )
            last = location
        }
    }

    mutating func noteNotHeld(_ location: ObjectLocation, _ window: TimeRange) {
        // What lies beside the folder that was downloaded is named by its own; else all of the prefix is not held.
        let place =
            evidence.placement.canHold(location)
            ? DeliveryLocation(location, evidence.placement.prefixes) : DeliveryLocation(folderOf: location)
        guard let known = locationsNotHeld[place] else {
            locationsNotHeld[place] = (window, 1)
            return
        }
        let span = TimeRange(start: min(known.span.start, window.start), end: max(known.span.end, window.end))
        locationsNotHeld[place] = (span, known.count + 1)
    }

    /// Whether the archive holds anything of the place that an absent object is named in (V37).
    func isLocationHeld(_ location: ObjectLocation) -> Bool {
        heldLocations.contains(DeliveryLocation(location, evidence.placement.prefixes))
            && evidence.placement.canHold(location)
    }

    /// A part of the archive that lies at another offset than the rest of its root.
    struct PartElsewhere: Hashable {
        let root: Int
        let offset: PathOffset
        /// The folder to give as an archive of its own, below the root and with the `/` at its end; empty where the part
        /// lies in the root itself.
        let folder: ObjectKey
    }

    /// The folder to give as an archive of its own, for parts of any offset.
    struct FolderElsewhere: Hashable {
        let root: Int
        let path: ObjectKey

        init(_ part: PartElsewhere) {
            root = part.root
            path = part.folder
        }
    }

    /// The part that a signed digest file elsewhere belongs to; `nil` for any other.
    func part(ofElsewhere record: Int) -> PartElsewhere? {
        guard let offset = evidence.offset(ofElsewhere: record) else { return nil }
        let bucket = evidence.records.location(of: record)?.bucket ?? ""
        return PartElsewhere(
            root: evidence.index.digests[record].root,
            offset: offset,
            folder: offset.folder(inBucket: bucket)
        )
    }

    /// The folder of such a part, as the report shows it; `nil` where none can be named.
    func displayFolder(_ root: Int, _ folder: ObjectKey) -> ObjectKey? {
        folder.bytes.isEmpty ? nil : evidence.displayPath(root: root, ObjectKey(bytes: folder.bytes.dropLast()))
    }

    /// One finding a folder: which one is to be given as an archive of its own (V10).
    private mutating func addPartsElsewhere() {
        var counts: [FolderElsewhere: Int] = [:]
        for (part, count) in partsElsewhere { counts[FolderElsewhere(part), default: 0] += count }
        for (folder, count) in counts {
            let shown = displayFolder(folder.root, folder.path)
            findings.add(
                Finding(
                    .partElsewhere(objects: count, folder: shown),
                    path: shown ?? ObjectKey(bytes: evidence.names[folder.root].bytes)
                )
            )
        }
        for (folder, named) in locationsElsewhere {
            let shown = displayFolder(folder.root, folder.path)
            let path = shown ?? ObjectKey(bytes: evidence.names[folder.root].bytes)
            findings.add(
                Finding(
                    .logsElsewhere(objects: named.count, folder: shown, path: path),
                    bucket: named.bucket,
                    path: path,
                    start: named.span.start,
                    end: named.span.end
                )
            )
        }
    }

    /// The fates of all files; what was listed and has none is a fault of this library's, and no verdict (I22).
    ///
    /// - Throws: ``AccountingError`` when they are not as many as were listed.
    private func countedFiles() throws -> FileCounts {
        guard files.total == evidence.index.entryCount else {
            throw AccountingError(listed: evidence.index.entryCount, counted: files.total)
        }
        return files
    }

    /// The report on all that was added.
    consuming func report(_ monitor: ValidationMonitor, _ listener: FindingListener) throws -> ValidationReport {
        addLocationsNotHeld()
        addPartsElsewhere()
        let chains = try chainSummaries(monitor)
        addNothingValidated(chains)
        listener.hear(findings.finish())
        try monitor.check()
        let files = try countedFiles()
        let regular = chains.filter { !$0.chain.isBackfill }
        let span = CoverageRules.provenSpan(of: regular.map { (from: $0.unbrokenFrom, until: $0.end) })
        var digestTotal = Tally()
        for tally in digests.values { digestTotal.add(tally) }
        var logTotal = looseLogs
        for tally in logs.values { logTotal.add(tally) }
        let found = findings.findings.sorted(by: Finding.inReportOrder)
        if state != nil {
            // Each by itself, so that the next run can tell all of them from new ones.
            let all = (found.filter { !$0.isSum } + findings.summedUp).filter { $0.severity > .notice }
            state?.findings = all.sorted(by: Finding.inReportOrder).map { KnownFinding($0) }
        }
        return ValidationReport(
            findings: found,
            provenFiles: provenFiles.sorted { ($0.chain, $0.key, $0.path) < ($1.chain, $1.key, $1.path) },
            chains: chains,
            requestedStart: options.start,
            requestedEnd: options.end,
            provenFrom: span?.start,
            provenUntil: span?.end,
            digests: digestTotal,
            logs: logTotal,
            files: files,
            notAsked: ValidationReport.NotAsked(
                options,
                files,
                awaiting: awaiting,
                bucketChecked: evidence.placement.comparesBuckets
            ),
            keySources: keys.sources,
            hashedBytes: contentBytes,
            carried: carried,
            state: state
        )
    }

    private mutating func addLocationsNotHeld() {
        for (place, named) in locationsNotHeld {
            findings.add(
                Finding(
                    .locationNotHeld(objects: named.count, bucket: place.bucket, prefix: place.prefix),
                    bucket: place.bucket,
                    key: place.prefix,
                    start: named.span.start,
                    end: named.span.end
                )
            )
        }
    }

    /// What was proven of every chain in range, and from when to when without a hole.
    private func chainSummaries(_ monitor: ValidationMonitor) throws -> [ChainSummary] {
        let held = try evidence.chains.compactMap { chain -> ChainSummary? in
            try monitor.check()
            guard let tally = digests[chain.identity] else { return nil }
            let verified = chain.members.filter { $0.isVerified && evidence.isInScope[$0.record] }
            return ChainSummary(
                chain: chain.identity,
                start: verified.first?.window.start,
                end: verified.last?.window.end,
                unbrokenFrom: CoverageRules.unbrokenFrom(verified.map(\.window)),
                digests: tally,
                logs: logs[chain.identity] ?? Tally()
            )
        }
        // Of a chain that was proven before, nothing may be left.
        let gone = Set(digests.keys).union(logs.keys).subtracting(evidence.chains.map(\.identity))
        let empty = gone.map { chain in
            ChainSummary(
                chain: chain,
                start: nil,
                end: nil,
                unbrokenFrom: nil,
                digests: digests[chain] ?? Tally(),
                logs: logs[chain] ?? Tally()
            )
        }
        return gone.isEmpty ? held : (held + empty).sorted { $0.chain < $1.chain }
    }

    private mutating func addNothingValidated(_ chains: [ChainSummary]) {
        let proven = chains.filter { $0.digests.valid > 0 }.map(\.chain)
        let isWhole = asked.start == nil && asked.end == nil
        let found: Nothing.Evidence =
            evidence.records.isEmpty ? .noDigest : isWhole ? .noneVerified : .noneVerifiedInRange
        // The only root is the run, and what lies outside the filters was not asked for.
        let roots = evidence.names.indices.filter { root in
            evidence.names.count > 1 && !provenRoots.contains(root)
                && !(asked.isRestricted && !selectedRoots.contains(root) && holdingRoots.contains(root))
        }
        let nothing = ScopeRules.nothing(
            proven.isEmpty ? found : nil,
            roots: roots.map { evidence.names[$0].description },
            proven: proven,
            held: evidence.chains.map(\.identity),
            asked
        )
        for nothing in nothing {
            findings.add(Finding(.nothingValidated(nothing), start: asked.start, end: asked.end))
        }
    }
}

/// Not every file that was listed has one fate: a fault of this library's.
package struct AccountingError: Error, CustomStringConvertible {
    package let listed: Int
    package let counted: Int

    package var description: String {
        "\(listed) files were listed and \(counted) are accounted for: no verdict is given. This is a fault of this program"
    }
}

extension ValidationReport.NotAsked {
    init(_ options: ValidationOptions, _ files: FileCounts, awaiting: Int, bucketChecked: Bool) {
        before = options.start == nil
        after = options.end == nil && options.coverageMustReach == nil
        expectGiven = options.expectedChains != nil
        self.awaiting = awaiting
        hidden = files.hidden
        other = files.other
        outOfScope = files.outOfScope
        self.bucketChecked = bucketChecked
    }
}

extension Tally {
    mutating func add(_ other: Tally) {
        valid += other.valid
        invalid += other.invalid
        missing += other.missing
        unverified += other.unverified
    }

    /// Takes off what was added.
    package mutating func subtract(_ other: Tally) {
        valid -= other.valid
        invalid -= other.invalid
        missing -= other.missing
        unverified -= other.unverified
    }
}
