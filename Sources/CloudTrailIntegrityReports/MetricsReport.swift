internal import CloudTrailFormat
package import CloudTrailIntegrity
internal import CloudTrailRules

/// The run as metrics, in the text format that Prometheus and the textfile collector of its node exporter read.
///
/// Every series has the label `archive`, because a collector takes no series from two files. What speaks of the whole
/// run comes first, so that the beginning of a file is enough to read the last success from. Only a run that ended with 0,
/// with its reports and state written, is a success (I39).
package struct MetricsReport {
    private let report: ValidationReport
    private let facts: RunFacts
    private let previous: [UInt8]

    /// - Parameter previous: The file that this one takes the place of, or as much of its beginning as ``headBytes``; a
    ///   run without success says from it when the last success was. What cannot be understood is passed over.
    package init(_ report: ValidationReport, _ facts: RunFacts, previous: [UInt8]) {
        self.report = report
        self.facts = facts
        self.previous = previous
    }

    private typealias Label = (name: String, value: String)

    private struct Sample {
        var labels: [Label] = []
        let value: String
    }

    /// How much of a file's beginning holds all that is read from it, in bytes.
    package static let headBytes = 64 * 1024

    private static let prefix = "cloudtrail_integrity_"
    private static let lastSuccessName = "last_success_timestamp_seconds"
    /// The exit status of a run of which a report or the state could not be written.
    private static let outputFailure: Int32 = 74

    /// Hands out metric after metric, line ends included.
    package func write<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        try output(
            metric(
                "build_info",
                "The version of the tool; the value is always 1.",
                [Sample(labels: [("version", facts.version)], value: "1")]
            )
                + metric("exit_status", "What the last run ended with; 0 is proven.", [Sample(value: "\(facts.exit)")])
                + metric(
                    "output_failed",
                    "Whether a report or the state of the last run could not be written.",
                    [Sample(value: facts.exit == Self.outputFailure ? "1" : "0")]
                )
                + metric(
                    "last_run_timestamp_seconds",
                    "When the last run began.",
                    [Sample(value: seconds(facts.begin))]
                )
                + metric(
                    Self.lastSuccessName,
                    "When the last run that ended with 0 began; 0 when none is known.",
                    [Sample(value: seconds(lastSuccess))]
                )
                + metric("run_duration_seconds", "How long the last run took.", [Sample(value: duration)])
                + metric(
                    "hashed_bytes",
                    "The uncompressed bytes that the last run hashed.",
                    [Sample(value: "\(report.hashedBytes)")]
                )
                + metric("chains", "The chains in range.", [Sample(value: "\(report.chains.count)")])
                + metric("digests", "The digest files in range, by verdict.", samples(report.digests))
                + metric("logs", "The log files in range, by verdict.", samples(report.logs))
                + metric(
                    "files",
                    "The files that were listed, by what became of them.",
                    [
                        ("digests", report.files.digests), ("logs", report.files.logs),
                        ("sidecars", report.files.sidecars), ("out_of_scope", report.files.outOfScope),
                        ("hidden", report.files.hidden), ("other", report.files.other),
                    ].map { fate, count in Sample(labels: [("fate", fate)], value: "\(count)") }
                )
                + metric(
                    "carried",
                    "The valid files that an earlier run proved and the last one did not read.",
                    [
                        Sample(labels: [("files", "digests")], value: "\(report.carried?.digests ?? 0)"),
                        Sample(labels: [("files", "logs")], value: "\(report.carried?.logs ?? 0)"),
                    ]
                )
                + metric("findings", "The findings of the last run, by kind.", samples(findings))
                + metric(
                    "new_findings",
                    "Those of them that the run before did not have, by kind; all of them where none is remembered.",
                    samples(report.newFindings ?? findings)
                )
                + metric(
                    "acknowledged_findings",
                    "Those of them that are acknowledged, by kind.",
                    samples(Standing(report, facts).acknowledged)
                )
        )
        try output(
            head("chain_coverage_end_timestamp_seconds", "The end of what is verified of a chain; 0 for nothing.")
        )
        for sample in coverage { try output(line("chain_coverage_end_timestamp_seconds", sample)) }
    }

    private var lastSuccess: Timestamp? {
        if facts.exit == 0 { return facts.begin }
        let series = Array("\(Self.prefix)\(Self.lastSuccessName)\(text([])) ".utf8)
        let lines = previous.split(separator: UInt8(ascii: "\n"))
        // A line that the end of what was read cuts off has fewer digits than it should.
        guard let line = lines.first(where: { $0.starts(with: series) }), line.endIndex < previous.endIndex,
            let text = String(validating: line.dropFirst(series.count), as: UTF8.self), let seconds = Int64(text)
        else { return nil }
        let time = Timestamp(secondsSinceEpoch: seconds)
        // One that lies after this run's begin would keep an alarm silent for as long.
        guard seconds > 0, let begin = facts.begin, time <= begin else { return nil }
        return time
    }

    private var duration: String {
        let fraction = String(facts.milliseconds % 1000)
        return "\(facts.milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
    }

    private func seconds(_ time: Timestamp?) -> String { "\(time?.secondsSinceEpoch ?? 0)" }

    private func samples(_ tally: Tally) -> [Sample] {
        [
            ("valid", tally.valid), ("invalid", tally.invalid), ("missing", tally.missing),
            ("unverified", tally.unverified),
        ].map { verdict, count in Sample(labels: [("verdict", verdict)], value: "\(count)") }
    }

    private var findings: [FindingKind: Int] {
        var counts: [FindingKind: Int] = [:]
        for finding in report.findings { counts[finding.kind, default: 0] += finding.standsFor }
        return counts
    }

    /// Kinds that were not found too: an alarm cannot be set on a series that comes and goes.
    private func samples(_ counts: [FindingKind: Int]) -> [Sample] {
        FindingKind.allCases.map { kind in
            Sample(
                labels: [("kind", kind.rawValue), ("severity", kind.severity.rawValue)],
                value: "\(counts[kind] ?? 0)"
            )
        }
    }

    /// A sample a chain. Names that differ only in what is not shown as it is may read the same, and two equal series
    /// would make the collector refuse the file: then the one that reaches less far counts.
    private var coverage: [Sample] {
        var series: [(labels: [Label], end: Timestamp?)] = []
        var places: [String: Int] = [:]
        for summary in report.chains {
            let chain = summary.chain
            let labels: [Label] = [
                ("account", chain.account), ("region", chain.region), ("trail", chain.trail),
                ("home_region", chain.homeRegion), ("backfill", chain.isBackfill ? "true" : "false"),
            ]
            if let place = places[text(labels)] {
                let end = series[place].end ?? .distantPast
                if summary.end ?? .distantPast < end { series[place].end = summary.end }
            } else {
                places[text(labels)] = series.count
                series.append((labels, summary.end))
            }
        }
        return series.map { Sample(labels: $0.labels, value: seconds($0.end)) }
    }

    // MARK: The format

    private func metric(_ name: String, _ help: String, _ samples: [Sample]) -> String {
        head(name, help) + samples.map { line(name, $0) }.joined()
    }

    private func head(_ name: String, _ help: String) -> String {
        "# HELP \(Self.prefix)\(name) \(help)\n# TYPE \(Self.prefix)\(name) gauge\n"
    }

    private func line(_ name: String, _ sample: Sample) -> String {
        "\(Self.prefix)\(name)\(text(sample.labels)) \(sample.value)\n"
    }

    private func text(_ labels: [Label]) -> String {
        let archive: Label = ("archive", facts.archiveNames)
        return "{" + ([archive] + labels).map { "\($0.name)=\"\(Self.escapedLabel($0.value))\"" }.joined(separator: ",")
            + "}"
    }

    /// What the format escapes is escaped as it says; what could steer a terminal is made visible before.
    private static func escapedLabel(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += #"\\"#
            case "\"": result += #"\""#
            case "\n": result += #"\n"#
            case _ where scalar.needsEscape: result += #"\\"# + escaped(String(scalar)).dropFirst()
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
