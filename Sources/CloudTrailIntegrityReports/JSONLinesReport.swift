internal import CloudTrailFormat
package import CloudTrailIntegrity

/// The report as JSON Lines: findings, proven files where they were asked for, chains, and last the summary.
package struct JSONLinesReport {
    private let report: ValidationReport
    private let facts: RunFacts

    package init(_ report: ValidationReport, _ facts: RunFacts) {
        self.report = report
        self.facts = facts
    }

    /// Hands out line after line, without the line's end (I25).
    ///
    /// - Parameter summaryOnly: Leave out everything but the last line.
    package func write<Failure: Error>(summaryOnly: Bool = false, to output: (String) throws(Failure) -> Void)
        throws(Failure)
    {
        if !summaryOnly {
            for finding in report.findings { try output(Self.record(finding).closed) }
            for file in report.provenFiles { try output(record(file).closed) }
            for chain in report.chains { try output(record(chain).closed) }
        }
        try output(summary().closed)
    }

    /// A finding as it stands on its line.
    package static func record(_ finding: Finding) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("record", "finding")
        object.add("severity", finding.severity.rawValue)
        object.add("kind", finding.kind.rawValue)
        object.add("bucket", finding.bucket)
        object.add("key", finding.key?.description)
        object.add("path", finding.path?.description)
        object.add("chain", object: finding.chain.map(JSONObjectText.init))
        object.add("start", finding.start?.description)
        object.add("end", finding.end?.description)
        object.add("message", finding.message)
        object.add("detail", object: Self.detail(finding))
        if let isKnown = finding.isKnown { object.add("known", isKnown) }
        if let acknowledgement = finding.acknowledgement { object.add("acknowledged", object: acknowledgement.object) }
        return object
    }

    /// The details of a finding, in the order of their names (I27).
    static func detail(_ finding: Finding) -> JSONObjectText {
        var detail = JSONObjectText()
        for (name, value) in finding.detail.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .text(let text): detail.add(name, text)
            case .number(let number): detail.add(name, number)
            case .flag(let flag): detail.add(name, flag)
            case .list(let texts): detail.add(name, texts)
            }
        }
        // Text cannot carry bytes that are not UTF-8; two such names must stay apart all the same.
        if let key = finding.key, !key.isUTF8 { detail.add("keyBytes", Hex.encode(key.bytes)) }
        if let path = finding.path, !path.isUTF8 { detail.add("pathBytes", Hex.encode(path.bytes)) }
        return detail
    }

    func record(_ file: ProvenFile) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("record", "file")
        object.add("verdict", "valid")
        object.add("key", file.key.description)
        object.add("path", file.path.description)
        object.add("sha256", file.sha256)
        object.add("vouchedBy", file.vouchedBy)
        if !file.key.isUTF8 { object.add("keyBytes", Hex.encode(file.key.bytes)) }
        if !file.path.isUTF8 { object.add("pathBytes", Hex.encode(file.path.bytes)) }
        return object
    }

    func record(_ chain: ChainSummary) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("record", "chain")
        object.add("chain", object: JSONObjectText(chain.chain))
        object.add("start", chain.start?.description)
        object.add("end", chain.end?.description)
        object.add("unbrokenFrom", chain.unbrokenFrom?.description)
        object.add("digests", object: tallyObject(chain.digests))
        object.add("logs", object: tallyObject(chain.logs))
        return object
    }

    /// The last line: what was asked, what came of it, and what it rests on (I26).
    func summary() -> JSONObjectText {
        var object = JSONObjectText()
        object.add("record", "summary")
        object.add("tool", RunFacts.tool)
        object.add("version", facts.version)
        object.add("start", report.requestedStart?.description)
        object.add("end", report.requestedEnd?.description)
        object.add("provenFrom", report.provenFrom?.description)
        object.add("provenUntil", report.provenUntil?.description)
        object.add("chains", Int64(report.chains.count))
        object.add("accounts", report.accounts)
        object.add("regions", report.regions)
        object.add("exit", Int64(facts.exit))
        object.add("digests", object: tallyObject(report.digests))
        object.add("logs", object: tallyObject(report.logs))
        object.add("files", object: filesObject(report.files))
        object.add("notAsked", object: notAskedObject(report.notAsked))
        if let carried = report.carried {
            var counts = JSONObjectText()
            counts.add("digests", Int64(carried.digests))
            counts.add("logs", Int64(carried.logs))
            object.add("carried", object: counts)
        }
        if !report.replacedSources.isEmpty { object.add("replaced", report.replacedSources) }
        if let merged = facts.merged {
            var parts = JSONObjectText()
            parts.add("count", Int64(merged.count))
            parts.add("sealed", merged.seal == .key)
            object.add("parts", object: parts)
        }
        if let new = report.newFindings { object.add("new", object: Standing.object(new)) }
        let acknowledged = Standing(report, facts).acknowledged
        if !acknowledged.isEmpty { object.add("acknowledged", object: Standing.object(acknowledged)) }
        object.add("keys", objects: report.keySources.map(JSONObjectText.init))
        object.add("bytes", Int64(clamping: report.hashedBytes))
        object.add("seconds", milliseconds: facts.milliseconds)
        return object
    }

    private func filesObject(_ files: FileCounts) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("digests", Int64(files.digests))
        object.add("logs", Int64(files.logs))
        object.add("sidecars", Int64(files.sidecars))
        object.add("outOfScope", Int64(files.outOfScope))
        object.add("hidden", Int64(files.hidden))
        object.add("other", Int64(files.other))
        return object
    }

    private func notAskedObject(_ notAsked: ValidationReport.NotAsked) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("before", notAsked.before)
        object.add("after", notAsked.after)
        object.add("expectGiven", notAsked.expectGiven)
        object.add("awaiting", Int64(notAsked.awaiting))
        object.add("hidden", Int64(notAsked.hidden))
        object.add("other", Int64(notAsked.other))
        object.add("outOfScope", Int64(notAsked.outOfScope))
        object.add("bucketChecked", notAsked.bucketChecked)
        return object
    }

    private func tallyObject(_ tally: Tally) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("total", Int64(tally.total))
        object.add("valid", Int64(tally.valid))
        object.add("invalid", Int64(tally.invalid))
        object.add("missing", Int64(tally.missing))
        object.add("unverified", Int64(tally.unverified))
        return object
    }
}
