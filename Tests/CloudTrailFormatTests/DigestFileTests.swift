import Testing

@testable import CloudTrailFormat

@Suite struct DigestFileTests {
    /// A digest file as CloudTrail writes it: compact, with `/` escaped.
    private static let sample =
        #"{"awsAccountId":"111122223333","digestStartTime":"2026-03-01T00:10:35Z","digestEndTime":"2026-03-01T01:10:35Z","#
        + #""digestS3Bucket":"example-trail-bucket","digestS3Object":"AWSLogs\/111122223333\/CloudTrail-Digest\/us-east-1\/2026\/03\/01\/"#
        + #"111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260301T011035Z.json.gz","#
        + #""digestPublicKeyFingerprint":"31e8b5433410dfb61a9dc45cc65b22ff","digestSignatureAlgorithm":"SHA256withRSA","#
        + #""newestEventTime":"2026-03-01T01:02:03Z","oldestEventTime":"2026-02-28T23:59:59Z","#
        + #""previousDigestS3Bucket":"example-trail-bucket","previousDigestS3Object":"AWSLogs\/111122223333\/CloudTrail-Digest\/us-east-1\/"#
        + #"2026\/03\/01\/111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260301T001035Z.json.gz","#
        + #""previousDigestHashValue":"97fb791cf91ffc440d274f8190dbdd9aa09c34432aba82739df18b6d3c13df2d","#
        + #""previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"50887ccffad4c002b97caa37cc9dc626","logFiles":[{"#
        + #""s3Bucket":"example-trail-bucket","s3Object":"AWSLogs\/111122223333\/CloudTrail\/us-east-1\/2026\/03\/01\/"#
        + #"111122223333_CloudTrail_us-east-1_20260301T0025Z_AbCdEfGhIjKlMnOp.json.gz","#
        + #""hashValue":"9bb6196fc6b84d6f075a56548feca262bd99ba3c2de41b618e5b6e22c1fc71f6","hashAlgorithm":"SHA-256","#
        + #""newestEventTime":"2026-03-01T00:20:00Z","oldestEventTime":"2026-02-28T23:59:59Z"}]}"#

    /// The sample's members, each as JSON text.
    private static let members: [(name: String, value: String)] = [
        ("awsAccountId", #""111122223333""#), ("digestStartTime", #""2026-03-01T00:10:35Z""#),
        ("digestEndTime", #""2026-03-01T01:10:35Z""#), ("digestS3Bucket", #""bucket""#),
        ("digestS3Object", #""AWSLogs/d.json.gz""#),
        ("digestPublicKeyFingerprint", #""31e8b5433410dfb61a9dc45cc65b22ff""#),
        ("digestSignatureAlgorithm", #""SHA256withRSA""#), ("newestEventTime", "null"), ("oldestEventTime", "null"),
        ("previousDigestS3Bucket", #""bucket""#), ("previousDigestS3Object", #""AWSLogs/c.json.gz""#),
        ("previousDigestHashValue", "\"\(String(repeating: "ab", count: 32))\""),
        ("previousDigestHashAlgorithm", #""SHA-256""#), ("previousDigestSignature", #""00ff""#), ("logFiles", "[]"),
    ]

    private static let entryMembers: [(name: String, value: String)] = [
        ("s3Bucket", #""bucket""#), ("s3Object", #""AWSLogs/l.json.gz""#),
        ("hashValue", "\"\(String(repeating: "cd", count: 32))\""),
        ("hashAlgorithm", #""SHA-256""#), ("newestEventTime", "null"), ("oldestEventTime", "null"),
    ]

    /// A text with some members changed; `nil` takes one away, an unknown name adds one.
    private static func text(_ members: [(name: String, value: String)], _ changes: [String: String?]) -> String {
        var parts = members.compactMap { member -> String? in
            guard let change = changes[member.name] else { return "\"\(member.name)\":\(member.value)" }
            return change.map { "\"\(member.name)\":\($0)" }
        }
        let known = Set(members.map(\.name))
        parts += changes.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\"\(name)\":\($0)" }
        }
        return "{\(parts.joined(separator: ","))}"
    }

    private static func digest(_ changes: [String: String?] = [:], limits: Limits = Limits()) throws(DigestFileError)
        -> DigestFile
    {
        try DigestFile(parsing: Array(text(members, changes).utf8), limits: limits)
    }

    private static func digest(entry changes: [String: String?]) throws(DigestFileError) -> DigestFile {
        try digest(["logFiles": "[\(text(entryMembers, [:])),\(text(entryMembers, changes))]"])
    }

    private static func error(_ changes: [String: String?], limits: Limits = Limits()) -> DigestFileError? {
        do throws(DigestFileError) {
            _ = try digest(changes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    // MARK: What is read

    @Test func textsOfTheFileBeforeChangeNothing() throws {
        func entries(_ buckets: String...) -> String {
            "[\(buckets.map { Self.text(Self.entryMembers, ["s3Bucket": "\"\($0)\""]) }.joined(separator: ","))]"
        }
        let changes: [[String: String?]] = [
            [:], ["logFiles": entries("bucket")], ["logFiles": entries("bucket", "other", "bucket")],
            ["logFiles": entries("other", "bucket")], ["digestS3Bucket": #""bucket2""#],
            ["digestS3Bucket": #""Bucket""#],
            ["digestS3Bucket": #""b\u0075cket""#, "logFiles": entries("buck\\u0065t", "bucke")],
            ["digestPublicKeyFingerprint": #""31E8B5433410DFB61A9DC45CC65B22FF""#],
            ["digestPublicKeyFingerprint": #""00e8b5433410dfb61a9dc45cc65b22ff""#],
            ["previousDigestS3Bucket": #""other""#, "logFiles": entries("other")],
        ]
        for before in changes {
            for change in changes {
                var texts = StringReuse()
                for change in [before, change] {
                    let bytes = Array(Self.text(Self.members, change).utf8)
                    let file = try DigestFile(parsing: bytes, limits: Limits(), texts: &texts) { false }
                    #expect(try file == DigestFile(parsing: bytes, limits: Limits()))
                }
            }
        }
        let upper = try Self.digest(["digestPublicKeyFingerprint": #""31E8B5433410DFB61A9DC45CC65B22FF""#])
        #expect(try upper.fingerprint == Self.digest().fingerprint)
        let buckets = try Self.digest(["logFiles": entries("bucket", "other", "bucket")]).logFiles
        #expect(buckets.map(\.location.bucket) == ["bucket", "other", "bucket"])
    }

    @Test func readsTheSample() throws {
        for text in [
            Self.sample, Self.sample.replacing("\\/", with: "/"),
            " \n" + Self.sample.replacing(",\"", with: " ,\r\n\t\"") + "\n",
        ] {
            let file = try DigestFile(parsing: Array(text.utf8), limits: Limits())
            #expect(file.problem == nil)
            #expect(file.startTime == Timestamp("2026-03-01T00:10:35Z"))
            #expect(file.endTime == Timestamp("2026-03-01T01:10:35Z"))
            #expect(file.location.bucket == "example-trail-bucket")
            #expect(
                file.location.key
                    == ObjectKey(
                        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/"
                            + "111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260301T011035Z.json.gz"
                    )
            )
            #expect(file.fingerprint == "31e8b5433410dfb61a9dc45cc65b22ff")
            #expect(file.signatureAlgorithm == DigestFile.signatureAlgorithm)
            #expect(file.previousSignature == "50887ccffad4c002b97caa37cc9dc626")
            #expect(file.previous?.location.key.asciiName?.hasSuffix("_20260301T001035Z.json.gz") == true)
            #expect(
                file.previous.map { Hex.encode($0.hash.bytes) }
                    == "97fb791cf91ffc440d274f8190dbdd9aa09c34432aba82739df18b6d3c13df2d"
            )
            #expect(!file.isStartingDigest)
            #expect(file.logFiles.count == 1)
            #expect(
                file.logFiles.first?.location.description
                    == "example-trail-bucket/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/"
                    + "111122223333_CloudTrail_us-east-1_20260301T0025Z_AbCdEfGhIjKlMnOp.json.gz"
            )
            #expect(
                file.logFiles.first.map { Hex.encode($0.hash.bytes) }
                    == "9bb6196fc6b84d6f075a56548feca262bd99ba3c2de41b618e5b6e22c1fc71f6"
            )
        }
    }

    @Test func theFirstDigestOfAChainAndAnEmptyHour() throws {
        let names = ["S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature"].map { "previousDigest\($0)" }
        let file = try Self.digest(Dictionary(uniqueKeysWithValues: names.map { ($0, "null") }))
        #expect(file.isStartingDigest)
        #expect(file.previous == nil && file.previousSignature == nil && file.problem == nil)
        #expect(file.logFiles.isEmpty)
    }

    @Test func theStringToSign() throws {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let hash = try #require(Hex.decode(hex).flatMap { SHA256Digest($0) })
        let file = try Self.digest([
            "digestS3Object": #""AWSLogs\/\u0061\/é.json.gz""#, "previousDigestSignature": #""00FFaa""#,
        ])
        #expect(
            file.stringToSign(hash: hash)
                == Array("2026-03-01T01:10:35Z\nbucket/AWSLogs/a/é.json.gz\n\(hex)\n00FFaa".utf8)
        )
        let names = ["S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature"].map { "previousDigest\($0)" }
        let first = try Self.digest(Dictionary(uniqueKeysWithValues: names.map { ($0, "null") }))
        #expect(
            first.stringToSign(hash: hash) == Array("2026-03-01T01:10:35Z\nbucket/AWSLogs/d.json.gz\n\(hex)\nnull".utf8)
        )
        // As written, whatever moment it stands for; and a key is not normalised.
        let odd = try Self.digest([
            "digestEndTime": #""2026-03-01T02:10:35.000+01:00""#, "digestS3Object": #""prefix//e\u0301.json.gz""#,
        ])
        #expect(odd.endTime == Timestamp("2026-03-01T01:10:35Z"))
        #expect(
            odd.stringToSign(hash: hash)
                == Array("2026-03-01T02:10:35.000+01:00\nbucket/prefix//e\u{301}.json.gz\n\(hex)\n00ff".utf8)
        )
    }

    @Test func theSignatureOfAnotherNullIsNotTheFirstDigests() throws {
        let file = try Self.digest(["previousDigestSignature": #""null""#])
        #expect(file.previousSignature == "null")
        #expect(!file.isStartingDigest)
        #expect(file.problem == "previousDigestSignature is not hex")
    }

    // MARK: What must hold before anything is verified

    @Test(arguments: [
        "digestPublicKeyFingerprint", "digestS3Bucket", "digestS3Object", "digestStartTime", "digestEndTime",
    ])
    func requiredFields(name: String) throws {
        for value in [nil, "null", "1", "true", "{}", "[]", #""""#, #"["x"]"#] as [String?] {
            guard case .malformed(let text) = Self.error([name: value]) else {
                Issue.record("\(name): \(value ?? "missing") was accepted")
                continue
            }
            #expect(text.contains(name))
        }
    }

    @Test func thePreviousSignatureMayBeNullAndMustBeThere() {
        #expect(Self.error(["previousDigestSignature": nil]) == .malformed("previousDigestSignature is missing"))
        for value in ["1", "false", "{}", "[]"] {
            #expect(
                Self.error(["previousDigestSignature": value])
                    == .malformed("previousDigestSignature is not a string")
            )
        }
    }

    @Test(arguments: [
        ("digestPublicKeyFingerprint", #""31e8b5433410dfb61a9dc45cc65b22f""#),
        ("digestPublicKeyFingerprint", #""31e8b5433410dfb61a9dc45cc65b22ff0""#),
        ("digestPublicKeyFingerprint", #""31:e8:b5:43:34:10:df:b6:1a:9d:c4""#),
        ("digestPublicKeyFingerprint", #""31e8b5433410dfb61a9dc45cc65b22fg""#), ("digestS3Bucket", #""a/b""#),
        ("digestS3Bucket", #""a\nb""#), ("digestS3Bucket", #""é""#), ("digestEndTime", #""2026-02-30T01:10:35Z""#),
        ("digestEndTime", #""2026-03-01T01:10:35""#), ("digestEndTime", #""2026-03-01T01:10:35Z\n""#),
        ("digestStartTime", #""yesterday""#),
    ])
    func requiredFieldsMustMakeSense(name: String, value: String) {
        guard case .malformed(let text) = Self.error([name: value]) else {
            Issue.record("accepted")
            return
        }
        #expect(text.contains(name))
    }

    @Test(arguments: [
        "", " ", "null", "[]", "1", "\"x\"", "{}", "{", "not json", "{}{}", "[{}]", "\u{feff}{}", "<xml/>", "\0",
    ])
    func otherTextsAreMalformed(text: String) {
        #expect {
            try DigestFile(parsing: Array(text.utf8), limits: Limits())
        } throws: { error in
            if case DigestFileError.malformed = error { true } else { false }
        }
    }

    @Test func noTruncationIsADigest() {
        let bytes = Array(Self.sample.utf8)
        for count in 0..<bytes.count {
            #expect(throws: DigestFileError.self) {
                try DigestFile(parsing: Array(bytes.prefix(count)), limits: Limits())
            }
        }
        for suffix in ["x", "{}", "\0", ",", "]"] {
            #expect(throws: DigestFileError.self) {
                try DigestFile(parsing: bytes + Array(suffix.utf8), limits: Limits())
            }
        }
    }

    @Test(arguments: members.map(\.name))
    func duplicatesAreRefused(name: String) throws {
        let text = Self.text(Self.members, [:]).dropLast()
        let value = try #require(Self.members.first { $0.name == name }?.value)
        let escaped = name.replacing("i", with: "\\u0069", maxReplacements: 1)
        for spelling in [name, escaped] {
            #expect {
                try DigestFile(parsing: Array("\(text),\"\(spelling)\":\(value)}".utf8), limits: Limits())
            } throws: { error in
                (error as? DigestFileError)?.text.contains("appears twice") == true
            }
        }
    }

    @Test func duplicatesInAnEntryAndInUnknownFieldsAreRefused() {
        let entry = Self.text(Self.entryMembers, [:]).dropLast()
        #expect(throws: DigestFileError.self) { try Self.digest(["logFiles": "[\(entry),\"s3Object\":\"x\"}]"]) }
        #expect(throws: DigestFileError.self) { try Self.digest(["zzz": #"{"a":1,"a":2}"#]) }
    }

    @Test func namesAreComparedByTheirBytes() throws {
        // A Kelvin sign is a K to Unicode.
        let text = Self.text(Self.members, [:])
        let renamed = text.replacing("PublicKey", with: "Public\u{212a}ey")
        #expect(throws: DigestFileError.malformed("digestPublicKeyFingerprint is missing")) {
            try DigestFile(parsing: Array(renamed.utf8), limits: Limits())
        }
        let both = text.dropLast() + ",\"digestPublic\u{212a}eyFingerprint\":1}"
        #expect(try DigestFile(parsing: Array(both.utf8), limits: Limits()) == Self.digest())
    }

    @Test func membersMayStandInAnyOrder() throws {
        let file = try Self.digest()
        for _ in 0..<20 {
            let text = Self.text(Self.members.shuffled(), [:])
            #expect(try DigestFile(parsing: Array(text.utf8), limits: Limits()) == file)
        }
        let entry = try Self.digest(["logFiles": "[\(Self.text(Self.entryMembers.reversed(), [:]))]"])
        #expect(try entry == Self.digest(["logFiles": "[\(Self.text(Self.entryMembers, [:]))]"]))
    }

    @Test func upperCaseHexIsAccepted() throws {
        let file = try Self.digest([
            "digestPublicKeyFingerprint": #""31E8B5433410DFB61A9DC45CC65B22FF""#,
            "previousDigestHashValue": "\"\(String(repeating: "AB", count: 32))\"",
            "previousDigestSignature": #""00FF""#,
            "logFiles": "[\(Self.text(Self.entryMembers, ["hashValue": "\"\(String(repeating: "CD", count: 32))\""]))]",
        ])
        #expect(file.problem == nil)
        #expect(file.fingerprint == "31e8b5433410dfb61a9dc45cc65b22ff")
        #expect(file.previousSignature == "00FF")
        #expect(file.previous?.hash == SHA256Digest([UInt8](repeating: 0xab, count: 32)))
        #expect(file.logFiles.first?.hash == SHA256Digest([UInt8](repeating: 0xcd, count: 32)))
    }

    @Test func unknownFieldsAreTolerated() throws {
        let plain = try Self.digest()
        let file = try Self.digest([
            "aNewField": #"{"deep":[{"digestEndTime":"x"},null,1.5e300,"\ud83d\ude42"]}"#, "another": "[[],[[]]]",
            "S3Bucket": "1",
            "logfiles": "1", "s3Bucket": "1", "hashValue": "null",
        ])
        #expect(file == plain)
        let entry = try Self.digest(entry: ["aNewField": #"{"s3Object":1}"#, "digestS3Object": "1"])
        #expect(entry.problem == nil)
        #expect(entry.logFiles.count == 2)
    }

    // MARK: What is judged once the signature holds

    @Test(
        arguments: [
            ("awsAccountId", "1"), ("digestSignatureAlgorithm", nil), ("digestSignatureAlgorithm", "null"),
            ("digestSignatureAlgorithm", "1"), ("newestEventTime", "1"), ("newestEventTime", #""x""#),
            ("oldestEventTime", "{}"),
            ("oldestEventTime", #""""#), ("logFiles", nil), ("logFiles", "null"), ("logFiles", "{}"),
            ("logFiles", #""[]""#),
            ("previousDigestHashAlgorithm", #""MD5""#), ("previousDigestHashAlgorithm", #""sha-256""#),
            ("previousDigestHashAlgorithm", #""SHA-256 ""#), ("previousDigestHashValue", #""ab""#),
            ("previousDigestHashValue", "7"),
            ("previousDigestSignature", #""xyz""#), ("previousDigestSignature", #""0""#),
            ("previousDigestSignature", #""""#),
            ("previousDigestS3Object", #""""#), ("previousDigestS3Bucket", #""a/b""#),
            ("previousDigestS3Bucket", #""""#),
        ] as [(String, String?)]
    )
    func otherBrokenFieldsAreAProblem(name: String, value: String?) throws {
        let file = try Self.digest([name: value])
        #expect(try #require(file.problem).contains(name))
    }

    @Test func unsupportedAlgorithmsAreKept() throws {
        #expect(try Self.digest(["digestSignatureAlgorithm": #""SHA1withRSA""#]).signatureAlgorithm == "SHA1withRSA")
        #expect(try Self.digest(["digestSignatureAlgorithm": "null"]).signatureAlgorithm == nil)
    }

    @Test func timesInTheWrongOrderAreAProblem() throws {
        let file = try Self.digest(["digestStartTime": #""2026-03-01T01:10:36Z""#])
        #expect(file.problem == "digestEndTime is before digestStartTime")
        #expect(try Self.digest(["digestStartTime": #""2026-03-01T01:10:35Z""#]).problem == nil)
    }

    @Test(arguments: [
        "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm",
        "previousDigestSignature",
    ])
    func aPreviousDigestPartlyNullIsAProblem(name: String) throws {
        let file = try Self.digest([name: "null"])
        #expect(file.problem == "\(name) is null")
        #expect(file.previous == nil)
        if name != "previousDigestSignature" {
            #expect(try Self.digest([name: nil]).problem == "\(name) is missing")
            #expect(!file.isStartingDigest)
        }
    }

    @Test(arguments: ["s3Bucket", "s3Object", "hashValue", "hashAlgorithm"])
    func brokenEntriesAreLeftOut(name: String) throws {
        for value in [nil, "null", "1", #""""#, "{}"] as [String?] {
            let file = try Self.digest(entry: [name: value])
            #expect(file.logFiles.count == 1)
            let problem = try #require(file.problem)
            #expect(problem.contains("entry 2") && problem.contains(name))
        }
    }

    @Test(arguments: [
        ("s3Bucket", #""a/b""#), ("hashAlgorithm", #""SHA-1""#), ("hashAlgorithm", #""sha-256""#),
        ("hashValue", #""abcd""#),
        ("hashValue", "\"\(String(repeating: "x", count: 64))\""),
        ("hashValue", "\"\(String(repeating: "ab", count: 33))\""),
    ])
    func entriesThatMakeNoSenseAreLeftOut(name: String, value: String) throws {
        let file = try Self.digest(entry: [name: value])
        #expect(file.logFiles.count == 1)
        #expect(file.problem?.hasPrefix("logFiles entry 2: \(name) is not") == true)
    }

    @Test func anEntrysEventTimesDoNotLoseIt() throws {
        let file = try Self.digest(entry: ["oldestEventTime": #""x""#])
        #expect(file.logFiles.count == 2)
        #expect(file.problem == "logFiles entry 2: oldestEventTime is not an ISO 8601 time")
        #expect(try Self.digest(entry: ["oldestEventTime": nil, "newestEventTime": nil]).problem == nil)
    }

    @Test(arguments: ["1", "null", "[]", #""x""#])
    func entriesThatAreNoObjectsAreAProblem(entry: String) throws {
        let file = try Self.digest(["logFiles": "[\(entry),\(Self.text(Self.entryMembers, [:]))]"])
        #expect(file.problem == "logFiles entry 1: not an object")
        #expect(file.logFiles.count == 1)
    }

    @Test func theFirstProblemIsKept() throws {
        let file = try Self.digest([
            "digestSignatureAlgorithm": "1", "logFiles": "[1,2]", "previousDigestHashValue": "1",
        ])
        #expect(file.problem == "digestSignatureAlgorithm is not a string")
    }

    // MARK: Limits

    @Test(arguments: [0, 1, 5])
    func theLimitOfEntriesIsExact(limit: Int) throws {
        var limits = Limits()
        limits.digestEntries = limit
        func list(_ count: Int) -> String {
            "[\([String](repeating: Self.text(Self.entryMembers, [:]), count: count).joined(separator: ","))]"
        }
        #expect(try Self.digest(["logFiles": list(limit)], limits: limits).logFiles.count == limit)
        #expect(
            Self.error(["logFiles": list(limit + 1)], limits: limits)
                == .overLimit("logFiles has more than \(limit) entries")
        )
        // Broken entries count too.
        let broken = "[\([String](repeating: "1", count: limit + 1).joined(separator: ","))]"
        #expect(
            Self.error(["logFiles": broken], limits: limits) == .overLimit("logFiles has more than \(limit) entries")
        )
    }

    @Test func theLimitOfDepthIsExact() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(Self.error(["new": nested(31)]) == nil)
        #expect(Self.error(["new": nested(32)]) == .overLimit("the JSON is nested deeper than 32"))
        #expect(Self.error(["digestS3Object": nested(32)]) == .overLimit("the JSON is nested deeper than 32"))
        #expect(Self.error(["logFiles": nested(40)]) == .overLimit("the JSON is nested deeper than 32"))
        let entry = Self.text(Self.entryMembers, ["new": nested(30)])
        #expect(Self.error(["logFiles": "[\(entry)]"]) == .overLimit("the JSON is nested deeper than 32"))
        #expect(Self.error(["logFiles": "[\(Self.text(Self.entryMembers, ["new": nested(29)]))]"]) == nil)
    }

    /// I8
    @Test func theLimitOfKeysIsExactAndInBytes() {
        for letter in ["k", "é"] {
            let longest = String(repeating: letter, count: 1024 / letter.utf8.count)
            for name in ["digestS3Object", "previousDigestS3Object"] {
                #expect(Self.error([name: "\"\(longest)\""]) == nil)
                #expect(
                    Self.error([name: "\"\(longest)k\""]) == .overLimit("\(name) is longer than 1024 bytes")
                )
            }
            let entry = Self.text(Self.entryMembers, ["s3Object": "\"\(longest)\""])
            #expect(Self.error(["logFiles": "[\(entry)]"]) == nil)
            let longer = Self.text(Self.entryMembers, ["s3Object": "\"\(longest)k\""])
            #expect(
                Self.error(["logFiles": "[\(longer)]"])
                    == .overLimit("logFiles entry 1: s3Object is longer than 1024 bytes")
            )
        }
    }

    @Test(arguments: [
        "digestPublicKeyFingerprint", "digestS3Bucket", "digestS3Object", "digestStartTime", "digestEndTime",
        "digestSignatureAlgorithm", "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue",
        "previousDigestHashAlgorithm", "previousDigestSignature",
    ])
    func textsHaveALimit(name: String) {
        let value = "\"\(String(repeating: "0", count: 4097))\""
        #expect(Self.error([name: value]) == .overLimit("\(name) is longer than 4096 bytes"))
        #expect(Self.error(["new": value]) == nil)
    }

    @Test func thePreviousSignatureMayFillTheLimit() throws {
        let file = try Self.digest(["previousDigestSignature": "\"\(String(repeating: "0", count: 4096))\""])
        #expect(file.problem == nil)
    }

    @Test func theLimitOfNamesIsOverTheLimit() {
        let names = (0..<5000).map { "\"n\($0)\":0" }.joined(separator: ",")
        guard case .overLimit = Self.error(["new": "{\(names)}"]) else {
            Issue.record("accepted, or malformed")
            return
        }
    }

    @Test func manyEntriesKeepTheirOrder() throws {
        let entries = (0..<2000).map { Self.text(Self.entryMembers, ["s3Object": "\"key\($0)\""]) }
        let file = try Self.digest(["logFiles": "[\(entries.joined(separator: ","))]"])
        #expect(file.logFiles.map(\.location.key.description) == (0..<2000).map { "key\($0)" })
    }
}
