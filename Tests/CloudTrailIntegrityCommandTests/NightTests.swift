import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import SampleArchive
import Testing

// Locks, mounts and /proc.
#if os(Linux)
/// An archive that grows by a day each night, and what is done to it on some of them.
@Suite("Thirty nights")
struct NightTests {
    private let folder: TestFolder
    private var archive: String { folder.path + "/archive" }
    private var state: String { folder.path + "/state" }
    private let start: Timestamp
    /// What is delivered, by its path below the archive.
    private let objects: [String: [UInt8]]
    /// The same chains, otherwise signed: as only AWS could.
    private let others: [String: [UInt8]]

    private static let nights = 30

    init() throws {
        folder = try TestFolder()
        func make(seed: UInt64, keys: String, _ folder: String) throws -> ([String: [UInt8]], Timestamp) {
            var options = SampleOptions()
            (options.accounts, options.regions, options.hours, options.logs, options.records) =
                (1, 2, Self.nights * 24, 1, 1)
            options.seed = seed
            var objects: [String: [UInt8]] = [:]
            let summary = try SampleArchive.generate(options) { _ in
            } object: { object in
                objects[object.key] = object.content
            }
            try Data(summary.keysJSON).write(to: URL(fileURLWithPath: folder + "/" + keys))
            return (objects, summary.start)
        }
        (objects, start) = try make(seed: 1, keys: "keys.json", folder.path)
        (others, _) = try make(seed: 2, keys: "keys-2.json", folder.path)
        let chains = ["us-east-1", "us-west-2"].map { region in
            #"{"account":"111122223333","region":"\#(region)","trail":"management-events","homeRegion":"us-east-1"}"#
        }
        try Data(chains.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: folder.path + "/chains.jsonl"))
    }

    // MARK: The archive

    private func end(of night: Int) -> Timestamp { start.advanced(bySeconds: Int64(night) * 86_400) }

    /// The keys of what is delivered between the ends of two nights.
    private func keys(after first: Int, until last: Int) -> [String] {
        objects.keys.filter { name in
            let key = ObjectKey(name)
            let time = DigestFileName(key)?.endTime ?? LogFileName(key)?.time.advanced(bySeconds: 3000)
            return time.map { end(of: first) < $0 && $0 <= end(of: last) } ?? false
        }.sorted()
    }

    private func write(_ key: String, _ content: [UInt8]? = nil) throws {
        let path = archive + "/" + key
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try Data(content ?? objects[key] ?? []).write(to: URL(fileURLWithPath: path))
    }

    private func remove(_ keys: [String]) throws {
        for key in keys { try FileManager.default.removeItem(atPath: archive + "/" + key) }
    }

    /// Alters a file and leaves its size and time what they were.
    private func alterInSecret(_ key: String) throws {
        let path = archive + "/" + key
        var content = try #require(objects[key])
        content[content.count / 2] ^= 1
        var status = stat()
        let known = unsafe stat(path, &status)
        #expect(known == 0)
        try write(key, content)
        let times = [status.st_atim, status.st_mtim]
        let result = unsafe utimensat(AT_FDCWD, path, times, 0)
        #expect(result == 0)
    }

    // MARK: Runs

    private func command(state: String? = nil, _ more: [String] = []) -> [String] {
        [
            "validate", archive, "--public-keys", folder.path + "/keys.json", "--public-keys",
            folder.path + "/keys-2.json", "--state", state ?? self.state, "--expect", folder.path + "/chains.jsonl",
            "--allow", "digest-unsigned", "--allow", "log-unauthenticated", "--format", "jsonl",
        ] + more
    }

    private struct Night {
        let status: Int32?
        let kinds: [String: Int]
        let bytes: Int
        let errors: String
    }

    private func run(_ more: String..., state: String? = nil) throws -> Night {
        try run(more, state: state)
    }

    private func run(_ more: [String], state: String? = nil) throws -> Night {
        let ending = try CommandProcess(command(state: state, more)).end()
        var kinds: [String: Int] = [:]
        var bytes = 0
        for line in ending.output.split(separator: "\n") {
            let record = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            if let kind = record["kind"] as? String { kinds[kind, default: 0] += 1 }
            if record["record"] as? String == "summary" { bytes = record["bytes"] as? Int ?? -1 }
        }
        return Night(status: ending.status, kinds: kinds, bytes: bytes, errors: ending.errors)
    }

    /// What every quiet night shows: the newest digest of each chain, and its log file, wait for the next one.
    private static let quiet = ["digest-unsigned": 2, "log-unauthenticated": 2]

    private func expectQuiet(_ night: Night, _ number: Int, _ location: SourceLocation = #_sourceLocation) {
        #expect(night.status == 0, "night \(number): \(night.errors)", sourceLocation: location)
        #expect(night.kinds == Self.quiet, "night \(number)", sourceLocation: location)
    }

    /// A run that waits, with the next state written and not in its place, until its report is read.
    private func waitingRun() throws -> (CommandProcess, report: String) {
        let report = folder.path + "/report"
        try? FileManager.default.removeItem(atPath: report)
        let made = unsafe mkfifo(report, 0o600)
        #expect(made == 0)
        let process = try CommandProcess(command(["--report", "json=\(report)"]))
        let before = Set(try leftovers())
        // An empty one is made and removed at the beginning, to see that it can be.
        let isWaiting = try process.runs {
            ((try? leftovers()) ?? []).contains { name in
                let path = "\(folder.path)/\(name)"
                let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
                return !before.contains(name) && (size ?? 0) > 0
            }
        }
        #expect(isWaiting)
        usleep(50_000)
        return (process, report)
    }

    private func leftovers() throws -> [String] {
        try folder.names().filter { $0.hasPrefix(".cloudtrail-integrity-") }
    }

    // MARK: The nights

    @Test(.timeLimit(.minutes(10)))
    func thirtyNights() throws {
        var bytes: [Int: Int] = [:]
        for night in 1...Self.nights {
            for key in keys(after: night - 1, until: night) { try write(key) }
            // What changed in the second in which it is read is read again the next night.
            if [1, 2, Self.nights - 1, Self.nights].contains(night) { usleep(1_050_000) }
            let before = FileManager.default.contents(atPath: state)
            switch night {
            case 1:
                #expect(try run().status == 66)
                expectQuiet(try run("--new-state"), night)
                #expect(try run("--new-state").status == 64)
                continue
            case 5:
                // The newest day is cut off, of one chain.
                let tail = keys(after: 3, until: 5).filter { $0.contains("/us-west-2/") }
                try remove(tail)
                let cut = try run()
                #expect(cut.status == 1 && cut.kinds["anchor-lost"] == 1)
                for key in tail { try write(key) }
            case 9:
                let key = try #require(keys(after: 2, until: 3).first { $0.contains("/CloudTrail/") })
                try write(key, try #require(objects[key]).reversed())
                let altered = try run()
                #expect(
                    altered.status == 1 && altered.kinds["log-malformed"] == 1 || altered.kinds["log-modified"] == 1
                )
                #expect(try run().status == 1)
                try write(key)
            case 12:
                let key = try #require(keys(after: 6, until: 7).first { $0.contains("/CloudTrail/") })
                try alterInSecret(key)
                // The time of its status is one that nobody can set back.
                for more in [[], ["--recheck", "5%"], []] {
                    let found = try run(more)
                    #expect(found.status == 1)
                    #expect(found.kinds["log-malformed"] ?? found.kinds["log-modified"] == 1)
                }
                try write(key)
            case 17:
                // A day that was proven is gone, and nobody says so.
                let day = keys(after: 0, until: 1)
                try remove(day)
                let gone = try run()
                #expect(gone.status == 1 && (gone.kinds["digest-missing"] ?? 0) >= 46)
                for key in day { try write(key) }
            case 18:
                var damaged = try #require(before)
                damaged[damaged.count / 2] ^= 4
                try damaged.write(to: URL(fileURLWithPath: state))
                let refused = try run()
                #expect(refused.status == 66 && refused.errors.contains("damaged"))
                try #require(before).write(to: URL(fileURLWithPath: state))
            case 20:
                let (process, report) = try waitingRun()
                let second = try run()
                #expect(second.status == 66 && second.errors.contains("in use by another run"))
                _ = try CommandProcess(script: "cat \(report)", []).end()
                #expect(try process.end().status == 0)
            case 26:
                for number in [SIGKILL, SIGTERM] {
                    let (process, _) = try waitingRun()
                    process.send(number)
                    #expect(try process.end().status == (number == SIGTERM ? 143 : nil))
                    #expect(FileManager.default.contents(atPath: state) == before)
                    let left = try leftovers()
                    #expect(left.count == (number == SIGTERM ? 0 : 1))
                    for name in left { try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)") }
                }
            case 28:
                let chain = keys(after: 0, until: night).filter { $0.contains("/us-west-2/") }
                for key in chain where others[key] != nil { try write(key, others[key]) }
                let rewritten = try run()
                #expect(rewritten.status == 1 && (rewritten.kinds["anchor-lost"] ?? 0) >= 1)
                // What AWS signed is remembered too: what was there before comes back with the old state.
                for key in chain { try write(key) }
                try #require(before).write(to: URL(fileURLWithPath: state))
            default:
                break
            }
            let quiet = try run()
            expectQuiet(quiet, night)
            bytes[night] = quiet.bytes
        }
        // What is read does not grow: a day, and the newest hours of the day before.
        let second = try #require(bytes[2])
        let last = try #require(bytes[30])
        #expect(second > 0 && last <= second + second / 20, "night 2 read \(second) bytes, night 30 \(last)")
    }

    @Test("a disk that is full while the state is written", .enabled(if: geteuid() == 0, "only root may mount a disk"))
    func fullDisk() throws {
        for key in keys(after: 0, until: 2) { try write(key) }
        #expect(try run("--new-state").status == 0)
        let before = try #require(FileManager.default.contents(atPath: self.state))
        let disk = folder.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        let size = (before.count / 4096 + 2) * 4096
        let mount = try CommandProcess(script: "mount -t tmpfs -o size=\(size) none \(disk)", []).end()
        try #require(mount.status == 0, "\(mount.errors)")
        defer { _ = try? CommandProcess(script: "umount -l \(disk)", []).end() }
        let state = disk + "/state"
        try before.write(to: URL(fileURLWithPath: state))
        let run = try run(state: state)
        #expect(run.status == 74 && run.errors.contains("could not be written"))
        #expect(FileManager.default.contents(atPath: state) == before)
        let left = try FileManager.default.contentsOfDirectory(atPath: disk).sorted()
        #expect(left == ["state", "state.lock"])
    }
}
#endif
