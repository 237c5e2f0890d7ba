import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

/// What people really have, from questions and bug reports: each with its right answer, and what looks like it and must not
/// get the same.
@Suite("What people really have")
struct CasesTests {
    private static func sample(_ configure: (inout SampleOptions) -> Void = { _ in }) throws -> SampleFolder {
        try SampleFolder { options in
            (options.regions, options.hours) = (1, 4)
            configure(&options)
        }
    }

    /// What stands in a report, with line breaks as in a file: nothing is wrapped.
    private static func validate(_ sample: SampleFolder, _ options: String...) -> Run {
        run(["validate", sample.archive, "--public-keys", sample.keys] + options, width: 100_000)
    }

    private static func findings(_ run: Run) throws -> [[String: Any]] {
        try jsonLines(run.output).filter { $0["record"] as? String == "finding" }
    }

    private static let unremarkable =
        "no digest file lists it: an injected file looks like this, and so does a trail without validation"

    // MARK: Signatures that do not help

    /// I13
    @Test("a list of signatures that is of no use is named, with why")
    func uselessManifests() throws {
        let sample = try Self.sample()
        let lines = try jsonLines(String(contentsOfFile: sample.manifest, encoding: .utf8))
        let keys = lines.compactMap { $0["key"] as? String }
        func listing(_ more: String) -> String {
            "[" + keys.map { "{\"Path\":\"\($0)\",\"Size\":900,\"IsDir\":false\(more)}" }.joined(separator: ",\n") + "]"
        }
        let good = try String(contentsOfFile: sample.manifest, encoding: .utf8)
        let cases = [
            (
                listing(""), "no-signature",
                "names 4 objects and holds no signature: rclone lsjson lists no metadata without -M"
            ),
            (listing(",\"Metadata\":{\"mtime\":\"1\"}"), "no-signature", "names 4 objects and holds no signature\n"),
            (
                good.replacing("example-trail-bucket", with: "another-bucket"), "other-bucket",
                "holds 4 signatures of the bucket another-bucket, and the digest files name example-trail-bucket: none counts"
            ),
            ("", "empty", "names no object"), ("[]\n", "empty", "names no object"),
            (
                good.replacing("_20260301T", with: "_20250301T"), "no-match",
                "holds 4 signatures, and none of a digest file that is held"
            ),
        ]
        for (text, reason, words) in cases {
            let file = try sample.write("useless.json", text)
            let report = Self.validate(sample, "--signatures", file)
            #expect(report.status == .unverified)
            #expect(report.output.contains("notice signatures-unused (1): "))
            #expect(report.output.contains(words), "\(report.output)")
            #expect(report.output.contains("is neither with the archive nor in the files of --signatures"))
            let notice = try #require(
                try Self.findings(Self.validate(sample, "--signatures", file, "--format", "jsonl"))
                    .first { $0["kind"] as? String == "signatures-unused" }
            )
            #expect((notice["detail"] as? [String: Any])?["reason"] as? String == reason)
        }
        // One that helps a little is of use, whatever else it names.
        let more = good + good.replacing("example-trail-bucket", with: "another-bucket")
        for text in [good, more, String(good.split(separator: "\n")[0])] {
            let report = Self.validate(sample, "--signatures", try sample.write("useful.jsonl", text))
            #expect(!report.output.contains("signatures-unused"))
        }
        #expect(sample.validate().status == .proven)
    }

    @Test("a sidecar that gives no signature is named, with why")
    func uselessSidecars() throws {
        let sample = try Self.sample()
        let head = try #require(sample.paths(of: "CloudTrail-Digest").last)
        let cases = [
            ("", "it is empty"), (" \n", "it is empty"),
            ("An error occurred", "it is not a JSON object: not JSON at byte 0"),
            ("{\"Metadata\":{}}", "there is none in its Metadata"),
            ("{\"signature\":\"00\"}", "it is not a whole answer of head-object: it has no member Metadata"),
            (String(repeating: " ", count: 70_000), "it is larger than any answer of head-object"),
        ]
        for (text, words) in cases {
            try sample.put("\(head).metadata.json", text)
            let report = Self.validate(sample)
            #expect(report.status == .unverified)
            let message =
                "the newest digest of its chain, and the .metadata.json file beside it gives no signature: \(words)"
            #expect(report.output.contains(message), "\(report.output)")
            #expect(!report.output.contains("was not kept"))
            #expect(report.output.contains("Save the whole answer of 'aws s3api head-object' there again"))
        }
        try sample.remove("\(head).metadata.json")
        let bare = Self.validate(sample)
        #expect(bare.output.contains("its signature was not kept with the archive"))
        #expect(!bare.output.contains("head-object'"))
    }

    @Test("the end to ask for leaves the newest hour of all chains out, and nothing else is unproven then")
    func rangeEnd() throws {
        let sample = try SampleFolder { ($0.accounts, $0.regions, $0.hours) = (2, 2, 4) }
        let report = Self.validate(sample)
        let end = "2026-03-01T03:10:35Z"
        let advice = report.output.ranges(of: "leave the newest hour out: --end-time \(end).")
        #expect(advice.count == 1 && report.status == .unverified)
        #expect(Self.validate(sample, "--end-time", end).status == .proven)
        // One in the middle is left out by no end that the others reach.
        let digests = try sample.paths(of: "CloudTrail-Digest").filter {
            $0.contains("111122223333_") && $0.contains("us-east-1_m")
        }
        try sample.remove(digests[2])
        let broken = Self.validate(sample, "--start-time", "2026-03-01T00:10:35Z")
        #expect(!broken.output.contains("--end-time \(end)"))
    }

    // MARK: Broken downloads

    /// V32
    @Test("of a broken download it is said what lies there, and to download again first")
    func brokenDownload() throws {
        let sample = try Self.sample()
        let logs = try sample.paths(of: "CloudTrail")
        try sample.put(logs[0], "")
        try sample.put(logs[1], "<?xml version=\"1.0\"?>\n<Error><Code>ExpiredToken</Code></Error>")
        try sample.put(logs[2], "\u{feff}<!DOCTYPE html><html></html>")
        try sample.put(logs[3], Data(try sample.bytes(logs[3]).prefix(60)))
        try sample.put(logs[4], "{\"Records\":[]}")
        try sample.put(logs[5], try sample.bytes(logs[6]))
        let report = sample.validate("--verbose")
        #expect(report.status == .violation)
        let again =
            "What to do: Download it again first. What is the same after that is so in S3: keep the file, and find "
            + "the earlier version there."
        for (file, words) in [
            (logs[0], "the file is empty, and a verified digest lists content for it"),
            (logs[1], "a page of XML or HTML is in its place"), (logs[2], "a page of XML or HTML is in its place"),
            (logs[3], "the log file is broken: the gzip stream is cut off"),
            (logs[4], "its content is not what a verified digest lists: the SHA-256 differs"),
            (logs[5], "its content is that of \(logs[6]), and a verified digest lists another for it"),
        ] {
            #expect(Self.says(words, of: file, in: sample), "\(file): \(report.output)")
        }
        let output = run(["validate", sample.archive, "--public-keys", sample.keys], width: 100_000).output
        #expect(output.contains(again) && output.contains("What to do: Download both files again first."))
        // Only what is empty or a page gets these words.
        #expect(output.ranges(of: again).count == 1)
        #expect(output.contains("What to do: Keep the file. Find the earlier version in S3 and compare the records."))
    }

    /// Whether the finding of a file says this.
    private static func says(_ words: String, of file: String, in sample: SampleFolder) -> Bool {
        let findings = try? findings(sample.validate("--format", "jsonl"))
        let found = findings?.first { ($0["path"] as? String)?.hasSuffix(file) ?? false }
        return (found?["message"] as? String)?.contains(words) ?? false
    }

    // MARK: Names that CloudTrail does not give

    /// V35
    @Test("a name that CloudTrail does not give is told by what it looks like, and is unproven as ever")
    func strayNames() throws {
        let sample = try Self.sample()
        let log = try #require(sample.paths(of: "CloudTrail").first)
        let folder = log[...(try #require(log.lastIndex(of: "/")))]
        let cases = [
            ("\(folder)desktop.ini", "system-file", "one that Windows gives to files of its own"),
            ("\(folder)Thumbs.db", "system-file", "one that Windows gives to files of its own"),
            ("\(log).6CBa3926", "unfinished-download", "like one that an interrupted download leaves"),
            ("\(log).d3adbeef.partial", "unfinished-download", "like one that an interrupted download leaves"),
            ("\(log).crdownload", "unfinished-download", "like one that an interrupted download leaves"),
            ("\(log):Zone.Identifier", "zone-mark", "like one of the notes in which Windows keeps"),
            ("\(folder)x_$folder$", "folder-mark", "like one of the marks that Hadoop"),
            ("\(folder)logs.tar.gz", "archive-file", "by its name it is an archive"),
            ("\(folder)result_1.csv.gz", "query-result", "a query result of CloudTrail Lake"),
        ]
        for (path, looksLike, words) in cases {
            try sample.put(path, "x")
            let report = sample.validate("--format", "jsonl")
            let found = try #require(try Self.findings(report).first { $0["kind"] as? String == "log-unreferenced" })
            #expect(report.status == .unverified)
            #expect((found["message"] as? String)?.contains(words) ?? false, "\(found)")
            #expect((found["detail"] as? [String: Any])?["looksLike"] as? String == looksLike)
            try sample.remove(path)
        }
        let innocent = ["harmless", "safe", "ignore"]
        try sample.put("\(folder)desktop.ini", "x")
        let report = Self.validate(sample, "--signatures", sample.manifest)
        #expect(innocent.allSatisfy { !report.output.contains($0) })
        #expect(
            report.output.contains("What to do: Anybody can give a file such a name. To make sure, download into a new")
        )
        try sample.remove("\(folder)desktop.ini")
        // Files that begin with a dot are no log files, and are counted.
        for name in [".DS_Store", "._x.json.gz"] { try sample.put("\(folder)\(name)", "x") }
        let hidden = sample.validate()
        #expect(hidden.status == .proven && hidden.output.contains("2 hidden by a name that begins with a dot"))
    }

    /// V35
    @Test("a file with an ordinary name gets no such words")
    func ordinaryNames() throws {
        let sample = try Self.sample()
        let log = try #require(sample.paths(of: "CloudTrail").first)
        let folder = log[...(try #require(log.lastIndex(of: "/")))]
        let ordinary = log.replacing("_20260301T00", with: "_20260301T01").dropLast(8) + "X.json.gz"
        for path in [
            String(ordinary), "\(folder)my-desktop.ini.json.gz", "\(folder)notes.csv", "\(folder)x.6CBa3926",
            "\(folder)x.json.gz.6CBa392", "\(folder)x(1).json.gz", "\(folder)x (a).json.gz", "\(folder)result_.csv.gz",
        ] {
            try sample.put(path, "x")
            let report = sample.validate("--format", "jsonl")
            let found = try #require(try Self.findings(report).first { $0["kind"] as? String == "log-unreferenced" })
            #expect(found["message"] as? String == Self.unremarkable)
            #expect((found["detail"] as? [String: Any])?.isEmpty ?? false)
            try sample.remove(path)
        }
    }

    /// V35
    @Test("of a copy it is said whose content it has, by its SHA-256")
    func copies() throws {
        let sample = try Self.sample()
        let log = try #require(sample.paths(of: "CloudTrail").first)
        let stem = log.dropLast(8)
        let content = try sample.bytes(log)
        for name in ["\(stem).json (1).gz", "\(stem) (12).json.gz", "\(log).6CBa3926", "\(stem) - Copy.json.gz"] {
            for (bytes, isSame) in [(content, true), (Data(content.dropLast(40)), false), (Data("x".utf8), false)] {
                try sample.put(name, bytes)
                for options in [["--format", "jsonl"], ["--format", "jsonl", "--jobs", "1"]] {
                    let report = sample.validate(options)
                    let found = try #require(
                        try Self.findings(report).first { $0["kind"] as? String == "log-unreferenced" }
                    )
                    let detail = try #require(found["detail"] as? [String: Any])
                    #expect(detail["contentOf"] as? String == (isSame ? log : nil))
                    let words =
                        isSame ? ", and its content is that of \(log)" : "that of no log file that is listed here"
                    #expect((found["message"] as? String)?.hasSuffix(words) ?? false)
                    #expect(report.status == .unverified)
                }
                try sample.remove(name)
            }
        }
    }

    // MARK: Parts of an archive

    /// V44
    @Test("of log files alone it is said what to download, and the plan downloads it")
    func logsAlone() throws {
        let sample = try SampleFolder {
            ($0.accounts, $0.regions, $0.hours, $0.organization) = (2, 1, 2, "o-a1b2c3d4e5")
        }
        for digest in try sample.paths(of: "CloudTrail-Digest") { try sample.remove(digest) }
        let report = Self.validate(sample)
        #expect(report.status == .unverified)
        #expect(report.output.contains("nothing was validated: the archive holds 12 log files and no digest file"))
        #expect(report.output.contains("'cloudtrail-integrity plan' prints the commands for this archive."))

        let plan = run("plan", sample.archive, "--bucket", "example-trail-bucket")
        #expect(plan.status == .proven && plan.errors.isEmpty)
        let folders = ["111122223333", "111122223334"].map { "AWSLogs/o-a1b2c3d4e5/\($0)/CloudTrail-Digest/us-east-1/" }
        let desk = try TestFolder()
        let aws = "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \"\(desk.path)/calls\"\n"
        try Data(aws.utf8).write(to: URL(fileURLWithPath: "\(desk.path)/aws"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(desk.path)/aws")
        let path = "\(desk.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let fetched = try ShellRun("/bin/sh", ["-c", plan.output], environment: ["PATH": path], in: desk.path)
        #expect(fetched.status == 0 && fetched.output == "cloudtrail-integrity plan \(sample.archive) digests\n")
        #expect(
            try desk.text("calls")
                == folders.map { "s3 sync s3://example-trail-bucket/\($0) digests/\($0)\n" }.joined()
        )
        // Without a bucket the script asks for it, and inside of the archive it does not run.
        let asking = run("plan", sample.archive).output
        #expect(try ShellRun("/bin/sh", ["-c", asking], environment: ["PATH": path], in: desk.path).status != 0)
        let inside = try ShellRun("/bin/sh", ["-c", plan.output], environment: ["PATH": path], in: sample.archive)
        #expect(inside.status == 1)
        if let shellcheck = ShellRun.find("shellcheck") {
            for (number, script) in [plan.output, asking].enumerated() {
                let file = try sample.write("plan\(number).sh", script)
                let checked = try ShellRun(
                    shellcheck,
                    ["--shell=sh", "--enable=all", "--exclude=SC2250,SC2310,SC2312", file]
                )
                #expect(checked.status == 0, "\(checked.output)")
            }
        }
        #expect(run("plan", desk.path).status == .unverified)
    }

    /// V33
    @Test("of digest files alone it is said that no log file of the region was downloaded")
    func digestsAlone() throws {
        let sample = try Self.sample { $0.regions = 2 }
        let logs = try sample.paths(of: "CloudTrail")
        for log in logs where log.contains("us-west-2") { try sample.remove(log) }
        let report = Self.validate(sample, "--signatures", sample.manifest)
        #expect(report.status == .violation)
        let words =
            "a verified digest lists it and it is not there: no log file of us-west-2 was downloaded, or none is left"
        #expect(report.output.contains("violation log-missing (12): \(words)"))
        #expect(report.output.contains("What to do: Download the log files of that account and region too"))
        // One that is there tells a hole from a download that was never made.
        let log = try #require(logs.first { $0.contains("us-east-1") })
        try sample.remove(log)
        let missing = try Self.findings(sample.validate("--format", "jsonl")).filter { $0["key"] as? String == log }
        #expect(missing.map { $0["message"] as? String } == ["a verified digest lists it and it is not there"])
    }

    /// V44
    @Test("what an archive without digest files holds instead is named")
    func otherThings() throws {
        let sample = try Self.sample()
        let archive = try TestFolder()
        func report() -> String {
            run(["validate", archive.path, "--public-keys", sample.keys], width: 100_000).output
        }
        #expect(report().contains("nothing was validated: the archive is empty"))
        _ = try archive.makeFile("notes.txt")
        #expect(report().contains("nothing was validated: the archive holds no digest file\n"))
        _ = try archive.makeFile("result_sign.json")
        #expect(report().contains("the archive holds no digest file, but query results of CloudTrail Lake"))
        #expect(report().contains("aws cloudtrail verify-query-results"))
        _ = try archive.makeFile("evidence.tar.gz")
        #expect(
            report().contains(
                "the archive holds no digest file, but 1 tar or zip file: \(archive.path)/evidence.tar.gz\n"
            )
        )
        _ = try archive.makeFile("a.zip")
        #expect(report().contains("but 2 tar or zip files: \(archive.path)/a.zip and others\n"))
        // A backslash is a part of a name here, and only digest and log files show that it was not meant so.
        _ = try archive.makeFile(#"notes\x.json.gz"#)
        #expect(!report().contains("backslash"))
        for file in try sample.paths(of: "CloudTrail") + sample.paths(of: "CloudTrail-Digest") {
            _ = try archive.makeFile(file.replacing("/", with: #"\"#))
        }
        let unpacked = report()
        #expect(unpacked.contains("but 16 files with backslashes in the name: a zip file made on Windows was unpacked"))
        #expect(
            unpacked.contains(
                "What to do: Unpack the zip file again, with a tool that makes folders of the backslashes"
            )
        )
    }

    // MARK: Coverage

    /// V26, V29
    @Test("of a chain that begins later it is said how to say when it began")
    func joinedAccount() throws {
        let sample = try Self.sample()
        let start = "2026-02-28T20:00:00Z"
        let report = Self.validate(sample, "--signatures", sample.manifest, "--start-time", start)
        #expect(report.status == .unverified)
        let began = "the chain begins with a starting digest at 2026-03-01T00:10:35Z: nothing attests the time before"
        #expect(report.output.contains("unverified coverage-short (1): \(began)"))
        #expect(report.output.contains("add the chain to --expect with that time as since"))
        let expected = try sample.write(
            "expect.jsonl",
            #"{"account":"111122223333","region":"us-east-1","trail":"management-events","homeRegion":"us-east-1","#
                + #""since":"2026-03-01T00:10:35Z"}"#
        )
        let known = sample.validate("--start-time", start, "--end-time", "2026-03-01T04:10:35Z", "--expect", expected)
        #expect(known.status == .proven)
        // One whose oldest digest file is gone does not begin there.
        try sample.remove(try #require(sample.paths(of: "CloudTrail-Digest").first))
        let cut = Self.validate(sample, "--signatures", sample.manifest, "--start-time", start)
        #expect(cut.output.contains("the one before it is not there"))
        #expect(!cut.output.contains("as since"))
        #expect(cut.output.contains("Download the digest files before that time, or give it as --start-time"))
    }
}

extension SampleFolder {
    /// The paths of the files of a category, below the archive, in order.
    fileprivate func paths(of category: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: archive).sorted().filter {
            $0.contains("/\(category)/") && $0.hasSuffix(".gz")
        }
    }

    fileprivate func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(archive)/\(path)"))
    }

    fileprivate func put(_ path: String, _ bytes: Data) throws {
        let file = URL(fileURLWithPath: "\(archive)/\(path)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: file)
    }

    fileprivate func put(_ path: String, _ text: String) throws { try put(path, Data(text.utf8)) }

    fileprivate func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(archive)/\(path)") }
}
