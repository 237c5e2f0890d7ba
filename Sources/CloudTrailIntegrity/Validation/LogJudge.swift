internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What judging log files came to: a part of the archive's, to be added to others.
struct LogFindings: Sendable {
    var findings: FindingCollector
    var provenFiles: [ProvenFile] = []
    var tallies: [ChainIdentity: Tally] = [:]
    /// Log files that belong to no chain.
    var loose = Tally()
    /// The number of log files that wait for their digest.
    var awaiting = 0
    /// The uncompressed bytes that were hashed.
    var contentBytes: UInt64 = 0
    /// The buckets and prefixes of which something listed is held.
    var heldLocations: Set<DeliveryLocation> = []
    /// The roots that yielded something proven.
    var provenRoots: Set<Int> = []
    /// What is listed and not there: what that means, the whole archive decides.
    var absent: [LogListing] = []
    /// What was proven before, and is gone together with the digest that lists it.
    var missingOrphans: [LogMatch.Orphan] = []
    /// The digests of which that is not so of all that they list, by their numbers in the state.
    var digestsOfHeld: Set<Int> = []
    /// The log files that the next run is to hold to what they are now; see ``ProvenFiles`` for their digests.
    var proven: [ProvenFolder] = []
    /// The number of log files that were proven before and not read in this run.
    var unchanged = 0
    /// What became of the files.
    var fates = FileCounts()
    /// The roots that hold a file of what is selected.
    var selectedRoots: Set<Int> = []
    /// The roots that hold log files, where only some accounts, regions or trails are asked for.
    var holdingRoots: Set<Int> = []
    /// The digests that are not in scope, and on which it depends that a log file that is asked for is not proven.
    var blamed: Set<Int> = []

    /// Nothing yet.
    init(_ evidence: Evidence) {
        findings = FindingCollector(evidence)
    }

    mutating func add(_ other: LogFindings) {
        findings.add(other.findings)
        awaiting += other.awaiting
        provenFiles += other.provenFiles
        for (chain, tally) in other.tallies { tallies[chain, default: Tally()].add(tally) }
        loose.add(other.loose)
        contentBytes += other.contentBytes
        heldLocations.formUnion(other.heldLocations)
        provenRoots.formUnion(other.provenRoots)
        absent += other.absent
        missingOrphans += other.missingOrphans
        digestsOfHeld.formUnion(other.digestsOfHeld)
        proven += other.proven
        unchanged += other.unchanged
        fates.add(other.fates)
        selectedRoots.formUnion(other.selectedRoots)
        holdingRoots.formUnion(other.holdingRoots)
        blamed.formUnion(other.blamed)
    }
}

/// Compares what log files hold with what digests list.
struct LogJudge {
    let evidence: Evidence
    private(set) var findings: LogFindings
    private var proven = ProvenFiles()

    init(evidence: Evidence) {
        self.evidence = evidence
        findings = LogFindings(evidence)
    }

    /// Tells the caller of what was found.
    mutating func tell(_ listener: FindingListener) {
        listener.hear(findings.findings.settle())
    }

    /// Judges the files of a unit.
    ///
    /// - Parameter outcomes: What reading the unit's files showed, by their numbers.
    mutating func add(_ match: LogMatch, _ outcomes: [LogOutcome?]) {
        for case .hashed(let result, _)? in outcomes { findings.contentBytes += result.contentBytes }
        findings.heldLocations = match.heldLocations
        findings.fates = match.fates
        findings.selectedRoots = match.selectedRoots
        findings.holdingRoots = match.holdingRoots
        for orphan in match.orphans {
            keep(orphan.proof, of: -1 - orphan.proof.file.digest, orphan.name, orphan.folder, mustBeRead: true)
            if orphan.isHeld {
                findings.digestsOfHeld.insert(orphan.proof.file.digest)
            } else {
                findings.missingOrphans.append(orphan)
            }
            if let held = orphan.held, let outcome = outcomes[held.file] {
                addOrphan(orphan, held.unlisted, match, outcome)
            }
        }
        // What is not looked at stays what it was, where it is there.
        match.forEachKeyAside { key, isHeld in keep(key, match, mustBeRead: !isHeld) }
        // Those of one digest stand together, and so do those of one root.
        var valid = (record: -1, count: 0)
        var root = -1
        match.forEachKey { key in
            if evidence.earlier != nil { remember(key, match, outcomes) }
            if let file = key.onlyFile, isAsDelivered(outcomes[file], key) {
                if match.files[file].root != root {
                    root = match.files[file].root
                    findings.provenRoots.insert(root)
                }
                if key.record != valid.record {
                    count(valid: valid.count, of: valid.record)
                    valid = (key.record, 0)
                }
                valid.count += 1
                return
            }
            let listing = match.listing(key)
            // Beside what a verified digest lists no other listing counts, also where only names tell keys (V8, V31).
            let files = match.filesOf(key).filter { listing.isVerified || !match.files[$0].isVouchedFor }
            if !listing.isVerified, !evidence.isInScope[listing.record] { findings.blamed.insert(listing.record) }
            if files.isEmpty {
                findings.absent.append(listing)
            } else {
                addHeld(listing, files.map { (match.files[$0].file, match.path(of: match.files[$0]), outcomes[$0]) })
            }
        }
        count(valid: valid.count, of: valid.record)
        for file in match.unreferenced { addUnreferenced(file, match) }
        findings.proven = proven.finish()
    }

    private mutating func count(valid count: Int, of record: Int) {
        if count > 0 { findings.tallies[chain(of: record), default: Tally()].valid += count }
    }

    /// Whether a key's only file is exactly what a verified digest lists, and nothing is to be said of it.
    private func isAsDelivered(_ outcome: LogOutcome?, _ key: LogMatch.Key) -> Bool {
        !evidence.options.listsProvenFiles && isPlainlyProven(outcome, key)
    }

    private func isPlainlyProven(_ outcome: LogOutcome?, _ key: LogMatch.Key) -> Bool {
        guard key.isVerified, !key.differs else { return false }
        switch outcome {
        case .hashed(let result, _):
            return result.form == .gzip
                && LogRules.faults(of: ContentFacts(result), listed: key.hash, by: .verified).isEmpty
        case .unchanged(let proof): return proof.hash == key.hash
        case .unreadable, nil: return false
        }
    }

    /// Remembers a log file that is proven; or, where it is not, that it once was: then it is read until it is proven
    /// again, whatever its size and times say (I19).
    private mutating func remember(_ key: LogMatch.Key, _ match: LogMatch, _ outcomes: [LogOutcome?]) {
        guard let earlier = evidence.earlier else { return }
        guard let file = key.onlyFile, match.isExact(match.files[file]), isPlainlyProven(outcomes[file], key) else {
            return rememberInexact(key, match, outcomes, earlier)
        }
        switch outcomes[file] {
        case .hashed(_, let metadata) where metadata.modified != nil:
            add(key, match, file, metadata, hashedAt: earlier.runs.now, mustBeRead: false)
        case .unchanged:
            findings.unchanged += 1
            keep(key, match, mustBeRead: false)
        default: keep(key, match, mustBeRead: true)
        }
    }

    /// Remembers a log file that is proven and cannot be found again by its key alone: decompressed, in a flat folder, or
    /// one of several copies. It is read in every run, and its absence is missed.
    private mutating func rememberInexact(
        _ key: LogMatch.Key,
        _ match: LogMatch,
        _ outcomes: [LogOutcome?],
        _ earlier: EarlierProof
    ) {
        for number in key.isVerified ? match.filesOf(key) : [] {
            guard case .hashed(let result, let metadata)? = outcomes[number],
                LogRules.faults(of: ContentFacts(result), listed: key.hash, by: .verified).isEmpty
            else { continue }
            return add(key, match, number, metadata, hashedAt: earlier.runs.now, mustBeRead: true)
        }
        keep(key, match, mustBeRead: true)
    }

    /// Remembers the file that this run read and found to be what is listed.
    private mutating func add(
        _ key: LogMatch.Key,
        _ match: LogMatch,
        _ number: Int,
        _ metadata: ObjectMetadata,
        hashedAt: Timestamp,
        mustBeRead: Bool
    ) {
        let held = match.files[number]
        let (folder, name) = match.listedName(key)
        proven.add(
            name,
            key.hash,
            ProvenFolder.File(digest: key.record, metadata: metadata, hashedAt: hashedAt, mustBeRead: mustBeRead),
            root: held.root,
            source: evidence.index.folders[held.file.folder].path,
            folder
        )
    }

    /// Remembers of a key what was proven before, if it was.
    private mutating func keep(_ key: LogMatch.Key, _ match: LogMatch, mustBeRead: Bool) {
        guard let proof = match.proof(of: key), case .kept(let record) = evidence.fates[proof.file.digest] else {
            return
        }
        let (folder, name) = match.listedName(key)
        keep(proof, of: record, name, folder, mustBeRead: mustBeRead)
    }

    private mutating func keep(
        _ proof: LogMatch.Proof,
        of digest: Int,
        _ name: [UInt8],
        _ folder: ListedFolder,
        mustBeRead: Bool
    ) {
        var file = proof.file
        file.digest = digest
        file.mustBeRead = file.mustBeRead || mustBeRead
        proven.add(name, proof.hash, file, root: proof.root, source: proof.source, folder)
    }

    private func root(of file: ArchiveIndex.File) -> Int {
        evidence.index.folders[file.folder].root
    }

    private func chain(of record: Int) -> ChainIdentity {
        evidence.records.chain(of: record)
    }

    /// A file that maps to a listed key: which one, its path below its root, and what reading it showed.
    private typealias Held = (file: ArchiveIndex.File, path: ObjectKey, outcome: LogOutcome?)

    /// Judges every file that maps to a listed key, each by itself (V11).
    private mutating func addHeld(_ listing: LogListing, _ files: [Held]) {
        let chain = chain(of: listing.record)
        var firstCopy: Held?
        var counted: Set<SHA256Digest> = []
        for held in files {
            guard let outcome = held.outcome else { continue }
            let causes = judge(outcome, listing)
            if let cause = causes.first {
                add(cause, and: causes.dropFirst(), listing, held)
                // Copies with the same content are one object.
                if let result = outcome.result, !counted.insert(result.sha256).inserted { continue }
                findings.tallies[chain, default: Tally()].count(cause.kind)
                continue
            }
            if firstCopy == nil { findings.tallies[chain, default: Tally()].valid += 1 }
            findings.provenRoots.insert(root(of: held.file))
            guard let result = outcome.result else { continue }
            addNotices(result, listing, held, firstCopy)
            firstCopy = firstCopy ?? held
            if evidence.options.listsProvenFiles {
                findings.provenFiles.append(
                    ProvenFile(
                        bucket: listing.location.bucket,
                        key: key(of: held, listing),
                        path: evidence.displayPath(root: root(of: held.file), held.path),
                        sha256: Hex.encode(result.sha256.bytes),
                        stored: result.stored.map(ProvenFile.Stored.init),
                        vouchedBy: evidence.key(ofDigest: listing.record).description,
                        chain: chain
                    )
                )
            }
        }
    }

    /// The key a file maps to: in a flat folder, the listed key of its name.
    private func key(of held: Held, _ listing: LogListing) -> ObjectKey {
        let root = root(of: held.file)
        return evidence.placement.layouts[root] == .flat
            ? listing.location.key : evidence.placement.key(of: held.path, root: root)
    }

    private mutating func add(
        _ cause: FindingCause,
        and others: ArraySlice<FindingCause> = [],
        _ listing: LogListing,
        _ held: Held
    ) {
        let path = evidence.displayPath(root: root(of: held.file), held.path)
        findings.findings.add(
            evidence.finding(cause, and: others, listing, key: key(of: held, listing), path: path)
        )
    }

    /// All that is wrong with a file, the primary cause first.
    private func judge(_ outcome: LogOutcome, _ listing: LogListing) -> [FindingCause] {
        if case .unreadable(let error) = outcome { return [.logUnreadable(error)] }
        return outcome.result.map { judge($0, listing) } ?? []
    }

    /// All that is wrong with a content, the primary cause first.
    func judge(_ result: ContentHasher.Result, _ listing: LogListing) -> [FindingCause] {
        LogRules.faults(
            of: ContentFacts(result),
            listed: listing.hash,
            by: listing.isVerified ? .verified : .unverified
        )
    }

    private mutating func addNotices(
        _ result: ContentHasher.Result,
        _ listing: LogListing,
        _ held: Held,
        _ firstCopy: Held?
    ) {
        if result.form == .plain {
            add(.logDecompressed, listing, held)
        }
        if listing.differs, firstCopy == nil {
            add(.listingDiffers, listing, held)
        }
        if let firstCopy {
            let first = evidence.displayPath(root: root(of: firstCopy.file), firstCopy.path)
            add(.logDuplicate(first: first), listing, held)
        }
    }

    // MARK: Files that no digest lists

    /// A file whose digest is no longer what an earlier run proved: what that one listed still tells what it must not be.
    private mutating func addOrphan(
        _ orphan: LogMatch.Orphan,
        _ unlisted: LogMatch.UnlistedFile,
        _ match: LogMatch,
        _ outcome: LogOutcome
    ) {
        let location = ListedLogs.location(orphan.name, in: orphan.folder)
        let listing = LogListing(
            record: -1,
            isVerified: true,
            location: location,
            hash: orphan.proof.hash,
            differs: false,
            provenIn: LogListing.Place(root: orphan.proof.root, folder: orphan.proof.source)
        )
        let causes = judge(outcome, listing)
        guard let cause = causes.first, let digest = evidence.earlier?.state.digests[orphan.proof.file.digest],
            let chain = DigestFileName(digest.path)?.chain
        else { return addUnreferenced(unlisted, match) }
        findings.tallies[chain, default: Tally()].count(cause.kind)
        findings.findings.add(
            Finding(
                .logProvenBefore(cause),
                and: causes.dropFirst(),
                [.also(causes.dropFirst().map(\.kind)), .listedBy(digest.claims.location.key), .provenBefore],
                bucket: location.bucket,
                key: location.key,
                path: evidence.displayPath(root: root(of: unlisted.file), match.path(of: unlisted)),
                chain: chain,
                start: LogFileName(location.key)?.time
            )
        )
    }

    /// A file that is asked for and that no digest lists.
    private mutating func addUnreferenced(_ unlisted: LogMatch.UnlistedFile, _ match: LogMatch) {
        let root = root(of: unlisted.file)
        let path = match.path(of: unlisted)
        let name = LogFileName(path)
        let cause = LogRules.unlisted(
            name,
            at: match.place(of: unlisted),
            coveredUntil: name.flatMap { evidence.coveredUntil[[$0.account, $0.region]] },
            evidence.asked
        )
        if cause == .logUnreferenced { findings.loose.count(cause.kind) } else { findings.awaiting += 1 }
        findings.findings.add(
            Finding(
                cause,
                bucket: evidence.placement.bucket(of: path, root: root),
                key: evidence.placement.key(of: path, root: root),
                path: evidence.displayPath(root: root, path),
                start: name?.time
            )
        )
    }
}

extension Evidence {
    /// A finding about a log file that digests list.
    ///
    /// - Parameter others: What else is wrong with the file.
    func finding(
        _ cause: FindingCause,
        and others: ArraySlice<FindingCause> = [],
        _ listing: LogListing,
        key: ObjectKey,
        path: ObjectKey?
    ) -> Finding {
        Finding(
            cause,
            and: others,
            [.also(others.map(\.kind)), .listedBy(self.key(ofDigest: listing.record))],
            bucket: listing.location.bucket,
            key: key,
            path: path,
            chain: records.chain(of: listing.record),
            start: LogFileName(listing.location.key)?.time,
            concernsNewestDigest: !listing.isVerified && isAllowable(listing.location, listedBy: listing.record)
        )
    }
}
