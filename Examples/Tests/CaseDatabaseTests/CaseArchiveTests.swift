import CSQLite
import CloudTrailIntegrity
import CloudTrailIntegrityTesting
import Foundation
import Testing

@testable import CaseDatabase

/// Whether a case database is the storage that the library asks for.
@Suite struct CaseArchiveTests {
    @Test func conformsToWhatIsAskedOfASource() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "CaseArchiveTests-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let evidence = folder.appending(path: "evidence")
        // Foundation's paths are text.
        var expected = ExpectedArchive.sample(namesAreUTF8: true)
        for (path, content) in expected.files {
            let file = evidence.appending(path: path.description)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(content).write(to: file)
        }
        let link = evidence.appending(path: "a/link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "b-c")
        expected.links = [ObjectKey("a/link")]

        let database = folder.appending(path: "case.db").path
        #expect(try CaseImport.run(folder: evidence.path, database: database).objects == expected.files.count + 1)
        // What an import could not read.
        try Connection(path: database, SQLITE_OPEN_READWRITE).execute(
            """
            UPDATE objects SET content = NULL, reason = 'permission', message = 'no' WHERE path = CAST('byte' AS BLOB);
            INSERT INTO objects (path, kind, reason, message)
            VALUES (CAST('a/closed' AS BLOB), 'unreadable-folder', 'permission', 'no');
            """
        )
        expected.files[ObjectKey("byte")] = nil
        expected.unreadableFiles = [ObjectKey("byte"): .permission]
        expected.unreadableFolders = [ObjectKey("a/closed")]

        let probes = SourceConformance.Probes(openHandles: { openDescriptors(of: database) })
        try SourceConformance(expecting: expected, probes: probes) { try CaseArchive(path: database) }.check()
    }
}

/// The descriptors of this process that are open on a file, where the system tells.
private func openDescriptors(of path: String) -> Int {
    let manager = FileManager.default
    let numbers = (try? manager.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return numbers.count { (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path }
}
