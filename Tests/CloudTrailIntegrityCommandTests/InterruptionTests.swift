import Foundation
import Testing

// How far the process is, is not asked: the signal comes whenever it comes.
#if os(Linux)
/// Ctrl-C at any moment of a run that writes all it can: Tests/Hostile/large.py does the same with archives that are large.
@Suite("Ctrl-C at any moment")
struct InterruptionTests {
    private static let strace = "/usr/bin/strace"

    /// I17, I29
    @Test(
        "a signal that comes when the state is replaced takes nothing back, and says nothing",
        .enabled(if: FileManager.default.isExecutableFile(atPath: strace), "strace is not installed"),
        .disabled(if: CommandProcess.isUnderSanitizer)
    )
    func late() throws {
        let folder = try TestFolder()
        let sample = folder.path + "/sample"
        try DiskSample.make(in: sample, hours: 3)
        let state = folder.path + "/state"
        // Every write to the disk takes 1.5 s, more than a run is given after a signal.
        let process = try CommandProcess(
            script:
                "exec \(Self.strace) -D -f -qq -o /dev/null -e trace=fsync -e inject=fsync:delay_enter=1500000 \"$@\"",
            DiskSample.validation(of: sample) + ["--state", state, "--new-state"]
        )
        let clock = ContinuousClock()
        let begin = clock.now
        while !FileManager.default.fileExists(atPath: state), begin.duration(to: clock.now) < .seconds(300) {
            usleep(10_000)
        }
        process.send(SIGINT)
        let ending = try process.end()
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.errors.isEmpty, "\(ending.errors)")
        #expect(FileManager.default.fileExists(atPath: state))
    }

    /// I29, I30, I17
    @Test("a run ends with 130, leaves nothing behind, and changes no state", arguments: [true, false])
    func anyMoment(isFirst: Bool) throws {
        let folder = try TestFolder()
        let sample = folder.path + "/sample"
        try DiskSample.make(in: sample, hours: 150)
        let (state, outputs) = (folder.path + "/state", folder.path + "/outputs")
        let manager = FileManager.default
        let first = DiskSample.validation(of: sample) + ["--state", state, "--new-state"]
        let options = ["--verbose", "--report", "json=\(outputs)/report", "--manifest", "jsonl=\(outputs)/manifest"]
        if !isFirst {
            let ending = try CommandProcess(first).end()
            try #require(ending.status == 0, "\(ending.errors)")
        }
        let kept = try? folder.bytes("state")
        let arguments = (isFirst ? first : DiskSample.validation(of: sample) + ["--state", state]) + options

        /// Runs the command, with what there was before; after so long it gets a signal.
        func run(_ delay: Duration?) throws -> (CommandProcess.Ending, Duration) {
            try? manager.removeItem(atPath: outputs)
            try manager.createDirectory(atPath: outputs, withIntermediateDirectories: false)
            try? manager.removeItem(atPath: state)
            if let kept { try Data(kept).write(to: URL(fileURLWithPath: state)) }
            let clock = ContinuousClock()
            let begin = clock.now
            let process = try CommandProcess(arguments)
            if let delay {
                usleep(UInt32(delay / .microseconds(1)))
                process.send(SIGINT)
            }
            let ending = try process.end()
            return (ending, begin.duration(to: clock.now))
        }

        let (whole, duration) = try run(nil)
        try #require(whole.status == 0, "\(whole.errors)")
        var interrupted = 0
        for _ in 0..<12 {
            let moment = duration * Double.random(in: 0.02...1)
            let (ending, _) = try run(moment)
            // It was over before.
            if ending.status == 0 { continue }
            interrupted += 1
            // In the first milliseconds the signal does what it does to any program.
            #expect(ending.status == 130 || ending.status == nil, "after \(moment): \(ending.errors)")
            #expect(Set(try manager.contentsOfDirectory(atPath: outputs)).isSubset(of: ["report", "manifest"]))
            #expect((try? folder.bytes("state")) == kept, "after \(moment)")
            #expect(Set(try folder.names()).isSubset(of: ["sample", "outputs", "state", "state.lock"]))
        }
        #expect(interrupted > 0)
    }
}
#endif
