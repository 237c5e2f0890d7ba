import Testing

@testable import CloudTrailFormat

@Suite struct DigestFileNameTests {
    private static let end = "20260301T001035Z"

    /// I4
    @Test(arguments: [
        "trail", "my_trail", "my-trail", "my.trail", "_", "__", "_x_", "us-east-1", "us-east-1_us-west-2",
        "20260301T001035Z",
        "20260301T001035Z_us-east-1", "x_backfill", "backfill", "_backfill", "CloudTrail-Digest",
        "111122223333_CloudTrail-Digest_x",
        "x.json", "x.json.gz", "a_b-c.d_e", "-", ".", "t_20260301T001035Z_backfill", "123", "T",
    ])
    func anyTrailIsReadFromBothEnds(trail: String) throws {
        for isBackfill in [false, true] {
            let chain = ChainIdentity(
                account: "111122223333",
                region: "eu-west-1",
                trail: trail,
                homeRegion: "us-east-1",
                isBackfill: isBackfill
            )
            let time = try #require(Timestamp("2026-03-01T00:10:35Z"))
            let text = DigestFileName(chain: chain, endTime: time).text
            let suffix = isBackfill ? "_backfill.json.gz" : ".json.gz"
            #expect(text == "111122223333_CloudTrail-Digest_eu-west-1_\(trail)_us-east-1_20260301T001035Z\(suffix)")
            let name = try #require(DigestFileName(Substring(text)))
            #expect(name.chain == chain)
            #expect(name.endTime == time)
            #expect(name.isCompressed)
            let plain = try #require(DigestFileName(text.dropLast(3)))
            #expect(plain.chain == chain)
            #expect(!plain.isCompressed)
            #expect(DigestFileName(ObjectKey("some/folder/\(text)")) == name)
            #expect(LogFileName(Substring(text)) == nil)
        }
    }

    @Test(arguments: [
        "", ".json.gz", "_.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end)",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json.gz.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).JSON.GZ",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json.bz2",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end)_Backfill.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end)_backfill_backfill.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end)_x.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end) (1).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260301T0010Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_20260230T001035Z.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_.json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail__\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1__us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest__trail_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-digest_eu-west-1_trail_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail_eu-west-1_trail_us-east-1_\(end).json.gz",
        "11112222333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json.gz",
        "1111222233334_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json.gz",
        "11112222333a_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json.gz",
        "_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json.gz",
        " 111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_tr\u{e9}il_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_tr ail_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_tr\nail_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_tr\u{1b}[0mail_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_tr\u{7f}ail_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_tr\0ail_us-east-1_\(end).json.gz",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json.gz\n",
        "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(end).json\u{301}",
    ])
    func refuses(name: String) {
        #expect(DigestFileName(Substring(name)) == nil)
        #expect(DigestFileName(ObjectKey("folder/\(name)")) == nil)
    }

    @Test func namesThatAreNotUTF8AreRefused() {
        let name = "111122223333_CloudTrail-Digest_eu-west-1_trail_us-east-1_\(Self.end).json.gz"
        #expect(DigestFileName(ObjectKey(bytes: [0xff] + name.utf8)) == nil)
        #expect(DigestFileName(ObjectKey(bytes: [0xff, UInt8(ascii: "/")] + name.utf8)) != nil)
    }
}

@Suite struct LogFileNameTests {
    @Test(arguments: ["AbCdEf0123456789", "a_b_c", "_", ".", "x.json", "20260301T0010Z_x"])
    func readsNames(unique: String) throws {
        let text = "111122223333_CloudTrail_us-gov-west-1_20260301T0010Z_\(unique).json.gz"
        let name = try #require(LogFileName(Substring(text)))
        #expect(name.account == "111122223333")
        #expect(name.region == "us-gov-west-1")
        #expect(name.time == Timestamp("2026-03-01T00:10:00Z"))
        #expect(name.isCompressed)
        #expect(try #require(LogFileName(text.dropLast(3))).isCompressed == false)
        #expect(LogFileName(ObjectKey("a/b/\(text)")) == name)
        #expect(DigestFileName(Substring(text)) == nil)
    }

    @Test(arguments: [
        "111122223333_CloudTrail_us-east-1_20260301T0010Z.json.gz",
        "111122223333_CloudTrail_us-east-1_20260301T0010Z_.json.gz",
        "111122223333_CloudTrail_us-east-1_20260301T001035Z_x.json.gz",
        "111122223333_CloudTrail_us-east-1_20260431T0010Z_x.json.gz",
        "111122223333_CloudTrail__20260301T0010Z_x.json.gz",
        "111122223333_CloudTrail-Insight_us-east-1_20260301T0010Z_x.json.gz",
        "111122223333_CloudTrail-Digest_us-east-1_20260301T0010Z_x.json.gz",
        "11112222333x_CloudTrail_us-east-1_20260301T0010Z_x.json.gz",
        "111122223333_CloudTrail_us-east-1_20260301T0010Z_x.json.gz.part",
        "111122223333_CloudTrail_us-east-1_20260301T0010Z_x.gz",
        "111122223333_CloudTrail_us-east-1_20260301T0010Z_x y.json.gz",
        "111122223333_CloudTrail_us-east-1_20260301T0010Z_\u{e9}.json.gz",
        "111122223333_CloudTrail_us-east-1_20260301T0010Z_x\u{8}.json.gz",
    ])
    func refuses(name: String) {
        #expect(LogFileName(Substring(name)) == nil)
    }
}
