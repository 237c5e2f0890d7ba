/// A part of the archive that can be judged by itself: all that digests list in one folder, and what is held of it.
struct LogUnit: Sendable {
    /// The lists, as record and group, from the oldest record to the newest.
    var lists: [(record: Int32, group: Int32)] = []
    /// The numbers of the folders of log files that were proven before.
    var proven: [Int] = []
    /// The numbers of the folders whose files map there.
    var folders: [Int] = []
}

extension LogUnit {
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
    ) rethrows -> [LogUnit] {
        // In a flat folder names alone tell keys, so that nothing can be told apart by folders.
        if placement.hasFlatRoot {
            var unit = LogUnit()
            try forEachList(of: records) { _, record, group in
                try check()
                unit.lists.append((record, group))
            }
            unit.proven = Array(provenFolders.indices)
            unit.folders = Array(index.folders.indices)
            return [unit]
        }
        var units: [LogUnit] = []
        var numbers: [ObjectKey: Int] = [:]
        var known: [ObjectIdentifier: Int] = [:]
        func unitNumber(of path: ObjectKey) -> Int {
            if let number = numbers[path] { return number }
            numbers[path] = units.count
            units.append(LogUnit())
            return units.count - 1
        }
        // In the order of the listing, so that what is read behind each other lies beside each other.
        for (number, folder) in index.folders.enumerated() {
            try check()
            let path = placement.place(of: folder).path ?? folder.path
            let unit = unitNumber(of: path)
            units[unit].folders.append(number)
        }
        try forEachList(of: records) { folder, record, group in
            try check()
            let unit = known[ObjectIdentifier(folder)] ?? unitNumber(of: folder.collapsed)
            known[ObjectIdentifier(folder)] = unit
            units[unit].lists.append((record, group))
        }
        for (number, folder) in provenFolders.enumerated() {
            units[known[ObjectIdentifier(folder)] ?? unitNumber(of: folder.collapsed)].proven.append(number)
        }
        return units
    }

    /// Calls `body` with every list of every digest, from the oldest digest to the newest, so that the newest listing
    /// of a key comes last.
    private static func forEachList(
        of records: DigestRecords,
        _ body: (ListedFolder, Int32, Int32) throws -> Void
    ) rethrows {
        var order: [(end: Timestamp, record: Int32)] = []
        for number in records.indices where !records[number].logs.isEmpty {
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
