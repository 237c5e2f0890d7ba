import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

/// What the command is given to judge by, and what it is given on standard input.
@Suite("Inputs")
struct InputTests {
    private let sample: SampleFolder

    init() throws {
        sample = try SampleFolder()
    }

    /// What a verdict rests on lies apart from what is judged (I12).
    @Test("lists of chains, signatures, keys and states below a root are refused", arguments: [false, true])
    func trustedInputs(isLink: Bool) throws {
        let expected = run("chains", sample.archive, "--format", "expect")
        let files = ["expect.jsonl": expected.output, "keys.json": "", "meta.jsonl": "", "state": ""]
        for (name, text) in files {
            // The sample has its own keys and signatures.
            let apart = "\(sample.path)/\(name)"
            if !text.isEmpty || name == "state" { _ = try sample.write(name, text) }
            let below = "\(sample.archive)/AWSLogs/\(name)"
            if isLink {
                // It leads to a file that is apart, but whoever changes the archive can lead it elsewhere.
                try FileManager.default.createSymbolicLink(atPath: below, withDestinationPath: apart)
            } else {
                try FileManager.default.copyItem(atPath: apart, toPath: below)
            }
        }
        let second = try SampleFolder { $0.hours = 3 }
        let folder = sample.archive + "/AWSLogs"
        let link = sample.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder)
        for place in [folder, link, folder + "/../AWSLogs"] {
            let refusals = [
                sample.validate("--expect", place + "/expect.jsonl"),
                sample.validate("--signatures", place + "/meta.jsonl"),
                sample.validate("--public-keys", place + "/keys.json"),
                sample.validate("--state", place + "/state"),
                // In another root than its own.
                run(
                    "validate",
                    second.archive,
                    sample.archive,
                    "--public-keys",
                    sample.keys,
                    "--signatures",
                    place + "/meta.jsonl"
                ),
                run("plan", sample.archive, "--public-keys", sample.keys, "--signatures", place + "/meta.jsonl"),
                run("plan", sample.archive, "--public-keys", place + "/keys.json"),
                run(
                    "check",
                    try sample.logs()[0],
                    "--archive",
                    sample.archive,
                    "--public-keys",
                    sample.keys,
                    "--signatures",
                    place + "/meta.jsonl"
                ),
            ]
            for refused in refusals {
                #expect(refused.status == .usage)
                #expect(refused.errors.contains("lies in the archive '\(sample.archive)'"), "\(refused.errors)")
                #expect(refused.errorLines.count == 1 && refused.output.isEmpty)
            }
        }
        // The same files beside the archive are taken; what lies behind links is not proven.
        let taken = sample.validate("--expect", sample.path + "/expect.jsonl")
        #expect(taken.status == (isLink ? .unverified : .proven))
    }

    #if ArchiveFiles
    /// I1
    @Test(
        "what is no archive on standard input is an input that cannot be read",
        arguments: [
            ("", "it is empty"), ("garbage", "not a tar or zip archive"),
            (String(repeating: "garbage\n", count: 100_000), "not a tar or zip archive"),
            ("PK\u{3}\u{4}", "a zip archive cannot be read from a pipe"),
        ]
    )
    func standardInput(text: String, message: String) throws {
        let file = try sample.write("input", text)
        let archive = ["-", "--public-keys", sample.keys, "--signatures", sample.manifest]
        for command in [["validate"] + archive, ["chains", "-"], ["plan"] + archive, ["validate", "-"]] {
            let script = #"cat "$0" | "$@""#
            let arguments = ["-c", script, file, try CommandProcess.path()] + command
            let ending = try ShellRun("/bin/sh", arguments)
            #expect(ending.status == 66, "\(command[0]): \(ending.errors)")
            #expect(ending.output.isEmpty)
            #expect(ending.errors.hasPrefix("Error: The archive") && ending.errors.contains(message))
            #expect(ending.errors.split(separator: "\n").count == 1)
        }
    }
    #endif
}
