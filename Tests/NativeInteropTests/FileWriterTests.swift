#if os(Linux)
import Foundation
import Testing

@testable import NativeInterop

@Suite("Files that are written")
struct FileWriterTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    private static let listName = "system.posix_acl_access"

    private func place(_ name: String) throws -> FilePlace {
        try FilePlace(resolving: ByteString(folder.path(name)))
    }

    private func write(_ name: String, isPrivate: Bool = false) throws {
        let place = try place(name)
        let writer = try FileWriter(replacing: place, prefix: ".new-", isPrivate: isPrivate)
        try writer.write(Array("content".utf8))
        try writer.finish(synchronized: true)
        try writer.putInPlace(as: place.name)
    }

    private func rights(_ name: String) throws -> UInt32 {
        try #require(try FileStatus(at: ByteString(folder.path(name)))).rights
    }

    private func change(_ name: String, _ rights: mode_t) {
        let result = unsafe chmod(folder.path(name), rights)
        #expect(result == 0)
    }

    /// I32
    @Test("nothing is left of a file that is not put in its place")
    func discards() throws {
        do {
            let writer = try FileWriter(replacing: place("a"), prefix: ".new-", isPrivate: false)
            try writer.write([1])
            #expect(try folder.names("").count == 1)
        }
        #expect(try folder.names("").isEmpty)
        let writer = try FileWriter(replacing: place("a"), prefix: ".new-", isPrivate: false)
        writer.discard()
        #expect(try folder.names("").isEmpty)
        try writer.finish(synchronized: true)
        let error = #expect(throws: SystemError.self) { try writer.putInPlace(as: "a") }
        #expect(error?.code == ECANCELED)
        #expect(try folder.names("").isEmpty)
    }

    /// I32
    @Test("a folder that has come to its place stays, and nothing is left")
    func folderInTheWay() throws {
        let place = try place("a")
        let writer = try FileWriter(replacing: place, prefix: ".new-", isPrivate: false)
        try writer.finish(synchronized: true)
        try folder.makeFolder("a")
        let error = #expect(throws: SystemError.self) { try writer.putInPlace(as: "a") }
        #expect(error?.code == EISDIR)
        #expect(try folder.names("") == ["a"])
    }

    /// I32
    @Test("a link that has come to its place is replaced, and what it leads to stays")
    func linkInTheWay() throws {
        try folder.write("evidence", at: "target")
        let place = try place("a")
        let writer = try FileWriter(replacing: place, prefix: ".new-", isPrivate: false)
        try folder.link("a", to: "target")
        try writer.write([1])
        try writer.finish(synchronized: true)
        try writer.putInPlace(as: "a")
        #expect(try folder.text("target") == "evidence")
        #expect(try FileStatus("a", in: AT_FDCWD) == nil)
        #expect(try #require(try place.folder.status(of: "a")).kind == .file)
    }

    /// I32
    @Test("a file keeps the rights of the one that it replaces", arguments: [0o600, 0o640, 0o664, 0o444, 0o604, 0o700])
    func keepsRights(rights: mode_t) throws {
        for isPrivate in [false, true] {
            try folder.write("older", at: "a")
            change("a", rights)
            try write("a", isPrivate: isPrivate)
            #expect(try self.rights("a") == UInt32(rights))
            #expect(try folder.text("a") == "content")
            change("a", 0o600)
        }
    }

    /// I32
    @Test("bits that do more than grant rights are not carried")
    func leavesOutTheRest() throws {
        try folder.write("older", at: "a")
        change("a", 0o7755)
        try write("a")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("a"))
        #expect(attributes[.posixPermissions] as? Int == 0o755)
    }

    /// I34
    @Test("a private file is its owner's alone")
    func privateFiles() throws {
        try write("private", isPrivate: true)
        #expect(try rights("private") == 0o600)
    }

    /// I32
    @Test("owner and group are kept too", .enabled(if: getuid() == 0, "only root gives files away"))
    func keepsOwner() throws {
        try folder.write("older", at: "a")
        change("a", 0o640)
        let given = unsafe chown(folder.path("a"), 1234, 4321)
        #expect(given == 0)
        try write("a")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("a"))
        #expect(attributes[.ownerAccountID] as? Int == 1234)
        #expect(attributes[.groupOwnerAccountID] as? Int == 4321)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
    }

    /// I32
    @Test(
        "a file that somebody else put into a folder of everybody's is not replaced",
        .enabled(if: getuid() == 0, "only root gives files away")
    )
    func foreignFiles() throws {
        try folder.makeFolder("shared")
        change("shared", 0o1777)
        try folder.write("theirs", at: "shared/a")
        let given = unsafe chown(folder.path("shared/a"), 65534, 65534)
        #expect(given == 0)
        let error = #expect(throws: SystemError.self) { try write("shared/a") }
        #expect(error?.code == EACCES)
        #expect(try folder.names("shared") == ["a"])
    }

    /// A list that grants `mask` to the group at most, and `user` to one more user.
    private func list(user: UInt8, mask: UInt8) -> [UInt8] {
        func entry(_ tag: UInt8, _ rights: UInt8, _ number: [UInt8] = [255, 255, 255, 255]) -> [UInt8] {
            [tag, 0, rights, 0] + number
        }
        return [2, 0, 0, 0] + entry(0x01, 6) + entry(0x02, user, [210, 4, 0, 0]) + entry(0x04, 0)
            + entry(0x10, mask) + entry(0x20, 0)
    }

    private func set(_ list: [UInt8], _ name: String, at path: String) throws -> Bool {
        let descriptor = unsafe open(folder.path(path), O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        return ExtendedAttributes.set(name, of: descriptor, to: list)
    }

    private func list(of path: String) throws -> [UInt8]? {
        let descriptor = unsafe open(folder.path(path), O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        return ExtendedAttributes.value(Self.listName, of: descriptor, limit: 1000)
    }

    /// I32
    @Test("lists of more users are kept, and those that a folder hands on are not added")
    func lists() throws {
        try folder.write("older", at: "a")
        let own = list(user: 4, mask: 4)
        guard try set(own, Self.listName, at: "a") else {
            try Test.cancel("the file system has no lists of users")
        }
        #expect(try rights("a") == 0o640)
        try write("a")
        #expect(try list(of: "a") == own)
        #expect(try rights("a") == 0o640)

        // The rights of the group are then the most that the list grants.
        try folder.makeFolder("shared")
        #expect(try set(list(user: 6, mask: 6), "system.posix_acl_default", at: "shared"))
        try folder.write("older", at: "shared/a")
        let descriptor = unsafe open(folder.path("shared/a"), O_RDONLY | O_CLOEXEC)
        #expect(ExtendedAttributes.remove(Self.listName, of: descriptor))
        close(descriptor)
        change("shared/a", 0o660)
        try write("shared/a")
        #expect(try list(of: "shared/a") == nil)
        #expect(try rights("shared/a") == 0o660)
        try write("shared/state", isPrivate: true)
        #expect(try rights("shared/state") == 0o600)
    }

    @Test("what leftovers are called keeps no run from its work")
    func leftovers() throws {
        for number in 0..<100 { try folder.write("", at: ".new-\(getpid())-\(number)") }
        try write("a")
        #expect(try folder.text("a") == "content")
        // Two names have nothing in common but how they begin.
        let one = try FileWriter(replacing: place("b"), prefix: ".new-", isPrivate: false)
        let two = try FileWriter(replacing: place("b"), prefix: ".new-", isPrivate: false)
        let names = try folder.names("").filter { !$0.hasPrefix(".new-\(getpid())-") && $0 != "a" }
        #expect(names.count == 2 && names.allSatisfy { $0.count > 20 })
        one.discard()
        two.discard()
    }
}
#endif
