package import CloudTrailFormat

/// A trail that is asked for: by name, or by ARN, which tells its home region and account too.
public struct TrailSelector: Hashable, Sendable, CustomStringConvertible {
    /// The name or ARN as it was given.
    public let description: String
    /// The trail's name.
    public let name: String
    /// The region the trail was created in; `nil` when only a name was given.
    public let homeRegion: String?

    /// The trail with this name, of this home region.
    package init(description: String, name: String, homeRegion: String?) {
        self.description = description
        self.name = name
        self.homeRegion = homeRegion
    }

    /// Whether it is the chain's trail.
    package func selects(_ chain: ChainIdentity) -> Bool {
        chain.trail == name && (homeRegion ?? chain.homeRegion) == chain.homeRegion
    }
}
