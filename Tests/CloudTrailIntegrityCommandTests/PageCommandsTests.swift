import CloudTrailFormat
import Foundation
import SampleArchive
import Testing

/// The commands of the pages, run one after the other in a folder like the reader's.
@Suite("The commands of the pages")
struct PageCommandsTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private let folder: TestFolder
    private let environment: [String: String]

    init() throws {
        folder = try TestFolder()
        var options = SampleOptions()
        (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 2, 171, 1, 1)
        // From before the first of March to after the end of its seventh day.
        options.start = options.start.advanced(bySeconds: -7200)
        _ = try SampleArchive.write(to: folder.path + "/reader", options)
        // A command of the page writes what it was and how it ended.
        let script = """
            #!/bin/sh
            '\(try CommandProcess.path())' "$@"
            status=$?
            echo "$status $*" >>'\(folder.path)/ran'
            exit $status
            """
        try Downloaders.put("cloudtrail-integrity", script, in: folder.path)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        environment = try Downloaders(in: folder.path, manifest: folder.path + "/reader/meta.jsonl").environment
            .merging(["PATH": "\(folder.path):\(path)"]) { _, new in new }
    }

    /// The blocks of a page that begin with one of these commands, as the reader types them.
    private static func blocks(of page: String, with commands: [String] = ["cloudtrail-integrity"]) throws -> [String] {
        let text = try String(contentsOf: repository.appending(path: "docs/\(page)"), encoding: .utf8)
        return text.components(separatedBy: "\n\n").compactMap { paragraph in
            let lines = paragraph.split(separator: "\n")
            guard let first = lines.first, lines.allSatisfy({ $0.hasPrefix("    ") }),
                commands.contains(where: { first.trimmingPrefix { $0 == " " }.hasPrefix($0 + " ") })
            else { return nil }
            return lines.map { $0.trimmingPrefix { $0 == " " } }.joined(separator: "\n")
        }
    }

    private func shell(_ script: String) throws -> ShellRun {
        try ShellRun("/bin/sh", ["-c", script], environment: environment, in: folder.path + "/reader")
    }

    /// Runs the blocks of a page, and returns what every command in them ended with.
    private func run(_ page: String) throws -> [String] {
        let digest = try shell("find archive -name '*_us-east-1_*_20260301T071035Z.json.gz' | grep Digest | head -n 1")
            .output
        var isLeftOut = 0
        let blocks = try Self.blocks(of: page)
        #expect(!blocks.isEmpty)
        for block in blocks {
            #if !ArchiveFiles
            if block.contains("evidence.tar.gz") {
                isLeftOut += 1
                continue
            }
            #endif
            if block.contains("jq "), ShellRun.find("jq") == nil {
                isLeftOut += 1
                continue
            }
            let script =
                block
                .replacing(
                    "archive/AWSLogs/…/…_20260301T071035Z.json.gz",
                    with: digest.trimmingCharacters(in: .newlines)
                )
                .replacing("ssh host tar -C /srv/trail", with: "tar -C archive")
            #expect(!script.contains("…"))
            let ending = try shell(script)
            #expect(
                !ending.errors.contains("Error:") && !ending.errors.contains("Usage:"),
                "\(script): \(ending.errors)"
            )
        }
        let ran = try folder.text("ran").split(separator: "\n").map(String.init)
        #expect(ran.count >= blocks.count - isLeftOut)
        return ran
    }

    /// The files that the pages speak of.
    private func prepare(_ script: String) throws {
        let ending = try shell("set -e\n" + script)
        try #require(ending.status == 0, "\(ending.errors)")
        try? FileManager.default.removeItem(atPath: folder.path + "/ran")
    }

    @Test("those for the investigator lead to VALID, and to the proof of one file")
    func investigator() throws {
        try prepare(
            """
            cp keys.json keys-us-east-1.json
            cp meta.jsonl signatures.jsonl
            cp "$(find archive -path '*/CloudTrail/us-east-1/2026/03/01/*' -type f | sort | head -n 1)" evidence.json.gz
            """
        )
        for line in try run("investigator.md") { #expect(line.hasPrefix("0 "), "\(line)") }
        #expect(try shell("sh evidence-proof/prove.sh && sha256sum --check --quiet SHA256SUMS").status == 0)
    }

    @Test("those of the user guide and of the state are understood", arguments: ["user-guide.md", "state.md"])
    func understood(page: String) throws {
        try prepare(
            """
            cp meta.jsonl signatures.jsonl
            cp meta.jsonl signatures.json
            cp -r archive part1
            cp -r archive part2
            tar -czf evidence.tar.gz -C archive .
            cloudtrail-integrity chains archive --format expect >chains.jsonl
            """
        )
        // Nothing is as new as some of these ask for.
        for line in try run(page) { #expect(["0", "2"].contains(line.prefix { $0 != " " }), "\(line)") }
    }

    // MARK: Downloads

    /// The blocks of a page that download or fetch, with the name of a bucket.
    private static func downloads(of page: String, with commands: [String]) throws -> [String] {
        try blocks(of: page, with: commands).map { $0.replacing("BUCKET", with: "example-trail-bucket") }
    }

    @Test(
        "each way to download leads to VALID",
        .enabled("needs python3") { ShellRun.find("python3") != nil },
        arguments: ["rclone copy", "rclone lsjson", "aws s3api", "s5cmd head"]
    )
    func downloads(way: String) throws {
        try prepare("mv archive '\(folder.path)/bucket'")
        let steps = try Self.downloads(of: "user-guide.md", with: ["rclone", "cd", "while"])
        let page = try Self.downloads(of: "../README.md", with: ["aws"])
        let sync = try #require(page.first?.split(separator: "\n").first.map(String.init))
        let chosen = try #require(steps.first { $0.contains(way) })
        let heads = try #require(steps.first { $0.hasPrefix("cd archive") })
        let validate = "cloudtrail-integrity validate archive --public-keys keys.json"
        let commands =
            switch way {
            case "rclone copy": [chosen, validate]
            case "rclone lsjson": [sync, chosen]
            case "s5cmd head": [sync, heads, chosen, "cd ..", validate + " --signatures signatures.jsonl"]
            default: [sync, heads, chosen, "cd ..", validate]
            }
        let ending = try shell("set -e\n" + commands.joined(separator: "\n"))
        #expect(ending.status == 0, "\(ending.errors)\(ending.output)")
        #expect(try folder.text("ran").hasPrefix("0 validate archive --public-keys keys.json"))
    }

    // MARK: Every night

    /// A machine as the page for unattended runs has it, below a folder: programs that need the system's rights are told to
    /// the test instead, and `systemctl start` runs what the unit says.
    private func makeMachine() throws {
        let unit = try String(
            contentsOf: Self.repository.appending(path: "packaging/systemd/cloudtrail-integrity@.service"),
            encoding: .utf8
        )
        let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
        let start = line.dropFirst("ExecStart=".count).replacing("@BINDIR@/", with: "")
            .replacing("%S", with: "$root/var/lib").replacing("%i", with: "prod").replacing("%%", with: "%")
        try prepare(
            """
            root=$PWD/root
            programs='\(folder.path)'
            mkdir -p "$root/etc" "$root/srv/cloudtrail" "$root/var/lib/cloudtrail-integrity/prod" \\
                "$root/var/lib/prometheus/node-exporter" "$root/usr/share/doc/cloudtrail-integrity/examples"
            mv archive "$programs/bucket"
            sed "s#/etc/#$root/etc/#g; s#/srv/#$root/srv/#g; s#/var/#$root/var/#g" \\
                '\(Self.repository.path)/packaging/example.conf' \\
                >"$root/usr/share/doc/cloudtrail-integrity/examples/example.conf"
            for name in groupadd chgrp journalctl; do
                printf '#!/bin/sh\\necho "$0 $*" >>"%s/told"\\n' "$programs" >"$programs/$name"
            done
            cp '\(Self.repository.path)/packaging/sync-archive.sh' "$programs"
            cat >"$programs/editor" <<'END'
            #!/bin/sh
            set -e
            etc=$(dirname "$1")
            reader=$etc/../../..
            if grep -q '^OPTIONS="--new-state' "$1"; then
                sed -i 's/^OPTIONS="--new-state /OPTIONS="/' "$1"
            else
                cp "$reader/keys.json" "$etc/keys/us-east-1.json"
                cloudtrail-integrity chains "$reader/root/srv/cloudtrail/archive" --format expect >"$etc/chains.jsonl"
                sed -i 's#^OPTIONS="#&--new-state #' "$1"
            fi
            END
            cat >"$programs/systemctl" <<END
            #!/bin/sh
            echo "systemctl \\$*" >>'\(folder.path)/told'
            [ "\\$1" = start ] || exit 0
            root=$root
            . "\\$root/etc/cloudtrail-integrity/prod.conf"
            \(start.replacing("$", with: "\\$"))
            END
            chmod +x "$programs"/*
            """
        )
    }

    @Test("those for every night set it up: the first run begins the state, and the next one needs no more")
    func nightly() throws {
        // The archive is as new as --max-age wants it.
        let now = Timestamp(secondsSinceEpoch: Int64(Date().timeIntervalSince1970))
        let reader = folder.path + "/reader"
        try FileManager.default.removeItem(atPath: reader)
        var options = SampleOptions()
        (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 2, 30, 1, 1)
        options.start = now.advanced(bySeconds: -31 * 3600)
        _ = try SampleArchive.write(to: reader, options)
        try makeMachine()
        let root = reader + "/root"
        // What downloads has run before the machine is set up.
        let download = try Self.downloads(of: "nightly.md", with: ["sync-archive.sh"])
        try #require(download.count == 1)
        for block in try download + Self.blocks(of: "nightly.md", with: ["groupadd", "chgrp", "aws"]) {
            let script = ["/etc/", "/usr/share/", "/srv/", "/var/lib/"].reduce(block) { script, path in
                script.replacing(" " + path, with: " " + root + path)
            }
            let ending = try shell("set -e\n" + script)
            #expect(ending.status == 0, "\(script): \(ending.errors)\(ending.output)")
        }
        #expect(try shell("systemctl start cloudtrail-integrity@prod.service").status == 0)
        let ran = try folder.text("ran").split(separator: "\n").filter { $0.contains(" validate ") }
        #expect(ran.count == 2)
        #expect(ran.allSatisfy { $0.hasPrefix("0 validate ") }, "\(ran)")
        #expect(ran.first?.contains("--new-state") == true && ran.last?.contains("--new-state") == false)
        let told = try folder.text("told")
        #expect(told.contains("systemctl enable --now cloudtrail-integrity@prod.timer"))
        let metrics = try String(
            contentsOfFile: root + "/var/lib/prometheus/node-exporter/cloudtrail-integrity.prom",
            encoding: .utf8
        )
        #expect(metrics.contains(/\ncloudtrail_integrity_exit_status\{.*\} 0\n/))
    }
}
