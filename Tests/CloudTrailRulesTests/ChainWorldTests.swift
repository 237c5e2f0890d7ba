import CloudTrailFormat
import CloudTrailRules
import TestSupport
import Testing

/// A chain of a few digests, an hour each, with all that the rules of a chain look at.
private struct ChainWorld {
    enum Link: CaseIterable {
        /// The digest of the hour before, with its hash.
        case before
        /// The digest of the hour before, with another hash.
        case beforeWithOtherHash
        /// The digest two hours before, with its hash.
        case twoBefore
        /// None.
        case null
    }

    enum Start: Int64, CaseIterable {
        case onTime = 0
        case early = -1800
        case late = 600
    }

    enum Digest {
        case absent
        case verified(Link, Start)
        /// Not verified, and its content is what others may name.
        case unverified(Link)
        case relocated
    }

    static let base = Timestamp(secondsSinceEpoch: 1_772_323_200)
    let digests: [Digest]

    static func end(_ hour: Int) -> Timestamp { base.advanced(bySeconds: Int64(hour + 1) * 3600) }

    static func hash(_ hour: Int) -> SHA256Digest { SHA256Digest(words: UInt64(bitPattern: Int64(hour)), 0, 0, 0) }

    static func location(_ hour: Int) -> ObjectLocation {
        let name = DigestFileName(chain: chain(isBackfill: false), endTime: end(hour))
        return ObjectLocation(bucket: "b", key: ObjectKey("AWSLogs/x/2026/03/01/\(name.text)"))
    }

    static func chain(isBackfill: Bool) -> ChainIdentity {
        ChainIdentity(
            account: "111122223333",
            region: "us-east-1",
            trail: "t",
            homeRegion: "us-east-1",
            isBackfill: isBackfill
        )
    }

    /// The hour that a digest names, and with which hash; `nil` where it names none.
    func named(by hour: Int) -> (hour: Int, hash: SHA256Digest)? {
        let link: Link
        switch digests[hour] {
        case .absent, .relocated: return nil
        case .verified(let own, _), .unverified(let own): link = own
        }
        switch link {
        case .null: return nil
        case .before: return (hour - 1, Self.hash(hour - 1))
        case .beforeWithOtherHash: return (hour - 1, Self.hash(1000))
        case .twoBefore: return (hour - 2, Self.hash(hour - 2))
        }
    }

    func isHeld(_ hour: Int) -> Bool {
        guard digests.indices.contains(hour) else { return false }
        if case .absent = digests[hour] { return false }
        return true
    }

    func isVerified(_ hour: Int) -> Bool {
        if case .verified = digests[hour] { true } else { false }
    }

    func isRelocated(_ hour: Int) -> Bool {
        if case .relocated = digests[hour] { true } else { false }
    }

    func window(_ hour: Int) -> TimeRange {
        let start = Self.end(hour).advanced(bySeconds: -3600)
        if case .verified(_, let offset) = digests[hour] {
            return TimeRange(start: start.advanced(bySeconds: offset.rawValue), end: Self.end(hour))
        }
        return TimeRange(start: start, end: Self.end(hour))
    }

    // Keys have the number of their hour and two more, so that hours before the first have one.
    private func key(_ hour: Int) -> KeyID { KeyID(Int32(hour + 2)) }

    var members: [ChainMember] {
        let names = digests.indices.compactMap { named(by: $0)?.hour }
        return digests.indices.filter(isHeld).map { hour in
            let previousKey = named(by: hour).map { key($0.hour) }
            let shares = named(by: hour).map { name in names.count { $0 == name.hour } > 1 } ?? false
            return ChainMember(
                isVerified(hour)
                    ? .verified(VerifiedDigest(unchecked: DigestID(hour), window: window(hour)))
                    : .unverified(DigestID(hour), nameEnd: Self.end(hour)),
                key: key(hour),
                previousKey: previousKey,
                isRelocated: isRelocated(hour),
                sharesPredecessor: shares
            )
        }
    }

    var archive: ChainArchive {
        ChainArchive(
            predecessor: { digest in
                named(by: digest.number).map { NamedPredecessor(bucket: BucketID(0), hash: $0.hash) }
            },
            previousKey: { digest in named(by: digest.number).map { key($0.hour) } },
            predecessorLocation: { digest in named(by: digest.number).map { Self.location($0.hour) } },
            hash: { Self.hash($0.number) },
            held: { key, _ in
                let hour = Int(key.number) - 2
                return isHeld(hour) ? [DigestID(hour)] : []
            }
        )
    }
}

/// What docs/verdicts.md says of such a chain, by itself: V20 to V25, hour by hour and minute by minute.
private struct ChainOracle {
    let world: ChainWorld
    let isBackfill: Bool
    private(set) var facts: Set<String> = []

    init(_ world: ChainWorld, isBackfill: Bool) {
        self.world = world
        self.isBackfill = isBackfill
        let held = world.digests.indices.filter(world.isHeld)
        let verified = held.filter(world.isVerified)
        var missing: Set<Int> = []
        var named: Set<Int> = []
        for hour in verified {
            guard let absent = absentHour(from: hour), named.insert(absent.hour).inserted else { continue }
            missing.insert(absent.hour)
            if absent.namer == held.first(where: { !world.isRelocated($0) }) {
                facts.insert("starts after \(absent.hour)")
                continue
            }
            facts.insert("missing \(absent.hour)")
            for inferred in inferredHours(before: absent.hour, namer: absent.namer, held) {
                missing.insert(inferred)
                facts.insert("missing \(inferred)")
            }
        }
        if isBackfill { return }
        addLinks(verified, held)
        addGaps(held, missing)
    }

    /// Where the walk back from a verified digest ends at one that is not held (V21).
    private func absentHour(from hour: Int) -> (hour: Int, namer: Int)? {
        var at = hour
        while let named = world.named(by: at) {
            if !world.isHeld(named.hour) { return (named.hour, at) }
            if isBackfill || world.isVerified(named.hour) { return nil }
            if named.hash != ChainWorld.hash(named.hour) { return nil }
            at = named.hour
        }
        return nil
    }

    /// The hours from a named absent digest back to the nearest verified one before it (V21).
    private func inferredHours(before hour: Int, namer: Int, _ held: [Int]) -> [Int] {
        if isBackfill { return [] }
        guard let before = held.last(where: { $0 < hour && $0 < namer && world.isVerified($0) }) else { return [] }
        return (before + 1..<hour).filter { !world.isHeld($0) }
    }

    private mutating func addLinks(_ verified: [Int], _ held: [Int]) {
        for hour in verified {
            let earlier = held.filter { $0 < hour && !world.isRelocated($0) }
            guard let named = world.named(by: hour) else {
                let until = earlier.map { world.window($0).end }.max()
                if let until, world.window(hour).start <= until { facts.insert("restart \(hour)") }
                continue
            }
            if verified.contains(where: { $0 < hour && world.named(by: $0)?.hour == named.hour }) {
                facts.insert("forked \(hour)")
            }
            if world.isHeld(named.hour), world.isVerified(named.hour),
                world.window(named.hour).end > world.window(hour).start
            {
                facts.insert("overlap \(hour)")
            }
        }
    }

    /// Each minute must be in the window of a digest that is held or missing (V22).
    private mutating func addGaps(_ held: [Int], _ missing: Set<Int>) {
        guard let start = held.first.map({ world.window($0).start }), let end = held.last.map({ world.window($0).end })
        else { return }
        let windows =
            held.map(world.window)
            + missing.map { hour in
                TimeRange(start: ChainWorld.end(hour).advanced(bySeconds: -3600), end: ChainWorld.end(hour))
            }
        var minute = start
        while minute < end {
            if !windows.contains(where: { $0.contains(minute) }) {
                facts.insert("gap \(minute.seconds(since: ChainWorld.base) / 60)")
            }
            minute = minute.advanced(bySeconds: 600)
        }
    }
}

/// V19 to V25
@Suite struct ChainWorldTests {
    /// What the rules say, in the words of the oracle.
    private func facts(_ world: ChainWorld, isBackfill: Bool) -> Set<String> {
        let members = world.members
        func hour(_ place: Int) -> Int { members[place].digest.number }
        func hour(endingAt end: Timestamp) -> Int { Int(end.seconds(since: ChainWorld.base)) / 3600 - 1 }
        var facts: Set<String> = []
        for event in ChainRules(ChainWorld.chain(isBackfill: isBackfill), members, world.archive).events() {
            switch event {
            case .missing(let absence): facts.insert("missing \(hour(endingAt: absence.window.end))")
            case .startsAfter(let absence): facts.insert("starts after \(hour(endingAt: absence.window.end))")
            case .gap(let gap, _, _):
                var minute = gap.start
                while minute < gap.end {
                    facts.insert("gap \(minute.seconds(since: ChainWorld.base) / 60)")
                    minute = minute.advanced(bySeconds: 600)
                }
            case .restart(let member): facts.insert("restart \(hour(member))")
            case .overlap(_, let member): facts.insert("overlap \(hour(member))")
            case .forked(_, let member, _): facts.insert("forked \(hour(member))")
            }
        }
        return facts
    }

    private func check(_ digests: [ChainWorld.Digest], isBackfill kinds: [Bool] = [false, true]) {
        let world = ChainWorld(digests: digests)
        for isBackfill in kinds {
            let (found, expected) = (
                facts(world, isBackfill: isBackfill), ChainOracle(world, isBackfill: isBackfill).facts
            )
            if found != expected {
                Issue.record(
                    "\(digests) \(isBackfill ? "backfill" : ""): \(found.sorted()) is not \(expected.sorted())"
                )
            }
        }
    }

    private static func all(_ starts: [ChainWorld.Start]) -> [ChainWorld.Digest] {
        let links = ChainWorld.Link.allCases
        return [.absent, .relocated] + links.map { .unverified($0) }
            + links.flatMap { link in starts.map { .verified(link, $0) } }
    }

    private func checkAll(_ digests: [ChainWorld.Digest], _ choices: [ChainWorld.Digest], count: Int) {
        if digests.count == count { return check(digests) }
        for choice in choices { checkAll(digests + [choice], choices, count: count) }
    }

    /// 18 states of each digest, 5,832 worlds, each regular and backfill: absent, relocated, unverified with each link,
    /// verified with each link and each start of its window. Files that are unsigned, broken or elsewhere are alike to
    /// these rules: unverified.
    @Test("every chain of up to three digests")
    func three() { checkAll([], Self.all(ChainWorld.Start.allCases), count: 3) }

    /// Of the first of four digests each state.
    private static let firsts = all(starts).map { [$0] }

    /// Late starts are cut, which make gaps between two neighbours: 14 states, 38,416 worlds.
    private static let starts: [ChainWorld.Start] = [.onTime, .early]

    @Test("every chain of up to four digests", arguments: Parts.of(firsts.count))
    func four(first: Int) { checkAll(Self.firsts[first], Self.all(Self.starts), count: 4) }

    /// Longer ones are too many to try each; these are drawn from all states, starting digests less often, which cut a
    /// chain into short ones; one of four is a chain of backfill digests.
    @Test("100,000 chains of five to eight digests", arguments: Parts.of(100))
    func longer(part: Int) {
        var random = SequenceGenerator(seed: UInt64(part))
        let choices = Self.all(ChainWorld.Start.allCases)
        let linked = choices.filter { digest in
            switch digest {
            case .verified(.null, _), .unverified(.null): false
            default: true
            }
        }
        for _ in 0..<1000 {
            let digests = (0..<Int.random(in: 5...8, using: &random)).map { _ in
                (Int.random(in: 0..<4, using: &random) == 0 ? choices : linked).randomElement(using: &random) ?? .absent
            }
            check(digests, isBackfill: [Int.random(in: 0..<4, using: &random) == 0])
        }
    }
}
