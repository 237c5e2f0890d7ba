import Foundation
import Testing

@Suite("The page of questions")
struct QuestionsPageTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The examples of docs/questions.md: a command, and what it prints.
    private static func examples() throws -> [(command: String, output: String)] {
        let page = try String(contentsOf: repository.appending(path: "docs/questions.md"), encoding: .utf8)
        return page.components(separatedBy: "```\n").filter { $0.hasPrefix("$ ") }.map { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            return (String(lines[0].dropFirst(2)), lines.dropFirst().joined(separator: "\n"))
        }
    }

    @Test("every example prints what the page says")
    func examples() throws {
        let folder = try TestFolder()
        for name in ["clean", "tampered"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.path)/\(name)",
                withDestinationPath: Self.repository.appending(path: "TestVectors/archives/\(name)").path
            )
        }
        let account = "clean/archive/AWSLogs/111122223333"
        let organization = "tampered/archive/central/logs/AWSLogs/o-a1b2c3d4e5/111122223334"
        let modified = "111122223334_CloudTrail_us-east-1_20260301T0330Z_9a1OO8vbDQcKjL70.json.gz"
        for (file, name) in [
            (
                "\(account)/CloudTrail/us-east-1/2026/03/01/"
                    + "111122223333_CloudTrail_us-east-1_20260301T0011Z_Fxgrm6Nen5z7QCk1.json.gz",
                "evidence-7.json.gz"
            ), ("\(organization)/CloudTrail/us-east-1/2026/03/01/\(modified)", modified),
            (
                "\(account)/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_"
                    + "management-events_us-east-1_20260301T031035Z.json.gz", "digest.json.gz"
            ),
        ] {
            try FileManager.default.copyItem(atPath: "\(folder.path)/\(file)", toPath: "\(folder.path)/\(name)")
        }
        let tool = (try CommandProcess.path() as NSString).deletingLastPathComponent
        let examples = try Self.examples()
        #expect(examples.count == 8)
        for example in examples {
            let path = "\(tool):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
            let printed = try ShellRun(
                "/bin/sh",
                ["-c", example.command],
                environment: ["PATH": path],
                in: folder.path
            )
            #expect(printed.output == example.output, "\(example.command)")
            #expect(printed.errors.isEmpty)
        }
    }
}
