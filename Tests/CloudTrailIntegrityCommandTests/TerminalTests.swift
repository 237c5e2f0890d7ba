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

    /// A validation that does not end by itself.
    private func endless(_ options: String...) throws -> [String] {
        _ = try DiskSample.stretchLog(of: sample, bytes: 1 << 40)
        return DiskSample.validation(of: sample) + ["--max-log-size", "2T"] + options
    }

    /// A validation that takes about a second.
    private func slow(_ options: String...) throws -> [String] {
        _ = try DiskSample.stretchLog(of: sample, bytes: 1 << 30)
        return DiskSample.validation(of: sample) + options
    }

    private func script(_ settings: String = "TERM=xterm", _ redirections: String = "") -> String {
        #"unset NO_COLOR COLUMNS; export \#(settings); exec "$@" \#(redirections)"#
    }

    /// Bytes that are more than text in lines.
    private func controls(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter { $0 != "\n" && $0.properties.generalCategory == .control }
    }

    // MARK: Progress

    @Test("a terminal shows how far the run is, in one line that is erased at the end")
    func progressLine() throws {
        let terminal = try PseudoTerminal()
        let process = try CommandProcess(script: script(), try slow(), terminal: terminal)
        #expect(try process.end().status == 1)
        let text = terminal.wholeText()
        #expect(text.contains("\rLog files: "))
        #expect(text.contains(" of 36 ("))
        let screen = PseudoTerminal.screen(of: text)
        #expect(screen.first == "111122223333 us-west-2 management-events")
        #expect(!screen.contains { $0.contains("Log files: ") })
        #expect(screen.contains { $0.hasPrefix("NOT VALID: ") })
    }

    @Test("a signal erases the line before it says why the run ends", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: CInt) throws {
        let terminal = try PseudoTerminal()
        let process = try CommandProcess(script: script(), try endless(), terminal: terminal)
        #expect(try process.runs { terminal.text.contains("Log files: ") })
        process.send(signal)
        #expect(try process.end().status == 128 + signal)
        let screen = PseudoTerminal.screen(of: terminal.wholeText())
        #expect(screen.count == 2)
        #expect(screen.first?.hasPrefix("Interrupted: checked 12 of 12 digest files and ") == true)
        #expect(screen.last?.isEmpty == true)
    }

    @Test(
        "the line is narrower than the terminal, also after that was resized, and not drawn more often than can be read"
    )
    func width() throws {
        let terminal = try PseudoTerminal(columns: 60)
        let process = try CommandProcess(script: script(), try endless(), terminal: terminal)
        #expect(try process.runs { terminal.text.contains("Log files: ") })
        let clock = ContinuousClock()
        let begin = clock.now
        let before = terminal.text
        terminal.resize(columns: 24)
        #expect(
            try process.runs { terminal.text.split(separator: "\r").count > before.split(separator: "\r").count + 5 }
        )
        let duration = begin.duration(to: clock.now)
        #expect(duration > .milliseconds(400))
        process.send(SIGINT)
        _ = try process.end()
        func widths(_ text: some StringProtocol) -> [Int] {
            text.split(separator: "\r").map { $0.replacing("\u{1b}[J", with: "").count }
        }
        #expect(widths(before).allSatisfy { $0 < 60 })
        // One may have been on its way.
        let after = terminal.text.dropFirst(before.count).split(separator: "\n")[0].split(separator: "\r").dropFirst(2)
        #expect(after.filter { $0.hasPrefix("Log") }.allSatisfy { widths($0)[0] < 24 })
    }

    @Test("no progress where it is not wanted or not understood")
    func noProgress() throws {
        let arguments = try slow()
        for (settings, options) in [
            ("TERM=xterm", ["--progress", "never"]), ("TERM=xterm", ["--quiet"]), ("TERM=dumb", []), ("TERM=", []),
        ] {
            let terminal = try PseudoTerminal()
            let process = try CommandProcess(script: script(settings), arguments + options, terminal: terminal)
            #expect(try process.end().status == 1)
            #expect(!terminal.wholeText().contains("files:"), "\(settings) \(options)")
        }
        let ending = try CommandProcess(script: script(), arguments).end()
        #expect(ending.errors.isEmpty)
        #expect(controls(ending.output).isEmpty)
    }

    @Test("--progress always writes whole lines, and nothing else, where there is no terminal")
    func plainProgress() throws {
        let process = try CommandProcess(
            script: script("TERM=xterm", "2>\(folder.path)/progress"),
            try endless("--progress", "always")
        )
        #expect(try process.runs { (try? folder.text("progress").hasSuffix("\n")) ?? false })
        process.send(SIGINT)
        #expect(try process.end().status == 130)
        let lines = try folder.text("progress").split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("Log files: ") == true)
        #expect(lines.last?.hasPrefix("Interrupted: ") == true)
        #expect(controls(try folder.text("progress")).isEmpty)
    }

    // MARK: SIGUSR1

    @Test("SIGUSR1 is answered with one line, whatever --progress says, and the run goes on")
    func asked() throws {
        let process = try CommandProcess(
            script: script("TERM=xterm", "2>\(folder.path)/progress"),
            try endless("--progress", "never", "--quiet")
        )
        let log = try #require(try largestFile())
        #expect(try process.runs { process.holds(log) })
        for count in 1...3 {
            process.send(SIGUSR1)
            #expect(try process.runs { (try? folder.text("progress").split(separator: "\n").count) == count })
        }
        process.send(SIGTERM)
        #expect(try process.end().status == 143)
        let text = try folder.text("progress")
        #expect(text.split(separator: "\n").prefix(3).allSatisfy { $0.hasPrefix("Log files: ") })
        #expect(controls(text).isEmpty)
    }

    private func largestFile() throws -> String? {
        try FileManager.default.subpathsOfDirectory(atPath: sample + "/archive").map { "\(sample)/archive/\($0)" }
            .first { path in
                (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0) == 1 << 40
            }
    }

    @Test("SIGUSR1 is answered before the first file is read, and does not end the run")
    func askedEarly() throws {
        let keys = folder.path + "/keys"
        let result = unsafe mkfifo(keys, 0o600)
        #expect(result == 0)
        let process = try CommandProcess(
            script: script("TERM=xterm", "2>\(folder.path)/progress"),
            ["validate", sample + "/archive", "--public-keys", keys]
        )
        var descriptor: CInt = -1
        #expect(
            try process.runs {
                descriptor = unsafe open(keys, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                return descriptor >= 0
            }
        )
        process.send(SIGUSR1)
        #expect(try process.runs { (try? folder.text("progress")) == "No file read yet\n" })
        close(descriptor)
        // The end of the file, which holds no key.
        #expect(try process.end().status == 66)
    }

    @Test("SIGUSR1 at a terminal leaves a whole line above the one that changes")
    func askedAtATerminal() throws {
        let terminal = try PseudoTerminal()
        let process = try CommandProcess(script: script(), try endless(), terminal: terminal)
        #expect(try process.runs { terminal.text.contains("Log files: ") })
        process.send(SIGUSR1)
        #expect(try process.runs { terminal.text.contains("\n") })
        let count = terminal.text.count
        #expect(try process.runs { terminal.text.dropFirst(count).contains("Log files: ") })
        process.send(SIGINT)
        #expect(try process.end().status == 130)
        let screen = PseudoTerminal.screen(of: terminal.wholeText())
        #expect(screen.count == 3)
        #expect(screen.first?.hasPrefix("Log files: ") == true)
        #expect(screen.dropFirst().first?.hasPrefix("Interrupted: ") == true)
    }

    @Test("SIGUSR1 that was ignored from the start stays ignored")
    func askedInVain() throws {
        let process = try CommandProcess(script: #"trap "" USR1; exec "$@""#, try endless())
        let log = try #require(try largestFile())
        #expect(try process.runs { process.holds(log) })
        process.send(SIGUSR1)
        process.send(SIGINT)
        let ending = try process.end()
        #expect(ending.status == 130)
        #expect(ending.errors.split(separator: "\n").count == 1)
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
        let arguments = DiskSample.validation(of: sample) + ["--progress", "never"] + options
        _ = try CommandProcess(script: script, arguments, terminal: terminal).end()
        let text = terminal.wholeText()
        #expect(text.contains(isColored ? "\u{1b}[1;32mVALID\u{1b}[0m: 12/12" : "\nVALID: 12/12"))
        #expect(text.contains("\u{1b}") == isColored)
    }

    // MARK: Width

    @Test("tables fit the terminal, or COLUMNS, and are whole where neither is there")
    func tables() throws {
        let arguments = DiskSample.validation(of: sample) + ["--progress", "never"]
        for columns in [50, 90, 200] {
            let terminal = try PseudoTerminal(columns: UInt16(columns))
            _ = try CommandProcess(script: script(), arguments, terminal: terminal).end()
            let text = terminal.wholeText().replacing(/\u{1b}\[[0-9;]*m/, with: "")
            let lines = text.split(separator: "\r\n")
            let tooLong = lines.filter { $0.count > columns }
            #expect(tooLong.isEmpty)
            #expect(lines.contains { $0.hasPrefix("ACCOUNT") } == (columns > 50))
        }
        let narrow = try CommandProcess(script: script("COLUMNS=50"), arguments).end().output.split(separator: "\n")
        #expect(narrow.allSatisfy { $0.count <= 50 })
        #expect(narrow.first == "111122223333 us-east-1 management-events")
        let whole = try CommandProcess(script: script(), arguments).end().output.split(separator: "\n")
        #expect(whole.first?.hasPrefix("ACCOUNT       REGION     TRAIL ") == true)
    }

    @Test(
        "every command fits 80 columns, but for paths and values that are one word",
        arguments: ["chains", "keys", "inspect", "check"]
    )
    func others(command: String) throws {
        let (archive, keys) = (sample + "/archive", sample + "/keys.json")
        let files = try #require(FileManager.default.enumerator(atPath: archive)).compactMap { $0 as? String }.sorted()
        let digest = try #require(files.first { $0.contains("_CloudTrail-Digest_") })
        let log = try #require(files.first { $0.contains("_CloudTrail_") })
        let arguments =
            switch command {
            case "chains": ["chains", archive]
            case "keys": ["keys", keys]
            case "inspect": ["inspect", "\(archive)/\(digest)", "--public-keys", keys, "--verbose"]
            default: ["check", "\(archive)/\(log)", keys, "--archive", archive, "--public-keys", keys]
            }
        let terminal = try PseudoTerminal(columns: 80)
        _ = try CommandProcess(script: script(), arguments, terminal: terminal).end()
        let lines = terminal.wholeText().split(separator: "\r\n")
        #expect(lines.count > 4)
        for line in lines where line.count > 80 {
            let words = line.split(separator: " ")
            #expect(words.count == 1, "\(line)")
        }
    }
}
#endif
