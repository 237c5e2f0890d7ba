internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// An account and region of which entries were seen before, and of which nothing is there.
struct EmptyShareError: Error {
    let part: ArchivePart
}

/// A portion of a plain archive: as many parts as come to a number of files, one portion after another.
struct ArchivePortion {
    /// What is judged of a part: all of it, or some of its days.
    struct Share: Sendable {
        let part: ArchiveSurvey.Part
        /// The beginning of the first day; `nil` for all before ``end``, and what is reported of digest files.
        var start: Timestamp?
        /// The beginning of the first day after it; `nil` for all from ``start`` on.
        var end: Timestamp?
        /// Whether entries were seen there before.
        var isKnownToHold = false
    }

    /// What all signed digest files that were judged so far say of places.
    struct Votes: Sendable {
        /// Of each root, whether any says the offset of its layout.
        var roots: Set<Int> = []
        /// The prefixes that they lie below, whenever these were looked for.
        var prefixes = DeliveryPrefixes()

        mutating func add(_ other: Votes) {
            roots.formUnion(other.roots)
            prefixes.formUnion(other.prefixes)
        }
    }

    /// What the signed digest files of the portion that was listed last say of places.
    private struct OwnVotes: Sendable {
        /// Of each root the offset that they have in common, or that they say nothing; `nil` where they differ.
        var offsets: [PathOffset?]?
        /// The prefixes that they lie below, as often as these were looked for.
        var prefixes: [DeliveryPrefixes] = []
    }

    /// What digest files say of places, once for all portions; `nil` before the first was judged that says it.
    private(set) var places: ArchivePlaces?
    private(set) var votes = Votes()
    private var ownVotes = OwnVotes()
    /// What lies in no folder of a part, by the numbers of the sources; taken off when it is listed.
    private var rest: [[ArchiveEntry]]
    private let shares: [Share]
    private let files: Int
    private let filesOfPart: Int
    /// The number of the first share that is still to be listed, or to its end.
    private var next = 0
    /// The first day of it that is still to be listed, where some were.
    private var nextDay: Timestamp?
    /// The parts of the portion that was listed last.
    private(set) var parts: Set<ArchivePart> = []
    /// The days of the last of these, where it is cut; then no other part follows.
    private(set) var cut: PartCut?
    /// What the digest files are of parts that are cut: each of their cuts must be judged by the same.
    private(set) var digestsOfCuts: [ArchivePart: SHA256Digest] = [:]

    /// The portions of a whole archive.
    ///
    /// - Parameters:
    ///   - files: So many files make a portion, or the part more that it ends with.
    ///   - filesOfPart: A part with more log files is cut into days.
    init(_ survey: ArchiveSurvey, files: Int, filesOfPart: Int) {
        self.init(
            survey.parts.map { Share(part: $0) },
            rest: survey.rest,
            places: nil,
            files: files,
            filesOfPart: filesOfPart
        )
    }

    /// The portions of a share of an archive.
    ///
    /// - Parameters:
    ///   - rest: What lies in no folder of a part, where this is of the share.
    ///   - places: What digest files are known to say of places; `nil` where the first portion is to say it.
    init(
        _ shares: [Share],
        rest: [[ArchiveEntry]],
        places: ArchivePlaces?,
        files: Int,
        filesOfPart: Int
    ) {
        self.rest = rest
        self.shares = shares
        self.places = places
        self.files = files
        self.filesOfPart = filesOfPart
    }

    /// Whether all parts were listed.
    var isAtEnd: Bool { next == shares.count }

    /// Whether the first portion, before it is judged, is found to be the whole archive.
    var isWhole: Bool { places == nil && isAtEnd }

    /// Whether an earlier portion reported on the digest files of this one.
    var isRepeat: Bool { cut?.isRepeat ?? false }

    /// Whether another cut than the next of a share reports on its digest files.
    private func isRepeat(_ share: Share) -> Bool { nextDay != nil || share.start != nil }

    /// Lists the next portion; what lies beside all parts is of the first.
    ///
    /// - Parameters:
    ///   - atOnce: The most folders that are listed at a time, where a source gains from it.
    ///   - check: Called with every entry, by several threads at once; what it throws ends the listing.
    ///   - batch: Called with the digest files of each folder, and the days that their lists are kept of.
    /// - Throws: ``NotConfined`` where a part is too large, and its log files do not lie in folders of days or its digest
    ///   files are too many to be read again and again.
    mutating func list(
        _ sources: [any ObjectSource],
        into index: inout ArchiveIndex,
        atOnce: Int,
        check: @escaping @Sendable () throws -> Void,
        batch: (ArchiveIndex.DigestBatch, PartCut?) throws -> Void
    ) throws {
        let listing = PartListing(sources, filesOfPart: filesOfPart, atOnce: atOnce, check)
        parts = []
        cut = nil
        // A portion in which an earlier cut reports on digest files holds those of this cut alone.
        let isRestAlone = !isAtEnd && isRepeat(shares[next]) && rest.contains { !$0.isEmpty }
        for (root, entries) in rest.enumerated() {
            try index.add(entries, root: root, check: check) { try batch($0, nil) }
        }
        rest = []
        if isRestAlone { return }
        while cut == nil && !isAtEnd && (parts.isEmpty || index.entryCount < files) {
            let share = shares[next]
            if isRepeat(share), !parts.isEmpty { return }
            let part = share.part
            parts.insert(part.part)
            let known = index.entryCount
            // Digest files are listed first: what they list is there by then, where an archive grows meanwhile. They are read
            // when it is known how many log files there are, which decides what is kept of them.
            var found: [ArchiveIndex.DigestBatch] = []
            for place in part.digests { try listing.add(place, to: &index) { found.append($0) } }
            let digestCount = found.reduce(0) { $0 + $1.digests.count }
            let start = nextDay ?? share.start
            var days: ArraySlice<PartDay> = []
            let isCut =
                try start != nil || share.end != nil
                || !listing.add(part.logs, to: &index, batch: { found.append($0) })
            if isCut {
                // Looked for again in each cut, so that a folder is missed by none that was made before its cut was listed.
                days = try listing.days(of: part.logs, from: start, until: share.end)
                try listing.add(&days, to: &index)
                let end = days.first?.start ?? share.end
                if start != nil || end != nil { cut = PartCut(part: part.part, start: start, end: end) }
            }
            if share.isKnownToHold, index.entryCount == known { throw EmptyShareError(part: part.part) }
            if cut != nil, digestCount > PartListing.mostInEachCut { throw NotConfined() }
            for digests in found { try batch(digests, cut) }
            nextDay = days.first?.start
            if days.isEmpty { next += 1 }
        }
    }

    /// Notes what signed digest files say of layouts, before it is known which files named like digest files are not.
    ///
    /// - Parameter offsets: `nil` too where log files may lie apart from digest files.
    mutating func note(offsets: [PathOffset?]?) {
        ownVotes = OwnVotes(offsets: offsets)
    }

    /// Notes the prefixes that signed digest files lie below.
    mutating func note(prefixes: DeliveryPrefixes) {
        ownVotes.prefixes.append(prefixes)
    }

    /// What makes the portion that was listed last independent of the others; `nil` where there are none.
    ///
    /// - Parameter archive: What was made of it.
    /// - Throws: ``NotConfined``.
    mutating func confinement(of archive: JudgedArchive, check: () throws -> Void) throws -> Confinement? {
        if isWhole { return nil }
        let places: ArchivePlaces
        if let known = self.places {
            places = known
            try count(ownVotes, places)
        } else {
            places = try agreedPlaces(archive.facts.placement)
            self.places = places
        }
        try noteDigestsOfCut(archive)
        let confinement = Confinement(parts, cut, places, archive)
        try confinement.check(check)
        return confinement
    }

    /// What the digest files that were listed first say of places, which those of all other portions must say too.
    ///
    /// - Throws: ``NotConfined`` where they do not agree, or some root has none.
    mutating func agreedPlaces(_ placement: ArchivePlacement) throws -> ArchivePlaces {
        guard let places = ArchivePlaces(placement) else { throw NotConfined() }
        try count(ownVotes, places)
        guard places.agree(with: votes), ownVotes.prefixes.allSatisfy({ $0 == places.prefixes }) else {
            throw NotConfined()
        }
        return places
    }

    /// All signed digest files agree on where files lie.
    ///
    /// - Throws: ``NotConfined``.
    private mutating func count(_ own: OwnVotes, _ places: ArchivePlaces) throws {
        guard let offsets = own.offsets else { throw NotConfined() }
        for (root, (common, offset)) in zip(places.offsets, offsets).enumerated() {
            guard let offset else { continue }
            if offset != common { throw NotConfined() }
            votes.roots.insert(root)
        }
        guard own.prefixes.allSatisfy({ $0.isSubset(of: places.prefixes) }) else { throw NotConfined() }
        if let first = own.prefixes.first {
            votes.prefixes.formUnion(own.prefixes.dropFirst().reduce(first) { $0.intersection($1) })
        }
    }

    /// The cuts of a part must come to the same of the same digest files.
    private mutating func noteDigestsOfCut(_ archive: JudgedArchive) throws {
        guard let cut else { return }
        let (index, records) = (archive.facts.index, archive.facts.records)
        let isOwn = records.names.chains.map { ArchivePart($0) == cut.part }
        var bytes: [UInt8] = []
        for number in records.indices where isOwn[Int(records[number].chain)] {
            let digest = index.digests[number]
            let faults = archive.digests.verdicts[number].faults.map(\.kind.rawValue).joined(separator: " ")
            let isInScope = archive.digests.isInScope[number]
            bytes += "\(digest.root) \(faults) \(isInScope) \(archive.digests.window(of: number))\n".utf8
            bytes += index.path(of: digest).bytes + [0]
            bytes += records[number].hash?.bytes ?? []
        }
        let digests = try SHA256Digest.of(bytes)
        if let known = digestsOfCuts.updateValue(digests, forKey: cut.part), known != digests { throw NotConfined() }
    }
}
