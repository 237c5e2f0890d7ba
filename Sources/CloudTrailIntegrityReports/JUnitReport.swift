internal import CloudTrailFormat
package import CloudTrailIntegrity
internal import CloudTrailRules
internal import NativeInterop

/// The report as the XML that test runners write, so that a CI server shows it: a suite for what belongs to no chain and
/// one a chain, a test case for the digest files and the log files of each, and one for every finding but notices.
///
/// A violation is a failure, and what is unverified is an error: a check that came to no result. What was allowed is
/// skipped. So there are failures or errors exactly when the exit status is not 0.
package struct JUnitReport {
    private let report: ValidationReport
    private let facts: RunFacts
    private let allowed: Set<FindingKind>

    package init(_ report: ValidationReport, _ facts: RunFacts) {
        self.report = report
        self.facts = facts
        allowed = Set(facts.allowed.compactMap(FindingKind.init))
    }

    private enum Outcome: String {
        case passed, failure, error, skipped
    }

    private struct Suite {
        let name: String
        let className: String
        let tallies: [TallyCase]
        var findings: [Finding] = []
    }

    /// A test case for files that are counted; those that are not valid have their findings as test cases.
    private struct TallyCase {
        let name: String
        let tally: Tally
        /// Whether one of them at least must be valid.
        var needsOne = false

        var outcome: Outcome {
            if needsOne, tally.valid == 0 { return .error }
            return tally.valid == tally.total ? .passed : .skipped
        }

        var message: String {
            "\(tally.valid) of \(tally.total) valid, \(tally.invalid) invalid, \(tally.missing) missing, "
                + "\(tally.unverified) unverified"
        }
    }

    /// Hands out the document piece by piece, line ends included.
    package func write<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        let suites = suites()
        let counts = suites.map(counts)
        func total(_ outcome: Outcome) -> Int { counts.reduce(0) { $0 + ($1[outcome] ?? 0) } }
        let all = counts.reduce(0) { $0 + $1.values.reduce(0, +) }
        try output("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        try output(
            "<testsuites name=\"\(RunFacts.tool)\" tests=\"\(all)\" failures=\"\(total(.failure))\" "
                + "errors=\"\(total(.error))\" time=\"\(seconds)\">\n"
        )
        for (number, suite) in suites.enumerated() {
            try write(suite, counts[number], isFirst: number == 0, to: output)
        }
        try output("</testsuites>\n")
    }

    private func suites() -> [Suite] {
        var archive = Suite(
            name: "archive",
            className: "archive",
            tallies: [TallyCase(name: "log files that no digest file lists", tally: looseLogs)]
        )
        var chains: [ChainIdentity: Suite] = [:]
        for summary in report.chains {
            chains[summary.chain] = suite(
                summary.chain,
                [
                    TallyCase(name: "digest files", tally: summary.digests, needsOne: true),
                    TallyCase(name: "log files", tally: summary.logs),
                ]
            )
        }
        for finding in report.findings {
            if let chain = finding.chain {
                // A chain that was expected and is not there has findings and no summary.
                chains[chain, default: suite(chain, [])].findings.append(finding)
            } else {
                archive.findings.append(finding)
            }
        }
        return [archive] + chains.sorted { $0.key < $1.key }.map(\.value)
    }

    private func suite(_ chain: ChainIdentity, _ tallies: [TallyCase]) -> Suite {
        let names =
            [chain.account, chain.region, chain.homeRegion, chain.trail] + (chain.isBackfill ? ["backfill"] : [])
        return Suite(
            name: names.joined(separator: " "),
            className: names.joined(separator: "."),
            tallies: tallies
        )
    }

    /// The log files that belong to no chain.
    private var looseLogs: Tally {
        var tally = report.logs
        for chain in report.chains { tally.subtract(chain.logs) }
        return tally
    }

    private func counts(_ suite: Suite) -> [Outcome: Int] {
        var counts: [Outcome: Int] = [:]
        for tally in suite.tallies { counts[tally.outcome, default: 0] += 1 }
        for finding in suite.findings {
            if let outcome = outcome(finding) { counts[outcome, default: 0] += 1 }
        }
        return counts
    }

    /// `nil` for a notice, which is not a test case.
    private func outcome(_ finding: Finding) -> Outcome? {
        switch finding.severity {
        case .violation: .failure
        case .unverified: ValidationReport.isAllowed(finding, allowed) ? .skipped : .error
        case .notice: nil
        }
    }

    private var seconds: String {
        let fraction = String(facts.milliseconds % 1000)
        return "\(facts.milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
    }

    // MARK: Writing

    private func write<Failure: Error>(
        _ suite: Suite,
        _ counts: [Outcome: Int],
        isFirst: Bool,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        // The schema knows no time zone here; it is UTC.
        let begin = facts.begin.map { " timestamp=\"\($0.description.prefix { $0 != "Z" })\"" } ?? ""
        try output(
            "<testsuite name=\"\(xmlText(suite.name))\" tests=\"\(counts.values.reduce(0, +))\" "
                + "failures=\"\(counts[.failure] ?? 0)\" errors=\"\(counts[.error] ?? 0)\" "
                + "skipped=\"\(counts[.skipped] ?? 0)\" time=\"\(isFirst ? seconds : "0.000")\"\(begin)>\n"
        )
        if isFirst {
            try output("<properties>\n")
            for (name, value) in properties {
                try output("<property name=\"\(xmlText(name))\" value=\"\(xmlText(value))\"/>\n")
            }
            try output("</properties>\n")
        }
        for tally in suite.tallies {
            try write(tally.outcome, tally.name, suite, kind: "tally", tally.message, body: "", to: output)
        }
        for finding in suite.findings {
            guard let outcome = outcome(finding) else { continue }
            try write(
                outcome,
                "\(finding.kind.rawValue) \(subject(finding))",
                suite,
                kind: finding.kind.rawValue,
                finding.markedMessage,
                body: JSONLinesReport.record(finding).closed,
                to: output
            )
        }
        let notices = suite.findings.filter { $0.severity == .notice }
        if !notices.isEmpty {
            try output("<system-out>\n")
            for notice in notices {
                try output(xmlText("\(notice.kind.rawValue) \(subject(notice)): \(notice.message)") + "\n")
            }
            try output("</system-out>\n")
        }
        try output("</testsuite>\n")
    }

    private func write<Failure: Error>(
        _ outcome: Outcome,
        _ name: String,
        _ suite: Suite,
        kind: String,
        _ message: String,
        body: String,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let head = "<testcase name=\"\(xmlText(name))\" classname=\"\(xmlText(suite.className))\" time=\"0.000\""
        guard outcome != .passed else {
            return try output("\(head)><system-out>\(xmlText(message))</system-out></testcase>\n")
        }
        let element = outcome.rawValue
        try output(
            "\(head)>\n<\(element) type=\"\(xmlText(kind))\" message=\"\(xmlText(message))\">\(xmlText(body))</\(element)>"
                + "\n</testcase>\n"
        )
    }

    /// What a finding is about: a file, a key, or else a span of time.
    private func subject(_ finding: Finding) -> String {
        if let name = finding.path ?? finding.key { return TextReport.shown(name) }
        return [finding.start, finding.end].compactMap { $0?.description }.joined(separator: " to ")
    }

    /// What a report that is handed on says of the run.
    private var properties: [(String, String)] {
        var properties = [
            ("tool", RunFacts.tool), ("version", facts.version), ("exit", String(facts.exit)),
            ("verdict", TextReport(report, facts).verdict), ("command-line", facts.commandLine),
        ]
        if let folder = facts.folder { properties.append(("folder", folder.description)) }
        for archive in facts.archives { properties.append(("archive", archive.description)) }
        for name in report.replacedSources { properties.append(("replaced", name)) }
        if let merged = facts.merged {
            properties.append(("parts", "\(merged.count) \(merged.seal == .key ? "sealed" : "not sealed")"))
        }
        for key in report.keySources { properties.append(("key-file", "\(key.sha256) \(key.name)")) }
        for kind in facts.allowed { properties.append(("allowed", kind)) }
        for (name, time) in [("begin", facts.begin), ("end", facts.end)] {
            if let time { properties.append((name, time.description)) }
        }
        for (name, time) in [("proven-from", report.provenFrom), ("proven-until", report.provenUntil)] {
            if let time { properties.append((name, time.description)) }
        }
        return properties + (facts.provenance?.properties ?? [])
    }
}
