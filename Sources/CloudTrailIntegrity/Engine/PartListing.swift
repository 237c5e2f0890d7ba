internal import CloudTrailFormat
internal import CloudTrailRules
internal import Synchronization

/// The folders of the log files of one day of a part.
struct PartDay: Sendable {
    /// Its first moment.
    let start: Timestamp
    fileprivate(set) var places: [ArchiveSurvey.Place]
}

/// Lists the folders of parts into an index.
struct PartListing {
    /// More digest files, or folders, are not gone through once for each cut: then the time would grow with the square of
    /// what somebody puts there. A trail has 8,760 digest files a year.
    static let mostInEachCut = 100_000

    private let sources: [any ObjectSource]
    private let filesOfPart: Int
    private let atOnce: Int
    private let check: @Sendable () throws -> Void

    /// - Parameters:
    ///   - filesOfPart: More log files of a part are too many.
    ///   - atOnce: The most folders that are listed at a time, where a source gains from it.
    ///   - check: Called with every entry, by several threads at once; what it throws ends the listing.
    init(
        _ sources: [any ObjectSource],
        filesOfPart: Int,
        atOnce: Int,
        _ check: @escaping @Sendable () throws -> Void
    ) {
        self.sources = sources
        self.filesOfPart = filesOfPart
        self.atOnce = atOnce
        self.check = check
    }

    private struct TooMany: Error {}

    private final class EntryCount: Sendable {
        let count = Atomic<Int>(0)
    }

    /// Adds what lies in a folder.
    func add(
        _ place: ArchiveSurvey.Place,
        to index: inout ArchiveIndex,
        batch: (ArchiveIndex.DigestBatch) throws -> Void
    ) throws {
        try add(place, to: &index, check, batch)
    }

    private func add(
        _ place: ArchiveSurvey.Place,
        to index: inout ArchiveIndex,
        _ check: @escaping @Sendable () throws -> Void,
        _ batch: (ArchiveIndex.DigestBatch) throws -> Void
    ) throws {
        let source = sources[place.root]
        try index.list(source, root: place.root, below: place.folder, atOnce: atOnce, check: check, batch: batch)
    }

    /// Adds the log files of a part.
    ///
    /// - Returns: `false` where they are too many: then nothing was added.
    /// - Throws: ``NotConfined`` where they are, and a digest file is among them.
    func add(
        _ places: [ArchiveSurvey.Place],
        to index: inout ArchiveIndex,
        batch: (ArchiveIndex.DigestBatch) throws -> Void
    ) throws -> Bool {
        let entries = EntryCount()
        let counting: @Sendable () throws -> Void = { [check, filesOfPart] in
            try check()
            if entries.count.wrappingAdd(1, ordering: .relaxed).newValue > filesOfPart { throw TooMany() }
        }
        let (mark, digestCount) = (index.mark, index.digests.count)
        do {
            for place in places { try add(place, to: &index, counting, batch) }
        } catch is TooMany {
            // Every cut would have to know a digest file that lies among them.
            if index.digests.count > digestCount { throw NotConfined() }
            index.removeFiles(after: mark)
            return false
        }
        return true
    }

    /// Adds the log files of the next days, and takes these off; more than one day where they are not too many.
    ///
    /// - Throws: ``NotConfined`` where a digest file is among them.
    func add(_ days: inout ArraySlice<PartDay>, to index: inout ArchiveIndex) throws {
        let start = index.entryCount
        while let day = days.first, index.entryCount - start < filesOfPart {
            for place in day.places { try add(place, to: &index) { _ in throw NotConfined() } }
            days.removeFirst()
        }
    }

    /// The days that log files lie in, in their order.
    ///
    /// - Parameters:
    ///   - start: The beginning of the first; `nil` for all.
    ///   - end: The beginning of the first that is left out; `nil` for all.
    /// - Throws: ``NotConfined`` where anything lies beside folders of days, or these are too many.
    func days(
        of places: [ArchiveSurvey.Place],
        from start: Timestamp? = nil,
        until end: Timestamp? = nil
    ) throws -> ArraySlice<PartDay> {
        var days: [Timestamp: PartDay] = [:]
        var count = 0
        for place in places {
            var folders = [place.folder]
            for _ in ["year", "month", "day"] {
                folders = try folders.flatMap { try subfolders(of: $0, root: place.root) }
                if count + folders.count > Self.mostInEachCut { throw NotConfined() }
            }
            count += folders.count
            for folder in folders {
                guard let day = KeyFolder(of: folder).day?.start else { throw NotConfined() }
                let place = ArchiveSurvey.Place(root: place.root, folder: folder)
                days[day, default: PartDay(start: day, places: [])].places.append(place)
            }
        }
        let wanted = days.values.filter { $0.start >= start ?? .distantPast && $0.start < end ?? .distantFuture }
        return wanted.sorted { $0.start < $1.start }[...]
    }

    private func subfolders(of folder: ObjectKey, root: Int) throws -> [ObjectKey] {
        var folders: [ObjectKey] = []
        do {
            try sources[root].list(in: folder) { item in
                try check()
                guard case .folder(let path) = item else { throw NotConfined() }
                folders.append(path)
            }
        } catch is ObjectReadError {
            throw NotConfined()
        }
        return folders
    }
}
