/// The digests held of one chain, in the order of time.
package struct DigestChain: Sendable {
    /// A place in the chain: one key, whatever number of files map to it.
    package struct Member: Sendable {
        /// The record that stands for the place: a verified one where there is one.
        package var record: Int { Int(recordNumber) }
        fileprivate let recordNumber: Int32
        /// The number of its key.
        let keyNumber: Int32
        package let window: TimeRange
        /// The number of the key that it says its predecessor has; `nil` where it names none.
        var previousKey: Int32? { previousNumber < 0 ? nil : previousNumber }
        fileprivate let previousNumber: Int32
        package let isVerified: Bool
        /// Whether it was found in another place than it says, so that it is not known to be the chain's.
        package let isRelocated: Bool
        /// Whether another record names the same predecessor.
        fileprivate let sharesPredecessor: Bool
    }

    package let identity: ChainIdentity
    /// Sorted by the end of their windows.
    package let members: [Member]
    /// The records of the archive.
    private let records: DigestRecords

    /// The latest end of a verified member; `nil` when none is.
    package let verifiedUntil: Timestamp?
    private let keys: DigestKeys

    /// The length of a regular digest's window, in seconds.
    package static let hour: Int64 = 3600
    /// The longest hole whose hours are each called missing, in hours.
    package static let longestInferredHole: Int64 = 48

    /// The chains of the archive, in their fixed order.
    ///
    /// - Parameters:
    ///   - strays: Records that are no digest files.
    ///   - check: Called for every record; what it throws ends the work.
    package static func chains(
        records: DigestRecords,
        places: [DigestPlace],
        verdicts: [DigestVerdict],
        keys: DigestKeys,
        strays: Set<Int> = [],
        check: () throws -> Void = {}
    ) rethrows -> [DigestChain] {
        let identities = records.names.chains
        var numbers = [[Int32]](repeating: [], count: identities.count)
        for number in records.indices where !strays.contains(number) {
            try check()
            numbers[Int(records[number].chain)].append(Int32(clamping: number))
        }
        let order = identities.indices.filter { !numbers[$0].isEmpty }.sorted { identities[$0] < identities[$1] }
        return try order.map { chain in
            let standing = standing(numbers[chain], records, places, verdicts)
            numbers[chain] = []
            var members = try standing.map { record in
                try check()
                let number = Int(record)
                let previous = keys.previous(number)
                return Member(
                    recordNumber: record,
                    keyNumber: places[number].keyNumber,
                    window: window(of: records[number], isVerified: verdicts[number].isVerified),
                    previousNumber: previous ?? -1,
                    isVerified: verdicts[number].isVerified,
                    isRelocated: places[number].isRelocated,
                    sharesPredecessor: previous.map { keys.namers.only($0) == nil } ?? false
                )
            }
            let isSorted = zip(members, members.dropFirst()).allSatisfy { $0.window.end < $1.window.end }
            if !isSorted {
                var keyed = try members.map { member in
                    try check()
                    return (member: member, key: records.names.objectKey(keys.key(member.keyNumber)))
                }
                keyed.sort { ($0.member.window.end, $0.key) < ($1.member.window.end, $1.key) }
                members = keyed.map(\.member)
            }
            var verifiedUntil: Timestamp?
            for member in members where member.isVerified {
                verifiedUntil = max(verifiedUntil ?? member.window.end, member.window.end)
            }
            return DigestChain(
                identity: identities[chain],
                members: members,
                records: records,
                verifiedUntil: verifiedUntil,
                keys: keys
            )
        }
    }

    /// One record of each key: a verified one where there is one.
    private static func standing(
        _ numbers: [Int32],
        _ records: DigestRecords,
        _ places: [DigestPlace],
        _ verdicts: [DigestVerdict]
    ) -> [Int32] {
        // What has the same key has the same name, and so the same end.
        let areAllDifferent = zip(numbers, numbers.dropFirst()).allSatisfy {
            records[Int($0)].endTime < records[Int($1)].endTime
        }
        if areAllDifferent { return numbers }
        var standing: [Int32: Int32] = [:]
        for number in numbers {
            let key = places[Int(number)].keyNumber
            if let known = standing[key], verdicts[Int(known)].isVerified || !verdicts[Int(number)].isVerified {
                continue
            }
            standing[key] = number
        }
        return standing.values.sorted()
    }

    /// The time a digest speaks of. Only a verified one is believed; of any other the name tells the end, and it stands
    /// for the hour before that (V19).
    package static func window(of record: DigestRecord, isVerified: Bool) -> TimeRange {
        let end = record.endTime
        guard isVerified, let claims = record.claims else {
            return TimeRange(start: end.advanced(bySeconds: -hour), end: end)
        }
        return TimeRange(start: claims.startTime, end: claims.endTime)
    }
}

/// Something about the order of a chain that is worth a word.
package enum ChainEvent: Hashable, Sendable {
    /// The predecessor that a verified member names is not held; or an hour between two that are, by their rhythm.
    case missing(DigestAbsence)
    /// The oldest member held is verified and names a predecessor that is not.
    case startsAfter(DigestAbsence)
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
        /// Members whose windows do not touch, linked or not.
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
    /// The number of the oldest member that is known to be the chain's; a relocated digest does not extend it backwards.
    package var oldest: Int? { members.firstIndex { !$0.isRelocated } }

    /// Walks the chain from its oldest member to its newest.
    ///
    /// Every moment from the oldest member to the newest is spoken of by a verified member, by one that has a finding
    /// of its own, or by an event: an unverified member explains its own hour and nothing else.
    ///
    /// Two verified regular members that name one predecessor fork the chain (V24). Backfill digests come by exception: of
    /// them nothing but a named predecessor can be missing, and there is no gap, overlap or fork (V25).
    ///
    /// - Parameter held: The records of the archive under the key with this number, in the bucket with this number.
    package func events(held: (Int32, _ bucket: Int32) -> RecordNumbers) -> [ChainEvent] {
        struct Name: Hashable {
            let key: Int32
            let bucket: Int32
        }
        var events: [ChainEvent] = []
        var namedBy: [Name: Int] = [:]
        var missing: Set<ObjectLocation> = []
        var missingWindows: [TimeRange] = []
        var numbers = KeyedMembers(self)
        // The records that a walk came through, so that no two take the same way.
        var walked: Set<Int> = []
        for (number, member) in members.enumerated() where member.isVerified {
            guard let previous = records[member.record].claims?.previous else {
                if !identity.isBackfill { events += restart(number) }
                continue
            }
            // One of another account or region is nothing to this chain.
            guard let key = member.previousKey else { continue }
            let name = Name(key: key, bucket: previous.location.bucket)
            if identity.isBackfill || !member.sharesPredecessor {
                // How those of backfill link is not documented: two may name the same one.
            } else if let other = namedBy[name] {
                let predecessor = records.names.objectLocation(previous.location)
                events.append(.forked(predecessor: predecessor, member: number, other: other))
            } else {
                namedBy[name] = number
            }
            if !held(key, previous.location.bucket).isEmpty { events += overlap(number, key) }
            let end = walk(back: number, held, &numbers, &walked)
            // Two that were forked may name the same.
            guard let location = end.absent, missing.insert(location).inserted else { continue }
            if end.member == oldest {
                let absence = absence(of: location, by: end.member)
                missingWindows.append(absence.window)
                events.append(.startsAfter(absence))
            } else {
                let absences = absences(end.member, location)
                missingWindows += absences.map(\.window)
                events += absences.map { .missing($0) }
            }
        }
        return identity.isBackfill ? events : events + gaps(besides: missingWindows)
    }

    /// The members by their records, made once it is needed.
    private struct KeyedMembers {
        private let chain: DigestChain
        private var numbers: [Int32: Int]?

        init(_ chain: DigestChain) { self.chain = chain }

        mutating func number(ofKey key: Int32) -> Int? {
            if let numbers { return numbers[key] }
            var made: [Int32: Int] = [:]
            for (number, member) in chain.members.enumerated() { made[member.keyNumber] = number }
            numbers = made
            return made[key]
        }
    }

    /// The walk back from a verified member over its `previous…`, and on through files that are not verified and whose
    /// content the walk proves by its hash.
    ///
    /// - Returns: The member that it comes to, and the digest which that names and which is not held; `nil` where the walk
    ///   ends at a verified member, at a file with other content, at the beginning of a chain, or comes into another
    ///   walk's way.
    private func walk(
        back number: Int,
        _ held: (Int32, _ bucket: Int32) -> RecordNumbers,
        _ numbers: inout KeyedMembers,
        _ walked: inout Set<Int>
    ) -> (member: Int, absent: ObjectLocation?) {
        var member = number
        var record = members[number].record
        var key = members[number].previousKey
        while let named = key, let previous = records[record].claims?.previous {
            let files = held(named, previous.location.bucket)
            if files.isEmpty { return (member, records.names.objectLocation(previous.location)) }
            if identity.isBackfill { break }
            guard let next = numbers.number(ofKey: named), !members[next].isVerified,
                let file = files.first(where: { records[$0].hash == previous.hash }), walked.insert(file).inserted
            else { break }
            member = next
            record = file
            key = keys.previous(file)
        }
        return (member, nil)
    }

    /// A null-previous member behind an earlier one, whose windows touch or overlap; where they do not, it is a gap.
    /// Rule V23.
    private func restart(_ number: Int) -> [ChainEvent] {
        let earlier = members[..<number].filter { !$0.isRelocated }
        guard let heldUntil = earlier.map(\.window.end).max() else { return [] }
        return members[number].window.start.seconds(since: heldUntil) >= 1 ? [] : [.restart(member: number)]
    }

    private func overlap(_ number: Int, _ predecessor: Int32) -> [ChainEvent] {
        guard !identity.isBackfill, let before = members[..<number].last(where: { $0.keyNumber == predecessor }),
            before.isVerified,
            before.window.end.seconds(since: members[number].window.start) >= 1
        else { return [] }
        return [.overlap(TimeRange(start: members[number].window.start, end: before.window.end), member: number)]
    }

    /// What no member speaks of and no missing digest would have (V22).
    private func gaps(besides missingWindows: [TimeRange]) -> [ChainEvent] {
        guard let oldest = members.first else { return [] }
        let windows = members.enumerated().map { (window: $1.window, member: $0 as Int?) }
        let all = windows + missingWindows.map { (window: $0, member: nil) }
        var events: [ChainEvent] = []
        var coveredUntil = oldest.window.start
        for (window, _) in all.sorted(by: { ($0.window.start, $0.window.end) < ($1.window.start, $1.window.end) }) {
            if window.start.seconds(since: coveredUntil) >= 1 {
                let hole = TimeRange(start: coveredUntil, end: window.start)
                events.append(gap(hole))
            }
            coveredUntil = max(coveredUntil, window.end)
        }
        return events
    }

    /// The gap, told by the member that comes after it.
    private func gap(_ hole: TimeRange) -> ChainEvent {
        let after = members.firstIndex { $0.window.start >= hole.end } ?? members.count - 1
        let before = members[..<after].last { $0.window.end <= hole.start }
        let member = members[after]
        let reason: ChainEvent.GapReason
        if !member.isVerified || before?.isVerified == false {
            reason = .unverifiedSuccessor
        } else if records[member.record].claims?.previous == nil {
            reason = .restart
        } else if hole.end < member.window.start {
            // A missing digest stands between the hole and the member.
            reason = hole.end.seconds(since: hole.start) >= Self.hour ? .longHole : .hole
        } else {
            reason = .hole
        }
        return .gap(hole, reason: reason, member: after)
    }

    /// The named predecessor. It has the hour before the end in its own name; where that does not tell, the one before
    /// the member's start (V20).
    private func absence(of location: ObjectLocation, by number: Int) -> DigestAbsence {
        let end = DigestFileName(location.key)?.endTime ?? members[number].window.start
        return DigestAbsence(
            bucket: location.bucket,
            key: location.key,
            window: TimeRange(start: end.advanced(bySeconds: -Self.hour), end: end),
            isInferred: false,
            member: number
        )
    }

    /// The named predecessor, and the hours before it back to the nearest verified member (V21).
    private func absences(_ number: Int, _ location: ObjectLocation) -> [DigestAbsence] {
        let named = absence(of: location, by: number)
        let older = members[..<number]
        guard !identity.isBackfill,
            let before = older.last(where: { $0.isVerified && $0.window.end < named.window.end }),
            named.window.end.seconds(since: before.window.end) <= Self.longestInferredHole * Self.hour
        else { return [named] }
        // What is held and not verified has a finding of its own for the hour in its name.
        let others = older.reversed().prefix { $0.window.end > before.window.end }.filter { !$0.isVerified }
            .map(\.window.end)
        var absences = [named]
        var end = named.window.start
        while end.seconds(since: before.window.end) >= Self.hour {
            let window = TimeRange(start: end.advanced(bySeconds: -Self.hour), end: end)
            if !others.contains(where: { window.start < $0 && $0 <= window.end }) {
                absences.append(
                    DigestAbsence(
                        bucket: location.bucket,
                        key: expectedKey(like: location.key, endTime: end),
                        window: window,
                        isInferred: true,
                        member: number
                    )
                )
            }
            end = window.start
        }
        return absences
    }

    /// The key of the digest that ends at `endTime`, in the bucket folder that another of the chain is in.
    private func expectedKey(like key: ObjectKey, endTime: Timestamp) -> ObjectKey {
        let name = DigestFileName(chain: identity, endTime: endTime).text
        let folder = key.folder
        // …/YYYY/MM/DD/
        let dayLength = 11
        guard folder.count > dayLength else { return ObjectKey(name) }
        return ObjectKey(bytes: folder.dropLast(dayLength) + "\(endTime.dayFolder)/\(name)".utf8)
    }
}
