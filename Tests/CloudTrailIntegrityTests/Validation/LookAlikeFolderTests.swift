import CloudTrailFormat
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

/// V8
@Suite("Folders whose names look the same")
struct LookAlikeFolderTests {
    private static let composed = "B\u{fc}ro/"
    private static let decomposed = "Bu\u{308}ro/"

    /// An archive of a trail with an accent in its prefix, the log files of which lie in another folder.
    private func archive(logsIn folder: String) throws -> HandmadeArchive {
        var made = try HandmadeArchive()
        var log = try made.deliverLog(at: 60)
        made.archive[folder + log.key] = made.archive[log.key]
        made.archive[log.key] = nil
        log = HandmadeArchive.Log(key: Self.composed + log.key, hash: log.hash)
        try made.deliver(0..<3600, after: nil, listing: [log]) { $0.key = Self.composed + $0.key }
        return made
    }

    @Test("are told apart, and both sides say that they look the same")
    func lookAlike() throws {
        let report = try archive(logsIn: Self.decomposed).validate()
        #expect(report.verdict() == .notValid)
        let missing = try #require(report.findings(.logMissing).first)
        let unlisted = try #require(report.findings(.logUnreferenced).first)
        for finding in [missing, unlisted] {
            #expect(finding.message.contains("looks the same"))
            #expect(finding.advice.contains("accents") && finding.detail["lookAlike"] != nil)
        }
    }

    @Test(
        "a folder with the very name, or with another, is no such one",
        arguments: [composed, "Bu\u{300}ro/", "Buro/"]
    )
    func others(folder: String) throws {
        let report = try archive(logsIn: folder).validate()
        #expect(folder == Self.composed ? report.verdict() == .valid : report.count(.logMissing) == 1)
        #expect(report.findings.allSatisfy { !$0.message.contains("looks the same") })
    }

    @Test("an archive whose names are all written the other way is valid")
    func whole() throws {
        let made = try archive(logsIn: Self.decomposed)
        var renamed = made
        for (path, content) in made.archive.files {
            renamed.archive[path.description] = nil
            renamed.archive[path.description.replacing(Self.composed, with: Self.decomposed)] = content
        }
        let report = try renamed.validate()
        #expect(report.verdict() == .valid && report.findings.isEmpty)
    }
}
