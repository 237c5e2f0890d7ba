internal import CloudTrailIntegrity
internal import CloudTrailRules

/// The timeline as a picture: a row a chain, time across.
///
/// All positions across are percentages of the row, so that it fits any window without a script and keeps its
/// patterns undistorted. States differ in colour, in pattern and in height.
struct TimelinePicture {
    private let timeline: Timeline
    private let names: [ChainName]

    /// - Parameter names: The name of each chain of the timeline.
    init(_ timeline: Timeline, names: [ChainName]) {
        self.timeline = timeline
        self.names = names
    }

    func write<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        try output(Self.patterns)
        try output("<ul class=\"legend\" aria-label=\"Legend\">")
        let states = Set(timeline.rows.flatMap { row in row.stretches.map(\.state) })
        for state in Timeline.State.allCases where state != .backfill || states.contains(.backfill) {
            try output("<li>\(Self.sample(state)) \(state.explanation)</li>")
        }
        try output("</ul>")
        // The text about what is pointed at stays while the picture is in view.
        try output("<div>")
        try output(
            "<div id=\"picture\" class=\"picture\" role=\"group\" aria-label=\"Timeline of the chains\" tabindex=\"0\">"
        )
        try output("<div class=\"row axis\"><span class=\"label\">UTC</span><svg aria-hidden=\"true\">")
        for tick in ticks() { try output(tick) }
        try output("</svg></div>")
        for row in timeline.rows { try write(row, output) }
        try output("</div>")
        try output("<p id=\"pointed\" class=\"pointed\" hidden></p></div>")
    }

    private func write<Failure: Error>(_ row: Timeline.Row, _ output: (String) throws(Failure) -> Void) throws(Failure)
    {
        let name = names[row.number]
        try output(
            "<div class=\"row\" data-chain=\"\(row.number)\"\(row.isOpen ? " data-open" : "")><span class=\"label\">\(name.html)</span>"
                + "<svg role=\"group\" aria-label=\"\(xmlText(name.text))\">"
        )
        for stretch in row.stretches {
            let (top, height) = stretch.state.extent
            let thin = stretch.columns.count < Self.patternColumns ? " thin" : ""
            var attributes =
                "class=\"\(stretch.state)\(thin)\" x=\"\(Self.percent(stretch.columns.lowerBound))\" y=\"\(top)\""
            attributes += " width=\"\(Self.percent(stretch.columns.count))\" height=\"\(height)\""
            if !stretch.counts.isEmpty {
                attributes +=
                    " data-from=\"\(stretch.columns.lowerBound)\" data-until=\"\(stretch.columns.upperBound)\""
            }
            try output("<rect \(attributes)><title>\(Self.title(stretch))</title></rect>")
        }
        try output("</svg></div>")
    }

    /// What a stretch says when it is pointed at.
    private static func title(_ stretch: Timeline.Stretch) -> String {
        let counts = stretch.counts.map { "\($0.count.grouped) \($0.kind.rawValue)" }.joined(separator: ", ")
        let what = "\(stretch.state.name), \(stretch.time.start) to \(stretch.time.end)"
        return counts.isEmpty ? what : "\(what): \(counts)"
    }

    /// A number of columns in percent of the row, exactly.
    private static func percent(_ columns: Int) -> String {
        let hundredths = columns * 10_000 / Timeline.columns
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)%"
    }

    // MARK: Axis

    private static let hour: Int64 = 3600
    /// The fewest columns in which a pattern can be seen; narrower stretches get one colour.
    private static let patternColumns = 4
    private static let mostTicks: Int64 = 8

    /// A line and a label at round times.
    private func ticks() -> [String] {
        let (start, end) = (timeline.domain.start, timeline.domain.end)
        let length = end.seconds(since: start)
        let steps = [1, 2, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760, 87_600, 876_000].map { $0 * Self.hour }
        guard length > 0, let step = steps.first(where: { length / $0 < Self.mostTicks }) else { return [] }
        var ticks: [String] = []
        let remainder = ((start.secondsSinceEpoch % step) + step) % step
        var moment = start.advanced(bySeconds: remainder == 0 ? 0 : step - remainder)
        while moment <= end {
            let columns = Int(moment.seconds(since: start) * Int64(Timeline.columns) / length)
            let text = moment.description
            // The day, or the day of the year and the minute.
            let label =
                step >= 24 * Self.hour
                ? "\(text.prefix(10))" : "\(text.dropFirst(5).prefix(11))".split(separator: "T").joined(separator: " ")
            let anchor = columns < 20 ? "start" : columns > Timeline.columns - 20 ? "end" : "middle"
            let x = Self.percent(columns)
            ticks.append("<line x1=\"\(x)\" x2=\"\(x)\" y1=\"16\" y2=\"22\"/>")
            ticks.append("<text x=\"\(x)\" y=\"12\" text-anchor=\"\(anchor)\">\(label)</text>")
            let next = moment.advanced(bySeconds: step)
            guard next > moment else { break }
            moment = next
        }
        return ticks
    }

    // MARK: States

    private static func sample(_ state: Timeline.State) -> String {
        let (top, height) = state.extent
        return "<svg class=\"sample\" aria-hidden=\"true\">"
            + "<rect class=\"\(state)\" x=\"1\" y=\"\(top)\" width=\"30\" height=\"\(height)\"/></svg>"
    }

    private static let patterns = """
        <svg class="patterns" aria-hidden="true"><defs>
        <pattern id="unproven" width="6" height="6" patternUnits="userSpaceOnUse">
        <rect class="base" width="6" height="6"/><path class="mark" d="M-1 1L1 -1M-1 7L7 -1M5 7L7 5"/></pattern>
        <pattern id="gap" width="5" height="5" patternUnits="userSpaceOnUse">
        <rect class="base" width="5" height="5"/><circle class="mark" cx="2.5" cy="2.5" r="1.2"/></pattern>
        <pattern id="missing" width="8" height="8" patternUnits="userSpaceOnUse">
        <rect class="base" width="8" height="8"/><path class="mark" d="M0 0L8 8M8 0L0 8"/></pattern>
        <pattern id="violation" width="5" height="5" patternUnits="userSpaceOnUse">
        <rect class="base" width="5" height="5"/><path class="mark" d="M2.5 0V5"/></pattern>
        </defs></svg>
        """
}

extension Timeline.State {
    /// What the picture calls it.
    var name: String {
        switch self {
        case .nothing: "Nothing held"
        case .backfill: "Backfill"
        case .proven: "Proven"
        case .unproven: "Unproven"
        case .gap: "Gap"
        case .missing: "Missing"
        case .violation: "Violation"
        }
    }

    fileprivate var explanation: String {
        switch self {
        case .nothing: "Nothing held: no digest file of that time is in the report"
        case .backfill: "Backfill: between verified backfill digest files, which owe no coverage"
        case .proven: "Proven"
        case .unproven: "Unproven: no proof either way"
        case .gap: "Gap: between two digest files nothing attests the time"
        case .missing: "Missing: a digest file or log file that AWS delivered is gone"
        case .violation: "Violation: something is not as AWS delivered it"
        }
    }

    /// Where it stands in the height of a row, in pixels from the top, and how high it is: the graver the higher.
    fileprivate var extent: (top: Int, height: Int) {
        switch self {
        case .nothing, .backfill: (10, 2)
        case .proven: (8, 6)
        case .unproven: (6, 10)
        case .gap: (4, 14)
        case .missing: (2, 18)
        case .violation: (0, 22)
        }
    }
}
