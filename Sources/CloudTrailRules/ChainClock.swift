package import CloudTrailFormat

/// The times of a chain.
package enum ChainClock: Sendable {
    /// The length of a regular digest's window, in seconds.
    package static let hour: Int64 = 3600
    /// The longest gap whose hours are each called missing, in hours.
    package static let longestInferredGap: Int64 = 48

    /// The time that a digest speaks of. Only a verified one is believed; of any other the name tells the end, and it
    /// stands for the hour before that (V19).
    ///
    /// - Parameters:
    ///   - claimed: What it says of its start and end; `nil` where it says nothing.
    ///   - end: The end in its name.
    package static func window(
        claimed: TimeRange?,
        nameEnd end: Timestamp,
        _ standing: ChainMember.Standing
    ) -> TimeRange {
        guard standing == .verified, let claimed else {
            return TimeRange(start: end.advanced(bySeconds: -hour), end: end)
        }
        return claimed
    }
}

/// The places of a chain's members by their keys, made once they are needed.
struct ChainPlaces {
    private let members: [ChainMember]
    private var places: [KeyID: Int]?

    init(_ members: [ChainMember]) { self.members = members }

    /// - Parameter successor: The place of a member that names it, and that it probably lies directly before.
    mutating func place(of key: KeyID, before successor: Int) -> Int? {
        if successor > 0, members[successor - 1].key == key { return successor - 1 }
        if let places { return places[key] }
        var made: [KeyID: Int] = [:]
        for (place, member) in members.enumerated() { made[member.key] = place }
        places = made
        return made[key]
    }
}
