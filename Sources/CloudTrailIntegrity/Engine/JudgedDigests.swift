internal import CloudTrailFormat
internal import CloudTrailRules

/// The digest files of an archive: what each came to, their chains, and which of them are asked for. A class, because every
/// task holds it.
final class JudgedDigests: Sendable {
    let facts: ArchiveFacts
    let asked: Asked
    /// What trying the signatures of each record came to.
    let signatures: [SignatureOutcome]
    let verdicts: [DigestJudgement]
    /// The names of the key files that hold a page of several.
    let pagesOfKeys: [String]
    /// Whether signatures from outside the archive were given.
    let manifests: SignatureSearch.Manifests
    let chains: [DigestChain]
    /// Whether each record is to be reported on.
    let isInScope: [Bool]
    /// Of each record, whether the accounts, regions and trails that are asked for have its chain.
    let isSelected: [Bool]
    /// The last verified end of the regular chains of each account and region.
    let coveredUntil: [ArchivePart: Timestamp]
    /// The ends of the last verified digests before the heads that may be allowed, by the numbers of these.
    private let verifiedBeforeHeads: [Int: Timestamp]

    /// - Parameter check: Called for every record; what it throws ends the work.
    init(
        _ facts: ArchiveFacts,
        signatures: [SignatureOutcome],
        verdicts: [DigestJudgement],
        pagesOfKeys: [String],
        manifests: SignatureSearch.Manifests,
        chains: [DigestChain],
        _ asked: Asked,
        check: () throws -> Void
    ) rethrows {
        self.facts = facts
        self.asked = asked
        self.signatures = signatures
        self.verdicts = verdicts
        self.pagesOfKeys = pagesOfKeys
        self.manifests = manifests
        self.chains = chains
        var coveredUntil: [ArchivePart: Timestamp] = [:]
        for chain in chains where !chain.identity.isBackfill {
            guard let end = chain.verifiedUntil else { continue }
            let part = ArchivePart(chain.identity)
            coveredUntil[part] = max(coveredUntil[part] ?? end, end)
        }
        self.coveredUntil = coveredUntil
        let (records, placement) = (facts.records, facts.placement)
        let selectedChains = records.names.chains.map { asked.selects($0) }
        let isSelected = records.indices.map { number in
            selectedChains[Int(records[number].chain)] && !placement.strays.contains(number)
        }
        self.isSelected = isSelected
        var days = FolderDays(placement)
        isInScope = try records.indices.map { number in
            try check()
            guard isSelected[number] else { return false }
            let isVerified = verdicts[number].isVerified
            let isRegular = !records.chain(of: number).isBackfill
            let window = DigestChain.window(of: records[number], isVerified: isVerified)
            let mayNeedDay = !isVerified && isRegular && !asked.range.intersects(window)
            return ScopeRules.isInScope(
                window,
                isVerified ? .verified : .unverified,
                isRegular ? .regular : .backfill,
                folderDay: mayNeedDay ? days.day(of: facts.index.digests[number], facts.index) : nil,
                asked
            )
        }
        var verifiedBeforeHeads: [Int: Timestamp] = [:]
        for chain in chains {
            guard let head = chain.members.last else { continue }
            let copies = facts.digests(of: head.keyNumber)
            guard let end = chain.lastVerified(beforeUnsignedHead: records, verdicts, copies) else { continue }
            for copy in copies where verdicts[copy].lacksSignature { verifiedBeforeHeads[copy] = end }
        }
        self.verifiedBeforeHeads = verifiedBeforeHeads
    }

    /// The time that a digest file speaks of.
    func window(of record: Int) -> TimeRange {
        DigestChain.window(of: facts.records[record], isVerified: verdicts[record].isVerified)
    }

    /// The number of digests in scope that were proven before and not read in this run.
    var carriedCount: Int {
        facts.records.indices.count { facts.records[$0].provenAt != nil && isInScope[$0] && verdicts[$0].isVerified }
    }

    /// Whether a record is the newest digest file of its chain.
    func isNewestOfChain(_ record: Int) -> Bool {
        chain(of: record)?.members.last?.record == record
    }

    /// Whether a record maps to the key of the oldest digest that is known to be its chain's.
    func isOldestOfChain(_ record: Int) -> Bool {
        guard let chain = chain(of: record), let oldest = chain.oldest else { return false }
        return chain.members[oldest].keyNumber == facts.placement.places[record].keyNumber
    }

    /// Whether a record is the newest digest of its chain, lacks only its signature, and follows the last verified one:
    /// what a download without metadata makes of every chain, and all that a caller may accept unsigned. Of what it says
    /// only the name counts.
    func isUnsignedHead(_ record: Int) -> Bool {
        verifiedBeforeHeads[record] != nil
    }

    /// Whether the caller may accept a log file that only this record lists.
    func isAllowable(_ location: ObjectLocation, listedBy record: Int) -> Bool {
        guard let verifiedUntil = verifiedBeforeHeads[record], let name = LogFileName(location.key) else {
            return false
        }
        return AllowRules.mayAllow(
            log: name,
            in: KeyFolder(of: location.key, facts.placement.prefixes),
            of: facts.records.chain(of: record),
            headEnd: facts.records[record].endTime,
            verifiedUntil: verifiedUntil
        )
    }

    /// Whether the very file that a verified digest names lies under its key, and is not a digest file because it lies in a log
    /// folder. Any other file under the key says nothing: whoever deletes a digest file can put one there.
    ///
    /// - Parameter record: What names it.
    func holdsAmongLogs(predecessorOf record: Int) -> Bool {
        guard verdicts[record].isVerified, let hash = facts.records[record].claims?.previous?.hash else { return false }
        return facts.holdsAmongLogs(predecessorOf: record, hash)
    }

    private func chain(of record: Int) -> DigestChain? {
        let identity = facts.records.chain(of: record)
        var low = 0
        var high = chains.count
        while low < high {
            let middle = (low + high) / 2
            if chains[middle].identity < identity { low = middle + 1 } else { high = middle }
        }
        return low < chains.count && chains[low].identity == identity ? chains[low] : nil
    }
}

extension DigestChain {
    /// The end of the last verified digest, where the newest of the chain is an unsigned head that may be allowed.
    ///
    /// - Parameter copies: The records that map to the key of the newest.
    fileprivate func lastVerified(
        beforeUnsignedHead records: DigestRecords,
        _ verdicts: [DigestJudgement],
        _ copies: RecordNumbers
    ) -> Timestamp? {
        guard let head = members.last, verdicts[head.record].lacksSignature,
            let before = members.last(where: \.isVerified)
        else { return nil }
        let end = records[head.record].endTime
        let isOnlyNewest = members.reversed().prefix { records[$0.record].endTime == end }.allSatisfy {
            $0.key == head.key
        }
        let areCopiesSame = copies.allSatisfy { records[$0].hash == records[head.record].hash }
        let newest = AllowRules.Head(
            verdicts[head.record],
            end: end,
            predecessor: head.previousKey.flatMap { key in
                records[head.record].claims?.previous.map { (key, $0.hash) }
            },
            rivals: isOnlyNewest && areCopiesSame ? .none : .some
        )
        let verified = (key: before.key, hash: records[before.record].hash, end: before.window.end)
        return AllowRules.mayAllow(newest, after: verified) ? before.window.end : nil
    }
}

/// The days that the folders of digest files tell, looked up once for files that follow each other in one folder.
private struct FolderDays {
    private let placement: ArchivePlacement
    private var last: (root: Int, folder: Int32, day: TimeRange?)?

    init(_ placement: ArchivePlacement) { self.placement = placement }

    mutating func day(of digest: ListedDigest, _ index: ArchiveIndex) -> TimeRange? {
        // In a merged root a folder may be one of several parts, which the names of its files tell.
        let isMerged = if case .merged = placement.layouts[digest.root] { true } else { false }
        if let last, last.root == digest.root, last.folder == digest.path.folder, !isMerged { return last.day }
        let day = placement.folder(of: index.path(of: digest), root: digest.root).day
        last = (digest.root, digest.path.folder, day)
        return day
    }
}
