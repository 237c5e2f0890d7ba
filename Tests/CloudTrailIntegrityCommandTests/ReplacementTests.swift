import Foundation
import Testing

// How far the process is, is read from /proc.
#if os(Linux)
/// What is done to the folders of an archive while the command reads a log file in one of them.
@Suite("Folders that are replaced under the command")
struct ReplacementTests {
    private let folder: TestFolder
    private let sample: String
    private let region: String
    private let log: String

    init() throws {
        folder = try TestFolder()
        sample = folder.path + "/sample"
        try DiskSample.make(in: sample)
        // Long enough to be stopped in the midst of it.
        let log = try DiskSample.stretchLog(of: sample, bytes: 1 << 30)
        let region = try #require(log.firstRange(of: "us-west-2"))
        self.log = log
        self.region = String(log[..<region.upperBound])
    }

    private static let needsMounts: Comment = "only who may have a mount namespace can mount something in it"
    private static let canMount =
        (try? CommandProcess(script: "exec unshare -m mount -t tmpfs none /mnt", []).end().status) == 0

    /// Validates the sample, and calls `change` with the process while it stands still in the midst of the log file.
    private func validate(
        _ options: String...,
        script: String = #"exec "$@""#,
        _ change: (CommandProcess) throws -> Void
    ) throws -> CommandProcess.Ending {
        let process = try CommandProcess(script: script, DiskSample.validation(of: sample) + options)
        try #require(try process.runs { process.holds(log) })
        process.send(SIGSTOP)
        try change(process)
        process.send(SIGCONT)
        return try process.end()
    }

    private func mount(_ arguments: String, in process: CommandProcess) throws {
        let ending = try CommandProcess(script: "nsenter -t \(process.identifier) -m mount \(arguments)", []).end()
        try #require(ending.status == 0, "\(ending.errors)")
    }

    private func findings(_ ending: CommandProcess.Ending) throws -> [[String: Any]] {
        try ending.output.split(separator: "\n").compactMap { line in
            let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return record?["record"] as? String == "finding" ? record : nil
        }
    }

    /// Expects that the log file counts as changed, and that nothing is a violation.
    private func expectChanged(_ ending: CommandProcess.Ending, status: Int32 = 2) throws {
        #expect(ending.status == status, "\(ending.errors)")
        #expect(ending.errors.isEmpty)
        let findings = try findings(ending)
        #expect(!findings.contains { $0["severity"] as? String == "violation" })
        let finding = try #require(findings.first { $0["path"] as? String == log })
        #expect(finding["kind"] as? String == "log-unreadable")
        #expect((finding["detail"] as? [String: Any])?["reason"] as? String == "changed")
    }

    /// I37
    @Test("a folder that is exchanged for another makes its log files unreadable")
    func exchangedFolder() throws {
        let ending = try validate("--format", "jsonl") { _ in
            try FileManager.default.moveItem(atPath: region, toPath: folder.path + "/moved")
            try FileManager.default.createDirectory(atPath: region, withIntermediateDirectories: false)
        }
        try expectChanged(ending)
    }

    /// I37
    @Test("a mount over a folder makes its log files unreadable", .enabled(if: canMount, needsMounts))
    func mountOverFolder() throws {
        let ending = try validate("--format", "jsonl", script: #"exec unshare -m -- "$@""#) { process in
            try mount("-t tmpfs none \(region)", in: process)
        }
        try expectChanged(ending)
    }

    /// I37
    @Test("a mount over a log file makes it unreadable with --strict", .enabled(if: canMount, needsMounts))
    func mountOverFile() throws {
        let other = try folder.makeFile("other")
        try other.close()
        let ending = try validate("--format", "jsonl", "--strict", script: #"exec unshare -m -- "$@""#) { process in
            try mount("--bind \(folder.path)/other \(log)", in: process)
        }
        try expectChanged(ending, status: 1)
        #expect(try findings(ending).count == 1)
    }

    /// I38
    @Test("a root that is renamed is read on, and named in every report", arguments: ["text", "jsonl", "aws", "quiet"])
    func renamedRoot(format: String) throws {
        let page = folder.path + "/page.html"
        let options = format == "quiet" ? ["--quiet"] : ["--format", format]
        let ending = try validate(options[0], options.last ?? "", "--report", "html=\(page)") { _ in
            try FileManager.default.moveItem(atPath: sample + "/archive", toPath: sample + "/moved")
        }
        // The log file that was stretched is still found, and nothing else.
        #expect(ending.status == 1)
        let sentence = "Replaced while it was read: \(sample)/archive."
        func hasSentence(_ text: String) -> Bool {
            text.split { $0.isWhitespace }.joined(separator: " ").contains(sentence)
        }
        switch format {
        case "jsonl":
            let last = try #require(ending.output.split(separator: "\n").last)
            let summary = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
            #expect(summary?["replaced"] as? [String] == [sample + "/archive"])
            #expect(try findings(ending).count == 1)
        case "aws": #expect(hasSentence(ending.errors))
        default: #expect(hasSentence(ending.output))
        }
        #expect(hasSentence(try folder.text("page.html")))
    }
}
#endif
