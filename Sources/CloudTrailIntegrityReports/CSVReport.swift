internal import CloudTrailFormat
package import CloudTrailIntegrity

/// The findings as a table (RFC 4180): a row a finding, under a row of names.
///
/// Every cell is one line of visible characters, and none is a formula.
package struct CSVReport {
    private let report: ValidationReport

    package init(_ report: ValidationReport) {
        self.report = report
    }

    /// The names of the columns.
    package static let columns = [
        "severity", "kind", "bucket", "key", "path", "account", "region", "trail", "homeRegion", "backfill", "start",
        "end", "message", "detail", "known", "acknowledgedBy", "acknowledgedUntil", "acknowledgedWhy",
    ]

    /// Hands out row after row, line ends included.
    package func write<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        try output(Self.row(Self.columns))
        for finding in report.findings {
            try output(
                Self.row([
                    finding.severity.rawValue,
                    finding.kind.rawValue,
                    escaped(finding.bucket ?? ""),
                    finding.key.map(TextReport.shown) ?? "",
                    finding.path.map(TextReport.shown) ?? "",
                    escaped(finding.chain?.account ?? ""),
                    escaped(finding.chain?.region ?? ""),
                    escaped(finding.chain?.trail ?? ""),
                    escaped(finding.chain?.homeRegion ?? ""),
                    finding.chain.map { $0.isBackfill ? "true" : "false" } ?? "",
                    finding.start?.description ?? "",
                    finding.end?.description ?? "",
                    escaped(finding.message),
                    JSONLinesReport.detail(finding).closed,
                    finding.isKnown.map { $0 ? "true" : "false" } ?? "",
                    escaped(finding.acknowledgement?.who ?? ""),
                    finding.acknowledgement?.until.description ?? "",
                    escaped(finding.acknowledgement?.why ?? ""),
                ])
            )
        }
    }

    /// A row, line end included.
    ///
    /// - Parameter cells: Visible text.
    static func row(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    /// A cell, quoted where it must be. One that a spreadsheet could take for a formula gets an apostrophe before it.
    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, formulaBeginnings.contains(first) { text = "'" + text }
        guard text.unicodeScalars.contains(where: { $0 == "\"" || $0 == "," || $0 == ";" }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Tab and line ends are escapes here; some spreadsheets take the wide forms for the narrow ones.
    private static let formulaBeginnings: [Unicode.Scalar] = [
        "=", "+", "-", "@", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}",
    ]
}
