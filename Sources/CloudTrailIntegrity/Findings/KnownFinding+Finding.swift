internal import CloudTrailFormat
internal import CloudTrailRules

extension KnownFinding {
    init(_ finding: Finding) {
        let name = finding.key.flatMap { LogFileName($0) }
        self.init(
            account: finding.chain?.account ?? name?.account ?? "",
            region: finding.chain?.region ?? name?.region ?? "",
            kind: finding.kind.rawValue,
            key: finding.key,
            path: finding.path
        )
    }
}
