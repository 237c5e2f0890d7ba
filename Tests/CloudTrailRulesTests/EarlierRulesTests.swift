import CloudTrailFormat
import CloudTrailRules
import Testing

/// V42, V43
@Suite struct EarlierRulesTests {
    private static let hash = SHA256Digest(words: 1, 2, 3, 4)
    private static let other = SHA256Digest(words: 5, 6, 7, 8)

    private func judge(
        _ role: LostDigest.Role,
        _ copies: [EarlierRules.Copy],
        _ naming: EarlierRules.Naming = .notNamed
    ) -> EarlierRules.LostFate {
        EarlierRules.judge(lost: Self.hash, role, copies: copies, naming)
    }

    @Test("a key is new where runs came before and none of them had it")
    func newKeys() {
        #expect(EarlierRules.isNew(key: "b", known: ["a"], runs: 1))
        #expect(!EarlierRules.isNew(key: "a", known: ["a"], runs: 1))
        #expect(!EarlierRules.isNew(key: "b", known: [], runs: 0))
    }

    @Test("what is gone is a finding of its own, but where its chain reports it; the anchor always is")
    func gone() {
        #expect(judge(.anchor, []) == .gone)
        #expect(judge(.older, []) == .gone)
        #expect(judge(.anchor, [], .namedMissing) == .goneAndNamed)
        #expect(judge(.older, [], .namedMissing) == .explained)
    }

    @Test("another file in its place is a finding, unless what is reported of that is enough")
    func replaced() {
        func copy(
            _ hash: SHA256Digest?,
            _ readability: EarlierRules.Copy.Readability = .read,
            _ severity: Severity? = nil
        ) -> EarlierRules.Copy { EarlierRules.Copy(hash: hash, readability, severity: severity) }
        #expect(judge(.older, [copy(Self.other)]) == .replaced(by: 0))
        #expect(judge(.older, [copy(Self.other, .read, .unverified)]) == .replaced(by: 0))
        #expect(judge(.older, [copy(Self.other, .read, .violation)]) == .explained)
        #expect(judge(.anchor, [copy(Self.other, .read, .violation)]) == .replaced(by: 0))
        #expect(judge(.anchor, [copy(nil, .notRead)]) == .explained)
        #expect(judge(.anchor, [copy(Self.other), copy(Self.hash)]) == .explained)
        #expect(judge(.anchor, [copy(Self.other), copy(nil)]) == .replaced(by: 0))
    }

    @Test("the anchor is the last of its chain that was proven, and of equally new ones the one that is lost")
    func anchors() {
        func chain(_ region: String) -> ChainIdentity {
            ChainIdentity(account: "1", region: region, trail: "t", homeRegion: "r", isBackfill: false)
        }
        func digest(_ region: String, _ end: Int64, _ fate: EarlierRules.Remembered.Fate) -> EarlierRules.Remembered {
            EarlierRules.Remembered(chain(region), end: Timestamp(secondsSinceEpoch: end), fate)
        }
        let digests = [
            digest("a", 2, .kept), nil, digest("a", 1, .lost), digest("b", 1, .kept), digest("b", 1, .lost),
            digest("c", 1, .lost), digest("c", 1, .kept),
        ]
        #expect(EarlierRules.anchors(of: digests) == [chain("a"): 0, chain("b"): 4, chain("c"): 5])
    }
}

/// V39, V44
@Suite struct ScopeRulesTests {
    private static func range(_ start: Int64, _ end: Int64) -> TimeRange {
        TimeRange(start: Timestamp(secondsSinceEpoch: start), end: Timestamp(secondsSinceEpoch: end))
    }

    @Test("a window outside the range is judged only for another day of its folder, where it is not verified")
    func digests() {
        let day = Self.range(0, 86_400)
        let window = Self.range(100_000, 103_600)
        let asked = Asked(start: day.start, end: day.end)
        #expect(ScopeRules.isInScope(Self.range(86_000, 89_600), .verified, .regular, folderDay: nil, asked))
        #expect(ScopeRules.isInScope(window, .unverified, .regular, folderDay: day, asked))
        #expect(!ScopeRules.isInScope(window, .verified, .regular, folderDay: day, asked))
        #expect(!ScopeRules.isInScope(window, .unverified, .backfill, folderDay: day, asked))
        #expect(!ScopeRules.isInScope(window, .unverified, .regular, folderDay: nil, asked))
        let next = Self.range(86_400, 172_800)
        #expect(!ScopeRules.isInScope(window, .unverified, .regular, folderDay: next, asked))
    }

    @Test("nothing was validated of the run, a root, and what was asked for by name")
    func nothing() {
        let chain = ChainIdentity(account: "1", region: "a", trail: "t", homeRegion: "a", isBackfill: false)
        let asked = Asked(accounts: ["1", "2"], regions: ["a", "b"])
        let found = ScopeRules.nothing(nil, roots: ["r"], proven: [chain], held: [chain], asked)
        #expect(found == [.root(name: "r"), .account("2", held: ["1"]), .region("b", held: ["a"])])
        #expect(ScopeRules.nothing(.noDigest, roots: [], proven: [], held: [], Asked()) == [.run(.noDigest)])
    }
}
