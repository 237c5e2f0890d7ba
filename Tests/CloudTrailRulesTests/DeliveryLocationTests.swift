import CloudTrailFormat
import CloudTrailRules
import Testing

@Suite struct DeliveryLocationTests {
    private static func location(_ key: String) -> ObjectLocation {
        ObjectLocation(bucket: "bucket", key: ObjectKey(key))
    }

    @Test(arguments: [
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/x", ""), ("p/AWSLogs/111122223333/x", "p/"),
        ("a/b/AWSLogs/x", "a/b/"),
        ("a//b/AWSLogs/x", "a/b/"), ("/AWSLogs/x", ""), ("a/b/x", "a/b/"), ("x", ""), ("", ""),
    ])
    func thePrefixStandsBeforeAWSLogs(key: String, prefix: String) {
        let location = DeliveryLocation(Self.location(key))
        #expect(location.bucket == "bucket")
        #expect(location.prefix == ObjectKey(prefix))
    }

    @Test(arguments: [
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/x", "AWSLogs/111122223333/CloudTrail/us-east-1/"),
        (
            "p/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/x",
            "p/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/"
        ),
        ("a/b/x", "a/b/"), ("AWSLogs/111122223333/CloudTrail/x", "AWSLogs/111122223333/CloudTrail/"), ("x", ""),
        ("", ""),
    ])
    func theFolderGoesDownToTheRegion(key: String, prefix: String) {
        #expect(DeliveryLocation(folderOf: Self.location(key)).prefix == ObjectKey(prefix))
    }
}
