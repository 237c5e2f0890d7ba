internal import CloudTrailFormat
internal import CloudTrailRules

extension KnownFinding {
    init(_ finding: Finding) {
        let name = finding.key.flatMap { LogFileName($0) }
        self.init(
            account: finding.chain?.account ?? name?.account ?? "",
            region: finding.chain?.region ?? name?.region ?? "",
            kind: finding.kind.rawValue,
            key: finding.key ?? (finding.path == nil ? Self.subject(of: finding) : nil),
            path: finding.path
        )
    }

    /// What a finding speaks of that names no file.
    private static func subject(of finding: Finding) -> ObjectKey? {
        if let chain = finding.chain { return ObjectKey("\(chain.trail)/\(chain.homeRegion)") }
        guard case .text(let name)? = finding.detail["name"] else { return nil }
        return ObjectKey(name)
    }
}
