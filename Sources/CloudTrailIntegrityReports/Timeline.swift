internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules

/// What is known of every chain over the time, in columns of equal length: in each the gravest state counts.
///
/// No column is called proven of which a finding speaks that is more than a notice.
struct Timeline {
    /// What is known of a time, the gravest last.
    enum State: Int, Comparable, CaseIterable {
        /// No digest file of it was asked for or held.
        case nothing
        /// Between backfill digest files, which owe no coverage.
        case backfill
        case proven
        case unproven
        case gap
        case missing
        case violation

        static func < (lhs: State, rhs: State) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// Neighbouring columns of the same state.
    struct Stretch {
        let state: State
        let columns: Range<Int>
        /// The time it speaks of, which ends within its first and last column.
        let time: TimeRange
        /// The findings that speak of this time, by kind, the gravest first.
        let counts: [(kind: FindingKind, count: Int)]
    }

    /// A chain, or what belongs to none.
    struct Row {
        /// The number of its name in ``names``.
        let number: Int
        /// Whether what concerns every chain that is not wholly proven is drawn here.
        let isOpen: Bool
        let stretches: [Stretch]
    }

    /// The number of columns.
    static let columns = 400

    /// The time that is drawn.
    let domain: TimeRange
    /// The chains that the report speaks of, in its order, and `nil` last where findings belong to none.
    let chains: [ChainIdentity?]
    /// The chains that are drawn: those with the gravest findings, where there are more than the limit.
    let rows: [Row]
    /// The number of findings that are nowhere in the picture because they name no time.
    let untimed: Int
    /// The number of findings that speak of a time before or after the picture alone.
    let outside: Int

    private let numbers: [ChainIdentity?: Int]

    /// Places the findings of a report.
    ///
    /// - Parameter limit: The most rows.
    init(_ report: ValidationReport, limit: Int) {
        let domain = Self.domain(report)
        var identities = Set(report.chains.map(\.chain))
        for finding in report.findings { if let chain = finding.chain { identities.insert(chain) } }
        var chains: [ChainIdentity?] = identities.sorted()
        if report.findings.contains(where: { $0.chain == nil }) { chains.append(nil) }
        var numbers: [ChainIdentity?: Int] = [:]
        for (number, chain) in chains.enumerated() { numbers[chain] = number }

        var drawn = [[Int]](repeating: [], count: chains.count)
        var worst = [Int](repeating: 0, count: chains.count)
        var general = Layer()
        var (untimed, outside) = (0, 0)
        for (index, finding) in report.findings.enumerated() {
            guard let number = numbers[finding.chain] else { continue }
            worst[number] = max(worst[number], Self.state(finding.kind).rawValue)
            guard let time = Self.time(finding, domain) else {
                untimed += 1
                continue
            }
            guard let columns = Self.columns(time, domain) else {
                outside += 1
                continue
            }
            drawn[number].append(index)
            if Self.concernsEveryChain(finding) { general.add(finding.kind, time, columns) }
        }
        general.sum()
        let kept = chains.indices.sorted { (worst[$1], $0) < (worst[$0], $1) }.prefix(limit).sorted()
        var summaries: [ChainIdentity?: ChainSummary] = [:]
        for summary in report.chains { summaries[summary.chain] = summary }
        rows = kept.map { number in
            let summary = summaries[chains[number]]
            var layer = Layer()
            for index in drawn[number] {
                let finding = report.findings[index]
                guard let time = Self.time(finding, domain), let columns = Self.columns(time, domain) else { continue }
                layer.add(finding.kind, time, columns)
            }
            layer.sum()
            let isOpen = summary.map { !$0.isProven } ?? false
            let layers = isOpen ? [layer, general] : [layer]
            return Row(number: number, isOpen: isOpen, stretches: Self.stretches(layers, summary, domain))
        }
        self.domain = domain
        self.chains = chains
        self.numbers = numbers
        self.untimed = untimed
        self.outside = outside
    }

    /// The number of a finding's chain in ``chains``.
    func number(of finding: Finding) -> Int { numbers[finding.chain] ?? 0 }

    /// The columns that a finding stands in; `nil` when it is not in the picture.
    func columns(of finding: Finding) -> Range<Int>? {
        Self.time(finding, domain).flatMap { Self.columns($0, domain) }
    }

    /// Whether it is drawn with every chain that is not wholly proven, because nothing says which it concerns.
    static func concernsEveryChain(_ finding: Finding) -> Bool { finding.kind == .locationNotHeld }

    // MARK: Times

    private static let hour: Int64 = 3600
    private static let week = 7 * 24 * hour

    /// What is verified or was asked for, and as much again, or a week, on each side where findings lie there: a name
    /// that speaks of the year 9999 must not make everything else too small to see.
    private static func domain(_ report: ValidationReport) -> TimeRange {
        var sure = Extent()
        for chain in report.chains {
            if let start = chain.start { sure.include(start) }
            if let end = chain.end { sure.include(end) }
        }
        if let start = report.requestedStart { sure.include(start) }
        if let end = report.requestedEnd { sure.include(end) }
        var whole = sure
        let reach = sure.range.map { max($0.end.seconds(since: $0.start), week) }
        for finding in report.findings {
            guard let time = time(finding, nil) else { continue }
            for moment in [time.start, time.end] {
                if let reach, let known = sure.range {
                    guard known.start.seconds(since: moment) <= reach, moment.seconds(since: known.end) <= reach
                    else { continue }
                }
                whole.include(moment)
            }
        }
        guard let range = whole.range else { return TimeRange(start: .distantPast, end: .distantPast) }
        let missing = max(0, hour - range.end.seconds(since: range.start))
        return TimeRange(start: range.start.advanced(bySeconds: -missing), end: range.end)
    }

    fileprivate struct Extent {
        private(set) var range: TimeRange?

        mutating func include(_ moment: Timestamp) {
            range = TimeRange(start: min(range?.start ?? moment, moment), end: max(range?.end ?? moment, moment))
        }
    }

    /// The time a finding speaks of.
    ///
    /// - Parameter domain: What an open end is replaced with; where it is `nil`, the other end.
    private static func time(_ finding: Finding, _ domain: TimeRange?) -> TimeRange? {
        switch (finding.start, finding.end) {
        case (let start?, let end?): return TimeRange(start: start, end: max(start, end))
        case (let start, let end) where finding.kind == .coverageShort || finding.kind == .nothingValidated:
            // No start is all time before, no end all time after.
            guard let from = start ?? domain?.start ?? end, let until = end ?? domain?.end ?? start else { return nil }
            return TimeRange(start: from, end: max(from, until))
        case (let start, let end):
            // A log file stands for the hour of the digest file that lists it.
            if case .text(let key) = finding.detail["listedBy"], let name = DigestFileName(ObjectKey(key)) {
                return TimeRange(start: name.endTime.advanced(bySeconds: -hour), end: name.endTime)
            }
            if let start { return TimeRange(start: start, end: start.advanced(bySeconds: 60)) }
            return end.map { TimeRange(start: $0.advanced(bySeconds: -hour), end: $0) }
        }
    }

    /// Every column that has a moment in common with `time`.
    private static func columns(_ time: TimeRange, _ domain: TimeRange) -> Range<Int>? {
        let length = domain.end.seconds(since: domain.start)
        guard length > 0, time.start <= domain.end, time.end >= domain.start else { return nil }
        let from = max(0, time.start.seconds(since: domain.start)) * Int64(columns) / length
        let until = (min(length, time.end.seconds(since: domain.start)) * Int64(columns) + length - 1) / length
        let first = min(Int(from), columns - 1)
        return first..<max(first + 1, Int(until))
    }

    /// The moment at which a column begins.
    fileprivate static func start(ofColumn column: Int, _ domain: TimeRange) -> Timestamp {
        let length = domain.end.seconds(since: domain.start)
        return domain.start.advanced(bySeconds: Int64(column) * length / Int64(columns))
    }

    // MARK: States

    fileprivate static func state(_ kind: FindingKind) -> State {
        switch (kind, kind.severity) {
        case (.digestMissing, _), (.logMissing, _): .missing
        case (.chainGap, _): .gap
        case (_, .violation): .violation
        case (_, .unverified): .unproven
        case (_, .notice): .nothing
        }
    }

    private static func stretches(_ layers: [Layer], _ summary: ChainSummary?, _ domain: TimeRange) -> [Stretch] {
        var states = (0..<columns).map { column in layers.map { $0.state(ofColumn: column) }.max() ?? .nothing }
        func paint(_ time: TimeRange, _ state: State) {
            guard let columns = Self.columns(time, domain) else { return }
            for column in columns { states[column] = max(states[column], state) }
        }
        if let summary, let start = summary.start, let end = summary.end {
            paint(TimeRange(start: start, end: end), summary.chain.isBackfill ? .backfill : .proven)
        }
        if let unexplained = unexplained(summary, states, domain) { paint(unexplained, .unproven) }

        var runs: [Range<Int>] = []
        for column in 0..<columns {
            if column > 0, states[column] == states[column - 1], let last = runs.popLast() {
                runs.append(last.lowerBound..<column + 1)
            } else {
                runs.append(column..<column + 1)
            }
        }
        let told = runs.map { run in
            layers.compactMap { $0.extent(of: states[run.lowerBound], in: run, domain) }
                .reduce(into: Extent()) { extent, time in
                    extent.include(time.start)
                    extent.include(time.end)
                }.range
        }
        return runs.indices.compactMap { index in
            let run = runs[index]
            let state = states[run.lowerBound]
            var counts: [FindingKind: Int] = [:]
            for layer in layers { counts.merge(layer.counts(in: run), uniquingKeysWith: +) }
            guard state != .nothing || !counts.isEmpty else { return nil }
            // What is proven reaches from the end of what stands before it to the start of what comes after it.
            let before = index > 0 ? told[index - 1]?.end : nil
            let after = index + 1 < runs.count ? told[index + 1]?.start : nil
            let time =
                told[index]
                ?? TimeRange(
                    start: before ?? max(summary?.start ?? domain.start, start(ofColumn: run.lowerBound, domain)),
                    end: after ?? min(summary?.end ?? domain.end, start(ofColumn: run.upperBound, domain))
                )
            let sorted = counts.sorted { ($1.key.severity, $0.key.rawValue) < ($0.key.severity, $1.key.rawValue) }
            return Stretch(state: state, columns: run, time: time, counts: sorted.map { ($0.key, $0.value) })
        }
    }

    /// What cannot be called proven although no finding that was placed says so: everything before a gap that none
    /// explains, and the whole of a chain that is not proven and has nothing to show for it.
    private static func unexplained(_ summary: ChainSummary?, _ states: [State], _ domain: TimeRange) -> TimeRange? {
        guard let summary, !summary.isProven, let start = summary.start, let end = summary.end else { return nil }
        if !states.contains(where: { $0 > .proven }) { return TimeRange(start: start, end: end) }
        guard !summary.chain.isBackfill, let unbrokenFrom = summary.unbrokenFrom, start < unbrokenFrom else {
            return nil
        }
        let lastMoment = TimeRange(start: unbrokenFrom.advanced(bySeconds: -1), end: unbrokenFrom)
        let isExplained = columns(lastMoment, domain)?.first.map { states[$0] > .proven } ?? false
        return isExplained ? nil : TimeRange(start: start, end: unbrokenFrom)
    }
}

extension ChainSummary {
    /// Whether every file is proven, and no gap lies between the digest files.
    fileprivate var isProven: Bool {
        digests.valid == digests.total && logs.valid == logs.total && (chain.isBackfill || unbrokenFrom == start)
    }
}

/// Findings by the columns they stand in: what a time is asked about takes no longer for many of them.
private struct Layer {
    private var kinds: [FindingKind: Spans] = [:]
    private var states: [Timeline.State: Spans] = [:]

    mutating func add(_ kind: FindingKind, _ time: TimeRange, _ columns: Range<Int>) {
        kinds[kind, default: Spans()].add(time, columns)
        states[Timeline.state(kind), default: Spans()].add(time, columns)
    }

    /// Ends the adding; everything else comes after it.
    mutating func sum() {
        for kind in kinds.keys { kinds[kind]?.sum() }
        for state in states.keys { states[state]?.sum() }
    }

    /// The gravest state in a column.
    func state(ofColumn column: Int) -> Timeline.State {
        states.keys.filter { states[$0]?.count(in: column..<column + 1) ?? 0 > 0 }.max() ?? .nothing
    }

    /// The number of findings that have a column in common with `columns`, by kind.
    func counts(in columns: Range<Int>) -> [FindingKind: Int] {
        kinds.mapValues { $0.count(in: columns) }.filter { $0.value > 0 }
    }

    /// The time within `columns` that the findings of a state speak of, as a whole.
    func extent(of state: Timeline.State, in columns: Range<Int>, _ domain: TimeRange) -> TimeRange? {
        states[state]?.extent(in: columns, domain)
    }
}

/// Spans of time, by the columns they begin and end in.
private struct Spans {
    /// After the summing: how many begin before each column.
    private var begins = [Int](repeating: 0, count: Timeline.columns + 1)
    /// After the summing: how many end before each column or with the one before it.
    private var ends = [Int](repeating: 0, count: Timeline.columns + 1)
    /// The earliest start of those that begin in each column.
    private var earliest = [Timestamp?](repeating: nil, count: Timeline.columns)
    /// The latest end of those that end in each column.
    private var latest = [Timestamp?](repeating: nil, count: Timeline.columns)

    mutating func add(_ time: TimeRange, _ columns: Range<Int>) {
        let (first, last) = (columns.lowerBound, columns.upperBound - 1)
        begins[first + 1] += 1
        ends[last + 1] += 1
        earliest[first] = min(earliest[first] ?? time.start, time.start)
        latest[last] = max(latest[last] ?? time.end, time.end)
    }

    mutating func sum() {
        for column in 1...Timeline.columns {
            begins[column] += begins[column - 1]
            ends[column] += ends[column - 1]
        }
    }

    func count(in columns: Range<Int>) -> Int { begins[columns.upperBound] - ends[columns.lowerBound] }

    func extent(in columns: Range<Int>, _ domain: TimeRange) -> TimeRange? {
        guard count(in: columns) > 0 else { return nil }
        let from = Timeline.start(ofColumn: columns.lowerBound, domain)
        let until = Timeline.start(ofColumn: columns.upperBound, domain)
        let entering = begins[columns.lowerBound] - ends[columns.lowerBound]
        let leaving = begins[columns.upperBound] - ends[columns.upperBound]
        let start = entering > 0 ? nil : earliest[columns].compactMap(\.self).min()
        let end = leaving > 0 ? nil : latest[columns].compactMap(\.self).max()
        return TimeRange(start: max(from, start ?? from), end: min(until, end ?? until))
    }
}
