internal import CloudTrailRules
internal import NativeInterop

/// What became of a digest file that an earlier run proved.
enum DigestFate: Hashable, Sendable {
    /// The record with this number is it, verified and with the same content.
    case kept(Int)
    /// No verified file with its content is there.
    case lost

    /// The fates of the digests of a state, by their numbers.
    static func fates(
        of digests: [ProvenDigest],
        keys: DigestKeys,
        digestsByKey: RecordsByKey,
        records: DigestRecords,
        verdicts: [DigestJudgement]
    ) -> [DigestFate] {
        var reader = DigestKeyReader(records.names)
        return digests.map { digest in
            let key = keys.known(reader.key(digest.claims.location.key.collapsed))
            let same = key.map { digestsByKey[$0] }?.first { record in
                verdicts[record].isVerified && records[record].hash == digest.hash
            }
            return same.map { .kept($0) } ?? .lost
        }
    }
}
