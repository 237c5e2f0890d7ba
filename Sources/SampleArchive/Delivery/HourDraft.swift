internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// What AWS is going to deliver for one hour of a chain; a scenario that AWS itself caused changes this.
struct HourDraft {
    /// The hour's number from the start of the archive: it stays when other hours are taken out.
    let hour: Int
    let start: Timestamp
    let end: Timestamp
    let logCount: Int
    var key: SampleKeyRing.Role
    /// Whether the digest file links to none before it.
    var startsChain: Bool
    var signatureHash = RSASigningKey.Hash.sha256
    /// The last change to what the digest file says, before it is signed.
    var edit: ((inout DigestDocument) -> Void)?
    /// A change to the bytes that say it, before they are signed.
    var rewrite: (([UInt8]) -> [UInt8])?
    /// Where it is delivered to and under which trail's name, when that is not what the options say.
    var bucket: String?
    var prefix: String?
    var trail: String?
    /// How long its log files have waited for their digest file, in seconds: their names tell an earlier time.
    var delay: Int64 = 0

    /// The minutes of the hour at which its log files are delivered, spread evenly.
    func delivery(ofLog index: Int) -> Timestamp {
        let firstMinute = (start.secondsSinceEpoch + 59) / 60
        return Timestamp(secondsSinceEpoch: (firstMinute + Int64(index * 59 / max(logCount, 1))) * 60 - delay)
    }
}
