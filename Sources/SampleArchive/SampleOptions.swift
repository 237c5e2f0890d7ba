package import CloudTrailFormat
internal import CloudTrailIntegrity

/// What a sample archive holds. Equal options make equal archives, byte for byte.
package struct SampleOptions: Hashable, Sendable {
    /// The number of accounts: 111122223333 and those after it.
    package var accounts = 2
    /// The number of regions of each account, the first ones of ``regionNames``.
    package var regions = 2
    /// The number of hours, and so of digest files in each chain.
    package var hours = 26
    /// The number of log files in each hour.
    package var logs = 3
    /// The number of records in each log file.
    package var records = 4
    /// Every how manyth hour is without delivery; 0: none.
    package var emptyEvery = 0
    /// The organization whose identifier stands in the keys, as in `o-a1b2c3d4e5`.
    package var organization: String?
    /// What stands before `AWSLogs` in the keys, without a slash at either end.
    package var prefix: String?
    /// What the keys and everything random are made from.
    package var seed: UInt64 = 1
    /// What is done to the archive; each at a place of its own.
    package var tampers: [Tamper] = []
    /// The start of the first hour: 2026-03-01T00:10:35Z, because digest files do not end on the hour.
    package var start = Timestamp(secondsSinceEpoch: 1_772_323_835)
    package var bucket = "example-trail-bucket"
    package var trail = "management-events"
    package var homeRegion = "us-east-1"

    package init() {}

    /// The end of the last hour.
    package var end: Timestamp { start.advanced(bySeconds: Int64(hours) * 3600) }

    /// The regions of AWS, in the order in which a sample uses them.
    package static let regionNames = [
        "us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1", "ap-northeast-1", "us-east-2",
        "us-west-1", "ca-central-1", "eu-west-2", "eu-west-3", "eu-north-1", "ap-south-1", "ap-southeast-2",
        "ap-northeast-2", "ap-northeast-3", "sa-east-1", "eu-south-1", "eu-south-2", "eu-central-2", "ap-east-1",
        "ap-south-2", "ap-southeast-3", "ap-southeast-4", "me-south-1", "me-central-1", "af-south-1", "il-central-1",
        "ca-west-1",
    ]

    /// The chains, in the order in which they are made.
    var chains: [SampleChain] {
        (0..<accounts).flatMap { account in
            Self.regionNames.prefix(regions).map { region in
                SampleChain(
                    account: String(111_122_223_333 + account),
                    region: region,
                    trail: trail,
                    homeRegion: homeRegion
                )
            }
        }
    }

    /// The number of log files that are delivered in the hour with this number.
    func logCount(ofHour hour: Int) -> Int {
        emptyEvery > 0 && (hour + 1).isMultiple(of: emptyEvery) ? 0 : logs
    }

    /// Throws what is wrong with the options, so that no file is written for an archive that cannot be made.
    func check() throws(SampleArchiveError) {
        try check("accounts", accounts, in: 1...10_000)
        try check("regions", regions, in: 1...Self.regionNames.count)
        try check("hours", hours, in: 1...1_000_000)
        try check("logs", logs, in: 0...1_000_000)
        try check("records", records, in: 1...2_000_000)
        try check("emptyEvery", emptyEvery, in: 0...1_000_000)
        try check("bucket", bucket, punctuation: ".-_")
        try check("trail", trail, punctuation: ".-_")
        try check("homeRegion", homeRegion, punctuation: "-")
        if let organization { try check("organization", organization, punctuation: "-") }
        // Keys become paths: a component that is empty or climbs would lead out of the directory.
        for component in prefix?.split(separator: "/", omittingEmptySubsequences: false) ?? [] {
            try check("prefix", component, punctuation: "!-_.*'() ")
        }
        let years = Timestamp(secondsSinceEpoch: 0)...Timestamp.distantFuture.advanced(bySeconds: -1)
        guard years.contains(start), years.contains(end) else {
            throw .invalidOption("start", "\(start)", "the archive must lie between the years 1970 and 9999")
        }
    }

    private func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(SampleArchiveError) {
        guard range.contains(value) else {
            throw .invalidOption(name, "\(value)", "give a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private func check(
        _ name: String,
        _ value: some StringProtocol,
        punctuation: String
    ) throws(SampleArchiveError) {
        let isNamed = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: punctuation.utf8.contains(byte)
            }
        }
        guard isNamed, (1...200).contains(value.utf8.count), value != ".", value != ".." else {
            throw .invalidOption(name, String(value), "give 1 to 200 letters, digits and \(punctuation), not . or ..")
        }
    }
}
