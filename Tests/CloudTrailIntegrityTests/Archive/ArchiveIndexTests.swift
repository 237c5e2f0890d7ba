import CloudTrailFormat
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

    /// What an index holds, as paths.
    private struct Held: Equatable {
        var digests: [String] = []
        var files: [String] = []
        var obstacles: [String: ObjectReadError.Reason] = [:]
        /// The digest files that have a sidecar, whenever it was listed.
        var sidecars: [String] = []
        var hiddenFolders: [HiddenFolder] = []
    }

    private static func index(_ entries: [(String, ArchiveEntry.Kind)]) throws -> Held {
        try index([Listing(entries: entries.map { ArchiveEntry(path: ObjectKey($0.0), kind: $0.1) })])
    }

    private static func index(_ sources: [Listing]) throws -> Held {
        var held = Held()
        let names = SharedNames()
        var index = ArchiveIndex(names)
        for (root, source) in sources.enumerated() {
            try index.list(source, root: root, check: {}) { batch in
                #expect(batch.start == held.digests.count)
                held.digests += batch.digests.map { names.objectKey($0.path).description }
                for number in batch.sidecars.sorted() { held.sidecars.append(held.digests[number]) }
                for (number, obstacle) in batch.obstacles { held.obstacles[held.digests[number]] = obstacle.reason }
            }
        }
        index.settleSidecars()
        #expect(index.digests.map { index.path(of: $0).description } == held.digests)
        held.sidecars += index.lateSidecars.map { index.path(of: index.digests[$0]).description }
        held.hiddenFolders = index.hiddenFolders
        for (folder, holder) in index.folders.enumerated() {
            for position in 0..<holder.names.count {
                let path = index.path(of: ArchiveIndex.File(folder: folder, position: position)).description
                held.files.append(path)
                held.obstacles[path] = holder.obstacles[position]?.reason
            }
        }
        return held
    }

    @Test func namesDecideWhatAFileIs() throws {
        #expect(try Self.index([("a/\(Self.digest)", .file)]).digests == ["a/\(Self.digest)"])
        for path in ["\(Self.logFolder)/\(Self.log)", Self.log, "a/\(Self.log)"] {
            #expect(try Self.index([(path, .file)]) == Held(files: [path]))
        }
        for name in ["x.json.gz", "x.json", "x.gz", "caf\u{e9}.json", "x.txt", "x", "deeper/x.bin", "_x"] {
            let path = "\(Self.logFolder)/\(name)"
            #expect(try Self.index([(path, .file)]) == Held(files: [path]))
        }
        // What becomes of any other file, the root's layout decides.
        for name in ["x.json.gz", "x.json", "x.gz", "x.txt", "x", "\(Self.digest).bak", "x.JSON", ".x.json.gz"] {
            for folder in [Self.logFolder, Self.digestFolder, "a"] {
                #expect(try Self.index([("\(folder)/\(name)", .file)]) == Held(files: ["\(folder)/\(name)"]))
            }
            #expect(try Self.index([(name, .file)]) == Held(files: [name]))
        }
        // A key that ends in a slash stands for a folder.
        #expect(try Self.index([("a/", .file), ("", .file)]) == Held())
    }

    @Test func aSidecarBesideItsDigestIsNoFileOfItsOwn() throws {
        for name in [Self.digest, String(Self.digest.dropLast(3))] {
            // In the order of a listing, the other way round, and from a source that comes back to the folder.
            for entries in [
                ["a/\(name)", "a/\(name).metadata.json"], ["a/\(name).metadata.json", "a/\(name)"],
                ["a/\(name)", "b/x.json", "a/\(name).metadata.json"],
                ["a/\(name).metadata.json", "b/x.json", "a/\(name)"],
            ] {
                let held = try Self.index(entries.map { ($0, .file) })
                #expect(held.digests == ["a/\(name)"])
                #expect(held.files == entries.filter { $0 == "b/x.json" })
                #expect(held.sidecars == ["a/\(name)"], "\(entries)")
            }
        }
    }

    @Test func aFileWithASidecarsNameAmongLogFilesIsListed() throws {
        for name in [
            "\(Self.log.dropLast(8)).metadata.json", "\(Self.log).metadata.json", "x.metadata.json", "_.metadata.json",
            "\(Self.digest).metadata.json",
        ] {
            let path = "\(Self.logFolder)/\(name)"
            #expect(try Self.index([(path, .file)]) == Held(files: [path]))
        }
    }

    @Test func aSidecarOfAnotherRootsDigestIsNone() throws {
        let sidecar = "a/\(Self.digest).metadata.json"
        let digests = Listing(entries: [ArchiveEntry(path: ObjectKey("a/\(Self.digest)"), kind: .file)])
        let sidecars = Listing(entries: [ArchiveEntry(path: ObjectKey(sidecar), kind: .file)])
        #expect(try Self.index([digests, sidecars]) == Held(digests: ["a/\(Self.digest)"], files: [sidecar]))
    }

    @Test func whatIsNoFileKeepsItsObstacle() throws {
        let held = try Self.index([
            ("a/\(Self.digest)", .link), ("a/\(Self.log)", .special), ("a/folder", .link), ("a/socket", .special),
            ("a/\(Self.digest).metadata.json", .link), ("b", .unreadableFolder(ObjectReadError(.permission, "no"))),
        ])
        let wanted = Held(
            digests: ["a/\(Self.digest)"],
            files: ["a/\(Self.log)", "a/socket"],
            obstacles: [
                "a/\(Self.digest)": .notRegularFile, "a/\(Self.log)": .notRegularFile, "a/socket": .notRegularFile,
            ],
            hiddenFolders: [
                HiddenFolder(root: 0, path: ObjectKey("a/folder"), error: nil),
                HiddenFolder(root: 0, path: ObjectKey("a/\(Self.digest).metadata.json"), error: nil),
                HiddenFolder(root: 0, path: ObjectKey("b"), error: ObjectReadError(.permission, "no")),
            ]
        )
        #expect(held == wanted)
    }

    @Test func manyDigestFilesOfAFolderAreReadInPieces() throws {
        let names = (0..<100).map {
            "111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_2026030\(1 + $0 / 24)T"
                + "\($0 % 24 < 10 ? "0" : "")\($0 % 24)1035Z.json.gz"
        }
        var sizes: [Int] = []
        let listing = Listing(entries: names.map { ArchiveEntry(path: ObjectKey($0), kind: .file) })
        var index = ArchiveIndex()
        try index.list(listing, root: 0, check: {}) { sizes.append($0.digests.count) }
        #expect(sizes == [48, 48, 4])
        #expect(index.digests.map { index.path(of: $0).description } == names)
        #expect(
            index.digests.map { index.names.fileName(of: $0.path) }
                == names.compactMap { DigestFileName(ObjectKey($0)) }
        )
    }
}
