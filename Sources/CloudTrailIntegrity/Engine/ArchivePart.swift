internal import CloudTrailFormat
internal import CloudTrailRules

/// An account and region: what can be judged by itself, in a plain archive.
struct ArchivePart: Hashable, Comparable, Sendable {
    let account: String
    let region: String

    init(account: String, region: String) { (self.account, self.region) = (account, region) }

    init(_ chain: ChainIdentity) { (account, region) = (chain.account, chain.region) }

    init(_ name: LogFileName) { (account, region) = (name.account, name.region) }

    init(_ name: NamedPart) { (account, region) = (name.account, name.region) }

    /// The part that a folder tells; `nil` where it does not tell all of it.
    init?(_ folder: KeyFolder) {
        guard let account = folder.account, let region = folder.region else { return nil }
        (self.account, self.region) = (account, region)
    }

    static func < (lhs: ArchivePart, rhs: ArchivePart) -> Bool {
        (lhs.account, lhs.region) < (rhs.account, rhs.region)
    }
}

extension ArchivePart: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(string: account)
        writer.add(string: region)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(account: try reader.string(), region: try reader.string())
    }
}
