public import CloudTrailFormat

/// A chain that must be in the archive, whatever else is.
///
/// Nothing inside an archive can show that a whole region or account was left out.
public struct ExpectedChain: Hashable, Sendable {
    /// The chain; never a backfill one, because those come by exception.
    public let chain: ChainIdentity
    /// When the chain began, where that is known: it owes no coverage from before, where ``ValidationOptions/start`` asks
    /// for it. Without a start this asks for nothing.
    public let since: Timestamp?
    /// When the chain ended, where that is known: it need not reach further, and its end must still be found.
    public let until: Timestamp?

    /// A chain that must be there, from `since` and up to `until` where these are known.
    public init(_ chain: ChainIdentity, since: Timestamp? = nil, until: Timestamp? = nil) {
        self.chain = chain
        self.since = since
        self.until = until
    }
}
