import CloudTrailFormat

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

    /// I10
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

    // MARK: Two names

    /// Checks that these members cannot be read, and that all others can.
    private func expectUnreadable(_ names: [String], _ zip: ZipBytes, _ readable: [String: String] = [:]) throws {
        let record = try record(zip.ended())
        let unreadable = record.members.filter { $0.error != nil }
        #expect(unreadable.map(\.name).sorted() == names.sorted())
        #expect(unreadable.allSatisfy { $0.error?.reason == .notRegularFile && $0.kind == .file })
        #expect(record.texts == readable)
        #expect(record.hidden == nil)
    }

    /// I10
    @Test func aMemberWithTwoNamesIsUnreadableUnderBoth() throws {
        var zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        var member = ZipBytes.Member("README", "content")
        member.listedName = Array("AWSLogs/injected.json.gz".utf8)
        zip.add(member)
        zip.add(ZipBytes.Member("last", "2"))
        try expectUnreadable(["AWSLogs/injected.json.gz", "README"], zip, ["first": "1", "last": "2"])
    }

    @Test func twoRecordsOfOneMemberAreTwoNames() throws {
        var zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        zip.listFirstAgain("second")
        zip.add(ZipBytes.Member("last", "2"))
        try expectUnreadable(["first", "second"], zip, ["last": "2"])
        // The same record twice is one name.
        zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        zip.listFirstAgain("first")
        try expectUnreadable([], zip, ["first": "1"])
    }

    @Test func swappedNamesAreUnreadable() throws {
        var zip = ZipBytes()
        for (name, listed) in [("a", "b"), ("b", "a"), ("c", "c")] {
            var member = ZipBytes.Member(name, "content of \(name)")
            member.listedName = Array(listed.utf8)
            zip.add(member)
        }
        try expectUnreadable(["a", "a", "b", "b"], zip, ["c": "content of c"])
    }

    @Test func aFolderForTheOneIsAFileForTheOther() throws {
        for (name, listed) in [("folder/", "injected.json.gz"), ("injected.json.gz", "folder/")] {
            var zip = ZipBytes()
            var member = ZipBytes.Member(name, "content")
            member.listedName = Array(listed.utf8)
            member.attributes = 0
            zip.add(member)
            try expectUnreadable(["folder", "injected.json.gz"], zip)
        }
    }

    @Test func aNameInAnExtraFieldCounts() throws {
        for isListed in [false, true] {
            for name in ["other", "same"] {
                var zip = ZipBytes()
                var member = ZipBytes.Member("same", "content")
                let field = ZipBytes.unicodePath(name, for: member.name)
                if isListed { member.listedExtra = field } else { member.extra = field }
                zip.add(member)
                try expectUnreadable(
                    name == "same" ? [] : ["other", "same"],
                    zip,
                    name == "same" ? ["same": "content"] : [:]
                )
            }
        }
    }

    /// I10
    @Test func aBackslashIsASlash() throws {
        for (name, listed) in [("a/b", #"a\b"#), (#"a\b"#, "a/b"), (#"a/b\c"#, #"a\b/c"#)] {
            var zip = ZipBytes()
            var member = ZipBytes.Member(name, "content")
            member.listedName = Array(listed.utf8)
            zip.add(member)
            try expectUnreadable([], zip, [name.replacing(#"\"#, with: "/"): "content"])
        }
        // Case and composition are not folded.
        for (name, listed) in [("a", "A"), ("caf\u{e9}", "cafe\u{301}")] {
            var zip = ZipBytes()
            var member = ZipBytes.Member(name, "content")
            member.listedName = Array(listed.utf8)
            zip.add(member)
            #expect(try record(zip.ended()).members.filter { $0.error != nil }.count == 2)
        }
    }

    @Test func aNameThatIsNoneIsNotLost() throws {
        for other in ["", "/", "a\0b", String(repeating: "x", count: 5000)] {
            for isListed in [false, true] {
                var zip = ZipBytes()
                var member = ZipBytes.Member(isListed ? "name" : other, "content")
                member.listedName = Array((isListed ? other : "name").utf8)
                zip.add(member)
                zip.add(ZipBytes.Member("last", "2"))
                let record = try record(zip.ended())
                #expect(record.texts == ["last": "2"])
                #expect(record.members.first { $0.name == "name" }?.error?.reason == .notRegularFile)
                #expect(record.hiddenCount == 1, "\(other.prefix(5))")
            }
        }
    }

    @Test func whatTheHeadersSayOfTheContentMustAgree() throws {
        // By the directory the content goes on, by the header it ends before what was appended.
        var zip = ZipBytes()
        var member = ZipBytes.Member("log", "genuine")
        member.listedSize = 3
        zip.add(member)
        try expectUnreadable(["log"], zip)
        zip = ZipBytes()
        member = ZipBytes.Member("log", "genuine")
        member.listedMethod = 8
        zip.add(member)
        try expectUnreadable(["log"], zip)
        // What a stream leaves to the directory is no contradiction.
        zip = ZipBytes()
        member = ZipBytes.Member("log", "genuine")
        member.flags = 8
        zip.add(member)
        zip.add(ZipBytes.Member("last", "2"))
        try expectUnreadable([], zip, ["log": "genuine", "last": "2"])
        zip = ZipBytes()
        member.listedSize = 3
        zip.add(member)
        #expect(try record(zip.ended()).texts != ["log": "genuine"])
    }

    // MARK: The directory

    @Test func aNumberThatIsNotThatOfTheMembersIsSaid() throws {
        var zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        let record = try record(zip.ended(claiming: 7))
        #expect(record.names == ["first"])
        #expect(record.hidden?.description == "its directory has 7 members, of which 1 can be told apart")
    }

    /// Checks that there is no archive to be read, and why.
    private func expectRefused(_ bytes: [UInt8], _ reason: String, _ comment: Comment? = nil) {
        #expect(comment) {
            try file(bytes)
        } throws: {
            ($0 as? ArchiveFileError)?.description.contains(reason) == true
        }
    }

    private static let one: ZipBytes = {
        var zip = ZipBytes()
        zip.add(ZipBytes.Member("first", "1"))
        return zip
    }()

    /// I10
    @Test func twoRecordsOfTheEndAreRefused() throws {
        let zip = Self.one
        let reason = "two records of its end"
        // Both comments end with the file.
        let inner = zip.end()
        expectRefused(zip.bytes + inner + ZipBytes.sample() + zip.end(commentBytes: 0), "bytes stand between")
        expectRefused(zip.ended(comment: inner), reason)
        expectRefused(zip.ended(comment: Array("text".utf8) + zip.end(comment: Array("text".utf8))), reason)
        // Many take the last one, wherever its comment ends.
        expectRefused(zip.ended(comment: zip.end(commentBytes: 7) + Array("text".utf8)), reason)
        expectRefused(zip.ended(comment: Array("PK\u{5}\u{6}".utf8)), reason)
        // One in what is stored, whose comment does not end with the file, is content.
        var nested = ZipBytes()
        nested.add(ZipBytes.Member("inner.zip", String(decoding: zip.end(), as: UTF8.self)))
        let record = try record(nested.ended())
        #expect(record.names == ["inner.zip"])
        #expect(record.hidden == nil)
    }

    @Test func aCommentIsNoHarm() throws {
        for count in [1, 100, 20_000, 65_535] {
            let record = try record(Self.one.ended(comment: [UInt8](repeating: UInt8(ascii: "#"), count: count)))
            #expect(record.texts == ["first": "1"])
            #expect(record.hidden == nil)
        }
        // What is no comment is not passed over.
        expectRefused(Self.one.ended() + [0], "central directory is not at its end")
    }

    @Test func bytesBetweenTheDirectoryAndItsEndAreRefused() throws {
        let zip = Self.one
        for gap in [[0], [UInt8](repeating: 7, count: 22), Array("PK\u{5}\u{5}\0\0".utf8)] {
            expectRefused(zip.ended(gap: gap), "bytes stand between")
            expectRefused(zip.ended64(gap: gap), "bytes stand between")
        }
        // Such as a second directory, by which the one tool goes and not the other.
        var second = ZipBytes()
        second.add(ZipBytes.Member("other", "1"))
        let directory = second.ended().dropFirst(second.bytes.count).dropLast(22)
        expectRefused(zip.ended(gap: Array(directory)), "bytes stand between")
    }

    @Test func zip64IsRead() throws {
        let zip = Self.one
        for is64 in [false, true] {
            let record = try record(zip.ended64(is64: is64))
            #expect(record.texts == ["first": "1"])
            #expect(record.hidden == nil)
            let moved = try self.record(Array(repeating: 7, count: 1000) + zip.ended64(is64: is64))
            #expect(moved.texts == ["first": "1"])
            #expect(moved.hidden == nil)
        }
        // The two records must agree.
        expectRefused(zip.ended64(is64: false, shift: -1), "do not agree")
        var bytes = zip.ended64()
        bytes[bytes.count - 42 + 8] ^= 1
        expectRefused(bytes, "do not agree")
        bytes = zip.ended64()
        bytes[bytes.count - 42 - 56] ^= 1
        expectRefused(bytes, "ZIP64")
    }

    @Test func aDirectoryThatIsBrokenIsRefused() throws {
        let bytes = ZipBytes.sample()
        let start = bytes.count - 22 - 4 * (46 + 12)
        for offset in [start, start + 58, start + 58 + 28, start + 3 * 58 + 30, start + 32] {
            var broken = bytes
            broken[offset] ^= 0x21
            expectRefused(broken, "its directory is broken", "\(offset)")
        }
        // A member that would lie behind the directory, or far behind the end.
        for value: UInt8 in [0x7f, 0xff] {
            var broken = bytes
            for offset in 42..<46 { broken[start + offset] = value }
            #expect(throws: ArchiveFileError.self) { try file(broken) }
        }
        // A part of several files.
        for offset in [4, 6, 8] {
            var broken = bytes
            broken[bytes.count - 22 + offset] ^= 1
            expectRefused(broken, "several files")
        }
    }

    @Test func aMemberThatIsNotWhereTheDirectorySaysEndsTheReading() throws {
        var bytes = ZipBytes.sample()
        let start = bytes.count - 22 - 4 * (46 + 12)
        bytes[start + 3 * 58 + 42] ^= 1
        let record = try record(bytes)
        #expect(record.names == ["folder/file0", "folder/file1", "folder/file2"])
        #expect(record.hiddenCount == 1)
    }

    @Test func whatStandsBeforeItDoesNotMoveItToAnotherDirectory() throws {
        // libarchive alone would search for a directory from where the end says that it is, and find this one.
        var decoy = ZipBytes()
        decoy.add(ZipBytes.Member("decoy", "1"))
        let zip = Self.one
        let prefix = [UInt8](repeating: 0, count: zip.bytes.count + 5) + decoy.ended()
        let record = try record(prefix + zip.ended())
        #expect(record.texts == ["first": "1"])
        #expect(record.hidden == nil)
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
