internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What was read, verified and placed: the ground that all findings stand on. A class, because every task holds it.
final class Evidence: Sendable {
    /// The names of the sources.
    let names: [ByteString]
    let index: ArchiveIndex
    let records: DigestRecords
    let placement: ArchivePlacement
    let verdicts: [DigestJudgement]
    /// What trying the signatures of each record came to.
    let signatures: [SignatureOutcome]
    let chains: [DigestChain]
    /// The parts of the archive whose log files can be judged by themselves.
    let units: LogUnits
    let options: ValidationOptions
    /// What is asked for.
    let asked: Asked
    /// Whether each record is to be reported on.
    let isInScope: [Bool]
    /// Of each record, whether the accounts, regions and trails that are asked for have its chain.
    let isSelected: [Bool]

    /// The last verified end of the regular chains of each account and region.
    let coveredUntil: [[String]: Timestamp]

    /// The key that a file maps to, by its number, and the file's content.
    private struct Stray: Hashable {
        let key: Int32
        let hash: SHA256Digest
    }

    /// The digest files that map to each key.
    private let digestsByKey: RecordsByKey
    /// The files that are named like digest files and are none.
    private let strays: Set<Stray>
    /// The ends of the last verified digests before the heads that may be allowed, by the numbers of these.
    private let verifiedBeforeHeads: [Int: Timestamp]
    private let keys: DigestKeys
    /// What earlier runs proved; `nil` when nothing is remembered.
    let earlier: EarlierProof?
    /// What became of the digests that earlier runs proved, by their numbers in the state.
    let fates: [DigestFate]
    /// Where digests list the folders of log files that earlier runs proved, by their numbers in the state.
    let provenFolders: [ListedFolder]

    private let hiddenFolders: [[ObjectKey: ArchiveIndex.HiddenFolder]]

    init(
        names: [ByteString],
        index: ArchiveIndex,
        records: DigestRecords,
        placement: ArchivePlacement,
        signatures: [SignatureOutcome],
        keys: DigestKeys,
        verdicts: [DigestJudgement],
        chains: [DigestChain],
        units: LogUnits,
        earlier: EarlierProof?,
        provenFolders: [ListedFolder],
        options: ValidationOptions,
        check: () throws -> Void
    ) throws {
        self.names = names
        self.index = index
        self.records = records
        self.placement = placement
        self.options = options
        let asked = options.asked
        self.asked = asked
        self.keys = keys
        self.signatures = signatures
        self.verdicts = verdicts
        self.chains = chains
        self.units = units
        var coveredUntil: [[String]: Timestamp] = [:]
        for chain in chains where !chain.identity.isBackfill {
            guard let end = chain.verifiedUntil else { continue }
            let place = [chain.identity.account, chain.identity.region]
            coveredUntil[place] = max(coveredUntil[place] ?? end, end)
        }
        self.coveredUntil = coveredUntil
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
                folderDay: mayNeedDay ? days.day(of: index.digests[number], index) : nil,
                asked
            )
        }
        var digestsByKey = RecordsByKey()
        for (number, place) in placement.places.enumerated() where !placement.strays.contains(number) {
            digestsByKey.add(number, to: place.keyNumber)
        }
        self.digestsByKey = digestsByKey
        strays = Set(
            placement.strays.compactMap { number in
                records[number].hash.map { Stray(key: placement.places[number].keyNumber, hash: $0) }
            }
        )
        var verifiedBeforeHeads: [Int: Timestamp] = [:]
        for chain in chains {
            guard let head = chain.members.last else { continue }
            let copies = digestsByKey[head.keyNumber]
            guard let end = chain.lastVerified(beforeUnsignedHead: records, verdicts, copies) else { continue }
            for copy in copies where verdicts[copy].lacksSignature { verifiedBeforeHeads[copy] = end }
        }
        self.verifiedBeforeHeads = verifiedBeforeHeads
        var hiddenFolders = [[ObjectKey: ArchiveIndex.HiddenFolder]](repeating: [:], count: names.count)
        for folder in index.hiddenFolders { hiddenFolders[folder.root][folder.path] = folder }
        self.hiddenFolders = hiddenFolders
        self.earlier = earlier
        self.provenFolders = provenFolders
        fates = DigestFate.fates(
            of: earlier?.state.digests ?? [],
            keys: keys,
            digestsByKey: digestsByKey,
            records: records,
            verdicts: verdicts
        )
    }

    /// The digest files that map to the key with this number, in the bucket with this number as far as that is known.
    func held(_ key: Int32, _ bucket: Int32) -> RecordNumbers {
        digestsByKey[key].kept { number in
            guard let own = placement.places[number].bucket else { return true }
            return own == bucket
        }
    }

    /// The records that map to the key with this number.
    func digests(of key: Int32) -> RecordNumbers {
        digestsByKey[key]
    }

    /// The records that map to a key.
    func digests(at key: ObjectKey) -> RecordNumbers {
        keys.known(records.names.key(key.collapsed)).map { digestsByKey[$0] } ?? RecordNumbers.none
    }

    /// Whether the very file that a verified digest names lies under its key, and is no digest file because it lies in a log
    /// folder. Any other file under the key says nothing: whoever deletes a digest file can put one there.
    ///
    /// - Parameter record: What names it.
    func holdsAmongLogs(predecessorOf record: Int) -> Bool {
        guard verdicts[record].isVerified, let key = keys.previous(record),
            let hash = records[record].claims?.previous?.hash
        else { return false }
        return strays.contains(Stray(key: key, hash: hash))
    }

    /// The number of the key that a record says its predecessor has.
    func previousKey(of record: Int) -> Int32? {
        keys.previous(record)
    }

    /// Whether no other record maps to the same key.
    func isOnlyCopy(_ record: Int) -> Bool {
        digestsByKey.only(placement.places[record].keyNumber) != nil
    }

    /// Whether a digest file lies where it says that it was put.
    func isWhereItSays(_ record: Int) -> Bool {
        let place = placement.places[record]
        return place.standing == .inPlace && keys.claimed(record) == place.keyNumber
            && !placement.strays.contains(record)
    }

    /// Whether a record names a predecessor of another account or region.
    func namesForeignPredecessor(_ record: Int) -> Bool { keys.foreignNamers.contains(record) }

    /// How a signed digest file elsewhere below its root is mapped; `nil` for any other.
    func offset(ofElsewhere record: Int) -> PathOffset? {
        guard placement.places[record].standing == .elsewhere, let location = records.location(of: record) else {
            return nil
        }
        return PathOffset(
            of: LayoutWitness(path: index.path(of: index.digests[record]), location: location)
        )
    }

    /// The bucket in which a digest file is named by a successor, the last of them; for one that says nothing of itself.
    func namedBucket(_ record: Int) -> String? {
        keys.namers[placement.places[record].keyNumber].last.flatMap { records.previous(of: $0)?.location.bucket }
    }

    /// A digest file below the name of its source, as the report shows it.
    func displayPath(ofDigest record: Int) -> ObjectKey {
        displayPath(root: index.digests[record].root, index.path(of: index.digests[record]))
    }

    /// The key that a digest file's path maps to.
    func key(ofDigest record: Int) -> ObjectKey {
        records.names.objectKey(keys.key(placement.places[record].keyNumber))
    }

    /// The bucket of a digest file, where the layout or the caller names it.
    func bucket(ofDigest record: Int) -> String? {
        placement.places[record].bucket.map { records.names.text($0) }
    }

    func displayPath(root: Int, _ path: ObjectKey) -> ObjectKey {
        let name = names[root]
        let separator = name.hasSuffix("/") || path.bytes.isEmpty ? "" : "/"
        return ObjectKey(bytes: name.bytes + Array(separator.utf8) + path.bytes)
    }

    /// Why an object that is not there may be there all the same; `nil` where nothing says so.
    func concealment(of location: ObjectLocation) -> Concealment? {
        if location.key.hasUnsafeComponent { return .unsafe(.component) }
        for (root, layout) in placement.layouts.enumerated() where !hiddenFolders[root].isEmpty {
            // The rest of a source that could not be read to its end may hold anything.
            if let rest = hiddenFolders[root][ObjectKey(bytes: [])], let error = rest.error {
                return .hidden(HiddenPlace(.rest, path: displayPath(root: root, rest.path), error: error))
            }
            guard let path = layout.path(of: location) else { continue }
            for (offset, byte) in path.bytes.enumerated() where byte == UInt8(ascii: "/") {
                guard let folder = hiddenFolders[root][ObjectKey(bytes: Array(path.bytes[..<offset]))] else { continue }
                let shown = displayPath(root: root, folder.path)
                guard let error = folder.error else { return .unsafe(.link(shown)) }
                return .hidden(HiddenPlace(.folder, path: shown, error: error))
            }
        }
        return nil
    }

    /// Whether a record is the newest digest file of its chain.
    func isNewestOfChain(_ record: Int) -> Bool {
        chain(of: record)?.members.last?.record == record
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
            in: KeyFolder(of: location.key, placement.prefixes),
            of: records.chain(of: record),
            headEnd: records[record].endTime,
            verifiedUntil: verifiedUntil
        )
    }

    func isOldestOfChain(_ record: Int) -> Bool {
        guard let chain = chain(of: record), let oldest = chain.oldest else { return false }
        return chain.members[oldest].keyNumber == placement.places[record].keyNumber
    }

    private func chain(of record: Int) -> DigestChain? {
        let identity = records.chain(of: record)
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

    mutating func day(of digest: ArchiveIndex.Digest, _ index: ArchiveIndex) -> TimeRange? {
        // In a merged root a folder may be one of several parts, which the names of its files tell.
        let isMerged = if case .merged = placement.layouts[digest.root] { true } else { false }
        if let last, last.root == digest.root, last.folder == digest.path.folder, !isMerged { return last.day }
        let day = placement.folder(of: index.path(of: digest), root: digest.root).day
        last = (digest.root, digest.path.folder, day)
        return day
    }
}
