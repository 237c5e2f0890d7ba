package import CloudTrailFormat
package import CloudTrailIntegrity
internal import CloudTrailRules

/// The report for a person: the findings chain by chain, a table of the chains, and the verdict in one sentence.
package struct TextReport {
    private let report: ValidationReport
    private let facts: RunFacts
    private let style: TextStyle

    package init(_ report: ValidationReport, _ facts: RunFacts, style: TextStyle = TextStyle()) {
        self.report = report
        self.facts = facts
        self.style = style
    }

    /// Hands out line after line, without the line's end.
    ///
    /// - Parameters:
    ///   - verbose: Show every finding, with its whole name, and every proven file.
    ///   - quiet: Show the verdict alone, with the names of violations and what was not asked.
    package func write<Failure: Error>(
        verbose: Bool = false,
        quiet: Bool = false,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        if !quiet {
            let names = ChainNames(report)
            try FindingList(report.findings, names, style, verbose: verbose).write(to: output)
            for file in report.provenFiles { try output(line(file)) }
            if !report.provenFiles.isEmpty { try output("") }
            if !report.chains.isEmpty {
                for line in ChainTable(report.chains, names, style).lines { try output(line) }
                try output("")
            }
            if !report.findings.isEmpty {
                for line in counts { try output(line) }
                try output("")
            }
        }
        let (words, color, rest) = verdictParts
        var lines = style.wrap(words + rest, hanging: 2)
        lines[0] = style.paint(words, color) + lines[0].dropFirst(words.count)
        for line in lines { try output(line) }
        if quiet { for line in violationNames { try output(line) } }
        for sentence in Standing(report, facts).sentences + circumstances + (verbose ? [filesListed] : [])
            + notAsked
        {
            for line in style.wrap(sentence, hanging: 2) { try output(line) }
        }
    }

    // MARK: Findings

    /// How many findings there are of each kind, the gravest first.
    private var counts: [String] {
        let found = Dictionary(grouping: report.findings, by: \.kind)
        var table = TextTable("SEVERITY", "KIND", "FINDINGS")
        for kind in FindingKind.inReportOrder {
            guard let count = found[kind]?.count(of: kind.severity) else { continue }
            table.add(kind.severity.rawValue, kind.rawValue, count.grouped)
        }
        return table.lines(style)
    }

    /// A finding in one line that stands for itself.
    static func line(_ finding: Finding) -> String {
        let subject = subject(finding) ?? finding.chain.map(ChainNames.short) ?? ""
        let heading = "\(pad(finding.severity.rawValue, 10)) \(pad(finding.kind.rawValue, 24))"
        let separator = subject.isEmpty ? "" : ": "
        return "\(heading) \(subject)\(separator)\(finding.markedMessage)"
    }

    private func line(_ file: ProvenFile) -> String {
        "\(style.paint("valid", .green)) \(Self.shown(file.key)): vouched for by \(escaped(file.vouchedBy))"
    }

    /// What a finding speaks of: a file that is there by its path, one that is absent by its key.
    static func subject(_ finding: Finding) -> String? {
        (finding.path ?? finding.key).map(shown)
    }

    /// A name as text; bytes that are not UTF-8 become visible escapes.
    package static func shown(_ key: ObjectKey) -> String {
        if key.isUTF8 { return escaped(key.description) }
        return key.bytes.map { byte in
            (0x20..<0x7f).contains(byte)
                ? String(Unicode.Scalar(byte)) : "\\x\(Hex.encode([byte]))"
        }.joined()
    }

    /// How many violations a quiet report names.
    private static let namedViolations = 10

    /// The violations by their kinds and keys, a line each; no more than ``namedViolations``.
    private var violationNames: [String] {
        let violations = report.findings.lazy.filter { $0.severity == .violation }
        var lines: [String] = []
        var named = 0
        for violation in violations where !violation.isSum {
            guard named < Self.namedViolations else { break }
            named += 1
            let name = (violation.key ?? violation.path).map(Self.shown) ?? violation.chain.map(ChainNames.short) ?? ""
            lines.append("  \(violation.kind.rawValue) \(name)")
        }
        let rest = report.findings.count(of: .violation) - named
        return lines + (rest > 0 ? ["  … and \(rest.grouped) more"] : [])
    }

    // MARK: Verdict

    /// The whole result in one sentence.
    package var verdict: String {
        verdictParts.words + verdictParts.rest
    }

    /// The verdict, its colour, and what it is based on.
    private var verdictParts: (words: String, color: TextStyle.Color, rest: String) {
        let violations = report.findings.count(of: .violation)
        let unverified = report.findings.count(of: .unverified)
        let counts =
            "\(report.digests.ratio) digest files valid, \(report.logs.ratio) log files valid" + carried
        let extent =
            report.chains.isEmpty
            ? ""
            : " in \(report.chains.count.of("chain")) of \(report.accounts.count.of("account")) "
                + "and \(report.regions.count.of("region"))"
        var span = ""
        if let from = report.provenFrom, let until = report.provenUntil {
            span = ", without a hole from \(from) to \(until)"
        }
        if violations > 0 {
            let rest = unverified > 0 ? " and \(unverified.grouped) unproven" : ""
            return ("NOT VALID", .red, ": \(violations.of("violation"))\(rest); \(counts)\(extent)\(span).")
        }
        if facts.exit != 0 {
            // What is allowed away may leave a chain of which nothing at all is proven.
            let hasBareChain = report.chains.contains { $0.digests.valid == 0 }
            let what = hasBareChain ? "a chain has no verified digest file" : "\(unverified.of("thing")) without proof"
            return ("NOT PROVEN", .magenta, ": no violation, but \(what); \(counts)\(extent)\(span).")
        }
        if unverified > 0 {
            let allowed = facts.allowed.joined(separator: ", ")
            return ("VALID but for what was allowed", .magenta, " (\(allowed)): \(counts)\(extent)\(span).")
        }
        return ("VALID", .green, ": \(counts)\(extent)\(span).")
    }

    /// Every file that was listed, by its fate.
    package var filesListed: String {
        let files = report.files
        let fates = [
            (files.digests, "digest files"), (files.logs, "log files"),
            (files.sidecars, "signatures beside digest files"),
            (files.outOfScope, "outside the range or the filters"), (files.hidden, "hidden"), (files.other, "other"),
        ]
        return "Files listed: \(files.total.grouped): "
            + fates.map { "\($0.grouped) \($1)" }.joined(separator: ", ") + "."
    }

    /// What one must know of how the archive was judged.
    package var circumstances: [String] { Self.replaced(report) + [facts.merged?.sentence].compactMap(\.self) }

    /// The archives that are not at their paths any more.
    static func replaced(_ report: ValidationReport) -> [String] {
        report.replacedSources.map { name in
            "Replaced while it was read: \(escaped(name)). The verdict is on the folder that was there at the start, and "
                + "not on what is there now."
        }
    }

    /// What was not asked, which no verdict speaks of; and how many files it passes over.
    package var notAsked: [String] {
        let asked = report.notAsked
        var questions: [String] = []
        if asked.before { questions.append("what came before the oldest digest files (--start-time)") }
        if asked.after { questions.append("what came after the newest (--end-time, --max-age)") }
        if !asked.expectGiven { questions.append("whether a chain is absent (--expect)") }
        if !asked.bucketChecked { questions.append("which bucket it came from (--bucket)") }
        var files: [String] = []
        func add(_ count: Int, _ what: String) {
            if count > 0 { files.append("\(count.grouped) \(what)") }
        }
        add(asked.outOfScope, "outside the range or the filters")
        add(asked.awaiting, "newer than the last digest file")
        add(asked.hidden, "hidden by a name that begins with a dot")
        add(asked.other, "not CloudTrail's")
        return (questions.isEmpty ? [] : ["Not asked: \(questions.joined(separator: "; "))."])
            + (files.isEmpty ? [] : ["Files not judged: \(files.joined(separator: "; "))."])
    }

    /// What of it rests on earlier runs.
    private var carried: String {
        guard let carried = report.carried, carried.digests + carried.logs > 0 else { return "" }
        return
            " (of these \(carried.digests.grouped) and \(carried.logs.grouped) proven by an earlier run, unchanged in size and time "
            + "and not read again)"
    }
}

extension [Finding] {
    /// How many findings there are of a severity, those that are summed up included.
    func count(of severity: Severity) -> Int {
        reduce(0) { $1.severity == severity ? $0 + $1.standsFor : $0 }
    }
}

extension Tally {
    /// How many of how many are valid.
    var ratio: String { "\(valid.grouped)/\(total.grouped)" }
}

/// `text` and as many spaces as make it `width` columns wide.
package func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
