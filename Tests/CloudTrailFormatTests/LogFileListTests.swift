import Testing

@testable import CloudTrailFormat

@Suite struct LogFileListTests {
    private static func list(_ objects: [(bucket: String, key: String)]) throws -> LogFileList {
        let entries = objects.enumerated().map { index, object in
            let hash = Hex.encode([UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 32))
            return #"{"s3Bucket":"\#(object.bucket)","s3Object":"\#(object.key)","hashValue":"\#(hash)","#
                + #""hashAlgorithm":"SHA-256"}"#
        }
        let text =
            #"{"digestStartTime":"2026-03-01T00:10:35Z","digestEndTime":"2026-03-01T01:10:35Z","digestS3Bucket":"b","#
            + #""digestS3Object":"d","digestPublicKeyFingerprint":"31e8b5433410dfb61a9dc45cc65b22ff","#
            + #""digestSignatureAlgorithm":"SHA256withRSA","previousDigestSignature":null,"#
            + #""logFiles":[\#(entries.joined(separator: ","))]}"#
        return try DigestFile(parsing: Array(text.utf8), limits: Limits()).logFiles
    }

    @Test func anEmptyListHasNothing() throws {
        let list = try Self.list([])
        #expect(list == LogFileList())
        #expect(list.isEmpty && list.first == nil && list.buckets.isEmpty && list.keyBytes.isEmpty)
    }

    @Test func bucketsStandOnceInTheOrderInWhichTheyAppear() throws {
        let names = ["b", "a", "b", "b", "a-bucket-with-a-long-name", "a", "a-bucket-with-a-long-name", "c"]
        let list = try Self.list(names.enumerated().map { ($1, "key\($0)") })
        #expect(list.buckets == ["b", "a", "a-bucket-with-a-long-name", "c"])
        #expect(list.indices.map { list.entry(at: $0).bucketIndex } == [0, 1, 0, 0, 2, 1, 2, 3])
        #expect(list.map(\.location.bucket) == names)
    }

    @Test func anEntryIsTheSameWithCopiesAndWithout() throws {
        let keys = ["k", #"AWSLogs\/1\/x.json.gz"#, "é", #"e\u0301"#, String(repeating: "k", count: 1024), "k"]
        let list = try Self.list(keys.map { ("bucket", $0) })
        #expect(list.count == keys.count)
        for (index, reference) in list.enumerated() {
            let entry = list.entry(at: index)
            #expect(reference == list[index])
            #expect(reference.location.bucket == list.buckets[entry.bucketIndex])
            #expect(reference.location.key == ObjectKey(bytes: Array(list.keyBytes[entry.keyRange])))
            #expect(reference.hash == entry.hash)
            #expect(entry.hash == SHA256Digest([UInt8](repeating: UInt8(index), count: 32)))
        }
        #expect(
            list.map(\.location.key) == ["k", "AWSLogs/1/x.json.gz", "é", "e\u{301}"].map { ObjectKey($0) }
                + [ObjectKey(String(repeating: "k", count: 1024)), ObjectKey("k")]
        )
        #expect(list.last?.location.key == ObjectKey("k"))
    }

    @Test func listsAreEqualWhereTheirEntriesAre() throws {
        let list = try Self.list([("a", "kk"), ("b", "k")])
        #expect(try list == Self.list([("a", "k\\u006b"), ("b", "k")]))
        for other in [
            [("a", "k"), ("b", "kk")], [("b", "kk"), ("a", "k")], [("a", "kk"), ("a", "k")], [("a", "kk")],
        ] {
            #expect(try list != Self.list(other))
        }
    }

    /// Room is made for entries as long as the first; others still fit.
    @Test(arguments: [1, 1000])
    func entriesOfAnyLengthFollowTheFirst(length: Int) throws {
        let keys = [String(repeating: "a", count: length)] + (0..<500).map { String(repeating: "b", count: 1 + $0) }
        let list = try Self.list(keys.map { ("bucket", $0) })
        #expect(list.map(\.location.key) == keys.map { ObjectKey($0) })
    }
}
