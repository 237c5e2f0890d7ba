import Foundation

extension AdversaryCase {
    /// What the edit that leaves files out of a small case is called.
    static let leftOut = "(left out)"

    /// The case as a test, to be pasted into FoundCases.swift.
    func asTest(_ topic: String) -> String {
        var left: Set<String> = []
        for edit in edits where edit.label == Self.leftOut {
            for case .remove(let place) in edit.steps { left.insert(place.path) }
        }
        let kept = world.files.keys.filter { !left.contains($0) }.sorted()
        var lines = ["/// \(topic)", "@Test func seed\(seed)() throws {"]
        lines.append("    var found = try FoundCase(world: \(world.seed), [")
        lines += kept.map { "        \(quoted($0))," } + ["    ])"]
        var state = AdversaryState(world)
        for edit in edits {
            guard edit.label != Self.leftOut else {
                state.apply(edit)
                continue
            }
            var steps: [String] = []
            for step in edit.steps {
                let before = state
                state.apply(AdversaryEdit(label: edit.label, steps: [step], isArrangement: edit.isArrangement))
                if !before.isSame(as: state) { steps.append("        \(step.code),") }
            }
            if steps.isEmpty { continue }
            lines += ["    found.edit(\(edit.isArrangement ? "isArrangement: true, " : "")["] + steps + ["    ])"]
        }
        for (name, value) in question.code { lines.append("    found.question.\(name) = \(value)") }
        return (lines + ["    try found.check()", "}"]).map { "    \($0)" }.joined(separator: "\n")
    }
}

extension AdversaryEdit.Step {
    fileprivate var code: String {
        switch self {
        case .remove(let place): ".remove(\(place.code))"
        case .write(let place, let bytes):
            ".write(\(place.code), FoundCase.bytes(\(quoted(Data(bytes).base64EncodedString()))))"
        case .move(let old, let new): ".move(\(old.code), \(new.code))"
        case .copy(let old, let new): ".copy(\(old.code), \(new.code))"
        case .add(let entry): ".add(\(entry.code))"
        case .drop(let entry): ".drop(\(entry.code))"
        }
    }
}

extension AdversaryManifestEntry {
    fileprivate var code: String {
        "AdversaryManifestEntry(bucket: \(quoted(bucket)), key: \(quoted(key)), signature: \(quoted(signature)))"
    }
}

private func quoted(_ text: String) -> String { text.debugDescription }

extension AdversaryPlace {
    fileprivate var code: String { "AdversaryPlace(root: \(root), path: \(quoted(path)))" }
}

extension AdversaryState {
    func isSame(as other: AdversaryState) -> Bool {
        manifest == other.manifest && files.keys == other.files.keys
            && files.allSatisfy { other.files[$0]?.bytes == $1.bytes && other.files[$0]?.origin == $1.origin }
    }
}

extension AdversaryQuestion {
    /// What is asked otherwise than by default, as statements set it.
    fileprivate var code: [(name: String, value: String)] {
        var parts: [(String, String)] = []
        if let start { parts.append(("start", "\(start)")) }
        if let end { parts.append(("end", "\(end)")) }
        if !accounts.isEmpty { parts.append(("accounts", "\(accounts)")) }
        if !regions.isEmpty { parts.append(("regions", "\(regions)")) }
        if !trails.isEmpty { parts.append(("trails", "\(trails)")) }
        if let bucket { parts.append(("bucket", quoted(bucket))) }
        if let mustReach { parts.append(("mustReach", "\(mustReach)")) }
        if grace != 9000 { parts.append(("grace", "\(grace)")) }
        if !expected.isEmpty { parts.append(("expected", "[\(expected.map(\.code).joined(separator: ", "))]")) }
        if !allowed.isEmpty { parts.append(("allowed", "\(allowed.sorted())")) }
        if !usesManifest { parts.append(("usesManifest", "false")) }
        if order != 0 { parts.append(("order", "\(order)")) }
        if jobs != 1 { parts.append(("jobs", "\(jobs)")) }
        return parts
    }
}

extension AdversaryQuestion.Expected {
    fileprivate var code: String {
        "AdversaryQuestion.Expected(chain: AdversaryChain(account: \(quoted(chain.account)), "
            + "region: \(quoted(chain.region)), trail: \(quoted(chain.trail)), homeRegion: \(quoted(chain.homeRegion)), "
            + "isBackfill: \(chain.isBackfill)), since: \(since.map { "\($0)" } ?? "nil"), "
            + "until: \(until.map { "\($0)" } ?? "nil"))"
    }
}
