import Foundation
import SampleArchive
import Testing

/// What `--report` leaves on disk, and what it leaves when something comes between.
@Suite("Files of reports")
struct ReportFileTests {
    private let folder: TestFolder
    private let sample: String
    private let reports: String

    init() throws {
        folder = try TestFolder()
        sample = folder.path + "/sample"
        reports = folder.path + "/reports"
        var options = SampleOptions()
        (options.accounts, options.hours, options.tampers) = (1, 5, [.logModified])
        _ = try SampleArchive.write(to: sample, options)
        try FileManager.default.createDirectory(atPath: reports, withIntermediateDirectories: false)
    }

    private func validation(_ options: [String]) -> [String] {
        [
            "validate", sample + "/archive", "--public-keys", sample + "/keys.json", "--signatures",
            sample + "/meta.jsonl",
        ] + options
    }

    private func validate(_ options: String..., script: String = #"exec "$@""#) throws -> CommandProcess.Ending {
        try CommandProcess(script: script, validation(options)).end()
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(reports)/\(name)")), as: UTF8.self)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: reports).sorted()
    }

    private func withoutSeconds(_ text: String) -> String {
        text.replacing(/"seconds":[0-9.]+/, with: "")
    }

    @Test("files are written beside the verdict, whole, with the rights the umask leaves or those of an older one")
    func writes() throws {
        try Data("older".utf8).write(to: URL(fileURLWithPath: reports + "/a.json"))
        try FileManager.default.setAttributes([.posixPermissions: 0o604], ofItemAtPath: reports + "/a.json")
        let ending = try validate(
            "--report",
            "json=\(reports)/a.json",
            "--report=csv=\(reports)/a=b.csv",
            "--report",
            "jsonl=\(reports)/a.jsonl",
            "--quiet",
            script: #"umask 027; exec "$@""#
        )
        #expect(ending.status == 1)
        #expect(ending.errors.isEmpty)
        #expect(ending.output.hasPrefix("NOT VALID: 1 violation; "))
        #expect(try names() == ["a.json", "a.jsonl", "a=b.csv"])
        for name in try names() {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(reports)/\(name)")
            #expect(attributes[.posixPermissions] as? Int == (name == "a.json" ? 0o604 : 0o640))
        }
        #expect(withoutSeconds(try text("a.jsonl")) == withoutSeconds(try validate("--format", "jsonl").output))
        let document = try JSONSerialization.jsonObject(with: Data(try text("a.json").utf8)) as? [String: Any]
        #expect((document?["findings"] as? [[String: Any]])?.first?["kind"] as? String == "log-modified")
        #expect(try text("a=b.csv").split(separator: "\r\n").count == 2)
    }

    #if os(Linux)
    /// What a shell says; the tool's own path is `$0`.
    private func shell(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, try CommandProcess.path(), sample]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text.trimmingCharacters(in: .newlines)
    }

    @Test("what is handed on says who ran it, where, what for and with what, and other programs say the same")
    func provenance() throws {
        try Data(#"{"account":"111122223333","region":"us-east-1","trail":"t","homeRegion":"us-east-1"}"#.utf8)
            .write(to: URL(fileURLWithPath: sample + "/expect.jsonl"))
        let options = [
            "--expect", sample + "/expect.jsonl", "--case", "2026/17", "--examiner", "A. \"B\" <b@example.com>",
            "--note",
            "line\nline\u{1b}[2K", "--quiet",
        ]
        let files = ["json": "a.json", "html": "a.html", "junit": "a.xml", "sarif": "a.sarif"]
        let manifests = ["jsonl": "m.jsonl", "sha256sum": "m.sums", "dfxml": "m.xml"]
        let ending = try CommandProcess(
            validation(
                options + files.flatMap { ["--report", "\($0)=\(reports)/\($1)"] }
                    + manifests.flatMap { ["--manifest", "\($0)=\(reports)/\($1)"] }
            )
        ).end()
        #expect(ending.status == 1)
        func object(_ text: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
        let run = try #require(try object(try text("a.json"))["run"] as? [String: Any])
        #expect(run["case"] as? String == "2026/17")
        #expect(run["examiner"] as? String == "A. \"B\" <b@example.com>")
        #expect(run["note"] as? String == "line\nline\u{1b}[2K")
        #expect(run["host"] as? String == (try shell("uname -n")))
        #expect(run["system"] as? String == (try shell("uname -srm")))
        #expect(run["user"] as? String == (try shell("id -un")))
        #expect(run["userNumber"] as? Int == Int(try shell("id -u")))
        #expect(run["programSha256"] as? String == (try shell(#"sha256sum <"$0" | cut -c 1-64"#)))
        let libraries = try #require(run["libraries"] as? [String: String])
        #expect(libraries["libcrypto"]?.hasPrefix("OpenSSL 3.") == true)
        #expect(libraries["zlib"]?.isEmpty == false)
        for (role, file) in [("keys", "keys.json"), ("signatures", "meta.jsonl"), ("expectedChains", "expect.jsonl")] {
            let sources = try #require(run[role] as? [[String: String]])
            let hash = try shell(#"sha256sum <"$1"/\#(file) | cut -c 1-64"#)
            #expect(sources == [["file": "\(sample)/\(file)", "sha256": hash]])
        }
        let head = try object(String(try text("m.jsonl").prefix { $0 != "\n" }))
        #expect(head["run"] as? NSDictionary == run as NSDictionary)
        for name in ["a.html", "a.xml", "a.sarif", "m.sums", "m.xml"] {
            let text = try text(name)
            for fact in ["2026/17", "example.com", try shell("uname -n"), libraries["libcrypto"] ?? "-"] {
                #expect(text.replacing(#"\/"#, with: "/").contains(fact), "\(name) does not have \(fact)")
            }
            #expect(!text.contains("\u{1b}") && !text.contains("line\nline"))
        }
        let plain = try CommandProcess(["--version", "--verbose"]).end().output
        #expect(plain.contains(try shell(#"sha256sum <"$0" | cut -c 1-64"#)))
        #expect(plain.contains(libraries["libcrypto"] ?? "-"))
    }
    #endif

    @Test("a report to standard output stands there alone", arguments: ["-", "/dev/stdout", "/dev/fd/1"])
    func standardOutput(file: String) throws {
        let ending = try validate("--report", "jsonl=\(file)", "--report", "csv=\(reports)/a.csv")
        #expect(withoutSeconds(ending.output) == withoutSeconds(try validate("--format", "jsonl").output))
        #expect(try names() == ["a.csv"])
    }

    @Test("a link is followed, and stays")
    func link() throws {
        try Data().write(to: URL(fileURLWithPath: reports + "/target"))
        try FileManager.default.createSymbolicLink(atPath: reports + "/link", withDestinationPath: "target")
        #expect(try validate("--report", "csv=\(reports)/link").status == 1)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: reports + "/link") == "target")
        #expect(try text("target").hasPrefix("severity,"))
    }

    @Test("a link that leads to no file yet stays too, and the file is made where it leads")
    func danglingLink() throws {
        try FileManager.default.createDirectory(atPath: reports + "/deep", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: reports + "/link", withDestinationPath: "deep/second")
        try FileManager.default.createSymbolicLink(atPath: reports + "/deep/second", withDestinationPath: "../new")
        #expect(try validate("--report", "csv=\(reports)/link").status == 1)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: reports + "/link") == "deep/second")
        #expect(try text("new").hasPrefix("severity,"))
        #expect(try names() == ["deep", "link", "new"])
    }

    @Test("a link into no folder, and links in a circle, are status 74 before the run, and the target is named")
    func wrongLinks() throws {
        try FileManager.default.createSymbolicLink(atPath: reports + "/link", withDestinationPath: "none/a")
        let dangling = try validate("--report", "csv=\(reports)/link")
        #expect(dangling.status == 74)
        #expect(
            dangling.errors == "Error: The report '\(reports)/link', which leads to '\(reports)/none/a', could not be "
                + "written: No such file or directory\n"
        )
        try FileManager.default.createSymbolicLink(atPath: reports + "/a", withDestinationPath: "b")
        try FileManager.default.createSymbolicLink(atPath: reports + "/b", withDestinationPath: "a")
        let circle = try validate("--report", "csv=\(reports)/a")
        #expect(circle.status == 74)
        #expect(circle.errors.hasSuffix("could not be written: Too many levels of symbolic links\n"))
        #expect(try names() == ["a", "b", "link"])
    }

    @Test("FIFOs and devices are written to")
    func direct() throws {
        let fifo = reports + "/fifo"
        let result = unsafe mkfifo(fifo, 0o600)
        #expect(result == 0)
        let ending = try validate(
            "--quiet",
            "--report",
            "csv=\(fifo)",
            "--report",
            "json=/dev/null",
            "--report",
            "jsonl=/dev/stderr",
            script: "cat \(fifo) & \"$@\"; status=$?; wait; exit $status"
        )
        #expect(ending.status == 1)
        #expect(ending.output.contains("severity,kind,"))
        #expect(ending.errors.hasPrefix("{\"record\":\"finding\""))
        #expect(try names() == ["fifo"])
    }

    @Test(
        "a command line that cannot be meant is status 64 before anything is done",
        arguments: [
            (["--report", "x"], "The value 'x' is invalid for '--report'"),
            (["--report", "json="], "The value 'json=' is invalid for '--report'"),
            (["--report", "jsno=R/a"], "The format 'jsno' is unknown to '--report' (formats: jsonl, json, "),
            (["--report", "json=R/a", "--report", "csv=R/../reports/a"], "are the same file"),
            (["--report", "json=-", "--report", "csv=/dev/stdout"], "Only one report can be written to standard"),
            (["--report", "json=-", "--format", "text"], "'--format' and a report to '-' both write to standard"),
            (["--report", "json=S/archive/AWSLogs/../a"], "lies in the archive"),
            (["--report", "json=R/link/a"], "lies in the archive"),
            (["--report", "json=R/link/../keys.json"], "is an input"),
        ]
    )
    func usage(options: [String], message: String) throws {
        try FileManager.default.createSymbolicLink(atPath: reports + "/link", withDestinationPath: sample + "/archive")
        let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        let options = options.map {
            $0.replacing("=R/", with: "=\(reports)/").replacing("=S/", with: "=\(sample)/")
        }
        let ending = try CommandProcess(validation(options)).end()
        #expect(ending.status == 64)
        #expect(ending.errors.hasPrefix("Error: ") && ending.errors.contains(message), "\(ending.errors)")
        #expect(ending.output.isEmpty)
        let after = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        #expect(after.filter { !before.contains($0) } == [])
    }

    @Test(
        "what can never be written is said at once, with status 74",
        arguments: ["", "/none/a", "/sample/keys.json/a"]
    )
    func refuses(path: String) throws {
        let ending = try validate("--report", "csv=\(reports)/a.csv", "--report", "json=\(folder.path + path)")
        #expect(ending.status == 74)
        #expect(ending.errors.split(separator: "\n").count == 1)
        #expect(ending.errors.hasPrefix("Error: The report '\(folder.path + path)' could not be written: "))
        #expect(ending.output.isEmpty)
        #expect(try names().isEmpty)
    }

    @Test("one report that fails is status 74 in one line; the others and the verdict are written all the same")
    func failure() throws {
        let ending = try validate("--quiet", "--report", "json=/dev/full", "--report", "csv=\(reports)/a.csv")
        #expect(ending.status == 74)
        #expect(ending.errors == "Error: The report '/dev/full' could not be written: No space left on device\n")
        #expect(ending.output.hasPrefix("NOT VALID: 1 violation; "))
        #expect(try text("a.csv").hasSuffix("\r\n"))
    }

    /// I30
    @Test(
        "nothing is left of a file for which there is no room, and the older one stays",
        .disabled(if: CommandProcess.isUnderThreadSanitizer, "the thread sanitizer writes large files of its own")
    )
    func noRoom() throws {
        try Data("older".utf8).write(to: URL(fileURLWithPath: reports + "/a.json"))
        let ending = try validate(
            "--quiet",
            "--verbose",
            "--report",
            "json=\(reports)/a.json",
            script: #"ulimit -f 2; exec "$@""#
        )
        #expect(ending.status == 74)
        #expect(ending.errors == "Error: The report '\(reports)/a.json' could not be written: File too large\n")
        #expect(ending.output.hasPrefix("NOT VALID: 1 violation; "))
        #expect(try names() == ["a.json"])
        #expect(try text("a.json") == "older")
    }

    /// I30
    @Test("a signal while reports are written leaves none of them", arguments: [SIGINT, SIGTERM, SIGHUP, SIGXCPU])
    func interrupted(signal: CInt) throws {
        // Nobody reads the second, so that the command waits there with the first one finished.
        let fifo = folder.path + "/fifo"
        let result = unsafe mkfifo(fifo, 0o600)
        #expect(result == 0)
        let process = try CommandProcess(
            validation(["--report", "csv=\(reports)/a.csv", "--report", "json=\(fifo)"])
        )
        #expect(
            try process.runs {
                let name = (try? names())?.first ?? ""
                let attributes = try? FileManager.default.attributesOfItem(atPath: "\(reports)/\(name)")
                return attributes?[.size] as? Int ?? 0 > 0 && !name.isEmpty
            }
        )
        process.send(signal)
        let ending = try process.end()
        #expect(ending.status == 128 + signal)
        #expect(ending.errors.hasPrefix("Interrupted: "))
        #expect(ending.output.isEmpty)
        #expect(try names().isEmpty)
    }
}
