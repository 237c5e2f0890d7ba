internal import CloudTrailFormat
internal import CloudTrailRules

/// Gathers findings: of each kind and folder a limited number stand by themselves, and one finding sums up the others, so
/// that the report does not grow with their number (I31).
struct FindingCollector: Sendable {
    /// What findings have in common that are summed up together.
    private struct Place: Hashable, Sendable {
        let kind: FindingKind
        /// Whether the caller may accept them, of the kinds of which that is not so of all.
        let concernsNewestDigest: Bool
        /// Whether ``folder`` is that of a path; else it is that of a key.
        let isOfPath: Bool
        /// With the `/` at its end.
        let folder: ObjectKey
    }

    private struct Group: Sendable {
        let place: Place
        /// Those that came since they were settled last.
        var open: [Finding] = []
        /// The number of those that stand by themselves.
        var settledCount = 0
    }

    private let limit: Int
    private let keepsAll: Bool
    private let known: KnownFindings?
    private var groups: [Group] = []
    private var numbers: [Place: Int] = [:]
    /// Of few groups, by their numbers: the last open finding, behind which all others are summed up.
    private var bounds: [Int: Finding] = [:]
    /// Of the groups with more findings than stand by themselves, by their numbers: the others.
    private var sums: [Int: FindingSum] = [:]
    /// The number of the group that a finding was added to last.
    private var last = 0
    /// The groups that may have open findings.
    private var touched: [Int] = []
    /// Those that stand by themselves; and, once ``finish()`` was called, those that sum up others.
    private(set) var findings: [Finding] = []
    /// Those that are summed up, where they are kept.
    private(set) var summedUp: [Finding] = []

    /// - Parameters:
    ///   - limit: How many findings of one kind and folder stand by themselves.
    ///   - keepsAll: Whether the others are kept too, for a state.
    ///   - known: What the last run found.
    init(limit: Int, keepsAll: Bool, known: KnownFindings? = nil) {
        self.limit = limit
        self.keepsAll = keepsAll
        self.known = known
    }

    /// Adds a finding, which stays open until the next call of ``settle()``.
    mutating func add(_ finding: Finding) {
        var finding = finding
        // Neither notices nor what sums up others are remembered.
        if let known, finding.severity > .notice, !finding.isSum {
            finding.note(isKnown: known.has(KnownFinding(finding)))
        }
        let number = group(of: finding)
        if !bounds.isEmpty, let bound = bounds[number], !Finding.inReportOrder(finding, bound) {
            sumUp(finding, in: number)
            return
        }
        if groups[number].open.isEmpty { touched.append(number) }
        groups[number].open.append(finding)
        // Twice as many before they are sorted, so that n findings take n log n comparisons.
        if groups[number].open.count >= 2 * max(limit, Self.fewest) { shorten(number) }
    }

    /// So many are sorted together at least.
    private static let fewest = 32

    /// Decides which of the open findings stand by themselves: of each kind and folder the first in the order of the
    /// report, as many as are left of the limit.
    ///
    /// - Returns: These.
    mutating func settle() -> [Finding] {
        let start = findings.count
        for number in touched {
            shorten(number)
            findings += groups[number].open
            groups[number].settledCount += groups[number].open.count
            groups[number].open = []
        }
        touched = []
        bounds = [:]
        return Array(findings[start...])
    }

    /// Whether those of another can be added as if all had come at once: of no kind and folder both have some, and together
    /// more than stand by themselves.
    func canAdd(_ other: FindingCollector) -> Bool {
        other.groups.enumerated().allSatisfy { otherNumber, group in
            guard let number = numbers[group.place] else { return true }
            return sums[number] == nil && other.sums[otherNumber] == nil
                && groups[number].settledCount + group.settledCount <= limit
        }
    }

    /// Adds what another has settled. Both may have as many of one kind and folder as the limit allows.
    mutating func add(_ other: FindingCollector) {
        findings += other.findings
        summedUp += other.summedUp
        for (otherNumber, group) in other.groups.enumerated() {
            let number = number(of: group.place)
            groups[number].settledCount += group.settledCount
            if let sum = other.sums[otherNumber] { sums[number, default: FindingSum()].add(sum) }
        }
    }

    /// Settles what is open, and adds the findings that sum up others.
    ///
    /// - Returns: All that was added.
    mutating func finish() -> [Finding] {
        let start = findings.count
        _ = settle()
        for (number, sum) in sums { findings.append(Self.finding(groups[number].place, sum)) }
        return Array(findings[start...])
    }

    private static func finding(_ place: Place, _ others: FindingSum) -> Finding {
        let folder = place.folder.bytes.isEmpty ? nil : place.folder
        return Finding(
            .more(place.kind, count: others.count, folder == nil ? .kind : .folder),
            bucket: others.bucket,
            key: place.isOfPath ? others.keyFolder : folder,
            path: place.isOfPath ? folder : nil,
            chain: others.chain,
            start: others.start,
            end: others.end,
            concernsNewestDigest: place.concernsNewestDigest
        )
    }

    private mutating func sumUp(_ finding: Finding, in number: Int) {
        sums[number, default: FindingSum()].add(finding)
        if keepsAll { summedUp.append(finding) }
    }

    /// Leaves of a group's open findings those that may stand by themselves.
    private mutating func shorten(_ number: Int) {
        let rest = max(0, limit - groups[number].settledCount)
        guard groups[number].open.count > rest else { return }
        groups[number].open.sort(by: Finding.inReportOrder)
        for finding in groups[number].open[rest...] { sumUp(finding, in: number) }
        groups[number].open.removeSubrange(rest...)
        bounds[number] = groups[number].open.last
    }

    // MARK: Groups

    private mutating func group(of finding: Finding) -> Int {
        let name = finding.path ?? finding.key
        // Neighbours are of one kind and lie in one folder.
        if groups.indices.contains(last) {
            let place = groups[last].place
            if place.kind == finding.kind, place.concernsNewestDigest == finding.concernsNewestDigest,
                place.isOfPath == (finding.path != nil), name?.isIn(place.folder) ?? place.folder.bytes.isEmpty
            {
                return last
            }
        }
        last = number(
            of: Place(
                kind: finding.kind,
                concernsNewestDigest: finding.concernsNewestDigest,
                isOfPath: finding.path != nil,
                folder: ObjectKey(bytes: name?.folder ?? [])
            )
        )
        return last
    }

    private mutating func number(of place: Place) -> Int {
        if let known = numbers[place] { return known }
        numbers[place] = groups.count
        groups.append(Group(place: place))
        return groups.count - 1
    }
}
