import CloudTrailFormat
import CloudTrailRules
import TestSupport
import Testing

/// V26 to V30
@Suite struct CoverageRulesTests {
    private static let base = Timestamp(secondsSinceEpoch: 1_772_323_200)
    private static let chain = ChainIdentity(
        account: "111122223333",
        region: "us-east-1",
        trail: "t",
        homeRegion: "us-east-1",
        isBackfill: false
    )

    private static func time(_ hour: Int?) -> Timestamp? { hour.map { base.advanced(bySeconds: Int64($0) * 3600) } }

    /// The numbers of a case, in hours; `nil` for what is not there.
    private struct Case {
        let start: Int?, end: Int?, age: Int?
        let oldest: Int
        let isStart: Bool
        let verified: Int?
        let sibling: Int?
        let isExpected: Bool
        let since: Int?, until: Int?

        init(_ random: inout SequenceGenerator) {
            func hour(_ share: Int) -> Int? {
                Int.random(in: 0..<share, using: &random) == 0 ? Int.random(in: 0...12, using: &random) : nil
            }
            start = hour(2)
            end = hour(2)
            age = end == nil ? hour(2) : nil
            oldest = Int.random(in: 0...10, using: &random)
            isStart = Bool.random(using: &random)
            verified = Bool.random(using: &random) ? oldest + Int.random(in: 1...4, using: &random) : nil
            sibling = hour(2)
            isExpected = Int.random(in: 0..<3, using: &random) == 0
            since = isExpected ? hour(2) : nil
            until = isExpected ? hour(2) : nil
        }

        /// The reasons of V26 to V29, by the page alone.
        var reasons: [String] {
            var found: [String] = []
            let goal = end ?? age
            if let since, let goal, since >= goal, oldest >= goal { return [] }
            let owedFrom = start.map { max($0, since ?? $0) }
            if let owedFrom, oldest > owedFrom { found.append(isStart ? "starting-digest" : "predecessor-absent") }
            if start == nil, let end, oldest >= end {
                return isStart && !isExpected ? found : found + ["predecessor-absent"]
            }
            if isExpected, verified == nil { return found }
            if isExpected, until == nil, let owedFrom, let verified, verified <= owedFrom { return found + ["tail"] }
            let demand = [until, goal].compactMap(\.self).min()
            if let demand {
                if verified ?? -1 < demand { found.append(end == nil && age != nil ? "max-age" : "tail") }
            } else if let verified, let sibling, sibling - verified > 3 {
                found.append("sibling")
            }
            return found
        }
    }

    private func name(_ shortfall: Shortfall) -> String {
        switch shortfall.reason {
        case .startingDigest: "starting-digest"
        case .predecessorAbsent, .predecessorsAbsent: "predecessor-absent"
        case .tail, .tailBeforeStart: "tail"
        case .maxAge: "max-age"
        case .sibling: "sibling"
        case .chainAbsent: "chain-absent"
        }
    }

    @Test("100,000 chains, each against the page")
    func chains() {
        var random = SequenceGenerator(seed: 26)
        for number in 0..<100_000 {
            let one = Case(&random)
            let expected = ExpectedChain(Self.chain, since: Self.time(one.since), until: Self.time(one.until))
            let asked = Asked(
                start: Self.time(one.start),
                end: Self.time(one.end),
                mustReach: Self.time(one.age),
                expected: one.isExpected ? [expected] : []
            )
            let chain = CoverageRules.Chain(
                Self.chain,
                start: Self.time(one.oldest),
                one.isStart ? .startingDigest : .other,
                verifiedUntil: Self.time(one.verified)
            )
            let found = CoverageRules.shortfalls(of: chain, siblingsUntil: Self.time(one.sibling), asked).map(name)
            if found != one.reasons { Issue.record("case \(number), \(one): \(found) is not \(one.reasons)") }
        }
    }

    /// V29
    @Test("an expected chain of which nothing verified is held is absent, if it is selected")
    func absent() {
        let expected = [ExpectedChain(Self.chain, since: Self.time(3))]
        let asked = Asked(start: Self.time(1), end: Self.time(9), expected: expected)
        let found = CoverageRules.absentChains(held: [], asked)
        #expect(found.map(\.0) == [Self.chain])
        #expect(
            found.first?.1
                == Shortfall(from: Self.base.advanced(bySeconds: 10_800), until: asked.range.end, .chainAbsent)
        )
        #expect(CoverageRules.absentChains(held: [Self.chain], asked).isEmpty)
        #expect(CoverageRules.absentChains(held: [], Asked(regions: ["eu-west-1"], expected: expected)).isEmpty)
    }

    /// V30
    @Test("a chain is unbroken back to the last time that its windows leave out")
    func unbroken() {
        func windows(_ hours: [(Int, Int)]) -> [TimeRange] {
            hours.map { TimeRange(start: Self.time($0.0) ?? Self.base, end: Self.time($0.1) ?? Self.base) }
        }
        #expect(CoverageRules.unbrokenFrom(windows([])) == nil)
        #expect(CoverageRules.unbrokenFrom(windows([(0, 1), (1, 2), (3, 4), (4, 5)])) == Self.time(3))
        #expect(CoverageRules.unbrokenFrom(windows([(0, 2), (1, 3)])) == Self.time(0))
        #expect(
            CoverageRules.provenSpan(of: [(Self.time(1), Self.time(5)), (Self.time(2), Self.time(9))])
                == TimeRange(start: Self.base.advanced(bySeconds: 7200), end: Self.base.advanced(bySeconds: 18_000))
        )
        #expect(CoverageRules.provenSpan(of: [(Self.time(1), Self.time(2)), (Self.time(2), Self.time(9))]) == nil)
        #expect(CoverageRules.provenSpan(of: [(nil, nil), (Self.time(2), Self.time(9))]) == nil)
    }

    @Test("the end to ask for is what all chains cover, but for those that ended long before")
    func coverableEnd() {
        func end(_ hours: [Int], start: Int? = nil) -> Timestamp? {
            CoverageRules.coverableEnd(of: hours.compactMap { Self.time($0) }, Asked(start: Self.time(start)))
        }
        #expect(end([]) == nil)
        #expect(end([7]) == Self.time(7))
        #expect(end([7, 9, 8]) == Self.time(7))
        #expect(end([5, 9, 8]) == Self.time(8))
        #expect(end([6, 9], start: 5) == Self.time(6))
        #expect(end([6, 9], start: 6) == nil)
    }
}
