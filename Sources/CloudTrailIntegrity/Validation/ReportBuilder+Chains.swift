internal import CloudTrailFormat

extension ReportBuilder {
    /// How far a chain may lie behind its siblings, in seconds, before that counts as cut off.
    private static let siblingTolerance: Int64 = 3 * DigestChain.hour

    /// Judges the order of every chain, and how much of the range it covers.
    mutating func addChains(_ monitor: ValidationMonitor) throws {
        for folder in evidence.index.hiddenFolders { addHiddenFolder(folder) }
        let siblings = verifiedEnds()
        for chain in evidence.chains where options.selects(chain.identity) {
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
        guard told.contains(where: { options.selects(account: $0.account, region: $0.region) }) else {
            files.outOfScope += 1
            holdingRoots.insert(folder.root)
            return
        }
        selectedRoots.insert(folder.root)
        let isLogFolder = told.contains { $0.category == .logs }
        if isLogFolder { files.logs += 1 } else { files.digests += 1 }
        findings.add(
            Finding(
                isLogFolder ? .logUnreadable : .digestUnreadable,
                "what lies there could not be read, so it is not proven: \(error.description)",
                path: evidence.displayPath(root: folder.root, folder.path),
                detail: ["reason": .text(error.reason.rawValue), "folder": .flag(true)]
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
            add(.chainRestart, "a new chain was begun here, without a hole before it", chain.members[member], chain)
        case .overlap(let overlap, let member):
            let message =
                "its window starts \(overlap.end.seconds(since: overlap.start)) s before its predecessor's ends"
            add(.chainOverlap, message, chain.members[member], chain)
        case .forked(let predecessor, let member, let other):
            let detail: [String: Finding.Detail] = [
                "predecessor": .text(predecessor.key.description),
                "other": .text(evidence.key(ofDigest: chain.members[other].record).description),
            ]
            let message = "two verified digests name the same predecessor: the chain was forked"
            add(.chainForked, message, chain.members[member], chain, detail)
        }
    }

    private mutating func add(
        _ kind: FindingKind,
        _ message: String,
        _ member: DigestChain.Member,
        _ chain: DigestChain,
        _ detail: [String: Finding.Detail] = [:]
    ) {
        guard options.range.intersects(member.window) else { return }
        findings.add(
            Finding(
                kind,
                message,
                bucket: evidence.records.location(of: member.record)?.bucket,
                key: evidence.key(ofDigest: member.record),
                path: evidence.displayPath(ofDigest: member.record),
                chain: chain.identity,
                start: member.window.start,
                end: member.window.end,
                detail: detail
            )
        )
    }

    private mutating func addGap(
        _ hole: TimeRange,
        _ reason: ChainEvent.GapReason,
        _ member: DigestChain.Member,
        _ chain: DigestChain
    ) {
        guard options.range.intersects(hole) else { return }
        let why =
            switch reason {
            case .restart: "the chain was begun anew after it"
            case .hole: "the digests on its two sides are linked, but their windows do not touch"
            case .unverifiedSuccessor: "only a digest that is not verified speaks of it"
            case .longHole: "a digest file is missing here, and more of them than are told apart"
            }
        findings.add(
            Finding(
                .chainGap,
                "nothing attests the time from \(hole.start) to \(hole.end): \(why)",
                key: evidence.key(ofDigest: member.record),
                chain: chain.identity,
                start: hole.start,
                end: hole.end,
                detail: ["reason": .text(reason.rawValue)]
            )
        )
    }

    /// A predecessor of the oldest digest held: not asked for, or gone.
    private mutating func addPredecessor(_ absence: DigestAbsence, _ chain: DigestChain) {
        let location = ObjectLocation(bucket: absence.bucket, key: absence.key)
        if options.start != nil || evidence.concealment(of: location)?.isUnsafe == true {
            return addAbsence(absence, chain)
        }
        let message = "the oldest digest held names a predecessor, which was not downloaded"
        let detail = ["predecessor": Finding.Detail.text(absence.key.description)]
        add(.chainStartsBeforeArchive, message, chain.members[absence.member], chain, detail)
    }

    private mutating func addAbsence(_ absence: DigestAbsence, _ chain: DigestChain) {
        let location = ObjectLocation(bucket: absence.bucket, key: absence.key)
        let successor = chain.members[absence.member]
        let concealment = evidence.concealment(of: location)
        // A name that leads out of the archive is the fault of the digest that has it.
        let isNamedInRange = concealment?.isUnsafe == true && options.range.intersects(successor.window)
        guard options.range.intersects(absence.window) || isNamedInRange else { return }
        var kind = FindingKind.digestMissing
        var detail: [String: Finding.Detail] = ["inferred": .flag(absence.isInferred)]
        var message =
            absence.isInferred
            ? "an hourly digest is due here, between two that are verified, and it is not there"
            : "a verified successor names it and it is not there"
        detail["successor"] = .text(evidence.key(ofDigest: successor.record).description)
        switch concealment {
        case .unreadable(let place, let error):
            kind = .digestUnreadable
            message = "\(place) could not be read: \(error.description)"
            detail["reason"] = .text(error.reason.rawValue)
        case .unsafeKey, .link:
            kind = .referenceUnsafe
            message = "a verified digest names a predecessor that leads through a link or out of the archive"
            detail["reference"] = .text(absence.key.description)
        case nil:
            // What lies there as a file of a log folder is not missing, and has a finding of its own.
            let isAmongLogs = !absence.isInferred && evidence.holdsAmongLogs(predecessorOf: successor.record)
            guard isLocationHeld(location), !isAmongLogs else { return noteNotHeld(location, absence.window) }
        }
        findings.add(
            Finding(
                kind,
                message,
                bucket: absence.bucket,
                key: kind == .referenceUnsafe ? evidence.key(ofDigest: successor.record) : absence.key,
                chain: chain.identity,
                start: absence.window.start,
                end: absence.window.end,
                detail: detail
            )
        )
        if kind == .digestMissing, evidence.earlier != nil { missingDigests.insert(absence.key) }
        digests[chain.identity, default: Tally()].count(kind)
    }

    // MARK: Coverage

    /// The latest verified end of each group of siblings: same account, trail and home region (V28).
    private func verifiedEnds() -> [[String]: Timestamp] {
        var ends: [[String]: Timestamp] = [:]
        for chain in evidence.chains where !chain.identity.isBackfill {
            guard let end = chain.verifiedUntil else { continue }
            let family = Self.family(chain.identity)
            ends[family] = max(ends[family] ?? end, end)
        }
        return ends
    }

    private static func family(_ chain: ChainIdentity) -> [String] {
        [chain.account, chain.trail, chain.homeRegion]
    }

    /// Judges whether a regular chain begins in time, and then its end (V26).
    private mutating func addCoverage(_ chain: DigestChain, _ siblings: [[String]: Timestamp]) {
        if options.owesNothing(chain.identity) { return }
        if let start = options.owedFrom(chain.identity), let oldest = chain.members.first, oldest.window.start > start {
            let isStart = isVerifiedStart(oldest)
            addShort(
                chain.identity,
                from: start,
                until: min(oldest.window.start, options.end ?? oldest.window.start),
                reason: isStart ? "starting-digest" : "predecessor-absent",
                isStart
                    ? "the chain begins with a starting digest at \(oldest.window.start): nothing attests the time before"
                    : "the oldest digest held starts at \(oldest.window.start), and the one before it is not there"
            )
        }
        // Its digests up to the end may all be gone: only a starting digest says that there were none.
        if options.start == nil, let end = options.end, let oldest = chain.members.first, oldest.window.start >= end {
            let isStart = isVerifiedStart(oldest)
            if !isStart {
                addShort(
                    chain.identity,
                    from: .distantPast,
                    until: end,
                    reason: "predecessor-absent",
                    "the oldest digest held starts at \(oldest.window.start), and the ones before it are not there"
                )
            }
            return
        }
        addEnd(chain, siblings)
    }

    /// Judges whether the verified coverage of a regular chain reaches the end that is asked for; where none is, whether it
    /// keeps up with its siblings (V27).
    private mutating func addEnd(_ chain: DigestChain, _ siblings: [[String]: Timestamp]) {
        let end = chain.verifiedUntil
        let expected = options.expected(chain.identity)
        let owedFrom = options.owedFrom(chain.identity)
        // What must be there and has nothing verified is absent, which is said of all such chains together.
        if expected != nil, end == nil { return }
        let until = expected?.until
        if expected != nil, until == nil, let start = owedFrom, let end, end <= start {
            return addShort(
                chain.identity,
                from: end,
                until: options.end ?? options.coverageMustReach ?? start,
                reason: "tail",
                "verified coverage ends at \(end), before the start, and the chain must be there"
            )
        }
        let demands: [(moment: Timestamp, reason: String)] = [
            options.end.map { ($0, "tail") }, options.coverageMustReach.map { ($0, "max-age") },
        ].compactMap { $0 }
        // An explicit end replaces the age, and the end of a chain that is known to have ended replaces both.
        var demand = demands.first
        if let until { demand = (min(until, demand?.moment ?? until), demand?.reason ?? "tail") }
        if let demand {
            guard end.map({ $0 < demand.moment }) ?? true else { return }
            let reached = end.map { "ends at \($0)" } ?? "has no verified digest"
            addShort(
                chain.identity,
                from: max(end ?? .distantPast, owedFrom ?? .distantPast),
                until: demand.moment,
                reason: demand.reason,
                "verified coverage \(reached) and must reach \(demand.moment)"
            )
        } else if let end, let latest = siblings[Self.family(chain.identity)],
            latest.seconds(since: end) > Self.siblingTolerance
        {
            addShort(
                chain.identity,
                from: end,
                until: latest,
                reason: "sibling",
                "verified coverage ends at \(end), while the trail's other regions reach \(latest)"
            )
        }
    }

    /// The chains that must be there and of which no verified digest file is held (V29).
    private mutating func addAbsentChains() {
        let held = Set(evidence.chains.filter { $0.verifiedUntil != nil }.map(\.identity))
        let wanted = (options.expectedChains ?? []).map(\.chain)
            .filter { options.selects($0) && !held.contains($0) }
        let until = options.end ?? options.coverageMustReach ?? .distantFuture
        for expected in Set(wanted).sorted() {
            addShort(
                expected,
                from: min(options.owedFrom(expected) ?? .distantPast, until),
                until: until,
                reason: "chain-absent",
                "the archive holds no verified digest file of a chain that must be there"
            )
        }
    }

    /// Whether a member is verified and says that no digest came before it.
    private func isVerifiedStart(_ member: DigestChain.Member) -> Bool {
        member.isVerified && evidence.records[member.record].claims?.isStartingDigest ?? false
    }

    private mutating func addShort(
        _ chain: ChainIdentity,
        from: Timestamp,
        until: Timestamp,
        reason: String,
        _ message: String
    ) {
        findings.add(
            Finding(
                .coverageShort,
                message,
                chain: chain,
                start: from == .distantPast ? nil : from,
                end: until == .distantFuture ? nil : until,
                detail: ["reason": .text(reason)]
            )
        )
    }
}
