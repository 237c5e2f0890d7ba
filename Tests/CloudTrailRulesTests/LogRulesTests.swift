import CloudTrailFormat
import CloudTrailRules
import TestSupport
import Testing

/// V32, V35
@Suite struct LogRulesTests {
    private static let listed = SHA256Digest(words: 1, 2, 3, 4)
    private static let other = SHA256Digest(words: 4, 3, 2, 1)
    private static let containers: [ContentFacts.Container] =
        [.whole, .trailingData]
        + [ContentFacts.Damage.truncated, .stream, .checksum, .length].map { .broken($0) }
        + [.overLimit(.size), .overLimit(.ratio)]

    /// V32: what a held log file has, by the page.
    private func expected(_ content: ContentFacts, _ listed: SHA256Digest, _ lister: DigestStanding) -> [FindingKind] {
        let isSame = content.hash == listed
        if case .overLimit = content.container { return [.logOverLimit] }
        var kinds: [FindingKind] = []
        if case .broken = content.container { kinds.append(.logMalformed) }
        if !isSame, lister == .verified { kinds.append(.logModified) }
        if content.container == .trailingData { kinds.append(.logTrailingData) }
        if lister == .unverified { kinds.append(.logUnauthenticated) }
        return kinds
    }

    @Test("every content, listed by a verified digest and by others")
    func all() {
        for container in Self.containers {
            for form in [ContentFacts.Form.gzip, .plain] {
                for hash in [Self.listed, Self.other] {
                    for lister in [DigestStanding.verified, .unverified] {
                        let content = ContentFacts(hash: hash, form: form, container: container)
                        let found = LogRules.faults(of: content, listed: Self.listed, by: lister)
                        #expect(found.map(\.kind) == expected(content, Self.listed, lister))
                    }
                }
            }
        }
    }

    /// V31 and V32 together: the listings of a key in the order of their digests, and what is held of it.
    @Test("100,000 held log files with up to eight listings")
    func listings() {
        var random = SequenceGenerator(seed: 32)
        let hashes = [Self.listed, Self.other, SHA256Digest(words: 5, 5, 5, 5)]
        for number in 0..<100_000 {
            let listings = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                ListingRules.Listing(
                    Bool.random(using: &random) ? .verified : .unverified,
                    .inScope,
                    hashes.randomElement(using: &random) ?? Self.listed
                )
            }
            let content = ContentFacts(
                hash: hashes.randomElement(using: &random) ?? Self.listed,
                form: Bool.random(using: &random) ? .gzip : .plain,
                container: Self.containers.randomElement(using: &random) ?? .whole
            )
            var counting = listings[0]
            for listing in listings.dropFirst() { _ = counting.add(listing, .newer) }
            let found = LogRules.faults(of: content, listed: counting.hash, by: counting.lister)
            // What a verified digest lists counts, and of several the newest.
            let lister = listings.last { $0.lister == .verified } ?? listings[listings.count - 1]
            let kinds = expected(content, lister.hash, lister.lister)
            if found.map(\.kind) != kinds {
                Issue.record("case \(number), \(listings), \(content): \(found) is not \(kinds)")
            }
        }
    }

    @Test("nothing is wrong only with the listed content in a whole container that a verified digest lists")
    func proven() {
        let content = ContentFacts(hash: Self.listed, form: .gzip, container: .whole)
        #expect(LogRules.faults(of: content, listed: Self.listed, by: .verified).isEmpty)
        #expect(!LogRules.faults(of: content, listed: Self.other, by: .verified).isEmpty)
        #expect(!LogRules.faults(of: content, listed: Self.listed, by: .unverified).isEmpty)
    }
}

/// V20, V33, V34, V36, V37
@Suite struct AbsenceRulesTests {
    private static let day = Timestamp(secondsSinceEpoch: 1_772_323_200)
    private static let path = ObjectKey("link")
    private static let hidden = HiddenPlace(.folder, path: path, error: ObjectReadError(.permission, "no"))
    private static let concealments: [Concealment?] = [
        nil, .unsafe(.component), .unsafe(.link(path)), .hidden(hidden),
    ]

    private static func name(_ time: Timestamp) -> LogFileName? {
        LogFileName(ObjectKey("111122223333_CloudTrail_us-east-1_\(time.compact(seconds: false))_x.json.gz"))
    }

    /// What an absent log file comes to, by the page.
    private func expected(_ log: AbsenceRules.LogFacts, _ start: Timestamp?) -> AbsenceRules.AbsentLog {
        if log.lister == .verified {
            switch log.concealment {
            case .unsafe(let path): return .unsafe(path)
            case .hidden(let place): return .cause(.logHidden(place))
            case nil: break
            }
        } else if log.concealment == .unsafe(.component) {
            return .cause(.logUnsafeUnauthenticated)
        }
        if log.proven == .never {
            let isEarlier = log.name.map { $0.time.dayNumber < log.listedAt.dayNumber } ?? false
            let isBeforeStart = start == nil || log.name.map { $0.time < start ?? .distantPast } ?? false
            let isOfLister =
                log.chain.isBackfill ? log.time == .notAttested : log.position == .oldest
            if isEarlier, log.day == .notHeld, isBeforeStart, isOfLister { return .outsideArchive }
            if log.location == .notHeld { return .locationNotHeld }
        }
        return .cause(log.lister == .verified ? .logMissing(log.proven) : .logAbsentUnauthenticated)
    }

    /// 9,216 worlds.
    @Test("every log file that is not held")
    func logs() {
        let names = [nil, Self.name(Self.day), Self.name(Self.day.advanced(bySeconds: -600))]
        let starts = [nil, Self.day.advanced(bySeconds: -86_400), Self.day.advanced(bySeconds: 3600)]
        for isBackfill in [false, true] {
            let chain = ChainIdentity(
                account: "111122223333",
                region: "us-east-1",
                trail: "t",
                homeRegion: "us-east-1",
                isBackfill: isBackfill
            )
            for lister in [DigestStanding.verified, .unverified] {
                for position in [AbsenceRules.LogFacts.Position.oldest, .other] {
                    for (name, concealment) in names.flatMap({ name in Self.concealments.map { (name, $0) } }) {
                        for bits in 0..<16 {
                            let log = AbsenceRules.LogFacts(
                                lister: lister,
                                chain: chain,
                                listedAt: Self.day.advanced(bySeconds: 600),
                                position,
                                name: name,
                                concealment: concealment,
                                proven: bits & 1 == 0 ? .never : .before,
                                location: bits & 2 == 0 ? .held : .notHeld,
                                day: bits & 4 == 0 ? .held : .notHeld,
                                time: bits & 8 == 0 ? .attested : .notAttested
                            )
                            for start in starts {
                                let found = AbsenceRules.judge(log, Asked(start: start))
                                if found != expected(log, start) { Issue.record("\(log): \(found)") }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("a digest file is missing only in range, in a place that is held, and where nothing hides it")
    func digests() {
        let hour = TimeRange(start: Self.day, end: Self.day.advanced(bySeconds: 3600))
        let next = TimeRange(start: hour.end, end: hour.end.advanced(bySeconds: 3600))
        func judge(
            _ concealment: Concealment? = nil,
            _ location: AbsenceRules.Location = .held,
            _ namesake: AbsenceRules.DigestFacts.Namesake = .none,
            _ absence: Absence = .named,
            start: Timestamp? = nil
        ) -> AbsenceRules.AbsentDigest {
            AbsenceRules.judge(
                AbsenceRules.DigestFacts(
                    window: hour,
                    successor: next,
                    concealment: concealment,
                    location: location,
                    namesake: namesake,
                    absence
                ),
                Asked(start: start)
            )
        }
        #expect(judge() == .missing)
        #expect(judge(nil, .notHeld) == .locationNotHeld)
        #expect(judge(nil, .held, .veryFile) == .locationNotHeld)
        #expect(judge(.hidden(Self.hidden), .notHeld, .veryFile) == .hidden(Self.hidden))
        #expect(judge(.unsafe(.component)) == .unsafe)
        #expect(judge(start: hour.end) == .notAskedFor)
        #expect(judge(.hidden(Self.hidden), start: hour.end) == .notAskedFor)
        // A name that leads out of the archive is the fault of the digest that has it.
        #expect(judge(.unsafe(.component), start: hour.end) == .unsafe)
        #expect(judge(.unsafe(.component), start: next.end) == .notAskedFor)
        // What no digest names is nobody's fault outside the range.
        #expect(judge(.unsafe(.link(Self.path)), .held, .none, .inferred, start: hour.end) == .notAskedFor)
    }
}
