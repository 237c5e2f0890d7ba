public import CloudTrailFormat
public import CloudTrailRules
internal import NativeInterop

extension TrailSelector {
    /// Reads `arn:PARTITION:cloudtrail:REGION:ACCOUNT:trail/NAME`, or takes the text as a name.
    ///
    /// The account in the ARN owns the trail. It selects nothing: an organization trail records other accounts.
    ///
    /// - Throws: ``ValidationOptionsError`` when the text is neither an ARN nor a name that a trail can have.
    public init(_ text: String) throws(ValidationOptionsError) {
        let fault = ValidationOptionsError(
            .trails,
            "'\(text)' is neither a trail's name nor its ARN, such as "
                + "arn:aws:cloudtrail:us-east-1:111122223333:trail/management-events"
        )
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let (name, homeRegion): (String, String?)
        if parts.count == 1 {
            (name, homeRegion) = (text, nil)
        } else {
            guard parts.count == 6, parts[0] == "arn", parts[2] == "cloudtrail",
                ValidationOptions.isRegion(parts[3]), parts[5].hasPrefix("trail/")
            else { throw fault }
            (name, homeRegion) = (String(parts[5].dropFirst(6)), parts[3])
        }
        guard ValidationOptions.isTrail(name) else { throw fault }
        self.init(description: text, name: name, homeRegion: homeRegion)
    }
}

/// What to validate and how.
public struct ValidationOptions: Sendable {
    /// The start of the delivery time that must be covered; `nil` judges each chain from its oldest digest.
    public var start: Timestamp?
    /// The end of the delivery time that must be covered; `nil` judges each chain to its newest digest.
    public var end: Timestamp?
    /// The accounts to report on, of 12 digits each.
    public var accounts = Selection<String>.all
    /// The regions to report on.
    public var regions = Selection<String>.all
    /// The trails to report on.
    public var trails = Selection<TrailSelector>.all
    /// The bucket the archive came from; `nil` compares buckets only where the layout names them.
    public var bucket: String?
    /// How long after a chain's last verified end a log file may still wait for its digest, in whole seconds. Default
    /// 2 h 30 min.
    public var grace = Duration.seconds(Asked.usualGrace)
    /// Without ``end``: the moment that verified coverage must reach, for runs that nobody watches; `nil` judges each
    /// chain by its siblings.
    public var coverageMustReach: Timestamp?
    /// When it is, by the clock that ``coverageMustReach`` is counted back from. With both a digest file from later than
    /// that is a ``ClockError``; `nil` trusts the clock.
    public var now: Timestamp?
    /// The findings that were looked into. They need ``now``: without it all of them have expired, and a digest file from
    /// later than that is a ``ClockError``.
    package var acknowledgements: [Acknowledgement] = []
    /// The chains that must be there, at least one; `nil` asks for no chain by name.
    public var expectedChains: [ExpectedChain]?
    /// The bounds that keep hostile input harmless.
    public var limits = Limits()
    /// The number of threads that compute, from 1 to 4,096. Default: the number of processors that the process may use.
    public var jobs = SystemCall.processorCount
    /// The number of threads that read, should storage be slow: no more than ``jobs`` are busy where it is not. As many
    /// as ``jobs`` where that is more. From 1 to 4,096, default 16.
    public var readers = 16
    /// How many findings of one kind in one folder stand by themselves: one more sums up the others, so that a report does
    /// not grow with what somebody puts there. From 1 to 1,000,000,000, default 10,000.
    public var findingsPerFolder = 10_000
    /// How many files are held in memory at once, as far as a plain archive can be judged in portions: those of whole
    /// accounts and regions, until they are so many.
    package var filesAtOnce = 130_000
    /// An account and region with more log files is judged some days at a time, where that changes nothing.
    package var filesOfPartAtOnce = 520_000
    /// What was proven before; `nil` proves everything again and remembers nothing.
    ///
    /// With it the report has the ``ValidationReport/state`` for the next run. Accounts, regions, trails and ``end`` must
    /// not be set then: what a run leaves out would be held against the next one.
    public var earlierRuns: EarlierRuns?
    /// Whether the report lists every file that was proven.
    public var listsProvenFiles = false
    /// Whether the files of that list are hashed as they are stored too, which costs a second SHA-256 in the same pass.
    public var hashesStoredFiles = false
    /// Whether the path of each file of a ``LocalArchive``, or another ``FolderSource``, is looked up again once it was
    /// read, and not the path of its folder alone: for storage where somebody may mount something over single files meanwhile.
    public var looksUpEachFile = false

    /// Everything.
    public init() {}

    /// Whether nothing is left out but what is before ``start``.
    package var judgesAll: Bool { end == nil && accounts.isAll && regions.isAll && trails.isAll }

    /// What is asked for, as the rules take it.
    var asked: Asked {
        Asked(
            start: start,
            end: end,
            mustReach: coverageMustReach,
            accounts: accounts,
            regions: regions,
            trails: trails,
            grace: grace.components.seconds,
            expected: expectedChains ?? []
        )
    }
}
