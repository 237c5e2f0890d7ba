package import CloudTrailIntegrity

/// A format that a report can be written to a file in. The raw values are what `--report` takes.
package enum ReportFormat: String, CaseIterable, Sendable {
    case jsonLines = "jsonl"
    case json
    case junit
    case sarif
    case csv
    case html

    /// Hands out the report piece by piece, line ends included.
    package func write<Failure: Error>(
        _ report: ValidationReport,
        _ facts: RunFacts,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        switch self {
        case .jsonLines:
            try JSONLinesReport(report, facts).write { line throws(Failure) in try output(line + "\n") }
        case .json: try JSONReport(report, facts).write(to: output)
        case .junit: try JUnitReport(report, facts).write(to: output)
        case .sarif: try SARIFReport(report, facts).write(to: output)
        case .csv: try CSVReport(report).write(to: output)
        case .html: try HTMLReport(report, facts).write(to: output)
        }
    }
}
