import CloudTrailFormat
import Foundation
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

/// Folders that are renamed away, or exchanged, while their files are read through descriptors that stay open.
@Suite("Folders that are replaced while they are read", .timeLimit(.minutes(10)))
struct ReplacedFolderTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
    }

    // MARK: The path of a file

    private static let path = "root/a/b/c/file"

    private func openFile() throws -> (LocalArchive, any OpenObject) {
        try folder.makeFolder("root/a/b/c")
        try folder.write("content", to: Self.path)
        let archive = try LocalArchive(path: "\(folder.path)/root")
        let file = try archive.open(ObjectKey("a/b/c/file"))
        #expect(try file.readAll() == Array("content".utf8))
        try file.checkUnchanged()
        return (archive, file)
    }

    private func expectChanged(_ body: () throws -> Void, _ location: SourceLocation = #_sourceLocation) {
        #expect(sourceLocation: location) { try body() } throws: { ($0 as? ObjectReadError)?.reason == .changed }
    }

    /// I37
    @Test(
        "a file below a folder that was renamed away has changed, whatever lies there now",
        arguments: ["root/a", "root/a/b", "root/a/b/c"],
        ["nothing", "a folder", "a copy", "a link to it"]
    )
    func ancestors(renamed: String, now: String) throws {
        let (archive, file) = try openFile()
        try folder.rename(renamed, to: "moved")
        switch now {
        case "a folder": try folder.makeFolder(renamed)
        case "a copy":
            try FileManager.default.copyItem(atPath: "\(folder.path)/moved", toPath: "\(folder.path)/\(renamed)")
        case "a link to it": try folder.link(renamed, to: "\(folder.path)/moved")
        default: break
        }
        expectChanged { try file.checkUnchanged() }
        // What is carried is asked of by the same path.
        #expect(throws: ObjectReadError.self) { try archive.metadata(of: ObjectKey("a/b/c/file")) }
        if now == "nothing" {
            // Where it lies in its place again, it is the file that was read.
            try folder.rename("moved", to: renamed)
            try file.checkUnchanged()
            _ = try archive.metadata(of: ObjectKey("a/b/c/file"))
        }
    }

    /// I37
    @Test("a system that cannot look a path up at once walks it, with the same result")
    func walking() throws {
        let (archive, _) = try openFile()
        let place = try archive.place(at: Array("a/b/c".utf8)[...]).place
        try place.check(inOneCall: false)
        try folder.rename("root/a/b", to: "root/a/moved")
        expectChanged { try place.check(inOneCall: false) }
        try folder.makeFolder("root/a/b/c")
        expectChanged { try place.check(inOneCall: false) }
        try folder.remove("root/a/b")
        try folder.link("root/a/b", to: "moved")
        expectChanged { try place.check(inOneCall: false) }
        try folder.remove("root/a/b")
        try folder.rename("root/a/moved", to: "root/a/b")
        try place.check(inOneCall: false)
        try archive.place(at: []).place.check(inOneCall: false)
    }

    private func entered(_ archive: LocalArchive, _ path: String) throws -> EnteredFolder {
        let folder = try archive.openFolder(ObjectKey(path), checkingEachFile: false)
        return EnteredFolder(try #require(folder.unchangedCheck))
    }

    /// I37
    @Test("what was looked up for the last time stays so")
    func settling() throws {
        let (archive, _) = try openFile()
        let (inPlace, moved) = (try entered(archive, "a/b/"), try entered(archive, "a/b/"))
        inPlace.settle()
        try folder.rename("root/a/b", to: "root/a/moved")
        try inPlace.check()
        moved.settle()
        try folder.rename("root/a/moved", to: "root/a/b")
        expectChanged { try moved.check() }
    }

    /// I37
    @Test("a single file is the one that its path leads to in the end", arguments: ["file", "folder", "link"])
    func singleFile(replaced: String) throws {
        try folder.makeFolder("here")
        try folder.makeFolder("there")
        for name in ["here", "there"] { try folder.write("content", to: "\(name)/file") }
        try folder.link("link", to: "here")
        let single = try SingleFile(path: ByteString("\(folder.path)/link/file"))
        let file = try single.open(single.path)
        _ = try file.readAll()
        try file.checkUnchanged()
        switch replaced {
        case "file": try folder.rename("there/file", to: "here/file")
        case "folder":
            try folder.rename("here", to: "moved")
            try folder.rename("there", to: "here")
        default:
            try folder.remove("link")
            try folder.link("link", to: "there")
        }
        expectChanged { try file.checkUnchanged() }
    }

    // MARK: Validations

    /// A sample of two regions, of which `us-east-1` lies on a disk and the other in memory.
    private func sample() throws -> Sample {
        let sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 2, 6, 2, 1)
        }
        for (path, content) in sample.archive.files where path.description.contains("us-east-1/") {
            try folder.makeFolder("root/" + String(decoding: path.folder.dropLast(), as: UTF8.self))
            try folder.write(content, to: "root/\(path)".utf8)
        }
        return sample
    }

    /// Puts a copy in a folder's place, in which no file holds what it did.
    private func exchange(_ name: String, movingTo other: String = "moved") throws {
        let (path, moved) = ("\(folder.path)/\(name)", "\(folder.path)/\(other)")
        try FileManager.default.moveItem(atPath: path, toPath: moved)
        for file in try FileManager.default.subpathsOfDirectory(atPath: moved) where file.hasSuffix(".json.gz") {
            let copy = "\(name)/\(file)"
            try folder.makeFolder(String(copy[..<(copy.lastIndex(of: "/") ?? copy.endIndex)]))
            try folder.write("forged", to: copy)
        }
    }

    /// Validates the folder and, behind it, what is in memory. One thread does it all, so that `change` is called when the
    /// folder was listed, and nothing of it was read.
    private func validate(
        _ sample: Sample,
        _ archive: LocalArchive,
        earlier: EarlierRuns? = nil,
        changing change: @escaping @Sendable () throws -> Void = {}
    ) throws -> ValidationReport {
        var other = ArrangedSource(sample.archive)
        other.entries = sample.archive.files.keys.filter { $0.description.contains("us-west-2/") }.sorted()
            .map { ArchiveEntry(path: $0, kind: .file) }
        let first = other.entries?.first?.path
        other.onList = { if $0.path == first { try change() } }
        let report = try sample.validate([archive, other]) { options in
            (options.jobs, options.readers) = (1, 1)
            options.earlierRuns = earlier
        }
        report.expectConsistent()
        return report
    }

    private func region(_ kind: String) -> String { "root/AWSLogs/111122223333/\(kind)/us-east-1" }

    private func archive() throws -> LocalArchive { try LocalArchive(path: "\(folder.path)/root") }

    /// I37
    @Test("log files that were read in a folder that is not there any more are unreadable, and no violation")
    func logFiles() throws {
        let sample = try sample()
        let report = try validate(sample, try archive()) { try exchange(region("CloudTrail")) }
        #expect(report.found(.violation).isEmpty)
        let unreadable = report.findings(.logUnreadable)
        #expect(unreadable.count == 12)
        #expect(unreadable.allSatisfy { $0.detail["reason"] == .text("changed") })
        #expect(report.logs == tally(valid: 12, unverified: 12))
        #expect(report.digests == tally(valid: 12))
        #expect(report.replacedSources.isEmpty)
    }

    /// I37
    @Test("digest files that were read in a folder that is not there any more are unreadable, and no violation")
    func digestFiles() throws {
        let sample = try sample()
        let report = try validate(sample, try archive()) { try exchange(region("CloudTrail-Digest")) }
        #expect(report.found(.violation).isEmpty)
        let unreadable = report.findings(.digestUnreadable)
        #expect(unreadable.count == 6)
        #expect(unreadable.allSatisfy { $0.detail["reason"] == .text("changed") })
        #expect(report.digests == tally(valid: 6, unverified: 6))
    }

    /// I37
    @Test("what an earlier run proved is not carried from a folder that is not there any more")
    func carried() throws {
        let sample = try sample()
        let archive = try archive()
        // Files that were changed in the second in which a run began, or later, would be read once more.
        let now = Timestamp(secondsSinceEpoch: Int64(Date().timeIntervalSince1970) + 10)
        var state = ProvenState()
        for number in 0..<2 {
            let report = try validate(sample, archive, earlier: EarlierRuns(state, now: now))
            state = try #require(report.state)
            if number == 1 { #expect(report.carried == ValidationReport.Carried(digests: 6, logs: 12)) }
        }
        let report = try validate(sample, archive, earlier: EarlierRuns(state, now: now)) {
            for kind in ["CloudTrail", "CloudTrail-Digest"] { try exchange(region(kind), movingTo: kind) }
        }
        #expect(report.found(.violation).isEmpty)
        #expect(report.carried == ValidationReport.Carried(digests: 0, logs: 0))
        #expect(report.logs.valid == 12)
        #expect(report.digests.valid == 6)
    }

    /// I38
    @Test("a root that is replaced is read on as it was opened, and named")
    func root() throws {
        let sample = try sample()
        let archive = try archive()
        let report = try validate(sample, archive) { try exchange("root") }
        #expect(report.findings.isEmpty)
        #expect(report.verdict() == .valid)
        #expect(report.replacedSources == ["\(folder.path)/root"])
        try folder.remove("root")
        #expect(archive.isReplaced)
        // A link that leads to it is as good.
        try folder.link("root", to: "moved")
        #expect(!archive.isReplaced)
        #expect(try validate(sample, archive).replacedSources.isEmpty)
    }
}
