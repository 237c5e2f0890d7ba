#if os(Linux)
import CloudTrailFormat
import Foundation
import SampleArchive
import Testing

/// Thirty nights of an unattended job, by a clock of their own: what each ends with, what its metrics say, and what becomes
/// of the state.
@Suite("Thirty nights of an unattended job")
struct UnattendedNightsTests {
    private let folder: TestFolder
    private var archive: String { folder.path + "/archive" }
    private var state: String { folder.path + "/state" }
    private var metrics: String { folder.path + "/archive.prom" }
    private var acknowledgements: String { folder.path + "/acknowledged.jsonl" }
    /// What is delivered, by its key.
    private let objects: [String: [UInt8]]
    private let start: Timestamp
    /// Each key as a file of its own, the older one first.
    private let keys: [Data]

    private static let nights = 30
    /// How late after the last digest file of its day a run is, in seconds.
    private static let delay: Int64 = 7200

    private static let compiler = ShellRun.find("cc")
    private static let canRun = compiler != nil && PrivateMounts.areAllowed && !CommandProcess.isUnderSanitizer
    private static let reason: Comment =
        "it needs a C compiler for its clock, mounts for its full disk, and no sanitizer"

    init() throws {
        folder = try TestFolder()
        var options = SampleOptions()
        (options.accounts, options.regions, options.hours, options.logs, options.records) = (
            1, 2, Self.nights * 24, 1, 1
        )
        var objects: [String: [UInt8]] = [:]
        var manifest = ""
        let summary = try SampleArchive.generate(options) { _ in
        } object: { object in
            objects[object.key] = object.content
            guard object.kind == .digest else { return }
            let metadata = object.metadata.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",")
            manifest += "{\"bucket\":\"\(object.bucket)\",\"key\":\"\(object.key)\",\"metadata\":{\(metadata)}}\n"
        }
        self.objects = objects
        start = summary.start
        let answer = try JSONSerialization.jsonObject(with: Data(summary.keysJSON)) as? [String: Any]
        let list = try #require(answer?["PublicKeyList"] as? [[String: Any]])
        let ordered = list.sorted { "\($0["ValidityStartTime"] ?? "")" < "\($1["ValidityStartTime"] ?? "")" }
        keys = try ordered.map { try JSONSerialization.data(withJSONObject: ["PublicKeyList": [$0]]) }
        try #require(keys.count == 2)
        let chains = ["us-east-1", "us-west-2"].map { region in
            #"{"account":"111122223333","region":"\#(region)","trail":"management-events","homeRegion":"us-east-1"}"#
        }
        try write("chains.jsonl", Data(chains.joined(separator: "\n").utf8))
        try write("signatures.jsonl", Data(manifest.utf8))
        try write("keys/1.json", keys[0])
        try write("acknowledged.jsonl", Data())
        let clock = """
            #include <stdlib.h>
            #include <time.h>
            time_t time(time_t *result) {
                time_t now = atoll(getenv("NIGHT"));
                if (result) *result = now;
                return now;
            }
            """
        try write("clock.c", Data(clock.utf8))
    }

    private func write(_ name: String, _ content: Data) throws {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try content.write(to: URL(fileURLWithPath: path))
    }

    // MARK: The archive

    private func end(of night: Int) -> Timestamp { start.advanced(bySeconds: Int64(night) * 86_400) }

    /// When the run of a night begins.
    private func now(_ night: Int) -> Int { Int(end(of: night).secondsSinceEpoch + Self.delay) }

    /// The keys of what is delivered on the day before a night.
    private func delivered(_ night: Int) -> [String] {
        objects.keys.filter { name in
            let key = ObjectKey(name)
            let time = DigestFileName(key)?.endTime ?? LogFileName(key)?.time.advanced(bySeconds: 3000)
            return time.map { end(of: night - 1) < $0 && $0 <= end(of: night) } ?? false
        }.sorted()
    }

    private static func isDigest(_ key: String) -> Bool { key.contains("/CloudTrail-Digest/") }

    private func download(_ keys: [String]) throws {
        for key in keys { try write("archive/" + key, Data(try #require(objects[key]))) }
    }

    private func lose(_ key: String) throws { try FileManager.default.removeItem(atPath: archive + "/" + key) }

    // MARK: Runs

    /// What a run is to come to.
    private struct Expected {
        let status: Int32
        /// The night of the last success.
        let success: Int
        var isStateNew = true
        /// Whether metrics are written: not by a run that cannot begin.
        var isMeasured = true
        /// What is printed on standard output or standard error, in part; `nil` for nothing at all.
        var says: String?
        /// Numbers of the metrics, by their names and kinds.
        var numbers: [String: Int] = [:]
    }

    /// - Parameters:
    ///   - before: What a shell does before.
    ///   - after: What it does when the command has ended.
    private func run(
        _ night: Int,
        at time: Int? = nil,
        before: String = "",
        after: String = "",
        _ more: String...,
        comesTo: Expected
    ) throws {
        let (stateBefore, metricsBefore) = (contents(state), contents(metrics))
        let ending = try PrivateMounts.run(
            """
            \(before)
            NIGHT=\(time ?? now(night)) LD_PRELOAD=\(folder.path)/clock.so "$@"
            status=$?
            \(after)
            exit $status
            """,
            [
                "validate", archive, "--public-keys", folder.path + "/keys", "--signatures",
                folder.path + "/signatures.jsonl", "--state", state, "--expect", folder.path + "/chains.jsonl",
                "--max-age", "4h", "--acknowledge", acknowledgements, "--metrics", metrics, "--silent-on-success",
            ] + more
        )
        let label: Comment = "night \(night): \(ending.output)\(ending.errors)"
        #expect(ending.status == comesTo.status, label)
        if let says = comesTo.says {
            #expect((ending.output + ending.errors).contains(says), label)
        } else {
            #expect(ending.output.isEmpty && ending.errors.isEmpty, label)
        }
        #expect((contents(state) != stateBefore) == comesTo.isStateNew, label)
        guard comesTo.isMeasured else {
            #expect(contents(metrics) == metricsBefore, label)
            return
        }
        var numbers = [
            "exit_status": Int(comesTo.status), "output_failed": comesTo.status == 74 ? 1 : 0,
            "last_run_timestamp_seconds": time ?? now(night), "last_success_timestamp_seconds": now(comesTo.success),
        ]
        numbers.merge(comesTo.numbers) { _, new in new }
        for (name, number) in numbers { #expect(try value(name) == number, "\(name): \(label)") }
    }

    private func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

    /// The value of a metric; `findings log-missing` is that of a kind.
    private func value(_ name: String) throws -> Int? {
        let parts = name.split(separator: " ")
        let lines = String(decoding: try #require(contents(metrics)), as: UTF8.self).split(separator: "\n")
        let line = lines.first { line in
            line.hasPrefix("cloudtrail_integrity_\(parts[0]){")
                && (parts.count < 2 || line.contains("kind=\"\(parts[1])\""))
        }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }

    private func proven(_ night: Int) -> Expected { Expected(status: 0, success: night) }

    private func acknowledge(_ key: String, until: Timestamp) throws {
        let line = ["kind": "log-missing", "key": key, "who": "Ana", "why": "lost with disk 7", "until": "\(until)"]
        try write("acknowledged.jsonl", try JSONSerialization.data(withJSONObject: line))
    }

    /// I39, V50, V51, I16, I20, I41
    @Test(.enabled(if: canRun, reason), .timeLimit(.minutes(10)))
    func thirtyNights() throws {
        let made = try ShellRun(
            try #require(Self.compiler),
            ["-shared", "-fPIC", "-o", folder.path + "/clock.so", folder.path + "/clock.c"]
        )
        try #require(made.status == 0, "\(made.errors)")
        let lost = try #require(delivered(3).first { !Self.isDigest($0) })
        let other = try #require(delivered(8).first { !Self.isDigest($0) })
        for night in 1...Self.nights {
            let today = delivered(night)
            if night != 9 { try download(today) }
            switch night {
            case 1:
                try run(night, "--new-state", comesTo: proven(night))
            case 5:
                // The mount is gone: an empty folder stands in its place.
                try FileManager.default.moveItem(atPath: archive, toPath: archive + "-disk")
                try FileManager.default.createDirectory(atPath: archive, withIntermediateDirectories: false)
                try run(
                    night,
                    comesTo: Expected(
                        status: 66,
                        success: 4,
                        isStateNew: false,
                        isMeasured: false,
                        says: "is it mounted?"
                    )
                )
                try FileManager.default.removeItem(atPath: archive)
                try FileManager.default.moveItem(atPath: archive + "-disk", toPath: archive)
            case 9:
                // The download ended when all log files were there, and no digest file yet.
                try download(today.filter { !Self.isDigest($0) })
                try run(
                    night,
                    comesTo: Expected(
                        status: 2,
                        success: 8,
                        says: "NOT PROVEN: no violation",
                        numbers: ["findings coverage-short": 2]
                    )
                )
                try download(today)
                try run(night, comesTo: proven(night))
            case 13:
                let disk = folder.path + "/disk"
                try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
                // Only the state lies there: a link leads to it.
                try FileManager.default.moveItem(atPath: state, toPath: disk + "/state")
                try FileManager.default.createSymbolicLink(atPath: state, withDestinationPath: disk + "/state")
                try run(
                    night,
                    before: """
                        cp \(disk)/state \(folder.path)/copy && mount -t tmpfs -o size=1m none \(disk)
                        cp \(folder.path)/copy \(disk)/state && cat /dev/zero >\(disk)/fill 2>/dev/null
                        """,
                    after: "cmp \(folder.path)/copy \(disk)/state || status=99",
                    comesTo: Expected(
                        status: 74,
                        success: 12,
                        isStateNew: false,
                        says: "could not be written: No space left on device"
                    )
                )
                try run(night, comesTo: proven(night))
            case 16:
                // CloudTrail took another key, which nobody has fetched yet.
                try run(
                    night,
                    comesTo: Expected(status: 2, success: 15, says: "digest-key-unknown")
                )
                try write("keys/2.json", keys[1])
                try run(
                    night,
                    comesTo: Expected(
                        status: 0,
                        success: night,
                        numbers: ["findings key-new": 1, "findings digest-key-unknown": 0]
                    )
                )
            case 20:
                try lose(lost)
                try run(
                    night,
                    comesTo: Expected(
                        status: 1,
                        success: 19,
                        says: "Since the last run: 1 new finding (1 violation), 0 known from then.",
                        numbers: ["findings log-missing": 1, "new_findings log-missing": 1]
                    )
                )
            case 21:
                try run(
                    night,
                    comesTo: Expected(
                        status: 1,
                        success: 19,
                        says: "Since the last run: 0 new findings, 1 known from then.",
                        numbers: ["findings log-missing": 1, "new_findings log-missing": 0]
                    )
                )
            case 22, 24:
                if night == 22 { try acknowledge(lost, until: end(of: 26)) }
                try run(
                    night,
                    comesTo: Expected(
                        status: 3,
                        success: 19,
                        says: "Nothing new: all that is wrong or not proven is acknowledged",
                        numbers: ["findings log-missing": 1, "acknowledged_findings log-missing": 1]
                    )
                )
            case 23:
                try lose(other)
                try run(
                    night,
                    comesTo: Expected(
                        status: 1,
                        success: 19,
                        says: "1 new finding (1 violation), 1 known",
                        numbers: ["findings log-missing": 2, "acknowledged_findings log-missing": 1]
                    )
                )
                try download([other])
            case 25:
                // By a clock 40 days slow the acknowledgement would never end: it is not asked.
                try run(
                    night,
                    at: now(night) - 40 * 86_400,
                    comesTo: Expected(
                        status: 66,
                        success: 19,
                        isStateNew: false,
                        isMeasured: false,
                        says: "set the clock right"
                    )
                )
                try run(night, comesTo: Expected(status: 3, success: 19, says: "Nothing new"))
            case 26:
                try run(
                    night,
                    comesTo: Expected(
                        status: 1,
                        success: 19,
                        says: "acknowledgement-expired",
                        numbers: ["acknowledged_findings log-missing": 0, "findings acknowledgement-expired": 1]
                    )
                )
            case 27:
                // It was found in another place, and the line is taken out.
                try download([lost])
                try write("acknowledged.jsonl", Data())
                try run(night, comesTo: proven(night))
            default:
                try run(night, comesTo: proven(night))
            }
        }
    }
}
#endif
