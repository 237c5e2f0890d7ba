internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Compares what the log files of a unit hold with what digests list.
struct LogReporter {
    private let archive: JudgedArchive
    private let match: LogMatch
    /// What reading the unit's files showed, by their numbers.
    private let outcomes: [LogOutcome?]
    private(set) var logs: JudgedLogs
    /// The listed keys by the contents of files that are not what is listed for them; known once one was asked for.
    private var keysByContent: [SHA256Digest: ObjectKey]?

    private var facts: ArchiveFacts { archive.facts }

    init(_ archive: JudgedArchive, _ match: LogMatch, _ outcomes: [LogOutcome?]) {
        self.archive = archive
        self.match = match
        self.outcomes = outcomes
        logs = JudgedLogs(archive)
    }

    /// Judges the files, and tells the caller of what is found.
    mutating func run(_ listener: FindingListener) {
        for case .hashed(let result, _)? in outcomes { logs.report.contentBytes += result.contentBytes }
        logs.report.heldLocations = match.heldLocations
        logs.report.files = match.fates
        logs.report.selectedRoots = match.selectedRoots
        logs.report.holdingRoots = match.holdingRoots
        for orphan in match.orphans {
            if orphan.isHeld {
                logs.digestsOfHeld.insert(orphan.proof.file.digest)
            } else {
                logs.missingOrphans.append(orphan)
            }
            if let held = orphan.held, let outcome = outcomes[held.file] { addOrphan(orphan, held.unlisted, outcome) }
        }
        addListed()
        for file in match.unreferenced { addUnreferenced(file) }
        if let before = archive.before { remember(before) }
        listener.emit(logs.report.findings.settle())
    }

    private mutating func addListed() {
        // Those of one digest stand together, and so do those of one root.
        var valid = (record: -1, count: 0)
        var root = -1
        match.forEachKey { key in
            if let file = key.onlyFile, !archive.options.listsProvenFiles, key.isPlainlyProven(by: outcomes[file]) {
                if match.files[file].root != root {
                    root = match.files[file].root
                    logs.report.provenRoots.insert(root)
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
            if !listing.isVerified, !archive.digests.isInScope[listing.record] { logs.blamed.insert(listing.record) }
            if files.isEmpty {
                logs.absent.append(listing)
            } else {
                addHeld(listing, files.map { (match.files[$0].file, match.path(of: match.files[$0]), outcomes[$0]) })
            }
        }
        count(valid: valid.count, of: valid.record)
    }

    private mutating func count(valid count: Int, of record: Int) {
        if count > 0 { logs.report.logs[facts.records.chain(of: record), default: Tally()].valid += count }
    }

    private mutating func remember(_ before: ProvenBefore) {
        var memory = LogMemory(archive, before, match, outcomes)
        for orphan in match.orphans { memory.keep(orphan) }
        memory.keepAside()
        match.forEachKey { memory.remember($0) }
        logs.unchanged = memory.unchanged
        logs.proven = memory.finish()
    }

    private func root(of file: ArchiveIndex.File) -> Int {
        facts.index.folders[file.folder].root
    }

    // MARK: Files that digests list

    /// A file that maps to a listed key: which one, its path below its root, and what reading it showed.
    private typealias Held = (file: ArchiveIndex.File, path: ObjectKey, outcome: LogOutcome?)

    /// Judges every file that maps to a listed key, each by itself (V11).
    private mutating func addHeld(_ listing: LogListing, _ files: [Held]) {
        let chain = facts.records.chain(of: listing.record)
        var firstCopy: Held?
        var counted: Set<SHA256Digest> = []
        for held in files {
            guard let outcome = held.outcome else { continue }
            let causes = listing.faults(of: outcome).map { named($0, listing) }
            if let cause = causes.first {
                add(cause, and: causes.dropFirst(), listing, held)
                // Copies with the same content are one object.
                if let result = outcome.result, !counted.insert(result.sha256).inserted { continue }
                logs.report.logs.count(cause.kind, of: chain)
                continue
            }
            if firstCopy == nil { logs.report.logs[chain, default: Tally()].valid += 1 }
            logs.report.provenRoots.insert(root(of: held.file))
            guard let result = outcome.result else { continue }
            addNotices(result, listing, held, firstCopy)
            firstCopy = firstCopy ?? held
            if archive.options.listsProvenFiles {
                logs.report.provenFiles.append(
                    ProvenFile(
                        bucket: listing.location.bucket,
                        key: key(of: held, listing),
                        path: facts.displayPath(root: root(of: held.file), held.path),
                        sha256: Hex.encode(result.sha256.bytes),
                        stored: result.stored.map(ProvenFile.Stored.init),
                        vouchedBy: facts.key(ofDigest: listing.record).description,
                        chain: chain
                    )
                )
            }
        }
    }

    /// The key that a content is listed under.
    private mutating func key(withContent hash: SHA256Digest) -> ObjectKey? {
        if let keysByContent { return keysByContent[hash] }
        var contents = Set(match.unreferenced.compactMap { $0.copy.flatMap { outcomes[$0]?.result?.sha256 } })
        match.forEachKey { key in
            for file in key.onlyFile.map({ [$0] }) ?? match.filesOf(key) {
                if let content = outcomes[file]?.result?.sha256, content != key.hash { contents.insert(content) }
            }
        }
        let keys = match.verifiedKeys(withContents: contents)
        keysByContent = keys
        return keys[hash]
    }

    /// The cause, with whose content the file has where that is known.
    private mutating func named(_ cause: FindingCause, _ listing: LogListing) -> FindingCause {
        guard case .logModified(let expected, let actual, nil) = cause, let key = key(withContent: actual),
            key != listing.location.key
        else { return cause }
        return .logModified(expected: expected, actual: actual, .log(key))
    }

    /// The key a file maps to: in a flat folder, the listed key of its name.
    private func key(of held: Held, _ listing: LogListing) -> ObjectKey {
        let root = root(of: held.file)
        return facts.placement.layouts[root] == .flat
            ? listing.location.key : facts.placement.key(of: held.path, root: root)
    }

    private mutating func add(
        _ cause: FindingCause,
        and others: ArraySlice<FindingCause> = [],
        _ listing: LogListing,
        _ held: Held
    ) {
        let path = facts.displayPath(root: root(of: held.file), held.path)
        logs.report.findings.add(
            archive.digests.finding(cause, and: others, listing, key: key(of: held, listing), path: path)
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
            let first = facts.displayPath(root: root(of: firstCopy.file), firstCopy.path)
            add(.logDuplicate(first: first), listing, held)
        }
    }

    // MARK: Files that no digest lists

    /// A file whose digest is no longer what an earlier run proved: what that one listed still tells what it must not be.
    private mutating func addOrphan(
        _ orphan: LogMatch.Orphan,
        _ unlisted: LogMatch.UnlistedFile,
        _ outcome: LogOutcome
    ) {
        let causes = outcome.faults(listed: orphan.proof.hash, by: .verified)
        guard let cause = causes.first, let digest = archive.before?.state.digests[orphan.proof.file.digest],
            let chain = DigestFileName(digest.path)?.chain
        else { return addUnreferenced(unlisted) }
        let location = ListedLogs.location(orphan.name, in: orphan.folder)
        logs.report.logs.count(cause.kind, of: chain)
        logs.report.findings.add(
            Finding(
                .logProvenBefore(cause),
                and: causes.dropFirst(),
                [.also(causes.dropFirst().map(\.kind)), .listedBy(digest.claims.location.key), .provenBefore],
                bucket: location.bucket,
                key: location.key,
                path: facts.displayPath(root: root(of: unlisted.file), match.path(of: unlisted)),
                chain: chain,
                start: LogFileName(location.key)?.time
            )
        )
    }

    /// A file that is asked for and that no digest lists.
    private mutating func addUnreferenced(_ unlisted: LogMatch.UnlistedFile) {
        let root = root(of: unlisted.file)
        let path = match.path(of: unlisted)
        let name = LogFileName(path)
        let cause = LogRules.unlisted(
            name,
            description(of: unlisted, path, isNamed: name != nil),
            at: match.place(of: unlisted),
            coveredUntil: name.flatMap { archive.digests.coveredUntil[ArchivePart($0)] },
            archive.asked
        )
        if cause == .logAwaitingDigest { logs.report.awaiting += 1 } else { logs.report.looseLogs.count(cause.kind) }
        logs.report.findings.add(
            Finding(
                cause,
                bucket: facts.placement.bucket(of: path, root: root),
                key: facts.placement.key(of: path, root: root),
                path: facts.displayPath(root: root, path),
                start: name?.time
            )
        )
    }
}

extension LogReporter {
    /// What else is known of a file that no digest lists.
    ///
    /// - Parameter isNamed: Whether it is named like a log file.
    fileprivate mutating func description(
        of file: LogMatch.UnlistedFile,
        _ path: ObjectKey,
        isNamed: Bool
    ) -> UnlistedFile {
        let lookAlike = archive.lookAlikes.listed(likeFolder: file.file.folder)
        if isNamed, lookAlike == nil { return .unremarkable }
        var content = UnlistedFile.Content.unknown
        if let result = file.copy.flatMap({ outcomes[$0]?.result }) {
            // Of what is cut off, or goes on behind its end, the content is another.
            let key = result.condition == .complete ? key(withContent: result.sha256) : nil
            content = key.map { .log($0) } ?? .other
        }
        return UnlistedFile(name: StrayName(path), content, lookAlike: lookAlike)
    }
}

extension LogListing {
    /// All that is wrong with a file that maps to the listed key, the primary cause first.
    func faults(of outcome: LogOutcome) -> [FindingCause] {
        outcome.faults(listed: hash, by: isVerified ? .verified : .unverified)
    }

    /// All that is wrong with a content, the primary cause first.
    func faults(of result: ContentHasher.Result) -> [FindingCause] {
        LogRules.faults(of: ContentFacts(result), listed: hash, by: isVerified ? .verified : .unverified)
    }
}

extension LogOutcome {
    fileprivate func faults(listed hash: SHA256Digest, by lister: DigestStanding) -> [FindingCause] {
        if case .unreadable(let error) = self { return [.logUnreadable(error)] }
        return result.map { LogRules.faults(of: ContentFacts($0), listed: hash, by: lister) } ?? []
    }
}

extension JudgedDigests {
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
            [.also(others.map(\.kind)), .listedBy(facts.key(ofDigest: listing.record))],
            bucket: listing.location.bucket,
            key: key,
            path: path,
            chain: facts.records.chain(of: listing.record),
            start: LogFileName(listing.location.key)?.time,
            concernsNewestDigest: !listing.isVerified && isAllowable(listing.location, listedBy: listing.record)
        )
    }
}
