internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// Makes the keys of a sample's objects.
struct SampleNaming {
    private let root: String

    init(options: SampleOptions, prefix: String?) {
        let prefix = prefix.map { $0 + "/" } ?? ""
        let organization = options.organization.map { $0 + "/" } ?? ""
        root = prefix + "AWSLogs/" + organization
    }

    func digestKey(of chain: SampleChain, end: Timestamp) -> String {
        folder("CloudTrail-Digest", chain, end)
            + "\(chain.account)_CloudTrail-Digest_\(chain.region)_\(chain.trail)_\(chain.homeRegion)_"
            + "\(end.compact(seconds: true)).json.gz"
    }

    /// The key of the digest file for what a delay kept out of the one that ends at `end`.
    func backfillKey(of chain: SampleChain, end: Timestamp) -> String {
        let key = digestKey(of: chain, end: end)
        return key.dropLast(".json.gz".count) + "_backfill.json.gz"
    }

    /// `unique` is the 16 characters that tell the log files of a minute apart.
    func logKey(of chain: SampleChain, delivery: Timestamp, unique: String) -> String {
        folder("CloudTrail", chain, delivery)
            + "\(chain.account)_CloudTrail_\(chain.region)_\(delivery.compact(seconds: false))_\(unique).json.gz"
    }

    private func folder(_ kind: String, _ chain: SampleChain, _ time: Timestamp) -> String {
        "\(root)\(chain.account)/\(kind)/\(chain.region)/\(time.dayFolder)/"
    }
}
