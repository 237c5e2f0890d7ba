import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

@Suite("plan")
struct PlanTests {
    /// A folder to run scripts in, with an `aws` that answers as the real one does from the files of a sample.
    private final class Desk {
        let folder: TestFolder
        private let sample: SampleFolder

        init(_ sample: SampleFolder) throws {
            self.sample = sample
            folder = try TestFolder()
            for name in ["bin", "work"] {
                try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: false)
            }
            // Errors and empty answers are those of the AWS CLI.
            let aws = #"""
                #!/bin/sh
                printf '%s\n' "$*" >> "$CALLS"
                case "$1 $2" in
                "cloudtrail list-public-keys")
                    if [ "$4" = "$EMPTY_REGION" ]; then printf '{\n    "PublicKeyList": []\n}\n'; else cat "$KEYS"; fi ;;
                "s3api head-object")
                    printf '%s\n' "$4" >> "$OBJECTS"
                    key=${4#*'"Key":"'}
                    key=${key%'"}'}
                    line=$(grep -F -e "\"key\":\"$key\"" "$MANIFEST") || {
                        echo 'An error occurred (404) when calling the HeadObject operation: Not Found' >&2
                        exit 254
                    }
                    metadata=${line#*'"metadata":'}
                    printf '%s\n' "${metadata%?}" | sed 's/,/,\n    /g' ;;
                *) exit 252 ;;
                esac
                """#
            try Data(aws.utf8).write(to: URL(fileURLWithPath: path("bin/aws")))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path("bin/aws"))
        }

        func path(_ name: String) -> String { "\(folder.path)/\(name)" }

        func shell(_ script: String, emptyRegion: String = "-", in name: String = "work") throws -> ShellRun {
            let tool = (try CommandProcess.path() as NSString).deletingLastPathComponent
            return try ShellRun(
                "/bin/sh",
                ["-c", script],
                environment: [
                    "PATH": "\(path("bin")):\(tool):\(ProcessInfo.processInfo.environment["PATH"] ?? "")",
                    "CALLS": path("calls"), "OBJECTS": path("objects"), "KEYS": sample.keys,
                    "MANIFEST": sample.manifest, "EMPTY_REGION": emptyRegion,
                ],
                in: path(name)
            )
        }

        /// The objects that were asked for, as the AWS CLI would read its arguments.
        func objects() throws -> [[String: Any]] {
            guard FileManager.default.fileExists(atPath: path("objects")) else { return [] }
            return try jsonLines(folder.text("objects"))
        }

        func work() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path("work")).sorted() }
    }

    /// Asserts that shellcheck has nothing to say, where it is there.
    private func expectSound(_ script: String, _ location: SourceLocation = #_sourceLocation) throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/plan.sh"
        try Data(script.utf8).write(to: URL(fileURLWithPath: path))
        let parsed = try ShellRun("/bin/sh", ["-n", path])
        #expect(parsed.status == 0, "\(parsed.errors)", sourceLocation: location)
        guard let shellcheck = ShellRun.find("shellcheck") else { return }
        let checked = try ShellRun(shellcheck, ["--shell=sh", "--enable=all", "--exclude=SC2250,SC2310,SC2312", path])
        #expect(checked.status == 0, "\(checked.output)", sourceLocation: location)
    }

    @Test("shellcheck is there", .enabled(if: ShellRun.find("shellcheck") != nil, "install shellcheck"))
    func shellcheckIsThere() throws {
        let shellcheck = try #require(ShellRun.find("shellcheck"))
        #expect(try ShellRun(shellcheck, ["--version"]).status == 0)
    }

    private static let tampers: [[Tamper]] = [
        [], [.digestHeadDeleted], [.digestDeleted], [.digestTwoDeleted], [.digestForged], [.digestMalformed],
        [.digestControlCharacters], [.logModified, .digestDeleted, .digestTrailingData],
    ]

    @Test("what the script fetches is what validation needs", arguments: tampers)
    func fetches(tampers: [Tamper]) throws {
        let sample = try SampleFolder {
            $0.hours = 12
            $0.tampers = tampers
        }
        let desk = try Desk(sample)
        let plan = run("plan", sample.archive)
        #expect(plan.status == .proven)
        #expect(plan.errors.isEmpty)
        #expect(run("plan", sample.archive).output == plan.output)
        try expectSound(plan.output)
        let fetched = try desk.shell(plan.output)
        #expect(fetched.status == 0)
        #expect(fetched.errors.isEmpty)
        #expect(try desk.work() == ["keys-us-east-1.json", "keys-us-west-2.json", "signatures.jsonl"])
        #expect(
            fetched.output == "cloudtrail-integrity validate \(sample.archive) --public-keys keys-us-east-1.json "
                + "--public-keys keys-us-west-2.json --signatures signatures.jsonl\n"
        )
        // With every signature that ever was the verdict is no other.
        let validated = try desk.shell(fetched.output)
        let all = sample.validate()
        #expect(validated.status == all.status.rawValue)
        #expect(validated.output.split(separator: "\n").last == all.output.split(separator: "\n").last)
        if tampers.isEmpty {
            #expect(validated.status == 0)
            #expect(try desk.objects().count == 2)
        }
    }

    @Test("only what is missing is fetched")
    func onlyMissing() throws {
        let sample = try SampleFolder()
        let complete = run("plan", sample.archive, "--public-keys", sample.keys, "--signatures", sample.manifest)
        #expect(complete.status == .proven)
        try expectSound(complete.output)
        #expect(!complete.output.contains("aws cloudtrail"))
        let desk = try Desk(sample)
        let command = try desk.shell(complete.output)
        #expect(
            command.output == "cloudtrail-integrity validate \(sample.archive) --public-keys \(sample.keys) "
                + "--signatures \(sample.manifest)\n"
        )
        #expect(try desk.shell(command.output).status == 0)
        #expect(try desk.work().isEmpty)
        let keysOnly = run("plan", sample.archive, "--signatures", sample.manifest)
        try expectSound(keysOnly.output)
        #expect(keysOnly.output.contains("list-public-keys"))
        #expect(!keysOnly.output.contains("head-object"))
        let signaturesOnly = run("plan", sample.archive, "--public-keys", sample.keys)
        try expectSound(signaturesOnly.output)
        #expect(!signaturesOnly.output.contains("list-public-keys"))
        #expect(signaturesOnly.output.split(separator: "\n").count { $0.hasPrefix("fetch_signature '") } == 2)
        // A manifest of signatures that do not verify is as good as none.
        let other = try SampleFolder { $0.seed = 99 }
        let wrong = run(
            "plan",
            sample.archive,
            "--public-keys",
            sample.keys,
            "--signatures",
            other.manifest
        )
        #expect(wrong.output.split(separator: "\n").count { $0.hasPrefix("fetch_signature '") } == 2)
    }

    @Test("what is gone from AWS is said, and the rest is fetched")
    func partlyGone() throws {
        let sample = try SampleFolder()
        let manifest = try String(contentsOfFile: sample.manifest, encoding: .utf8)
        let kept = manifest.split(separator: "\n").filter { !$0.contains("us-west-2") }.joined(separator: "\n")
        try Data((kept + "\n").utf8).write(to: URL(fileURLWithPath: sample.manifest))
        let desk = try Desk(sample)
        let fetched = try desk.shell(run("plan", sample.archive).output, emptyRegion: "us-west-2")
        #expect(fetched.status == 1)
        #expect(
            fetched.errors.contains("No public keys of us-west-2 for 2026-03-01T00:10:35Z to 2026-03-01T08:10:35Z.")
        )
        #expect(fetched.errors.contains("No signature of \"AWSLogs/"))
        #expect(try desk.work() == ["keys-us-east-1.json", "signatures.jsonl"])
        // The fake answers with all keys for each region; the region without an answer is left out of the command.
        #expect(!fetched.output.contains("us-west-2"))
        #expect(try desk.shell(fetched.output).status == 2)
    }

    @Test("keys are asked for to the time of delivery, and without an end for a backfill digest file")
    func keyTimes() throws {
        let sample = try SampleFolder()
        let desk = try Desk(sample)
        let archive = desk.path("archive")
        let backfill = name(1).replacing(".json", with: "_backfill.json")
        try write(try digest(bucket: "b", key: "k"), backfill, in: archive)
        try write(try digest(bucket: "b", key: "k"), name(1, region: "us-west-2"), in: archive)
        let plan = run("plan", archive)
        try expectSound(plan.output)
        _ = try desk.shell(plan.output)
        let calls = try desk.folder.text("calls").split(separator: "\n").filter { $0.hasPrefix("cloudtrail") }
        let call = "cloudtrail list-public-keys --region"
        #expect(
            calls == [
                "\(call) us-east-1 --start-time 2026-03-01T00:10:35Z --output json",
                "\(call) us-west-2 --start-time 2026-03-01T00:10:35Z --end-time 2026-03-01T03:10:35Z --output json",
            ]
        )
        let advice = run("validate", archive).errors
        #expect(advice.contains("--start-time 2026-03-01T00:10:35Z --output json > keys-us-east-1.json"))
    }

    @Test("nothing is written into the archive or over a file that is there")
    func guards() throws {
        let sample = try SampleFolder()
        let desk = try Desk(sample)
        let script = run("plan", sample.archive).output
        let before = try FileManager.default.subpathsOfDirectory(atPath: sample.archive).sorted()
        try FileManager.default.createSymbolicLink(
            atPath: desk.path("inside"),
            withDestinationPath: sample.archive + "/AWSLogs"
        )
        let inside = try desk.shell(script, in: "inside")
        #expect(inside.status == 1)
        #expect(inside.errors == "Run this in a folder outside the archive.\n")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: sample.archive).sorted() == before)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: desk.path("work/signatures.jsonl")))
        let there = try desk.shell(script)
        #expect(there.status == 1)
        #expect(there.errors == "signatures.jsonl is there already: remove it, or run this in another folder.\n")
        #expect(try desk.work() == ["signatures.jsonl"])
        #expect(!FileManager.default.fileExists(atPath: desk.path("calls")))
    }

    // MARK: Hostile archives

    private static let hostileKeys = [
        "a'b", "a\"b", "a\nb", "trailing\n", "$(touch pwned)", "`touch pwned`", "-x", "--bucket", "file:///etc/passwd",
        "fileb://x", "a\\b", "%s%n", "a\u{1b}[2Jb", "\u{202e}gpj", "'; touch pwned; '", "\\0101", "a\rb", "ü/é",
        "x\",\"Bucket\":\"other", "*", "~", "a b", "#c",
    ]

    /// A digest file, which nobody signed, that says it was delivered there.
    private func digest(bucket: String, key: String) throws -> Data {
        try JSONSerialization.data(withJSONObject: [
            "awsAccountId": "111122223333", "digestStartTime": "2026-03-01T00:10:35Z",
            "digestEndTime": "2026-03-01T01:10:35Z", "digestS3Bucket": bucket, "digestS3Object": key,
            "digestPublicKeyFingerprint": String(repeating: "0", count: 32),
            "digestSignatureAlgorithm": "SHA256withRSA", "previousDigestSignature": NSNull(), "logFiles": [Any](),
        ])
    }

    private func write(_ content: Data, _ name: String, in folder: String) throws {
        let file = URL(fileURLWithPath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: file)
    }

    private func name(_ number: Int, region: String = "us-east-1") -> String {
        "111122223333_CloudTrail-Digest_\(region)_t\(number)_us-east-1_20260301T011035Z.json"
    }

    @Test("hostile keys and names reach aws as they are, and do nothing else")
    func hostile() throws {
        let sample = try SampleFolder()
        let desk = try Desk(sample)
        let archive = desk.path("evil '$(touch pwned)\n\u{1b}[2J `id` \"x\"")
        for (number, key) in Self.hostileKeys.enumerated() {
            try write(try digest(bucket: "b", key: key), "\(key.filter { $0 != "/" })/\(name(number))", in: archive)
        }
        for (number, bucket) in ["b'$(touch)", "-b", "\"};{\"", "`id`"].enumerated() {
            try write(try digest(bucket: bucket, key: "k"), name(100 + number), in: archive)
        }
        for (number, region) in ["$(touch pwned)", "-x", "..", "a'b", "US-EAST-1"].enumerated() {
            let region = region.replacing(" ", with: "${IFS}")
            try write(try digest(bucket: "b", key: "k"), name(200 + number, region: region), in: archive)
        }
        try write(Data("broken".utf8), "\u{1b}[2J\n$(touch pwned)/\(name(300))", in: archive)
        let plan = run("plan", archive)
        #expect(plan.status == .proven)
        try expectSound(plan.output)
        for character in ["\u{1b}", "\u{202e}", "\r"] { #expect(!plan.output.contains(character)) }
        let fetched = try desk.shell(plan.output)
        // The fake knows none of them.
        #expect(fetched.status == 1)
        #expect(try desk.work() == ["keys-us-east-1.json"])
        let asked = try desk.objects().compactMap { $0["Key"] as? String }
        #expect(Set(asked) == Set(Self.hostileKeys + ["k"]))
        let buckets = try desk.objects().compactMap { $0["Bucket"] as? String }
        #expect(Set(buckets) == ["b", "b'$(touch)", "-b", "\"};{\"", "`id`"])
        for object in try desk.objects() { #expect(object.count == 2) }
        for line in try desk.folder.text("calls").split(separator: "\n") where line.hasPrefix("cloudtrail") {
            #expect(line.hasPrefix("cloudtrail list-public-keys --region us-east-1 "))
        }
        #expect(!fetched.output.contains("\u{1b}"))
        // The command that was printed finds the archive under its name, and says what it must of such files.
        let validated = try desk.shell(fetched.output)
        #expect(validated.status == run("validate", archive, "--public-keys", sample.keys).status.rawValue)
        #expect(validated.status != 66)
        #expect(try desk.work() == ["keys-us-east-1.json"])
        #expect(try desk.folder.names().contains("pwned") == false)
    }

    @Test("names that begin with a dash are paths in the command that is printed")
    func dashes() throws {
        let sample = try SampleFolder()
        let desk = try Desk(sample)
        for (name, file) in [("-archive", sample.archive), ("-k.json", sample.keys), ("a 'b'.jsonl", sample.manifest)] {
            try FileManager.default.createSymbolicLink(atPath: desk.path("work/\(name)"), withDestinationPath: file)
        }
        let plan = try desk.shell(
            "cloudtrail-integrity plan --public-keys -k.json --signatures \"a 'b'.jsonl\" -- -archive"
        )
        #expect(plan.status == 0)
        try expectSound(plan.output)
        let command = try desk.shell(plan.output)
        #expect(
            command.output
                == "cloudtrail-integrity validate ./-archive --public-keys ./-k.json --signatures 'a '\\''b'\\''.jsonl'\n"
        )
        #expect(try desk.shell(command.output).status == 0)
        let ending = run("plan", sample.archive, "--signatures", "x\n")
        #expect(ending.status == .usage)
        #expect(ending.errorLines.count == 1 || ending.errors.contains("\\u{a}"))
    }

    @Test("--bucket keeps other buckets from being asked, and stands for what cannot be read")
    func bucket() throws {
        let folder = try TestFolder()
        try write(try digest(bucket: "other", key: "k"), name(1), in: folder.path + "/AWSLogs/x")
        // A link in the place of a digest file is never read.
        let link = folder.path + "/AWSLogs/x/\(name(2)).gz"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
        let open = run("plan", folder.path)
        try expectSound(open.output)
        #expect(open.output.contains("fetch_signature '\"other\"' '\"k\"'"))
        #expect(
            open.output.contains(
                "# Left out: \(link): it cannot be read, and so its bucket is not known: give --bucket"
            )
        )
        let limited = run("plan", folder.path, "--bucket", "mine")
        try expectSound(limited.output)
        #expect(limited.output.contains("it says that it is of another bucket, other"))
        let calls = limited.output.split(separator: "\n").filter { $0.hasPrefix("fetch_signature '") }
        #expect(calls.count == 1)
        #expect(calls.first?.hasPrefix("fetch_signature '\"mine\"' '\"") == true)
        #expect(limited.output.contains(" --bucket mine'"))
        #expect(run("plan", folder.path, "--bucket", "a/b").status == .usage)
    }

    @Test("without digest files there is no plan, and roots are one archive")
    func roots() throws {
        let folder = try TestFolder()
        let empty = run("plan", folder.path)
        #expect(empty.status == .unverified)
        #expect(empty.output.isEmpty)
        #expect(empty.errorLines.count == 1)
        let sample = try SampleFolder()
        let regions = ["us-east-1", "us-west-2"].map {
            "\(sample.archive)/AWSLogs/111122223333/CloudTrail-Digest/\($0)"
        }
        let plan = run(["plan"] + regions)
        try expectSound(plan.output)
        #expect(plan.output.contains("validate \(regions[0]) \(regions[1])'"))
        #expect(plan.output.split(separator: "\n").count { $0.hasPrefix("fetch_signature '") } == 2)
        #expect(run("plan", sample.path + "/no").status == .noInput)
        #expect(run("plan").status == .usage)
    }
}
