internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Holds the archive to what earlier runs proved.
struct EarlierReporter {
    private let archive: JudgedArchive
    private let before: ProvenBefore
    private let keys: PublicKeySet
    /// The keys of the digests that are missing in their chains.
    private let missing: Set<ObjectKey>
    /// What is reported so far.
    private var report: PartialReport

    private var facts: ArchiveFacts { archive.facts }

    /// - Parameters:
    ///   - missing: The keys of the digests that are missing in their chains.
    ///   - report: What everything else came to.
    init(
        _ archive: JudgedArchive,
        _ before: ProvenBefore,
        _ keys: PublicKeySet,
        missing: Set<ObjectKey>,
        after report: consuming PartialReport
    ) {
        self.archive = archive
        self.before = before
        self.keys = keys
        self.missing = missing
        self.report = report
        self.report.findings.stage = .earlierRuns
    }

    /// Judges what is gone or is not what it was.
    ///
    /// - Parameter hash: The SHA-256 of the content of a file at this path; `nil` where it cannot be read to its end.
    /// - Returns: What is reported now.
    consuming func run(
        _ logs: JudgedLogs,
        _ monitor: ValidationMonitor,
        hash: (ArchiveIndex.File, ObjectKey) throws -> SHA256Digest?
    ) throws -> PartialReport {
        addNewKeys()
        addLostDigests()
        let there = facts.filesInPlace(
            logs.missingOrphans.map { orphan in
                (LogListing.Place(root: orphan.proof.root, folder: orphan.proof.source), ObjectKey(bytes: orphan.name))
            }
        )
        for (number, orphan) in logs.missingOrphans.enumerated() {
            try monitor.check()
            let isThere = try there[number]?.contains { file in
                try hash(file, facts.index.path(of: file)) == orphan.proof.hash
            }
            if isThere != true { addMissing(orphan) }
        }
        return report
    }

    /// Reports which of the given keys are new.
    private mutating func addNewKeys() {
        let (known, runs) = (before.state.keys.keys, before.state.runs)
        for key in keys.all where EarlierRules.isNew(key: key.fingerprint, known: known, runs: runs) {
            report.findings.add(
                Finding(.keyNew(fingerprint: key.fingerprint), start: key.validFrom, end: key.validUntil)
            )
        }
    }

    // MARK: What is gone

    /// Judges the digest files that earlier runs proved and that are gone, or have another file in their place.
    private mutating func addLostDigests() {
        guard before.digests.contains(.lost) else { return }
        let state = before.state
        let anchors = EarlierRules.anchors(
            of: state.digests.lazy.enumerated().map { number, digest in
                DigestFileName(digest.path).map { name in
                    let isLost = before.digests[number] == .lost
                    return EarlierRules.Remembered(name.chain, end: digest.claims.endTime, isLost ? .lost : .kept)
                }
            }
        )
        let strays = StrayDigests(facts)
        for (number, digest) in state.digests.enumerated()
        where before.digests[number] == .lost && !before.proof.endedBeforeStart(digest) {
            guard let chain = DigestFileName(digest.path)?.chain else { continue }
            let key = digest.claims.location.key
            let copies = facts.digests(at: key)
            // What cannot be looked at has a finding of its own, and so has what is not a digest file any more.
            let isElsewhere = facts.concealment(of: digest.claims.location) != nil || strays.contains(digest)
            if copies.isEmpty, isElsewhere { continue }
            let isNamed = missing.contains(key.collapsed) || missing.contains(key)
            let role = anchors[chain] == number ? LostDigest.Role.anchor : .older
            let fate = EarlierRules.judge(
                lost: digest.hash,
                role,
                copies: copies.map(copy),
                isNamed ? .namedMissing : .notNamed
            )
            switch fate {
            case .gone:
                report.digests.count(.digestMissing, of: chain)
                addLost(digest, chain, role, nil)
            case .goneAndNamed: addLost(digest, chain, role, nil)
            case .replaced(let place): addLost(digest, chain, role, copies[place])
            case .explained: break
            }
        }
    }

    /// What stands where a digest file was proven.
    private func copy(_ number: Int) -> EarlierRules.Copy {
        let record = facts.records[number]
        let readability: EarlierRules.Copy.Readability =
            switch record.defect {
            case .unreadable, .overLimit: .notRead
            case .malformed, nil: .read
            }
        return EarlierRules.Copy(
            hash: record.hash,
            readability,
            severity: archive.digests.verdicts[number].faults.first?.kind.severity
        )
    }

    private mutating func addLost(
        _ digest: ProvenDigest,
        _ chain: ChainIdentity,
        _ role: LostDigest.Role,
        _ copy: Int?
    ) {
        let remains = copy.map { LostDigest.Remains.another(facts.records[$0].hash) } ?? .nothing
        report.findings.add(
            Finding(
                .digestLost(LostDigest(role, expected: digest.hash, remains: remains)),
                bucket: digest.claims.location.bucket,
                key: digest.claims.location.key,
                path: copy.map { facts.displayPath(ofDigest: $0) },
                chain: chain,
                start: digest.claims.startTime,
                end: digest.claims.endTime
            )
        )
    }

    private mutating func addMissing(_ orphan: LogMatch.Orphan) {
        let digest = before.state.digests[orphan.proof.file.digest]
        guard !before.proof.endedBeforeStart(digest), let chain = DigestFileName(digest.path)?.chain else { return }
        let location = ListedLogs.location(orphan.name, in: orphan.folder)
        guard facts.concealment(of: location) == nil else { return }
        report.findings.add(
            Finding(
                .logMissingWithDigest,
                [.listedBy(digest.claims.location.key)],
                bucket: location.bucket,
                key: location.key,
                chain: chain,
                start: LogFileName(location.key)?.time
            )
        )
        report.logs.count(.logMissing, of: chain)
    }
}

/// The files that are named like digest files and are not, where they lie: digest files that others deliver later may
/// make a folder of digest files one of log files.
private struct StrayDigests {
    private struct File: Hashable {
        let root: Int
        let path: ObjectKey
        let hash: SHA256Digest
    }

    private var files: Set<File> = []

    init(_ facts: ArchiveFacts) {
        for number in facts.placement.strays {
            guard let hash = facts.records[number].hash else { continue }
            let digest = facts.index.digests[number]
            files.insert(File(root: digest.root, path: facts.index.path(of: digest), hash: hash))
        }
    }

    /// Whether one of them lies where a digest file was proven, with its content.
    func contains(_ digest: ProvenDigest) -> Bool {
        files.contains(File(root: digest.root, path: digest.path, hash: digest.hash))
    }
}
