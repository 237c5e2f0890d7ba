import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

/// What proves one file without this tool: the script is run by a shell that has the system's own programs alone.
@Suite(
    "check --proof",
    .enabled(
        if: ["openssl", "sha256sum", "md5sum", "gunzip"].allSatisfy { ShellRun.find($0) != nil },
        "openssl and the coreutils are needed"
    )
)
struct ProofTests {
    private let folder: TestFolder
    private var bundle: String { folder.path + "/bundle" }

    init() throws {
        folder = try TestFolder()
    }

    private func prove(_ file: String, _ sample: SampleFolder, _ more: String..., signatures: Bool = false) -> Run {
        run(
            ["check", file, "--archive", sample.archive, "--public-keys", sample.keys, "--proof", bundle]
                + (signatures ? ["--signatures", sample.manifest] : []) + more
        )
    }

    /// Runs the script of a bundle.
    private func script(of bundle: String? = nil) throws -> ShellRun {
        try ShellRun("/bin/sh", ["\(bundle ?? self.bundle)/prove.sh"], environment: ["PATH": "/usr/bin:/bin"], in: "/")
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bundle).sorted()
    }

    private func text(_ name: String) throws -> String { try folder.text("bundle/\(name)") }

    /// Asserts that the script is POSIX shell and that shellcheck, where it is there, has nothing to say.
    private func expectSound(_ location: SourceLocation = #_sourceLocation) throws {
        let path = bundle + "/prove.sh"
        #expect(try ShellRun("/bin/sh", ["-n", path]).status == 0, sourceLocation: location)
        guard let shellcheck = ShellRun.find("shellcheck") else { return }
        let options = ["--shell=sh", "--enable=all", "--exclude=SC2250,SC2310,SC2312"]
        let checked = try ShellRun(shellcheck, options + [path])
        #expect(checked.status == 0, "\(checked.output)", sourceLocation: location)
    }

    private static let logFiles = [
        "README.txt", "SHA256SUMS", "digest.json.gz", "key.pem", "listing.json", "log.json.gz", "prove.sh",
        "signature.bin", "signature.hex", "string-to-sign.txt",
    ]

    // MARK: What it proves

    @Test("a log file is proven by openssl and sha256sum alone", arguments: [true, false])
    func logFile(hasSignatures: Bool) throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[4]
        let digest = try sample.digests()[1]
        let made = prove(log, sample, signatures: hasSignatures)
        #expect(made.status == .proven)
        #expect(made.errors.isEmpty)
        #expect(made.output.hasSuffix("\nProof: \(bundle), to be run with 'sh prove.sh' in it.\n"))
        #expect(try names() == Self.logFiles)
        try expectSound()
        let proven = try script()
        #expect(proven.status == 0, "\(proven.errors)")
        #expect(proven.errors.isEmpty)
        #expect(proven.output.hasSuffix("\nPROVEN: log.json.gz, if key.pem is AWS's.\n"))
        #expect(proven.output.split(separator: "\n").dropLast().allSatisfy { $0.hasPrefix("ok: ") })
        for (name, file) in [("log.json.gz", log), ("digest.json.gz", digest)] {
            #expect(try Data(folder.bytes("bundle/\(name)")) == Data(contentsOf: URL(fileURLWithPath: file)))
        }
        let key = log.dropFirst(sample.archive.count + 1)
        #expect(try text("listing.json").contains("\"s3Object\":\"\(key)\""))
        let readMe = try text("README.txt")
        #expect(readMe.contains("Delivered:  s3://example-trail-bucket/\(key)\n"))
        #expect(readMe.contains("found as \(digest).\n"))
        let next = try sample.digests()[2]
        #expect(readMe.contains("previousDigestSignature") == !hasSignatures)
        #expect(readMe.contains("found as \(next). That file need not be trusted") == !hasSignatures)
        #expect(readMe.contains("it was taken from: manifest.") == hasSignatures)
        #expect(readMe.contains("\ncommand line: cloudtrail-integrity check \(log) "))
        #expect(readMe.contains("\nprogram-sha256: "))
        #expect(readMe.contains("\nsignature-file: ") == hasSignatures)
        #expect(readMe.contains("aws cloudtrail list-public-keys --region us-east-1 --start-time 2026-03-01T01:10:35Z"))
        // It stands for itself, wherever it is taken.
        let moved = folder.path + "/-moved 'x'"
        try FileManager.default.moveItem(atPath: bundle, toPath: moved)
        #expect(try script(of: moved).status == 0)
    }

    @Test("a decompressed log file, one under another name, a digest file, and a key of the other form")
    func otherFiles() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        let digest = try sample.digests()[1]
        for (file, name) in [
            (try sample.write(try sample.content(log), as: "-a\n'$(touch pwned)'`touch pwned`\u{202e}"), "log.json"),
            (try sample.copy(log, as: "renamed"), "log.json.gz"), (digest, "digest.json.gz"),
            (try sample.write(try sample.content(digest), as: "digest"), "digest.json"),
        ] {
            let made = prove(file, sample)
            #expect(made.status == .proven, "\(made.errors)")
            #expect(try names().contains(name))
            try expectSound()
            let proven = try script()
            #expect(proven.status == 0, "\(proven.errors)")
            #expect(proven.output.hasSuffix("\nPROVEN: \(name), if key.pem is AWS's.\n"))
            #expect(!(try text("README.txt")).contains("\u{202e}"))
            try FileManager.default.removeItem(atPath: bundle)
        }
        #expect(!FileManager.default.fileExists(atPath: "/pwned"))
        let wrapped = try SampleFolder { $0.tampers = [.keyWrapped] }
        var isOther: Set<Bool> = []
        for digest in try wrapped.files("/CloudTrail-Digest/") where prove(digest, wrapped).status == .proven {
            #expect(try script().status == 0)
            isOther.insert(try text("prove.sh").contains("openssl pkey -pubin"))
            try FileManager.default.removeItem(atPath: bundle)
        }
        #expect(isOther == [true, false])
    }

    @Test("names of an archive do nothing in the script")
    func hostileNames() throws {
        let sample = try SampleFolder {
            $0.prefix = "a 'b' (c)/!x*"
        }
        let archive = folder.path + "/evil '$(touch pwned)\n\u{1b}[2J `id` \"x\""
        try FileManager.default.copyItem(atPath: sample.archive, toPath: archive)
        let files = try FileManager.default.subpathsOfDirectory(atPath: archive).sorted()
        let log = try #require(files.first { $0.contains("/CloudTrail/") && $0.hasSuffix(".gz") })
        let made = run([
            "check", "\(archive)/\(log)", "--archive", archive, "--public-keys", sample.keys, "--proof", bundle,
        ])
        #expect(made.status == .proven, "\(made.output)\(made.errors)")
        try expectSound()
        #expect(try script().status == 0)
        let readMe = try text("README.txt")
        #expect(!readMe.contains("\u{1b}"))
        #expect(readMe.contains("evil '$(touch pwned)\\u{a}\\u{1b}[2J"))
        #expect(!(try text("prove.sh")).contains("touch"))
        #expect(try folder.names().allSatisfy { !$0.contains("pwned") || $0.hasPrefix("evil") })
    }

    #if ArchiveFiles
    @Test("the digest file of a tar archive is read again", .enabled(if: ShellRun.find("tar") != nil))
    func tar() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[2]
        let tar = try #require(ShellRun.find("tar"))
        let archive = folder.path + "/a.tar.gz"
        #expect(try ShellRun(tar, ["-czf", archive, "-C", sample.archive, "."]).status == 0)
        let made = run("check", log, "--archive", archive, "--public-keys", sample.keys, "--proof", bundle)
        #expect(made.status == .proven, "\(made.errors)")
        #expect(try script().status == 0)
        let pipe = run("check", log, "--archive", "-", "--public-keys", sample.keys, "--proof", bundle + "2")
        #expect(pipe.status == .usage)
    }
    #endif

    // MARK: What it does not prove

    /// Changes one byte of a file.
    private func flip(_ name: String, at position: (Int) -> Int) throws {
        let file = URL(fileURLWithPath: "\(bundle)/\(name)")
        var bytes = try Data(contentsOf: file)
        bytes[position(bytes.count)] ^= 1
        try bytes.write(to: file)
    }

    @Test("the script fails where any one file of the bundle is altered, with checksums made anew or not")
    func altered() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[3]
        let plain = try sample.write(try sample.content(log), as: "plain.json")
        for file in [log, plain] {
            #expect(prove(file, sample).status == .proven)
            let kept = folder.path + "/kept"
            try FileManager.default.moveItem(atPath: bundle, toPath: kept)
            for name in try FileManager.default.contentsOfDirectory(atPath: kept) where name != "prove.sh" {
                for isSummedAnew in [false, true] {
                    // These say what it is, and prove nothing.
                    if isSummedAnew, ["README.txt", "SHA256SUMS", "signature.hex"].contains(name) { continue }
                    try FileManager.default.copyItem(atPath: kept, toPath: bundle)
                    try flip(name) { count in name == "key.pem" ? 100 : count / 2 }
                    if isSummedAnew {
                        let sums = "cd \"$1\" && sha256sum $(cut -c 67- SHA256SUMS) > sums && mv sums SHA256SUMS"
                        #expect(try ShellRun("/bin/sh", ["-c", sums, "sh", bundle]).status == 0)
                    }
                    let failed = try script()
                    #expect(failed.status == 1, "\(name), summed anew: \(isSummedAnew)")
                    #expect(failed.errors.contains("FAILED: "), "\(name): \(failed.errors)")
                    #expect(!failed.output.contains("PROVEN"))
                    let steps = failed.output.split(separator: "\n")
                    #expect(steps.contains("ok: no file was altered since it was written") == isSummedAnew)
                    try FileManager.default.removeItem(atPath: bundle)
                }
            }
            try FileManager.default.removeItem(atPath: kept)
        }
    }

    @Test("an entry, a log file or a digest file of another bundle does not fit")
    func exchanged() throws {
        let sample = try SampleFolder()
        let logs = try sample.logs()
        let other = folder.path + "/other"
        #expect(prove(logs[9], sample).status == .proven)
        try FileManager.default.moveItem(atPath: bundle, toPath: other)
        #expect(prove(logs[0], sample).status == .proven)
        let pairs = [
            ["log.json.gz"], ["listing.json"], ["log.json.gz", "listing.json"], ["digest.json.gz"], ["signature.bin"],
            ["digest.json.gz", "listing.json", "log.json.gz"], ["digest.json.gz", "string-to-sign.txt"],
            ["string-to-sign.txt", "signature.bin"],
        ]
        for names in pairs {
            let mixed = folder.path + "/mixed"
            try FileManager.default.copyItem(atPath: bundle, toPath: mixed)
            for name in names {
                try FileManager.default.removeItem(atPath: "\(mixed)/\(name)")
                try FileManager.default.copyItem(atPath: "\(other)/\(name)", toPath: "\(mixed)/\(name)")
            }
            let sums = "cd \"$1\" && sha256sum $(cut -c 67- SHA256SUMS) > sums && mv sums SHA256SUMS"
            #expect(try ShellRun("/bin/sh", ["-c", sums, "sh", mixed]).status == 0)
            #expect(try script(of: mixed).status == 1, "\(names)")
            try FileManager.default.removeItem(atPath: mixed)
        }
        // Two entries in the place of one, of which one is the digest file's.
        let both = try text("listing.json") + "\"hashValue\":\"\(String(repeating: "0", count: 64))\"\n"
        try Data(both.utf8).write(to: URL(fileURLWithPath: bundle + "/listing.json"))
        let sums = "cd \"$1\" && sha256sum $(cut -c 67- SHA256SUMS) > sums && mv sums SHA256SUMS"
        #expect(try ShellRun("/bin/sh", ["-c", sums, "sh", bundle]).status == 0)
        #expect(try script().errors == "FAILED: the entry is one line\n")
    }

    @Test("a file that is not valid gets no bundle, and that is said")
    func notValid() throws {
        let sample = try SampleFolder { $0.tampers = [.logModified] }
        var modified = 0
        for log in try sample.files("/CloudTrail/") {
            let checked = run(["check", log, "--archive", sample.archive, "--public-keys", sample.keys])
            guard checked.status == .violation else { continue }
            let made = prove(log, sample)
            #expect(made.status == .violation)
            #expect(made.errors == "No proof was written to '\(bundle)': the file is not valid.\n")
            #expect(!made.output.contains("Proof:"))
            modified += 1
        }
        #expect(modified == 1)
        let newest = try #require(try sample.logs().last)
        #expect(prove(newest, sample).status == .unverified)
        #expect(prove(sample.path + "/no", sample).status == .noInput)
        #expect(try folder.names().isEmpty)
    }

    // MARK: Where it is written

    @Test("nothing that is there is written over, and nothing into an archive")
    func places() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        func refused(_ path: String, _ status: CloudTrailIntegrityCommand.ExitStatus, _ text: String) {
            let made = run("check", log, "--archive", sample.archive, "--public-keys", sample.keys, "--proof", path)
            #expect(made.status == status, "\(path): \(made.errors)")
            #expect(made.errors.contains(text), "\(made.errors)")
            #expect(made.output.isEmpty)
        }
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.path + "/empty", withIntermediateDirectories: false)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.path + "/file"))
        try manager.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "file")
        try manager.createSymbolicLink(atPath: folder.path + "/inside", withDestinationPath: sample.archive)
        let before = try manager.subpathsOfDirectory(atPath: sample.path).sorted()
        for name in ["empty", "empty/", "file", "link", "inside"] {
            refused("\(folder.path)/\(name)", .usage, "is there already")
        }
        for path in ["\(sample.archive)/x", "\(sample.archive)/AWSLogs/x/", "\(folder.path)/inside/x"] {
            refused(path, .usage, "would lie in the archive")
        }
        refused(folder.path + "/no/x", .outputError, "could not be written")
        refused("", .usage, "not a name that a folder can have")
        let two = prove(log, sample, log)
        #expect(two.status == .usage)
        #expect(two.errors.contains("give one"))
        #expect(prove(log, sample, "--report", "json=\(bundle)").status == .usage)
        #expect(try manager.subpathsOfDirectory(atPath: sample.path).sorted() == before)
        #expect(try folder.names().sorted() == ["empty", "file", "inside", "link"])
        #expect(try folder.text("file") == "mine")
        // A path that ends in a slash is that of a folder.
        let slashes = ["--archive", sample.archive, "--public-keys", sample.keys, "--proof", bundle + "//"]
        #expect(run(["check", log] + slashes).status == .proven)
        #expect(try names() == Self.logFiles)
    }

    @Test("JSON names the folder, and a report lies beside it")
    func reports() throws {
        let sample = try SampleFolder()
        let made = prove(
            try sample.logs()[0],
            sample,
            "--format",
            "jsonl",
            "--report",
            "json=\(folder.path)/r.json",
            "--case",
            "7\u{1b}"
        )
        #expect(made.status == .proven)
        let lines = try jsonLines(made.output)
        #expect(lines.last?["proof"] as? String == bundle)
        #expect(try folder.names().sorted() == ["bundle", "r.json"])
        #expect(try text("README.txt").contains("\ncase: 7\\u{1b}\n"))
        #expect(try folder.text("r.json").contains("\"case\":\"7\\u001b\""))
        let arguments = ["--archive", sample.archive, "--public-keys", sample.keys, "--format", "jsonl"]
        let without = run(["check", try sample.logs()[0]] + arguments)
        #expect(try jsonLines(without.output).last?["proof"] == nil)
    }

    #if os(Linux)
    /// I30
    @Test("a bundle that cannot be written to its end leaves nothing behind, and the verdict is told all the same")
    func fullDisk() throws {
        let sample = try SampleFolder { $0.records = 400 }
        let log = try sample.logs()[0]
        let arguments = ["check", log, "--archive", sample.archive, "--public-keys", sample.keys, "--proof", bundle]
        // Files of at most 10 KiB, or 20 in another shell; the log file has more.
        #expect(try Data(contentsOf: URL(fileURLWithPath: log)).count > 20_480)
        let ending = try CommandProcess(script: #"ulimit -f 20; exec "$@""#, arguments).end()
        #expect(ending.status == 74)
        #expect(ending.errors.hasPrefix("Error: The folder '\(bundle)' could not be written: "), "\(ending.errors)")
        #expect(ending.errors.split(separator: "\n").count == 1)
        #expect(ending.output.hasPrefix("valid "))
        #expect(try folder.names().isEmpty)
    }

    private static let strace = "/usr/bin/strace"

    /// I29, I30
    @Test(
        "a signal while the bundle is written leaves nothing of it behind",
        .enabled(if: FileManager.default.isExecutableFile(atPath: strace), "strace is not installed"),
        .disabled(if: CommandProcess.isUnderSanitizer),
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(CInt, Int32)]
    )
    func interrupted(number: CInt, status: Int32) throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        // Every write to the disk takes a while, so that the signal comes between two files.
        let process = try CommandProcess(
            script:
                "exec \(Self.strace) -D -f -qq -o /dev/null -e trace=fsync -e inject=fsync:delay_enter=300000 \"$@\"",
            ["check", log, "--archive", sample.archive, "--public-keys", sample.keys, "--proof", bundle]
        )
        #expect(try process.runs { FileManager.default.fileExists(atPath: bundle + "/digest.json.gz") })
        process.send(number)
        let ending = try process.end()
        #expect(ending.status == status)
        #expect(ending.errors.hasPrefix("Interrupted: "))
        #expect(ending.output.isEmpty)
        #expect(try folder.names().isEmpty)
    }
    #endif
}
