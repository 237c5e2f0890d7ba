package import CloudTrailFormat

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
    /// The number of the oldest member that is known to be the chain's; a relocated digest does not extend it backwards.
    package let oldest: Int?
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
                oldest: members.firstIndex { !$0.isRelocated },
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
        // Of keys that several name, so that none is looked up for each of them.
        var heldUnder: [Name: RecordNumbers] = [:]
        var missing: Set<ObjectLocation> = []
        var missingWindows: [TimeRange] = []
        let order = MemberOrder(members)
        var numbers = KeyedMembers(self)
        // The end of what the members before speak of, those that were relocated aside.
        var heldUntil: Timestamp?
        // The records that a walk came through, so that no two take the same way.
        var walked: Set<Int> = []
        for (number, member) in members.enumerated() {
            defer {
                if !member.isRelocated { heldUntil = max(heldUntil ?? member.window.end, member.window.end) }
            }
            guard member.isVerified else { continue }
            guard let previous = records[member.record].claims?.previous else {
                if !identity.isBackfill, isRestart(member, after: heldUntil) { events.append(.restart(member: number)) }
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
            func heldFiles(_ key: Int32, _ bucket: Int32) -> RecordNumbers {
                if !member.sharesPredecessor { return held(key, bucket) }
                let name = Name(key: key, bucket: bucket)
                if let known = heldUnder[name] { return known }
                let files = held(key, bucket)
                heldUnder[name] = files
                return files
            }
            if !heldFiles(key, previous.location.bucket).isEmpty { events += overlap(number, key, &numbers) }
            let end = walk(back: number, heldFiles, &numbers, &walked)
            // Two that were forked may name the same.
            guard let location = end.absent, missing.insert(location).inserted else { continue }
            if end.member == oldest {
                let absence = absence(of: location, by: end.member)
                missingWindows.append(absence.window)
                events.append(.startsAfter(absence))
            } else {
                let absences = absences(end.member, location, order)
                missingWindows += absences.map(\.window)
                events += absences.map { .missing($0) }
            }
        }
        return identity.isBackfill ? events : events + gaps(besides: missingWindows, order)
    }

    /// The members by their records, made once it is needed.
    private struct KeyedMembers {
        private let chain: DigestChain
        private var numbers: [Int32: Int]?

        init(_ chain: DigestChain) { self.chain = chain }

        /// - Parameter successor: The number of a member that names it, and that it probably lies directly before.
        mutating func number(ofKey key: Int32, before successor: Int) -> Int? {
            if successor > 0, chain.members[successor - 1].keyNumber == key { return successor - 1 }
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
            guard let next = numbers.number(ofKey: named, before: member), !members[next].isVerified,
                let file = files.first(where: { records[$0].hash == previous.hash }), walked.insert(file).inserted
            else { break }
            member = next
            record = file
            key = keys.previous(file)
        }
        return (member, nil)
    }

    /// Whether the window of a null-previous member touches or overlaps what was held before; where it does not, it is a
    /// gap. Rule V23.
    private func isRestart(_ member: Member, after heldUntil: Timestamp?) -> Bool {
        heldUntil.map { member.window.start.seconds(since: $0) < 1 } ?? false
    }

    private func overlap(_ number: Int, _ predecessor: Int32, _ numbers: inout KeyedMembers) -> [ChainEvent] {
        guard !identity.isBackfill, let position = numbers.number(ofKey: predecessor, before: number), position < number
        else { return [] }
        let before = members[position]
        guard before.isVerified, before.window.end.seconds(since: members[number].window.start) >= 1
        else { return [] }
        return [.overlap(TimeRange(start: members[number].window.start, end: before.window.end), member: number)]
    }

    /// What no member speaks of and no missing digest would have (V22).
    private func gaps(besides missingWindows: [TimeRange], _ order: MemberOrder) -> [ChainEvent] {
        guard let oldest = members.first else { return [] }
        let windows = members.enumerated().map { (window: $1.window, member: $0 as Int?) }
        let all = windows + missingWindows.map { (window: $0, member: nil) }
        var events: [ChainEvent] = []
        var coveredUntil = oldest.window.start
        for (window, _) in all.sorted(by: { ($0.window.start, $0.window.end) < ($1.window.start, $1.window.end) }) {
            if window.start.seconds(since: coveredUntil) >= 1 {
                let hole = TimeRange(start: coveredUntil, end: window.start)
                events.append(gap(hole, order))
            }
            coveredUntil = max(coveredUntil, window.end)
        }
        return events
    }

    /// The gap, told by the member that comes after it.
    private func gap(_ hole: TimeRange, _ order: MemberOrder) -> ChainEvent {
        let after = order.first(startingFrom: hole.end) ?? members.count - 1
        let before = order.last(endingBy: hole.start, before: after).map { members[$0] }
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
    private func absences(_ number: Int, _ location: ObjectLocation, _ order: MemberOrder) -> [DigestAbsence] {
        let named = absence(of: location, by: number)
        guard !identity.isBackfill,
            let before = order.lastVerified(endingBefore: named.window.end, before: number).map({ members[$0] }),
            named.window.end.seconds(since: before.window.end) <= Self.longestInferredHole * Self.hour
        else { return [named] }
        var absences = [named]
        var end = named.window.start
        while end.seconds(since: before.window.end) >= Self.hour {
            let window = TimeRange(start: end.advanced(bySeconds: -Self.hour), end: end)
            // What is held and not verified has a finding of its own for the hour in its name.
            if !order.hasUnverified(endingIn: window, before: number) {
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

/// Finds members by their windows. They stand in the order of their ends.
private struct MemberOrder {
    private let members: [DigestChain.Member]
    /// Of each member, the latest start up to it.
    private let latestStarts: [Timestamp]
    /// Of each member, the number of the last verified one up to it; −1 for none.
    private let lastVerified: [Int32]
    /// The numbers of those that are not verified.
    private let unverified: [Int32]

    init(_ members: [DigestChain.Member]) {
        self.members = members
        var latestStarts: [Timestamp] = []
        var lastVerified: [Int32] = []
        var unverified: [Int32] = []
        latestStarts.reserveCapacity(members.count)
        lastVerified.reserveCapacity(members.count)
        for (number, member) in members.enumerated() {
            latestStarts.append(max(latestStarts.last ?? member.window.start, member.window.start))
            lastVerified.append(member.isVerified ? Int32(clamping: number) : lastVerified.last ?? -1)
            if !member.isVerified { unverified.append(Int32(clamping: number)) }
        }
        self.latestStarts = latestStarts
        self.lastVerified = lastVerified
        self.unverified = unverified
    }

    /// The first that starts at `moment` or later.
    func first(startingFrom moment: Timestamp) -> Int? {
        let position = Self.firstPosition(latestStarts.count) { latestStarts[$0] >= moment }
        return position < members.count ? position : nil
    }

    /// The last before the one with this number that ends at `moment` or earlier.
    func last(endingBy moment: Timestamp, before number: Int) -> Int? {
        let count = min(Self.firstPosition(members.count) { members[$0].window.end > moment }, number)
        return count > 0 ? count - 1 : nil
    }

    /// The last verified before the one with this number that ends before `moment`.
    func lastVerified(endingBefore moment: Timestamp, before number: Int) -> Int? {
        let count = min(Self.firstPosition(members.count) { members[$0].window.end >= moment }, number)
        return count > 0 && lastVerified[count - 1] >= 0 ? Int(lastVerified[count - 1]) : nil
    }

    /// Whether one before the one with this number is not verified and ends in a span, after its start.
    func hasUnverified(endingIn span: TimeRange, before number: Int) -> Bool {
        let position = Self.firstPosition(unverified.count) { members[Int(unverified[$0])].window.end > span.start }
        guard position < unverified.count, unverified[position] < number else { return false }
        return members[Int(unverified[position])].window.end <= span.end
    }

    /// The first of `count` positions at which `isReached` is true; it is so of all behind it.
    private static func firstPosition(_ count: Int, where isReached: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isReached(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
