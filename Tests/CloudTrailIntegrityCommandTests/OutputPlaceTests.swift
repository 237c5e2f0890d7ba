#if os(Linux)
import Foundation
import SampleArchive
import Testing

/// That nothing gets into an archive, or out of it into what a verdict rests on, by whatever way.
@Suite("Places of files")
struct OutputPlaceTests {
    private let folder: TestFolder
    private let sample: String
    private let archive: String
    private let reports: String

    init() throws {
        folder = try TestFolder()
        sample = folder.path + "/sample"
        archive = sample + "/archive"
        reports = folder.path + "/reports"
        try DiskSample.make(in: sample, hours: 2)
        try FileManager.default.createDirectory(atPath: reports, withIntermediateDirectories: false)
    }

    /// Everything in the folder of the test, with what tells whether it was touched.
    private func everything(below path: String? = nil) throws -> [String] {
        let path = path ?? folder.path
        return try (FileManager.default.subpathsOfDirectory(atPath: path) + [""]).sorted().map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            return "\(name) \(attributes[.size] ?? 0) \(time) \(attributes[.systemFileNumber] ?? 0)"
        }
    }

    // MARK: Mounts

    /// Every option that writes, with `R` for the folder.
    private static let outputs = [
        ["--report", "json=R/a"], ["--manifest", "R/a"], ["--metrics", "R/a"], ["--state", "R/a", "--new-state"],
    ]

    /// What is mounted where: `A` is the archive, `R` the folder that is written to.
    private static let ways = [
        "mount --bind A R", "mount --bind A/AWSLogs R", "mount --bind A/AWSLogs/111122223333/CloudTrail R",
        "mount --bind R A/AWSLogs/111122223333",
        "mount --bind R/.. A/AWSLogs", "mount --bind A/AWSLogs A/AWSLogs/111122223333 && mount --bind A/AWSLogs R",
    ]

    /// I33
    @Test(
        "a mount of a part of the archive elsewhere, or of another folder in the archive, takes no file",
        .enabled(if: PrivateMounts.areAllowed, PrivateMounts.reason),
        arguments: ways
    )
    func mounts(command: String) throws {
        let script = command.replacing("A/", with: archive + "/").replacing("A ", with: archive + " ")
            .replacing("R", with: reports)
        for output in Self.outputs {
            let before = try everything()
            let options = output.map { $0.replacing("R/", with: "\(reports)/") }
            let ending = try PrivateMounts.run("\(script) && exec \"$@\"", DiskSample.validation(of: sample) + options)
            #expect(ending.status == 64, "\(output)")
            #expect(ending.errors.split(separator: "\n").count == 1)
            #expect(ending.errors.contains("'\(reports)/a' lies in the archive '\(archive)"), "\(ending.errors)")
            #expect(ending.output.isEmpty)
            #expect(try everything() == before)
        }
    }

    /// I33
    @Test(
        "keys, signatures and lists of chains that a mount brings into the archive are refused",
        .enabled(if: PrivateMounts.areAllowed, PrivateMounts.reason)
    )
    func mountedInputs() throws {
        let part = archive + "/AWSLogs"
        for (option, name) in [("--public-keys", "keys.json"), ("--signatures", "meta.jsonl"), ("--expect", "c")] {
            try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(part)/c"))
            for name in ["keys.json", "meta.jsonl"] {
                try? FileManager.default.copyItem(atPath: "\(sample)/\(name)", toPath: "\(part)/\(name)")
            }
            for script in [
                "mount --bind \(part) \(reports)",
                // A mount of the file alone.
                "mount -t tmpfs none \(reports) && : >\(reports)/\(name) "
                    + "&& mount --bind \(part)/\(name) \(reports)/\(name)",
            ] {
                let arguments = DiskSample.validation(of: sample) + [option, "\(reports)/\(name)"]
                let ending = try PrivateMounts.run("\(script) && exec \"$@\"", arguments)
                #expect(ending.status == 64, "\(script)")
                #expect(ending.errors.contains("'\(reports)/\(name)' lies in the archive '\(archive)"))
            }
        }
    }

    /// I33
    @Test("a file that has another name in the archive is no input")
    func linkedInputs() throws {
        for (option, name) in [("--public-keys", "keys.json"), ("--signatures", "meta.jsonl"), ("--state", "state")] {
            if name == "state" {
                let first = DiskSample.validation(of: sample) + ["--state", "\(sample)/state", "--new-state"]
                #expect(try CommandProcess(first).end().status == 0)
            }
            try FileManager.default.linkItem(atPath: "\(sample)/\(name)", toPath: "\(archive)/AWSLogs/notes")
            let ending = try CommandProcess(DiskSample.validation(of: sample) + [option, "\(sample)/\(name)"]).end()
            #expect(ending.status == 64, "\(option)")
            #expect(ending.errors.contains("'\(sample)/\(name)' lies in the archive '\(archive)/AWSLogs/notes'"))
            try FileManager.default.removeItem(atPath: "\(archive)/AWSLogs/notes")
        }
    }

    /// I33
    @Test(
        "mounts that have nothing to do with the archive take files, and so does a folder beside it on its disk",
        .enabled(if: PrivateMounts.areAllowed, PrivateMounts.reason)
    )
    func otherMounts() throws {
        let other = folder.path + "/other"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
        for script in [
            "mount --bind \(other) \(reports)", "mount --bind \(archive) \(other)", "mount -t tmpfs none \(reports)",
        ] {
            let arguments = DiskSample.validation(of: sample) + ["--report", "csv=\(reports)/a"]
            let ending = try PrivateMounts.run("\(script) && \"$@\" && cat \(reports)/a", arguments)
            #expect(ending.status == 0, "\(script): \(ending.errors)")
            #expect(ending.output.contains("severity,"))
        }
    }

    /// I33
    @Test(
        "a signal while folders are compared ends the run with nothing made",
        .enabled(if: PrivateMounts.areAllowed, PrivateMounts.reason)
    )
    func interrupted() throws {
        for number in 0..<3000 {
            let path = "\(archive)/AWSLogs/111122223333/CloudTrail/us-east-1/more/\(number)/a/b"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        let arguments = DiskSample.validation(of: sample) + ["--state", "\(reports)/state", "--new-state"]
        // The signal finds it in its first milliseconds, unless the machine is fast.
        let ending = try PrivateMounts.run(
            #"mount --bind \#(sample) \#(reports) && { "$@" & p=$!; sleep 0.02; kill -TERM $p; wait $p; }"#,
            arguments
        )
        #expect([143, 0].contains(ending.status))
        guard ending.status == 143 else { return }
        // Before the command has taken the signal, it does what it does to any program, and the shell says so.
        #expect(ending.errors.hasPrefix("Interrupted: ") || ending.errors.hasPrefix("Terminated"))
        // A lock may be there already, and nothing else.
        let made = try FileManager.default.contentsOfDirectory(atPath: sample).filter { $0.contains("state") }
        #expect(made.isEmpty || made == ["state.lock"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample).allSatisfy { !$0.hasPrefix(".") })
    }

    // MARK: What changes after the check

    /// Starts a run that waits for its keys, with everything it writes compared but not begun.
    private func waitingRun(_ options: [String]) throws -> (process: CommandProcess, go: () throws -> Void) {
        let keys = folder.path + "/keys"
        let made = unsafe mkfifo(keys, 0o600)
        #expect(made == 0)
        let process = try CommandProcess(["validate", archive, "--public-keys", keys] + options)
        var descriptor: CInt = -1
        // It can be opened to write once somebody waits to read.
        #expect(
            try process.runs {
                descriptor = unsafe open(keys, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                return descriptor >= 0
            }
        )
        let writer = descriptor
        return (
            process,
            {
                let text = try Data(contentsOf: URL(fileURLWithPath: self.sample + "/keys.json"))
                let file = FileHandle(fileDescriptor: writer, closeOnDealloc: true)
                try file.write(contentsOf: text)
                try file.close()
            }
        )
    }

    private static func options(_ folder: String) -> [String] {
        [
            "--report", "json=\(folder)/a.json", "--manifest", "\(folder)/a.jsonl", "--metrics", "\(folder)/a.prom",
            "--state", "\(folder)/state", "--new-state",
        ]
    }

    /// I32
    @Test("a folder that is exchanged for a link into the archive leads no file there")
    func exchangedFolder() throws {
        let before = try everything(below: archive)
        let (process, go) = try waitingRun(Self.options(reports))
        let moved = folder.path + "/moved"
        try FileManager.default.moveItem(atPath: reports, toPath: moved)
        try FileManager.default.createSymbolicLink(atPath: reports, withDestinationPath: archive)
        try go()
        let ending = try process.end()
        #expect(ending.status == 2, "\(ending.errors)")
        #expect(try everything(below: archive) == before)
        let made = try FileManager.default.contentsOfDirectory(atPath: moved).sorted()
        #expect(made == ["a.json", "a.jsonl", "a.prom", "state", "state.lock"])
    }

    /// I32
    @Test("a folder that is moved into the archive takes no file")
    func movedFolder() throws {
        let (process, go) = try waitingRun(Self.options(reports))
        let moved = archive + "/AWSLogs/reports"
        try FileManager.default.moveItem(atPath: reports, toPath: moved)
        try go()
        let ending = try process.end()
        #expect(ending.status == 74)
        #expect(ending.errors.contains("could not be written: its folder was moved into the archive"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: moved).isEmpty)
    }

    /// I32
    @Test("a link that is put in the place of a file is replaced, and not followed")
    func exchangedFile() throws {
        let log = try #require(
            try FileManager.default.subpathsOfDirectory(atPath: archive).first { $0.hasSuffix(".json.gz") }
        )
        let before = try everything(below: archive)
        let (process, go) = try waitingRun(Self.options(reports))
        for name in ["a.json", "a.jsonl", "a.prom"] {
            let path = "\(reports)/\(name)"
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "\(archive)/\(log)")
        }
        try go()
        #expect(try process.end().status == 2)
        #expect(try everything(below: archive) == before)
        for name in ["a.json", "a.jsonl", "a.prom"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(reports)/\(name)")
            #expect(attributes[.type] as? FileAttributeType == .typeRegular)
        }
    }

    /// I32
    @Test("a file that is put in the place of a FIFO is not written over")
    func exchangedFIFO() throws {
        let fifo = reports + "/fifo"
        let made = unsafe mkfifo(fifo, 0o600)
        #expect(made == 0)
        let log = try #require(
            try FileManager.default.subpathsOfDirectory(atPath: archive).first { $0.hasSuffix(".json.gz") }
        )
        let before = try everything(below: archive)
        let (process, go) = try waitingRun(["--report", "json=\(fifo)"])
        try FileManager.default.removeItem(atPath: fifo)
        try FileManager.default.createSymbolicLink(atPath: fifo, withDestinationPath: "\(archive)/\(log)")
        try go()
        #expect(try process.end().status == 74)
        #expect(try everything(below: archive) == before)
    }

    /// I12
    @Test("a link that lies in the archive leads neither to an output nor to an input")
    func linksInTheArchive() throws {
        for (name, target) in [("out", "../../reports/a"), ("keys", "../keys.json"), ("folder", "..")] {
            try FileManager.default.createSymbolicLink(atPath: "\(archive)/\(name)", withDestinationPath: target)
        }
        try FileManager.default.createSymbolicLink(atPath: reports + "/keys", withDestinationPath: archive + "/keys")
        for options in [
            ["--report", "json=\(archive)/out"], ["--public-keys", "\(archive)/keys"],
            ["--public-keys", "\(reports)/keys"], ["--public-keys", "\(archive)/folder/keys.json"],
        ] {
            let ending = try CommandProcess(DiskSample.validation(of: sample) + options).end()
            #expect(ending.status == 64, "\(options)")
            #expect(ending.errors.contains("lies in the archive '\(archive)'"), "\(ending.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: reports) == ["keys"])
    }

    // MARK: Outputs and inputs

    /// I35
    @Test("nothing is written over what the run reads or holds")
    func inputs() throws {
        let state = reports + "/state"
        let validation = DiskSample.validation(of: sample)
        #expect(try CommandProcess(validation + ["--state", state, "--new-state"]).end().status == 0)
        let list = reports + "/chains"
        try Data().write(to: URL(fileURLWithPath: list))
        for (name, target) in [("s", "state"), ("l", "state.lock"), ("k", "../sample/keys.json"), ("c", "chains")] {
            try FileManager.default.createSymbolicLink(atPath: "\(reports)/link-\(name)", withDestinationPath: target)
            try FileManager.default.linkItem(
                atPath: URL(fileURLWithPath: "\(reports)/\(target)").standardized.path,
                toPath: "\(reports)/hard-\(name)"
            )
        }
        let before = try everything()
        let read = [
            "state", "state.lock", "link-s", "link-l", "link-k", "link-c", "hard-s", "hard-l", "hard-k", "hard-c",
        ]
        for name in read.map({ "\(reports)/\($0)" }) + ["\(sample)/meta.jsonl"] {
            for option in [["--report", "json=\(name)"], ["--manifest", name], ["--metrics", name]] {
                let ending = try CommandProcess(validation + ["--state", state, "--expect", list] + option).end()
                #expect(ending.status == 64, "\(option)")
                #expect(ending.errors.contains("'\(name)' is an input"), "\(ending.errors)")
            }
        }
        #expect(try everything() == before)
        let descriptor = try CommandProcess(
            script: "exec \"$@\" 3<>\(sample)/keys.json",
            validation + ["--report", "json=/dev/fd/3"]
        ).end()
        #expect(descriptor.status == 64)
        // The lock of a state that is not there yet.
        let new = ["--state", "\(reports)/new", "--new-state", "--report", "json=\(reports)/new.lock"]
        #expect(try CommandProcess(validation + new).end().status == 64)
        #expect(try everything() == before)
    }
}
#endif
