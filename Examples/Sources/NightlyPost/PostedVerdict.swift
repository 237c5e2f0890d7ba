import CloudTrailIntegrity
import ExampleSupport
import Foundation

/// What is posted: numbers and words of ours, no text from the archive.
struct PostedVerdict: Encodable {
    struct Count: Encodable {
        let total, valid, invalid, missing, unverified: Int

        init(_ tally: Tally) {
            (total, valid, invalid) = (tally.total, tally.valid, tally.invalid)
            (missing, unverified) = (tally.missing, tally.unverified)
        }
    }

    let version = Validator.version
    let verdict: String
    let exit: CInt
    let provenFrom: String?
    let provenUntil: String?
    let chains: Int
    let digests: Count
    let logs: Count
    /// How many findings there are of each kind that is more than a notice.
    let findings: [String: Int]

    init(_ report: ValidationReport) {
        verdict = report.verdict().description
        exit = report.verdict().exitStatus
        provenFrom = report.provenFrom?.description
        provenUntil = report.provenUntil?.description
        chains = report.chains.count
        digests = Count(report.digests)
        logs = Count(report.logs)
        findings = report.findings.filter { $0.severity > .notice }
            .reduce(into: [:]) { $0[$1.kind.rawValue, default: 0] += 1 }
    }

    var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(self)
        }
    }
}
