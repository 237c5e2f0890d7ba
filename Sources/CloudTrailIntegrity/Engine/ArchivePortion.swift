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
    /// The number of the first part that is still to be listed.
    private var next = 0
    /// The parts of the portion that was listed last.
    private(set) var parts: Set<ArchivePart> = []

    /// - Parameter files: So many files make a portion, or a few more.
    init(_ survey: ArchiveSurvey, files: Int) {
        self.survey = survey
        self.files = files
    }

    /// Whether all parts were listed.
    var isAtEnd: Bool { next == survey.parts.count }

    /// Whether the first portion, before it is judged, is found to be the whole archive.
    var isWhole: Bool { places == nil && isAtEnd }

    /// Lists the next portion; what lies beside all parts is of the first.
    ///
    /// - Parameters:
    ///   - atOnce: The most folders that are listed at a time, where a source gains from it.
    ///   - check: Called with every entry, by several threads at once; what it throws ends the listing.
    ///   - batch: Called with the digest files of each folder, as soon as the listing leaves it.
    mutating func list(
        _ sources: [any ObjectSource],
        into index: inout ArchiveIndex,
        atOnce: Int,
        check: @escaping @Sendable () throws -> Void,
        batch: (ArchiveIndex.DigestBatch) throws -> Void
    ) throws {
        if next == 0 {
            for (root, entries) in survey.rest.enumerated() {
                try index.add(entries, root: root, check: check, batch: batch)
            }
        }
        parts = []
        repeat {
            for place in survey.parts[next].places {
                try index.list(
                    sources[place.root],
                    root: place.root,
                    below: place.folder,
                    atOnce: atOnce,
                    check: check,
                    batch: batch
                )
            }
            parts.insert(survey.parts[next].part)
            next += 1
        } while !isAtEnd && index.entryCount < files
    }

    /// Notes what signed digest files say of layouts, before it is known which files named like digest files are none.
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
        let confinement = Confinement(parts, places, archive)
        try confinement.check(check)
        return confinement
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
