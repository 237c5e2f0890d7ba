internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// What the chains of a report are called: no two the same.
struct ChainNames {
    /// The home regions of the chains that have one short name.
    private var homeRegions: [String: Set<String>] = [:]

    init(_ report: ValidationReport) {
        for summary in report.chains { add(summary.chain) }
        var last: ChainIdentity?
        for finding in report.findings where finding.chain != last {
            last = finding.chain
            if let last { add(last) }
        }
    }

    private mutating func add(_ chain: ChainIdentity) {
        homeRegions[Self.short(chain), default: []].insert(chain.homeRegion)
    }

    /// Account, region and trail.
    static func short(_ chain: ChainIdentity) -> String {
        "\(escaped(chain.account)) \(escaped(chain.region)) \(escaped(chain.trail))"
            + (chain.isBackfill ? " (backfill)" : "")
    }

    /// The trail, as it is called beside account and region.
    func trail(_ chain: ChainIdentity) -> String {
        let isAmbiguous = homeRegions[Self.short(chain), default: []].count > 1
        return escaped(chain.trail) + (isAmbiguous ? " of \(escaped(chain.homeRegion))" : "")
            + (chain.isBackfill ? " (backfill)" : "")
    }

    /// Account, region and trail, and what else tells it from others.
    func name(_ chain: ChainIdentity) -> String {
        "\(escaped(chain.account)) \(escaped(chain.region)) \(trail(chain))"
    }
}
