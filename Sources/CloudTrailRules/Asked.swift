package import CloudTrailFormat

/// What is asked for: a time of delivery, and some accounts, regions and trails.
package struct Asked: Sendable {
    /// The start of the time; `nil` judges each chain from its oldest digest.
    package let start: Timestamp?
    /// The end of the time; `nil` judges each chain to its newest digest.
    package let end: Timestamp?
    /// Without an end: the moment that verified coverage must reach.
    package let mustReach: Timestamp?
    package let accounts: Selection<String>
    package let regions: Selection<String>
    package let trails: Selection<TrailSelector>
    /// How long a log file usually may wait for its digest, in seconds: 2 h 30 min.
    package static let usualGrace: Int64 = 9000

    /// How long after a chain's last verified end a log file may still wait for its digest, in seconds.
    package let grace: Int64
    /// The chains that must be there, the first of each name.
    package let expected: [ChainIdentity: ExpectedChain]

    package init(
        start: Timestamp? = nil,
        end: Timestamp? = nil,
        mustReach: Timestamp? = nil,
        accounts: Selection<String> = .all,
        regions: Selection<String> = .all,
        trails: Selection<TrailSelector> = .all,
        grace: Int64 = usualGrace,
        expected: [ExpectedChain] = []
    ) {
        self.start = start
        self.end = end
        self.mustReach = mustReach
        self.accounts = accounts
        self.regions = regions
        self.trails = trails
        self.grace = grace
        self.expected = Dictionary(expected.map { ($0.chain, $0) }) { first, _ in first }
    }

    /// The time, open where no start or end is given.
    package var range: TimeRange { TimeRange(start: start ?? .distantPast, end: end ?? .distantFuture) }

    /// Whether only some accounts, regions or trails are asked for.
    package var isRestricted: Bool { !(accounts.isAll && regions.isAll && trails.isAll) }

    package func selects(_ chain: ChainIdentity) -> Bool {
        selects(account: chain.account, region: chain.region)
            && trails.contains(where: { $0.selects(chain) })
    }

    /// What is not known is selected.
    package func selects(account: String?, region: String?) -> Bool {
        account.map { accounts.contains($0) } ?? true && region.map { regions.contains($0) } ?? true
    }

    /// From when on a chain owes coverage: the start or, where that is later, when the chain is known to have begun; `nil`
    /// when it is judged from its oldest digest.
    package func owedFrom(_ chain: ChainIdentity) -> Timestamp? {
        start.map { max($0, expected[chain]?.since ?? $0) }
    }

    /// Whether a chain is known to have begun only when all that coverage must reach was over.
    package func owesNothing(_ chain: ChainIdentity) -> Bool {
        guard let since = expected[chain]?.since, let reached = end ?? mustReach else { return false }
        return since >= reached
    }
}
