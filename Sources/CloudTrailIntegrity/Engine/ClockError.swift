public import CloudTrailFormat
internal import CloudTrailRules

/// A verified digest file ends later than the clock says that it is now: how old the last coverage is cannot be known, nor
/// what has expired.
///
/// A clock that is set back would make an archive that no longer grows look up to date, and an acknowledgement last longer
/// than somebody said.
public struct ClockError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The latest end of a verified digest file.
    public let end: Timestamp
    /// When it is by the clock, see ``ValidationOptions/now``.
    public let now: Timestamp

    /// What is wrong, in one line.
    public var description: String {
        "a verified digest file ends at \(end), and by the clock it is only \(now): set the clock right"
    }

    /// How far clocks may differ, in seconds.
    private static let tolerance: Int64 = 600

    /// Throws ``ClockError`` where a largest age is asked for or something is acknowledged, and a verified digest file,
    /// whatever filters leave out, ends more than ten minutes later than the clock says (I16).
    static func check(_ records: DigestRecords, _ verdicts: [DigestJudgement], _ options: ValidationOptions) throws {
        guard options.coverageMustReach != nil || !options.acknowledgements.isEmpty, let now = options.now else {
            return
        }
        var latest: Timestamp?
        for number in records.indices where verdicts[number].isVerified {
            let end = DigestChain.window(of: records[number], isVerified: true).end
            latest = max(latest ?? end, end)
        }
        if let latest, latest > now.advanced(bySeconds: tolerance) { throw ClockError(end: latest, now: now) }
    }
}
