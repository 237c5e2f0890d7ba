internal import CloudTrailFormat
internal import CloudTrailRules

extension ReportBuilder {
    /// Judges the order of every chain, and how much of the range it covers.
    mutating func addChains(_ monitor: ValidationMonitor) throws {
        for folder in evidence.index.hiddenFolders { addHiddenFolder(folder) }
        let siblings = verifiedEnds()
        for chain in evidence.chains where asked.selects(chain.identity) {
            try monitor.check()
            for event in chain.events(held: evidence.held) { add(event, chain) }
            if !chain.identity.isBackfill { addCoverage(chain, siblings) }
        }
        addAbsentChains()
    }

    private mutating func addHiddenFolder(_ folder: ArchiveIndex.HiddenFolder) {
        let error = folder.error ?? ObjectReadError(.notRegularFile, "a symbolic link, which is never followed")
        let inside = ObjectKey(bytes: folder.path.bytes + "/-".utf8)
        let told = [
            evidence.placement.folder(of: inside, root: folder.root),
            evidence.placement.ownFolder(of: inside, root: folder.root),
        ].compactMap { $0 }
        // What lies below may be of any day, but of no other account or region.
        guard told.contains(where: { asked.selects(account: $0.account, region: $0.region) }) else {
            files.outOfScope += 1
            holdingRoots.insert(folder.root)
            return
        }
        selectedRoots.insert(folder.root)
        let isLogFolder = told.contains { $0.category == .logs }
        if isLogFolder { files.logs += 1 } else { files.digests += 1 }
        findings.add(
            Finding(
                isLogFolder ? .logFolderUnreadable(error) : .digestFolderUnreadable(error),
                path: evidence.displayPath(root: folder.root, folder.path)
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
            let other = evidence.key(ofDigest: chain.members[other].record)
            add(.chainForked(predecessor: predecessor.key, other: other), chain.members[member], chain)
        }
    }

    private mutating func add(_ cause: FindingCause, _ member: ChainMember, _ chain: DigestChain) {
        guard asked.range.intersects(member.window) else { return }
        findings.add(
            Finding(
                cause,
                bucket: evidence.records.location(of: member.record)?.bucket,
                key: evidence.key(ofDigest: member.record),
                path: evidence.displayPath(ofDigest: member.record),
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
        findings.add(
            Finding(
                .chainGap(gap, reason),
                key: evidence.key(ofDigest: member.record),
                chain: chain.identity,
                start: gap.start,
                end: gap.end
            )
        )
    }

    /// A predecessor of the oldest digest held: not asked for, or gone.
    private mutating func addPredecessor(_ absence: DigestAbsence, _ chain: DigestChain) {
        let location = ObjectLocation(bucket: absence.bucket, key: absence.key)
        if asked.start != nil || evidence.concealment(of: location)?.isUnsafe == true {
            return addAbsence(absence, chain)
        }
        add(.chainStartsBeforeArchive(predecessor: absence.key), chain.members[absence.member], chain)
    }

    private mutating func addAbsence(_ absence: DigestAbsence, _ chain: DigestChain) {
        let location = ObjectLocation(bucket: absence.bucket, key: absence.key)
        let successor = chain.members[absence.member]
        // What lies there as a file of a log folder is not missing, and has a finding of its own.
        let isAmongLogs = absence.kind == .named && evidence.holdsAmongLogs(predecessorOf: successor.record)
        let absent = AbsenceRules.DigestFacts(
            window: absence.window,
            successor: successor.window,
            concealment: evidence.concealment(of: location),
            location: isLocationHeld(location) ? .held : .notHeld,
            namesake: isAmongLogs ? .veryFile : .none,
            absence.kind
        )
        let successorKey = evidence.key(ofDigest: successor.record)
        var key = absence.key
        let cause: FindingCause
        switch AbsenceRules.judge(absent, asked) {
        case .notAskedFor: return
        case .locationNotHeld: return noteNotHeld(location, absence.window)
        case .hidden(let place): cause = .digestHidden(place, absence.kind, successor: successorKey)
        case .unsafe:
            key = successorKey
            cause = .predecessorUnsafe(reference: absence.key, absence.kind, successor: successorKey)
        case .missing:
            if evidence.earlier != nil { missingDigests.insert(absence.key) }
            cause = .digestMissing(absence.kind, successor: successorKey)
        }
        findings.add(
            Finding(
                cause,
                bucket: absence.bucket,
                key: key,
                chain: chain.identity,
                start: absence.window.start,
                end: absence.window.end
            )
        )
        digests[chain.identity, default: Tally()].count(cause.kind)
    }

    // MARK: Coverage

    /// The latest verified end of each group of siblings.
    private func verifiedEnds() -> [CoverageRules.Family: Timestamp] {
        var ends: [CoverageRules.Family: Timestamp] = [:]
        for chain in evidence.chains where !chain.identity.isBackfill {
            guard let end = chain.verifiedUntil else { continue }
            let family = CoverageRules.Family(chain.identity)
            ends[family] = max(ends[family] ?? end, end)
        }
        return ends
    }

    /// Judges how much a regular chain covers of what it owes.
    private mutating func addCoverage(_ chain: DigestChain, _ siblings: [CoverageRules.Family: Timestamp]) {
        let isStart = chain.members.first.map(isVerifiedStart) ?? false
        let shortfalls = CoverageRules.shortfalls(
            of: CoverageRules.Chain(
                chain.identity,
                start: chain.members.first?.window.start,
                isStart ? .startingDigest : .other,
                verifiedUntil: chain.verifiedUntil
            ),
            siblingsUntil: siblings[CoverageRules.Family(chain.identity)],
            asked
        )
        for shortfall in shortfalls { addShort(chain.identity, shortfall) }
    }

    private mutating func addAbsentChains() {
        let held = Set(evidence.chains.filter { $0.verifiedUntil != nil }.map(\.identity))
        for (chain, shortfall) in CoverageRules.absentChains(held: held, asked) { addShort(chain, shortfall) }
    }

    /// Whether a member is verified and says that no digest came before it.
    private func isVerifiedStart(_ member: ChainMember) -> Bool {
        member.isVerified && evidence.records[member.record].claims?.isStartingDigest ?? false
    }

    private mutating func addShort(_ chain: ChainIdentity, _ shortfall: Shortfall) {
        findings.add(
            Finding(
                .coverageShort(shortfall),
                chain: chain,
                start: shortfall.from == .distantPast ? nil : shortfall.from,
                end: shortfall.until == .distantFuture ? nil : shortfall.until
            )
        )
    }
}
