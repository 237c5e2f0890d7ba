/// What tells one chain of digest files from another.
///
/// A chain's bucket and prefix may change along the way and are not part of it (CloudTrail User Guide, "CloudTrail
/// digest file structure").
public struct ChainIdentity: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Shared by all that speak of the chain: an archive has many digest files and few chains.
    private final class Names: Sendable {
        let account: String
        let region: String
        let trail: String
        let homeRegion: String
        let isBackfill: Bool
        /// Seeded in every process, like every hash of a dictionary.
        let hash: Int

        init(account: String, region: String, trail: String, homeRegion: String, isBackfill: Bool) {
            self.account = account
            self.region = region
            self.trail = trail
            self.homeRegion = homeRegion
            self.isBackfill = isBackfill
            var hasher = Hasher()
            for name in [account, region, trail, homeRegion] { hasher.combine(name) }
            hasher.combine(isBackfill)
            hash = hasher.finalize()
        }
    }

    private let names: Names

    /// The account whose activity is recorded: 12 digits.
    public var account: String { names.account }
    /// The region whose activity is recorded.
    public var region: String { names.region }
    /// The trail's name.
    public var trail: String { names.trail }
    /// The region the trail was created in.
    public var homeRegion: String { names.homeRegion }
    /// Whether this is the chain of backfill digests: for log files that a delay kept out of the regular ones.
    public var isBackfill: Bool { names.isBackfill }

    /// The chain with these names.
    public init(account: String, region: String, trail: String, homeRegion: String, isBackfill: Bool) {
        names = Names(
            account: account,
            region: region,
            trail: trail,
            homeRegion: homeRegion,
            isBackfill: isBackfill
        )
    }

    /// Whether both name the same chain.
    public static func == (lhs: ChainIdentity, rhs: ChainIdentity) -> Bool {
        lhs.names === rhs.names
            || (lhs.account, lhs.region, lhs.trail, lhs.homeRegion) == (
                rhs.account, rhs.region, rhs.trail, rhs.homeRegion
            )
                && lhs.isBackfill == rhs.isBackfill
    }

    /// The chain in one line, with what could steer a terminal made visible.
    public var description: String {
        let kind = isBackfill ? ", backfill" : ""
        return escaped("\(account) \(region) \(trail) (home region \(homeRegion)\(kind))")
    }

    /// Hashes what tells the chain from others.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(names.hash)
    }

    /// The fixed order of a report: account, region, trail, home region, regular before backfill.
    public static func < (lhs: ChainIdentity, rhs: ChainIdentity) -> Bool {
        (lhs.account, lhs.region, lhs.trail, lhs.homeRegion, lhs.isBackfill ? 1 : 0)
            < (rhs.account, rhs.region, rhs.trail, rhs.homeRegion, rhs.isBackfill ? 1 : 0)
    }
}
