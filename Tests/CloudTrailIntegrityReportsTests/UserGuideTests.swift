import CloudTrailIntegrity
import Foundation
import Testing

/// The tables of kinds in docs/user-guide.md are written from the words in the code. `make golden` does it.
@Suite("The user guide")
struct UserGuideTests {
    private static let guide = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/user-guide.md")

    // What stands between these two lines is written.
    private static let begin = "<!-- kinds: written by 'make golden' -->\n"
    private static let end = "<!-- /kinds -->\n"

    @Test("has the words of the code about every kind")
    func kinds() throws {
        var page = try String(contentsOf: Self.guide, encoding: .utf8)
        let begin = try #require(page.range(of: Self.begin))
        let end = try #require(page.range(of: Self.end, range: begin.upperBound..<page.endIndex))
        let written = begin.upperBound..<end.lowerBound
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            page.replaceSubrange(written, with: Self.sections)
            try Data(page.utf8).write(to: Self.guide)
            return
        }
        #expect(page[written] == Self.sections, "'make golden' writes the tables of kinds again")
    }

    @Test(
        "the words are sentences that fit into a table, with code as their only markup",
        arguments: FindingKind.allCases
    )
    func words(kind: FindingKind) {
        for text in [kind.words.meaning, kind.words.advice] {
            #expect(text.hasSuffix("."))
            #expect(!text.contains { "\n|[]<*_".contains($0) })
            #expect(text.split(separator: "`", omittingEmptySubsequences: false).count % 2 == 1)
        }
        for text in [kind.meaning, kind.advice] { #expect(text.hasSuffix(".") && !text.contains("`")) }
    }

    // MARK: Writing

    private static var sections: String {
        [("Violations", Severity.violation), ("Unverified", .unverified), ("Notices", .notice)]
            .map { section($0, $1) }.joined() + "\n"
    }

    private static func section(_ heading: String, _ severity: Severity) -> String {
        """

        ### \(heading)

        | Kind | What it means | What to do next |
        |---|---|---|
        \(FindingKind.allCases.filter { $0.severity == severity }.map(row).joined(separator: "\n"))

        """
    }

    private static func row(_ kind: FindingKind) -> String {
        let cannotBeAllowed = kind.severity == .unverified && !kind.isAllowable
        let meaning = kind.words.meaning + (cannotBeAllowed ? " Cannot be allowed." : "")
        let advice = kind.words.advice + (kind.words.seeAlso.map { " See \($0)." } ?? "")
        return "| `\(kind.rawValue)` | \(meaning) | \(advice) |"
    }
}
