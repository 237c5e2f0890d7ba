internal import NativeInterop

/// The log files: which digest speaks of which, and what hashing them showed.
struct LogStage: Sendable {
    /// What the digests say of one key.
    struct Listing: Sendable {
        /// The newest digest that speaks of it: a verified one where there is one.
        let record: Int
        let isVerified: Bool
        let location: ObjectLocation
        let hash: SHA256Digest
        /// Verified digests disagree.
        let differs: Bool
        /// A digest in range lists it.
        let isInScope: Bool
        /// The files that map to it.
        let files: [Int]
    }

    /// What reading a file showed.
    enum Outcome: Sendable {
        case unreadable(ObjectReadError)
        case hashed(ContentHasher.Result)
    }

    let evidence: Evidence
    /// By key, with empty components collapsed.
    let listings: [ObjectKey: Listing]
    /// The keys whose files are judged, in order.
    let keysInScope: [ObjectKey]
    /// The files that no digest lists and that are in range, by their number in the index.
    let unreferenced: [Int]

    private let sources: [any ObjectSource]
    private let monitor: ValidationMonitor
    private let filesToHash: [Int]

    init(evidence: Evidence, sources: [any ObjectSource], monitor: ValidationMonitor) {
        self.evidence = evidence
        self.sources = sources
        self.monitor = monitor
        let listings = Self.collect(evidence)
        var isVouchedFor = [Bool](repeating: false, count: evidence.index.files.count)
        var isListed = isVouchedFor
        for listing in listings.values {
            for file in listing.files {
                isListed[file] = true
                if listing.isVerified { isVouchedFor[file] = true }
            }
        }
        self.listings = listings
        keysInScope = listings.filter { _, listing in
            if listing.isInScope { return true }
            // A digest that is not verified must not take a log file out of the range either.
            return listing.files.contains { !isVouchedFor[$0] && Self.isInRange($0, evidence) }
        }.keys.sorted()
        filesToHash = Set(keysInScope.flatMap { listings[$0]?.files ?? [] }).sorted()
        unreferenced = evidence.index.files.indices.filter { !isListed[$0] && Self.isInRange($0, evidence) }
    }

    // MARK: Listings

    private static func collect(_ evidence: Evidence) -> [ObjectKey: Listing] {
        struct Draft {
            var record: Int
            var isVerified: Bool
            var reference: LogFileReference
            var differs = false
            var isInScope: Bool
        }
        var drafts: [ObjectKey: Draft] = [:]
        // From the oldest to the newest, so that the newest listing stands.
        let order = evidence.records.indices.sorted { first, second in
            (evidence.records[first].name.endTime, evidence.placement.places[first].key, first)
                < (evidence.records[second].name.endTime, evidence.placement.places[second].key, second)
        }
        for number in order {
            let isVerified = evidence.verdicts[number].isVerified
            let isInScope = evidence.isInScope[number]
            for reference in evidence.records[number].file?.logFiles ?? [] {
                let key = reference.location.key.collapsed
                guard var draft = drafts[key] else {
                    drafts[key] = Draft(
                        record: number,
                        isVerified: isVerified,
                        reference: reference,
                        isInScope: isInScope
                    )
                    continue
                }
                draft.isInScope = draft.isInScope || isInScope
                if isVerified || !draft.isVerified {
                    draft.differs =
                        draft.isVerified && isVerified && (draft.differs || draft.reference.hash != reference.hash)
                    draft.record = number
                    draft.isVerified = isVerified
                    draft.reference = reference
                }
                drafts[key] = draft
            }
        }
        return drafts.mapValues { draft in
            Listing(
                record: draft.record,
                isVerified: draft.isVerified,
                location: draft.reference.location,
                hash: draft.reference.hash,
                differs: draft.differs,
                isInScope: draft.isInScope,
                files: evidence.placement.logFiles(at: draft.reference.location)
            )
        }
    }

    /// Whether a file that no verified digest lists is asked for: by its name or, where that says another day, account
    /// or region, by its folder.
    private static func isInRange(_ number: Int, _ evidence: Evidence) -> Bool {
        let options = evidence.options
        let file = evidence.index.files[number]
        let folder = LogFolder(evidence.placement.key(of: file))
        var isInFolder = false
        if let folder {
            isInFolder =
                options.selects(account: folder.account, region: folder.region) && options.range.intersects(folder.day)
        }
        switch file.role {
        case .digest:
            return false
        case .log(let name):
            let isSelected = options.selects(account: name.account, region: name.region)
            if isSelected, options.range.contains(name.time) { return true }
            let isInItsFolder =
                folder.map { $0.account == name.account && $0.region == name.region && $0.day.contains(name.time) }
            return isInFolder && isInItsFolder == false
        case .other:
            // A flat folder has no folder of logs; keys and manifests may lie there, but no other gzip file.
            let isFlat = evidence.placement.layouts[file.root] == .flat
            return isInFolder || (isFlat && file.path.hasSuffix(".gz"))
        }
    }

    // MARK: Hashing

    /// Hashes every file in scope, and returns what it showed by the file's number.
    func outcomes(jobs: Int) throws -> [Int: Outcome] {
        let limits = ContentHasher.Limits(
            contentBytes: evidence.options.limits.contentBytes,
            ratio: evidence.options.limits.inflateRatio,
            ratioFloorBytes: evidence.options.limits.ratioFloorBytes
        )
        monitor.expect(logs: filesToHash.count)
        let results = try WorkerPool.map(
            count: filesToHash.count,
            jobs: jobs,
            makeContext: { try ContentHasher() },
            body: { hasher, position in try read(filesToHash[position], hasher, limits) }
        )
        return Dictionary(zip(filesToHash, results), uniquingKeysWith: { first, _ in first })
    }

    private func read(_ number: Int, _ hasher: ContentHasher, _ limits: ContentHasher.Limits) throws -> Outcome {
        let file = evidence.index.files[number]
        if let obstacle = file.obstacle { return .unreadable(obstacle) }
        do {
            let object = try sources[file.root].open(file.path)
            let result = try hasher.hash(
                limits: limits,
                read: { buffer in
                    try monitor.check()
                    return try object.read(into: &buffer)
                }
            )
            monitor.logWasHashed()
            try object.checkUnchanged()
            return .hashed(result)
        } catch let error as ObjectReadError {
            return .unreadable(error)
        } catch is ContentHasher.InvalidReadCount {
            return .unreadable(.invalidReadCount)
        }
    }
}
