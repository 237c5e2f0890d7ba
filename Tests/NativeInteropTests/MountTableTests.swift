import Testing

@testable import NativeInterop

@Suite("The table of mounts")
struct MountTableTests {
    /// `254:0` as `stat` numbers it.
    private static let disk: UInt64 = 254 << 8

    private func mayAlias(_ roots: String...) throws -> Bool {
        let lines = roots.enumerated().map {
            "\($0) 1 254:0 \($1) /mnt/\($0) rw,relatime shared:1 - ext4 /dev/vda rw\n"
        }
        return try #require(MountTable(reading: Array(lines.joined().utf8))).mayAlias(Self.disk)
    }

    @Test("a folder may be in two places when it, or what it lies in, is mounted twice")
    func aliases() throws {
        #expect(try !mayAlias("/"))
        #expect(try mayAlias("/", "/data"))
        #expect(try mayAlias("/data", "/data"))
        #expect(try mayAlias("/data/archive", "/data-old", "/data"))
        #expect(try mayAlias("/", "/"))
        // As of a volume each of a container.
        #expect(try !mayAlias("/data/archive", "/data/reports", "/containers/1/hosts", "/data/archive-2"))
        #expect(try mayAlias("/../above", "/data"))
        #expect(try mayAlias("net:[4026531840]", "/data"))
    }

    @Test("what the table does not know may be anywhere")
    func unknown() throws {
        let table = try #require(MountTable(reading: Array("1 0 254:0 / / rw - ext4 /dev/vda rw\n".utf8)))
        #expect(table.mayAlias(Self.disk + 1))
        for text in ["", "nonsense\n", "1 0 254 / / rw - ext4 x rw\n", "1 0 254:x / / rw - ext4 x rw\n"] {
            #expect(MountTable(reading: Array(text.utf8)) == nil)
        }
    }

    @Test("devices with large numbers are those of stat")
    func numbers() throws {
        let table = try #require(MountTable(reading: Array("1 0 259:65537 / / rw - xfs x rw\n".utf8)))
        #expect(!table.mayAlias(0x1_0001_0301 & 0xffff_ffff | 0x1000_0000))
    }

    #if os(Linux)
    @Test("the table of this process knows the root")
    func own() throws {
        let root = try OpenFolder(at: "/").inode.device
        let table = try #require(MountTable())
        // Where it is not known, as on btrfs, or mounted twice, nothing can be said.
        _ = table.mayAlias(root)
    }
    #endif
}
