package import CloudTrailFormat

/// The rules for the order of one chain.
package struct ChainRules {
    private let identity: ChainIdentity
    private let members: [ChainMember]
    private let archive: ChainArchive
    /// The place of the oldest member that is known to be the chain's.
    private let oldest: Int?

    /// - Parameter members: In the order of the ends of their windows.
    package init(_ identity: ChainIdentity, _ members: [ChainMember], _ archive: ChainArchive) {
        self.identity = identity
        self.members = members
        self.archive = archive
        oldest = members.firstIndex { !$0.isRelocated }
    }

    /// Walks the chain from its oldest member to its newest.
    ///
    /// Every moment from the oldest member to the newest is spoken of by a verified member, by one that has a finding
    /// of its own, or by an event: an unverified member explains its own hour and nothing else.
    ///
    /// Two verified regular members that name one predecessor fork the chain (V24). Backfill digests come by exception: of
    /// them nothing but a named predecessor can be missing, and there is no gap, overlap or fork (V25).
    package func events() -> [ChainEvent] {
        var events: [ChainEvent] = []
        var namedBy: [NamedKey: Int] = [:]
        var held = HeldFiles(archive)
        var missing: Set<ObjectLocation> = []
        var missingWindows: [TimeRange] = []
        let order = ChainOrder(members)
        var places = ChainPlaces(members)
        // The end of what the members before speak of, those that were relocated aside.
        var heldUntil: Timestamp?
        // The digest files that a walk came through, so that no two take the same way.
        var walked: Set<DigestID> = []
        for (number, member) in members.enumerated() {
            defer {
                if !member.isRelocated { heldUntil = max(heldUntil ?? member.window.end, member.window.end) }
            }
            guard member.isVerified else { continue }
            guard let previous = archive.predecessor(member.digest) else {
                if !identity.isBackfill, isRestart(member, after: heldUntil) { events.append(.restart(member: number)) }
                continue
            }
            // One of another account or region is nothing to this chain.
            guard let key = member.previousKey else { continue }
            let name = NamedKey(key: key, bucket: previous.bucket)
            if identity.isBackfill || !member.sharesPredecessor {
                // How those of backfill link is not documented: two may name the same one.
            } else if let other = namedBy[name] {
                if let predecessor = archive.predecessorLocation(member.digest) {
                    events.append(.forked(predecessor: predecessor, member: number, other: other))
                }
            } else {
                namedBy[name] = number
            }
            if !held.files(name, of: member).isEmpty, let overlap = overlap(number, key, &places) {
                events.append(overlap)
            }
            let end = walk(back: number, &held, &places, &walked)
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

    /// The walk back from a verified member over its `previous…`, and on through files that are not verified and whose
    /// content the walk proves by its hash.
    ///
    /// - Returns: The member that it comes to, and the digest which that names and which is not held; `nil` where the walk
    ///   ends at a verified member, at a file with other content, at the beginning of a chain, or comes into another
    ///   walk's way.
    private func walk(
        back number: Int,
        _ held: inout HeldFiles,
        _ places: inout ChainPlaces,
        _ walked: inout Set<DigestID>
    ) -> (member: Int, absent: ObjectLocation?) {
        var member = number
        var digest = members[number].digest
        var key = members[number].previousKey
        while let named = key, let previous = archive.predecessor(digest) {
            let files = held.files(NamedKey(key: named, bucket: previous.bucket), of: members[number])
            if files.isEmpty { return (member, archive.predecessorLocation(digest)) }
            if identity.isBackfill { break }
            guard let next = places.place(of: named, before: member), !members[next].isVerified,
                let file = files.first(where: { archive.hash($0) == previous.hash }), walked.insert(file).inserted
            else { break }
            member = next
            digest = file
            key = archive.previousKey(file)
        }
        return (member, nil)
    }

    /// Whether the window of a null-previous member touches or overlaps what was held before; where it does not, it is a
    /// gap. Rule V23.
    private func isRestart(_ member: ChainMember, after heldUntil: Timestamp?) -> Bool {
        heldUntil.map { member.window.start.seconds(since: $0) < 1 } ?? false
    }

    private func overlap(_ number: Int, _ predecessor: KeyID, _ places: inout ChainPlaces) -> ChainEvent? {
        guard !identity.isBackfill, let position = places.place(of: predecessor, before: number), position < number
        else { return nil }
        let before = members[position]
        guard before.isVerified, before.window.end.seconds(since: members[number].window.start) >= 1
        else { return nil }
        return .overlap(TimeRange(start: members[number].window.start, end: before.window.end), member: number)
    }

    /// What no member speaks of and no missing digest would have (V22).
    private func gaps(besides missingWindows: [TimeRange], _ order: ChainOrder) -> [ChainEvent] {
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
    private func gap(_ hole: TimeRange, _ order: ChainOrder) -> ChainEvent {
        let after = order.first(startingFrom: hole.end) ?? members.count - 1
        let before = order.last(endingBy: hole.start, before: after).map { members[$0] }
        let member = members[after]
        let reason: GapReason
        if !member.isVerified || before?.isVerified == false {
            reason = .unverifiedSuccessor
        } else if archive.predecessor(member.digest) == nil {
            reason = .restart
        } else if hole.end < member.window.start {
            // A missing digest stands between the gap and the member.
            reason = hole.end.seconds(since: hole.start) >= ChainClock.hour ? .longHole : .hole
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
            window: TimeRange(start: end.advanced(bySeconds: -ChainClock.hour), end: end),
            kind: .named,
            member: number
        )
    }

    /// The named predecessor, and the hours before it back to the nearest verified member (V21).
    private func absences(_ number: Int, _ location: ObjectLocation, _ order: ChainOrder) -> [DigestAbsence] {
        let named = absence(of: location, by: number)
        guard !identity.isBackfill,
            let before = order.lastVerified(endingBefore: named.window.end, before: number).map({ members[$0] }),
            named.window.end.seconds(since: before.window.end) <= ChainClock.longestInferredGap * ChainClock.hour
        else { return [named] }
        var absences = [named]
        var end = named.window.start
        while end.seconds(since: before.window.end) >= ChainClock.hour {
            let window = TimeRange(start: end.advanced(bySeconds: -ChainClock.hour), end: end)
            // What is held and not verified has a finding of its own for the hour in its name.
            if !order.hasUnverified(endingIn: window, before: number) {
                absences.append(
                    DigestAbsence(
                        bucket: location.bucket,
                        key: expectedKey(like: location.key, endTime: end),
                        window: window,
                        kind: .inferred,
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
