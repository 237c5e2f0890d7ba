import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop
import SampleArchive
import Testing

/// What is delivered follows CloudTrail's format.
struct StructureTests {
    private static func options() -> SampleOptions {
        var options = SampleOptions()
        options.hours = 5
        options.organization = "o-a1b2c3d4e5"
        options.prefix = "central/logs"
        return options
    }

    /// Made once for all tests.
    private static let made = Result { try MadeArchive(options()) }

    private let options = Self.options()
    private let archive: MadeArchive

    init() throws {
        archive = try Self.made.get()
    }

    @Test func theDefaultStartIsTheDocumentedOne() {
        #expect(SampleOptions().start.iso8601 == "2026-03-01T00:10:35Z")
    }

    @Test func thereAreAtLeast17DifferentRegions() {
        #expect(Set(SampleOptions.regionNames).count == SampleOptions.regionNames.count)
        #expect(SampleOptions.regionNames.count >= 17)
        #expect(SampleOptions.regionNames.first == "us-east-1")
    }

    @Test func theCountsAreThoseAskedFor() {
        #expect(archive.digestKeys.count == 2 * 2 * 5)
        #expect(archive.logKeys.count == 2 * 2 * 5 * 3)
        #expect(archive.summary.digestCount == 20)
        #expect(archive.summary.logCount == 60)
        #expect(archive.summary.objectCount == archive.objects.count)
        #expect(archive.summary.storedBytes == UInt64(archive.objects.values.reduce(0) { $0 + $1.content.count }))
        #expect(archive.signatures.keys.sorted() == archive.digestKeys)
    }

    @Test func theKeysAreCloudTrails() throws {
        let root = "central/logs/AWSLogs/o-a1b2c3d4e5/(1111222233(?:33|34))"
        let digest = try Regex(
            root + "/CloudTrail-Digest/([a-z0-9-]+)/2026/03/01/"
                + #"\1_CloudTrail-Digest_\2_management-events_us-east-1_20260301T0[1-5]1035Z\.json\.gz"#
        )
        let log = try Regex(
            root + #"/CloudTrail/([a-z0-9-]+)/2026/03/01/\1_CloudTrail_\2_20260301T0\d{3}Z_[A-Za-z0-9]{16}\.json\.gz"#
        )
        for key in archive.digestKeys { #expect(try digest.wholeMatch(in: key) != nil, "\(key)") }
        for key in archive.logKeys { #expect(try log.wholeMatch(in: key) != nil, "\(key)") }
    }

    @Test func theFieldsStandInCloudTrailsOrder() throws {
        let names = [
            "awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object",
            "digestPublicKeyFingerprint", "digestSignatureAlgorithm", "newestEventTime", "oldestEventTime",
            "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue",
            "previousDigestHashAlgorithm", "previousDigestSignature", "logFiles", "s3Bucket", "s3Object", "hashValue",
            "hashAlgorithm", "newestEventTime", "oldestEventTime",
        ]
        for key in archive.digestKeys {
            var rest = try archive.digest(key).content[...]
            for name in names {
                let found = try #require(rest.firstRange(of: Array("\"\(name)\":".utf8)), "\(name)")
                rest = rest[found.upperBound...]
            }
        }
    }

    @Test func eachDigestFileIsWhereItSaysAndLinksToTheOneBefore() throws {
        for chain in Dictionary(grouping: archive.digestKeys, by: { $0.split(separator: "/").prefix(7) }).values {
            #expect(chain.count == 5)
            for (hour, key) in chain.sorted().enumerated() {
                let digest = try archive.digest(key)
                #expect(try digest.text("digestS3Object") == key)
                #expect(try digest.text("digestS3Bucket") == "example-trail-bucket")
                #expect(try digest.text("digestStartTime") == "2026-03-01T0\(hour):10:35Z")
                #expect(try digest.text("digestEndTime") == "2026-03-01T0\(hour + 1):10:35Z")
                #expect(digest.isFirst == (hour == 0))
                let keyIndex = hour < 2 ? 0 : 1
                #expect(try digest.text("digestPublicKeyFingerprint") == archive.summary.keys[keyIndex].fingerprint)
                guard hour > 0 else { continue }
                let before = chain.sorted()[hour - 1]
                #expect(try digest.text("previousDigestS3Object") == before)
                #expect(try digest.text("previousDigestS3Bucket") == "example-trail-bucket")
                #expect(try digest.text("previousDigestHashValue") == archive.digest(before).hash())
                #expect(try digest.text("previousDigestHashAlgorithm") == "SHA-256")
                #expect(try digest.text("previousDigestSignature") == archive.signatures[before]?.signature)
            }
        }
    }

    @Test func eachSignatureVerifiesAndIsInTheMetadata() throws {
        for key in archive.digestKeys {
            #expect(try archive.verifies(key), "\(key)")
            #expect(try archive.object(key).metadata == archive.signatures[key]?.metadata)
            #expect(archive.signatures[key]?.signature.map { $0 == $0.lowercased() && $0.count == 512 } == true)
        }
        for key in archive.logKeys { #expect(try archive.object(key).metadata.isEmpty) }
    }

    @Test func eachLogFileIsListedOnceWithItsHashAndTimes() throws {
        var listed: Set<String> = []
        for digestKey in archive.digestKeys {
            let digest = try archive.digest(digestKey)
            let start = try #require(Timestamp(try digest.text("digestStartTime")))
            let end = try #require(Timestamp(try digest.text("digestEndTime")))
            var times: [String] = []
            for entry in try digest.logFiles() {
                let key = try #require(entry["s3Object"])
                #expect(listed.insert(key).inserted)
                let (content, result) = try gunzip(try archive.object(key).content)
                #expect(result.condition == .complete)
                #expect(entry["hashValue"] == Hex.encode(result.sha256.bytes))
                #expect(entry["hashAlgorithm"] == "SHA-256")
                let records = try Self.records(content)
                let eventTimes = try records.map { try #require($0["eventTime"] as? String) }
                #expect(records.count == 4)
                #expect(entry["newestEventTime"] == eventTimes.max())
                #expect(entry["oldestEventTime"] == eventTimes.min())
                times += eventTimes
                let name = try #require(key.split(separator: "_").dropLast().last)
                let delivery = try #require(Timestamp(compact: name, seconds: false))
                #expect(start <= delivery && delivery < end)
            }
            #expect(try digest.text("newestEventTime") == times.max())
            #expect(try digest.text("oldestEventTime") == times.min())
        }
        #expect(listed.sorted() == archive.logKeys)
    }

    @Test func theRecordsAreCloudTrails() throws {
        let names: Set<String> = [
            "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
            "userAgent", "requestParameters", "responseElements", "requestID", "eventID", "readOnly", "eventType",
            "managementEvent", "recipientAccountId", "eventCategory",
        ]
        var calls: Set<String> = []
        var callers: Set<String> = []
        var events: Set<String> = []
        for key in archive.logKeys {
            for record in try Self.records(try gunzip(try archive.object(key).content).content) {
                #expect(names.isSubset(of: record.keys))
                #expect(key.contains("/\(try #require(record["awsRegion"] as? String))/"))
                #expect(key.contains("/\(try #require(record["recipientAccountId"] as? String))/"))
                calls.insert(try #require(record["eventName"] as? String))
                let identity = try #require(record["userIdentity"] as? [String: Any])
                callers.insert(try #require(identity["type"] as? String))
                let event = try #require(record["eventID"] as? String)
                #expect(UUID(uuidString: event) != nil)
                #expect(events.insert(event).inserted)
            }
        }
        #expect(calls.count > 20)
        #expect(callers == ["AssumedRole", "IAMUser", "AWSService"])
    }

    @Test(arguments: [0, 2]) func anHourWithoutDeliveryIsAttested(emptyEvery: Int) throws {
        var options = options
        options.emptyEvery = emptyEvery
        if emptyEvery == 0 { options.logs = 0 }
        let archive = try MadeArchive(options)
        var empty = 0
        for key in archive.digestKeys {
            let digest = try archive.digest(key)
            guard try digest.logFiles().isEmpty else { continue }
            empty += 1
            #expect(digest.fields["newestEventTime"] is NSNull)
            #expect(digest.fields["oldestEventTime"] is NSNull)
            #expect(try archive.verifies(key))
        }
        #expect(empty == (emptyEvery == 0 ? 20 : 8))
    }

    @Test func withoutOrganizationAndPrefixTheKeysBeginWithAWSLogs() throws {
        var options = SampleOptions()
        (options.accounts, options.regions, options.hours) = (1, 1, 1)
        let archive = try MadeArchive(options)
        for key in archive.objects.keys { #expect(key.hasPrefix("AWSLogs/111122223333/CloudTrail")) }
    }

    @Test func theKeysAreThoseOfListPublicKeys() throws {
        let answer = try JSONSerialization.jsonObject(with: Data(archive.summary.keysJSON)) as? [String: Any]
        let list = try #require(answer?["PublicKeyList"] as? [[String: Any]])
        #expect(list.count == 2)
        for entry in list {
            let value = try #require(entry["Value"] as? String)
            let der = try #require(Base64.decode(value))
            #expect(try RSAPublicKey(der: der).encoding == .pkcs1)
            #expect(entry["Fingerprint"] as? String == Hex.encode(try MD5.of(der)))
            let start = Double(options.start.secondsSinceEpoch)
            #expect(try #require(entry["ValidityStartTime"] as? Double) < start)
            #expect(try #require(entry["ValidityEndTime"] as? Double) > Double(options.end.secondsSinceEpoch))
        }
    }

    static func records(_ content: [UInt8]) throws -> [[String: Any]] {
        let log = try JSONSerialization.jsonObject(with: Data(content)) as? [String: Any]
        return try #require(log?["Records"] as? [[String: Any]])
    }
}
