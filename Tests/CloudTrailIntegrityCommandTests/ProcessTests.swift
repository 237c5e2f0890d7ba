import Foundation
import SampleArchive
import Testing

// How far the process is, is read from /proc.
#if os(Linux)
/// The command as a process: how it takes signals and what becomes of its output.
@Suite("The command's process")
struct ProcessTests {
    private let folder: TestFolder
    private let sample: String

    init() throws {
        folder = try TestFolder()
        sample = folder.path + "/sample"
    }

    enum Signal: CaseIterable {
        case hangUp, interrupt, terminate, processorTime

        var number: CInt {
            switch self {
            case .hangUp: SIGHUP
            case .interrupt: SIGINT
            case .terminate: SIGTERM
            case .processorTime: SIGXCPU
            }
        }

        var status: Int32 {
            switch self {
            case .hangUp: 129
            case .interrupt: 130
            case .terminate: 143
            case .processorTime: 152
            }
        }
    }

    // MARK: validate

    private func makeSample(hours: Int = 6) throws {
        try DiskSample.make(in: sample, hours: hours)
    }

    private func validation(_ options: String...) -> [String] {
        DiskSample.validation(of: sample) + options
    }

    private func stretchLog() throws -> String {
        try DiskSample.stretchLog(of: sample, bytes: 1 << 40)
    }

    /// I29
    @Test(
        "a signal ends a validation at once, with what was checked and no verdict",
        arguments: Signal.allCases
    )
    func interruptsValidation(signal: Signal) throws {
        try makeSample()
        let log = try stretchLog()
        let partial =
            /Interrupted: checked ([0-9]+) of ([0-9]+) digest files and ([0-9]+) of ([0-9]+) log files; no verdict\.\n/
        for format in ["text", "jsonl", "aws"] {
            let process = try CommandProcess(validation("--format", format, "--verbose", "--max-log-size", "2T"))
            #expect(try process.runs { process.holds(log) })
            process.send(signal.number)
            let ending = try process.end()
            #expect(ending.status == signal.status)
            let counts = try #require(ending.errors.wholeMatch(of: partial)?.output)
            #expect((counts.1, counts.2) == ("12", "12"))
            #expect(counts.4 == "36")
            #expect(try #require(Int(counts.3)) < 36)
            if format == "jsonl" {
                let summary = try #require(
                    try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any]
                )
                #expect(summary["record"] as? String == "summary")
                #expect(summary["exit"] as? Int32 == signal.status)
                #expect((summary["digests"] as? [String: Int])?.values.allSatisfy { $0 == 0 } == true)
                #expect((summary["logs"] as? [String: Int])?.values.allSatisfy { $0 == 0 } == true)
            } else {
                #expect(ending.output.isEmpty)
            }
        }
    }

    @Test("a signal ends a read that hangs", arguments: Signal.allCases)
    func interruptsAReadThatHangs(signal: Signal) throws {
        try makeSample()
        let keys = folder.path + "/keys"
        let result = unsafe mkfifo(keys, 0o600)
        #expect(result == 0)
        let process = try CommandProcess(["validate", sample + "/archive", "--public-keys", keys])
        // Opening it to write works only when there is a reader. That one now waits for what never comes.
        var descriptor: CInt = -1
        #expect(
            try process.runs {
                descriptor = unsafe open(keys, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                return descriptor >= 0
            }
        )
        defer { close(descriptor) }
        process.send(signal.number)
        let ending = try process.end()
        #expect(ending.status == signal.status)
        #expect(ending.errors == "Interrupted: checked 0 of 0 digest files and no log file; no verdict.\n")
        #expect(ending.output.isEmpty)
    }

    @Test("a signal that was ignored from the start stays ignored")
    func leavesIgnoredSignalsAlone() throws {
        try makeSample()
        let log = try stretchLog()
        let process = try CommandProcess(
            script: #"trap "" INT HUP XCPU; exec "$@""#,
            validation("--max-log-size", "2T")
        )
        #expect(try process.runs { process.holds(log) })
        for number in [SIGINT, SIGHUP, SIGXCPU] { process.send(number) }
        process.send(SIGTERM)
        #expect(try process.end().status == 143)
    }

    /// I29
    @Test("the limit to processor time ends a validation as a signal does, and not by killing it")
    func processorTime() throws {
        try makeSample()
        _ = try stretchLog()
        let ending = try CommandProcess(script: #"ulimit -S -t 1; exec "$@""#, validation("--max-log-size", "2T")).end()
        #expect(ending.status == 152)
        #expect(ending.errors.hasPrefix("Interrupted: ") && ending.errors.hasSuffix("; no verdict.\n"))
    }

    /// I29
    @Test("a signal ends every other command too", arguments: Signal.allCases)
    func interruptsOtherCommands(signal: Signal) throws {
        try makeSample()
        let fifo = folder.path + "/keys"
        let result = unsafe mkfifo(fifo, 0o600)
        #expect(result == 0)
        let archive = sample + "/archive"
        for arguments in [
            ["keys", fifo], ["plan", archive, "--public-keys", fifo], ["inspect", fifo, "--public-keys", fifo],
            ["check", fifo, "--archive", archive, "--public-keys", fifo],
        ] {
            let process = try CommandProcess(arguments)
            var descriptor: CInt = -1
            #expect(
                try process.runs {
                    descriptor = unsafe open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                    return descriptor >= 0
                }
            )
            defer { close(descriptor) }
            process.send(signal.number)
            let ending = try process.end()
            #expect(ending.status == signal.status, "\(arguments)")
            #expect(ending.errors.split(separator: "\n").count == 1)
        }
    }

    // MARK: How it is started

    private static let closed = ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"]

    /// I36
    @Test("a stream that is closed from the start is no file that is opened later", arguments: closed)
    func closedStreams(which: String) throws {
        try makeSample()
        let state = folder.path + "/state"
        let options = ["--state", state, "--report", "json=\(folder.path)/a.json"]
        #expect(try CommandProcess(validation() + options + ["--new-state"]).end().status == 0)
        let before = try folder.bytes("state")
        let run = try CommandProcess(script: #""$@" \#(which); exit $?"#, validation() + options).end()
        let isOutputClosed = which.split(separator: " ").contains(">&-")
        #expect(run.status == (isOutputClosed ? 74 : 0))
        #expect(try folder.bytes("state.lock").isEmpty)
        #expect(try folder.bytes("a.json").starts(with: Array(#"{"run":"#.utf8)))
        #expect(try (folder.bytes("state") == before) == isOutputClosed)
        if isOutputClosed, !which.contains("2>&-") {
            #expect(run.errors == "Error: The output could not be written.\n")
        }
        let names = try folder.names().sorted()
        #expect(names == ["a.json", "sample", "state", "state.lock"])
    }

    /// I36
    @Test("what is asked of a closed stream fails, also by name", arguments: [1, 2])
    func closedStreamsByName(number: Int) throws {
        try makeSample()
        let script = #""$@" \#(number)>&-; exit $?"#
        for file in ["/dev/fd/\(number)", number == 1 ? "/dev/stdout" : "/dev/stderr"] {
            let run = try CommandProcess(script: script, validation("--report", "json=\(file)")).end()
            #expect(run.status == 74)
        }
        #if ArchiveFiles
        #expect(try CommandProcess(script: #""$@" <&-; exit $?"#, ["validate", "-"]).end().status == 66)
        #endif
    }

    /// I36
    @Test(
        "a limit to the size of files is status 74, and nothing is left of a sample",
        .disabled(if: CommandProcess.isUnderThreadSanitizer, "the thread sanitizer writes large files of its own")
    )
    func fileSize() throws {
        try makeSample()
        let state = folder.path + "/state"
        let limited = try CommandProcess(
            script: #"ulimit -f 1; exec "$@""#,
            validation("--quiet", "--state", state, "--new-state")
        ).end()
        #expect(limited.status == 74)
        #expect(limited.errors == "Error: The state '\(state)' could not be written: File too large\n")
        #expect(try folder.names().sorted() == ["sample", "state.lock"])
        let made = try CommandProcess(script: #"ulimit -f 1; exec "$@""#, ["sample", folder.path + "/second"]).end()
        #expect(made.status == 74)
        #expect(made.errors.contains("File too large; no archive was made"))
        #expect(try folder.names().sorted() == ["sample", "state.lock"])
    }

    @Test("a reader that goes away is status 74, in one line")
    func closedPipe() throws {
        // More than a pipe and the two programs can hold.
        try makeSample(hours: 100)
        let process = try CommandProcess(
            script: #"{ "$@"; echo "status $?" >&2; } | head -n 1"#,
            validation("--format", "jsonl", "--verbose")
        )
        let ending = try process.end()
        #expect(ending.errors == "Error: The output could not be written.\nstatus 74\n")
        #expect(ending.output.split(separator: "\n").count == 1)
    }

    @Test("a full disk under the report is status 74, in one line")
    func fullDisk() throws {
        try makeSample()
        for arguments in [validation(), validation("--format", "jsonl"), validation("--format", "aws"), ["--help"]] {
            let ending = try CommandProcess(script: #"exec "$@" >/dev/full"#, arguments).end()
            #expect(ending.status == 74)
            #expect(ending.errors == "Error: The output could not be written.\n")
        }
    }

    // MARK: sample

    private static let nothingLeft = "Interrupted: no archive was made, and nothing is left of it.\n"

    @Test("a signal leaves nothing of a sample", arguments: Signal.allCases)
    func interruptsSample(signal: Signal) throws {
        let process = try CommandProcess(["sample", sample, "--hours", "20000", "--accounts", "1000"])
        #expect(try process.runs { FileManager.default.fileExists(atPath: sample + "/archive/AWSLogs") })
        process.send(signal.number)
        let ending = try process.end()
        #expect(ending.status == signal.status)
        #expect(ending.errors == Self.nothingLeft)
        #expect(ending.output.isEmpty)
        #expect(try folder.names().isEmpty)
    }

    @Test("a folder that was there stays, and one large file does not keep a signal waiting")
    func interruptsSampleInAFolder() throws {
        try FileManager.default.createDirectory(atPath: sample, withIntermediateDirectories: false)
        let process = try CommandProcess(["sample", sample, "--hours", "2", "--records", "500000"])
        #expect(try process.runs { FileManager.default.fileExists(atPath: sample + "/meta.jsonl") })
        process.send(SIGINT)
        let ending = try process.end()
        #expect(ending.status == 130)
        #expect(ending.errors == Self.nothingLeft)
        #expect(ending.output.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample).isEmpty)
    }
}
#endif
