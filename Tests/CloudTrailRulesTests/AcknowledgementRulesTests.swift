import CloudTrailFormat
import CloudTrailRules
import Testing

/// V50
@Suite struct AcknowledgementRulesTests {
    private typealias Outcome = AcknowledgementRules.Outcome

    private static let now = Timestamp(secondsSinceEpoch: 1_772_323_200)

    private static func subject(
        _ kind: FindingKind = .logMissing,
        _ key: String? = "a",
        _ extent: AcknowledgementRules.Extent = .one,
        bucket: String? = "b",
        path: String? = nil,
        start: Timestamp? = nil,
        end: Timestamp? = nil
    ) -> AcknowledgementRules.Subject {
        AcknowledgementRules.Subject(
            kind,
            extent,
            bucket: bucket,
            key: key.map { ObjectKey($0) },
            path: path.map { ObjectKey($0) },
            start: start,
            end: end
        )
    }

    private static func acknowledgement(
        _ kind: FindingKind = .logMissing,
        _ key: String = "a",
        for seconds: Int64 = 1,
        _ narrow: (inout Acknowledgement.Narrowing) -> Void = { _ in }
    ) -> Acknowledgement {
        var narrowing = Acknowledgement.Narrowing()
        narrow(&narrowing)
        return Acknowledgement(
            kind,
            ObjectKey(key),
            narrowing,
            who: "Ana",
            why: "lost",
            until: now.advanced(bySeconds: seconds)
        )
    }

    private func outcome(
        _ acknowledgement: Acknowledgement = Self.acknowledgement(),
        _ findings: AcknowledgementRules.Subject...
    ) -> Outcome {
        AcknowledgementRules.outcomes(of: [acknowledgement], among: findings, at: Self.now)[0]
    }

    @Test(
        "which kinds can be acknowledged: those that count and speak of one object, and none that hides what was not checked"
    )
    func kinds() {
        let never: Set<FindingKind> = [
            .digestOverLimit, .logOverLimit, .nothingValidated, .coverageShort, .partElsewhere, .locationNotHeld,
        ]
        for kind in FindingKind.allCases {
            let canBe = kind.severity != .notice && !never.contains(kind)
            #expect(AcknowledgementRules.canBeAcknowledged(kind, .one) == canBe, "\(kind.rawValue)")
            #expect(!AcknowledgementRules.canBeAcknowledged(kind, .several), "\(kind.rawValue)")
            #expect(outcome(Self.acknowledgement(kind), Self.subject(kind)) == (canBe ? .covers(0) : .noFinding))
            #expect(outcome(Self.acknowledgement(kind), Self.subject(kind, "a", .several)) == .noFinding)
        }
    }

    @Test("the kind and the very key")
    func names() {
        #expect(outcome() == .noFinding)
        #expect(outcome(Self.acknowledgement(), Self.subject(.logModified)) == .noFinding)
        for key in ["A", "a/", "ab", "", "*", "a\u{301}"] {
            #expect(outcome(Self.acknowledgement(), Self.subject(.logMissing, key)) == .noFinding, "\(key)")
            #expect(outcome(Self.acknowledgement(.logMissing, key), Self.subject()) == .noFinding, "\(key)")
        }
        #expect(
            outcome(Self.acknowledgement(.logMissing, "\u{e1}"), Self.subject(.logMissing, "a\u{301}")) == .noFinding
        )
        #expect(outcome(Self.acknowledgement(.logMissing, ""), Self.subject(.logMissing, nil)) == .noFinding)
        #expect(outcome(Self.acknowledgement(), Self.subject(.logModified), Self.subject()) == .covers(1))
    }

    @Test("of several findings of one kind and key none is covered, unless the acknowledgement says which one")
    func several() {
        let findings = [Self.subject(path: "x/a"), Self.subject(path: "y/a"), Self.subject(bucket: "c", path: "y/a")]
        func outcome(_ narrow: (inout Acknowledgement.Narrowing) -> Void) -> Outcome {
            AcknowledgementRules.outcomes(
                of: [Self.acknowledgement(.logMissing, "a", for: 1, narrow)],
                among: findings,
                at: Self.now
            )[0]
        }
        #expect(outcome { _ in } == .severalFindings)
        #expect(outcome { $0.path = ObjectKey("y/a") } == .severalFindings)
        #expect(outcome { $0.bucket = "b" } == .severalFindings)
        #expect(outcome { $0.path = ObjectKey("x/a") } == .covers(0))
        #expect(outcome { $0.bucket = "c" } == .covers(2))
        #expect(
            outcome {
                $0.path = ObjectKey("y/a")
                $0.bucket = "b"
            } == .covers(1)
        )
        #expect(outcome { $0.path = ObjectKey("z/a") } == .noFinding)
    }

    @Test("a stretch of time is the one that was acknowledged, and no longer one")
    func times() {
        let (start, end) = (Self.now.advanced(bySeconds: -7200), Self.now.advanced(bySeconds: -3600))
        let acknowledgement = Self.acknowledgement(.chainGap) {
            $0.start = start
            $0.end = end
        }
        #expect(outcome(acknowledgement, Self.subject(.chainGap, start: start, end: end)) == .covers(0))
        let earlier = start.advanced(bySeconds: -1)
        #expect(outcome(acknowledgement, Self.subject(.chainGap, start: earlier, end: end)) == .noFinding)
        #expect(outcome(acknowledgement, Self.subject(.chainGap, start: start, end: Self.now)) == .noFinding)
        #expect(outcome(acknowledgement, Self.subject(.chainGap)) == .noFinding)
    }

    @Test("it counts until its end, and not from then on")
    func expiry() {
        for seconds in [Int64(-86_400), -1, 0] {
            #expect(outcome(Self.acknowledgement(for: seconds), Self.subject()) == .expired)
            #expect(outcome(Self.acknowledgement(for: seconds)) == .expired)
        }
        #expect(outcome(Self.acknowledgement(for: 1), Self.subject()) == .covers(0))
        // One that was renewed counts beside the one before.
        let both = [Self.acknowledgement(for: -1), Self.acknowledgement(for: 1)]
        #expect(
            AcknowledgementRules.outcomes(of: both, among: [Self.subject()], at: Self.now) == [.expired, .covers(0)]
        )
    }
}

/// V51
@Suite struct NothingNewTests {
    private typealias Known = VerdictRules.Known

    /// Every finding there can be.
    private static let all: [Known] = FindingKind.allCases.flatMap { kind in
        [AllowRules.Subject.allowedHead, .other].flatMap { subject in
            [AcknowledgementRules.Extent.one, .several].flatMap { extent in
                [Known.AcknowledgementState.acknowledged, .open].map { Known(kind, subject, extent, $0) }
            }
        }
    }

    private static let chains: [[VerdictRules.ChainProof]] = [[], [.some], [.none], [.some, .none], [.some, .some]]

    /// Whether a finding makes the status 1 or 2, told by its own words.
    private static func counts(_ finding: Known, _ allowed: Set<FindingKind>) -> Bool {
        switch finding.kind.severity {
        case .violation: true
        case .unverified: !AllowRules.isAllowed(finding.kind, finding.subject, allowed)
        default: false
        }
    }

    private static func isCovered(_ finding: Known) -> Bool {
        let never: Set<FindingKind> = [
            .digestOverLimit, .logOverLimit, .nothingValidated, .coverageShort, .partElsewhere, .locationNotHeld,
        ]
        return finding.acknowledgement == .acknowledged && finding.extent == .one && !never.contains(finding.kind)
    }

    private func check(_ findings: [Known], _ chains: [VerdictRules.ChainProof], _ allowed: Set<FindingKind>) {
        let counting = findings.filter { Self.counts($0, allowed) }
        let isProven = !chains.isEmpty && !chains.contains(.none)
        let expected = isProven && !counting.isEmpty && counting.allSatisfy(Self.isCovered)
        let found = VerdictRules.isNothingNew(findings, chains: chains, allowing: allowed)
        if found != expected { Issue.record("\(findings) \(chains) \(allowed): \(found)") }
    }

    @Test(
        "only where every finding that counts is acknowledged, and every chain has a verified digest: every two findings"
    )
    func pairs() {
        let everything = Set(FindingKind.allCases)
        for chains in Self.chains {
            check([], chains, [])
            check([], chains, everything)
        }
        for first in Self.all {
            for chains in Self.chains {
                check([first], chains, [])
                check([first], chains, everything)
            }
            for second in Self.all {
                check([first, second], [.some], [])
                check([first, second], [.some], [first.kind])
            }
        }
    }

    @Test("one finding that is not acknowledged among many is enough")
    func many() {
        let acknowledged = Known(.logMissing, .other, .one, .acknowledged)
        for finding in Self.all {
            for place in [0, 50, 100] {
                var findings = [Known](repeating: acknowledged, count: 100)
                findings.insert(finding, at: place)
                check(findings, [.some], [])
            }
        }
    }
}
