/// What was read, verified and placed: the ground that all findings stand on. A class, because every task holds it.
final class Evidence: Sendable {
    /// The names of the sources.
    let names: [String]
    let index: ArchiveIndex
    let records: DigestRecords
    let placement: ArchivePlacement
    let verdicts: [DigestVerdict]
    /// What trying the signatures of each record came to.
    let signatures: [SignatureVerdict]
    let chains: [DigestChain]
    /// The parts of the archive whose log files can be judged by themselves.
    let units: [LogUnit]
    let options: ValidationOptions
    /// Whether each record is to be reported on.
    let isInScope: [Bool]

    /// The last verified end of the regular chains of each account and region.
    let coveredUntil: [[String]: Timestamp]

    /// The digest files that map to each key.
    private let digestsByKey: RecordsByKey
    private let keys: DigestKeys
    /// What earlier runs proved; `nil` when nothing is remembered.
    let earlier: EarlierProof?
    /// What became of the digests that earlier runs proved, by their numbers in the state.
    let fates: [DigestFate]
    /// Where digests list the folders of log files that earlier runs proved, by their numbers in the state.
    let provenFolders: [ListedFolder]

    private let hiddenFolders: [[ObjectKey: ArchiveIndex.HiddenFolder]]

    init(
        names: [String],
        index: ArchiveIndex,
        records: DigestRecords,
        placement: ArchivePlacement,
        signatures: [SignatureVerdict],
        keys: DigestKeys,
        verdicts: [DigestVerdict],
        chains: [DigestChain],
        units: [LogUnit],
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
        let isSelected = records.names.chains.map { options.selects($0) }
        let range = options.range
        isInScope = try records.indices.map { number in
            try check()
            guard isSelected[Int(records[number].chain)] else { return false }
            let isVerified = verdicts[number].isVerified
            if range.intersects(DigestChain.window(of: records[number], isVerified: isVerified)) { return true }
            // What an unverified file claims must not take it out of the range.
            guard !isVerified, let claims = records[number].claims else { return false }
            return range.intersects(TimeRange(start: claims.startTime, end: claims.endTime))
        }
        var digestsByKey = RecordsByKey()
        for (number, place) in placement.places.enumerated() { digestsByKey.add(number, to: place.keyNumber) }
        self.digestsByKey = digestsByKey
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
            verdicts: verdicts,
            isForgotten: { earlier?.isForgotten($0) ?? false }
        )
    }

    /// Whether a digest file is held that maps to the key with this number, in the bucket with this number as far as that
    /// is known.
    func isHeld(_ key: Int32, _ bucket: Int32) -> Bool {
        digestsByKey[key].contains { number in
            guard let own = placement.places[number].bucket else { return true }
            return own == bucket
        }
    }

    /// The records that map to the same key as this one.
    func copies(of record: Int) -> RecordNumbers {
        digestsByKey[placement.places[record].keyNumber]
    }

    /// The records that map to the key with this number.
    func digests(of key: Int32) -> RecordNumbers {
        digestsByKey[key]
    }

    /// The records that map to a key.
    func digests(at key: ObjectKey) -> RecordNumbers {
        keys.known(records.names.key(key.collapsed)).map { digestsByKey[$0] } ?? RecordNumbers.none
    }

    /// The number of the key that a record says its predecessor has.
    func previousKey(of record: Int) -> Int32? {
        keys.previous(record)
    }

    /// Whether no other record maps to the same key.
    func isOnlyCopy(_ record: Int) -> Bool {
        digestsByKey.only(placement.places[record].keyNumber) != nil
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

    /// Whether a file that no verified digest lists is asked for: by its name or, where that says another day, account
    /// or region, by its folder.
    func isAskedFor(_ folder: ArchiveIndex.Folder, _ name: [UInt8]) -> Bool {
        let path = ObjectKey(bytes: folder.path.bytes + name)
        let logFolder = LogFolder(placement.key(of: path, root: folder.root))
        let isInFolder = logFolder.map {
            options.selects(account: $0.account, region: $0.region) && options.range.intersects($0.day)
        }
        if let name = LogFileName(path) {
            let isSelected = options.selects(account: name.account, region: name.region)
            if isSelected, options.range.contains(name.time) { return true }
            let isOfItsFolder = logFolder.map {
                $0.account == name.account && $0.region == name.region && $0.day.contains(name.time)
            }
            return isInFolder == true && isOfItsFolder == false
        }
        // A flat folder has no folder of logs; keys and manifests may lie there, but no other gzip file.
        let isFlat = placement.layouts[folder.root] == .flat
        return isInFolder == true || (isFlat && path.hasSuffix(".gz"))
    }

    func displayPath(root: Int, _ path: ObjectKey) -> ObjectKey {
        let name = names[root]
        let separator = name.hasSuffix("/") || path.bytes.isEmpty ? "" : "/"
        return ObjectKey(bytes: Array((name + separator).utf8) + path.bytes)
    }

    /// Why an object that is not there may be there all the same.
    enum Concealment {
        /// Its key has a component that no object below a folder has.
        case unsafeKey
        /// A link stands on its way.
        case link(ObjectKey)
        /// A folder on its way could not be listed; or the rest of a source, which may hold it.
        case unreadable(String, ObjectReadError)
    }

    func concealment(of location: ObjectLocation) -> Concealment? {
        if location.key.hasUnsafeComponent { return .unsafeKey }
        for (root, layout) in placement.layouts.enumerated() where !hiddenFolders[root].isEmpty {
            // The rest of a source that could not be read to its end may hold anything.
            if let rest = hiddenFolders[root][ObjectKey(bytes: [])], let error = rest.error {
                return .unreadable("a part of \(displayPath(root: root, rest.path))", error)
            }
            guard let path = layout.path(of: location) else { continue }
            for (offset, byte) in path.bytes.enumerated() where byte == UInt8(ascii: "/") {
                guard let folder = hiddenFolders[root][ObjectKey(bytes: Array(path.bytes[..<offset]))] else { continue }
                let shown = displayPath(root: root, folder.path)
                guard let error = folder.error else { return .link(shown) }
                return .unreadable("the folder \(shown)", error)
            }
        }
        return nil
    }

    /// Whether a record is the newest digest file of its chain.
    func isNewestOfChain(_ record: Int) -> Bool {
        chain(of: record)?.members.last?.record == record
    }

    /// Whether a record is the newest digest of its chain, lacks only its signature, and follows the last verified one:
    /// what a download without metadata makes of every chain, and all that a caller may accept unsigned.
    func isUnsignedHead(_ record: Int) -> Bool {
        guard let members = chain(of: record)?.members, let head = members.last, head.record == record,
            !head.isVerified, let claims = records[head.record].claims, let previous = claims.previous,
            let before = members.dropLast().last, before.isVerified,
            head.previousKey == before.keyNumber, previous.hash == records[before.record].hash,
            claims.startTime == before.window.end
        else { return false }
        return copies(of: record).allSatisfy { records[$0].hash == records[record].hash }
    }

    /// Whether a log file that a record lists is one of its hour, by the time in its name.
    func isOfItsHour(_ location: ObjectLocation, _ record: Int) -> Bool {
        guard let time = LogFileName(location.key)?.time, let claims = records[record].claims else {
            return false
        }
        return claims.startTime.advanced(bySeconds: -DigestChain.hour) <= time && time <= claims.endTime
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
