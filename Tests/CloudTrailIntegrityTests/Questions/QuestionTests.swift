import CloudTrailFormat
import Foundation
import NativeInterop
import Testing

@testable import CloudTrailIntegrity

@Suite("Questions about one thing")
struct QuestionTests {
    private static let name = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T011035Z.json.gz"
    private static let before = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260228T231035Z.json.gz"

    private static func paths(_ wanted: String, _ path: String, _ key: String) -> [String] {
        SingleFile.paths(of: ObjectKey(wanted), beside: ObjectKey(path), key: ObjectKey(key)).map(\.description)
            .filter { $0.hasSuffix(".gz") }
    }

    @Test(
        "where the digest file before lies follows from what path and key have in common",
        arguments: [
            // The root of the bucket, a folder above it, a folder of the bucket, and a folder of it under another name.
            ("/e/AWSLogs/1/D/03/01/", "AWSLogs/1/D/03/01/", "AWSLogs/1/D/02/28/", "/e/AWSLogs/1/D/02/28/"),
            ("/e/b/AWSLogs/1/D/03/01/", "p/AWSLogs/1/D/03/01/", "p/AWSLogs/1/D/02/28/", "/e/b/AWSLogs/1/D/02/28/"),
            ("/e/D/03/01/", "AWSLogs/1/D/03/01/", "AWSLogs/1/D/02/28/", "/e/D/02/28/"),
            ("/e/x/03/01/", "AWSLogs/1/D/03/01/", "AWSLogs/1/D/02/28/", "/e/x/02/28/"),
            // Doubled slashes are collapsed, as downloads do.
            ("/e/p/D/03/01/", "p//D/03/01/", "p//D/02/28/", "/e/p/D/02/28/"),
        ]
    )
    func besidePaths(folder: String, keyFolder: String, wantedFolder: String, expected: String) {
        let paths = Self.paths(wantedFolder + Self.before, folder + Self.name, keyFolder + Self.name)
        #expect(paths == [expected + Self.before, folder + Self.before])
    }

    @Test("a folder in which all files lie flat holds the one before under its name")
    func flatPaths() {
        let paths = Self.paths(
            "AWSLogs/1/D/02/28/" + Self.before,
            "/flat/" + Self.name,
            "AWSLogs/1/D/03/01/" + Self.name
        )
        #expect(paths == ["/flat/" + Self.before])
        // A chain's prefix may change along the way.
        let moved = Self.paths("q/D/02/28/" + Self.before, "/e/p/D/03/01/" + Self.name, "p/D/03/01/" + Self.name)
        #expect(moved == ["/e/q/D/02/28/" + Self.before, "/e/p/D/03/01/" + Self.before])
    }

    @Test(
        "nothing but a digest file below the same root is looked for",
        arguments: [
            "etc/passwd", "", "/", "a/../../" + before, "./" + before, before + "/", "AWSLogs/\u{0}/" + before,
        ]
    )
    func unsafePaths(wanted: String) {
        #expect(Self.paths(wanted, "/e/" + Self.name, "e/" + Self.name).isEmpty)
    }

    @Test("a single file is found through links, and is itself nothing but a regular file")
    func singleFiles() throws {
        let folder = try ScratchFolder()
        try folder.write("x", to: "file")
        try folder.link("link", to: "file")
        let file = try SingleFile(path: ByteString(folder.path + "/link"))
        #expect(file.path == ObjectKey("file"))
        #expect(file.name == folder.path + "/link")
        #expect(throws: ObjectReadError.self) { try SingleFile(path: ByteString(folder.path + "/absent")) }
        #expect(throws: ObjectReadError.self) { try SingleFile(path: "") }
        #expect(throws: ObjectReadError.self) { try SingleFile(path: "a\u{0}b") }
        // What lies beside it is not there for whoever asks.
        #expect(throws: ObjectReadError.self) { try file.open(ObjectKey("link")) }
        var entries: [String] = []
        try file.called(ObjectKey("y")).list { entries.append($0.path.description) }
        #expect(entries == ["y"])
        try folder.write("{}", to: "file.metadata.json")
        entries = []
        try file.called(ObjectKey("y")).list { entries.append($0.path.description) }
        #expect(entries == ["y", "y.metadata.json"])
    }

    @Test("holes are what lies between two ends beyond an hour")
    func holes() {
        let start = Timestamp(secondsSinceEpoch: 1_772_323_835)
        func holes(_ offsets: Int64...) -> [TimeRange] {
            ArchiveContents.holes(between: offsets.map { start.advanced(bySeconds: $0) })
        }
        #expect(holes().isEmpty)
        #expect(holes(0).isEmpty)
        #expect(holes(0, 0, 3600, 7100).isEmpty)
        #expect(holes(0, 3601) == [TimeRange(start: start, end: start.advanced(bySeconds: 1))])
        #expect(
            holes(0, 10_800)
                == [TimeRange(start: start, end: start.advanced(bySeconds: 7200))]
        )
    }
}
