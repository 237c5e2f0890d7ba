import CloudTrailIntegrityCommand
import Foundation
import Testing

/// What the command prints, byte for byte. `make golden` writes the files anew: look at the difference before it is
/// committed.
@Suite("What is printed")
struct GoldenTests {
    /// A command line, and the file that holds what it prints.
    struct Case: CustomTestStringConvertible {
        let name: String
        let arguments: [String]
        var columns: Int? = 80

        var testDescription: String { name }
    }

    private static let tampered = [
        "validate", "TestVectors/archives/tampered/archive", "--public-keys",
        "TestVectors/archives/tampered/keys.json", "--signatures", "TestVectors/archives/tampered/meta.jsonl",
    ]
    private static let clean = [
        "validate", "TestVectors/archives/clean/archive", "--public-keys", "TestVectors/archives/clean/keys.json",
    ]

    private static let isWrittenAnew = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    static let cases =
        MainCommand.subcommandNames.map { Case(name: "help-\($0)", arguments: ["help", $0]) }
        + MainCommand.subcommandNames.map { Case(name: "error-no-argument-\($0)", arguments: [$0]) } + [
            Case(name: "help", arguments: ["--help"]),
            Case(name: "error-subcommand", arguments: ["validte"]),
            Case(name: "error-option", arguments: ["validate", "archive", "--strcit"]),
            Case(name: "error-value", arguments: ["validate", "archive", "--format", "xml"]),
            Case(name: "error-archive", arguments: ["validate", "nowhere", "--public-keys", "nowhere"]),
            Case(name: "error-no-keys", arguments: Array(clean.prefix(2))),
            Case(name: "tampered", arguments: tampered, columns: nil),
            Case(name: "tampered-80", arguments: tampered),
            Case(name: "tampered-color", arguments: tampered + ["--color", "always"], columns: nil),
            Case(name: "tampered-verbose-80", arguments: tampered + ["--verbose"]),
            Case(name: "tampered-quiet", arguments: tampered + ["--quiet"], columns: nil),
            Case(name: "unsigned", arguments: clean, columns: nil),
            Case(name: "unsigned-40", arguments: clean, columns: 40),
        ]

    @Test("is what the golden file holds", arguments: cases)
    func golden(_ golden: Case) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let root = tests.deletingLastPathComponent().deletingLastPathComponent().path
        let width = golden.columns.map { "export COLUMNS=\($0)" } ?? "unset COLUMNS"
        let ending = try CommandProcess(script: #"cd '\#(root)'; \#(width); exec "$@""#, golden.arguments).end()
        let command = (["cloudtrail-integrity"] + golden.arguments).joined(separator: " ")
        let text = """
            $ \(golden.columns.map { "COLUMNS=\($0) " } ?? "")\(command)
            \(ending.output)--- standard error
            \(ending.errors)--- exit \(ending.status.map(String.init) ?? "by a signal")

            """
        let file = tests.appendingPathComponent("Golden/\(golden.name).txt")
        if Self.isWrittenAnew {
            try Data(text.utf8).write(to: file)
            return
        }
        let expected = try? Data(contentsOf: file)
        #expect(expected == Data(text.utf8), "'make golden' writes \(file.lastPathComponent) anew; now it is:\n\(text)")
    }

    @Test("every golden file is one that is compared")
    func nothingLeftOver() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let leftOver = Set(names).subtracting(Self.cases.map { "\($0.name).txt" })
        if Self.isWrittenAnew {
            for name in leftOver { try FileManager.default.removeItem(at: folder.appendingPathComponent(name)) }
        } else {
            #expect(leftOver.isEmpty)
        }
    }
}
