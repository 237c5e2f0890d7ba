import CloudTrailIntegrity
import Testing

@Suite struct LogFolderTests {
    @Test(arguments: [
        "", "prefix/", "a/b/", "CloudTrail/", "CloudTrail-archive/", "CloudTrail-Digest/", "AWSLogs/o-abc/",
    ])
    func readsTheFoldersOfAKey(prefix: String) throws {
        for kind in ["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity"] {
            for name in ["x.json.gz", "deeper/x"] {
                let key = "\(prefix)AWSLogs/111122223333/\(kind)/us-east-1/2026/03/01/\(name)"
                let folder = try #require(LogFolder(ObjectKey(key)))
                #expect(folder.account == "111122223333")
                #expect(folder.region == "us-east-1")
                #expect(folder.day.start.iso8601 == "2026-03-01T00:00:00Z")
                #expect(folder.day.end.iso8601 == "2026-03-02T00:00:00Z")
            }
        }
        let digest = "\(prefix)AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/x.json.gz"
        #expect(LogFolder(ObjectKey(digest)) == nil)
    }

    @Test func aFolderNamedLikeThemBelowADayChangesNothing() throws {
        let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/CloudTrail-Digest/x.json"
        #expect(LogFolder(ObjectKey(key))?.region == "us-east-1")
    }

    @Test func whatThePathDoesNotTellIsEmpty() throws {
        let short = try #require(LogFolder(ObjectKey("CloudTrail/x.json")))
        #expect(short.account.isEmpty && short.region.isEmpty && short.day == .always)
        let region = try #require(LogFolder(ObjectKey("CloudTrail/us-east-1/2026/13/01/x.json")))
        #expect(region.region == "us-east-1" && region.day == .always)
    }

    @Test(arguments: [
        "", "x.json", "CloudTrail", "a/b/x.json", "cloudtrail/us-east-1/2026/03/01/x.json", "XCloudTrail/x.json",
    ])
    func otherFoldersAreNone(key: String) {
        #expect(LogFolder(ObjectKey(key)) == nil)
    }
}
