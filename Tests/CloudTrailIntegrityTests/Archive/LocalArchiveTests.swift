import CloudTrailFormat
import Foundation
import NativeInterop
import TestSupport
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite(.timeLimit(.minutes(10))) struct LocalArchiveTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        try folder.makeFolder("root")
    }

    private func archive() throws -> LocalArchive {
        try LocalArchive(path: "\(folder.path)/root")
    }

    // MARK: The root

    @Test func aMissingRootIsRefused() {
        for name in ["absent", "absent/deeper", "root/absent"] {
            #expect {
                try LocalArchive(path: "\(folder.path)/\(name)")
            } throws: {
                ($0 as? LocalArchiveError)?.description == "there is no such folder"
            }
        }
        #expect(throws: LocalArchiveError.self) { try LocalArchive(path: "") }
        #expect(throws: LocalArchiveError.self) { try LocalArchive(path: "\(folder.path)/root\0/x") }
    }

    @Test func aFileIsNoRoot() throws {
        try folder.write("x", to: "file")
        try folder.makeFIFO("fifo")
        try folder.link("link", to: "file")
        for name in ["file", "fifo", "link", "file/"] {
            #expect {
                try LocalArchive(path: "\(folder.path)/\(name)")
            } throws: {
                ($0 as? LocalArchiveError)?.description.hasPrefix("not a folder") == true
            }
        }
    }

    @Test func theRootMayBeALink() throws {
        try folder.write("x", to: "root/file")
        try folder.link("link", to: "root")
        let archive = try LocalArchive(path: "\(folder.path)/link")
        #expect(archive.name == "\(folder.path)/link")
        #expect(try archive.entries() == [ArchiveEntry(path: ObjectKey("file"), kind: .file)])
        #expect(try archive.text("file") == "x")
        // It is resolved once.
        try folder.remove("link")
        try folder.makeFolder("other")
        try folder.write("y", to: "other/file")
        try folder.link("link", to: "other")
        #expect(try archive.text("file") == "x")
    }

    @Test func anEmptyRootListsNothing() throws {
        #expect(try archive().entries().isEmpty)
    }

    // MARK: Listing

    @Test func theListingIsCompleteAndSorted() throws {
        var random = SequenceGenerator(seed: 5)
        var expected: Set<ObjectKey> = []
        for _ in 0..<300 {
            let depth = Int.random(in: 0...4, using: &random)
            let parents = (0..<depth).map { _ in
                ["a", "b", "B", "c d", "é", "e\u{301}"].randomElement(using: &random) ?? "a"
            }
            let name = (parents + ["f\(Int.random(in: 0...99, using: &random))"]).joined(separator: "/")
            try folder.makeFolder("root/" + parents.joined(separator: "/"))
            try folder.write(name, to: "root/\(name)")
            expected.insert(ObjectKey(name))
        }
        try folder.makeFolder("root/empty/emptier")
        let archive = try archive()
        let entries = try archive.entries()
        #expect(entries.allSatisfy { $0.kind == .file })
        #expect(entries.count == expected.count)
        #expect(Set(entries.map(\.path)) == expected)
        // Files of a folder stand together and in order.
        var folders: [ObjectKey] = []
        for (previous, next) in zip(entries, entries.dropFirst()) {
            if previous.path.folder == next.path.folder {
                #expect(previous.path < next.path)
            } else {
                folders.append(ObjectKey(bytes: Array(previous.path.folder)))
            }
        }
        #expect(Set(folders).count == folders.count)
        #expect(try archive.entries() == entries)
        #expect(try LocalArchive(path: "\(folder.path)/root").entries() == entries)
        for entry in entries { #expect(try archive.text(entry.path.description) == entry.path.description) }
    }

    /// What all begin with is passed over, and eight bytes behind it are compared at once.
    @Test func namesThatBeginAlikeAreSortedToTheirEnd() throws {
        let tails: [[UInt8]] =
            [
                "", "1", "12", "1234567", "12345678", "123456789", "12345678a", "1234567a", "2", "\u{1}", "\u{7f}", "é",
                "z",
            ]
            .map { Array($0.utf8) } + [[0xff], [0x80, 1], [UInt8](repeating: 0xff, count: 9)]
        let names = tails.map { Array("root/111122223333_CloudTrail_us-east-1_".utf8) + $0 }
        for name in names { try folder.write([1], to: name) }
        let paths = try archive().entries().map(\.path)
        #expect(paths == names.map { ObjectKey(bytes: Array($0.dropFirst(5))) }.sorted())
    }

    /// More folders than are kept open, so that those in use are told from the others.
    @Test func manyFoldersAreReadInAnyOrder() throws {
        var paths: [String] = []
        for outer in 0..<12 {
            for inner in 0..<40 {
                let path = "a/\(outer)/b/\(inner)"
                try folder.makeFolder("root/\(path)")
                try folder.write(path, to: "root/\(path)/file")
                paths.append(path)
            }
        }
        let archive = try archive()
        #expect(try archive.entries().count == paths.count)
        var random = SequenceGenerator(seed: 23)
        for path in paths.shuffled(using: &random) + paths {
            #expect(try archive.text("\(path)/file") == path)
        }
        #expect(throws: ObjectReadError.self) { try archive.text("a/0/b/40/file") }
        #expect(throws: ObjectReadError.self) { try archive.text("a/0/b//0/file") }
        #expect(throws: ObjectReadError.self) { try archive.text("/a/0/b/0/file") }
        #expect(throws: ObjectReadError.self) { try archive.text("a/0/../0/b/0/file") }
    }

    @Test func namesAreBytes() throws {
        let names: [[UInt8]] = [
            Array("new\nline".utf8), Array("\u{1b}[2Jescape".utf8), [0xff, 0xfe, 0x80], [0xc3],
            Array("\u{202e}gnp".utf8), Array("caf\u{e9}".utf8),
            Array("cafe\u{301}".utf8), Array("Case".utf8), Array("case".utf8),
            [UInt8](repeating: UInt8(ascii: "x"), count: 255), Array(" ".utf8),
            Array("...".utf8), Array("..x".utf8), Array(".hidden".utf8), Array("\\".utf8), Array("-rf".utf8), [1],
            [0x7f], Array("*".utf8),
        ]
        for (number, name) in names.enumerated() { try folder.write([UInt8(number)], to: Array("root/".utf8) + name) }
        let archive = try archive()
        let entries = try archive.entries()
        #expect(Set(entries.map(\.path.bytes)) == Set(names))
        #expect(entries.count == names.count)
        #expect(entries.map(\.path) == entries.map(\.path).sorted())
        for (number, name) in names.enumerated() {
            #expect(try archive.open(ObjectKey(bytes: name)).readAll() == [UInt8(number)])
        }
    }

    @Test func deepNestingIsListedUpToALimit() throws {
        func path(_ depth: Int) -> String { [String](repeating: "d", count: depth).joined(separator: "/") }
        try folder.makeFolder("root/\(path(129))")
        for depth in [3, 128, 129] { try folder.write("depth \(depth)", to: "root/\(path(depth))/file") }
        let archive = try archive()
        let entries = try archive.entries()
        #expect(
            Set(entries.map(\.path)) == [
                ObjectKey("\(path(3))/file"), ObjectKey("\(path(128))/file"), ObjectKey(path(129)),
            ]
        )
        let hidden = try #require(entries.first { $0.kind != .file })
        #expect(hidden.path == ObjectKey(path(129)))
        for depth in [3, 128, 129] { #expect(try archive.text("\(path(depth))/file") == "depth \(depth)") }
    }

    @Test func aPathThatIsTooLongHidesItsFolder() throws {
        let name = String(repeating: "n", count: 200)
        var descriptors = [unsafe open("\(folder.path)/root", O_RDONLY | O_DIRECTORY)]
        // By descriptors, as no path of this length can be given.
        defer {
            for descriptor in descriptors.reversed() {
                _ = unsafe unlinkat(descriptor, name, AT_REMOVEDIR)
                close(descriptor)
            }
        }
        while descriptors.count <= 22 {
            let parent = try #require(descriptors.last)
            try #require(unsafe mkdirat(parent, name, 0o755) == 0)
            descriptors.append(unsafe openat(parent, name, O_RDONLY | O_DIRECTORY))
        }
        let entries = try archive().entries()
        #expect(entries.count == 1)
        let entry = try #require(entries.first)
        #expect(entry.path.bytes.count == 21 * 201 - 1)
        guard case .unreadableFolder(let error) = entry.kind else {
            Issue.record("it is \(entry.kind)")
            return
        }
        #expect(error.reason == .inputOutput)
    }

    @Test func whatTheVisitorThrowsEndsTheListing() throws {
        struct Stop: Error {}
        for number in 0..<5 { try folder.write("x", to: "root/file\(number)") }
        let archive = try archive()
        var count = 0
        #expect(throws: Stop.self) {
            try archive.list { _ in
                count += 1
                if count == 3 { throw Stop() }
            }
        }
        #expect(count == 3)
    }

    // Disabled for the superuser, whom no permission stops.
    @Test(.enabled(if: geteuid() != 0))
    func whatMayNotBeReadIsSaid() throws {
        try folder.makeFolder("root/closed")
        try folder.write("x", to: "root/closed/file")
        try folder.write("x", to: "root/secret")
        try folder.setPermissions(0, of: "root/secret")
        try folder.setPermissions(0, of: "root/closed")
        defer { try? folder.setPermissions(0o755, of: "root/closed") }
        let archive = try archive()
        let entries = try archive.entries()
        #expect(entries.map(\.path) == [ObjectKey("secret"), ObjectKey("closed")])
        guard case .unreadableFolder(let error) = entries.last?.kind else {
            Issue.record("the folder was read")
            return
        }
        #expect(error.reason == .permission)
        #expect(archive.openingError("secret") == .permission)
        #expect(archive.openingError("closed/file") == .permission)
    }

    // MARK: Links and other things that are no files

    /// I2
    @Test func linksAreNeverFollowed() throws {
        try folder.makeFolder("outside")
        try folder.write("secret", to: "outside/file")
        try folder.makeFolder("root/a")
        try folder.write("inside", to: "root/a/file")
        let links = [
            ("file", "a/file"), ("folder", "a"), ("loop", "loop"), ("ping", "pong"), ("pong", "ping"), ("up", ".."),
            ("here", "."), ("dangling", "nothing"),
            ("outside", "../outside"), ("outfile", "../outside/file"), ("absolute", "\(folder.path)/outside"),
            ("a/out", "../../outside"),
            ("x.json.gz", "../outside/file"),
        ]
        for (name, target) in links { try folder.link("root/\(name)", to: target) }
        let archive = try archive()
        let entries = try archive.entries()
        #expect(Set(entries.filter { $0.kind == .link }.map(\.path)) == Set(links.map { ObjectKey($0.0) }))
        #expect(entries.filter { $0.kind == .file }.map(\.path) == [ObjectKey("a/file")])
        #expect(entries.count == links.count + 1)
        for (name, _) in links {
            #expect(archive.openingError(name) == .notRegularFile, "\(name)")
            #expect(archive.openingError("\(name)/file") == .notRegularFile, "\(name)")
        }
        #expect(try archive.text("a/file") == "inside")
    }

    /// I2
    @Test func specialFilesAreListedAndNeverBlock() throws {
        var names = ["fifo", "sub/fifo"]
        try folder.makeFolder("root/sub")
        for name in names { try folder.makeFIFO("root/\(name)") }
        #if os(Linux)
        try folder.makeSocket("root/socket")
        names.append("socket")
        #endif
        let archive = try archive()
        let entries = try archive.entries()
        #expect(entries.allSatisfy { $0.kind == .special })
        #expect(Set(entries.map(\.path)) == Set(names.map { ObjectKey($0) }))
        for name in names {
            #expect(archive.openingError(name) == .notRegularFile)
            #expect(archive.openingError("\(name)/x") == .notRegularFile)
        }
    }

    @Test func aFolderSwappedForALinkIsNotFollowed() throws {
        try folder.makeFolder("outside")
        try folder.write("secret", to: "outside/file")
        try folder.makeFolder("root/a/b")
        try folder.write("inside", to: "root/a/b/file")
        let listed = try archive()
        let fresh = try archive()
        #expect(try listed.entries().map(\.path) == [ObjectKey("a/b/file")])
        try folder.rename("root/a/b", to: "root/moved")
        try folder.link("root/a/b", to: "../../outside")
        #expect(fresh.openingError("a/b/file") == .notRegularFile)
        // The folder that was listed may still be at hand; what it leads to now is never read.
        if let text = try? listed.text("a/b/file") { #expect(text == "inside") }
        #expect(try fresh.entries().map(\.kind) == [.link, .file])
    }

    @Test func aFileSwappedForSomethingElseIsNotRead() throws {
        try folder.write("secret", to: "outside")
        for (number, replace) in [
            { try folder.link("root/file", to: "../outside") }, { try folder.makeFIFO("root/file") },
            { try folder.makeFolder("root/file") },
        ].enumerated() as EnumeratedSequence<[() throws -> Void]> {
            try folder.write("inside", to: "root/file")
            let archive = try archive()
            #expect(try archive.entries().map(\.kind) == [.file])
            try folder.remove("root/file")
            try replace()
            #expect(archive.openingError("file") == .notRegularFile, "\(number)")
            try folder.remove("root/file")
            #expect(archive.openingError("file") == .vanished)
        }
    }

    @Test(arguments: [
        "", "/", "//", "a/", "/etc/passwd", "..", ".", "../outside", "a/../../outside", "a/..", "a/./file", "a//file",
        "/a/file",
        "a/file/", "a/file\0", "a\0/file",
    ])
    func pathsThatAreNotPlainAreRefused(path: String) throws {
        try folder.write("secret", to: "outside")
        try folder.makeFolder("root/a")
        try folder.write("inside", to: "root/a/file")
        #expect(try archive().openingError(path) == .notRegularFile)
    }

    @Test func whatIsNotThereIsSaid() throws {
        try folder.makeFolder("root/a")
        try folder.write("x", to: "root/a/file")
        let archive = try archive()
        #expect(archive.openingError("absent") == .vanished)
        #expect(archive.openingError("a/absent") == .vanished)
        #expect(archive.openingError("absent/file") == .vanished)
        #expect(archive.openingError("a/FILE") == .vanished)
        #expect(archive.openingError("a") == .notRegularFile)
        #expect(archive.openingError("a/file/x") == .notRegularFile)
        #expect(archive.openingError(String(repeating: "n", count: 256)) == .inputOutput)
    }

    // MARK: Reading

    @Test func filesAreReadWholeInPiecesOfAnySize() throws {
        var random = SequenceGenerator(seed: 6)
        for count in [0, 1, 63, 64, 65, 5000] {
            let content = random.bytes(count)
            try folder.write(content, to: "root/file".utf8)
            let archive = try archive()
            for pieces in [1, 64, 10_000] {
                let file = try archive.open(ObjectKey("file"))
                #expect(file.storedBytes == UInt64(count))
                #expect(try file.readAll(pieces: pieces) == content)
                #expect(try file.readAll() == [])
                #expect(throws: Never.self) { try file.checkUnchanged() }
            }
        }
    }

    /// Something that happens to a file while it is read, and whether it counts.
    struct Event: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isChange: Bool
        let happen: @Sendable (ScratchFolder) throws -> Void

        init(_ name: String, isChange: Bool, _ happen: @escaping @Sendable (ScratchFolder) throws -> Void) {
            testDescription = name
            self.isChange = isChange
            self.happen = happen
        }
    }

    static let events: [Event] = [
        Event("nothing", isChange: false) { _ in },
        Event("permissions", isChange: false) { try $0.setPermissions(0o600, of: "root/a/file") },
        Event("another file beside it", isChange: false) { try $0.write("x", to: "root/a/other") },
        Event("appended to", isChange: true) { try $0.write("content and more", to: "root/a/file") },
        Event("rewritten, same size", isChange: true) { try $0.write("CONTENT", to: "root/a/file") },
        Event("truncated", isChange: true) { try $0.write("cont", to: "root/a/file") },
        Event("emptied", isChange: true) { try $0.write("", to: "root/a/file") },
        Event("touched", isChange: true) { try $0.setTime(2_000_000, of: "root/a/file") },
        Event("rewritten, time put back", isChange: true) {
            try $0.write("longer content", to: "root/a/file")
            try $0.setTime(1_000_000, of: "root/a/file")
        },
        Event("removed", isChange: true) { try $0.remove("root/a/file") },
        Event("replaced, same content and time", isChange: true) {
            try $0.write("content", to: "root/new")
            try $0.setTime(1_000_000, of: "root/new")
            try $0.rename("root/new", to: "root/a/file")
        },
        Event("replaced by a link to itself", isChange: true) {
            try $0.rename("root/a/file", to: "root/a/moved")
            try $0.link("root/a/file", to: "moved")
        },
        Event("replaced by a folder", isChange: true) {
            try $0.remove("root/a/file")
            try $0.makeFolder("root/a/file")
        },
    ]

    /// I3
    @Test(arguments: events)
    func aFileThatChangesWhileItIsReadIsNoticed(event: Event) throws {
        try folder.makeFolder("root/a")
        try folder.write("content", to: "root/a/file")
        try folder.setTime(1_000_000, of: "root/a/file")
        for isAtEnd in [true, false] where isAtEnd || event.isChange == false {
            let file = try archive().open(ObjectKey("a/file"))
            if isAtEnd { _ = try file.readAll() }
            try event.happen(folder)
            if !isAtEnd { _ = try file.readAll() }
            if event.isChange {
                #expect {
                    try file.checkUnchanged()
                } throws: {
                    ($0 as? ObjectReadError)?.reason == .changed
                }
            } else {
                #expect(throws: Never.self) { try file.checkUnchanged() }
            }
        }
    }

    @Test func oneObjectOpensOneFileAfterAnother() throws {
        for name in ["root/a", "root/b", "root/b/folder"] { try folder.makeFolder(name) }
        try folder.write("first", to: "root/a/x")
        try folder.write("second, which is longer", to: "root/a/y")
        try folder.write("", to: "root/b/x")
        let archive = try archive()
        let a = try archive.folder(at: Array("a".utf8)[...])
        let b = try archive.folder(at: Array("b".utf8)[...])
        var file: LocalFile?
        func text(_ name: String, in folder: LocalFolder) throws -> String {
            let opened = try folder.open(Array(name.utf8).span, reusing: &file)
            #expect(opened.storedBytes == opened.metadata.storedBytes)
            let content = try opened.readAll()
            try opened.checkUnchanged()
            #expect(content.count == Int(opened.metadata.storedBytes))
            return String(decoding: content, as: UTF8.self)
        }
        #expect(try text("x", in: a) == "first")
        let object = ObjectIdentifier(try #require(file))
        #expect(try text("y", in: a) == "second, which is longer")
        #expect(try text("x", in: b) == "")
        // What cannot be opened leaves nothing behind for the next.
        for name in ["absent", "folder", "..", "x/", ""] {
            #expect(throws: ObjectReadError.self) { try text(name, in: b) }
            #expect(try text("x", in: a) == "first")
        }
        #expect(file.map { ObjectIdentifier($0) } == object)
        // One that is held is not taken away from whoever holds it.
        let held = try a.open(Array("y".utf8).span, reusing: &file)
        #expect(try text("x", in: a) == "first")
        #expect(try String(decoding: held.readAll(), as: UTF8.self) == "second, which is longer")
        try held.checkUnchanged()
        // An object of the same folder keeps it open.
        let view = try LocalFolder(sharing: archive.folder(at: Array("a".utf8)[...]))
        #expect(try text("x", in: view) == "first")
        // A change is told of the file that was opened last.
        #expect(throws: ObjectReadError.self) {
            let opened = try a.open(Array("x".utf8).span, reusing: &file)
            try folder.write("other", to: "root/a/x")
            try opened.checkUnchanged()
        }
    }

    @Test func aFileThatChangesBetweenTwoReadsIsNoticed() throws {
        for content in [
            [UInt8](repeating: 2, count: 1000), [UInt8](repeating: 2, count: 10), [UInt8](repeating: 2, count: 5000),
        ] {
            try folder.write([UInt8](repeating: 1, count: 1000), to: "root/file".utf8)
            try folder.setTime(1_000_000, of: "root/file")
            let file = try archive().open(ObjectKey("file"))
            var first = [UInt8](repeating: 0, count: 100)
            let count = try unsafe first.withUnsafeMutableBytes { bytes in
                var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                return try file.read(into: &span)
            }
            #expect(count == 100)
            try folder.write(content, to: "root/file".utf8)
            _ = try file.readAll()
            #expect(throws: ObjectReadError.self) { try file.checkUnchanged() }
        }
    }

    // MARK: Descriptors

    @Test func manyFoldersAreOpenedByManyThreads() throws {
        // More than are kept open, so that they are closed and opened again under the readers' hands.
        let folders = 150
        for number in 0..<folders {
            try folder.makeFolder("root/f\(number)/g")
            try folder.write("content \(number)", to: "root/f\(number)/g/file")
        }
        let archive = try archive()
        let failures = LockedState<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 1200) { iteration in
            let number = iteration * 37 % folders
            do {
                let file = try archive.open(ObjectKey("f\(number)/g/file"))
                let content = try file.readAll()
                try file.checkUnchanged()
                if content != Array("content \(number)".utf8) {
                    failures.withLock { $0.append("\(number): \(content)") }
                }
                if iteration.isMultiple(of: 300), try archive.entries().count != folders {
                    failures.withLock { $0.append("the listing is incomplete") }
                }
            } catch {
                failures.withLock { $0.append("\(number): \(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
    }

    // Disabled where the system does not list a process's descriptors.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
    func noDescriptorIsLeftOpen() throws {
        for number in 0..<400 { try folder.makeFolder("root/f\(number)") }
        for number in 0..<400 { try folder.write("x", to: "root/f\(number)/file") }
        try folder.makeFIFO("root/fifo")
        try folder.link("root/link", to: "f1/file")
        #expect(folder.openDescriptors() == 0)
        do {
            let archive = try archive()
            for _ in 0..<3 {
                #expect(try archive.entries().count == 402)
                for number in 0..<400 {
                    let file = try archive.open(ObjectKey("f\(number)/file"))
                    _ = try file.readAll()
                    try file.checkUnchanged()
                    _ = archive.openingError("f\(number)/absent")
                }
                for path in ["fifo", "link", "link/x", "f1", "absent/x", "../x"] { _ = archive.openingError(path) }
                // The root, and the folders that are kept.
                let open = try #require(folder.openDescriptors())
                #expect(open <= 261)
            }
        }
        #expect(folder.openDescriptors() == 0)
    }

    @Test func aFileOutlivesItsArchive() throws {
        try folder.makeFolder("root/a")
        try folder.write("content", to: "root/a/file")
        let file: any OpenObject = try archive().open(ObjectKey("a/file"))
        #expect(try file.readAll() == Array("content".utf8))
        #expect(throws: Never.self) { try file.checkUnchanged() }
    }

    // MARK: Extended attributes

    /// Whether the temporary folder's file system keeps attributes.
    private static let keepsAttributes: Bool = {
        guard let folder = try? ScratchFolder() else { return false }
        return (try? folder.write("x", to: "file")) != nil
            && (try? folder.setAttributes(["user.probe": [1]], of: "file")) != nil
    }()

    // Disabled where the temporary folder's file system keeps no extended attributes.
    @Test(.enabled(if: keepsAttributes))
    func signaturesAreReadFromAttributes() throws {
        try folder.write("x", to: "root/file")
        try folder.setAttributes(
            [
                "user.signature": Array("00ff".utf8), "user.signature-algorithm": Array("SHA256withRSA".utf8),
                "user.backfill-generation-timestamp": Array("2026-03-02T00:00:00Z".utf8), "user.other": Array("x".utf8),
            ],
            of: "root/file"
        )
        #expect(
            try archive().open(ObjectKey("file")).signatureMetadata()
                == SignatureMetadata(
                    signature: "00ff",
                    algorithm: "SHA256withRSA",
                    backfillGenerationTime: Timestamp("2026-03-02T00:00:00Z")
                )
        )
    }

    // Disabled where the temporary folder's file system keeps no extended attributes.
    @Test(.enabled(if: keepsAttributes))
    func attributesThatAreNoSignatureAreNone() throws {
        func metadata(_ values: [String: [UInt8]]) throws -> SignatureMetadata? {
            try folder.write("x", to: "root/file")
            try folder.setAttributes(values, of: "root/file")
            defer { try? folder.remove("root/file") }
            return try archive().open(ObjectKey("file")).signatureMetadata()
        }
        #expect(try metadata(["user.signature-algorithm": Array("SHA256withRSA".utf8)]) == nil)
        #expect(try metadata(["user.signature": [0xff, 0xfe]]) == nil)
        #expect(try metadata(["user.Signature": Array("00".utf8)]) == nil)
        let alone = try #require(try metadata(["user.signature": Array("00".utf8)]))
        #expect(alone == SignatureMetadata(signature: "00", algorithm: nil, backfillGenerationTime: nil))
        // 4,096 bytes would not fit beside the others on every file system; far more than any signature would.
        #expect(
            try metadata(["user.signature": [UInt8](repeating: UInt8(ascii: "0"), count: 2048)])?.signature.utf8.count
                == 2048
        )
    }

    @Test func aFileWithoutAttributesHasNoSignature() throws {
        try folder.write("x", to: "root/file")
        #expect(try archive().open(ObjectKey("file")).signatureMetadata() == nil)
    }
}
