package import CloudTrailIntegrity
internal import NativeInterop

/// The report as one JSON document: the run, and the records of ``JSONLinesReport``, one a line.
package struct JSONReport {
    private let report: ValidationReport
    private let facts: RunFacts

    package init(_ report: ValidationReport, _ facts: RunFacts) {
        self.report = report
        self.facts = facts
    }

    /// Hands out the document piece by piece, line ends included.
    package func write<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        let records = JSONLinesReport(report, facts)
        try output("{\"run\":\(facts.object(report).closed),\n")
        try list("findings", report.findings, JSONLinesReport.record, to: output)
        try list("files", report.provenFiles, records.record, to: output)
        try list("chains", report.chains, records.record, to: output)
        try output("\"summary\":\(records.summary().closed)}\n")
    }

    private func list<Record, Failure: Error>(
        _ name: String,
        _ records: [Record],
        _ object: (Record) -> JSONObjectText,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try output("\"\(name)\":[")
        var separator = "\n"
        for record in records {
            try output(separator + object(record).closed)
            separator = ",\n"
        }
        try output(records.isEmpty ? "],\n" : "\n],\n")
    }
}

extension RunFacts {
    /// What a report that is handed on says of the run.
    func object(_ report: ValidationReport) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("tool", Self.tool)
        object.add("version", version)
        object.add("arguments", arguments.map(\.description))
        object.add("folder", folder?.description)
        object.add("archives", archives.map(\.description))
        object.add("keys", objects: report.keySources.map(JSONObjectText.init))
        object.add("allowed", allowed)
        object.add("begin", begin?.description)
        object.add("end", end?.description)
        provenance?.add(to: &object)
        return object
    }
}
