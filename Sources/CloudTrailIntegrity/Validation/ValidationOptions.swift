internal import NativeInterop

/// A trail that is asked for: by name, or by ARN, which tells its home region and account too.
public struct TrailSelector: Hashable, Sendable, CustomStringConvertible {
    /// The name or ARN as it was given.
    public let description: String
    /// The trail's name.
    public let name: String
    /// The region the trail was created in; `nil` when only a name was given.
    public let homeRegion: String?

    /// Reads `arn:PARTITION:cloudtrail:REGION:ACCOUNT:trail/NAME`, or takes the text as a name; `nil` for a broken ARN.
    ///
    /// The account in the ARN owns the trail. It selects nothing: an organization trail records other accounts.
    public init?(_ text: String) {
        description = text
        guard text.hasPrefix("arn:") else {
            guard !text.isEmpty else { return nil }
            name = text
            homeRegion = nil
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "cloudtrail", !parts[3].isEmpty, parts[5].hasPrefix("trail/"),
            parts[5].utf8.count > 6
        else { return nil }
        name = String(parts[5].dropFirst(6))
        homeRegion = String(parts[3])
    }

    func selects(_ chain: ChainIdentity) -> Bool {
        chain.trail == name && (homeRegion ?? chain.homeRegion) == chain.homeRegion
    }
}

/// What to validate and how.
public struct ValidationOptions: Sendable {
    /// The start of the delivery time that must be covered; `nil` judges each chain from its oldest digest.
    public var start: Timestamp?
    /// The end of the delivery time that must be covered; `nil` judges each chain to its newest digest.
    public var end: Timestamp?
    /// The accounts to report on; empty for all.
    public var accounts: [String] = []
    /// The regions to report on; empty for all.
    public var regions: [String] = []
    /// The trails to report on; empty for all.
    public var trails: [TrailSelector] = []
    /// The bucket the archive came from; `nil` compares buckets only where the layout names them.
    public var bucket: String?
    /// How long after a chain's last verified end a log file may still wait for its digest, in whole seconds. Default
    /// 2 h 30 min.
    public var grace = Duration.seconds(9000)
    /// Without ``end``: the moment that verified coverage must reach, for runs that nobody watches; `nil` judges each
    /// chain by its siblings.
    public var coverageMustReach: Timestamp?
    /// The chains that must be there.
    public var expectedChains: [ExpectedChain] = []
    /// The bounds that keep hostile input harmless.
    public var limits = Limits()
    /// The number of threads that compute; at least 1. Default: the number of processors that the process may use.
    public var jobs = SystemCall.processorCount
    /// The number of threads that read, should storage be slow: no more than ``jobs`` are busy where it is not. As many
    /// as ``jobs`` where that is more. Default 16.
    public var readers = 16
    /// What was proven before; `nil` proves everything anew and remembers nothing.
    ///
    /// With it the report has the ``ValidationReport/state`` for the next run. Accounts, regions, trails and ``end`` must
    /// not be set then: what a run leaves out would be held against the next one.
    public var earlierRuns: EarlierRuns?
    /// Whether the report lists every file that was proven.
    public var listsProvenFiles = false
    /// Whether the files of that list are hashed as they are stored too, which costs a second SHA-256 in the same pass.
    public var hashesStoredFiles = false

    /// Everything.
    public init() {}

    var range: TimeRange { TimeRange(start: start ?? .distantPast, end: end ?? .distantFuture) }

    /// Whether nothing is left out but what is before ``start``.
    package var judgesAll: Bool { end == nil && accounts.isEmpty && regions.isEmpty && trails.isEmpty }

    /// Whether only some accounts, regions or trails are asked for.
    var isRestricted: Bool { !(accounts.isEmpty && regions.isEmpty && trails.isEmpty) }

    func selects(_ chain: ChainIdentity) -> Bool {
        selects(account: chain.account, region: chain.region)
            && (trails.isEmpty || trails.contains { $0.selects(chain) })
    }

    /// What is not known is selected.
    func selects(account: String?, region: String?) -> Bool {
        (accounts.isEmpty || account.map(accounts.contains) ?? true)
            && (regions.isEmpty || region.map(regions.contains) ?? true)
    }
}
