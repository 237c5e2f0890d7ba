package import CloudTrailFormat

/// The times of a chain.
package enum ChainClock: Sendable {
    /// The length of a regular digest's window, in seconds.
    package static let hour: Int64 = 3600
    /// The longest gap whose hours are each called missing, in hours.
    package static let longestInferredGap: Int64 = 48

    /// The time that a digest speaks of. Only that of a verified one counts; of any other the name tells the end, and it
    /// stands for the hour before that (V19).
    ///
    /// - Parameters:
    ///   - claimed: What it says of its start and end; `nil` where it says nothing.
    ///   - end: The end in its name.
    package static func window(
        claimed: TimeRange?,
        nameEnd end: Timestamp,
        _ standing: DigestStanding
    ) -> TimeRange {
        guard standing == .verified, let claimed else {
            return TimeRange(start: end.advanced(bySeconds: -hour), end: end)
        }
        return claimed
    }
}
