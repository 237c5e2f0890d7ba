internal import CloudTrailFormat
internal import CloudTrailRules

/// What all chains of an archive cover, and which of them owe more.
struct ArchiveCoverage {
    private let chains: [HeldChain]
    private let asked: Asked

    init(_ chains: [HeldChain], _ asked: Asked) {
        self.chains = chains
        self.asked = asked
    }

    private var regular: [HeldChain] { chains.filter { !$0.identity.isBackfill } }

    /// The latest end of a range that every regular chain covers; `nil` where none is covered. A chain that lies far behind
    /// the others has ended, or has a finding of its own.
    func coverableEnd() -> Timestamp? {
        let ends = regular.filter { asked.selects($0.identity) }.compactMap(\.coverage.verifiedUntil)
        return CoverageRules.coverableEnd(of: ends, asked)
    }

    /// What chains owe and do not cover, and which chains are not there at all.
    func findings() -> [Finding] {
        var siblings: [CoverageRules.Family: Timestamp] = [:]
        for chain in regular {
            guard let end = chain.coverage.verifiedUntil else { continue }
            let family = CoverageRules.Family(chain.identity)
            siblings[family] = max(siblings[family] ?? end, end)
        }
        let held = regular.filter { asked.selects($0.identity) }.flatMap { chain in
            CoverageRules.shortfalls(
                of: chain.coverage,
                siblingsUntil: siblings[CoverageRules.Family(chain.identity)],
                asked
            ).map { Self.finding(chain.identity, $0) }
        }
        let verified = Set(chains.filter { $0.coverage.verifiedUntil != nil }.map(\.identity))
        return held + CoverageRules.absentChains(held: verified, asked).map { Self.finding($0, $1) }
    }

    private static func finding(_ chain: ChainIdentity, _ shortfall: Shortfall) -> Finding {
        Finding(
            .coverageShort(shortfall),
            chain: chain,
            start: shortfall.from == .distantPast ? nil : shortfall.from,
            end: shortfall.until == .distantFuture ? nil : shortfall.until
        )
    }
}
