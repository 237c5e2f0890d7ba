#if os(Linux)
import CloudTrailFormat
import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

/// packaging/sync-archive.sh, with an `aws` that serves a folder.
@Suite("The download script")
struct SyncTests {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("packaging/sync-archive.sh")
        .path

    private let folder: TestFolder
    private let downloaders: Downloaders
    private let start: Timestamp
    private var sample: String { folder.path + "/sample" }
    private var bucket: String { folder.path + "/bucket" }
    private var archive: String { folder.path + "/archive" }

    /// A copy that fails when there were as many as `COPIES` says.
    private static let cp = """
        #!/bin/sh
        count=$(cat "$COPIED")
        [ "$count" -lt "${COPIES:-999999}" ] || exit 1
        echo $((count + 1)) >"$COPIED"
        exec /bin/cp "$@"
        """

    init() throws {
        folder = try TestFolder()
        var options = SampleOptions()
        (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 2, 4, 1, 1)
        _ = try SampleArchive.write(to: folder.path + "/sample", options)
        start = options.start
        downloaders = try Downloaders(in: folder.path, manifest: folder.path + "/sample/meta.jsonl")
        try Downloaders.put("cp", Self.cp, in: folder.path)
    }

    /// Has what was delivered until an hour lie in a folder.
    private func deliver(hour: Int, to target: String) throws {
        let end = start.advanced(bySeconds: Int64(hour) * 3600)
        for name in try FileManager.default.subpathsOfDirectory(atPath: sample + "/archive").sorted() {
            let key = ObjectKey(name)
            let time = DigestFileName(key)?.endTime ?? LogFileName(key)?.time.advanced(bySeconds: 3000)
            guard let time, time <= end else { continue }
            let path = "\(target)/\(name)"
            guard !FileManager.default.fileExists(atPath: path) else { continue }
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true
            )
            try FileManager.default.copyItem(atPath: "\(sample)/archive/\(name)", toPath: path)
        }
    }

    /// - Parameter copies: How many files are copied before one cannot be.
    private func sync(copies: Int? = nil) throws -> Int32 {
        try Data("0\n".utf8).write(to: URL(fileURLWithPath: folder.path + "/count"))
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        var environment = downloaders.environment
        environment["PATH"] = "\(folder.path):\(path)"
        environment["COPIED"] = folder.path + "/count"
        if let copies { environment["COPIES"] = "\(copies)" }
        return try ShellRun(
            "/bin/sh",
            [Self.script, "s3://example-trail-bucket", archive, folder.path + "/staging"],
            environment: environment
        ).status
    }

    private func validate(_ options: String...) throws -> Run {
        run(
            ["validate", archive, "--public-keys", sample + "/keys.json", "--expect", folder.path + "/chains.jsonl"]
                + options
        )
    }

    private func writeChains() throws {
        let chains = ["us-east-1", "us-west-2"].map { region in
            #"{"account":"111122223333","region":"\#(region)","trail":"management-events","homeRegion":"us-east-1"}"#
        }
        try Data(chains.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: folder.path + "/chains.jsonl"))
    }

    @Test("what it brings is proven without anything allowed, each time")
    func whole() throws {
        try writeChains()
        for hour in 1...4 {
            try deliver(hour: hour, to: bucket)
            #expect(try sync() == 0)
            let run = try validate()
            #expect(run.status == .proven, "\(run.output)")
            #expect(run.output.contains("\(hour * 2)/\(hour * 2) digest files valid"))
        }
        // Nothing that was brought is brought again.
        #expect(try sync(copies: 0) == 0)
    }

    @Test("what is delivered meanwhile makes nothing look missing")
    func delivery() throws {
        try writeChains()
        try deliver(hour: 2, to: bucket)
        try deliver(hour: 3, to: folder.path + "/later")
        #expect(try sync() == 0)
        #expect(try validate().status == .proven)
        #expect(try validate("--format", "jsonl").output.contains(#""kind":"log-awaiting-digest""#))
        #expect(try sync() == 0)
        #expect(try validate().output.contains("6/6 digest files valid"))
    }

    @Test("wherever it ends in the middle nothing looks tampered with, and the next one completes it")
    func interrupted() throws {
        try writeChains()
        try deliver(hour: 4, to: bucket)
        var endings = 0
        for copies in 0... {
            try? FileManager.default.removeItem(atPath: archive)
            try? FileManager.default.removeItem(atPath: folder.path + "/staging")
            guard try sync(copies: copies) != 0 else { break }
            endings += 1
            guard FileManager.default.fileExists(atPath: archive + "/AWSLogs") else { continue }
            let run = try validate()
            #expect(run.status == .unverified, "after \(copies) copies: \(run.output)")
            #expect(!run.output.contains("violation "), "after \(copies) copies: \(run.output)")
            if copies.isMultiple(of: 5) {
                #expect(try sync() == 0)
                #expect(try validate().status == .proven)
            }
        }
        // Each digest file is copied twice, each log file once, and two of the metadata.
        #expect(endings == 8 * 2 + 8 + 2)
    }
}
#endif
