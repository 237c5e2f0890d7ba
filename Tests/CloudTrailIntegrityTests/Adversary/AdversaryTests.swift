import CloudTrailIntegrity
import Foundation
import Testing

@testable import Adversary

/// A blind search for archives on which the validator is wrong: judged by laws, and by a model of the contract.
///
/// `CASES` is how many, `SEED` the first of them, `WAY` how the archives come to the validator (`memory`, `parts` for parts
/// that are judged apart and merged, or one of the cases of ``WayIn``); `SHOW` is how many failing cases are told of each kind of difference,
/// `TOPIC` a part of the name of those kinds. `INPUT` is a file that a fuzzer found something with.
@Suite struct AdversaryTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// Whether the first case that fails is enough.
    private static let stops = ProcessInfo.processInfo.environment["STOP"] != nil
    /// How the archives of the search come to the validator, or `nights`.
    private static let way = ProcessInfo.processInfo.environment["WAY"] ?? "memory"

    private static let input = ProcessInfo.processInfo.environment["INPUT"] ?? ""

    /// I43
    @Test("the parts of an archive, judged apart and merged, come to the same report")
    func sameReportOfParts() throws {
        for seed in UInt64(0)..<40 {
            let test = try AdversaryCase(seed: seed &* 11)
            let whole = try AdversaryJudge(test)
            let parts = try AdversaryJudge(test, by: DividedValidation.way(seed: seed))
            #expect(whole.report.substance == parts.report.substance, "\(test)")
            #expect(whole.report.notAsked == parts.report.notAsked, "\(test)")
        }
    }

    @Test(.enabled(if: way != "nights")) func theModelAndTheValidatorAgree() throws {
        var search = AdversarySearch()
        if Self.way == "parts" {
            search.way = DividedValidation.way(seed: Self.number("SEED") ?? 0)
        } else if Self.way != "memory" {
            let named = WayIn.allCases.filter { "\($0)" == Self.way }
            search.way = try #require(named.first, "no way in is called \(Self.way)").way
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
            if Self.way == "folder", test.state.needsFileAsFolder {
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

    @Test(.enabled(if: !input.isEmpty, "no INPUT is named")) func anInputOfTheFuzzers() throws {
        let search = AdversarySearch()
        let test = try AdversaryCase(bytes: Array(Data(contentsOf: URL(filePath: Self.input))))
        for topic in AdversaryJudge.topics(try search.complaints(test)).sorted() {
            let small = try search.shrunk(test, to: topic)
            Issue.record(Comment(rawValue: "\(topic)\n" + (try search.account(of: small))))
        }
    }

    /// I18, I19, V42
    @Test(.enabled(if: way == "memory" || way == "nights")) func whatOneNightFoundStaysFound() throws {
        let first = Self.number("SEED") ?? 0
        let isAsked = Self.way == "nights"
        let count = isAsked ? Self.number("CASES") ?? 100 : 25
        var failed: [String: [UInt64]] = [:]
        // A few of those that found something once are tried always.
        let seeds = isAsked ? Array(first..<first + count) : Array(0..<count) + [105, 349, 363, 668, 3435, 10_521]
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
    @Test("a broken file with a digest's name that a digest lists as a log file", arguments: WayIn.allCases)
    func brokenNamesake(_ way: WayIn) throws {
        let judge = try AdversaryJudge(AdversaryCase(seed: 20_029_484), by: way.way)
        #expect(try judge.differences() == [])
        #expect(judge.report.findings.contains { $0.kind == .logMalformed })
    }

    /// I9
    @Test("another way in, the same report", arguments: WayIn.allCases)
    func sameReport(_ way: WayIn) throws {
        for seed in UInt64(0)..<10 {
            let test = try AdversaryCase(seed: seed &* 7)
            if way == .folder, test.state.needsFileAsFolder { continue }
            let judge = try AdversaryJudge(test)
            let other = try AdversaryJudge(test, by: way.way)
            #expect(judge.report.substance == other.report.substance, "\(test)")
        }
    }
}
