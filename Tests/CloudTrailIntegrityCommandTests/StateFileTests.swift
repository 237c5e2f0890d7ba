import CloudTrailIntegrityCommand
import Foundation
import Testing

@Suite("The file of --state")
struct StateFileTests {
    private let sample: SampleFolder
    private var state: String { sample.path + "/state" }

    init() throws {
        sample = try SampleFolder()
    }

    /// What changed in the second in which it is read is read again in the next run.
    private func waitForTheNextSecond() {
        usleep(useconds_t(1_000_000 - Int(Date().timeIntervalSince1970 * 1_000_000) % 1_000_000 + 10_000))
    }

    private func errorOf(_ run: Run) -> String { run.errorLines.first.map(String.init) ?? "" }

    /// I17
    @Test func beginsOnlyWhereItIsTold() throws {
        let early = sample.validate("--state", state)
        #expect(early.status == .noInput && errorOf(early).contains("'--new-state'"))
        #expect(!FileManager.default.fileExists(atPath: state + ".lock"))
        waitForTheNextSecond()
        #expect(sample.validate("--state", state, "--new-state").status == .proven)
        let late = sample.validate("--state", state, "--new-state")
        #expect(late.status == .usage && errorOf(late).contains("there already"))
        let next = sample.validate("--state", state)
        #expect(next.status == .proven)
        #expect(next.output.contains("(of these 12 and 36 proven by an earlier run, unchanged in size and time"))
    }

    @Test func theSummarySaysWhatWasCarried() throws {
        #expect(!sample.validate("--format", "jsonl", "-q").output.contains("carried"))
        waitForTheNextSecond()
        let first = sample.validate("--state", state, "--new-state", "--format", "jsonl", "-q")
        #expect(first.output.contains(#""carried":{"digests":0,"logs":0}"#))
        let second = sample.validate("--state", state, "--format", "jsonl", "-q")
        #expect(second.output.contains(#""carried":{"digests":12,"logs":36},"new":{"violation":0,"unverified":0},"#))
        #expect(second.output.contains(#""bytes":0,"#))
    }

    @Test(
        "what cannot be is refused before anything is read",
        arguments: [
            (["--new-state"], "'--new-state' needs '--state <file>'"),
            (["--recheck", "5%"], "'--recheck' needs '--state <file>'"),
            (["--state", "s", "--end-time", "2026-03-02T00:00:00Z"], "leave out '--end-time'"),
            (["--state", "s", "--account-id", "111122223333"], "leave out '--account-id'"),
            (["--state", "s", "--region", "us-east-1"], "leave out '--region'"),
            (["--state", "s", "--trail", "t"], "leave out '--trail'"),
            (["--state", "s", "--recheck", "0%"], "'0%' is invalid for '--recheck'"),
            (["--state", "s", "--recheck", "101%"], "'101%' is invalid for '--recheck'"),
            (["--state", "s", "--recheck", "nan%"], "'nan%' is invalid for '--recheck'"),
            (["--state", "s", "--recheck", "5"], "'5' is invalid for '--recheck'"),
        ]
    )
    func usage(options: [String], message: String) {
        let refused = run(["validate", sample.archive, "--public-keys", sample.keys] + options)
        #expect(refused.status == .usage && errorOf(refused).contains(message), "\(refused.errors)")
    }

    @Test func itDoesNotLieWhereTheArchiveDoes() throws {
        let link = sample.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: sample.archive)
        for path in [sample.archive + "/state", link + "/state", sample.archive + "/AWSLogs/../state"] {
            let refused = sample.validate("--state", path, "--new-state")
            #expect(refused.status == .usage && errorOf(refused).contains("lies in the archive"))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        let folder = sample.validate("--state", sample.path, "--new-state")
        #expect(folder.status == .outputError && errorOf(folder).contains("it is a folder"))
        let device = sample.validate("--state", "/dev/null", "--new-state")
        #expect(device.status == .noInput && errorOf(device).contains("not a regular file"))
    }

    @Test func keysDoNotLieWhereTheArchiveDoes() throws {
        let keys = sample.archive + "/keys.json"
        try FileManager.default.copyItem(atPath: sample.keys, toPath: keys)
        let link = sample.path + "/keys-link.json"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: keys)
        for path in [keys, link] {
            let refused = run("validate", sample.archive, "--public-keys", path)
            #expect(refused.status == .usage && errorOf(refused).contains("keys must not come from where"))
        }
    }

    /// I17
    @Test func damageIsNamedWithTheWayOut() throws {
        #expect(sample.validate("--state", state, "--new-state").status == .proven)
        var bytes = try #require(FileManager.default.contents(atPath: state))
        bytes[bytes.count - 40] ^= 1
        try bytes.write(to: URL(fileURLWithPath: state))
        let damaged = sample.validate("--state", state)
        #expect(damaged.status == .noInput)
        #expect(errorOf(damaged).contains("damaged") && errorOf(damaged).contains("Bring back a copy of it"))
        #expect(FileManager.default.contents(atPath: state) == bytes)
        try Data().write(to: URL(fileURLWithPath: state))
        #expect(errorOf(sample.validate("--state", state)).contains("it is empty"))
    }

    /// I17
    @Test func aReportThatIsNotWrittenLeavesTheStateAsItWas() throws {
        #expect(sample.validate("--state", state, "--new-state").status == .proven)
        let before = try #require(FileManager.default.contents(atPath: state))
        let arguments = [
            "validate", sample.archive, "--public-keys", sample.keys, "--signatures", sample.manifest, "--state", state,
        ]
        #expect(run(arguments, outputFails: true).status == .outputError)
        #expect(FileManager.default.contents(atPath: state) == before)
        #expect(run(arguments + ["--report", "json=/dev/full"]).status == .outputError)
        #expect(FileManager.default.contents(atPath: state) == before)
        #expect(run(arguments).status == .proven)
        #expect(FileManager.default.contents(atPath: state) != before)
    }

    /// I20
    @Test func aMountThatIsNotThere() throws {
        #expect(sample.validate("--state", state, "--new-state").status == .proven)
        let before = try #require(FileManager.default.contents(atPath: state))
        try FileManager.default.moveItem(atPath: sample.archive, toPath: sample.archive + "-elsewhere")
        try FileManager.default.createDirectory(atPath: sample.archive, withIntermediateDirectories: false)
        let gone = sample.validate("--state", state)
        #expect(gone.status == .noInput && gone.output.isEmpty)
        #expect(errorOf(gone).contains("'\(sample.archive)'") && errorOf(gone).contains("is it mounted?"))
        #expect(FileManager.default.contents(atPath: state) == before)
        // Without a state nobody knows better.
        #expect(sample.validate().status == .unverified)
        try FileManager.default.removeItem(atPath: sample.archive)
        try FileManager.default.moveItem(atPath: sample.archive + "-elsewhere", toPath: sample.archive)
        #expect(sample.validate("--state", state).status == .proven)
    }

    @Test func aManifestReadsAll() throws {
        #expect(sample.validate("--state", state, "--new-state").status == .proven)
        let manifest = sample.path + "/SHA256SUMS"
        #expect(sample.validate("--state", state, "--manifest", "sha256sum=\(manifest)").status == .proven)
        let lines = try String(contentsOfFile: manifest, encoding: .utf8).split(separator: "\n")
        #expect(lines.count { !$0.hasPrefix("#") } == 48)
    }

    private func rights(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func validation(_ options: String...) -> [String] {
        [
            "validate", sample.archive, "--public-keys", sample.keys, "--signatures", sample.manifest, "--state", state,
        ] + options
    }

    /// I34
    @Test("a state is its owner's alone, whatever the umask is", arguments: ["0", "022", "0277"])
    func isPrivate(mask: String) throws {
        let script = #"umask \#(mask); exec "$@""#
        #expect(try CommandProcess(script: script, validation("--new-state")).end().status == 0)
        #expect(try rights(state) == 0o600)
        #expect(try CommandProcess(script: script, validation()).end().status == 0)
        #expect(try rights(state) == 0o600)
    }

    /// I34
    @Test("a state keeps the rights that its owner gave it, and a run says when everybody may write it")
    func keepsItsRights() throws {
        #expect(try CommandProcess(validation("--new-state")).end().status == 0)
        for (mode, warns) in [(0o660, false), (0o640, false), (0o644, false), (0o400, false), (0o666, true)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: state)
            let ending = try CommandProcess(script: #"umask 0; exec "$@""#, validation()).end()
            #expect(ending.status == 0)
            #expect(try rights(state) == mode)
            #expect(
                ending.errors
                    == (warns
                        ? "Warning: everybody can write the state '\(state)', and whoever does can make this run believe that "
                            + "something was proven: take that right away, as with 'chmod o-w'\n" : "")
            )
        }
    }

    /// I34
    @Test("through a link it is one state with one lock, and the link stays")
    func oneState() throws {
        let folder = sample.path + "/real"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        // Also one that leads to no file yet.
        try FileManager.default.createSymbolicLink(atPath: state, withDestinationPath: "real/target")
        #expect(sample.validate("--state", state, "--new-state").status == .proven)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["target", "target.lock"])
        #expect(!FileManager.default.fileExists(atPath: state + ".lock"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: state) == "real/target")
        let fifo = sample.path + "/fifo"
        let made = unsafe mkfifo(fifo, 0o600)
        #expect(made == 0)
        for (first, second) in [(state, folder + "/target"), (folder + "/target", state)] {
            let arguments = ["validate", sample.archive, "--public-keys", sample.keys, "--signatures", sample.manifest]
            let process = try CommandProcess(arguments + ["--state", first, "--report", "json=\(fifo)"])
            let name = sample.path + "/real/.cloudtrail-integrity-"
            #expect(
                try process.runs {
                    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
                    return names.contains { "\(folder)/\($0)".hasPrefix(name) }
                }
            )
            let other = sample.validate("--state", second)
            #expect(other.status == .noInput && errorOf(other).contains("in use by another run"), "\(other.errors)")
            #expect(try CommandProcess(script: "cat \(fifo)", []).end().status == 0)
            #expect(try process.end().status == 0)
        }
    }

    /// I34
    @Test("a lock that cannot be made, or is no file, is an error")
    func lock() throws {
        try FileManager.default.createSymbolicLink(atPath: state + ".lock", withDestinationPath: sample.keys)
        let linked = sample.validate("--state", state, "--new-state")
        #expect(linked.status == .outputError && errorOf(linked).contains("'\(state).lock'"))
        try FileManager.default.removeItem(atPath: state + ".lock")
        let made = unsafe mkfifo(state + ".lock", 0o600)
        #expect(made == 0)
        let fifo = sample.validate("--state", state, "--new-state")
        #expect(fifo.status == .outputError && errorOf(fifo).contains("it is not a regular file"))
        #expect(!FileManager.default.fileExists(atPath: state))
    }
}
