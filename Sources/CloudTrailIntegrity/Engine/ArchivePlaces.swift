package import CloudTrailFormat
package import CloudTrailRules

/// What signed digest files say of places, in an archive that is judged part by part.
package struct ArchivePlaces: Hashable, Sendable {
    /// Of every root, how its paths map to keys.
    package let offsets: [PathOffset]
    /// The prefixes that the trails deliver below.
    package let prefixes: DeliveryPrefixes

    package init(offsets: [PathOffset], prefixes: DeliveryPrefixes) {
        self.offsets = offsets
        self.prefixes = prefixes
    }

    /// Those of an archive or a portion; `nil` where the files of a root have no offset in common.
    init?(_ placement: ArchivePlacement) {
        var offsets: [PathOffset] = []
        for layout in placement.layouts {
            guard case .tree(let offset) = layout else { return nil }
            offsets.append(offset)
        }
        self.init(offsets: offsets, prefixes: placement.prefixes)
    }

    /// The layout of every root.
    var layouts: [ArchiveLayout] { offsets.map { .tree($0) } }

    /// Whether each root has a signed digest file that says its offset, and each prefix one that lies below it: then those of
    /// the whole archive say the same.
    func agree(with votes: ArchivePortion.Votes) -> Bool {
        votes.roots.count == offsets.count && votes.prefixes == prefixes
    }
}
