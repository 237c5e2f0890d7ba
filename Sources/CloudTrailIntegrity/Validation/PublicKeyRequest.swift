/// A call of ListPublicKeys that an archive needs: keys are kept by region.
public struct PublicKeyRequest: Hashable, Sendable {
    /// The region whose keys signed the digests.
    public let region: String
    /// The start of the time the keys must have been valid in.
    public let start: Timestamp
    /// The end of that time.
    public let end: Timestamp

    /// How long after its window a backfill digest may be signed, in seconds: the validity of a key.
    private static let backfillDelay: Int64 = 30 * 86_400

    /// The calls that fetch every key the digest files in `sources` may be signed with, by the files' names alone.
    ///
    /// A source that goes by once has gone by then.
    ///
    /// - Throws: An error when a source cannot be listed.
    public static func requests(for sources: [any ArchiveSource]) throws -> [PublicKeyRequest] {
        let index = try ArchiveIndex(sources)
        return requests(for: index.digests.compactMap { index.names.fileName(of: $0.path) })
    }

    /// The calls that fetch every key the digest files with these names may be signed with.
    package static func requests(for names: [DigestFileName]) -> [PublicKeyRequest] {
        var spans: [String: TimeRange] = [:]
        for name in names {
            let start = name.endTime.advanced(bySeconds: -DigestChain.hour)
            let end = name.chain.isBackfill ? name.endTime.advanced(bySeconds: backfillDelay) : name.endTime
            let known = spans[name.chain.region] ?? TimeRange(start: start, end: end)
            spans[name.chain.region] = TimeRange(start: min(known.start, start), end: max(known.end, end))
        }
        return spans.sorted { $0.key < $1.key }
            .map { PublicKeyRequest(region: $0.key, start: $0.value.start, end: $0.value.end) }
    }
}
