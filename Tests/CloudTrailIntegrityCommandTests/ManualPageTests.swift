import Foundation
import Testing

@testable import CloudTrailIntegrityCommand

/// The manual page, as the programs that show and check manual pages take it.
@Suite("The manual page")
struct ManualPageTests {
    private static func isInstalled(_ tool: String) -> Bool {
        ["/bin", "/usr/bin", "/usr/local/bin"].contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)")
        }
    }

    /// What a shell command says that reads the page as `page`.
    private func saying(_ command: String) throws -> CommandProcess.Ending {
        let folder = try TestFolder()
        let script = #"cd "$2" && "$1" --generate-man-page > page && export LC_ALL=C.UTF-8 && "# + command
        return try CommandProcess(script: script, [folder.path]).end()
    }

    @Test("groff has nothing to warn of", .enabled(if: isInstalled("groff"), "groff is not installed"))
    func groff() throws {
        let ending = try saying("groff -ww -K utf8 -man -rLL=200n -T utf8 -P -cbou page")
        #expect(ending.status == 0)
        #expect(ending.errors.isEmpty)
        // Every option and subcommand of every help is in what a reader sees.
        let helps = try Helps()
        let shown = ending.output
        for (name, page) in helps.subcommands {
            #expect(shown.contains("cloudtrail-integrity \(name)"))
            for option in page.spellings + helps.main.spellings { #expect(shown.contains(option), "\(name) \(option)") }
        }
        for status in ExitStatus.allCases { #expect(shown.contains("\n       \(status.rawValue) ")) }
    }

    @Test("mandoc has nothing to say", .enabled(if: isInstalled("mandoc"), "mandoc is not installed"))
    func mandoc() throws {
        let ending = try saying("mandoc -T lint -W style page")
        #expect(ending.status == 0)
        #expect(ending.output.isEmpty)
    }

    @Test("man-db finds the name and what it is", .enabled(if: isInstalled("lexgrog"), "man-db is not installed"))
    func whatis() throws {
        let ending = try saying("lexgrog page")
        #expect(
            ending.output
                == #"page: "cloudtrail-integrity - prove, offline, that a downloaded AWS CloudTrail archive is what AWS delivered""#
                + "\n"
        )
    }

    @Test(
        "no text becomes a macro, an escape or another character",
        .enabled(if: isInstalled("mandoc"), "mandoc is not installed")
    )
    func escaping() throws {
        let text = #".TH 'quoted' \fB \(bu `x` ^ ~ "q" — é \n(.x .so /etc/passwd"#
        var page = RoffText()
        page.macro("TH", "X", "1", "2026-01-01")
        page.macro("SH", "NAME")
        page.text(markup: "x \\- y")
        page.macro("SH", "TEXT")
        page.text(text)
        page.text("'hidden")
        page.example([text, "'hidden", ".hidden"])
        page.item(markup: RoffText.bold(".hidden"), "'hidden")
        let folder = try TestFolder()
        try Data((page.lines.joined(separator: "\n") + "\n").utf8).write(
            to: URL(fileURLWithPath: folder.path + "/page")
        )
        let ending = try CommandProcess(
            script: #"mandoc -T utf8 -O width=200 "$2/page""#,
            [folder.path]
        ).end()
        // Bold is a letter over itself.
        let lines = ending.output.replacing(/.\u{8}/, with: "").split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        #expect(lines.count { $0 == text } == 1)
        #expect(lines.count { $0 == text + " 'hidden" } == 1)
        #expect(lines.count { $0 == "'hidden" } == 2)
        #expect(lines.count { $0 == ".hidden" } == 2)
    }
}
