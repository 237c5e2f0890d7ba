import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop
import SampleArchive
import Testing

/// What `write` leaves on the disk.
struct DirectoryTests {
    private let folder: TemporaryFolder
    private let options: SampleOptions

    init() throws {
        folder = try TemporaryFolder()
        var options = SampleOptions()
        (options.accounts, options.hours) = (1, 4)
        self.options = options
    }

    @Test func equalOptionsMakeEqualTrees() throws {
        var options = options
        options.tampers = [.logModified, .digestForged, .logInjected]
        options.hours = 8
        _ = try SampleArchive.write(to: folder.path("one"), options)
        _ = try SampleArchive.write(to: folder.path("two"), options)
        let (one, two) = (try folder.files(below: "one"), try folder.files(below: "two"))
        #expect(one == two)
        #expect(one.count == 2 * 8 * 4 + 1 + 3)
    }

    @Test func anotherSeedMakesOtherBytes() throws {
        var other = options
        other.seed = 2
        let (one, two) = (try MadeArchive(options), try MadeArchive(other))
        #expect(one.digestKeys == two.digestKeys)
        #expect(Set(one.logKeys).isDisjoint(with: two.logKeys))
        for key in one.digestKeys { #expect(try one.object(key).content != two.object(key).content) }
        #expect(Set(one.summary.keys).isDisjoint(with: two.summary.keys))
    }

    @Test func aChainIsTheSameInALargerArchive() throws {
        var larger = options
        larger.accounts = 2
        let differences = try MadeArchive(larger).differences(from: MadeArchive(options))
        #expect(differences.changed.isEmpty && differences.removed.isEmpty)
    }

    @Test func theTreeHoldsTheObjectsAndWhatGoesWithThem() throws {
        let summary = try SampleArchive.write(to: folder.path("new"), options)
        let archive = try MadeArchive(options)
        var files = try folder.files(below: "new")
        #expect(files.removeValue(forKey: "keys.json") == Data(summary.keysJSON))
        #expect(files.removeValue(forKey: "truth.json") == Data(summary.truthJSON))
        let removed = files.removeValue(forKey: "meta.jsonl")
        let manifest = try #require(removed)
        #expect(files.count == archive.objects.count)
        for (key, object) in archive.objects { #expect(files["archive/" + key] == Data(object.content)) }

        let lines = manifest.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 8)
        for line in lines {
            let entry = try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
            let key = try #require(entry["key"] as? String)
            let metadata = try #require(entry["metadata"] as? [String: String])
            #expect(entry["bucket"] as? String == "example-trail-bucket")
            #expect(metadata["signature-algorithm"] == "SHA256withRSA")
            #expect(metadata["signature"] == archive.signatures[key]?.signature)
            #expect(metadata.count == 2)
        }
    }

    @Test func theTruthSaysWhatWasDeliveredAndDone() throws {
        var options = options
        options.tampers = [.digestDeleted]
        let summary = try SampleArchive.write(to: folder.path("new"), options)
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.path("new/truth.json")))
        let truth = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(truth["bucket"] as? String == "example-trail-bucket")
        #expect(truth["prefix"] is NSNull)
        #expect(truth["seed"] as? Int == 1)
        #expect(truth["digests"] as? Int == 8)
        #expect(truth["logs"] as? Int == 24)
        #expect(truth["start"] as? String == "2026-03-01T00:10:35Z")
        #expect(truth["end"] as? String == "2026-03-01T04:10:35Z")
        #expect((truth["chains"] as? [Any])?.count == 2)
        let tamper = try #require((truth["tampers"] as? [[String: Any]])?.first)
        #expect(tamper["tamper"] as? String == "digest-deleted")
        #expect(tamper["kinds"] as? [String] == ["digest-missing"])
        #expect(tamper["key"] as? String == summary.tampers.first?.key)
        #expect((tamper["consequences"] as? [[String: String]])?.count == 3)
    }

    @Test func otherProgramsReadTheFiles() throws {
        _ = try SampleArchive.write(to: folder.path("new"), options)
        let archive = try MadeArchive(options)
        for key in archive.objects.keys.sorted().suffix(4) {
            let path = folder.path("new/archive/" + key)
            let sum = try Self.run("gzip -t \"$0\" && gzip -dc \"$0\" | sha256sum", path)
            let hash = Hex.encode(try gunzip(try archive.object(key).content).result.sha256.bytes)
            #expect(sum == hash + "  -\n")
        }
    }

    @Test(arguments: [(hours: 400, logs: 0, records: 1), (hours: 1, logs: 1, records: 3000)])
    func whatIsLargerThanOneWriteIsWhole(hours: Int, logs: Int, records: Int) throws {
        var options = SampleOptions()
        (options.accounts, options.regions, options.hours) = (1, 1, hours)
        (options.logs, options.records) = (logs, records)
        _ = try SampleArchive.write(to: folder.path("new"), options)
        let archive = try MadeArchive(options)
        let files = try folder.files(below: "new")
        for (key, object) in archive.objects { #expect(files["archive/" + key] == Data(object.content)) }
        let lines = archive.signatures.sorted { $0.key < $1.key }.flatMap(\.value.manifestLine)
        #expect(files["meta.jsonl"] == Data(lines))
        #expect(files.values.contains { $0.count > 256 * 1024 })
    }

    @Test func anEmptyDirectoryIsTaken() throws {
        try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: false)
        #expect(try SampleArchive.write(to: folder.path("empty"), options).objectCount == 32)
    }

    @Test func aDirectoryThatHoldsSomethingIsLeftAlone() throws {
        try Data("evidence".utf8).write(to: folder.url.appendingPathComponent(".hidden"))
        let error = #expect(throws: SampleArchiveError.self) {
            try SampleArchive.write(to: folder.url.path, options)
        }
        #expect(error?.code == .directoryNotEmpty)
        #expect(error?.location == folder.url.path)
        #expect(error?.description.contains("not empty") == true)
        #expect(try folder.files(below: ".") == [".hidden": Data("evidence".utf8)])
    }

    @Test func whatWasWrittenIsRemovedWhenTheRestCannotBe() throws {
        try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: false)
        var options = options
        // Each name is short enough, but not all of them one below the other.
        options.prefix = Array(repeating: String(repeating: "p", count: 200), count: 25).joined(separator: "/")
        for name in ["new", "empty"] {
            let directory = SampleDirectory(path: folder.path(name))
            let error = #expect(throws: SampleArchiveError.self) { try SampleArchive.write(to: directory, options) }
            #expect(error?.systemError == ENAMETOOLONG)
            #expect(error?.description.contains("; no archive was made; ") == true)
            #expect(directory.state == .discarded(leftover: nil))
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.url.path) == ["empty"])
    }

    @Test func discardingRemovesWhatWasMadeAndNothingElse() throws {
        let directory = SampleDirectory(path: folder.path("new"))
        try directory.begin()
        try directory.write([1], at: "archive/a/b/1")
        try directory.write([2], at: "archive/c/2")
        try Data("evidence".utf8).write(to: folder.url.appendingPathComponent("new/archive/a/other"))
        #expect(directory.discard() == .discarded(leftover: nil))
        #expect(try folder.files(below: "new") == ["archive/a/other": Data("evidence".utf8)])
        #expect(!FileManager.default.fileExists(atPath: folder.path("new/archive/c")))

        // Who is still writing finds that out at the next file.
        let error = #expect(throws: SampleArchiveError.self) { try directory.write([4], at: "archive/d/4") }
        #expect(error?.code == .discarded)
        #expect(throws: SampleArchiveError.self) { try directory.finish() }
        #expect(try folder.files(below: "new").count == 1)
    }

    @Test func whatCannotBeRemovedIsNamed() throws {
        let directory = SampleDirectory(path: folder.path("new"))
        try directory.begin()
        try directory.write([1], at: "archive/a/1")
        try FileManager.default.removeItem(atPath: folder.path("new/archive/a/1"))
        try FileManager.default.createDirectory(
            atPath: folder.path("new/archive/a/1"),
            withIntermediateDirectories: false
        )
        #expect(directory.discard() == .discarded(leftover: ByteString(folder.path("new/archive/a/1"))))
    }

    @Test func aDirectoryDiscardedBeforehandIsNeverMade() throws {
        let directory = SampleDirectory(path: folder.path("new"))
        directory.discard()
        let error = #expect(throws: SampleArchiveError.self) { try SampleArchive.write(to: directory, options) }
        #expect(error?.code == .discarded)
        #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
    }

    @Test func aCompleteArchiveIsNotDiscarded() throws {
        let directory = SampleDirectory(path: folder.path("new"))
        _ = try SampleArchive.write(to: directory, options)
        #expect(directory.discard() == .complete)
        #expect(try folder.files(below: "new")["truth.json"] != nil)
    }

    @Test func aRefusalOfTheSystemNamesThePathAndTheReason() throws {
        try Data().write(to: folder.url.appendingPathComponent("file"))
        for (path, systemError, text) in [
            (folder.path("file"), ENOTDIR, "Not a directory"),
            (folder.path("absent/new"), ENOENT, "No such file or directory"),
        ] {
            let error = #expect(throws: SampleArchiveError.self) { try SampleArchive.write(to: path, options) }
            #expect(error?.code == .inputOutput)
            #expect(error?.systemError == systemError)
            #expect(error?.location == path)
            #expect(error?.description.contains(text) == true)
        }
    }

    @Test func anOptionOutsideItsRangeIsRefusedBeforeAnythingIsWritten() throws {
        let changes: [(String, (inout SampleOptions) -> Void)] = [
            ("accounts", { $0.accounts = 0 }), ("regions", { $0.regions = 1000 }), ("hours", { $0.hours = -1 }),
            ("logs", { $0.logs = -1 }), ("records", { $0.records = 0 }), ("emptyEvery", { $0.emptyEvery = -1 }),
            ("prefix", { $0.prefix = "../outside" }), ("prefix", { $0.prefix = "/rooted" }),
            ("prefix", { $0.prefix = "" }), ("organization", { $0.organization = "o/x" }),
            ("bucket", { $0.bucket = "" }), ("trail", { $0.trail = "a/b" }), ("homeRegion", { $0.homeRegion = "a_b" }),
            ("start", { $0.start = .distantFuture }), ("start", { $0.start = .distantPast }),
        ]
        for (name, change) in changes {
            var options = options
            change(&options)
            let error = #expect(throws: SampleArchiveError.self) {
                try SampleArchive.write(to: folder.path("new"), options)
            }
            #expect(error?.code == .invalidOption && error?.location == name)
        }
        #expect(try folder.files(below: ".").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
    }

    private static func run(_ script: String, _ argument: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, argument]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
