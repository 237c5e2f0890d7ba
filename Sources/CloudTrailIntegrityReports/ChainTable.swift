internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// The chains and how much of each is proven: a row each, or where rows do not fit a few lines each.
struct ChainTable {
    private let chains: [ChainSummary]
    private let names: ChainNames
    private let style: TextStyle

    init(_ chains: [ChainSummary], _ names: ChainNames, _ style: TextStyle) {
        self.chains = chains
        self.names = names
        self.style = style
    }

    var lines: [String] {
        let rows = table(Column.allCases)
        guard let width = style.width, !Self.fit(rows, width) else { return rows }
        // A trail that all chains have need not stand in each row.
        let trails = Set(chains.map { names.trail($0.chain) })
        let narrower = table(Column.allCases.filter { $0 != .trail })
        if let trail = trails.first, trails.count == 1, Self.fit(narrower + ["TRAIL \(trail)"], width) {
            return ["TRAIL \(trail)"] + narrower
        }
        return blocks
    }

    private enum Column: String, CaseIterable {
        case account, region, trail, coverage, digests, logs
    }

    private static func fit(_ rows: [String], _ width: Int) -> Bool {
        rows.allSatisfy { $0.count <= width }
    }

    private func table(_ columns: [Column]) -> [String] {
        let cells = [columns.map { $0.rawValue.uppercased() }] + chains.map { chain in columns.map { cell($0, chain) } }
        let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { cells in
            var line = Substring(zip(cells, widths).map { pad($0, $1) }.joined(separator: "  "))
            while line.last == " " { line.removeLast() }
            return String(line)
        }
    }

    private func cell(_ column: Column, _ summary: ChainSummary) -> String {
        switch column {
        case .account: escaped(summary.chain.account)
        case .region: escaped(summary.chain.region)
        case .trail: names.trail(summary.chain)
        case .coverage: coverage(summary)
        case .digests: summary.digests.ratio
        case .logs: summary.logs.ratio
        }
    }

    private var blocks: [String] {
        chains.flatMap { summary in
            style.wrap(names.name(summary.chain)) + style.wrap(coverage(summary), indent: 2)
                + style.wrap("\(summary.digests.ratio) digest files, \(summary.logs.ratio) log files", indent: 2)
        }
    }

    private func coverage(_ summary: ChainSummary) -> String {
        guard let start = summary.start, let end = summary.end else { return "nothing verified" }
        let isBroken = !summary.chain.isBackfill && summary.unbrokenFrom != summary.start
        return "\(start) to \(end)\(isBroken ? ", with holes" : "")"
    }
}
