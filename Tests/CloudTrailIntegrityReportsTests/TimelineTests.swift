import CloudTrailFormat
import Testing

@testable import CloudTrailIntegrity
@testable import CloudTrailIntegrityReports

/// The picture must never call a time proven of which a finding says otherwise.
@Suite("The timeline")
struct TimelineTests {
    private let chain = TestReports.chain()

    private func timeline(
        _ findings: [Finding],
        hours: Range<Int>? = 0..<10,
        unbrokenFrom: Int? = nil,
        isProven: Bool = false
    ) -> Timeline {
        let summary = TestReports.summary(chain, hours: hours, unbrokenFrom: unbrokenFrom, isProven: isProven)
        return Timeline(ValidationReport(findings: findings, chains: [summary]), limit: 10)
    }

    private func finding(_ kind: FindingKind, _ from: Int?, _ until: Int?, chainless: Bool = false) -> Finding {
        Finding(
            kind,
            "x",
            chain: chainless ? nil : chain,
            start: from.map(TestReports.hour),
            end: until.map(TestReports.hour)
        )
    }

    /// The stretches of the first row, each as its state and the hours it speaks of.
    private func hours(_ timeline: Timeline, row: Int = 0) -> [String] {
        timeline.rows[row].stretches.map { stretch in
            func hour(_ moment: Timestamp) -> String {
                let (whole, rest) = moment.seconds(since: TestReports.start).quotientAndRemainder(dividingBy: 3600)
                return rest == 0 ? "\(whole)" : "\(whole)+\(rest)s"
            }
            return "\(stretch.state) \(hour(stretch.time.start))-\(hour(stretch.time.end))"
        }
    }

    @Test("a chain without findings is proven from end to end")
    func proven() {
        #expect(hours(timeline([], isProven: true)) == ["proven 0-10"])
    }

    @Test(
        "every kind that is no notice stands in the way of 'proven'",
        arguments: FindingKind.allCases.filter { $0.severity > .notice && $0 != .nothingValidated }
    )
    func kinds(kind: FindingKind) throws {
        let timeline = timeline([finding(kind, 3, 4, chainless: kind == .locationNotHeld)])
        let state = try #require(timeline.rows[0].stretches.first { $0.state > .proven }).state
        #expect(hours(timeline) == ["proven 0-3", "\(state) 3-4", "proven 4-10"])
        switch kind {
        case .digestMissing, .logMissing: #expect(state == .missing)
        case .chainGap: #expect(state == .gap)
        default: #expect(state == (kind.severity == .violation ? .violation : .unproven))
        }
    }

    @Test("a notice is told and changes nothing")
    func notice() throws {
        let timeline = timeline([finding(.logDecompressed, 3, nil)], isProven: true)
        #expect(hours(timeline) == ["proven 0-10"])
        #expect(timeline.rows[0].stretches[0].counts.map(\.count) == [1])
    }

    @Test("of several in one stretch the gravest is drawn, and all are counted")
    func gravest() throws {
        let timeline = timeline([
            finding(.digestUnsigned, 2, 6), finding(.chainGap, 3, 4), finding(.digestMissing, 3, 4),
            finding(.logModified, 3, 4), finding(.logMissing, 5, 6),
        ])
        #expect(
            hours(timeline) == [
                "proven 0-2", "unproven 2-3", "violation 3-4", "unproven 4-5", "missing 5-6", "proven 6-10",
            ]
        )
        let counts = timeline.rows[0].stretches[2].counts
        #expect(counts.map(\.kind) == [.digestMissing, .logModified, .chainGap, .digestUnsigned])
        #expect(counts.map(\.count) == [1, 1, 1, 1])
    }

    @Test("neighbouring hours of one state are one stretch")
    func merged() throws {
        let timeline = timeline((2..<8).map { finding(.digestKeyUnknown, $0, $0 + 1) })
        #expect(hours(timeline) == ["proven 0-2", "unproven 2-8", "proven 8-10"])
        #expect(timeline.rows[0].stretches[1].counts.map(\.count) == [6])
    }

    @Test("a log file stands for the hour of the digest file that lists it")
    func listedLog() {
        let key = "AWSLogs/111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T041035Z.json.gz"
        let log = Finding(
            .logModified,
            "x",
            chain: chain,
            start: Timestamp("2026-03-01T02:58:00Z"),
            detail: ["listedBy": .text(key)]
        )
        #expect(hours(timeline([log])) == ["proven 0-3", "violation 3-4", "proven 4-10"])
    }

    @Test("an hour among months keeps a column of its own, and what it shares one with is not proven")
    func narrow() throws {
        let timeline = timeline([finding(.logModified, 1000, 1001)], hours: 0..<4000)
        let stretches = timeline.rows[0].stretches
        #expect(stretches.map(\.state) == [.proven, .violation, .proven])
        #expect(stretches[1].columns == 100..<101)
        #expect(stretches[1].time == TimeRange(start: TestReports.hour(1000), end: TestReports.hour(1001)))
    }

    @Test("coverage that does not reach is open at the side where it names no time")
    func openEnds() {
        let absent = timeline([finding(.coverageShort, nil, nil)], hours: nil)
        #expect(absent.rows.allSatisfy { $0.stretches.isEmpty } && absent.domain.start == absent.domain.end)
        let before = timeline([finding(.coverageShort, nil, 3), finding(.chainRestart, -4, -3)])
        #expect(hours(before) == ["unproven -4-3", "proven 3-10"])
        let after = timeline([finding(.coverageShort, 8, nil)])
        #expect(hours(after) == ["proven 0-8", "unproven 8-10"])
    }

    @Test("what concerns no chain in particular is drawn in each that is not wholly proven, and in no other")
    func everyChain() {
        let other = TestReports.chain(region: "us-west-2")
        let report = ValidationReport(
            findings: [finding(.locationNotHeld, 3, 4, chainless: true)],
            chains: [
                TestReports.summary(chain, hours: 0..<10, isProven: false), TestReports.summary(other, hours: 0..<10),
            ]
        )
        let timeline = Timeline(report, limit: 10)
        #expect(timeline.chains == [chain, other, nil])
        #expect(hours(timeline) == ["proven 0-3", "unproven 3-4", "proven 4-10"])
        #expect(hours(timeline, row: 1) == ["proven 0-10"])
        #expect(hours(timeline, row: 2) == ["unproven 3-4"])
    }

    @Test("many findings that concern every chain cost no more with many chains", .timeLimit(.minutes(10)))
    func manyGeneral() {
        let chains = (0..<1000).map { TestReports.chain(region: "r\($0)") }
        let findings = (0..<50_000).map { number in
            finding(.locationNotHeld, number % 900, 1000 - number % 77, chainless: true)
        }
        let summaries = chains.map { TestReports.summary($0, hours: 0..<1000, isProven: false) }
        let timeline = Timeline(ValidationReport(findings: findings, chains: summaries), limit: 1000)
        #expect(timeline.rows.count == 1000)
        #expect(timeline.rows[0].stretches.map { $0.counts.first?.count } == [50_000])
    }

    @Test("a hole that no finding explains, and counts that none explains, are not proven")
    func unexplained() {
        #expect(hours(timeline([], isProven: false)) == ["unproven 0-10"])
        #expect(hours(timeline([], unbrokenFrom: 4, isProven: true)) == ["unproven 0-10"])
        let elsewhere = [finding(.logModified, 8, 9)]
        #expect(
            hours(timeline(elsewhere, unbrokenFrom: 4)) == [
                "unproven 0-4", "proven 4-8", "violation 8-9", "proven 9-10",
            ]
        )
        let explained = [finding(.chainGap, 2, 4)]
        #expect(hours(timeline(explained, unbrokenFrom: 4)) == ["proven 0-2", "gap 2-4", "proven 4-10"])
    }

    @Test("backfill digest files owe no coverage, and the time between them is not proven")
    func backfill() {
        let backfill = ChainIdentity(
            account: "111122223333",
            region: "us-east-1",
            trail: "t",
            homeRegion: "us-east-1",
            isBackfill: true
        )
        let report = ValidationReport(chains: [TestReports.summary(backfill, hours: 0..<10, unbrokenFrom: 9)])
        #expect(hours(Timeline(report, limit: 1)) == ["backfill 0-10"])
    }

    @Test("a time far away does not make everything else too small to see")
    func farAway() {
        let far = Finding(.digestMalformed, "x", chain: chain, start: .distantFuture, end: .distantFuture)
        let near = finding(.digestUnsigned, 10, 12)
        let timeline = timeline([near, far], isProven: true)
        #expect(timeline.domain == TimeRange(start: TestReports.hour(0), end: TestReports.hour(12)))
        #expect(timeline.outside == 1 && timeline.untimed == 0)
        // Where nothing is verified, the findings are all there is.
        let alone = Timeline(ValidationReport(findings: [far, near]), limit: 10)
        #expect(alone.domain == TimeRange(start: TestReports.hour(10), end: .distantFuture))
        #expect(alone.rows[0].stretches.map(\.columns) == [0..<1, 399..<400])
    }

    @Test("where there are too many rows, those with the gravest findings stay, in their order")
    func limit() {
        let chains = ["a", "b", "c", "d"].map { TestReports.chain(region: $0) }
        let findings = [
            Finding(.logModified, "x", chain: chains[3], start: TestReports.hour(1)),
            Finding(.digestUnsigned, "x", chain: chains[1], start: TestReports.hour(1)),
        ]
        let report = ValidationReport(
            findings: findings,
            chains: chains.map { TestReports.summary($0, hours: 0..<10, isProven: false) }
        )
        #expect(Timeline(report, limit: 2).rows.map(\.number) == [1, 3])
    }
}
