internal import CloudTrailFormat
internal import CloudTrailRules

/// A portion of a plain archive: as many parts as come to a number of files, one portion after another.
struct ArchivePortion {
    /// What digest files say of places, once for all portions.
    struct Places: Sendable {
        /// The layout of every root.
        let layouts: [ArchiveLayout]
        /// The prefixes that the trails deliver below.
        let prefixes: DeliveryPrefixes
    }

    /// What the signed digest files of a portion say of places.
    struct Votes: Sendable {
        /// Of each root the offset that they have in common, or that they say nothing; `nil` where they differ.
        fileprivate(set) var offsets: [PathOffset?]?
        /// The prefixes that they lie below, as often as these were looked for.
        fileprivate(set) var prefixes: [DeliveryPrefixes] = []
    }

    /// As the first portion has them; `nil` before it was judged.
    private(set) var places: Places?
    /// What the portion that was listed last says of places.
    private var votes = Votes()
    private let survey: ArchiveSurvey
    private let files: Int
    private let filesOfPart: Int
    private var hasListedRest = false
    /// The number of the first part that is still to be listed, or to its end.
    private var next = 0
    /// The parts of the portion that was listed last.
    private(set) var parts: Set<ArchivePart> = []
    /// The days of the last of these, where it is cut; then no other part follows.
    private(set) var cut: PartCut?
    /// What the digest files of the part that is cut were in its first cut.
    private var digestsOfCut: [SHA256Digest?] = []

    /// - Parameters:
    ///   - files: So many files make a portion, or the part more that it ends with.
    ///   - filesOfPart: A part with more log files is cut into days.
    init(_ survey: ArchiveSurvey, files: Int, filesOfPart: Int) {
        self.survey = survey
        self.files = files
        self.filesOfPart = filesOfPart
    }

    /// Whether all parts were listed.
    var isAtEnd: Bool { next == survey.parts.count }

    /// Whether the first portion, before it is judged, is found to be the whole archive.
    var isWhole: Bool { places == nil && isAtEnd }

    /// Whether an earlier portion reported on the digest files of this one.
    var isRepeat: Bool { cut?.isRepeat ?? false }

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
        if !hasListedRest {
            hasListedRest = true
            for (root, entries) in survey.rest.enumerated() {
                try index.add(entries, root: root, check: check) { try batch($0, nil) }
            }
        }
        parts = []
        let start = cut?.end
        cut = nil
        repeat {
            let part = survey.parts[next]
            parts.insert(part.part)
            // Digest files are listed first: what they list is there by then, where an archive grows meanwhile. They are read
            // when it is known how many log files there are, which decides what is kept of them.
            var found: [ArchiveIndex.DigestBatch] = []
            for place in part.digests { try listing.add(place, to: &index) { found.append($0) } }
            let digestCount = found.reduce(0) { $0 + $1.digests.count }
            var days: ArraySlice<PartDay> = []
            if try start != nil || !listing.add(part.logs, to: &index, batch: { found.append($0) }) {
                // Looked for again in each cut, so that a folder is missed by none that was made before its cut was listed.
                days = try listing.days(of: part.logs, from: start)
                try listing.add(&days, to: &index)
                let end = days.first?.start
                if start != nil || end != nil { cut = PartCut(part: part.part, start: start, end: end) }
            }
            if cut != nil, digestCount > PartListing.mostInEachCut { throw NotConfined() }
            for digests in found { try batch(digests, cut) }
            if days.isEmpty { next += 1 }
        } while cut == nil && !isAtEnd && index.entryCount < files
    }

    /// Notes what signed digest files say of layouts, before it is known which files named like digest files are not.
    ///
    /// - Parameter offsets: `nil` too where log files may lie apart from digest files.
    mutating func note(offsets: [PathOffset?]?) {
        votes = Votes(offsets: offsets)
    }

    /// Notes the prefixes that signed digest files lie below.
    mutating func note(prefixes: DeliveryPrefixes) {
        votes.prefixes.append(prefixes)
    }

    /// What makes the portion that was listed last independent of the others; `nil` where there are none.
    ///
    /// - Parameter archive: What was made of it.
    /// - Throws: ``NotConfined``.
    mutating func confinement(of archive: JudgedArchive, check: () throws -> Void) throws -> Confinement? {
        if isWhole { return nil }
        let isFirst = places == nil
        let placement = archive.facts.placement
        let places = places ?? Places(layouts: placement.layouts, prefixes: placement.prefixes)
        self.places = places
        try votes.check(places, isFirst: isFirst)
        try checkDigestsOfCut(archive.facts.records)
        let confinement = Confinement(parts, cut, places, archive)
        try confinement.check(check)
        return confinement
    }

    /// The cuts of a part must be judged by the same digest files, also where these change meanwhile.
    private mutating func checkDigestsOfCut(_ records: DigestRecords) throws {
        guard let cut else { return }
        let isOwn = records.names.chains.map { ArchivePart($0) == cut.part }
        let digests = records.lazy.filter { isOwn[Int($0.chain)] }.map(\.hash)
        if !cut.isRepeat {
            digestsOfCut = Array(digests)
        } else if !digests.elementsEqual(digestsOfCut) {
            throw NotConfined()
        }
    }
}

extension ArchivePortion.Votes {
    /// All signed digest files agree on where files lie, as those of the first portion do.
    ///
    /// - Parameter isFirst: Whether this is the portion that the places are of: every root must have its say then.
    /// - Throws: ``NotConfined``.
    fileprivate func check(_ places: ArchivePortion.Places, isFirst: Bool) throws {
        guard let offsets else { throw NotConfined() }
        for (layout, offset) in zip(places.layouts, offsets) {
            guard case .tree(let common) = layout, offset.map({ $0 == common }) ?? !isFirst else { throw NotConfined() }
        }
        let isKnown = prefixes.allSatisfy { isFirst ? $0 == places.prefixes : $0.isSubset(of: places.prefixes) }
        if !isKnown { throw NotConfined() }
    }
}
