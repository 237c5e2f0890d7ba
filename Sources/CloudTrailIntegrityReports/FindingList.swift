internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules

/// The findings chain by chain and kind by kind, with what to do next where that comes first.
struct FindingList {
    /// The findings of one kind in one chain that have the same to be done about them.
    private struct Group {
        let advice: String
        /// The message of all of them; `nil` when it is not the same.
        var message: String?
        var count = 0
        var newCount = 0
        var shown: [Finding] = []
        /// Those that sum up others of the kind.
        var sums: [Finding] = []

        init(_ finding: Finding) {
            (advice, message) = (finding.advice, finding.message)
        }

        /// Adds one, which is shown up to a limit.
        mutating func add(_ finding: Finding, limit: Int) {
            count += 1
            if finding.isKnown == false { newCount += 1 }
            if message != finding.message { message = nil }
            if shown.count < limit { shown.append(finding) }
        }

        mutating func add(sum finding: Finding) {
            count += finding.standsFor
            sums.append(finding)
        }
    }

    /// The findings of one kind in one chain.
    private struct Kind {
        private var groups: [Group] = []
        private var sums: [Finding] = []

        mutating func add(_ finding: Finding, limit: Int) {
            if finding.isSum { return sums.append(finding) }
            // Different advice is for few causes of a kind, so there are few groups.
            let known = groups.firstIndex { $0.advice == finding.advice }
            if known == nil { groups.append(Group(finding)) }
            groups[known ?? groups.count - 1].add(finding, limit: limit)
        }

        /// The groups; what sums up others, of whichever of them, stands in the last.
        var all: [Group] {
            guard let first = sums.first else { return groups }
            var all = groups.isEmpty ? [Group(first)] : groups
            for sum in sums { all[all.count - 1].add(sum: sum) }
            return all
        }
    }

    private let names: ChainNames
    private let style: TextStyle
    private let isVerbose: Bool
    /// In the order of the report; `nil` for what belongs to no chain.
    private var chains: [ChainIdentity?] = []
    private var kinds: [ChainIdentity?: [FindingKind: Kind]] = [:]

    /// The findings of one kind in one chain that are shown where not all are asked for.
    private static let shownOfAKind = 10

    init(_ findings: [Finding], _ names: ChainNames, _ style: TextStyle, verbose: Bool) {
        self.names = names
        self.style = style
        isVerbose = verbose
        for finding in findings {
            if kinds[finding.chain] == nil { chains.append(finding.chain) }
            kinds[finding.chain, default: [:]][finding.kind, default: Kind()]
                .add(finding, limit: verbose ? .max : Self.shownOfAKind)
        }
    }

    private static let kindIndent = 2
    private static let findingIndent = 4

    func write<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        var advised: Set<[String]> = []
        for chain in chains {
            for line in style.wrap(chain.map(names.name) ?? "Of no chain") { try output(line) }
            for kind in FindingKind.inReportOrder {
                for group in kinds[chain]?[kind]?.all ?? [] {
                    try write(group, of: kind, to: output)
                    guard advised.insert([kind.rawValue, group.advice]).inserted else { continue }
                    let advice = "What to do: \(escaped(group.advice))"
                    for line in style.wrap(advice, indent: Self.findingIndent, hanging: 2) { try output(line) }
                }
            }
            try output("")
        }
    }

    private func write<Failure: Error>(
        _ group: Group,
        of kind: FindingKind,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        for line in heading(kind, group) { try output(line) }
        for finding in group.shown {
            for line in lines(finding, saysMessage: group.message == nil) { try output(line) }
            for mark in finding.marks {
                for line in style.wrap(mark, indent: Self.findingIndent + 2, hanging: 2) { try output(line) }
            }
        }
        let rest = group.sums.reduce(group.count - group.shown.count) { $0 - $1.standsFor }
        if rest > 0 { try output(Self.space + "… and \(rest.grouped) more (--verbose)") }
        for sum in group.sums {
            let folder = TextReport.subject(sum).map { " in \($0)" } ?? ""
            try output(Self.space + "… and \(sum.standsFor.grouped) more\(folder), not listed one by one")
        }
    }

    /// The kind, how many there are, and the message where all have the same.
    private func heading(_ kind: FindingKind, _ group: Group) -> [String] {
        let severity = kind.severity.rawValue
        let message = group.message.map { ": \(escaped($0))" } ?? ""
        let new = group.newCount > 0 ? ", \(group.newCount.grouped) new" : ""
        let text = "\(severity) \(kind.rawValue) (\(group.count.grouped)\(new))\(message)"
        var lines = style.wrap(text, indent: Self.kindIndent, hanging: 4)
        let first = String(repeating: " ", count: Self.kindIndent) + style.paint(kind.severity)
        lines[0] = first + lines[0].dropFirst(Self.kindIndent + severity.count)
        return lines
    }

    private static let space = String(repeating: " ", count: findingIndent)

    private func lines(_ finding: Finding, saysMessage: Bool) -> [String] {
        let message = saysMessage ? escaped(finding.message) : ""
        guard let subject = TextReport.subject(finding) else {
            return saysMessage ? style.wrap(message, indent: Self.findingIndent, hanging: 2) : []
        }
        let line = "\(Self.space)\(subject)\(saysMessage ? ": " : "")\(message)"
        if style.width.map({ line.count <= $0 }) ?? true { return [line] }
        // A name stays whole on a line of its own, so that it can be copied.
        let name = Self.space + subject
        return saysMessage ? [name] + style.wrap(message, indent: Self.findingIndent + 2) : [name]
    }
}

extension FindingKind {
    /// What says most comes first.
    static let inReportOrder = Severity.allCases.sorted().reversed().flatMap { severity in
        allCases.filter { $0.severity == severity }
    }
}
