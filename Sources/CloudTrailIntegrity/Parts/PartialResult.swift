internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What judging one part of a ``WorkPlan`` came to.
package struct PartialResult: Sendable {
    /// `nil` where something of the part may concern another, so that the two cannot be judged apart.
    var part: PartResult?
    /// What its signed digest files say of places.
    var votes = ArchivePortion.Votes()
    /// What the digest files are of accounts and regions of which it has some days.
    var digestsOfCuts: [ArchivePart: SHA256Digest] = [:]
    /// The roots that are something else by now than what was opened, by their numbers.
    var replacedRoots: Set<Int> = []

    /// The accounts and regions that have folders in the archive and are of no share of the plan.
    var unshared: Set<ArchivePart> = []
    /// What was proven before and not read in this run; `nil` when nothing is remembered.
    var carried: ValidationReport.Carried?
    /// What the next run may build on, without its findings; likewise.
    var state: ProvenState?

    /// Whether the part is independent of the others.
    package var isIndependent: Bool { part != nil }
    /// How many entries were listed.
    package var entryCount: Int { part?.entryCount ?? 0 }
}

/// Where the plan counted entries of a part there are none: storage is not there, or files are gone.
package enum EmptyPartError: Error {
    /// In the root with this number, where it counted so many.
    case root(Int, entries: Int)
    /// Of this account and region, in all roots.
    case share(account: String, region: String)
}
