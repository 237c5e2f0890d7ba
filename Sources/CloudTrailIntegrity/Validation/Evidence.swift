/// What was read, verified and placed: the ground that all findings stand on.
struct Evidence: Sendable {
    /// The names of the sources.
    let names: [String]
    let index: ArchiveIndex
    let records: [DigestRecord]
    let placement: ArchivePlacement
    let verdicts: [DigestVerdict]
    let chains: [DigestChain]
    let options: ValidationOptions
    /// Whether each record is to be reported on.
    let isInScope: [Bool]

    private let digestsByKey: [ObjectKey: [Int]]
    private let hiddenFolders: [[ObjectKey: ArchiveIndex.HiddenFolder]]

    init(
        names: [String],
        index: ArchiveIndex,
        records: [DigestRecord],
        placement: ArchivePlacement,
        signatures: [SignatureVerdict],
        options: ValidationOptions
    ) {
        self.names = names
        self.index = index
        self.records = records
        self.placement = placement
        self.options = options
        let verdicts = DigestJudge(records: records, places: placement.places, signatures: signatures).verdicts()
        self.verdicts = verdicts
        chains = DigestChain.chains(records: records, places: placement.places, verdicts: verdicts)
        isInScope = records.indices.map { number in
            let record = records[number]
            guard options.selects(record.name.chain) else { return false }
            let isVerified = verdicts[number].isVerified
            if options.range.intersects(DigestChain.window(of: record, isVerified: isVerified)) { return true }
            // What an unverified file claims must not take it out of the range.
            guard !isVerified, let file = record.file else { return false }
            return options.range.intersects(TimeRange(start: file.startTime, end: file.endTime))
        }
        var digestsByKey: [ObjectKey: [Int]] = [:]
        for (number, place) in placement.places.enumerated() { digestsByKey[place.key, default: []].append(number) }
        self.digestsByKey = digestsByKey
        var hiddenFolders = [[ObjectKey: ArchiveIndex.HiddenFolder]](repeating: [:], count: names.count)
        for folder in index.hiddenFolders { hiddenFolders[folder.root][folder.path] = folder }
        self.hiddenFolders = hiddenFolders
    }

    /// Whether a digest file is held that maps to `location`.
    func isHeld(_ location: ObjectLocation) -> Bool {
        (digestsByKey[location.key.collapsed] ?? []).contains { number in
            guard let bucket = placement.places[number].bucket else { return true }
            return bucket == location.bucket
        }
    }

    /// The records that map to a key.
    func records(at key: ObjectKey) -> [Int] {
        digestsByKey[key] ?? []
    }

    /// The file below the name of its source, as the report shows it.
    func displayPath(_ file: ArchiveIndex.File) -> ObjectKey {
        displayPath(root: file.root, file.path)
    }

    func displayPath(root: Int, _ path: ObjectKey) -> ObjectKey {
        let name = names[root]
        let separator = name.hasSuffix("/") ? "" : "/"
        return ObjectKey(bytes: Array((name + separator).utf8) + path.bytes)
    }

    /// Why an object that is not there may be there all the same.
    enum Concealment {
        /// Its key has a component that no object below a folder has.
        case unsafeKey
        /// A link stands on its way.
        case link(ObjectKey)
        /// A folder on its way could not be listed.
        case unreadableFolder(ObjectKey, ObjectReadError)
    }

    func concealment(of location: ObjectLocation) -> Concealment? {
        if location.key.hasUnsafeComponent { return .unsafeKey }
        for (root, layout) in placement.layouts.enumerated() where !hiddenFolders[root].isEmpty {
            guard let path = layout.path(of: location) else { continue }
            for (offset, byte) in path.bytes.enumerated() where byte == UInt8(ascii: "/") {
                guard let folder = hiddenFolders[root][ObjectKey(bytes: Array(path.bytes[..<offset]))] else { continue }
                let shown = displayPath(root: root, folder.path)
                guard let error = folder.error else { return .link(shown) }
                return .unreadableFolder(shown, error)
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
            !head.isVerified, let file = head.file, let previous = file.previous,
            let before = members.dropLast().last, before.isVerified,
            previous.location.key.collapsed == before.key, previous.hash == records[before.record].hash,
            file.startTime == before.window.end
        else { return false }
        return self.records(at: head.key).allSatisfy { records[$0].hash == records[record].hash }
    }

    /// Whether a log file that a record lists is one of its hour, by the time in its name.
    func isOfItsHour(_ location: ObjectLocation, _ record: Int) -> Bool {
        guard let time = LogFileName(location.key)?.time, let file = records[record].file else { return false }
        return file.startTime.advanced(bySeconds: -DigestChain.hour) <= time && time <= file.endTime
    }

    func isOldestOfChain(_ record: Int) -> Bool {
        guard let chain = chain(of: record), let oldest = chain.oldest else { return false }
        return chain.members[oldest].key == placement.places[record].key
    }

    private func chain(of record: Int) -> DigestChain? {
        let identity = records[record].name.chain
        var low = 0
        var high = chains.count
        while low < high {
            let middle = (low + high) / 2
            if chains[middle].identity < identity { low = middle + 1 } else { high = middle }
        }
        return low < chains.count && chains[low].identity == identity ? chains[low] : nil
    }
}
