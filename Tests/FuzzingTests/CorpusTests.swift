import Foundation
import FuzzChecks
import Testing

/// What the fuzzers start from, and what they ever found, checked without them.
@Suite("The fuzzers' inputs")
struct CorpusTests {
    private static let corpora = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fuzzing/Corpus").standardizedFileURL

    /// One input: its fuzz target and its file.
    struct Input: CustomTestStringConvertible, Sendable {
        let check: FuzzCheck
        let file: URL

        var testDescription: String { "\(check.rawValue)/\(file.lastPathComponent)" }
    }

    static let inputs: [Input] = FuzzCheck.allCases.flatMap { check in
        let folder = corpora.appending(path: check.rawValue)
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.lastPathComponent < $1.lastPathComponent }.map { Input(check: check, file: $0) }
    }

    @Test("every committed input holds", arguments: inputs)
    func replay(_ input: Input) throws {
        try input.check.run(Array(Data(contentsOf: input.file)))
    }

    @Test("every target has inputs", arguments: FuzzCheck.allCases)
    func isThere(_ check: FuzzCheck) {
        #expect(Self.inputs.contains { $0.check == check })
    }

    @Test("inputs of random bytes hold", arguments: FuzzCheck.allCases)
    func random(_ check: FuzzCheck) throws {
        // A multiplicative generator: the same inputs every time.
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        for length in stride(from: 0, to: 200, by: 10) {
            let bytes = (0..<length).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            }
            try check.run(bytes)
        }
    }
}
