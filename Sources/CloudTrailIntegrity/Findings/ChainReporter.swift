internal import CloudTrailFormat
internal import CloudTrailRules

/// Reports on the order of every chain, and on folders that hide what they hold.
struct ChainReporter {
    private let archive: JudgedArchive
    /// What is reported so far.
    private var report: PartialReport
    /// The keys of the digests that are missing in their chains.
    private var missing: Set<ObjectKey> = []

    private var facts: ArchiveFacts { archive.facts }
    private var digests: JudgedDigests { archive.digests }
    private var asked: Asked { archive.asked }

    /// - Parameter report: What digest and log files came to.
    init(_ archive: JudgedArchive, after report: consuming PartialReport) {
        self.archive = archive
        self.report = report
        self.report.findings.stage = .chains
    }

    /// Judges each.
    ///
    /// - Parameter isRepeat: Whether what chains tell was reported before.
    /// - Returns: What is reported now, and the keys of the digests that are missing in their chains, where a run remembers.
    consuming func run(
        _ monitor: ValidationMonitor,
        isRepeat: Bool
    ) throws -> (report: PartialReport, missing: Set<ObjectKey>) {
        for folder in facts.index.hiddenFolders { addHiddenFolder(folder) }
        if isRepeat { return (report, missing) }
        for chain in digests.chains where asked.selects(chain.identity) {
            try monitor.check()
            for event in chain.events(held: facts.held) { add(event, chain) }
        }
        return (report, missing)
    }

    private mutating func addHiddenFolder(_ folder: HiddenFolder) {
        let error = folder.error ?? ObjectReadError(.notRegularFile, "a symbolic link, which is never followed")
        let inside = ObjectKey(bytes: folder.path.bytes + "/-".utf8)
        let told = [
            facts.placement.folder(of: inside, root: folder.root),
            facts.placement.ownFolder(of: inside, root: folder.root),
        ].compactMap { $0 }
        // What lies below may be of any day, but of no other account or region.
        guard told.contains(where: { asked.selects(account: $0.account, region: $0.region) }) else {
            report.files.outOfScope += 1
            report.holdingRoots.insert(folder.root)
            return
        }
        report.selectedRoots.insert(folder.root)
        let isLogFolder = told.contains { $0.category == .logs }
        if isLogFolder { report.files.logs += 1 } else { report.files.digests += 1 }
        report.findings.add(
            Finding(
                isLogFolder ? .logFolderUnreadable(error) : .digestFolderUnreadable(error),
                path: facts.displayPath(root: folder.root, folder.path)
            )
        )
    }

    // MARK: Order

    private mutating func add(_ event: ChainEvent, _ chain: DigestChain) {
        switch event {
        case .missing(let absence):
            addAbsence(absence, chain)
        case .startsAfter(let absence):
            addPredecessor(absence, chain)
        case .gap(let hole, let reason, let member):
            addGap(hole, reason, chain.members[member], chain)
        case .restart(let member):
            add(.chainRestart, chain.members[member], chain)
        case .overlap(let overlap, let member):
            let seconds = overlap.end.seconds(since: overlap.start)
            add(.chainOverlap(seconds: seconds), chain.members[member], chain)
        case .forked(let predecessor, let member, let other):
            let other = facts.key(ofDigest: chain.members[other].record)
            add(.chainForked(predecessor: predecessor.key, other: other), chain.members[member], chain)
        }
    }

    private mutating func add(_ cause: FindingCause, _ member: ChainMember, _ chain: DigestChain) {
        guard asked.range.intersects(member.window) else { return }
        report.findings.add(
            Finding(
                cause,
                bucket: facts.records.location(of: member.record)?.bucket,
                key: facts.key(ofDigest: member.record),
                path: facts.displayPath(ofDigest: member.record),
                chain: chain.identity,
                start: member.window.start,
                end: member.window.end
            )
        )
    }

    private mutating func addGap(
        _ gap: TimeRange,
        _ reason: GapReason,
        _ member: ChainMember,
        _ chain: DigestChain
    ) {
        guard asked.range.intersects(gap) else { return }
        report.findings.add(
            Finding(
                .chainGap(gap, reason),
                key: facts.key(ofDigest: member.record),
                chain: chain.identity,
                start: gap.start,
                end: gap.end
            )
        )
    }

    /// A predecessor of the oldest digest held: not asked for, or gone.
    private mutating func addPredecessor(_ absence: DigestAbsence, _ chain: DigestChain) {
        let location = ObjectLocation(bucket: absence.bucket, key: absence.key)
        if asked.start != nil || facts.concealment(of: location)?.isUnsafe == true {
            return addAbsence(absence, chain)
        }
        add(.chainStartsBeforeArchive(predecessor: absence.key), chain.members[absence.member], chain)
    }

    private mutating func addAbsence(_ absence: DigestAbsence, _ chain: DigestChain) {
        let location = ObjectLocation(bucket: absence.bucket, key: absence.key)
        let successor = chain.members[absence.member]
        // What lies there as a file of a log folder is not missing, and has a finding of its own.
        let isAmongLogs = absence.kind == .named && digests.holdsAmongLogs(predecessorOf: successor.record)
        let absent = AbsenceRules.DigestFacts(
            window: absence.window,
            successor: successor.window,
            concealment: facts.concealment(of: location),
            location: report.place(of: location, facts.placement),
            namesake: isAmongLogs ? .veryFile : .none,
            absence.kind
        )
        let successorKey = facts.key(ofDigest: successor.record)
        var key = absence.key
        let cause: FindingCause
        switch AbsenceRules.judge(absent, asked) {
        case .notAskedFor: return
        case .locationNotHeld: return report.aside.add(notHeld: location, absence.window, facts.placement)
        case .hidden(let place): cause = .digestHidden(place, absence.kind, successor: successorKey)
        case .unsafe:
            key = successorKey
            cause = .predecessorUnsafe(reference: absence.key, absence.kind, successor: successorKey)
        case .missing:
            if archive.before != nil { missing.insert(absence.key) }
            cause = .digestMissing(absence.kind, successor: successorKey)
        }
        report.findings.add(
            Finding(
                cause,
                bucket: absence.bucket,
                key: key,
                chain: chain.identity,
                start: absence.window.start,
                end: absence.window.end
            )
        )
        report.digests.count(cause.kind, of: chain.identity)
    }
}
