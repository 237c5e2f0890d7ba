import Foundation
import Testing

@testable import CloudTrailIntegrityCommand

/// What is installed beside the command, against the command.
@Suite("What is installed")
struct PackagingTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.repository.appendingPathComponent(path), encoding: .utf8)
    }

    @Test(
        "every option that is given to the command is one that it takes",
        arguments: [
            "packaging/systemd/cloudtrail-integrity@.service", "packaging/example.conf",
            "packaging/cloudtrail-integrity.cron", "docs/nightly.md", "docs/installing.md",
        ]
    )
    func options(path: String) throws {
        let names = Set((MainCommand.help.options + ValidateCommand.options).map(\.name))
        // What other programs take is preceded by their names on the same line.
        let lines = try text(path).split(separator: "\n").filter { line in
            !line.contains(/aws |systemctl |systemd-analyze |groupadd |--output json/)
        }
        let given = lines.flatMap { line in line.matches(of: /(?:^|[\s`"])--([a-z][a-z-]+)/).map { String($0.output.1) }
        }
        #expect(!given.isEmpty)
        for option in Set(given) {
            #expect(names.contains(option), "--\(option)")
        }
    }

    @Test(
        "the alarms and the guide name metrics that are written",
        arguments: ["packaging/alerts.yml", "docs/nightly.md"]
    )
    func metrics(path: String) throws {
        let folder = try TestFolder()
        let metrics = folder.path + "/a.prom"
        let archive = Self.repository.path + "/TestVectors/archives/clean"
        let ending = try CommandProcess(
            ["validate", archive + "/archive", "--public-keys", archive + "/keys.json", "--metrics", metrics, "-q"]
        ).end()
        #expect(ending.errors.isEmpty)
        let written = try folder.text("a.prom").matches(of: #/TYPE cloudtrail_integrity_([a-z_]+) /#).map {
            $0.output.1
        }
        #expect(written.contains("exit_status"))
        let text = try text(path)
        for name in text.matches(of: /cloudtrail_integrity_([a-z_]+)/) { #expect(written.contains(name.output.1)) }
        if path.hasSuffix(".md") { for name in written { #expect(text.contains("`\(name)`"), "\(name)") } }
    }
}
