#if ArchiveFiles
import CloudTrailIntegrity
import Foundation
import Testing

/// Zip archives, by those who made them and by us.
@Suite(.timeLimit(.minutes(10))) struct ZipFileTests: ArchiveFileMaker {
    let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
    }

    private static let script = """
        import sys, zipfile
        methods = {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2}
        with zipfile.ZipFile(sys.argv[1], "w", methods[sys.argv[2]]) as archive:
            for number in range(300):
                name = "AWSLogs/111122223333/CloudTrail/us-east-1/%d.json.gz" % number
                archive.writestr(name, bytes((number * i) & 255 for i in range(number * 7)))
        """

    // Disabled without Python.
    @Test(.enabled(if: SystemTool.areAvailable(.python3)), arguments: ["stored", "deflated", "bzip2"])
    func whatPythonMakesIsRead(_ method: String) throws {
        try SystemTool.python3.run(["-c", Self.script, "archive", method], in: folder)
        let file = try ArchiveFile(path: "\(folder.path)/archive")
        for _ in 0..<2 {
            let record = try ArchiveRecord(file)
            #expect(record.members.count == 300)
            for (number, member) in record.members.enumerated() {
                #expect(member.name == "AWSLogs/111122223333/CloudTrail/us-east-1/\(number).json.gz")
                #expect(member.content == (0..<number * 7).map { UInt8(truncatingIfNeeded: number * $0) })
                #expect(member.storedBytes == UInt64(number * 7))
            }
            #expect(record.hidden == nil)
        }
    }

    // Disabled without the command.
    @Test(.enabled(if: SystemTool.areAvailable(.zip)))
    func whatInfoZipMakesIsRead() throws {
        try folder.makeFolder("in/caf\u{e9}")
        try folder.write("one", to: "in/one")
        try folder.write(String(repeating: "two", count: 1000), to: "in/caf\u{e9}/two")
        try folder.link("in/link", to: "one")
        try SystemTool.zip.run(["-q", "-r", "-y", "archive.zip", "in"], in: folder)
        let record = try ArchiveRecord(ArchiveFile(path: "\(folder.path)/archive.zip"))
        #expect(Set(record.names) == ["in/one", "in/caf\u{e9}/two", "in/link"])
        #expect(record.texts["in/one"] == "one")
        #expect(record.texts["in/caf\u{e9}/two"]?.count == 3000)
        #expect(record.members.first { $0.name == "in/link" }?.kind == .link)
        #expect(record.hidden == nil)
    }

    @Test func pathsAreThoseThatAreExtracted() throws {
        var zip = ZipBytes()
        for name in ["./a", "/b", "c//d", "../e", "f\\g"] { zip.add(ZipBytes.Member(name, "x")) }
        // Without a slash, libarchive takes a backslash for one, as tools for Windows write them.
        #expect(try record(zip.ended()).names == ["a", "b", "c/d", "../e", "f/g"])
    }

    @Test func whatCannotBeReadIsSaidOfItsMemberAlone() throws {
        var zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        var sum = ZipBytes.Member("sum", "content")
        sum.crc = 0x1234_5678
        zip.add(sum)
        var encrypted = ZipBytes.Member("encrypted", "0123456789abcdef")
        encrypted.flags = 1
        zip.add(encrypted)
        var unknown = ZipBytes.Member("unknown", "content")
        unknown.method = 97
        zip.add(unknown)
        var broken = ZipBytes.Member("broken", "\u{7}\u{7}\u{7}\u{7}")
        broken.method = 8
        zip.add(broken)
        zip.add(ZipBytes.Member("last", "2"))
        let file = try file(zip.ended())
        let record = try ArchiveRecord(file)
        #expect(record.names == ["first", "sum", "encrypted", "unknown", "broken", "last"])
        #expect(record.texts == ["first": "1", "last": "2"])
        for member in record.members[1...4] {
            #expect(member.error?.reason == .inputOutput)
            #expect(member.error?.description.contains("\n") == false)
        }
        #expect(record.hidden == nil)
        // A reader that stops at the announced size gets to know of the sum as well.
        var failed = false
        try file.forEachObject { entry, object in
            guard entry.path.description == "sum", let object else { return }
            var buffer = [UInt8](repeating: 0, count: 7)
            do {
                _ = try unsafe buffer.withUnsafeMutableBytes { bytes in
                    var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                    return try object.read(into: &span)
                }
            } catch {
                failed = true
            }
        }
        #expect(failed)
    }

    @Test func theDirectoryDecides() throws {
        var zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        var unlisted = ZipBytes.Member("unlisted", "x")
        unlisted.isListed = false
        zip.add(unlisted)
        zip.add(ZipBytes.Member("last", "2"))
        let record = try record(zip.ended())
        #expect(record.names == ["first", "last"])
        #expect(record.hidden == nil)
    }

    @Test func twoNamesForOneMemberAreSaid() throws {
        var zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        zip.listFirstAgain("second")
        let record = try record(zip.ended())
        #expect(record.members.count == 1)
        #expect(record.hidden?.description.contains("2 members") == true)
        // As is a number that is not that of the members.
        zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        #expect(try self.record(zip.ended(claiming: 7)).hiddenCount == 1)
    }

    @Test func aFolderWithContentIsNoFolder() throws {
        var zip = ZipBytes()
        var folder = ZipBytes.Member("folder/")
        folder.attributes = 0o040755 << 16
        zip.add(folder)
        var disguised = ZipBytes.Member("injected.json.gz", "content")
        disguised.attributes = 0o040755 << 16
        zip.add(disguised)
        let record = try record(zip.ended())
        #expect(record.names == ["injected.json.gz"])
        #expect(record.members.first?.error?.reason == .notRegularFile)
    }

    @Test func namesAreBytes() throws {
        let names: [[UInt8]] = [[0xff, 0xfe], Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8), [1]]
        var zip = ZipBytes()
        for name in names {
            var member = ZipBytes.Member("", "x")
            member.name = name
            zip.add(member)
        }
        #expect(try record(zip.ended()).members.map(\.path) == names)
        // One that says that it is UTF-8 must be.
        zip = ZipBytes()
        for name in names {
            var member = ZipBytes.Member("", "x")
            member.name = name
            member.flags = 0x800
            zip.add(member)
        }
        let record = try record(zip.ended())
        #expect(record.members.map(\.path).contains(names[1]))
        #expect(record.members.count == 3 && record.hiddenCount == 1 || record.members.count == 4)
    }

    @Test func whatStandsBeforeItDoesNotMatter() throws {
        let prefix = Array(repeating: UInt8(ascii: "#"), count: 10_000)
        let record = try record(prefix + ZipBytes.sample())
        #expect(record.members.count == 4)
        #expect(record.hidden == nil)
    }

    @Test func whatIsCutOffIsNoArchive() throws {
        let bytes = ZipBytes.sample()
        for size in stride(from: 30, to: bytes.count - 22, by: 13) {
            #expect {
                try file(Array(bytes[..<size]))
            } throws: {
                ($0 as? ArchiveFileError)?.description.hasPrefix("a zip archive whose central directory") == true
            }
        }
    }

    @Test func aTarThatEndsLikeAZipIsATar() throws {
        var tar = TarBytes()
        tar.add("tar-member", "1")
        let record = try record(tar.ended + ZipBytes.sample())
        #expect(record.names == ["tar-member"])
        #expect(record.hiddenCount == 1)
    }

    // Disabled without Python.
    @Test(.enabled(if: SystemTool.areAvailable(.python3)))
    func whatInflatesTooFarIsSaid() throws {
        let script = """
            import zipfile
            with zipfile.ZipFile("archive", "w", zipfile.ZIP_DEFLATED) as archive:
                for number in range(8): archive.writestr("bomb%d" % number, bytes(4 << 20))
            """
        try SystemTool.python3.run(["-c", script], in: folder)
        var limits = Limits()
        limits.inflateRatio = 100
        limits.ratioFloorBytes = 6 << 20
        let file = try ArchiveFile(path: "\(folder.path)/archive", limits: limits)
        let record = try ArchiveRecord(file, limit: 100 << 20, pieces: 1 << 16)
        #expect(record.members.count == 2)
        #expect(record.members.last?.error?.description.contains("100 times") == true)
        #expect(record.hidden?.description.contains("100 times") == true)
        // What nobody reads is not inflated.
        #expect(try ArchiveRecord(file, reading: false).members.count == 8)
    }
}
#endif
