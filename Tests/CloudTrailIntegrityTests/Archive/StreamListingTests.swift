import CloudTrailFormat
import TestSupport
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

@Suite struct StreamListingTests {
    private static let folders = [
        "", "AWSLogs", "AWSLogs/111122223333/CloudTrail", "AWSLogs/111122223333/CloudTrail-Digest",
        "AWSLogs/111122223333/CloudTrail-Insight", "AWSLogs/111122223333/CloudTrail/us-east-1",
        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1", "AWSLogs/111122223333/CloudTrail-Digests",
        "AWSLogs/111122223333/CloudTrail-Digest/CloudTrail-Digest", "AWSLogs/111122223333/CloudTrail-Diges",
        "AWSLogs/111122223333/CloudTrail-Digest/CloudTrail", "AWSLogs-x", "AWSLogs/x", "CloudTrail-Digest",
        "CloudTrail",
        "CloudTrail/a", "CloudTrail-Digest/a", "a", "a/b", "a-b", "a/b/c", "a/b-c",
    ]

    /// What goes by in any order is numbered as if a folder of the same files had been listed.
    @Test(arguments: 1...8)
    func anyOrderBecomesTheOneOfAFolder(seed: Int) throws {
        let folder = try ScratchFolder()
        var random = SequenceGenerator(seed: UInt64(seed))
        var entries: [ArchiveEntry] = []
        for path in Self.folders.shuffled(using: &random).prefix(16) {
            try folder.makeFolder("root/\(path)")
            for name in [
                "b.json.gz", "a.json.gz",
                "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T001035Z.json.gz",
            ] {
                let file = path.isEmpty ? name : "\(path)/\(name)"
                try folder.write("x", to: "root/\(file)")
                entries.append(ArchiveEntry(path: ObjectKey(file), kind: .file))
            }
        }
        var index = ArchiveIndex()
        try index.list(LocalArchive(path: "\(folder.path)/root"), root: 0, check: {})
        let names = SharedNames()
        var listing = StreamListing(root: 0, names)
        for entry in entries.shuffled(using: &random) { _ = listing.add(entry) }
        let listed = listing.finish()
        #expect(listed.folders.map(\.path) == index.folders.map(\.path))
        #expect(listed.digests.map { names.objectKey($0.path) } == index.digests.map { index.path(of: $0) })
        #expect(index.digests.count == 16)
        // Those that CloudTrail would put there are the first of their account.
        let inAccount = index.digests.map { index.path(of: $0).description }.filter { $0.contains("111122223333/") }
        let isFirst = inAccount.map { $0.hasPrefix("AWSLogs/111122223333/CloudTrail-Digest/") }
        #expect(isFirst == isFirst.sorted { $0 && !$1 })
    }
}
