internal import CloudTrailFormat
package import CloudTrailIntegrity

/// The report in the words of `aws cloudtrail validate-logs`, so that what was written for it keeps working.
///
/// As there, valid files and the summary go to standard output and invalid ones to standard error. What the AWS CLI has
/// no words for goes to standard error in the text report's.
package struct AWSReport {
    private let report: ValidationReport

    package init(_ report: ValidationReport) {
        self.report = report
    }

    /// Hands out line after line, without the line's end.
    ///
    /// - Parameter verbose: Name valid files too; they are in the report only when they were asked for.
    package func write<Failure: Error>(
        verbose: Bool,
        to output: (String) throws(Failure) -> Void,
        errors: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let start = report.requestedStart ?? foundStart
        let end = report.requestedEnd ?? foundEnd
        let span = "\(start?.description ?? "?") to \(end?.description ?? "?")"
        for trail in trails {
            try output(
                "Validating log files for trail \(trail) between \(start?.description ?? "?") and "
                    + "\(end?.description ?? "?")"
            )
        }
        try output("")
        for finding in report.findings where finding.severity > .notice {
            if !finding.isSum, let line = line(finding) {
                try errors(line)
                for mark in finding.marks { try errors(mark) }
                try errors("")
            } else {
                try errors(TextReport.line(finding))
            }
        }
        for sentence in TextReport.replaced(report) { try errors(sentence) }
        if verbose {
            for file in report.provenFiles { try output(line(file)) }
            if !report.provenFiles.isEmpty { try output("") }
        }
        try output("Results requested for \(span)")
        guard report.digests.total > 0 else { return try output("No digests found") }
        if let foundStart, let foundEnd {
            try output(
                "Results found for \(max(foundStart, start ?? foundStart)) to \(min(foundEnd, end ?? foundEnd)):"
            )
        } else {
            try output("No valid digests found in range")
        }
        try output("")
        let regular = report.chains.filter { !$0.chain.isBackfill }.map(\.digests)
        let backfill = report.chains.filter { $0.chain.isBackfill }.map(\.digests)
        for (tallies, noun) in [(regular, "digest"), (backfill, "backfill digest"), ([report.logs], "log")] {
            if let ratio = ratio(tallies, noun) { try output(ratio) }
        }
    }

    private var foundStart: Timestamp? { report.chains.compactMap(\.start).min() }
    private var foundEnd: Timestamp? { report.chains.compactMap(\.end).max() }

    /// The ARNs of the trails, as far as an archive tells them: the account is the one that is recorded.
    private var trails: [String] {
        let arns = report.chains.map { summary in
            let chain = summary.chain
            let partition =
                chain.homeRegion.hasPrefix("cn-")
                ? "aws-cn" : chain.homeRegion.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
            return escaped("arn:\(partition):cloudtrail:\(chain.homeRegion):\(chain.account):trail/\(chain.trail)")
        }
        return Set(arns).sorted()
    }

    private func ratio(_ tallies: [Tally], _ noun: String) -> String? {
        let total = tallies.map(\.total).reduce(0, +)
        guard total > 0 else { return nil }
        let valid = tallies.map(\.valid).reduce(0, +)
        let invalid = tallies.map { $0.invalid + $0.missing }.reduce(0, +)
        let rest = invalid > 0 ? ", \(invalid)/\(total) \(noun) files INVALID" : ""
        return "\(valid)/\(total) \(noun) files valid\(rest)"
    }

    /// The AWS CLI's line on a file; `nil` where it has none.
    private func line(_ finding: Finding) -> String? {
        guard let key = finding.key, let reason = reason(finding) else { return nil }
        var bucket = finding.bucket ?? ""
        if bucket.isEmpty, case .text(let claimed) = finding.detail["claimedBucket"] { bucket = claimed }
        let isLog = finding.kind.rawValue.hasPrefix("log-")
        let backfill = finding.chain?.isBackfill == true && !isLog ? "(backfill) " : ""
        let name = isLog ? "Log file" : "Digest file"
        return "\(backfill)\(name)\ts3://\(escaped(bucket))/\(escaped(key.description))\tINVALID: \(reason)"
    }

    private func line(_ file: ProvenFile) -> String {
        let isDigest = DigestFileName(file.key) != nil
        let backfill = file.chain.isBackfill && isDigest ? "(backfill) " : ""
        let name = isDigest ? "Digest file" : "Log file"
        return "\(backfill)\(name)\ts3://\(escaped(file.bucket))/\(escaped(file.key.description))\tvalid"
    }

    private func reason(_ finding: Finding) -> String? {
        switch finding.kind {
        case .digestSignatureInvalid: return "signature verification failed"
        case .digestMalformed, .logMalformed: return "invalid format"
        case .digestRelocated: return "has been moved from its original location"
        case .digestMissing, .logMissing: return "not found"
        case .logModified: return "hash value doesn't match"
        case .logTrailingData: return "unexpected data after end of compressed stream"
        case .digestKeyUnknown:
            guard case .text(let fingerprint) = finding.detail["fingerprint"], let chain = finding.chain else {
                return nil
            }
            return "public key not found in region \(chain.homeRegion) for fingerprint \(fingerprint)"
        default: return nil
        }
    }
}
