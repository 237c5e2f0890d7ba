internal import CloudTrailFormat
internal import CloudTrailRules

/// A part of the archive that can be judged by itself: all that digests list in one folder, and what is held of it.
struct LogPartition: Sendable {
    /// The lists, as record and group, from the oldest record to the newest.
    var lists: [(record: Int32, group: Int32)] = []
    /// The numbers of the folders of log files that were proven before.
    var proven: [Int] = []
    /// The numbers of the folders whose files map there.
    var folders: [Int] = []
}

/// All that can be judged by itself, and what digests list that is not theirs to vouch for.
struct LogPartitions: Sendable {
    fileprivate(set) var units: [LogPartition] = []
    /// How many files of other accounts or regions a digest lists, by its number.
    fileprivate(set) var foreign: [Int: Int] = [:]
}

extension LogPartition {
    /// The parts of the archive that can be judged by themselves.
    ///
    /// - Parameters:
    ///   - provenFolders: Where digests list the folders of log files that earlier runs proved.
    ///   - check: Called for every list and every folder; what it throws ends the work.
    static func units(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ placement: ArchivePlacement,
        provenFolders: [ListedFolder],
        check: () throws -> Void
    ) rethrows -> LogPartitions {
        var result = LogPartitions()
        var parts = ListedParts(records, placement.prefixes)
        // Where names tell keys, nothing can be told apart by folders.
        if placement.hasRootMappedByName {
            var unit = LogPartition()
            try forEachList(of: records, without: placement.strays) { _, record, group in
                try check()
                guard parts.isOwn(record, group, &result.foreign) else { return }
                unit.lists.append((record, group))
            }
            unit.proven = Array(provenFolders.indices)
            unit.folders = Array(index.folders.indices)
            result.units = [unit]
            return result
        }
        var units: [LogPartition] = []
        var numbers: [ObjectKey: Int] = [:]
        var known: [ObjectIdentifier: Int] = [:]
        func unitNumber(of path: ObjectKey) -> Int {
            if let number = numbers[path] { return number }
            numbers[path] = units.count
            units.append(LogPartition())
            return units.count - 1
        }
        // In the order of the listing, so that what is read in sequence lies side by side.
        for (number, folder) in index.folders.enumerated() {
            try check()
            let path = placement.place(of: folder).path ?? folder.path
            let unit = unitNumber(of: path)
            units[unit].folders.append(number)
        }
        try forEachList(of: records, without: placement.strays) { folder, record, group in
            try check()
            guard parts.isOwn(record, group, &result.foreign) else { return }
            let unit = known[ObjectIdentifier(folder)] ?? unitNumber(of: folder.collapsed)
            known[ObjectIdentifier(folder)] = unit
            units[unit].lists.append((record, group))
        }
        for (number, folder) in provenFolders.enumerated() {
            units[known[ObjectIdentifier(folder)] ?? unitNumber(of: folder.collapsed)].proven.append(number)
        }
        result.units = units
        return result
    }

    /// Calls `body` with every list of every digest, from the oldest digest to the newest, so that the newest listing
    /// of a key comes last.
    private static func forEachList(
        of records: DigestRecords,
        without strays: Set<Int>,
        _ body: (ListedFolder, Int32, Int32) throws -> Void
    ) rethrows {
        var order: [(end: Timestamp, record: Int32)] = []
        for number in records.indices where !records[number].logs.isEmpty && !strays.contains(number) {
            order.append((records[number].endTime, Int32(clamping: number)))
        }
        order.sort { ($0.end, $0.record) < ($1.end, $1.record) }
        for (_, record) in order {
            for (number, group) in records[Int(record)].logs.enumerated() {
                try body(group.folder, record, Int32(clamping: number))
            }
        }
    }
}

/// Which lists are of the account and region that their digest is of.
private struct ListedParts {
    /// What a listed folder tells.
    private struct Part {
        let account: String?
        let region: String?
    }

    private let records: DigestRecords
    private let prefixes: DeliveryPrefixes
    private let chains: [ChainIdentity]
    private var parts: [ObjectIdentifier: Part] = [:]
    private var last: (folder: ListedFolder, chain: Int32, isOwn: Bool)?

    init(_ records: DigestRecords, _ prefixes: DeliveryPrefixes) {
        self.records = records
        self.prefixes = prefixes
        chains = records.names.chains
    }

    /// Whether a digest vouches for what it lists in a folder.
    ///
    /// - Parameter foreign: Given the number of files, where it does not.
    mutating func isOwn(_ record: Int32, _ group: Int32, _ foreign: inout [Int: Int]) -> Bool {
        let list = records[Int(record)].logs[Int(group)]
        let chain = records[Int(record)].chain
        if let last, last.folder === list.folder, last.chain == chain {
            if !last.isOwn { foreign[Int(record), default: 0] += list.names.count }
            return last.isOwn
        }
        let identity = chains[Int(chain)]
        let part = part(of: list.folder)
        // Names decide only for a folder that does not tell: CloudTrail writes no such folder.
        let isTold = part.account != nil && part.region != nil
        let names = isTold ? [] : list.namedParts
        let isOwn = PlaceRules.isOwn(identity, account: part.account, region: part.region, names: names)
        if isTold { last = (list.folder, chain, isOwn) }
        if !isOwn { foreign[Int(record), default: 0] += list.names.count }
        return isOwn
    }

    private mutating func part(of folder: ListedFolder) -> Part {
        if let known = parts[ObjectIdentifier(folder)] { return known }
        let told = KeyFolder(of: folder.collapsed, prefixes)
        let part = Part(account: told.account, region: told.region)
        parts[ObjectIdentifier(folder)] = part
        return part
    }
}

extension ListedLogs.Group {
    /// The parts that the names of the files tell.
    fileprivate var namedParts: [NamedPart] {
        var parts: [NamedPart] = []
        var reader = makeReader()
        while reader.next() { if let part = NamedPart(name: reader.name[...]) { parts.append(part) } }
        return parts
    }
}
