package import CloudTrailFormat

/// What the order of a chain shows. Members are named by their positions in the chain.
package enum ChainEvent: Hashable, Sendable {
    /// The predecessor that a verified member names is not held; or an hour between two that are, by their rhythm.
    case missing(DigestAbsence)
    /// The oldest member held is verified and names a predecessor that is not.
    case startsAfter(DigestAbsence)
    /// Nothing attests this time.
    case gap(TimeRange, reason: GapReason, member: Int)
    /// A null-previous member after an earlier one, without a gap.
    case restart(member: Int)
    /// The member starts before its predecessor ends.
    case overlap(TimeRange, member: Int)
    /// Two verified members name the same predecessor.
    case forked(predecessor: ObjectLocation, member: Int, other: Int)
}

/// A digest that should be there.
package struct DigestAbsence: Hashable, Sendable {
    /// The bucket it was named in.
    package let bucket: String
    /// The key it was named by, or is expected under.
    package let key: ObjectKey
    package let window: TimeRange
    /// How it is known that it is absent.
    package let kind: Absence
    /// The number of the verified member that names it, or that the hours are counted back from.
    package let member: Int

    package init(bucket: String, key: ObjectKey, window: TimeRange, kind: Absence, member: Int) {
        self.bucket = bucket
        self.key = key
        self.window = window
        self.kind = kind
        self.member = member
    }
}
