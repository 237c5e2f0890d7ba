import Testing

@testable import CloudTrailIntegrity

@Suite struct ArchiveIndexTests {
    /// A source that lists what it is told to.
    private struct Listing: ObjectSource {
        let name = "listing"
        let entries: [ArchiveEntry]

        func list(_ visit: (ArchiveEntry) throws -> Void) throws {
            for entry in entries { try visit(entry) }
        }

        func open(_ path: ObjectKey) throws -> any OpenObject {
            throw ObjectReadError(.vanished, "nothing can be opened")
        }
    }

    private static let digest = "111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260301T001035Z.json.gz"
    private static let log = "111122223333_CloudTrail_us-east-1_20260301T0010Z_abc.json.gz"
    private static let digestFolder = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01"
    private static let logFolder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01"

    private static func index(_ entries: [(String, ArchiveEntry.Kind)]) throws -> ArchiveIndex {
        try ArchiveIndex([Listing(entries: entries.map { ArchiveEntry(path: ObjectKey($0.0), kind: $0.1) })])
    }

    private static func role(_ path: String) throws -> ArchiveIndex.Role? {
        let index = try index([(path, .file)])
        #expect(index.files.count <= 1)
        return index.files.first?.role
    }

    @Test func namesDecideTheRole() throws {
        let digest = try #require(DigestFileName(ObjectKey(Self.digest)))
        let log = try #require(LogFileName(ObjectKey(Self.log)))
        #expect(try Self.role("a/\(Self.digest)") == .digest(digest))
        #expect(try Self.role("\(Self.logFolder)/\(Self.log)") == .log(log))
        #expect(try Self.role(Self.log) == .log(log))
        for name in ["x.json.gz", "x.json", "x.gz", "caf\u{e9}.json", "x.txt", "x", "deeper/x.bin", "_x"] {
            #expect(try Self.role("\(Self.logFolder)/\(name)") == .other, "\(name)")
        }
        // Elsewhere only what looks like a log file.
        for name in ["x.json.gz", "x.json", "x.gz"] {
            #expect(try Self.role("\(Self.digestFolder)/\(name)") == .other, "\(name)")
            #expect(try Self.role(name) == .other, "\(name)")
        }
        for name in ["x.txt", "x", "\(Self.digest).bak", "x.JSON"] {
            #expect(try Self.role("\(Self.digestFolder)/\(name)") == nil, "\(name)")
            #expect(try Self.role(name) == nil, "\(name)")
        }
        // Hidden files, which readers of the logs pass over.
        #expect(try Self.role("\(Self.logFolder)/.x.json.gz") == nil)
    }

    @Test func aSidecarBesideItsDigestIsNoFileOfItsOwn() throws {
        for name in [Self.digest, String(Self.digest.dropLast(3))] {
            // In the order of a listing, and the other way round.
            for entries in [["a/\(name)", "a/\(name).metadata.json"], ["a/\(name).metadata.json", "a/\(name)"]] {
                let index = try Self.index(entries.map { ($0, .file) })
                #expect(index.files.map(\.path) == [ObjectKey("a/\(name)")])
                #expect(
                    index.sidecars == [ArchiveIndex.SidecarName(root: 0, path: ObjectKey("a/\(name).metadata.json"))]
                )
            }
        }
    }

    @Test func aFileWithASidecarsNameAmongLogFilesIsListed() throws {
        for name in [
            "\(Self.log.dropLast(8)).metadata.json", "\(Self.log).metadata.json", "x.metadata.json", "_.metadata.json",
            "\(Self.digest).metadata.json",
        ] {
            let index = try Self.index([("\(Self.logFolder)/\(name)", .file)])
            #expect(index.sidecars.isEmpty)
            #expect(index.files.map(\.path) == [ObjectKey("\(Self.logFolder)/\(name)")])
        }
    }

    @Test func aSidecarOfAnotherRootsDigestIsNone() throws {
        let digests = Listing(entries: [ArchiveEntry(path: ObjectKey("a/\(Self.digest)"), kind: .file)])
        let sidecars = Listing(entries: [ArchiveEntry(path: ObjectKey("a/\(Self.digest).metadata.json"), kind: .file)])
        #expect(try ArchiveIndex([digests, sidecars]).sidecars.isEmpty)
    }

    @Test func whatIsNoFileKeepsItsObstacle() throws {
        let index = try Self.index([
            ("a/\(Self.digest)", .link), ("a/\(Self.log)", .special), ("a/folder", .link), ("a/socket", .special),
            ("a/\(Self.digest).metadata.json", .link), ("b", .unreadableFolder(ObjectReadError(.permission, "no"))),
        ])
        #expect(index.files.map { $0.obstacle?.reason } == [.notRegularFile, .notRegularFile])
        #expect(index.sidecars.isEmpty)
        #expect(
            index.hiddenFolders == [
                ArchiveIndex.HiddenFolder(root: 0, path: ObjectKey("a/folder"), error: nil),
                ArchiveIndex.HiddenFolder(root: 0, path: ObjectKey("a/\(Self.digest).metadata.json"), error: nil),
                ArchiveIndex.HiddenFolder(root: 0, path: ObjectKey("b"), error: ObjectReadError(.permission, "no")),
            ]
        )
    }
}
