internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules

/// What is known of findings from elsewhere than the archive: whether the last run had them, and who looked into them.
struct Standing {
    private let report: ValidationReport
    private let facts: RunFacts

    init(_ report: ValidationReport, _ facts: RunFacts) {
        self.report = report
        self.facts = facts
    }

    /// The exit status where everything that counts is acknowledged.
    private static let nothingNew: Int32 = 3

    /// What stands below the verdict about it, a sentence each.
    var sentences: [String] { sinceLastRun + acknowledgements }

    private var sinceLastRun: [String] {
        guard let new = report.newFindings else { return [] }
        let found = report.findings.count(of: .violation) + report.findings.count(of: .unverified)
        if found == 0 { return [] }
        let count = new.values.reduce(0, +)
        let parts = Severity.gravestFirst.compactMap { severity -> String? in
            let count = Self.count(new, severity)
            return count > 0 ? "\(count.grouped) \(severity.rawValue)" : nil
        }
        let what = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
        return ["Since the last run: \(count.of("new finding"))\(what), \((found - count).grouped) known from then."]
    }

    private var acknowledgements: [String] {
        let count = report.findings.reduce(0) { $0 + ($1.acknowledgement == nil ? 0 : 1) }
        if facts.exit == Self.nothingNew {
            return [
                "Nothing new: all that is wrong or not proven is acknowledged (\(count.of("finding"))). The verdict stays, and "
                    + "the exit status is \(Self.nothingNew)."
            ]
        }
        return count > 0 ? ["Acknowledged: \(count.of("finding")). The verdict and its exit status stay."] : []
    }

    /// How many findings are acknowledged, by their kinds.
    var acknowledged: [FindingKind: Int] {
        var counts: [FindingKind: Int] = [:]
        for finding in report.findings where finding.acknowledgement != nil { counts[finding.kind, default: 0] += 1 }
        return counts
    }

    /// Numbers of kinds as numbers of their severities, those that count in the verdict alone.
    static func object(_ counts: [FindingKind: Int]) -> JSONObjectText {
        var object = JSONObjectText()
        for severity in Severity.gravestFirst where severity > .notice {
            object.add(severity.rawValue, Int64(count(counts, severity)))
        }
        return object
    }

    private static func count(_ counts: [FindingKind: Int], _ severity: Severity) -> Int {
        counts.reduce(0) { $1.key.severity == severity ? $0 + $1.value : $0 }
    }
}

extension Acknowledgement {
    /// Who acknowledged it, until when and why, in one line, with what could steer a terminal made visible.
    var words: String { escaped("acknowledged by \(who) until \(until): \(why)") }

    /// The same as an object.
    var object: JSONObjectText {
        var object = JSONObjectText()
        object.add("who", who)
        object.add("why", why)
        object.add("until", until.description)
        return object
    }
}

extension Finding {
    /// What is known of it from elsewhere than the archive, in lines.
    var marks: [String] {
        (isKnown == false ? ["new: the last run did not find it"] : []) + (acknowledgement.map { [$0.words] } ?? [])
    }

    /// Its message and what is known of it, escaped.
    var markedMessage: String { ([escaped(message)] + marks).joined(separator: "; ") }
}
