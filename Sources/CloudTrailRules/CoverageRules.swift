package import CloudTrailFormat

/// The rules for what a chain must cover.
///
/// Only regular chains owe coverage: backfill digests come by exception.
package enum CoverageRules: Sendable {
    /// A regular chain, as far as its coverage goes.
    package struct Chain: Hashable, Sendable {
        package let identity: ChainIdentity
        /// The start of the window of the oldest digest held; `nil` when none is.
        package let start: Timestamp?
        package let beginning: Beginning
        /// The latest end of a verified digest; `nil` when none is.
        package let verifiedUntil: Timestamp?

        /// What the oldest digest held is.
        package enum Beginning: Hashable, Sendable {
            /// Verified, and without a predecessor.
            case startingDigest
            case other
        }

        package init(
            _ identity: ChainIdentity,
            start: Timestamp?,
            _ beginning: Beginning,
            verifiedUntil: Timestamp?
        ) {
            self.identity = identity
            self.start = start
            self.beginning = beginning
            self.verifiedUntil = verifiedUntil
        }
    }

    /// How far a chain may lie behind its siblings, in seconds, before that counts as cut off.
    static let siblingTolerance: Int64 = 3 * ChainClock.hour

    /// The chains of one trail: same account, trail and home region.
    package struct Family: Hashable, Sendable {
        let account: String
        let trail: String
        let homeRegion: String

        package init(_ chain: ChainIdentity) {
            account = chain.account
            trail = chain.trail
            homeRegion = chain.homeRegion
        }
    }

    /// What a chain that is held owes and does not cover.
    ///
    /// - Parameter siblingsUntil: The latest verified end of its family, itself included.
    package static func shortfalls(of chain: Chain, siblingsUntil: Timestamp?, _ asked: Asked) -> [Shortfall] {
        // What is held from before belies that the chain began only then.
        if asked.owesNothing(chain.identity), !isBefore(asked.end ?? asked.mustReach, chain) { return [] }
        let start = startShortfall(of: chain, asked)
        if let before = allBefore(chain, asked) { return [start, before].compactMap(\.self) }
        if isAfterAll(chain, asked) { return [start].compactMap(\.self) }
        return [start, endShortfall(of: chain, siblingsUntil: siblingsUntil, asked)].compactMap(\.self)
    }

    /// With a start, the oldest digest held must start there or before (V26).
    private static func startShortfall(of chain: Chain, _ asked: Asked) -> Shortfall? {
        guard let owed = asked.owedFrom(chain.identity), let start = chain.start, start > owed else { return nil }
        let isStart = chain.beginning == .startingDigest
        return Shortfall(
            from: owed,
            until: min(start, asked.end ?? start),
            isStart ? .startingDigest(start) : .predecessorAbsent(oldest: start)
        )
    }

    /// Whether all that is held comes after all that is asked for, without a start.
    private static func isAfterAll(_ chain: Chain, _ asked: Asked) -> Bool {
        guard asked.start == nil, let end = asked.end, let start = chain.start else { return false }
        return start >= end
    }

    /// Whether a chain begins before a moment.
    private static func isBefore(_ moment: Timestamp?, _ chain: Chain) -> Bool {
        guard let moment, let start = chain.start else { return false }
        return start < moment
    }

    /// Where all that is held comes after all that is asked for: the digests before may all be gone. Only a starting
    /// digest says that there were none, and not of a chain that must be there.
    private static func allBefore(_ chain: Chain, _ asked: Asked) -> Shortfall? {
        guard isAfterAll(chain, asked), let end = asked.end, let start = chain.start,
            chain.beginning == .other || asked.expected[chain.identity] != nil
        else { return nil }
        return Shortfall(from: .distantPast, until: end, .predecessorsAbsent(oldest: start))
    }

    /// Verified coverage must reach the end that is asked for; without one, it must keep up with its siblings (V27).
    private static func endShortfall(
        of chain: Chain,
        siblingsUntil: Timestamp?,
        _ asked: Asked
    ) -> Shortfall? {
        let end = chain.verifiedUntil
        let expected = asked.expected[chain.identity]
        let owedFrom = asked.owedFrom(chain.identity)
        // What must be there and has nothing verified is absent, which is a finding of its own.
        if expected != nil, end == nil { return nil }
        let until = expected?.until
        if expected != nil, until == nil, let owedFrom, let end, end <= owedFrom {
            return Shortfall(
                from: end,
                until: asked.end ?? asked.mustReach ?? owedFrom,
                .tailBeforeStart(end: end)
            )
        }
        // An explicit end replaces the age, and the end of a chain that is known to have ended replaces both.
        let demanded = asked.end ?? asked.mustReach
        if let moment = until.map({ min($0, demanded ?? $0) }) ?? demanded {
            guard end.map({ $0 < moment }) ?? true else { return nil }
            let isOfAge = asked.end == nil && asked.mustReach != nil
            return Shortfall(
                from: max(end ?? .distantPast, owedFrom ?? .distantPast),
                until: moment,
                isOfAge ? .maxAge(end: end, mustReach: moment) : .tail(end: end, mustReach: moment)
            )
        }
        return sibling(end, siblingsUntil)
    }

    /// A chain must keep up with the others of its trail (V28).
    private static func sibling(_ end: Timestamp?, _ siblingsUntil: Timestamp?) -> Shortfall? {
        guard let end, let siblingsUntil, siblingsUntil.seconds(since: end) > siblingTolerance else { return nil }
        return Shortfall(from: end, until: siblingsUntil, .sibling(end: end, others: siblingsUntil))
    }

    /// The chains that must be there and of which no verified digest is held, in their order (V29).
    package static func absentChains(held: Set<ChainIdentity>, _ asked: Asked) -> [(ChainIdentity, Shortfall)] {
        let until = asked.end ?? asked.mustReach ?? .distantFuture
        return asked.expected.keys.filter { asked.selects($0) && !held.contains($0) }.sorted().map { chain in
            let from = min(asked.owedFrom(chain) ?? .distantPast, until)
            return (chain, Shortfall(from: from, until: until, .chainAbsent))
        }
    }

    /// The latest end of a range that chains with these ends cover, without those that lie far behind the others; `nil`
    /// where there is none after the start that is asked for.
    package static func coverableEnd(of ends: [Timestamp], _ asked: Asked) -> Timestamp? {
        guard let latest = ends.max() else { return nil }
        let end = ends.filter { latest.seconds(since: $0) <= siblingTolerance }.min() ?? latest
        return asked.start.map { end > $0 } ?? true ? end : nil
    }

    /// From when on verified windows leave nothing out, up to the last of them (V30).
    ///
    /// - Parameter windows: In the order of time.
    package static func unbrokenFrom(_ windows: [TimeRange]) -> Timestamp? {
        guard var unbroken = windows.last?.start else { return nil }
        for number in windows.indices.dropLast().reversed() {
            // Linked or restarted, what counts here is only that the windows leave nothing out.
            guard unbroken <= windows[number].end else { break }
            unbroken = min(unbroken, windows[number].start)
        }
        return unbroken
    }

    /// What all regular chains cover without a gap; `nil` where they have no such time in common.
    package static func provenSpan(of chains: [(from: Timestamp?, until: Timestamp?)]) -> TimeRange? {
        let starts = chains.map { $0.from ?? .distantFuture }
        let ends = chains.map { $0.until ?? .distantPast }
        guard let from = starts.max(), let until = ends.min(), from < until else { return nil }
        return TimeRange(start: from, end: until)
    }
}
