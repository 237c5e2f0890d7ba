public import CloudTrailFormat
internal import CloudTrailRules

/// A call of ListPublicKeys that an archive needs: keys are kept by region.
public struct PublicKeyRequest: Hashable, Sendable {
    /// The region whose keys signed the digests.
    public let region: String
    /// The start of the time the keys must have been valid in.
    public let start: Timestamp
    /// The end of that time; `nil` is open, for which the call is given no end: AWS takes the time of the call then.
    public let end: Timestamp?

    /// How long after the end in its name a digest may be signed, in seconds: at delivery, with the key of that time.
    private static let deliveryDelay = 2 * ChainClock.hour
    /// How long after it was generated a backfill digest may be signed, in seconds.
    private static let backfillDelay = ChainClock.hour

    /// The calls that fetch every key the digest files in `sources` may be signed with, by the files' names alone.
    ///
    /// Such a name does not tell when a backfill digest was generated: with one the request of its region is open. A
    /// source that goes by once has gone by then.
    ///
    /// - Throws: An error when a source cannot be listed.
    public static func requests(for sources: [any ArchiveSource]) throws -> [PublicKeyRequest] {
        let index = try ArchiveIndex(sources)
        return requests(for: index.digests.compactMap { index.names.fileName(of: $0.path) }.map { ($0, nil) })
    }

    /// The calls that fetch every key the digest files with these names may be signed with (I15).
    ///
    /// - Parameter digests: The names and, for backfill digests, when they were generated; `nil` when that is not known.
    package static func requests(
        for digests: [(name: DigestFileName, generated: Timestamp?)]
    ) -> [PublicKeyRequest] {
        var requests: [String: PublicKeyRequest] = [:]
        for (name, generated) in digests {
            let start = name.endTime.advanced(bySeconds: -ChainClock.hour)
            var end: Timestamp? = name.endTime.advanced(bySeconds: deliveryDelay)
            if name.chain.isBackfill {
                // It is not generated before its window ends; a time that says so is not one.
                end = generated.flatMap { $0 < name.endTime ? nil : $0.advanced(bySeconds: backfillDelay) }
            }
            let region = name.chain.region
            guard let known = requests[region] else {
                requests[region] = PublicKeyRequest(region: region, start: start, end: end)
                continue
            }
            var latest: Timestamp?
            if let end, let other = known.end { latest = max(end, other) }
            requests[region] = PublicKeyRequest(region: region, start: min(known.start, start), end: latest)
        }
        return requests.values.sorted { $0.region < $1.region }
    }
}
