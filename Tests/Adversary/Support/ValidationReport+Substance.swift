import CloudTrailFormat
import CloudTrailIntegrity

extension ValidationReport {
    /// All that a run must say alike however it was run.
    struct Substance: Equatable {
        let findings: [Finding]
        let provenFiles: [ProvenFile]
        let chains: [ChainSummary]
        let digests: Tally
        let logs: Tally
        let files: FileCounts
        let provenFrom: Timestamp?
        let provenUntil: Timestamp?
        let contentBytes: UInt64
    }

    var substance: Substance {
        Substance(
            findings: findings,
            provenFiles: provenFiles,
            chains: chains,
            digests: digests,
            logs: logs,
            files: files,
            provenFrom: provenFrom,
            provenUntil: provenUntil,
            contentBytes: hashedBytes
        )
    }
}
