import Testing

@testable import CloudTrailFormat

/// Where CloudTrail's own folders begin in a key, and what they tell.
@Suite struct KeyFolderTests {
    private static let part = "111122223333/CloudTrail/us-east-1/2026/03/01/x.json.gz"

    private static func prefixes(_ prefixes: String...) -> DeliveryPrefixes {
        var known = DeliveryPrefixes()
        for prefix in prefixes { known.insert(prefixOf: ObjectKey("\(prefix)AWSLogs/x")) }
        return known
    }

    /// V5
    @Test(arguments: [
        "", "prefix/", "a/b/", "999999999999/", "CloudTrail/", "CloudTrail-archive/", "CloudTrail-Digest/",
        "999999999999/CloudTrail-Digest/", "999999999999/CloudTrail-Digest/us-west-2/2020/01/01/",
    ])
    func readsTheFoldersOfAKey(prefix: String) {
        for organization in ["", "o-a1b2c3d4e5/", "o-a1b2c3d4e5/AWSLogs/o-a1b2c3d4e5/"] {
            for kind in ["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity"] {
                for name in ["x.json.gz", "deeper/x", "CloudTrail-Digest/x", "AWSLogs/222233334444/CloudTrail/x"] {
                    let key = "\(prefix)AWSLogs/\(organization)111122223333/\(kind)/us-east-1/2026/03/01/\(name)"
                    let folder = KeyFolder(of: ObjectKey(key), Self.prefixes(prefix))
                    #expect(folder.category == .logs, "\(key)")
                    #expect(folder.account == "111122223333")
                    #expect(folder.region == "us-east-1")
                    #expect(folder.day?.start.iso8601 == "2026-03-01T00:00:00Z")
                    #expect(folder.day?.end.iso8601 == "2026-03-02T00:00:00Z")
                }
            }
            let digest = "\(prefix)AWSLogs/\(organization)111122223333/CloudTrail-Digest/us-east-1/2026/03/01/x.json.gz"
            #expect(KeyFolder(of: ObjectKey(digest), Self.prefixes(prefix)).category == .digests)
            #expect(KeyFolder(of: ObjectKey(digest)).account == "111122223333")
        }
    }

    /// V4
    @Test("a prefix that holds AWSLogs/ is read as one where digest files lie below it, and else from its first")
    func aPrefixThatHoldsAWSLogs() {
        let prefix = "AWSLogs/999999999999/CloudTrail/us-west-2/2020/01/01/"
        let key = ObjectKey("\(prefix)AWSLogs/\(Self.part)")
        #expect(KeyFolder(of: key, Self.prefixes(prefix)).account == "111122223333")
        #expect(KeyFolder(of: key).account == "999999999999")
        // The shortest that fits: what lies in a folder of log files is its file, whatever an attacker signs there.
        #expect(KeyFolder(of: key, Self.prefixes(prefix, "")).account == "999999999999")
    }

    /// V4
    @Test func onlyAPrefixDirectlyBeforeAWSLogsFits() {
        let key = ObjectKey("a/b/AWSLogs/\(Self.part)")
        #expect(KeyFolder(of: key, Self.prefixes("a/", "b/", "a/b")).account == "111122223333")
        #expect(KeyFolder(of: ObjectKey("myAWSLogs/\(Self.part)")).account == nil)
    }

    @Test func whatTheFoldersDoNotTellIsNotTold() {
        let short = KeyFolder(of: ObjectKey("CloudTrail/x.json"))
        #expect(short.category == .logs)
        #expect(short.account == nil && short.region == nil && short.day == nil)
        let day = KeyFolder(of: ObjectKey("CloudTrail/us-east-1/2026/13/01/x.json"))
        #expect(day.region == "us-east-1" && day.day == nil)
        let others = [
            "Us-east-1", "us_east", "useast1", "us--east", "-us", "2026", "o-exampleorg", "us-1", "us-east1-1",
            "us-east-one",
        ]
        for region in others {
            let folder = KeyFolder(of: ObjectKey("AWSLogs/111122223333/CloudTrail/\(region)/2026/03/01/x"))
            #expect(folder.region == nil, "\(region)")
            #expect(folder.day?.start.iso8601 == "2026-03-01T00:00:00Z")
        }
        for account in ["11112222333", "1111222233334", "11112222333a"] {
            let folder = KeyFolder(of: ObjectKey("AWSLogs/\(account)/CloudTrail/us-east-1/2026/03/01/x"))
            #expect(folder.account == nil && folder.category == .logs && folder.region == "us-east-1")
        }
        let between = KeyFolder(of: ObjectKey("AWSLogs/111122223333/x/CloudTrail/us-east-1/2026/03/01/x"))
        #expect(between.account == "111122223333" && between.category == .logs)
    }

    @Test func queriesOfLakeAreNoLogs() {
        let key = ObjectKey("AWSLogs/111122223333/CloudTrail-Lake/Query/2026/03/01/x/result_1.csv.gz")
        #expect(KeyFolder(of: key).category == .lake)
    }

    @Test(arguments: [
        "", "x.json", "CloudTrail", "a/b/x.json", "cloudtrail/us-east-1/2026/03/01/x.json", "XCloudTrail/x.json",
    ])
    func otherFoldersTellNoCategory(key: String) {
        #expect(KeyFolder(of: ObjectKey(key)).category == .unknown)
    }
}
