internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

extension ReportBuilder {
    /// Holds the archive to what earlier runs proved, and notes what the next run needs.
    mutating func addEarlier(_ logs: LogFindings, _ monitor: ValidationMonitor) throws {
        guard let earlier = evidence.earlier else { return }
        if earlier.state.runs > 0 { addNewKeys(earlier.state) }
        addLostDigests(earlier)
        let there = filesInPlace(
            logs.missingOrphans.map { orphan in
                (LogListing.Place(root: orphan.proof.root, folder: orphan.proof.source), ObjectKey(bytes: orphan.name))
            }
        )
        for (number, orphan) in logs.missingOrphans.enumerated() where there[number] == nil {
            addMissing(orphan, earlier)
        }
        let digests = evidence.records.indices.count { number in
            evidence.records[number].provenAt != nil && evidence.isInScope[number]
                && evidence.verdicts[number].isVerified
        }
        carried = ValidationReport.Carried(digests: digests, logs: logs.unchanged)
        state = try nextState(earlier, logs, monitor)
    }

    /// Says of the given keys which no earlier run had (V43).
    private mutating func addNewKeys(_ state: ProvenState) {
        for key in keys.all where state.keys[key.fingerprint] == nil {
            findings.add(
                Finding(.keyNew(fingerprint: key.fingerprint), start: key.validFrom, end: key.validUntil)
            )
        }
    }

    // MARK: What is gone

    /// Judges the digest files that earlier runs proved and that are gone, or have another file in their place.
    private mutating func addLostDigests(_ earlier: EarlierProof) {
        guard evidence.fates.contains(.lost) else { return }
        let state = earlier.state
        let anchors = EarlierRules.anchors(
            of: state.digests.lazy.enumerated().map { number, digest in
                DigestFileName(digest.path).map { name in
                    let isLost = evidence.fates[number] == .lost
                    return EarlierRules.Remembered(name.chain, end: digest.claims.endTime, isLost ? .lost : .kept)
                }
            }
        )
        let strays = StrayDigests(evidence)
        for (number, digest) in state.digests.enumerated()
        where evidence.fates[number] == .lost && !earlier.endedBeforeStart(digest) {
            guard let chain = DigestFileName(digest.path)?.chain else { continue }
            let key = digest.claims.location.key
            let copies = evidence.digests(at: key)
            // What cannot be looked at has a finding of its own, and so has what is no digest file any more.
            let isElsewhere = evidence.concealment(of: digest.claims.location) != nil || strays.contains(digest)
            if copies.isEmpty, isElsewhere { continue }
            let isNamed = missingDigests.contains(key.collapsed) || missingDigests.contains(key)
            let role = anchors[chain] == number ? LostDigest.Role.anchor : .older
            let fate = EarlierRules.judge(
                lost: digest.hash,
                role,
                copies: copies.map(copy),
                isNamed ? .namedMissing : .notNamed
            )
            switch fate {
            case .gone:
                digests[chain, default: Tally()].count(.digestMissing)
                addLost(digest, chain, role, nil)
            case .goneAndNamed: addLost(digest, chain, role, nil)
            case .replaced(let place): addLost(digest, chain, role, copies[place])
            case .explained: break
            }
        }
    }

    /// What stands where a digest file was proven.
    private func copy(_ number: Int) -> EarlierRules.Copy {
        let record = evidence.records[number]
        let readability: EarlierRules.Copy.Readability =
            switch record.defect {
            case .unreadable, .overLimit: .notRead
            case .malformed, nil: .read
            }
        return EarlierRules.Copy(
            hash: record.hash,
            readability,
            severity: evidence.verdicts[number].faults.first.map { kind(of: $0, number).severity }
        )
    }

    private mutating func addLost(
        _ digest: ProvenDigest,
        _ chain: ChainIdentity,
        _ role: LostDigest.Role,
        _ copy: Int?
    ) {
        let remains = copy.map { LostDigest.Remains.another(evidence.records[$0].hash) } ?? .nothing
        findings.add(
            Finding(
                .digestLost(LostDigest(role, expected: digest.hash, remains: remains)),
                bucket: digest.claims.location.bucket,
                key: digest.claims.location.key,
                path: copy.map { evidence.displayPath(ofDigest: $0) },
                chain: chain,
                start: digest.claims.startTime,
                end: digest.claims.endTime
            )
        )
    }

    /// Which of these log files lie where they were proven: where digest files were moved, the root's layout, and with it
    /// the key of a file, may have become another.
    ///
    /// - Returns: What lies there, by the numbers of the log files.
    func filesInPlace(_ files: [(provenIn: LogListing.Place?, name: ObjectKey)]) -> [Int: [ArchiveIndex.File]] {
        var wanted: [LogListing.Place: [ObjectKey: [Int]]] = [:]
        for (number, file) in files.enumerated() {
            guard let place = file.provenIn, place.folder != nil else { continue }
            wanted[place, default: [:]][file.name.compressedName, default: []].append(number)
        }
        if wanted.isEmpty { return [:] }
        var found: [Int: [ArchiveIndex.File]] = [:]
        for (position, folder) in evidence.index.folders.enumerated() {
            guard let names = wanted[LogListing.Place(root: folder.root, folder: folder.path)] else { continue }
            var reader = folder.names.makeReader()
            while reader.next() {
                for number in names[ObjectKey(bytes: reader.name).compressedName] ?? [] {
                    found[number, default: []].append(ArchiveIndex.File(folder: position, position: reader.position))
                }
            }
        }
        return found
    }

    private mutating func addMissing(_ orphan: LogMatch.Orphan, _ earlier: EarlierProof) {
        let digest = earlier.state.digests[orphan.proof.file.digest]
        guard !earlier.endedBeforeStart(digest), let chain = DigestFileName(digest.path)?.chain else { return }
        let location = ListedLogs.location(orphan.name, in: orphan.folder)
        guard evidence.concealment(of: location) == nil else { return }
        findings.add(
            Finding(
                .logMissingWithDigest,
                [.listedBy(digest.claims.location.key)],
                bucket: location.bucket,
                key: location.key,
                chain: chain,
                start: LogFileName(location.key)?.time
            )
        )
        logs[chain, default: Tally()].count(.logMissing)
    }

    // MARK: The next run

    private func nextState(
        _ earlier: EarlierProof,
        _ logs: LogFindings,
        _ monitor: ValidationMonitor
    ) throws -> ProvenState {
        var state = ProvenState()
        let (runs, overflow) = earlier.state.runs.addingReportingOverflow(1)
        state.runs = overflow ? 1 : runs
        state.keys = earlier.state.keys
        for key in keys.all { state.keys[key.fingerprint] = try key.hash }
        var proofs: [Int: Int] = [:]
        for folder in logs.proven {
            for file in folder.files where file.digest >= 0 && !file.mustBeRead { proofs[file.digest, default: 0] += 1 }
        }
        var known = [Int](repeating: 0, count: earlier.state.digests.count)
        for folder in earlier.state.folders { for file in folder.files { known[file.digest] += 1 } }
        var numbers: [Int: Int] = [:]
        for record in evidence.records.indices where evidence.verdicts[record].isVerified {
            try monitor.check()
            guard let digest = provenDigest(record, earlier, proofs: proofs[record] ?? 0, known: known) else {
                continue
            }
            numbers[record] = state.digests.count
            state.digests.append(digest)
        }
        // What is gone, or is not what it was, stays remembered until it is back: else the next run would find nothing
        // wrong.
        let held = heldDigests(earlier).union(logs.digestsOfHeld)
        for (number, digest) in earlier.state.digests.enumerated() where evidence.fates[number] == .lost {
            try monitor.check()
            if earlier.endedBeforeStart(digest), !held.contains(number) { continue }
            var digest = digest
            digest.mustBeRead = true
            numbers[-1 - number] = state.digests.count
            state.digests.append(digest)
        }
        // Log files are forgotten together with the digest that lists them.
        state.folders = logs.proven.map { folder in folder.filtered { numbers[folder.files[$0].digest] } }
        state.folders.removeAll { $0.files.isEmpty }
        let empty = ObjectKey(bytes: [])
        state.folders.sort {
            ($0.root, $0.bucket, $0.path, $0.source ?? empty) < ($1.root, $1.bucket, $1.path, $1.source ?? empty)
        }
        return state
    }

    /// The digests that ended before the start, are not what they were, and are not known to be gone, by their numbers in
    /// the state.
    private func heldDigests(_ earlier: EarlierProof) -> Set<Int> {
        var held: Set<Int> = []
        var paths: [ObjectKey: Set<Int>] = [:]
        for (number, digest) in earlier.state.digests.enumerated()
        where evidence.fates[number] == .lost && earlier.endedBeforeStart(digest) {
            let location = digest.claims.location
            if !evidence.digests(at: location.key).isEmpty || evidence.concealment(of: location) != nil {
                held.insert(number)
            } else {
                paths[digest.path, default: []].insert(number)
            }
        }
        if paths.isEmpty { return held }
        for digest in evidence.index.digests {
            for number in paths[evidence.index.path(of: digest)] ?? []
            where earlier.state.digests[number].root == digest.root { held.insert(number) }
        }
        return held
    }

    private func provenDigest(
        _ number: Int,
        _ earlier: EarlierProof,
        proofs: Int,
        known: [Int]
    ) -> ProvenDigest? {
        let record = evidence.records[number]
        guard let claims = evidence.records.provenClaims(of: number), let hash = record.hash else { return nil }
        let digest = evidence.index.digests[number]
        let path = evidence.index.path(of: digest)
        // The list of one that was not read is what was proven of it before.
        let listed =
            record.provenAt == nil
            ? record.logs.fileCount : earlier.number(root: digest.root, path: path).map { known[$0] }
        return ProvenDigest(
            root: digest.root,
            path: path,
            metadata: record.metadata,
            hashedAt: record.provenAt ?? earlier.runs.now,
            hash: hash,
            claims: claims,
            isSettled: proofs == listed && isSettled(number, record),
            mustBeRead: false
        )
    }

    /// Whether reading a digest again could tell nothing that is not remembered, its log files aside.
    private func isSettled(_ number: Int, _ record: DigestRecord) -> Bool {
        guard case .valid(_, let differing) = evidence.signatures[number], differing.isEmpty,
            !evidence.records.chain(of: number).isBackfill,
            evidence.placement.layouts[evidence.index.digests[number].root] != .flat
        else { return false }
        guard let previous = record.claims?.previous else { return record.claims?.isStartingDigest ?? false }
        guard let key = evidence.previousKey(of: number) else { return false }
        return evidence.digests(of: key).contains { before in
            evidence.verdicts[before].isVerified && evidence.records[before].hash == previous.hash
        }
    }
}

/// The files that are named like digest files and are none, where they lie: digest files that others deliver later may
/// make a folder of digest files one of log files.
private struct StrayDigests {
    private struct File: Hashable {
        let root: Int
        let path: ObjectKey
        let hash: SHA256Digest
    }

    private var files: Set<File> = []

    init(_ evidence: Evidence) {
        for number in evidence.placement.strays {
            guard let hash = evidence.records[number].hash else { continue }
            let digest = evidence.index.digests[number]
            files.insert(File(root: digest.root, path: evidence.index.path(of: digest), hash: hash))
        }
    }

    /// Whether one of them lies where a digest file was proven, with its content.
    func contains(_ digest: ProvenDigest) -> Bool {
        files.contains(File(root: digest.root, path: digest.path, hash: digest.hash))
    }
}
