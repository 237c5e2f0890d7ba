import CloudTrailFormat
import Testing

@testable import CloudTrailIntegrity

/// Numbers stand for keys, so no two keys may ever have the same.
@Suite struct PackedKeyTests {
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
        let names = SharedNames()
        // Two readers, each in an order of its own: what one remembers must not colour what comes next.
        var readers = [PackedKeyEncoder(names), PackedKeyEncoder(names)]
        let count = Self.keys.count
        var numbers = [PackedKey?](repeating: nil, count: count)
        for turn in 0..<2 * count {
            let position = turn * step % count
            let key = readers[turn % 2].key(Self.keys[position])
            #expect(numbers[position] == nil || numbers[position] == key)
            numbers[position] = key
            #expect(names.objectKey(key) == Self.keys[position])
            #expect(readers[turn % 2].name(of: key)[...] == Self.keys[position].lastComponent)
            let parsed = DigestFileName(Self.keys[position])
            #expect(names.fileName(of: key) == parsed)
            #expect(key.isDigestFile == (parsed != nil))
        }
        let known = numbers.compactMap { $0 }
        #expect(Set(known).count == Set(zip(known, Self.keys).map(\.1)).count)
    }

    @Test func bytesThatAreNoTextAreKept() {
        let names = SharedNames()
        let keys = [
            [0xff, 0x2f, 0x61], [0x61, 0x2f, 0xff], [0x61, 0x2f, 0xc3, 0xa9], [0x61, 0x2f, 0x65, 0xcc, 0x81],
        ]
        .map { ObjectKey(bytes: $0) }
        #expect(keys.map { names.objectKey(names.key($0)) } == keys)
        #expect(Set(keys.map { names.key($0) }).count == keys.count)
    }

    /// The slots of a table are told by the highest bits.
    @Test(arguments: 0..<64) func keysAreSpreadOverTheirSlots(_ seed: UInt64) {
        // The first numbers of SplitMix64.
        func random(_ number: UInt64) -> UInt64 {
            var value = number &* 0x9e37_79b9_7f4a_7c15
            value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
            return value ^ value >> 31 | 1
        }
        let multipliers = (random(2 * seed + 1), random(2 * seed + 2))
        let names = SharedNames()
        let end = Timestamp(secondsSinceEpoch: 1_772_323_835)
        var counts = [Int](repeating: 0, count: 1024)
        for number in 0..<16 * 1024 {
            let chain = ChainIdentity(
                account: "111122223333",
                region: "r\(number % 16)",
                trail: "t",
                homeRegion: "h",
                isBackfill: false
            )
            let name = DigestFileName(chain: chain, endTime: end.advanced(bySeconds: Int64(number / 16) * 3600))
            let key = names.key(name, folder: Int32(number / 384))
            counts[Int(key.hash(multipliers) >> 54)] += 1
        }
        // Sixteen each on average.
        #expect(counts.max() ?? 0 < 128)
        #expect(counts.count { $0 > 0 } > 512)
    }

    @Test func namesAreInTheOrderOfTheirBytes() {
        let names = SharedNames()
        // One chain's prefix is the begin of another's.
        let more = ["t", "t_1", "t_2", "t_20260301T001035Z", "s", "u"].flatMap { trail in
            [1, 3].flatMap { hour in
                ["", "_backfill"].flatMap { kind in
                    [".json", ".json.gz"].map {
                        "111122223333_CloudTrail-Digest_eu-west-1_\(trail)_us-east-1_20260301T0\(hour)1035Z\(kind)\($0)"
                    }
                }
            }
        }
        let all = (Self.names + more).map { (key: names.key(ObjectKey("a/" + $0)), bytes: ObjectKey($0)) }
        for first in all {
            for second in all {
                let order = names.compareNames(first.key, second.key)
                #expect((order < 0) == (first.bytes < second.bytes))
                #expect((order == 0) == (first.bytes == second.bytes))
            }
        }
    }

    @Test func bucketsAreToldApartByTheirBytes() {
        let names = SharedNames()
        var reader = PackedKeyEncoder(names)
        let texts = ["caf\u{e9}", "cafe\u{301}", "K", "\u{212a}", "a", ""]
        let numbers = texts.map { reader.number(of: $0) }
        #expect(Set(numbers).count == texts.count)
        #expect(texts.map { names.number(of: $0) } == numbers)
        #expect(numbers.map { Array(names.text($0).utf8) } == texts.map { Array($0.utf8) })
    }
}
