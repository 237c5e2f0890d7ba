import CloudTrailFormat
import CloudTrailIntegrityReports
import CloudTrailRules
import Foundation
import Testing

@testable import CloudTrailIntegrity

/// What reports say of every kind, byte for byte. `make golden` writes the file again: look at the difference before it
/// is committed.
@Suite("The words of findings")
struct WordsTests {
    @Test("are what the golden file holds")
    func golden() throws {
        let text =
            FindingKind.allCases.map(Self.entry).joined(separator: "\n") + "\nMore about any finding\n"
            + SampleCauses.facts.map { Self.lines($0.detail) }.joined()
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "TestVectors/reports/words.txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try Data(text.utf8).write(to: file)
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text == expected, "'make golden' writes \(file.lastPathComponent) again")
    }

    @Test("there is a sentence for every kind, in one line", arguments: FindingKind.allCases)
    func sentences(kind: FindingKind) {
        let messages = Self.findings(kind).map(\.message)
        #expect(!messages.isEmpty, "SampleCauses has none of its causes")
        #expect(messages.allSatisfy { !$0.isEmpty && !$0.contains("\n") && !$0.hasSuffix(".") })
        let advice = Self.findings(kind).map(\.advice)
        #expect(advice.allSatisfy { $0.hasSuffix(".") && !$0.contains("\n") && !$0.contains("`") })
    }

    // MARK: Writing

    private static func findings(_ kind: FindingKind) -> [Finding] {
        // With a range that does without the newest digest file, where its signature is missing.
        let head = Finding(.digestUnsigned(rejected: [], .newest), start: .distantFuture)
        let advised = head.advising(rangeEnd: Timestamp("2026-03-01T01:10:35Z"))
        return (SampleCauses.all.map { Finding($0) } + [advised]).filter { $0.kind == kind }
    }

    /// All words of a kind: what it means, what to do, and each sentence with its facts.
    private static func entry(_ kind: FindingKind) -> String {
        "\(kind.rawValue) (\(kind.severity.rawValue))\n  What it means: \(kind.meaning)\n  What to do: \(kind.advice)\n"
            + findings(kind).map { finding in
                "  - \(finding.message)\n" + (finding.ownAdvice.map { "    What to do: \($0)\n" } ?? "")
                    + lines(finding.detail)
            }.joined()
    }

    private static func lines(_ detail: [String: Finding.Detail]) -> String {
        detail.sorted { $0.key < $1.key }.map { name, value in
            switch value {
            case .text(let text): "    \(name): \(text)\n"
            case .number(let number): "    \(name): \(number)\n"
            case .flag(let flag): "    \(name): \(flag)\n"
            case .list(let texts): "    \(name): [\(texts.joined(separator: ", "))]\n"
            }
        }.joined()
    }
}
