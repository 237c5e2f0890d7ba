#if os(Linux)
import Foundation
import SampleArchive
import Testing

/// Bad days of every kind of output: no room, no inode, and an end in the middle.
@Suite("Outputs on bad days")
struct OutputFailureTests {
    private let folder: TestFolder
    private let sample: String
    /// Where a file system with little room is mounted, or simply a folder.
    private let disk: String

    init() throws {
        folder = try TestFolder()
        sample = folder.path + "/sample"
        disk = folder.path + "/disk"
        var options = SampleOptions()
        (options.accounts, options.hours, options.tampers) = (1, 3, [.logModified])
        _ = try SampleArchive.write(to: sample, options)
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    }

    /// Every option that writes a file, with the name of the file behind `D/`.
    private static let outputs: [[String]] =
        ["jsonl", "json", "junit", "csv", "html", "sarif"].map { ["--report", "\($0)=D/a.\($0)"] }
        + ["jsonl", "sha256sum", "dfxml"].map { ["--manifest", "\($0)=D/m.\($0)"] }
        + [["--metrics", "D/a.prom"], ["--state", "D/state"]]

    private func options(_ output: [String]) -> [String] {
        output.map { $0.replacing("D/", with: "\(disk)/") }
    }

    private func name(_ output: [String]) -> String {
        String(output[1].split(separator: "D/").last ?? "")
    }

    private func validation(_ options: [String]) -> [String] {
        DiskSample.validation(of: sample) + ["--quiet"] + options
    }

    /// Runs the command where `disk` is a file system of its own.
    private func runOnDisk(_ mount: String, _ before: String, _ arguments: [String]) throws -> CommandProcess.Ending {
        // What is there in the end stands behind what the command prints.
        let script = """
            mount -t tmpfs -o \(mount) none \(disk) && cp \(folder.path)/state \(disk)/state && echo older >\(disk)/older &&
            cd \(disk) && { \(before); }
            "$@"; status=$?
            cd \(disk) && for name in $(ls -A); do echo "= $name $(cksum <$name)"; done; exit $status
            """
        return try PrivateMounts.run(script, arguments)
    }

    private func found(_ ending: CommandProcess.Ending) -> [String: String] {
        let lines = ending.output.split(separator: "\n").filter { $0.hasPrefix("= ") }.map { $0.split(separator: " ") }
        return Dictionary(lines.map { (String($0[1]), $0[2...].joined(separator: " ")) }) { $1 }
    }

    private func makeState() throws {
        let arguments = validation(["--state", folder.path + "/state", "--new-state"])
        #expect(try CommandProcess(arguments).end().status == 1)
    }

    // MARK: No room

    /// I32
    @Test(
        "on a full disk an output is status 74 in one line that names it; what was there stays, and nothing is left",
        .enabled(if: PrivateMounts.areAllowed, PrivateMounts.reason),
        arguments: outputs
    )
    func fullDisk(output: [String]) throws {
        try makeState()
        let name = name(output)
        let isState = name == "state"
        // The lock of the state needs no room. An older file is in the way of all others.
        let fill = "\(isState ? ":" : "cp older \(name)"); cat /dev/zero >fill 2>/dev/null"
        let ending = try runOnDisk("size=256k", fill, validation(options(output)))
        #expect(ending.status == 74)
        let place = "'\(disk)/\(name)'"
        #expect(ending.errors.hasPrefix("Error: The ") && ending.errors.contains(place), "\(ending.errors)")
        #expect(ending.errors.hasSuffix(" could not be written: No space left on device\n"))
        #expect(ending.errors.split(separator: "\n").count == 1)
        #expect(ending.output.hasPrefix("NOT VALID: "))
        let found = found(ending)
        #expect(
            Set(found.keys) == (isState ? ["fill", "older", "state", "state.lock"] : ["fill", "older", "state", name])
        )
        if !isState { #expect(found[name] == found["older"]) }
        let before = try ShellRun("/bin/sh", ["-c", "cksum <\(folder.path)/state"]).output
        #expect(found["state"].map { $0 + "\n" } == before)
    }

    /// I32
    @Test(
        "where no file can be made any more an output is status 74 before the run",
        .enabled(if: PrivateMounts.areAllowed, PrivateMounts.reason),
        arguments: outputs
    )
    func fullInodes(output: [String]) throws {
        try makeState()
        let fill = "n=0; while touch fill$n 2>/dev/null; do n=$((n + 1)); done"
        let ending = try runOnDisk("size=1m,nr_inodes=8", fill, validation(options(output)))
        #expect(ending.status == 74)
        let name = name(output)
        #expect(ending.errors.contains("'\(disk)/\(name)' could not be "), "\(ending.errors)")
        #expect(ending.errors.hasSuffix("No space left on device\n") && ending.errors.split(separator: "\n").count == 1)
        #expect(ending.output.split(separator: "\n").allSatisfy { $0.hasPrefix("= ") })
        #expect(found(ending).keys.allSatisfy { $0.hasPrefix("fill") || ["older", "state"].contains($0) })
    }

    @Test(
        "a sample for which there is no room, or no inode, is status 74, and nothing is left of it",
        .enabled(if: PrivateMounts.areAllowed, PrivateMounts.reason),
        arguments: ["size=64k", "size=4m,nr_inodes=20"]
    )
    func sampleWithoutRoom(mount: String) throws {
        let script = #"mount -t tmpfs -o \#(mount) none \#(disk) && "$@"; status=$?; ls -A \#(disk); exit $status"#
        for target in [disk + "/new", disk] {
            let ending = try PrivateMounts.run(script, ["sample", target])
            #expect(ending.status == 74)
            #expect(ending.errors.contains("No space left on device; no archive was made"))
            #expect(ending.errors.split(separator: "\n").count == 1)
            #expect(ending.output.isEmpty)
        }
    }

    // MARK: An end in the middle

    /// Starts a run that writes everything and waits, with all but the last file finished, for one to read that. Metrics are
    /// written when all else is.
    private func waitingRun() throws -> (process: CommandProcess, fifo: String) {
        let fifo = folder.path + "/fifo"
        if !FileManager.default.fileExists(atPath: fifo) {
            let made = unsafe mkfifo(fifo, 0o600)
            #expect(made == 0)
        }
        let options = Self.outputs.flatMap(self.options) + ["--manifest", "jsonl=\(fifo)"]
        let before = Set(try names())
        let process = try CommandProcess(validation(options))
        #expect(
            try process.runs {
                let new = ((try? names()) ?? []).filter {
                    !before.contains($0) && $0.hasPrefix(".cloudtrail-integrity-")
                }
                // Those of the check come and go one by one.
                return new.count == Self.outputs.count - 1
            }
        )
        return (process, fifo)
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: disk).sorted() }

    private func contents() throws -> [String: Data] {
        let names = try names().filter { !$0.hasPrefix(".") }
        // Foundation's way from a file to its content leaks when the file is empty.
        let contents = try names.map { name in
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(disk)/\(name)"))
            return (name, try file.readToEnd() ?? Data())
        }
        return Dictionary(uniqueKeysWithValues: contents)
    }

    private func prepareDisk() throws {
        try makeState()
        try FileManager.default.copyItem(atPath: folder.path + "/state", toPath: disk + "/state")
        for output in Self.outputs where name(output) != "state" {
            try Data("older".utf8).write(to: URL(fileURLWithPath: "\(disk)/\(name(output))"))
        }
    }

    /// I32
    @Test("a run that is killed leaves every file what it was, and keeps the next one from nothing")
    func killed() throws {
        try prepareDisk()
        let (process, fifo) = try waitingRun()
        let before = try contents()
        process.send(SIGKILL)
        #expect(try process.end().status == nil)
        #expect(try contents() == before)
        let left = try names().filter { $0.hasPrefix(".") }
        #expect(left.count == Self.outputs.count - 1)
        #expect(left.allSatisfy { $0.hasPrefix(".cloudtrail-integrity-") })
        let (next, _) = try waitingRun()
        #expect(try CommandProcess(script: "cat \(fifo)", []).end().status == 0)
        let ending = try next.end()
        #expect(ending.status == 1 && ending.errors.isEmpty)
        let after = try contents()
        #expect(Set(after.keys) == Set(before.keys))
        for (name, content) in after where name != "state.lock" { #expect(content != before[name], "\(name)") }
        #expect(try names().filter { $0.hasPrefix(".") } == left)
    }

    /// I29, I32
    @Test("a signal leaves every file what it was, and nothing besides", arguments: [SIGHUP, SIGINT, SIGTERM, SIGXCPU])
    func interrupted(signal: CInt) throws {
        try prepareDisk()
        let (process, _) = try waitingRun()
        let before = try contents()
        process.send(signal)
        let ending = try process.end()
        #expect(ending.status == 128 + signal)
        #expect(ending.errors.hasPrefix("Interrupted: ") && ending.errors.split(separator: "\n").count == 1)
        #expect(ending.output.isEmpty)
        #expect(try contents() == before)
        #expect(try names().allSatisfy { !$0.hasPrefix(".") })
    }

    // MARK: Little of everything

    /// I36
    @Test(
        "little stack, few descriptors, few threads and little memory end in a verdict or in one line",
        arguments: ["ulimit -s 256", "ulimit -n 64", "ulimit -n 32", "ulimit -n 16", "ulimit -n 8", "ulimit -v 400000"]
    )
    func limits(limit: String) throws {
        if CommandProcess.isUnderSanitizer { try Test.cancel("sanitizers need much address space") }
        let options = Self.outputs.flatMap(self.options) + ["--new-state"]
        let ending = try CommandProcess(script: "\(limit); exec \"$@\"", validation(options)).end()
        let status = try #require(ending.status)
        let lines = ending.errors.split(separator: "\n")
        // 2 where files of the archive cannot be opened for lack of descriptors.
        #expect([1, 2, 66, 70, 74].contains(status), "\(status): \(ending.errors)")
        #expect(lines.isEmpty == (status <= 2), "\(ending.errors)")
        // Each file that fails has a line of its own.
        #expect(
            lines.allSatisfy { $0.hasPrefix("Error: ") && !$0.contains("moved into") }
                && lines.count <= Self.outputs.count
        )
        #expect(try names().allSatisfy { !$0.hasPrefix(".") })
    }
}
#endif
