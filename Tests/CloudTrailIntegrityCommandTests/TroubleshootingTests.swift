import Foundation
import SampleArchive
import Testing

/// Each line that docs/troubleshooting.md quotes is one that the command prints: a sentence of the table of words, or an
/// error of a run.
@Suite("The troubleshooting page")
struct TroubleshootingTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// What the command prints before anything is validated.
    private static func errors() throws -> [String] {
        let sample = try SampleFolder { ($0.regions, $0.hours) = (1, 2) }
        let broken = try sample.write("broken.json", "An error occurred (AccessDenied)")
        let runs = [
            run("validate", sample.archive), run("validate", sample.archive, "--public-keys", broken),
            run("validate", sample.keys, "--public-keys", sample.keys),
        ]
        return runs.flatMap { $0.errors.split(separator: "\n").map(String.init) }
    }

    /// Whether a line stands in another, where each `…` may be anything.
    private static func holds(_ line: String, _ quoted: String) -> Bool {
        var rest = line[...]
        for part in quoted.split(separator: "…") {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }

    @Test("quotes what the command prints")
    func quotes() throws {
        let quoted = try Self.text("docs/troubleshooting.md").split(separator: "\n").filter { $0.hasPrefix("    ") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(quoted.count > 30)
        let words = try Self.text("TestVectors/reports/words.txt").split(separator: "\n").map(String.init)
        let printed = words + (try Self.errors())
        for line in quoted {
            #if ArchiveFiles
            // This build has the trait.
            if line.contains("trait ArchiveFiles, which reads tar and zip") { continue }
            #endif
            #expect(printed.contains { Self.holds($0, line) }, "nothing prints '\(line)'")
        }
        // What is quoted is more than a word or two.
        #expect(quoted.allSatisfy { $0.split(separator: "…").joined().count > 20 })
    }

    @Test("is linked from where people begin", arguments: ["README.md", "docs/user-guide.md"])
    func links(page: String) throws {
        #expect(try Self.text(page).contains("troubleshooting.md"))
    }
}
