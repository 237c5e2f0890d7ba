import CloudTrailIntegrity
import Testing

/// Numbers stand for keys, so no two keys may ever have the same.
@Suite struct DigestKeyTests {
    private static let names = [
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001035Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001035Z.json",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T011035Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001035Z_backfill.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001035Z_backfill.json",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-2_20260301T001035Z.json.gz",
        "111122223334_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001035Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_x_us-east-1_20260301T001035Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_00000101T000000Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_99991231T235959Z.json.gz",
        // No digest file's names, though they look alike.
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260229T001035Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001060Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001035z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001035Z.json.gz.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T001035Z.JSON.gz",
        "111122223333_CloudTrail_eu-west-1_20260301T0010Z_abcdefghijklmnop.json.gz",
        "a", "-1", "",
    ]
    private static let folders = ["", "/", "//", "AWSLogs/", "AWSLogs//", "prefix//AWSLogs/", "prefix/AWSLogs/", "a/"]

    private static let keys = folders.flatMap { folder in names.map { ObjectKey(folder + $0) } }

    @Test(arguments: [1, 2, 3, 5, 7, 11])
    func everyKeyIsItsOwnNumber(step: Int) {
        let names = DigestNames()
        // Two readers, each in an order of its own: what one remembers must not colour what comes next.
        var readers = [DigestKeyReader(names), DigestKeyReader(names)]
        let count = Self.keys.count
        var numbers = [DigestKey?](repeating: nil, count: count)
        for turn in 0..<2 * count {
            let position = turn * step % count
            let key = readers[turn % 2].key(Self.keys[position])
            #expect(numbers[position] == nil || numbers[position] == key)
            numbers[position] = key
            #expect(names.objectKey(key) == Self.keys[position])
            let parsed = DigestFileName(Self.keys[position])
            #expect(names.fileName(of: key) == parsed)
            #expect(key.isDigestFile == (parsed != nil))
        }
        let known = numbers.compactMap { $0 }
        #expect(Set(known).count == Set(zip(known, Self.keys).map(\.1)).count)
    }

    @Test func bytesThatAreNoTextAreKept() {
        let names = DigestNames()
        let keys = [
            [0xff, 0x2f, 0x61], [0x61, 0x2f, 0xff], [0x61, 0x2f, 0xc3, 0xa9], [0x61, 0x2f, 0x65, 0xcc, 0x81],
        ]
        .map { ObjectKey(bytes: $0) }
        #expect(keys.map { names.objectKey(names.key($0)) } == keys)
        #expect(Set(keys.map { names.key($0) }).count == keys.count)
    }
}
