/// Counts what is seen, of a bounded number of different things.
struct SeenCounts<Seen: Hashable & Comparable & Sendable> {
    /// The most different things that are told from each other.
    private static var most: Int { 256 }

    private var counts: [Seen: Int] = [:]
    private var others = 0

    mutating func add(_ seen: Seen, _ count: Int = 1) {
        if counts[seen] == nil, counts.count >= Self.most { return others += count }
        counts[seen, default: 0] += count
    }

    /// Adds what others were seen.
    mutating func add(_ others: SeenCounts) {
        for (seen, count) in others.counts.sorted(by: { $0.key < $1.key }) { add(seen, count) }
        self.others += others.others
    }

    /// The counts of what `transform` makes of it, in a fixed order.
    ///
    /// - Parameter areInOrder: Whether the first comes before the second.
    private func result(
        _ transform: (Seen) -> Seen,
        by areInOrder: (ArchiveDiagnosis.Count<Seen>, ArchiveDiagnosis.Count<Seen>) -> Bool
    ) -> ArchiveDiagnosis.Counts<Seen> {
        var merged: [Seen: Int] = [:]
        for (seen, count) in counts { merged[transform(seen), default: 0] += count }
        return ArchiveDiagnosis.Counts(
            counts: merged.map { ArchiveDiagnosis.Count(seen: $0, count: $1) }.sorted(by: areInOrder),
            others: others
        )
    }

    /// The commonest first.
    func byFrequency(_ transform: (Seen) -> Seen = { $0 }) -> ArchiveDiagnosis.Counts<Seen> {
        result(transform) { ($1.count, $0.seen) < ($0.count, $1.seen) }
    }

    /// The least first.
    func byValue() -> ArchiveDiagnosis.Counts<Seen> {
        result({ $0 }) { $0.seen < $1.seen }
    }
}
