/// The digests held of one chain, in the order of time.
package struct DigestChain: Sendable {
    /// A place in the chain: one key, whatever number of files map to it.
    package struct Member: Sendable {
        /// The record that stands for the place: a verified one where there is one.
        package let record: Int
        package let key: ObjectKey
        package let window: TimeRange
        package let isVerified: Bool
        /// `nil` when the content could not be parsed.
        package let file: DigestFile?
    }

    package let identity: ChainIdentity
    /// Sorted by the end of their windows.
    package let members: [Member]

    /// The length of a regular digest's window, in seconds.
    package static let hour: Int64 = 3600
    /// The longest hole whose hours are each called missing, in hours.
    package static let longestInferredHole: Int64 = 48

    /// The chains of the archive, in their fixed order.
    package static func chains(
        records: [DigestRecord],
        places: [DigestPlace],
        verdicts: [DigestVerdict]
    ) -> [DigestChain] {
        var numbers: [ChainIdentity: [Int]] = [:]
        for (number, record) in records.enumerated() { numbers[record.name.chain, default: []].append(number) }
        return numbers.keys.sorted().map { identity in
            var standing: [ObjectKey: Int] = [:]
            for number in numbers[identity] ?? [] {
                let key = places[number].key
                if let known = standing[key], verdicts[known].isVerified || !verdicts[number].isVerified { continue }
                standing[key] = number
            }
            let members = standing.map { key, number in
                Member(
                    record: number,
                    key: key,
                    window: window(of: records[number], isVerified: verdicts[number].isVerified),
                    isVerified: verdicts[number].isVerified,
                    file: records[number].file
                )
            }
            return DigestChain(
                identity: identity,
                members: members.sorted { ($0.window.end, $0.key) < ($1.window.end, $1.key) }
            )
        }
    }

    /// The hours a digest speaks of. Only a verified one is believed; of any other the name tells the end, and the
    /// start is what it says only where that is plausible.
    package static func window(of record: DigestRecord, isVerified: Bool) -> TimeRange {
        let end = record.name.endTime
        let hourBefore = end.advanced(bySeconds: -hour)
        guard let file = record.file else { return TimeRange(start: hourBefore, end: end) }
        if isVerified { return TimeRange(start: file.startTime, end: file.endTime) }
        let isPlausible = file.endTime == end && file.startTime < end && file.startTime >= hourBefore
        return TimeRange(start: isPlausible ? file.startTime : hourBefore, end: end)
    }
}

/// Something about the order of a chain that is worth a word.
package enum ChainEvent: Hashable, Sendable {
    /// The predecessor that a verified member names is not held; or an hour between two that are, by their rhythm.
    case missing(DigestAbsence)
    /// The oldest member held is verified and names a predecessor.
    case startsAfter(predecessor: ObjectLocation, member: Int)
    /// Nothing attests this time.
    case gap(TimeRange, reason: GapReason, member: Int)
    /// A null-previous member behind an earlier one, without a hole.
    case restart(member: Int)
    /// The member starts before its predecessor ends.
    case overlap(TimeRange, member: Int)
    /// Two verified members name the same predecessor.
    case forked(predecessor: ObjectLocation, member: Int, other: Int)

    package enum GapReason: String, Hashable, Sendable {
        /// A new chain was begun after a pause.
        case restart
        /// Linked members whose windows do not touch.
        case hole
        /// Only an unverified successor speaks of what was there.
        case unverifiedSuccessor = "unverified-successor"
        /// Longer than is inferred hour by hour.
        case longHole = "long-hole"
    }
}

/// A digest that should be there.
package struct DigestAbsence: Hashable, Sendable {
    /// The bucket it was named in.
    package let bucket: String
    /// The key it was named by, or is expected under.
    package let key: ObjectKey
    package let window: TimeRange
    /// Whether it follows from the hourly rhythm alone.
    package let isInferred: Bool
    /// The number of the verified member that names it, or that the hours are counted back from.
    package let member: Int
}

extension DigestChain {
    /// Walks the chain from its oldest member to its newest.
    ///
    /// - Parameter isHeld: Whether the archive holds a digest file under a location.
    package func events(isHeld: (ObjectLocation) -> Bool) -> [ChainEvent] {
        var events: [ChainEvent] = []
        var namedBy: [ObjectLocation: Int] = [:]
        let numbers = Dictionary(members.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
        var heldUntil: Timestamp?
        for (number, member) in members.enumerated() {
            defer { heldUntil = max(heldUntil ?? member.window.end, member.window.end) }
            guard member.isVerified, let file = member.file else {
                events += unverifiedEvents(number, heldUntil, isHeld)
                continue
            }
            guard let previous = file.previous else {
                if let heldUntil, !identity.isBackfill {
                    events.append(restart(number, after: heldUntil))
                }
                continue
            }
            if let other = namedBy[previous.location] {
                events.append(.forked(predecessor: previous.location, member: number, other: other))
            } else {
                namedBy[previous.location] = number
            }
            if isHeld(previous.location) {
                if let predecessor = numbers[previous.location.key.collapsed] {
                    events += linkEvents(number, predecessor)
                }
            } else if number == 0 {
                events.append(.startsAfter(predecessor: previous.location, member: number))
            } else {
                events += absences(number, previous.location)
            }
        }
        return events
    }

    private func unverifiedEvents(
        _ number: Int,
        _ heldUntil: Timestamp?,
        _ isHeld: (ObjectLocation) -> Bool
    ) -> [ChainEvent] {
        let member = members[number]
        guard !identity.isBackfill, let heldUntil, member.window.start.seconds(since: heldUntil) >= 1 else { return [] }
        if let previous = member.file?.previous, isHeld(previous.location) { return [] }
        let hole = TimeRange(start: heldUntil, end: member.window.start)
        return [.gap(hole, reason: .unverifiedSuccessor, member: number)]
    }

    private func restart(_ number: Int, after heldUntil: Timestamp) -> ChainEvent {
        let start = members[number].window.start
        guard start.seconds(since: heldUntil) >= 1 else { return .restart(member: number) }
        return .gap(TimeRange(start: heldUntil, end: start), reason: .restart, member: number)
    }

    /// Whether the windows of a member and its predecessor touch.
    private func linkEvents(_ number: Int, _ predecessor: Int) -> [ChainEvent] {
        guard !identity.isBackfill, predecessor != number, members[predecessor].isVerified else { return [] }
        let start = members[number].window.start
        let end = members[predecessor].window.end
        let distance = start.seconds(since: end)
        if distance >= 1 { return [.gap(TimeRange(start: end, end: start), reason: .hole, member: number)] }
        if distance <= -1 { return [.overlap(TimeRange(start: start, end: end), member: number)] }
        return []
    }

    /// The named predecessor, and the hours before it back to the last member held.
    private func absences(_ number: Int, _ location: ObjectLocation) -> [ChainEvent] {
        let member = members[number]
        let before = members[number - 1]
        let start = member.window.start.advanced(bySeconds: -Self.hour)
        let named = DigestAbsence(
            bucket: location.bucket,
            key: location.key,
            window: TimeRange(start: start, end: member.window.start),
            isInferred: false,
            member: number
        )
        guard !identity.isBackfill else { return [.missing(named)] }
        let rest = start.seconds(since: before.window.end)
        guard rest >= 1 else { return [.missing(named)] }
        let hole = TimeRange(start: before.window.end, end: start)
        guard before.isVerified else {
            return [.gap(hole, reason: .unverifiedSuccessor, member: number), .missing(named)]
        }
        // The named one is an hour of the hole as well.
        guard rest + Self.hour <= Self.longestInferredHole * Self.hour else {
            return [.gap(hole, reason: .longHole, member: number), .missing(named)]
        }
        var events: [ChainEvent] = [.missing(named)]
        var end = start
        for _ in 0..<rest / Self.hour {
            let window = TimeRange(start: end.advanced(bySeconds: -Self.hour), end: end)
            events.append(
                .missing(
                    DigestAbsence(
                        bucket: location.bucket,
                        key: expectedKey(like: location.key, endTime: end),
                        window: window,
                        isInferred: true,
                        member: number
                    )
                )
            )
            end = window.start
        }
        if end.seconds(since: before.window.end) >= 1 {
            events.append(.gap(TimeRange(start: before.window.end, end: end), reason: .hole, member: number))
        }
        return events
    }

    /// The key of the digest that ends at `endTime`, in the bucket folder that another of the chain is in.
    private func expectedKey(like key: ObjectKey, endTime: Timestamp) -> ObjectKey {
        let name = DigestFileName.text(chain: identity, endTime: endTime)
        let folder = key.folder
        // …/YYYY/MM/DD/
        let dayLength = 11
        guard folder.count > dayLength else { return ObjectKey(name) }
        return ObjectKey(bytes: folder.dropLast(dayLength) + "\(endTime.dayFolder)/\(name)".utf8)
    }
}
