import Foundation
import Testing

#if os(Linux)
/// What the command shows at a terminal, and what it keeps out of everything else.
@Suite("The command at a terminal")
struct TerminalTests {
    private let folder: TestFolder
    private let sample: String

    init() throws {
        folder = try TestFolder()
        sample = folder.path + "/sample"
        try DiskSample.make(in: sample)
    }

    private func script(_ settings: String = "TERM=xterm", _ redirections: String = "") -> String {
        #"unset NO_COLOR COLUMNS; export \#(settings); exec "$@" \#(redirections)"#
    }

    // MARK: Colour

    @Test(
        "colours follow the terminal, NO_COLOR, TERM and --color",
        arguments: [
            ("TERM=xterm", "", [], true), ("TERM=xterm NO_COLOR=1", "", [], false),
            ("TERM=xterm NO_COLOR=", "", [], true),
            ("TERM=dumb", "", [], false), ("TERM=xterm", "", ["--color", "never"], false),
            ("TERM=xterm NO_COLOR=1", "", ["--color=always"], true),
            ("TERM=xterm", "| cat", [], false), ("TERM=dumb", "| cat", ["--color", "always"], true),
        ]
    )
    func colors(settings: String, redirection: String, options: [String], isColored: Bool) throws {
        let terminal = try PseudoTerminal(columns: 200)
        let script = #"unset NO_COLOR COLUMNS; export \#(settings); "$@" \#(redirection)"#
        let arguments = DiskSample.validation(of: sample) + options
        _ = try CommandProcess(script: script, arguments, terminal: terminal).end()
        let text = terminal.wholeText()
        #expect(text.contains(isColored ? "\u{1b}[1;32mVALID\u{1b}[0m: 12/12" : "\nVALID: 12/12"))
        #expect(text.contains("\u{1b}") == isColored)
    }

    // MARK: Width

    @Test("tables fit the terminal, or COLUMNS, and are whole where neither is there")
    func tables() throws {
        let arguments = DiskSample.validation(of: sample)
        for columns in [50, 90, 200] {
            let terminal = try PseudoTerminal(columns: UInt16(columns))
            _ = try CommandProcess(script: script(), arguments, terminal: terminal).end()
            let table = terminal.wholeText().split(separator: "\r\n").dropLast()
            #expect(table.allSatisfy { $0.count <= columns })
            #expect(table.contains { $0.hasPrefix("ACCOUNT") } == (columns > 50))
        }
        let narrow = try CommandProcess(script: script("COLUMNS=50"), arguments).end().output.split(separator: "\n")
        #expect(narrow.dropLast().allSatisfy { $0.count <= 50 })
        #expect(narrow.first == "111122223333 us-east-1 management-events")
        let whole = try CommandProcess(script: script(), arguments).end().output.split(separator: "\n")
        #expect(whole.first?.hasPrefix("ACCOUNT       REGION     TRAIL ") == true)
    }
}
#endif
