/// A span of time from its start up to, and without, its end.
package struct TimeRange: Hashable, Sendable {
    /// The first moment.
    package let start: Timestamp
    /// The first moment after it.
    package let end: Timestamp

    /// The span from `start` to `end`.
    package init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    /// The day of a moment, in UTC.
    package init(dayOf moment: Timestamp) {
        start = Timestamp(secondsSinceEpoch: moment.dayNumber * 86_400)
        end = start.advanced(bySeconds: 86_400)
    }

    /// All time.
    package static let always = TimeRange(start: .distantPast, end: .distantFuture)

    /// Whether the two have a moment in common; spans that only touch have none.
    package func intersects(_ other: TimeRange) -> Bool {
        start < other.end && end > other.start
    }

    package func contains(_ moment: Timestamp) -> Bool {
        start <= moment && moment < end
    }
}
