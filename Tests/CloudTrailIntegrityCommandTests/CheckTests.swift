import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

@Suite("check")
struct CheckTests {
    private func check(_ sample: SampleFolder, _ arguments: String..., signatures: Bool = true) -> Run {
        run(
            ["check"] + arguments + ["--archive", sample.archive, "--public-keys", sample.keys]
                + (signatures ? ["--signatures", sample.manifest] : [])
        )
    }

    @Test("a log file is proven wherever it lies, whatever it is called, compressed or not")
    func provenCopies() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[4]
        let digest = try sample.digests()[1]
        let content = try sample.content(log)
        let name = fileName(log)
        let same = try sample.copy(log, as: name)
        let renamed = try sample.copy(log, as: "evidence-1.bin")
        let plain = try sample.write(content, as: String(name.dropLast(3)))
        let plainRenamed = try sample.write(content, as: "records.txt")
        for (file, notes) in [
            (log, []), (same, []), (renamed, ["it has another name than the one it was delivered under"]),
            (plain, ["a download decompressed it"]),
            (plainRenamed, ["it has another name than the one it was delivered under", "a download decompressed it"]),
        ] {
            let checked = check(sample, file, "--format", "jsonl")
            #expect(checked.status == .proven)
            let lines = try jsonLines(checked.output)
            #expect(lines.count == 2)
            #expect(lines[0]["verdict"] as? String == "valid")
            #expect(lines[0]["bucket"] as? String == "example-trail-bucket")
            #expect((lines[0]["key"] as? String).map { log.hasSuffix("/" + $0) } == true)
            #expect(lines[0]["notes"] as? [String] == notes)
            let voucher = try #require(lines[0]["vouchedBy"] as? [String: String])
            #expect(voucher["path"] == digest)
            #expect(voucher["time"] == "2026-03-01T02:10:35Z")
            #expect(try String(contentsOfFile: sample.keys, encoding: .utf8).contains(voucher["fingerprint"] ?? "?"))
            #expect((lines[1]["files"] as? [String: Int])?["valid"] == 1)
        }
    }

    @Test("the text names the object, the digest file that vouches for it, its key and its time")
    func text() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        let checked = check(sample, log)
        let lines = checked.output.split(separator: "\n")
        #expect(lines.count == 5)
        let key = log.dropFirst(sample.archive.count + 1)
        #expect(
            lines[0]
                == "valid      log                      \(log): delivered, unchanged, as s3://example-trail-bucket/\(key)"
        )
        let digest = try sample.digests()[0].dropFirst(sample.archive.count + 1)
        let sum = try ShellRun("/bin/sh", ["-c", "gzip -dc <\"$1\" | sha256sum", "sh", log]).output.prefix(64)
        #expect(lines[1] == "           SHA-256 of its content: \(sum)")
        #expect(
            lines[2].hasPrefix("           vouched for by s3://example-trail-bucket/\(digest), signed with the key ")
        )
        #expect(lines[2].hasSuffix(" at 2026-03-01T01:10:35Z (signature: manifest)"))
        #expect(lines.last == "VALID: 1/1 files are as CloudTrail delivered them.")
    }

    @Test("changed content under a listed name is a violation")
    func modified() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        let other = try sample.logs()[1]
        var content = try sample.content(log)
        content.append(0x20)
        let plain = try sample.write(content, as: String(fileName(log).dropLast(3)))
        let changed = check(sample, plain)
        #expect(changed.status == .violation)
        #expect(changed.output.hasPrefix("violation  log-modified"))
        #expect(changed.output.contains("           listed by s3://"))
        #expect(!changed.output.contains("vouched for"))
        let line = try jsonLines(check(sample, plain, "--format", "jsonl").output)[0]
        #expect(line["vouchedBy"] is NSNull)
        #expect((line["listedBy"] as? [String: String])?["path"] == (try sample.digests()[0]))
        // What another key was delivered with is said.
        let swapped = try sample.copy(other, as: fileName(log))
        let checked = check(sample, swapped)
        #expect(checked.status == .violation)
        #expect(checked.output.contains("the same content was delivered as s3://example-trail-bucket/"))
        #expect(checked.output.contains(fileName(other)))
    }

    /// V32
    @Test("a sound content in a broken or extended container is a violation")
    func containers() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        let stored = try Data(contentsOf: URL(fileURLWithPath: log))
        let longer = try sample.write(stored + Data([1, 2, 3]), as: fileName(log))
        let appended = check(sample, longer)
        #expect(appended.status == .violation)
        #expect(appended.output.contains("log-trailing-data"))
        let cut = try sample.write(stored.dropLast(20), as: fileName(log))
        let truncated = check(sample, cut)
        #expect(truncated.status == .violation)
        #expect(truncated.output.contains("log-malformed"))
        // Under a name that nobody lists, nothing is known of what a broken file was.
        let unknown = check(sample, try sample.write(stored.dropLast(20), as: "cut.gz"))
        #expect(unknown.status == .unverified)
    }

    @Test("what no digest file lists is not proven, and why that may be is said")
    func unlisted() throws {
        let sample = try SampleFolder()
        let file = try sample.write(Data("{\"Records\":[]}".utf8), as: "unknown.json")
        let checked = check(sample, file)
        #expect(checked.status == .unverified)
        #expect(checked.output.hasPrefix("unverified log-unreferenced"))
        #expect(checked.output.contains("\n           What to do: Look for a missing digest file of that hour first."))
        #expect(checked.output.hasSuffix("NOT PROVEN: 1 without proof; 0/1 files are as CloudTrail delivered them.\n"))
        let empty = try TestFolder()
        let nothing = run("check", try sample.logs()[0], "--archive", empty.path, "--public-keys", sample.keys)
        #expect(nothing.status == .unverified)
        #expect(nothing.output.contains("the archive holds no digest file"))
    }

    @Test("what only a digest file without proof lists is not proven")
    func unauthenticated() throws {
        let sample = try SampleFolder()
        let newest = try #require(try sample.logs().last)
        let checked = check(sample, newest, signatures: false)
        #expect(checked.status == .unverified)
        #expect(checked.output.hasPrefix("unverified log-unauthenticated"))
        #expect(!checked.output.contains("vouched for"))
        let otherKeys = try SampleFolder { $0.seed = 99 }
        let unknown = run(
            "check",
            try sample.logs()[0],
            "--archive",
            sample.archive,
            "--public-keys",
            otherKeys.keys
        )
        #expect(unknown.status == .unverified)
        #expect(unknown.output.hasPrefix("unverified log-unauthenticated"))
    }

    @Test("a digest file is judged by its signature, its name and its successor")
    func digests() throws {
        let sample = try SampleFolder()
        let digests = try sample.digests()
        let middle = check(sample, digests[2])
        #expect(middle.status == .proven)
        #expect(middle.output.contains("valid      digest"))
        #expect(middle.output.contains("is held and has the hash it names"))
        #expect(middle.output.contains("its successor \(digests[3].dropFirst(sample.archive.count + 1)) has its hash"))
        let renamed = check(sample, try sample.copy(digests[2], as: "digest.bin"))
        #expect(renamed.status == .proven)
        #expect(renamed.output.contains("another name"))
        let plain = try sample.write(try sample.content(digests[2]), as: String(fileName(digests[2]).dropLast(3)))
        #expect(check(sample, plain).status == .proven)
        // Another digest file's name is another object.
        let swapped = check(sample, try sample.copy(digests[2], as: fileName(digests[3])))
        #expect(swapped.status == .violation)
        #expect(swapped.output.contains("digest-relocated"))
        var content = try sample.content(digests[1])
        content.append(0x0a)
        let changed = check(sample, try sample.write(content, as: String(fileName(digests[1]).dropLast(3))))
        #expect(changed.status == .violation)
        #expect(changed.output.contains("digest-signature-invalid"))
        let broken = check(sample, try sample.write(Data("{\"awsAccountId\":".utf8), as: fileName(digests[0])))
        #expect(broken.status == .violation)
        #expect(broken.output.contains("digest-malformed"))
    }

    @Test("the newest digest file needs its own signature, which may lie beside it")
    func newestDigest() throws {
        let sample = try SampleFolder()
        let newest = try #require(try sample.digests().last)
        let copy = try sample.copy(newest, as: fileName(newest))
        #expect(check(sample, copy, signatures: false).status == .unverified)
        #expect(check(sample, copy).status == .proven)
        let manifest = try String(contentsOfFile: sample.manifest, encoding: .utf8)
        let line = try #require(manifest.split(separator: "\n").first { $0.contains(fileName(newest)) })
        let metadata = try #require(line.range(of: "\"metadata\":")?.upperBound)
        _ = try sample.write(Data("{\"Metadata\":\(line[metadata...])".utf8), as: fileName(newest) + ".metadata.json")
        let beside = check(sample, copy, signatures: false)
        #expect(beside.status == .proven)
        #expect(beside.output.contains("(signature: sidecar)"))
        // A digest file that proves itself vouches for the log files that it lists.
        let log = try #require(try sample.logs().last)
        #expect(check(sample, log, copy, signatures: false).status == .proven)
    }

    private static let tampers: [Tamper] = [
        .logModified, .logTruncated, .logChecksumBroken, .logTrailingData, .logInjected, .logDecompressed, .logEmptied,
        .logReplacedByHTML, .logsSwapped, .logRecompressed, .digestModified, .digestForged, .digestDeleted,
        .digestMalformed, .digestTrailingData, .digestKeyUnknown, .digestSignedWithSHA1, .digestFromOtherAccount,
        .digestOlderVersion, .digestGarbage, .digestWrongTypeSigned, .digestLogDropped, .digestFieldLogObject,
        .digestHeadDeleted, .digestPathTraversal,
    ]

    @Test("every file of an archive is judged as validation judges it", arguments: tampers)
    func agreesWithValidation(tamper: Tamper) throws {
        let sample = try SampleFolder { $0.tampers = [tamper] }
        let report = try jsonLines(sample.validate("--format", "jsonl", "--verbose").output)
        var expected: [String: String] = [:]
        for line in report where line["record"] as? String == "file" {
            expected[try #require(line["path"] as? String)] = "valid"
        }
        for line in report where line["record"] as? String == "finding" {
            guard let path = line["path"] as? String, let severity = line["severity"] as? String else { continue }
            // What a digest file lists is no fault of the file.
            if severity != "notice", line["kind"] as? String != "reference-unsafe" { expected[path] = severity }
            // Not counted, because it may be too new; and not proven either.
            if line["kind"] as? String == "log-awaiting-digest" { expected[path] = "unverified" }
        }
        let files = try FileManager.default.subpathsOfDirectory(atPath: sample.archive).sorted()
            .filter { $0.contains(".json") }.map { "\(sample.archive)/\($0)" }
        let checked = run(
            ["check"] + files + ["--archive", sample.archive, "--public-keys", sample.keys]
                + ["--signatures", sample.manifest, "--format", "jsonl"]
        )
        for line in try jsonLines(checked.output) where line["record"] as? String == "check" {
            let path = try #require(line["path"] as? String)
            #expect(line["verdict"] as? String == expected[path], "\(path): \(line["message"] ?? "")")
        }
    }

    @Test("a file that cannot be read is status 66, and the others are checked all the same")
    func unreadable() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        let absent = check(sample, sample.path + "/nothing", log)
        #expect(absent.status == .noInput)
        #expect(absent.output.contains("unreadable "))
        #expect(absent.output.contains("there is no such file"))
        #expect(absent.output.contains("NOT PROVEN: 1/2 files are as CloudTrail delivered them; 1 could not be read."))
        #expect(check(sample, sample.path).status == .noInput)
        let longer = try sample.write(Data(contentsOf: URL(fileURLWithPath: log)) + Data([0]), as: fileName(log))
        #expect(check(sample, sample.path + "/nothing", longer).status == .violation)
    }

    @Test("digest files may lie in several archives, also without their log files")
    func severalArchives() throws {
        let sample = try SampleFolder()
        let parts = try TestFolder()
        for region in ["us-east-1", "us-west-2"] {
            let from = "\(sample.archive)/AWSLogs/111122223333/CloudTrail-Digest/\(region)"
            try FileManager.default.copyItem(atPath: from, toPath: "\(parts.path)/\(region)")
        }
        let logs = try sample.files("/CloudTrail/")
        let checked = run(
            ["check"] + logs + ["--archive", parts.path + "/us-east-1", "--archive", parts.path + "/us-west-2"]
                + ["--public-keys", sample.keys, "--signatures", sample.manifest]
        )
        #expect(checked.status == .proven)
        #expect(
            checked.output.hasSuffix("VALID: \(logs.count)/\(logs.count) files are as CloudTrail delivered them.\n")
        )
    }

    // MARK: Reports

    @Test("--report writes what standard output gets, as a document, as a table and as a page")
    func reports() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        let unknown = try sample.write(Data("{}".utf8), as: "a,\"b\" <i>.json")
        let formats = ["jsonl", "json", "csv", "html"]
        let folder = try TestFolder()
        let reports = formats.flatMap { ["--report", "\($0)=\(folder.path)/report.\($0)"] }
        let arguments = [
            "check", log, unknown, "--archive", sample.archive, "--public-keys", sample.keys, "--signatures",
            sample.manifest,
        ]
        let checked = run(arguments + reports)
        #expect(checked.status == .unverified)
        #expect(checked.errors.isEmpty)
        #expect(try folder.names().sorted() == formats.map { "report.\($0)" }.sorted())
        #expect(try folder.text("report.jsonl") == run(arguments + ["--format", "jsonl"]).output)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(folder.bytes("report.json"))) as? [String: Any]
        )
        let files = try #require(document["files"] as? [[String: Any]])
        #expect(files.map { $0["verdict"] as? String } == ["valid", "unverified"])
        #expect(files[0]["advice"] is NSNull)
        #expect((files[1]["advice"] as? String)?.hasPrefix("Look for") == true)
        let run = try #require(document["run"] as? [String: Any])
        #expect((run["arguments"] as? [String])?.first == "check")
        #expect((document["summary"] as? [String: Any])?["exit"] as? Int == 2)
        let rows = try folder.text("report.csv").components(separatedBy: "\r\n")
        #expect(rows.count == 4)
        #expect(rows[0].hasPrefix("verdict,kind,path,sha256,"))
        #expect(rows[1].hasPrefix("valid,,\(log),"))
        #expect(rows[2].contains("a,\"\"b\"\" <i>.json\","))
        let page = try folder.text("report.html")
        #expect(page.contains("<h1>NOT PROVEN</h1>"))
        #expect(page.contains("a,&quot;b&quot; &lt;i&gt;.json"))
        #expect(!page.contains("<i>"))
        let hash = try #require(files[0]["sha256"] as? String)
        #expect(page.contains("<td>\(hash)</td>"))
    }

    @Test("a report to standard output takes the place of the other, and nothing is written over an input")
    func reportPlaces() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        let lines = check(sample, log, "--report", "jsonl=-")
        #expect(lines.status == .proven)
        #expect(lines.output == check(sample, log, "--format", "jsonl").output)
        #expect(check(sample, log, "--report", "jsonl=-", "--format", "text").status == .usage)
        #expect(check(sample, log, "--report", "jsonl=-", "--report", "csv=-").status == .usage)
        #expect(check(sample, log, "--report", "sarif=x").errors.contains("(formats: jsonl, json, csv, html)"))
        #expect(check(sample, log, "--report", "x").status == .usage)
        let copy = try sample.copy(log, as: "evidence")
        let before = try Data(contentsOf: URL(fileURLWithPath: copy))
        for path in [copy, sample.keys, sample.manifest, sample.archive + "/report", sample.archive + "/AWSLogs/x"] {
            let refused = check(sample, copy, "--report", "json=\(path)")
            #expect(refused.status == .usage, "\(path)")
            #expect(refused.output.isEmpty)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == before)
        #expect(check(sample, log, "--report", "json=\(sample.path)/no/report").status == .outputError)
    }

    @Test("names cannot forge a line")
    func hostileNames() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        let file = try sample.copy(log, as: "a\nvalid      log  \u{1b}[2J\u{202e}.gz")
        let checked = check(sample, file)
        #expect(checked.status == .proven)
        #expect(!checked.output.contains("\u{1b}"))
        #expect(!checked.output.contains("\u{202e}"))
        #expect(checked.output.split(separator: "\n").count { $0.hasPrefix("valid") } == 1)
        let lines = try jsonLines(check(sample, file, "--format=jsonl").output)
        #expect(lines[0]["path"] as? String == file)
    }

    @Test("the command line is checked before anything is read")
    func usage() throws {
        let sample = try SampleFolder()
        let log = try sample.logs()[0]
        #expect(run("check").status == .usage)
        #expect(run("check", log, "--public-keys", sample.keys).errors.contains("'--archive <archive>'"))
        let keys = run("check", log, "--archive", sample.archive)
        #expect(keys.status == .usage)
        #expect(keys.errors.contains("aws cloudtrail list-public-keys --region us-east-1 --start-time"))
        #expect(check(sample, log, "--format", "aws").status == .usage)
        #expect(run("check", log, "--archive", sample.path + "/no", "--public-keys", sample.keys).status == .noInput)
    }
}
