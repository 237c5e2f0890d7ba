import CloudTrailFormat
import CloudTrailIntegrity

/// Tries cases, and makes small ones of those that fail.
package struct AdversarySearch {
    /// How archives come to the validator; `nil` for memory.
    var way: AdversaryWay?

    /// What is wrong with the report on the case that a fuzzer's input tells, and an account of the case; `nil` where
    /// nothing is.
    package static func failure(ofInput bytes: [UInt8]) throws -> String? {
        let search = AdversarySearch()
        let test = try AdversaryCase(bytes: bytes)
        return try search.complaints(test).isEmpty ? nil : search.account(of: test)
    }

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
        if judge.report.portions > 1 { kinds["judged in portions", default: 0] += 1 }
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
