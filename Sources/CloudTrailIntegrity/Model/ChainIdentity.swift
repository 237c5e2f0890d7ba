/// What tells one chain of digest files from another.
///
/// A chain's bucket and prefix may change along the way and are not part of it (CloudTrail User Guide, "CloudTrail
/// digest file structure").
public struct ChainIdentity: Hashable, Comparable, Sendable {
    /// The account whose activity is recorded: 12 digits.
    public let account: String
    /// The region whose activity is recorded.
    public let region: String
    /// The trail's name.
    public let trail: String
    /// The region the trail was created in.
    public let homeRegion: String
    /// Whether this is the chain of backfill digests: for log files that a delay kept out of the regular ones.
    public let isBackfill: Bool

    /// The chain with these names.
    public init(account: String, region: String, trail: String, homeRegion: String, isBackfill: Bool) {
        self.account = account
        self.region = region
        self.trail = trail
        self.homeRegion = homeRegion
        self.isBackfill = isBackfill
    }

    /// The fixed order of a report: account, region, trail, home region, regular before backfill.
    public static func < (lhs: ChainIdentity, rhs: ChainIdentity) -> Bool {
        (lhs.account, lhs.region, lhs.trail, lhs.homeRegion, lhs.isBackfill ? 1 : 0)
            < (rhs.account, rhs.region, rhs.trail, rhs.homeRegion, rhs.isBackfill ? 1 : 0)
    }
}
