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

    /// What was proven before and not read in this run; `nil` when nothing is remembered.
    var carried: ValidationReport.Carried?
    /// What the next run may build on, without its findings; likewise.
    var state: ProvenState?

    /// Whether the part is independent of the others.
    package var isIndependent: Bool { part != nil }
    /// How many entries were listed.
    package var entryCount: Int { part?.entryCount ?? 0 }
}

/// A root in which the plan counted entries of a part holds none of it: its storage is not there.
package struct EmptyRootError: Error {
    /// The number of the root.
    package let root: Int
}
