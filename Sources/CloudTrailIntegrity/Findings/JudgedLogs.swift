internal import CloudTrailRules

/// What judging log files came to: a part of the archive's, to be added to others.
struct JudgedLogs: Sendable {
    var report: PartialReport
    /// What is listed and not there: what that means, the whole archive decides.
    var absent: [LogListing] = []
    /// The digests that are not in scope, and on which it depends that a log file that is asked for is not proven.
    var blamed: Set<Int> = []
    /// What was proven before, and is gone together with the digest that lists it.
    var missingOrphans: [LogMatch.Orphan] = []
    /// The digests of which that is not so of all that they list, by their numbers in the state.
    var digestsOfHeld: Set<Int> = []
    /// The log files that the next run is to hold to what they are now; see ``ProvenFileCollector`` for their digests.
    var proven: [ProvenFolder] = []
    /// The number of log files that were proven before and not read in this run.
    var unchanged = 0

    /// Nothing yet.
    init(_ archive: JudgedArchive) {
        report = PartialReport(archive, .logs)
    }

    mutating func add(_ other: JudgedLogs) {
        report.add(other.report)
        absent += other.absent
        blamed.formUnion(other.blamed)
        missingOrphans += other.missingOrphans
        digestsOfHeld.formUnion(other.digestsOfHeld)
        proven += other.proven
        unchanged += other.unchanged
    }
}
