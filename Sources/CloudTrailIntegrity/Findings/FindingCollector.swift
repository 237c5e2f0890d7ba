internal import CloudTrailFormat
internal import CloudTrailRules

/// Gathers findings: of each kind and folder a limited number stand by themselves, and one finding sums up the others, so
/// that the report does not grow with their number (I31).
struct FindingCollector: Sendable {
    /// What findings have in common that are summed up together.
    fileprivate struct Place: Hashable, Sendable {
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

    /// What of the judging a part findings come from: where they are of one kind and folder, those of an earlier stage stand
    /// by themselves first.
    enum Stage: Int, Sendable, Comparable {
        case digests
        /// At the same time: as many of these stand by themselves as of those of digest files.
        case logs
        case absences, chains, earlierRuns

        static func < (lhs: Stage, rhs: Stage) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// Where the findings come from that are added now.
    var stage = Stage.digests
    let limit: Int
    private let keepsAll: Bool
    /// What the last run found.
    var known: KnownFindings?
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
    /// Where these come from, as far as they are settled.
    private(set) var stages: [Stage] = []
    /// The groups of which so many stand by themselves, since others were merged, that some may have to be summed up.
    private var crowded: Set<Int> = []
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
            stages += repeatElement(stage, count: groups[number].open.count)
            groups[number].settledCount += groups[number].open.count
            groups[number].open = []
        }
        touched = []
        bounds = [:]
        return Array(findings[start...])
    }

    /// Adds what another has settled. Both may have as many of one kind and folder as the limit allows.
    mutating func add(_ other: FindingCollector) {
        findings += other.findings
        stages += other.stages
        summedUp += other.summedUp
        for (otherNumber, group) in other.groups.enumerated() {
            let number = number(of: group.place)
            groups[number].settledCount += group.settledCount
            if let sum = other.sums[otherNumber] { sums[number, default: FindingSum()].add(sum) }
        }
    }

    /// Adds what was settled of another part, as if the findings of both had come to one: see ``sumUpExcess()``.
    mutating func merge(_ other: FindingCollector) {
        add(other)
        var isDue = false
        for group in other.groups where group.settledCount > 0 {
            let number = number(of: group.place)
            let count = groups[number].settledCount
            if count > limit { crowded.insert(number) }
            // Not at once, so that n parts take n log n comparisons.
            isDue = isDue || count >= 2 * max(limit, Self.fewest) + limit
        }
        if isDue { sumUpExcess() }
    }

    /// Sums up those that do not stand by themselves once parts were merged. Of each stage the first of a part are among its
    /// own that do, and so the first of all parts are among those of all.
    mutating func sumUpExcess() {
        if crowded.isEmpty { return }
        var standing: [Int: [(stage: Stage, finding: Finding)]] = [:]
        let all = zip(stages, findings)
        (findings, stages) = ([], [])
        for (stage, finding) in all {
            let number = group(of: finding)
            if crowded.contains(number) {
                standing[number, default: []].append((stage, finding))
            } else {
                findings.append(finding)
                stages.append(stage)
            }
        }
        for (number, found) in standing {
            var counts: [Stage: Int] = [:]
            groups[number].settledCount = 0
            for (stage, finding) in found.sorted(by: Self.standsBefore) {
                let others = stage <= .logs ? counts[stage, default: 0] : groups[number].settledCount
                guard others < limit else {
                    sumUp(finding, in: number)
                    continue
                }
                counts[stage, default: 0] += 1
                groups[number].settledCount += 1
                findings.append(finding)
                stages.append(stage)
            }
        }
        crowded = []
    }

    private static func standsBefore(_ lhs: (stage: Stage, finding: Finding), _ rhs: (stage: Stage, finding: Finding))
        -> Bool
    {
        lhs.stage == rhs.stage ? Finding.inReportOrder(lhs.finding, rhs.finding) : lhs.stage < rhs.stage
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

extension FindingCollector: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(limit)
        writer.add(keepsAll)
        writer.add(findings.count)
        for (stage, finding) in zip(stages, findings) {
            writer.add(stage.rawValue)
            writer.add(finding)
        }
        writer.add(all: summedUp)
        writer.add(sums.count)
        for (number, sum) in sums.sorted(by: { groups[$0.key].place < groups[$1.key].place }) {
            writer.add(groups[number].place)
            writer.add(sum)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(limit: try reader.size(), keepsAll: try reader.flag())
        for _ in 0..<(try reader.count()) {
            guard let stage = Stage(rawValue: try reader.size()) else { throw StateReader.broken }
            let finding: Finding = try reader.value()
            groups[group(of: finding)].settledCount += 1
            stages.append(stage)
            findings.append(finding)
        }
        summedUp = try reader.all()
        for _ in 0..<(try reader.count()) {
            let place: Place = try reader.value()
            guard sums.updateValue(try reader.value(), forKey: number(of: place)) == nil else {
                throw StateReader.broken
            }
        }
    }
}

extension FindingCollector.Place: PartialValue, Comparable {
    func write(to writer: inout StateWriter) {
        writer.add(kind)
        writer.add(concernsNewestDigest)
        writer.add(isOfPath)
        writer.add(folder)
    }

    init(from reader: inout StateReader) throws(StateError) {
        kind = try reader.value()
        concernsNewestDigest = try reader.flag()
        isOfPath = try reader.flag()
        folder = try reader.value()
    }

    static func < (lhs: Self, rhs: Self) -> Bool {
        let left = (lhs.kind.rawValue, lhs.folder, lhs.isOfPath ? 1 : 0, lhs.concernsNewestDigest ? 1 : 0)
        return left < (rhs.kind.rawValue, rhs.folder, rhs.isOfPath ? 1 : 0, rhs.concernsNewestDigest ? 1 : 0)
    }
}
