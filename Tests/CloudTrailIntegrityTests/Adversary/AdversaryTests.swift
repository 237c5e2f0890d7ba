import CloudTrailIntegrity
import Foundation
import Testing

/// A blind search for archives on which the validator is wrong: judged by laws, and by a model of the contract.
///
/// `CASES` is how many, `SEED` the first of them, `WAY` how the archives come to the validator (`memory`, or one of the
/// cases of ``WayIn``); `SHOW` is how many failing cases are told of each kind of difference,
/// `TOPIC` a part of the name of those kinds.
@Suite struct AdversaryTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// Whether the first case that fails is enough.
    private static let stops = ProcessInfo.processInfo.environment["STOP"] != nil
    /// How the archives of the search come to the validator, or `nights`.
    private static let way = ProcessInfo.processInfo.environment["WAY"] ?? "memory"

    @Test(.enabled(if: way != "nights")) func theModelAndTheValidatorAgree() throws {
        var search = AdversarySearch()
        if Self.way != "memory" {
            let named = WayIn.allCases.filter { "\($0)" == Self.way }
            search.way = try #require(named.first, "no way in is called \(Self.way)")
        }
        let first = Self.number("SEED") ?? 0
        let count = Self.number("CASES") ?? 100
        let isUsual = Self.number("SEED") == nil && Self.number("CASES") == nil
        // How many cases are told of each kind of difference.
        let shown = Self.number("SHOW") ?? 1
        let wanted = ProcessInfo.processInfo.environment["TOPIC"] ?? ""
        var failed: [UInt64] = []
        var topics: [String: (count: Int, seed: UInt64)] = [:]
        var kinds: [String: Int] = [:]
        for seed in first..<first + count {
            let test = try AdversaryCase(seed: seed)
            if search.way == .folder, test.state.needsFileAsFolder {
                kinds["no disk can have", default: 0] += 1
                continue
            }
            let lines = try search.complaints(test, &kinds)
            if lines.isEmpty { continue }
            failed.append(seed)
            if Self.stops { break }
            for topic in AdversaryJudge.topics(lines).sorted() {
                topics[topic, default: (0, seed)].count += 1
                guard topics[topic]?.count ?? 0 <= shown, wanted.isEmpty || topic.contains(wanted) else { continue }
                let small = try search.shrunk(test, to: topic)
                Issue.record(Comment(rawValue: "\(topic)\n" + (try search.account(of: small))))
            }
        }
        let summary = topics.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .map { "\($0.value.count) × \($0.key) (first: \($0.value.seed))" }.joined(separator: "\n")
        if !isUsual {
            let seen = kinds.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
            print("in \(count) cases:", seen.joined(separator: ", "))
        }
        #expect(failed.isEmpty, "\(failed.count) of \(count) cases from \(first): \(failed)\n\(summary)")
    }

    /// I18, I19, V42
    @Test(.enabled(if: way == "memory" || way == "nights")) func whatOneNightFoundStaysFound() throws {
        let first = Self.number("SEED") ?? 0
        let isAsked = Self.way == "nights"
        let count = isAsked ? Self.number("CASES") ?? 100 : 25
        var failed: [String: [UInt64]] = [:]
        // A few of those that found something once are tried always.
        let seeds = isAsked ? Array(first..<first + count) : Array(0..<count) + [105, 349, 363, 668, 10_521]
        for seed in seeds {
            let test = try AdversaryNights(seed: seed)
            for topic in AdversaryJudge.topics(try test.brokenLaws()) { failed[topic, default: []].append(seed) }
            if Self.stops, !failed.isEmpty { break }
        }
        for (topic, seeds) in failed.sorted(by: { $0.key < $1.key }) {
            var small = try AdversaryNights(seed: seeds[0])
            if !Self.stops { try small.shrink(to: topic) }
            let lines = try small.brokenLaws()
            Issue.record(
                "\(topic): \(seeds.count) of \(count) cases: \(seeds.prefix(20))\n\(small)\n\(lines.joined(separator: "\n"))"
            )
        }
    }

    /// I9
    @Test("another way in, the same report", arguments: WayIn.allCases)
    func sameReport(_ way: WayIn) throws {
        for seed in UInt64(0)..<10 {
            let test = try AdversaryCase(seed: seed &* 7)
            if way == .folder, test.state.needsFileAsFolder { continue }
            let judge = try AdversaryJudge(test)
            let other = try AdversaryJudge(test, by: way)
            #expect(judge.report.substance == other.report.substance, "\(test)")
        }
    }
}

/// Tries cases, and makes small ones of those that fail.
struct AdversarySearch {
    /// How archives come to the validator; `nil` for memory.
    var way: WayIn?

    /// - Parameter kinds: Given the number of cases with each kind of finding, and with each verdict.
    func complaints(_ test: AdversaryCase, _ kinds: inout [String: Int]) throws -> [String] {
        let judge: AdversaryJudge
        do {
            judge = try AdversaryJudge(test, by: way)
        } catch {
            return ["law error: \(error)"]
        }
        for kind in Set(judge.report.findings.map(\.kind.rawValue)) { kinds[kind, default: 0] += 1 }
        kinds["\(judge.report.verdict())", default: 0] += 1
        return try judge.brokenLaws() + judge.differences()
    }

    func complaints(_ test: AdversaryCase) throws -> [String] {
        var kinds: [String: Int] = [:]
        return try complaints(test, &kinds)
    }

    /// Drops edits, options and files, as long as the difference stays.
    func shrunk(_ test: AdversaryCase, to topic: String) throws -> AdversaryCase {
        var best = test
        func accept(_ candidate: AdversaryCase) throws -> Bool {
            guard AdversaryJudge.topics(try complaints(candidate)).contains(topic) else { return false }
            best = candidate
            return true
        }
        var number = best.edits.count - 1
        while number >= 0 {
            var smaller = best
            smaller.edits.remove(at: number)
            _ = try accept(smaller)
            number -= 1
        }
        let plain: [(inout AdversaryQuestion) -> Void] = [
            { $0.start = nil }, { $0.end = nil }, { $0.accounts = [] }, { $0.regions = [] }, { $0.trails = [] },
            { $0.bucket = nil }, { $0.mustReach = nil }, { $0.grace = 9000 }, { $0.expected = [] },
            { $0.allowed = [] }, { $0.usesManifest = true }, { $0.jobs = 1 },
        ]
        for change in plain {
            var smaller = best
            change(&smaller.question)
            if smaller.question != best.question { _ = try accept(smaller) }
        }
        try dropFiles(&best, topic)
        return best
    }

    /// Leaves files out that have nothing to do with it: all of a chain's, then one by one.
    private func dropFiles(_ best: inout AdversaryCase, _ topic: String) throws {
        func dropping(_ keys: [String], from test: AdversaryCase) -> AdversaryCase {
            var smaller = test
            let steps = keys.map { AdversaryEdit.Step.remove(AdversaryPlace(root: 0, path: $0)) }
            smaller.edits.insert(AdversaryEdit(label: AdversaryCase.leftOut, steps: steps), at: 0)
            return smaller
        }
        func accept(_ candidate: AdversaryCase) throws -> Bool {
            AdversaryJudge.topics(try complaints(candidate)).contains(topic)
        }
        var left: [String] = []
        var kept = best.world.files.keys.sorted()
        for line in best.world.lines {
            let own = best.world.digests.filter { $0.chain == line.chain }
            let keys = own.map(\.key) + own.flatMap { $0.logs.map(\.key) }
            let smaller = dropping(left + keys, from: best)
            if try accept(smaller) {
                left += keys
                kept.removeAll { keys.contains($0) }
            }
        }
        for key in kept where try accept(dropping(left + [key], from: best)) { left.append(key) }
        if !left.isEmpty { best = dropping(left, from: best) }
    }

    func account(of test: AdversaryCase) throws -> String {
        var shown = test
        shown.edits.removeAll { $0.label == AdversaryCase.leftOut }
        let files = test.state.files.sorted { $0.key < $1.key }.map { place, held in
            "  \(place)\(held.origin == nil ? " (written)" : held.isMoved ? " (was \(held.origin ?? ""))" : "")"
        }
        let complaints = try complaints(test)
        let code = test.asTest(complaints.first ?? "")
        let found = try AdversaryJudge(test, by: way).report.findings.map { finding in
            "  \(finding.kind.rawValue) \(finding.path ?? finding.key ?? ObjectKey("")): \(finding.message)"
        }
        let parts = ["\(shown)", "files:"] + files + complaints + ["the report:"] + found + ["as a test:", code]
        return parts.joined(separator: "\n")
    }
}
