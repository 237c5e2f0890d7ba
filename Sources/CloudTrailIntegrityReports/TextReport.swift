package import CloudTrailIntegrity

/// The report for a person: a line a finding, a table of the chains, and the verdict in one sentence.
package struct TextReport {
    private let report: ValidationReport
    private let facts: RunFacts

    /// The most notices of one kind that are shown one by one.
    private static let noticesShown = 10

    package init(_ report: ValidationReport, _ facts: RunFacts) {
        self.report = report
        self.facts = facts
    }

    /// Hands out line after line, without the line's end.
    ///
    /// - Parameters:
    ///   - verbose: Show every notice and every proven file.
    ///   - quiet: Show the verdict alone.
    package func write<Failure: Error>(
        verbose: Bool = false,
        quiet: Bool = false,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        if !quiet {
            try writeFindings(verbose, output)
            for file in report.provenFiles { try output(line(file)) }
            if !report.findings.isEmpty || !report.provenFiles.isEmpty { try output("") }
            try writeChains(output)
        }
        try output(verdict)
    }

    // MARK: Findings

    private func writeFindings<Failure: Error>(_ verbose: Bool, _ output: (String) throws(Failure) -> Void)
        throws(Failure)
    {
        var noticeCounts: [FindingKind: Int] = [:]
        for finding in report.findings where finding.severity == .notice { noticeCounts[finding.kind, default: 0] += 1 }
        let folded = verbose ? [] : Set(noticeCounts.filter { $0.value > Self.noticesShown }.keys)
        for finding in report.findings where !folded.contains(finding.kind) { try output(Self.line(finding)) }
        for kind in folded.sorted(by: { $0.rawValue < $1.rawValue }) {
            let count = noticeCounts[kind] ?? 0
            try output("\(Self.heading(.notice, kind.rawValue)) \(count) of them; --verbose lists them")
        }
    }

    /// The line of a finding.
    static func line(_ finding: Finding) -> String {
        let subject = [finding.path, finding.key].compactMap { $0 }.first.map { shown($0) } ?? chainName(finding)
        let heading = heading(finding.severity, finding.kind.rawValue)
        let separator = subject.isEmpty ? "" : ": "
        return "\(heading) \(subject)\(separator)\(escaped(finding.message))"
    }

    private func line(_ file: ProvenFile) -> String {
        "\(pad("valid", 10)) \(pad("", 24)) \(Self.shown(file.key)): vouched for by \(escaped(file.vouchedBy))"
    }

    private static func heading(_ severity: Severity, _ kind: String) -> String {
        "\(pad(severity.rawValue, 10)) \(pad(kind, 24))"
    }

    private static func chainName(_ finding: Finding) -> String {
        guard let chain = finding.chain else { return "" }
        return "\(chain.account) \(chain.region) \(escaped(chain.trail))\(chain.isBackfill ? " (backfill)" : "")"
    }

    /// A name as text; bytes that are not UTF-8 become visible escapes.
    static func shown(_ key: ObjectKey) -> String {
        if key.isUTF8 { return escaped(key.description) }
        return key.bytes.map { byte in
            (0x20..<0x7f).contains(byte)
                ? String(Unicode.Scalar(byte)) : "\\x\(Hex.encode([byte]))"
        }.joined()
    }

    // MARK: Chains

    private func writeChains<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        guard !report.chains.isEmpty else { return }
        var rows = [["ACCOUNT", "REGION", "TRAIL", "COVERAGE", "DIGESTS", "LOGS"]]
        for summary in report.chains {
            let chain = summary.chain
            var coverage = "nothing verified"
            if let start = summary.start, let end = summary.end {
                let isBroken = !chain.isBackfill && summary.unbrokenFrom != summary.start
                coverage = "\(start) to \(end)\(isBroken ? ", with holes" : "")"
            }
            rows.append([
                chain.account, chain.region, chain.trail + (chain.isBackfill ? " (backfill)" : ""), coverage,
                "\(summary.digests.valid)/\(summary.digests.total)", "\(summary.logs.valid)/\(summary.logs.total)",
            ])
        }
        let widths = (0..<6).map { column in rows.map { escaped($0[column]).count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).map { pad(escaped($0), $1) }
            try output(trimmed(cells.joined(separator: "  ")))
        }
        try output("")
    }

    // MARK: Verdict

    /// The whole result in one sentence.
    package var verdict: String {
        let violations = report.findings.count { $0.severity == .violation }
        let unverified = report.findings.count { $0.severity == .unverified }
        let counts =
            "\(report.digests.valid)/\(report.digests.total) digest files valid, "
            + "\(report.logs.valid)/\(report.logs.total) log files valid" + carried
        let extent =
            report.chains.isEmpty
            ? ""
            : " in \(quantity(report.chains.count, "chain")) of \(quantity(report.accounts.count, "account")) "
                + "and \(quantity(report.regions.count, "region"))"
        var span = ""
        if let from = report.provenFrom, let until = report.provenUntil {
            span = ", without a hole from \(from) to \(until)"
        }
        if violations > 0 {
            let rest = unverified > 0 ? " and \(unverified) unproven" : ""
            return "NOT VALID: \(quantity(violations, "violation"))\(rest); \(counts)\(extent)\(span)."
        }
        if facts.exit != 0 {
            // What is allowed away may leave a chain of which nothing at all is proven.
            let hasBareChain = report.chains.contains { $0.digests.valid == 0 }
            let what =
                hasBareChain ? "a chain has no verified digest file" : "\(quantity(unverified, "thing")) without proof"
            return "NOT PROVEN: no violation, but \(what); \(counts)\(extent)\(span)."
        }
        if unverified > 0 {
            let allowed = facts.allowed.joined(separator: ", ")
            return "VALID but for what was allowed (\(allowed)): \(counts)\(extent)\(span)."
        }
        return "VALID: \(counts)\(extent)\(span)."
    }

    /// What of it rests on earlier runs.
    private var carried: String {
        guard let carried = report.carried, carried.digests + carried.logs > 0 else { return "" }
        return " (of these \(carried.digests) and \(carried.logs) proven by an earlier run, unchanged in size and time "
            + "and not read again)"
    }

    private func quantity(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}

private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

private func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.last == " " { text.removeLast() }
    return String(text)
}
