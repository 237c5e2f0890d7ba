import CloudTrailIntegrityCommand
import Foundation
import Testing

/// What the command line names is what is opened, whatever its bytes. In every test the name that repairing would make of
/// it, with U+FFFD, is there as well or must not come to be.
@Suite("Paths are bytes")
struct PathBytesTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    /// A path in the test's folder with a byte that no UTF-8 has.
    private func raw(_ name: String) -> [UInt8] {
        Array("\(folder.path)/".utf8) + Self.raw(name)
    }

    private static func raw(_ name: String) -> [UInt8] {
        Array(name.utf8).map { $0 == UInt8(ascii: "*") ? 0xff : $0 }
    }

    /// What repairing makes of it.
    private func repaired(_ name: String) -> String {
        "\(folder.path)/" + name.replacing("*", with: "\u{fffd}")
    }

    private func exists(_ path: [UInt8]) -> Bool {
        unsafe access(path.map { CChar(bitPattern: $0) } + [0], F_OK) == 0
    }

    private func write(_ text: String, to path: [UInt8]) throws {
        let file = unsafe fopen(path.map { CChar(bitPattern: $0) } + [0], "w")
        let stream = unsafe try #require(unsafe file)
        unsafe fputs(text, stream)
        unsafe fclose(stream)
    }

    /// Makes a sample in a folder with such a name, beside an empty one with the repaired name.
    private func makeSample() throws {
        try FileManager.default.createDirectory(
            atPath: repaired("sample*/archive"),
            withIntermediateDirectories: true
        )
        for name in ["keys.json", "meta.jsonl"] {
            try Data("{".utf8).write(to: URL(fileURLWithPath: repaired("sample*/\(name)")))
        }
        let made = run(bytes: [Self.raw("sample"), raw("sample*"), Self.raw("--hours"), Self.raw("4")])
        #expect(made.status == .proven)
        #expect(made.output.contains(#"sample\0377/archive"#))
    }

    private var archive: [UInt8] { raw("sample*/archive") }
    private var evidence: [[UInt8]] {
        [
            Array("--public-keys=".utf8) + raw("sample*/keys.json"), Self.raw("--signatures"),
            raw("sample*/meta.jsonl"),
        ]
    }

    private func run(bytes arguments: [[UInt8]]) -> Run {
        collect { MainCommand.run(arguments, $0) }
    }

    // MARK: validate

    @Test("every file and folder of validate is the one that is named")
    func validate() throws {
        try makeSample()
        let expected = run(bytes: [Self.raw("chains"), archive, Self.raw("--format=expect")])
        #expect(expected.status == .proven)
        try write(expected.output, to: raw("expect*"))
        try write("{", to: Array(repaired("expect*").utf8))
        let outputs = ["json=report*", "csv=report*.csv", "sarif=report*.sarif", "html=r*.html", "junit=r*.xml"]
        var arguments = [Self.raw("validate"), archive] + evidence
        arguments += [Self.raw("--expect"), raw("expect*"), Self.raw("--state"), raw("state*")]
        arguments += [Self.raw("--new-state"), Self.raw("--metrics"), raw("metrics*")]
        arguments += [Self.raw("--manifest"), raw("manifest*"), Self.raw("--manifest")]
        arguments += [Self.raw("sha256sum=") + raw("sums*")]
        for output in outputs {
            let parts = output.split(separator: "=").map(String.init)
            arguments += [Self.raw("--report"), Self.raw(parts[0] + "=") + raw(parts[1])]
        }
        let validated = run(bytes: arguments)
        #expect(validated.status == .proven, "\(validated.errors)")
        let made = ["state*", "metrics*", "manifest*", "sums*"] + outputs.map { String($0.split(separator: "=")[1]) }
        for name in made {
            #expect(exists(raw(name)), "\(name)")
            #expect(!FileManager.default.fileExists(atPath: repaired(name)), "\(name)")
        }
        // The next night, with the state of this one.
        let again = run(bytes: [Self.raw("validate"), archive] + evidence + [Self.raw("--state"), raw("state*")])
        #expect(again.status == .proven, "\(again.errors)")
        // What a list of checksums names is what was hashed.
        let script = #"cd "$1" && LC_ALL=C sha256sum --quiet -c "$2""#
        let arguments2 = [Self.raw("-c"), Array(script.utf8), Self.raw("sh"), Array(folder.path.utf8), raw("sums*")]
        #expect(try RawRun("/bin/sh", arguments2).status == 0)
    }

    /// I27
    @Test("reports tell the bytes of what is not UTF-8")
    func reports() throws {
        try makeSample()
        let log = try #require(try firstLog())
        #expect(unsafe unlink(log.map { CChar(bitPattern: $0) } + [0]) == 0)
        let run = run(
            bytes: [Self.raw("validate"), archive] + evidence
                + [Self.raw("--format=jsonl"), Self.raw("--verbose")]
        )
        #expect(run.status == .violation)
        let lines = try jsonLines(run.output)
        let root = archive.map { String(format: "%02x", $0) }.joined()
        let files = lines.filter { $0["record"] as? String == "file" }
        #expect(!files.isEmpty)
        for file in files { #expect((file["pathBytes"] as? String)?.hasPrefix(root) == true) }
        let keys = try #require(lines.last?["keys"] as? [[String: String]])
        #expect(keys.map { $0["file"] } == ["\(folder.path)/sample\\xff/keys.json"])
        // As a shell takes it.
        let html = self.run(bytes: [Self.raw("validate"), archive] + evidence + [Self.raw("--report=html=-")])
        #expect(html.output.contains(#"sample\377/archive"#))
    }

    private func firstLog() throws -> [UInt8]? {
        let script = #"find "$1" -path '*/CloudTrail/*' -name '*.json.gz' | sort | head -n 1"#
        let found = try RawRun("/bin/sh", [Self.raw("-c"), Array(script.utf8), Self.raw("sh"), archive])
        return found.output.split(separator: UInt8(ascii: "\n")).first.map(Array.init)
    }

    // MARK: The others

    @Test("a file that is checked is the one that is named")
    func check() throws {
        try makeSample()
        let log = try #require(try firstLog())
        let copy = raw("log*.json.gz")
        let script = #"cp "$1" "$2""#
        // The repaired name is that of a genuine log file, the named one that of a forged one.
        let target = Array(repaired("log*.json.gz").utf8)
        #expect(try RawRun("/bin/sh", [Self.raw("-c"), Array(script.utf8), Self.raw("sh"), log, target]).status == 0)
        try write("forged", to: copy)
        let arguments = [Self.raw("check"), copy, Self.raw("--archive"), archive] + evidence
        #expect(run(bytes: arguments).status == .unverified)
        #expect(run(bytes: arguments).output.contains(#"log\xff.json.gz: no digest file"#))
        let line = try #require(try jsonLines(run(bytes: arguments + [Self.raw("--format=jsonl")]).output).first)
        #expect(line["pathBytes"] as? String == copy.map { String(format: "%02x", $0) }.joined())
        // And the other way round.
        #expect(try RawRun("/bin/sh", [Self.raw("-c"), Array(script.utf8), Self.raw("sh"), log, copy]).status == 0)
        try write("forged", to: target)
        #expect(run(bytes: arguments).status == .proven)
    }

    @Test("inspect, keys, chains and plan read what is named")
    func questions() throws {
        try makeSample()
        #expect(run(bytes: [Self.raw("chains"), archive]).status == .proven)
        let keys = run(bytes: [Self.raw("keys"), raw("sample*/keys.json")])
        #expect(keys.status == .proven)
        #expect(keys.output.contains(#"sample\xff/keys.json"#))
        let script = #"find "$1" -path '*/CloudTrail-Digest/*' -name '*.json.gz' | sort | head -n 1"#
        let found = try RawRun("/bin/sh", [Self.raw("-c"), Array(script.utf8), Self.raw("sh"), archive])
        let digest = try #require(found.output.split(separator: UInt8(ascii: "\n")).first.map(Array.init))
        let inspected = run(bytes: [Self.raw("inspect"), digest] + evidence)
        #expect(inspected.status == .proven)
        #expect(inspected.output.contains(#"sample\xff/archive"#))
        let planned = run(bytes: [Self.raw("plan"), archive] + evidence)
        #expect(planned.status == .proven)
        // The script names the folder in bytes again.
        let ending = try #require(planned.output.split(separator: "\n").last)
        try write(planned.output, to: raw("plan*.sh"))
        #expect(ending.contains(#"\0377"#))
        let printed = try RawRun("/bin/sh", [raw("plan*.sh")])
        #expect(printed.status == 0)
        #expect(printed.outputText.contains(#"sample\0377/archive"#))
    }

    @Test("a link by which an output lies in the archive is seen, whatever its bytes")
    func outputsBelowTheArchive() throws {
        try makeSample()
        let link = raw("link*").map { CChar(bitPattern: $0) } + [0]
        #expect(unsafe symlink(archive.map { CChar(bitPattern: $0) } + [0], link) == 0)
        for report in [archive + Self.raw("/r*"), raw("link*/r"), raw("link*/../archive/r*")] {
            let refused = run(
                bytes: [Self.raw("validate"), archive] + evidence + [Self.raw("--report"), Self.raw("json=") + report]
            )
            #expect(refused.status == .usage)
            #expect(refused.errors.contains(#"lies in the archive"#))
        }
    }

    @Test("names that end the line or steer the terminal are shown in escapes")
    func escapes() {
        for name in ["no\nError: such", "no\u{1b}[2J", "no*\n\u{1b}"] {
            let refused = run(bytes: [Self.raw("validate"), Self.raw(name), Self.raw("--public-keys=k")])
            #expect(refused.status == .noInput)
            #expect(refused.errorLines.count == 1)
            #expect(!refused.errors.dropLast().unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{fffd}" })
        }
    }

    // MARK: What is no path

    @Test(
        "an option that takes no path must be UTF-8",
        arguments: [
            "--region=*", "--account-id=*", "--trail=a*", "--bucket=*", "--start-time=*", "--format=*", "--jobs=*",
            "-j*", "--allow=*", "--recheck=*", "--max-log-size=1*G", "--progress=*",
        ]
    )
    func text(option: String) {
        let refused = run(bytes: [Self.raw("validate"), Self.raw("a"), Self.raw(option)])
        #expect(refused.status == .usage)
        #expect(refused.errorLines.count == 1)
        #expect(refused.errors.contains(#"\xff"#) && refused.errors.contains("not UTF-8"))
    }

    @Test("what is no option or subcommand is shown as it is")
    func unknownNames() {
        for (arguments, message) in [
            (["*"], #"Unknown subcommand '\xff'"#), (["help", "*"], #"Unknown subcommand '\xff'"#),
            (["validate", "--*"], #"Unknown option '--\xff'"#), (["validate", "-v*"], #"Unknown option '-\xff'"#),
            (["validate", "-v\u{e9}"], "Unknown option '-\u{e9}'"), (["--*=1"], #"Unknown option '--\xff'"#),
            (["validate", "a", "--report", "*=x"], #"The format '\xff' is unknown"#),
        ] {
            let refused = run(bytes: arguments.map(Self.raw))
            #expect(refused.status == .usage)
            #expect(refused.errors.contains(message))
        }
    }

    // MARK: The process

    @Test("the process takes its arguments as bytes")
    func process() throws {
        try makeSample()
        let validated = try RawRun(CommandProcess.path(), [Self.raw("validate"), archive] + evidence)
        #expect(validated.status == 0, "\(validated.errorText)")
        let refused = try RawRun(CommandProcess.path(), [Self.raw("validate"), Self.raw("--region"), [0xff]])
        #expect(refused.status == 64)
        #expect(refused.errorText == "Error: The value '\\xff' is invalid for '--region': it is not UTF-8\n")
        // None at all.
        #expect(try RawRun(CommandProcess.path(), []).status == 64)
    }

    #if os(Linux)
    @Test(
        "in a root without /proc all of it works as well",
        .enabled(if: Root.isAvailable, "it needs root, chroot and ldd, and a build without a sanitizer")
    )
    func rootWithoutProc() throws {
        let root = try Root(in: folder)
        let sample = Self.raw("/s*")
        func run(_ arguments: [UInt8]...) throws -> RawRun { try root.run(arguments) }
        #expect(try run(Self.raw("--version")).outputText.hasPrefix("cloudtrail-integrity "))
        let made = try run(Self.raw("sample"), sample, Self.raw("--hours=3"))
        #expect(made.status == 0, "\(made.errorText)")
        let validated = try run(
            Self.raw("validate"),
            Self.raw("/s*/archive"),
            Self.raw("--public-keys"),
            Self.raw("/s*/keys.json"),
            Self.raw("--signatures=/s*/meta.jsonl"),
            Self.raw("--state=/state*"),
            Self.raw("--new-state"),
            Self.raw("--report=json=/r*")
        )
        #expect(validated.status == 0, "\(validated.errorText)")
        #expect(exists(root.path + Self.raw("/r*")) && exists(root.path + Self.raw("/state*")))
        #expect(!exists(root.path + Array("/proc".utf8)))
        #expect(try run(Self.raw("chains"), Self.raw("/s*/archive")).status == 0)
        #expect(try run(Self.raw("keys"), Self.raw("/s*/keys.json")).status == 0)
        #expect(try run(Self.raw("validate"), Self.raw("/absent*")).status == 66)
    }

    /// A root folder that holds the command and the libraries it needs, and nothing else.
    private struct Root {
        let path: [UInt8]
        private let name: String

        static var isAvailable: Bool {
            let hasSanitizer = unsafe dlsym(nil, "__tsan_init") != nil || dlsym(nil, "__asan_init") != nil
            return geteuid() == 0 && !hasSanitizer && ["chroot", "ldd", "cp"].allSatisfy { ShellRun.find($0) != nil }
        }

        init(in folder: TestFolder) throws {
            name = "\(folder.path)/root"
            path = Array(name.utf8)
            let script = """
                set -e
                mkdir -p "$1/bin"
                cp "$2" "$1/bin/command"
                ldd "$2" | grep -o '/[^ ]*' | while read -r library; do
                    mkdir -p "$1$(dirname "$library")"
                    cp -L "$library" "$1$library"
                done
                """
            let copied = try ShellRun("/bin/sh", ["-c", script, "sh", name, CommandProcess.path()])
            try #require(copied.status == 0, "\(copied.errors)")
        }

        func run(_ arguments: [[UInt8]]) throws -> RawRun {
            let chroot = try #require(ShellRun.find("chroot"))
            return try RawRun(chroot, [path, Array("/bin/command".utf8)] + arguments)
        }
    }
    #endif
}
