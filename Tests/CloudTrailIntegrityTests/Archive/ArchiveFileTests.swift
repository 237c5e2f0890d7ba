import CloudTrailFormat

#if ArchiveFiles
import CloudTrailIntegrity
import Foundation
import NativeInterop
import TestSupport
import Testing

@testable import Adversary

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What is in an archive file, by those who made it and by us.
@Suite(.timeLimit(.minutes(10))) struct ArchiveFileTests: ArchiveFileMaker {
    let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
    }

    // MARK: Opening

    @Test func whatIsNoFileIsRefused() throws {
        try folder.makeFolder("folder")
        for (path, reason) in [("absent", "there is no such file"), ("folder", "a folder, not an archive file")] {
            #expect {
                try ArchiveFile(path: "\(folder.path)/\(path)")
            } throws: {
                ($0 as? ArchiveFileError)?.description == reason
            }
        }
        #expect(throws: ArchiveFileError.self) { try ArchiveFile(path: "") }
        #expect(throws: ArchiveFileError.self) { try ArchiveFile(path: "\(folder.path)/absent\0") }
        #expect(throws: ArchiveFileError.self) { try ArchiveFile(path: "/dev/zero") }
        #expect(throws: ArchiveFileError.self) { try ArchiveFile(fileDescriptor: -1, name: "-") }
    }

    @Test func whatIsNoArchiveIsRefused() throws {
        var random = SequenceGenerator(seed: 3)
        var contents: [[UInt8]] = [
            [], [0], [0x1f, 0x8b], Array("BZh9".utf8), [0x28, 0xb5, 0x2f, 0xfd], [0x50, 0x4b, 3, 4],
        ]
        contents.append(Array("hello".utf8))
        contents.append([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])
        for size in [511, 512, 513, 70_000, 300_000] {
            contents.append((0..<size).map { _ in UInt8.random(in: 1...255, using: &random) })
        }
        contents.append([UInt8](repeating: 0, count: 511))
        for content in contents {
            #expect(throws: ArchiveFileError.self) { try file(content) }
            try folder.write(content, to: "plain".utf8)
            let error = try #require(throws: ArchiveFileError.self) {
                try ArchiveFile(path: "\(folder.path)/plain")
            }
            #expect(!error.description.contains("\n"))
        }
    }

    @Test func nothingStaysOpen() throws {
        var tar = TarBytes()
        tar.add("a", "1")
        let file = try file(tar.ended)
        for _ in 0..<3 { #expect(try ArchiveRecord(file).texts == ["a": "1"]) }
        if let open = folder.openDescriptors() { #expect(open == 0) }
    }

    // MARK: Names and kinds

    @Test func pathsAreThoseThatAreExtracted() throws {
        let paths: [(String, String)] = [
            ("a/b", "a/b"), ("./a/b", "a/b"), ("/a/b", "a/b"), ("//a//b", "a/b"), ("a/./b", "a/b"), ("././a", "a"),
            (".hidden", ".hidden"), ("a/.hidden/b", "a/.hidden/b"), ("...", "..."), ("../a", "../a"),
            ("a/../../b", "a/../../b"), ("./../a", "../a"), ("a/..", "a/.."), ("/../etc/passwd", "../etc/passwd"),
            ("a\\b", "a\\b"), ("C:/x", "C:/x"), ("a b\n", "a b\n"), ("\u{1b}[2J", "\u{1b}[2J"),
        ]
        var tar = TarBytes()
        for (path, _) in paths { tar.add(path, "x") }
        let record = try record(tar.ended)
        #expect(record.names == paths.map(\.1))
        #expect(record.members.allSatisfy { $0.kind == .file && $0.text == "x" && $0.storedBytes == 1 })
        #expect(record.hidden == nil)
    }

    @Test(arguments: [".", "/", "./", "//.//", "././."])
    func aFileWithoutANameIsSaid(_ name: String) throws {
        var tar = TarBytes()
        tar.add("a", "1")
        tar.add(name, "x")
        tar.add("b", "2")
        let record = try record(tar.ended)
        // What is called like a folder has no content: what follows its header is damage then.
        #expect(record.names == (name.hasSuffix("/") ? ["a"] : ["a", "b"]))
        #expect(record.hiddenCount == 1)
    }

    @Test func namesAreBytes() throws {
        let names: [[UInt8]] = [
            [0xff, 0xfe, 0x80], [0xc3], Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8), Array("K\u{212a}".utf8),
            Array("\u{202e}gnp".utf8), [1], [0x7f], Array("日本語/x".utf8), Array("\u{37e}".utf8),
        ]
        var tar = TarBytes()
        for name in names {
            tar.add(TarBytes.Header(name: name), name)
            // The same in a pax header, where UTF-8 is the rule, and where it is set aside.
            tar.addPax([("path", name)])
            tar.add("other", "x")
            tar.addPax([("hdrcharset", Array("BINARY".utf8)), ("path", name)])
            tar.add("other", "x")
            tar.add(TarBytes.Header(name: Array("././@LongLink".utf8), type: "L", magic: "ustar  \u{0}"), name + [0])
            tar.add(TarBytes.Header(name: Array("other".utf8), magic: "ustar  \u{0}"), Array("x".utf8))
        }
        let record = try record(tar.ended)
        #expect(record.members.map(\.path) == names.flatMap { [$0, $0, $0, $0] })
        #expect(record.hidden == nil)
    }

    @Test func theLocaleDoesNotMatter() throws {
        var tar = TarBytes()
        let names = [Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8), [0xff]]
        for name in names {
            tar.addPax([("path", name)])
            tar.add("other", "x")
        }
        let file = try file(tar.ended)
        for locale in ["C", "C.UTF-8"] {
            guard let wanted = unsafe newlocale(CInt(1) << LC_CTYPE, locale, nil) else { continue }
            let previous = unsafe uselocale(wanted)
            defer {
                _ = unsafe uselocale(previous)
                unsafe freelocale(wanted)
            }
            #expect(try ArchiveRecord(file).members.map(\.path) == names)
            #expect(unsafe uselocale(nil) == wanted)
        }
    }

    @Test func longNamesAreWhole() throws {
        let long = (0..<40).map { "folder-with-a-name-\($0)" }.joined(separator: "/")
        let tooLong = String(repeating: "x/", count: 2048) + "y"
        var tar = TarBytes()
        tar.addPax([("path", Array(long.utf8))])
        tar.add("short", "1")
        tar.add(
            TarBytes.Header(name: Array("././@LongLink".utf8), type: "L", magic: "ustar  \u{0}"),
            Array(long.utf8) + [0]
        )
        tar.add(TarBytes.Header(name: Array("short".utf8), magic: "ustar  \u{0}"), Array("2".utf8))
        let whole = try record(tar.ended)
        #expect(whole.names == [long, long])
        #expect(whole.members.map(\.text) == ["1", "2"])
        #expect(whole.hidden == nil)
        tar.addPax([("path", Array(tooLong.utf8))])
        tar.add("short", "3")
        tar.add("last", "4")
        let cut = try record(tar.ended)
        #expect(cut.names == [long, long, "last"])
        #expect(cut.hidden?.description.contains("4096 bytes") == true)
    }

    @Test func everyKindIsToldApart() throws {
        var tar = TarBytes()
        tar.add(TarBytes.Header(name: Array("folder/".utf8), type: "5"))
        tar.add(TarBytes.Header(name: Array("old-folder/".utf8), type: "0"))
        tar.add("folder/file", "content")
        tar.add(TarBytes.Header(name: Array("symbolic".utf8), type: "2", link: Array("/etc/passwd".utf8)))
        tar.add(TarBytes.Header(name: Array("hard".utf8), type: "1", link: Array("folder/file\n\u{1b}".utf8)))
        for (name, type) in [("character", "3"), ("block", "4"), ("fifo", "6")] as [(String, Character)] {
            tar.add(TarBytes.Header(name: Array(name.utf8), type: type))
        }
        tar.add(TarBytes.Header(name: Array("contiguous".utf8), type: "7"), Array("7".utf8))
        tar.add(TarBytes.Header(name: Array("unknown".utf8), type: "z"), Array("z".utf8))
        tar.add(TarBytes.Header(name: Array("continued".utf8), type: "M"), Array("rest".utf8))
        tar.add("last", "!")
        let record = try record(tar.ended)
        #expect(
            record.names == [
                "folder/file", "symbolic", "hard", "character", "block", "fifo", "contiguous", "unknown", "continued",
                "last",
            ]
        )
        #expect(
            record.members.map(\.kind)
                == [.file, .link, .file, .special, .special, .special, .file, .file, .file, .file]
        )
        #expect(record.texts == ["folder/file": "content", "contiguous": "7", "unknown": "z", "last": "!"])
        let hard = try #require(record.members.first { $0.name == "hard" }?.error)
        #expect(hard.reason == .notRegularFile)
        #expect(hard.description == "a hard link to folder/file  : its content is stored under that name")
        #expect(record.members.first { $0.name == "continued" }?.error?.reason == .notRegularFile)
        #expect(record.hidden == nil)
    }

    @Test func aPathMayComeTwice() throws {
        var tar = TarBytes()
        for content in ["first", "second", "first"] { tar.add("same", content) }
        #expect(try record(tar.ended).members.map(\.text) == ["first", "second", "first"])
    }

    @Test func sizesAndTimesAreTheHeaders() throws {
        var tar = TarBytes()
        tar.add(TarBytes.Header(name: Array("plain".utf8), modified: "00000000144"), Array("12345".utf8))
        tar.addPax([("mtime", Array("1700000000.123456789".utf8))])
        tar.add("exact", "1")
        for time in ["99999999999999999999", "-99999999999999999999", "9223372036854775807", "9223372037"] {
            tar.addPax([("mtime", Array(time.utf8))])
            tar.add("absurd", "1")
        }
        tar.addPax([("mtime", Array("-1.5".utf8))])
        tar.add("before", "1")
        let members = try record(tar.ended).members
        #expect(members.map(\.storedBytes) == [5, 1, 1, 1, 1, 1, 1])
        #expect(members[0].modified == 100_000_000_000)
        #expect(members[1].modified == 1_700_000_000_123_456_789)
        for member in members[2...5] { #expect(member.modified == nil) }
        #expect(members[6].modified != nil)
    }

    // MARK: Signatures

    @Test func attributesAreSignatures() throws {
        let time = "2026-03-01T00:10:35Z"
        var tar = TarBytes()
        tar.addPax([
            ("SCHILY.xattr.user.signature", Array("0a1b".utf8)),
            ("SCHILY.xattr.user.signature-algorithm", Array("SHA256withRSA".utf8)),
            ("SCHILY.xattr.user.backfill-generation-timestamp", Array(time.utf8)),
            ("SCHILY.xattr.user.other", [0, 1, 2]),
        ])
        tar.add("signed", "1")
        tar.add("unsigned", "2")
        tar.addPax([("SCHILY.xattr.user.signature-algorithm", Array("SHA256withRSA".utf8))])
        tar.add("half", "3")
        // libarchive's own spelling, in Base64.
        tar.addPax([("LIBARCHIVE.xattr.user.signature", Array("MGExYg".utf8))])
        tar.add("encoded", "4")
        tar.addPax([("SCHILY.xattr.user.signature", [UInt8](repeating: UInt8(ascii: "a"), count: 4097))])
        tar.add("long", "5")
        tar.addPax([("SCHILY.xattr.user.signature", [UInt8](repeating: UInt8(ascii: "a"), count: 4096))])
        tar.add("longest", "6")
        tar.addPax([("SCHILY.xattr.user.signature", [0xff, 0xfe])])
        tar.add("binary", "7")
        // One for the archive as a whole is no file's.
        tar.addPax([("SCHILY.xattr.user.signature", Array("ffff".utf8))], type: "g")
        tar.add("global", "8")
        tar.addPax([
            ("SCHILY.xattr.user.signature", Array("01".utf8)), ("SCHILY.xattr.user.signature", Array("02".utf8)),
        ])
        tar.add("twice", "9")
        let record = try record(tar.ended)
        #expect(
            record.names == ["signed", "unsigned", "half", "encoded", "long", "longest", "binary", "global", "twice"]
        )
        let metadata = record.members.map(\.metadata)
        #expect(
            metadata[0]
                == SignatureMetadata(
                    signature: "0a1b",
                    algorithm: "SHA256withRSA",
                    backfillGenerationTime: Timestamp(time)
                )
        )
        #expect(metadata[0]?.backfillGenerationTime != nil)
        #expect(metadata[3]?.signature == "0a1b")
        #expect(metadata[5]?.signature.count == 4096)
        for index in [1, 2, 4, 6, 7] { #expect(metadata[index] == nil) }
        #expect(metadata[8]?.signature == "02")
    }

    @Test func thousandsOfAttributesAreRead() throws {
        var tar = TarBytes()
        var values: [(String, [UInt8])] = (0..<20_000).map { ("SCHILY.xattr.user.x\($0)", [UInt8(ascii: "v")]) }
        values.append(("SCHILY.xattr.user.signature", Array("0a".utf8)))
        tar.addPax(values)
        tar.add("file", "x")
        #expect(try record(tar.ended).members.first?.metadata?.signature == "0a")
    }

    // MARK: What others make

    private static let script = """
        import io, sys, tarfile
        formats = {"pax": tarfile.PAX_FORMAT, "gnu": tarfile.GNU_FORMAT, "ustar": tarfile.USTAR_FORMAT}
        name, kind, compression = sys.argv[1:4]
        with tarfile.open(name, "w:" + compression, format=formats[kind]) as archive:
            for number in range(300):
                info = tarfile.TarInfo("AWSLogs/111122223333/CloudTrail/%s/%d.json.gz" % ("us-east-1", number))
                content = bytes((number * i) & 255 for i in range(number * 7))
                info.size = len(content)
                info.mtime = 1700000000 + number
                if kind == "pax": info.pax_headers = {"SCHILY.xattr.user.signature": "%x" % (number + 1)}
                archive.addfile(info, io.BytesIO(content))
        """

    private func checkScripted(_ record: ArchiveRecord, signed: Bool) {
        #expect(record.members.count == 300)
        for (number, member) in record.members.enumerated() {
            #expect(member.name == "AWSLogs/111122223333/CloudTrail/us-east-1/\(number).json.gz")
            #expect(member.content == (0..<number * 7).map { UInt8(truncatingIfNeeded: number * $0) })
            #expect(member.storedBytes == UInt64(number * 7))
            #expect(member.modified == Int64(1_700_000_000 + number) * 1_000_000_000)
            #expect(member.metadata?.signature == (signed ? String(number + 1, radix: 16) : nil))
        }
        #expect(record.hidden == nil)
    }

    // Disabled without Python.
    @Test(
        .enabled(if: SystemTool.areAvailable(.python3)),
        arguments: ["pax", "gnu", "ustar"],
        ["", "gz", "bz2", "xz"]
    )
    func whatPythonMakesIsRead(_ kind: String, _ compression: String) throws {
        try SystemTool.python3.run(["-c", Self.script, "archive", kind, compression], in: folder)
        let file = try ArchiveFile(path: "\(folder.path)/archive")
        try checkScripted(ArchiveRecord(file), signed: kind == "pax")
        let unread = try ArchiveRecord(file, reading: false)
        #expect(unread.members.count == 300)
        #expect(unread.hidden == nil)
    }

    // Disabled without the two.
    @Test(.enabled(if: SystemTool.areAvailable(.python3, .zstd)))
    func zstdIsRead() throws {
        try SystemTool.python3.run(["-c", Self.script, "plain", "pax", ""], in: folder)
        try SystemTool.zstd.run(["-q", "-f", "plain", "-o", "archive"], in: folder)
        try checkScripted(ArchiveRecord(ArchiveFile(path: "\(folder.path)/archive")), signed: true)
    }

    // Disabled without the command.
    @Test(.enabled(if: SystemTool.areAvailable(.tar)), arguments: ["v7", "oldgnu", "gnu", "ustar", "posix"])
    func whatGNUTarMakesIsRead(_ format: String) throws {
        try folder.makeFolder("in/a/b")
        try folder.write("one", to: "in/a/one")
        try folder.write(String(repeating: "two", count: 100_000), to: "in/a/b/two")
        try folder.link("in/link", to: "a/one")
        let arguments = ["--format=\(format)", "-cf", "archive", "-C", "in", "."]
        try SystemTool.tar.run(arguments, in: folder)
        let record = try ArchiveRecord(ArchiveFile(path: "\(folder.path)/archive"))
        #expect(Set(record.names) == ["a/one", "a/b/two", "link"])
        #expect(record.texts["a/one"] == "one")
        #expect(record.texts["a/b/two"]?.count == 300_000)
        #expect(record.hidden == nil)
    }

    // Disabled without the command.
    @Test(.enabled(if: SystemTool.areAvailable(.tar)), arguments: ["0.0", "0.1", "1.0", "gnu"])
    func holesAreZeros(_ version: String) throws {
        // Holes in the middle and at the end.
        try folder.write("begin", to: "sparse")
        let descriptor = unsafe Foundation.open("\(folder.path)/sparse", O_WRONLY)
        defer { close(descriptor) }
        let middle = Array("middle".utf8)
        #expect(unsafe pwrite(descriptor, middle, middle.count, 100_000) == middle.count)
        #expect(ftruncate(descriptor, 300_000) == 0)
        let format = version == "gnu" ? ["--format=gnu"] : ["--format=posix", "--sparse-version=\(version)"]
        try SystemTool.tar.run(format + ["--sparse", "-cf", "archive", "sparse"], in: folder)
        let member = try #require(ArchiveRecord(ArchiveFile(path: "\(folder.path)/archive")).members.first)
        #expect(member.name == "sparse")
        #expect(member.storedBytes == 300_000)
        let expected = try [UInt8](Data(contentsOf: URL(filePath: "\(folder.path)/sparse")))
        // Not the arrays as a whole, which would be printed.
        #expect(member.content?.count == expected.count)
        #expect(zip(member.content ?? [], expected).enumerated().first { $1.0 != $1.1 }?.offset == nil)
    }

    // Disabled without the command, and where the temporary folder's file system keeps no extended attributes.
    @Test(.enabled(if: SystemTool.areAvailable(.tar)))
    func whatGNUTarKeepsOfAttributesIsRead() throws {
        try folder.write("x", to: "file")
        guard (try? folder.setAttributes(["user.signature": Array("0a1b".utf8)], of: "file")) != nil else { return }
        let arguments = ["--xattrs", "--xattrs-include=user.*", "--format=posix", "-cf", "archive", "file"]
        try SystemTool.tar.run(arguments, in: folder)
        let record = try ArchiveRecord(ArchiveFile(path: "\(folder.path)/archive"))
        #expect(record.members.first?.metadata?.signature == "0a1b")
    }

    // MARK: Pipes

    /// A pipe that `bytes` are written to by another thread.
    private func pipe(_ bytes: [UInt8]) throws -> FileHandle {
        let pipe = Pipe()
        let writer = pipe.fileHandleForWriting
        Thread.detachNewThread {
            try? writer.write(contentsOf: Data(bytes))
            try? writer.close()
        }
        return pipe.fileHandleForReading
    }

    @Test func aPipeIsReadOnce() throws {
        var tar = TarBytes()
        for number in 0..<2000 { tar.add("file\(number)", String(repeating: "x", count: number)) }
        let reader = try pipe(tar.ended)
        let file = try ArchiveFile(fileDescriptor: reader.fileDescriptor, name: "-")
        #expect(file.name == "-")
        let record = try ArchiveRecord(file)
        #expect(record.members.map { $0.content?.count } == Array(0..<2000))
        #expect(record.hidden == nil)
        #expect(throws: ArchiveFileError.self) { try ArchiveRecord(file) }
        // It is the caller's to close.
        #expect(fcntl(reader.fileDescriptor, F_GETFD) >= 0)
    }

    @Test func aNamedPipeIsReadOnce() throws {
        try folder.makeFIFO("fifo")
        let path = "\(folder.path)/fifo"
        let file = try ArchiveFile(path: path)
        var tar = TarBytes()
        tar.add("a", "1")
        let bytes = tar.ended
        Thread.detachNewThread { try? FileHandle(forWritingAtPath: path)?.write(contentsOf: Data(bytes)) }
        #expect(try ArchiveRecord(file).texts == ["a": "1"])
        #expect(throws: ArchiveFileError.self) { try ArchiveRecord(file) }
    }

    @Test func aPipeThatHoldsNoTarIsRefused() throws {
        for bytes in [[], Array("hello".utf8), [0x50, 0x4b, 3, 4] + [UInt8](repeating: 1, count: 100)] {
            let reader = try pipe(bytes)
            let file = try ArchiveFile(fileDescriptor: reader.fileDescriptor, name: "-")
            #expect(throws: ArchiveFileError.self) { try ArchiveRecord(file) }
        }
    }

    @Test func aDescriptorOfAFileIsRewound() throws {
        var tar = TarBytes()
        tar.add("a", "1")
        try folder.write(Array("skipped".utf8) + tar.ended, to: "archive".utf8)
        let handle = try #require(FileHandle(forReadingAtPath: "\(folder.path)/archive"))
        try handle.seek(toOffset: 7)
        let file = try ArchiveFile(fileDescriptor: handle.fileDescriptor, name: "-")
        for _ in 0..<2 { #expect(try ArchiveRecord(file).texts == ["a": "1"]) }
    }

    // MARK: The visit

    @Test func whatTheVisitorThrowsEndsThePass() throws {
        struct Stop: Error {}
        var tar = TarBytes()
        for number in 0..<5 { tar.add("file\(number)", "x") }
        let file = try file(tar.ended)
        var count = 0
        #expect(throws: Stop.self) {
            try file.forEachObject { _, _ in
                count += 1
                if count == 3 { throw Stop() }
            }
        }
        #expect(count == 3)
    }

    @Test func aMemberIsReadInItsVisitOrNotAtAll() throws {
        var tar = TarBytes()
        for number in 0..<3 { tar.add("file\(number)", "content\(number)") }
        let file = try file(tar.ended)
        var kept: [any OpenObject] = []
        try file.forEachObject { _, object in
            for earlier in kept { #expect(throws: ObjectReadError.self) { try earlier.readAll() } }
            if let object { kept.append(object) }
        }
        #expect(kept.count == 3)
        for object in kept {
            #expect(throws: ObjectReadError.self) { try object.readAll() }
            #expect(throws: ObjectReadError.self) { try object.signatureMetadata() }
            #expect(object.storedBytes == 8)
        }
    }

    @Test(arguments: [false, true])
    func passingOverCanBeStopped(_ isCompressed: Bool) throws {
        struct Stop: Error {}
        var tar = TarBytes()
        tar.add("large", String(repeating: "x", count: 4 << 20))
        tar.add("behind", "x")
        var deflater = try GzipDeflater(level: 1)
        let bytes = isCompressed ? try deflater.compress(tar.ended) : tar.ended
        let reader = try pipe(bytes)
        let calls = LockedState(0)
        let check: @Sendable () throws -> Void = {
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            if call == 5 { throw Stop() }
        }
        let file = try ArchiveFile(fileDescriptor: reader.fileDescriptor, name: "-")
        var names: [String] = []
        #expect(throws: Stop.self) {
            try file.forEachObject(check: check) { entry, _ in names.append("\(entry.path)") }
        }
        #expect(names == ["large"])
        // Or the writer would wait for ever.
        _ = try reader.readToEnd()
    }

    @Test func aFileThatChangesIsSaid() throws {
        var tar = TarBytes()
        tar.add("a", "1")
        tar.add("b", "2")
        let bytes = tar.ended
        let changes: [(ScratchFolder) throws -> Void] = [
            { try $0.write(bytes + [UInt8](repeating: 0, count: 512), to: "archive".utf8) },
            { try $0.setTime(1000, of: "archive") },
            { try $0.remove("archive") },
            {
                try $0.write(bytes, to: "other".utf8)
                try $0.remove("archive")
                try $0.rename("other", to: "archive")
            },
        ]
        for change in changes {
            let file = try file(bytes)
            var last: ArchiveEntry?
            var isFirst = true
            try file.forEachObject { entry, _ in
                if isFirst { try change(folder) }
                isFirst = false
                last = entry
            }
            guard case .unreadableFolder(let error) = last?.kind else {
                Issue.record("nothing was said")
                continue
            }
            #expect(error.reason == .changed)
            #expect(last?.path.bytes == [])
        }
    }
}
#endif
