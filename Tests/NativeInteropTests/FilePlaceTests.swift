#if os(Linux)
import Foundation
import Testing

@testable import NativeInterop

@Suite("Where a file lies")
struct FilePlaceTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    private func place(_ path: String) throws -> FilePlace {
        try FilePlace(resolving: ByteString(folder.path(path)))
    }

    private func error(_ path: String) -> FilePlace.ResolutionError? {
        #expect(throws: FilePlace.ResolutionError.self) { try place(path) }
    }

    @Test("a path is resolved to a folder and a name")
    func plain() throws {
        try folder.makeFolder("a/b")
        try folder.write("x", at: "a/file")
        let there = try place("a/b/../file")
        #expect(there.name == "file" && there.status?.kind == .file && there.target == nil)
        #expect(there.folder.inode == (try OpenFolder(at: ByteString(folder.path("a")))).inode)
        let absent = try place("a//./new")
        #expect(absent.name == "new" && absent.status == nil)
        #expect(there.location.folders == absent.location.folders)
        #expect(there.location.folders.contains(try OpenFolder(at: "/").inode))
        #expect(error("nowhere/file")?.error == .noSuchFile)
        #expect(error("a/file/x")?.error.code == ENOTDIR)
        for path in ["a/", "a/.", "a/b/.."] { #expect(error(path)?.error.code == EISDIR) }
    }

    @Test("links are followed to where they lead, also where nothing is yet")
    func links() throws {
        try folder.makeFolder("a/b")
        try folder.makeFolder("c")
        try folder.link("c/one", to: "two")
        try folder.link("c/two", to: "../a/b/new")
        try folder.link("d", to: folder.path("c"))
        let resolved = try place("d/one")
        #expect(resolved.name == "new" && resolved.status == nil)
        #expect(resolved.folder.inode == (try OpenFolder(at: ByteString(folder.path("a/b")))).inode)
        #expect(resolved.target == ByteString(folder.path("d/../a/b/new")))
        // The folders in which the links lie are among those that decide where the file is.
        #expect(resolved.location.folders.contains(try OpenFolder(at: ByteString(folder.path("c"))).inode))
    }

    @Test("links that lead in a circle or nowhere are errors, and say where they lead")
    func wrongLinks() throws {
        try folder.link("a", to: "b")
        try folder.link("b", to: "a")
        #expect(error("a")?.error.code == ELOOP)
        try folder.link("c", to: "nowhere/file")
        let dangling = error("c")
        #expect(dangling?.error == .noSuchFile && dangling?.target == ByteString(folder.path("nowhere/file")))
    }

    @Test(
        "a link that somebody else put into a folder of everybody's is not followed",
        .enabled(if: getuid() == 0, "only root gives files away")
    )
    func foreignLinks() throws {
        try folder.makeFolder("shared")
        let result = unsafe chmod(folder.path("shared"), 0o1777)
        #expect(result == 0)
        try folder.link("shared/own", to: "../own")
        try folder.link("shared/other", to: "../other")
        let given = unsafe lchown(folder.path("shared/other"), 65534, 65534)
        #expect(given == 0)
        #expect(try place("shared/own").name == "own")
        #expect(error("shared/other")?.error.code == EACCES)
    }

    @Test("a place stays what it is when its folder is renamed or exchanged for a link")
    func held() throws {
        try folder.makeFolder("a")
        try folder.makeFolder("other")
        let held = try place("a/file")
        try FileManager.default.moveItem(atPath: folder.path("a"), toPath: folder.path("moved"))
        try folder.link("a", to: "other")
        let writer = try FileWriter(replacing: held, prefix: ".x-", isPrivate: false)
        try writer.write([1])
        try writer.finish(synchronized: true)
        try writer.putInPlace(as: held.name)
        try writer.settle()
        #expect(try folder.names("moved") == ["file"])
        #expect(try folder.names("other") == [])
    }

    @Test("a folder that was moved below another is noticed")
    func moved() throws {
        try folder.makeFolder("archive/deep")
        try folder.makeFolder("reports")
        let held = try place("reports/file")
        let roots: Set = [try OpenFolder(at: ByteString(folder.path("archive"))).inode]
        #expect(try !held.lies(in: roots))
        try FileManager.default.moveItem(atPath: folder.path("reports"), toPath: folder.path("archive/deep/reports"))
        #expect(try held.lies(in: roots))
    }

    @Test("a folder is below another however deep it lies")
    func deep() throws {
        // Too deep for any path: so it is made from folder to folder.
        var inner = try OpenFolder(at: ByteString(folder.path("")))
        let top = inner.inode
        let name = ByteString(String(repeating: "d", count: 250))
        for _ in 0..<30 {
            #expect(try inner.makeFolder(name, rights: 0o700))
            inner = try inner.folder(name)
        }
        let ancestors = inner.ancestors()
        #expect(ancestors.error == nil && ancestors.inodes.contains(top))
        folder.removeDeep(name, depth: 30)
    }

    @Test("one file is the same by each of its names")
    func identity() throws {
        try folder.write("x", at: "file")
        let linked = unsafe link(folder.path("file"), folder.path("second"))
        #expect(linked == 0)
        try folder.link("link", to: "file")
        let file = try place("file").location
        #expect(file.isSameFile(as: try place("link").location))
        #expect(file.isSameFile(as: try place("second").location))
        #expect(file.hasOtherNames)
        #expect(!file.isSameFile(as: try place("third").location))
        #expect(try place("new").location.isSameFile(as: try place("./new").location))
        #expect(try place("link").neighbour(".lock").location.isSameFile(as: try place("file.lock").location))
        let read = try FileLocation(ofFileAt: ByteString(folder.path("link")))
        #expect(read.isSameFile(as: file))
    }
}
#endif
