internal import CloudTrailFormat
internal import NativeInterop

/// What digest files have in common of which one says of its predecessor what the others do: the name and the content.
struct DigestTwins: Hashable, Sendable {
    private let chain: Int32
    private let endTime: Timestamp
    private let hash: SHA256Digest

    /// `nil` where the content is not known.
    init?(_ record: DigestRecord) {
        guard let hash = record.hash else { return nil }
        chain = record.chain
        endTime = record.endTime
        self.hash = hash
    }
}
