import CloudTrailFormat
import Testing

@Suite struct SHA256DigestTests {
    @Test(arguments: [0, 1, 16, 20, 31, 33, 64])
    func anotherNumberOfBytesIsNoDigest(count: Int) {
        #expect(SHA256Digest([UInt8](repeating: 7, count: count)) == nil)
    }

    @Test func keepsItsBytesInOrder() throws {
        let bytes = [UInt8](0x80..<0xa0)
        let digest = try #require(SHA256Digest(bytes))
        #expect(digest.bytes == bytes)
        #expect(SHA256Digest(bytes.span) == digest)
    }

    @Test func everyByteCounts() throws {
        let zero = try #require(SHA256Digest([UInt8](repeating: 0, count: 32)))
        var all: Set<SHA256Digest> = [zero]
        for index in 0..<32 {
            var bytes = zero.bytes
            bytes[index] = 1
            all.insert(try #require(SHA256Digest(bytes)))
        }
        #expect(all.count == 33)
    }
}
