import CloudTrailFormat
import Foundation
import NativeInterop
import Testing

@testable import CloudTrailIntegrity

@Suite struct PublicKeySetTests {
    private struct Key {
        let der: [UInt8]
        let subjectPublicKeyInfo: [UInt8]

        init(_ seed: UInt8) throws {
            let key = try RSASigningKey(seed: [seed])
            der = key.publicKeyDER
            subjectPublicKeyInfo = key.subjectPublicKeyInfoDER
        }
    }

    private static let keys = Result { [try Key(1), try Key(2)] }

    private let first: Key
    private let second: Key

    init() throws {
        let keys = try Self.keys.get()
        first = keys[0]
        second = keys[1]
    }

    private static func fingerprint(_ der: [UInt8]) throws -> String {
        Hex.encode(try MD5.of(der))
    }

    /// An entry of the list; the times as JSON text.
    private static func entry(_ der: [UInt8], from: String? = "1453076702.0", until: String? = "1455668702.0") throws
        -> String
    {
        var members = [
            "\"Value\":\"\(Data(der).base64EncodedString())\"", "\"Fingerprint\":\"\(try fingerprint(der))\"",
        ]
        if let from { members.append("\"ValidityStartTime\":\(from)") }
        if let until { members.append("\"ValidityEndTime\":\(until)") }
        return "{\(members.joined(separator: ","))}"
    }

    private static func set(_ texts: String...) throws -> PublicKeySet {
        var set = PublicKeySet()
        for (number, text) in texts.enumerated() { try set.add(reading: Array(text.utf8), name: "file\(number)") }
        return set
    }

    private static func error(_ text: String) -> String? {
        do {
            _ = try set(text)
            return nil
        } catch {
            return (error as? PublicKeySetError)?.description ?? "another error: \(error)"
        }
    }

    // MARK: Shapes

    @Test func readsEveryShapeSeenInTheWild() throws {
        let one = try Self.entry(first.der)
        let two = try Self.entry(second.der)
        let texts = [
            "{\"PublicKeyList\":[\(one),\(two)]}", "{\"publicKeyList\":[\(one),\(two)]}", "[\(one),\(two)]",
            "{\"PublicKeyList\":[\(one)]}{\"PublicKeyList\":[\(two)]}",
            "{\"PublicKeyList\":[\(one)]}\n\n{\"publicKeyList\":[\(two)]}\n",
            "[\(one)]\n[\(two)]", "{\"PublicKeyList\":[]}{\"PublicKeyList\":[\(one),\(two)]}",
            " \r\n{ \"NextToken\" : null , \"PublicKeyList\" : [ \(one) , \(two) ] , \"x\": {\"y\":[1]} } \r\n",
            "{\"PublicKeyList\":[\(one)],\"publicKeyList\":[\(two)]}",
            // `jq -s`, `--query 'PublicKeyList[0]'`, and both.
            "[{\"PublicKeyList\":[\(one)]},{\"PublicKeyList\":[\(two)],\"NextToken\":null}]", "\(one)\n\(two)\n",
            "[[\(one)],\(two)]", "\u{feff}[\(one),\(two)]", "\u{feff}[\(one)]\u{feff}[\(two)]",
            one.replacing("/", with: "/\\n") + two,
        ]
        for text in texts {
            let set = try Self.set(text)
            #expect(set.count == 2)
            for key in [first, second] {
                let fingerprint = try Self.fingerprint(key.der)
                let found = try #require(set.key(fingerprint: fingerprint))
                #expect(found.der == key.der)
                #expect(found.validFrom == Timestamp(secondsSinceEpoch: 1_453_076_702))
                #expect(found.validUntil == Timestamp(secondsSinceEpoch: 1_455_668_702))
                #expect(found.key.encoding == .pkcs1)
            }
        }
    }

    @Test func readsBothEncodings() throws {
        let set = try Self.set("[\(try Self.entry(first.der)),\(try Self.entry(first.subjectPublicKeyInfo))]")
        #expect(set.count == 2)
        let found = try #require(set.key(fingerprint: try Self.fingerprint(first.subjectPublicKeyInfo)))
        #expect(found.key.encoding == .subjectPublicKeyInfo)
    }

    @Test(
        arguments: [
            ("1453076702.0", 1_453_076_702), ("1453076702", 1_453_076_702), ("1453076702.999", 1_453_076_702),
            ("1.453076702E9", 1_453_076_702),
            ("1.453076702e+09", 1_453_076_702), ("\"1453076702.0\"", 1_453_076_702), ("\"1453076702\"", 1_453_076_702),
            ("\"1.453076702E9\"", 1_453_076_702), ("\"2016-01-18T00:25:02Z\"", 1_453_076_702),
            ("\"2016-01-18 00:25:02+00:00\"", 1_453_076_702), ("\"2016-01-18 00:25:02.5Z\"", 1_453_076_702),
            ("\"2016-01-18T01:25:02+01:00\"", 1_453_076_702), ("\"2016-01-17T19:25:02.000-05:00\"", 1_453_076_702),
            ("0", 0), ("-1", -1), ("-0.5", -1), ("1e18", 253_402_300_799), ("null", nil), (nil, nil),
        ] as [(String?, Int64?)]
    )
    func readsTimes(text: String?, seconds: Int64?) throws {
        let set = try Self.set("[\(try Self.entry(first.der, from: text, until: text))]")
        let found = try #require(set.key(fingerprint: try Self.fingerprint(first.der)))
        #expect(found.validFrom?.secondsSinceEpoch == seconds)
        #expect(found.validUntil?.secondsSinceEpoch == seconds)
    }

    @Test(arguments: [
        "\"\"", "\"x\"", "true", "{}", "[1]", "1e400", "1e19", "\"nan\"", "\"inf\"", "\"0x10\"", "\" 1\"", "\"1 \"",
        "\"2016-01-18\"",
        "\"2016-01-18T00:25:02\"", "\"0x1p4\"", "\"-\"",
    ])
    func otherTimesAreNoted(text: String) throws {
        for (entry, name) in [
            (try Self.entry(first.der, from: text), "ValidityStartTime"),
            (try Self.entry(first.der, until: text), "ValidityEndTime"),
        ] {
            let set = try Self.set("[\(entry)]")
            let key = try #require(set.key(fingerprint: try Self.fingerprint(first.der)))
            #expect(key.unreadableTimes == [name])
            #expect((key.validFrom == nil) == (name == "ValidityStartTime"))
            #expect((key.validUntil == nil) == (name == "ValidityEndTime"))
        }
    }

    @Test func boundsThatAreNotKnownExcludeNothing() throws {
        func key(_ from: String?, _ until: String?) throws -> PublicKey {
            let set = try Self.set("[\(try Self.entry(first.der, from: from, until: until))]")
            return try #require(set.key(fingerprint: try Self.fingerprint(first.der)))
        }
        func isValid(_ key: PublicKey) -> [Bool] {
            [9, 10, 15, 20, 21].map { key.isValid(at: Timestamp(secondsSinceEpoch: $0)) }
        }
        #expect(isValid(try key("10", "20")) == [false, true, true, true, false])
        #expect(isValid(try key(nil, "20")) == [true, true, true, true, false])
        #expect(isValid(try key("10", nil)) == [false, true, true, true, true])
        #expect(isValid(try key(nil, nil)) == [true, true, true, true, true])
    }

    // MARK: Fingerprints

    @Test func theFingerprintIsComputedAndCompared() throws {
        let value = Data(first.der).base64EncodedString()
        let fingerprint = try Self.fingerprint(first.der)
        #expect(try Self.set("[{\"Value\":\"\(value)\"}]").key(fingerprint: fingerprint) != nil)
        let upper = try Self.set("[{\"Value\":\"\(value)\",\"Fingerprint\":\"\(fingerprint.uppercased())\"}]")
        #expect(upper.key(fingerprint: fingerprint) != nil)
        #expect(upper.key(fingerprint: fingerprint.uppercased()) == nil)
        for wrong in [try Self.fingerprint(second.der), "", String(fingerprint.dropLast()), fingerprint + "0"] {
            #expect(
                Self.error("[{\"Value\":\"\(value)\",\"Fingerprint\":\"\(wrong)\"}]")
                    == "key 1: the fingerprint \(wrong) is not the MD5 of its value, which is \(fingerprint)"
            )
        }
    }

    @Test func errorsCannotForgeLines() throws {
        let value = Data(first.der).base64EncodedString()
        for text in [
            "[{\"Value\":\"\(value)\",\"Fingerprint\":\"\\u001b[2J\\nvalid\"}]", "{\"\\u001b\\n\":1,\"\\u001b\\n\":2}",
        ] {
            let error = try #require(Self.error(text))
            #expect(!error.unicodeScalars.contains { $0.value < 0x20 }, "\(error)")
            #expect(error.contains("\\u{1b}"))
        }
    }

    @Test func theSameKeyTwiceIsOneKey() throws {
        let entry = try Self.entry(first.der)
        let set = try Self.set("[\(entry),\(entry)]", "{\"PublicKeyList\":[\(entry)]}")
        #expect(set.count == 1)
        #expect(set.sources.map(\.name) == ["file0", "file1"])
    }

    @Test func sourcesAreNamedWithTheirHash() throws {
        let text = "[\(try Self.entry(first.der))]"
        let set = try Self.set(text)
        #expect(set.sources.map(\.sha256) == [Hex.encode(try SHA256Digest.of(Array(text.utf8)).bytes)])
        #expect(set.sources.first?.sha256.utf8.count == 64)
    }

    @Test func anEmptySetHasNoKey() {
        #expect(PublicKeySet().count == 0)
        #expect(PublicKeySet().key(fingerprint: "") == nil)
        #expect(PublicKeySet().sources.isEmpty)
    }

    @Test func aFileThatIsRefusedAddsNothing() throws {
        var set = try Self.set("[\(try Self.entry(first.der))]")
        let broken = "[\(try Self.entry(second.der)),{}]"
        #expect(throws: PublicKeySetError.self) { try set.add(reading: Array(broken.utf8), name: "broken") }
        #expect(set.count == 1)
        #expect(set.sources.count == 1)
    }

    // MARK: What is refused

    // Two keys whose fingerprints truly are the same would be a collision of MD5; what a file can do is to claim it.
    /// I11
    @Test func anotherKeyUnderAKnownFingerprintIsRefused() throws {
        var set = try Self.set("[\(try Self.entry(first.der))]")
        let fingerprint = try Self.fingerprint(first.der)
        let other = try Self.fingerprint(second.der)
        let claimed = try Self.entry(second.der).replacing(other, with: fingerprint)
        for text in ["[\(claimed)]", "[\(try Self.entry(first.der)),\(claimed)]"] {
            let error = #expect(throws: PublicKeySetError.self) {
                try set.add(reading: Array(text.utf8), name: "second")
            }
            #expect(
                error?.description.hasSuffix(
                    "the fingerprint \(fingerprint) is not the MD5 of its value, which is \(other)"
                ) == true
            )
            #expect(set.sources.map(\.name) == ["file0"])
            #expect(set.key(fingerprint: fingerprint)?.der == first.der)
            #expect(set.key(fingerprint: other) == nil)
        }
        // Without the claim it is another key, and the same key in a second file is the same.
        try set.add(reading: Array("[\(try Self.entry(second.der)),\(try Self.entry(first.der))]".utf8), name: "second")
        #expect(set.count == 2)
    }

    @Test(arguments: [
        ("", "it is empty"), (" \n", "it is empty"), ("\u{feff}", "it is empty"), ("\0", "not JSON"),
        ("null", "no PublicKeyList"), ("1", "no PublicKeyList"), ("\"x\"", "no PublicKeyList"), ("<xml/>", "not JSON"),
        ("-----BEGIN PUBLIC KEY-----", "it is PEM"), ("\u{feff}[]", "no public key"),
        ("PublicKeyList:\n- Fingerprint: a", "it is YAML: fetch it with --output json"),
        ("- Fingerprint: a", "it is YAML"), ("PUBLICKEYLIST\ta\tb", "text output: fetch it with --output json"),
        ("-----\n| ListPublicKeys |", "it is a table"),
        (
            "\nAn error occurred (AccessDeniedException) when calling \u{1b}[2J\nmore",
            "an error message of the AWS CLI and no keys: An error occurred (AccessDeniedException) when calling \\u{1b}[2J"
        ),
        ("{}", "no PublicKeyList"), ("{\"Keys\":[]}", "no PublicKeyList"), ("[]", "no public key"),
        ("{\"PublicKeyList\":[]}", "no public key"), ("{\"PublicKeyList\":{}}", "not a list"),
        ("{\"PublicKeyList\":null}", "not a list"),
        ("{\"PublicKeyList\":\"x\"}", "not a list"), ("[1]", "key 1: not an object"), ("[[]]", "no public key"),
        ("[null]", "key 1: not an object"), ("[{}]", "key 1: Value is missing"),
        ("[{\"Value\":1}]", "key 1: Value is not a string"),
        ("[{\"Value\":null}]", "key 1: Value is not a string"),
        ("[{\"Value\":\"\"}]", "key 1: the value is not an RSA public key"),
        ("[{\"Value\":\"AAAA\"}]", "key 1: the value is not an RSA public key"),
        ("[{\"Value\":\"A\"}]", "key 1: Value is not Base64"),
        ("[{\"Value\":\"AA==\\n\"}]", "key 1: the value is not an RSA public key"),
        ("[{\"Value\":\"AAAA\",\"Fingerprint\":1}]", "Fingerprint is not a string"),
        ("[{\"Value\":\"AAAA\",\"Value\":\"AAAA\"}]", "appears twice"),
        ("[{\"Value\":\"\\u0000\"}]", "key 1: Value is not Base64"),
        ("{\"PublicKeyList\":[],\"PublicKeyList\":[]}", "appears twice"),
        ("[{\"Value\":\"AAAA\",\"PublicKeyList\":[]}]", "an answer and a key at once"), ("[", "ends inside a value"),
    ])
    func refuses(text: String, reason: String) throws {
        let error = try #require(Self.error(text))
        #expect(reason.split(separator: "|").contains { error.contains($0) }, "\(error)")
    }

    /// I11
    @Test func aPageOfSeveralIsNoted() throws {
        let one = try Self.entry(first.der)
        for (text, isNoted) in [
            ("{\"PublicKeyList\":[\(one)],\"NextToken\":\"a\"}", true),
            ("{\"PublicKeyList\":[\(one)],\"NextToken\":\"\"}", false),
            ("{\"NextToken\":null,\"PublicKeyList\":[\(one)]}", false), (one, false),
        ] {
            #expect(try PublicKeyFile(reading: Array(text.utf8)).hasNextPage == isNoted)
        }
    }

    @Test func refusesWhatFollows() throws {
        let entry = try Self.entry(first.der)
        for suffix in ["x", "\0", "]", "}", ",", "{", "[", "{}", "1", "//"] {
            #expect(Self.error("[\(entry)]\(suffix)") != nil, "\(suffix)")
        }
        for count in stride(from: 0, to: entry.utf8.count, by: 7) {
            #expect(Self.error("[\(entry.prefix(count))") != nil)
        }
    }

    @Test func theNumberOfTheKeyIsNamed() throws {
        let entry = try Self.entry(first.der)
        #expect(Self.error("[\(entry),\(entry),{}]") == "key 3: Value is missing")
        #expect(Self.error("[\(entry)][\(entry),{}]") == "key 3: Value is missing")
    }

    @Test func keysThatAreNoRSAKeysAreRefused() throws {
        let value = Data(first.der + [0]).base64EncodedString()
        #expect(Self.error("[{\"Value\":\"\(value)\"}]")?.contains("not an RSA public key") == true)
        let cut = Data(first.der.dropLast()).base64EncodedString()
        #expect(Self.error("[{\"Value\":\"\(cut)\"}]")?.contains("not an RSA public key") == true)
        let huge = String(repeating: "AAAA", count: 100_000)
        #expect(Self.error("[{\"Value\":\"\(huge)\"}]")?.contains("not an RSA public key") == true)
    }

    /// `RSAPublicKey` with an odd modulus of this many bits: no signature is verified with it.
    private static func der(bits: Int, exponent: [UInt8] = [1, 0, 1]) -> [UInt8] {
        func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            let count = content.count
            let length = count < 128 ? [UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xff)]
            return [tag] + (count < 128 || count > 255 ? length : [0x81, UInt8(count)]) + content
        }
        func integer(_ bytes: [UInt8]) -> [UInt8] { element(2, (bytes[0] >= 0x80 ? [0] : []) + bytes) }
        var modulus = [UInt8](repeating: 0x5a, count: (bits + 7) / 8)
        modulus[0] = 1 << UInt8((bits - 1) % 8)
        modulus[modulus.count - 1] |= 1
        return element(0x30, integer(modulus) + integer(exponent))
    }

    @Test(arguments: [512, 1024, 1536, 2040, 2047, 8193, 12288, 16384])
    func keysOfTheWrongSizeAreRefusedWithTheirSize(bits: Int) throws {
        let error = Self.error("[\(try Self.entry(first.der)),\(try Self.entry(Self.der(bits: bits)))]")
        #expect(error == "key 2: the key has \(bits) bits, not 2048 to 8192")
    }

    @Test(arguments: [2048, 2049, 3072, 4096, 8192])
    func keysOfTheRightSizesAreTaken(bits: Int) throws {
        #expect(try Self.set("[\(try Self.entry(Self.der(bits: bits)))]").count == 1)
    }

    @Test(arguments: [[1], [2], [1, 0, 0], [1, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0, 0, 1]] as [[UInt8]])
    func unsafeExponentsAreRefusedWithTheirReason(exponent: [UInt8]) throws {
        let error = Self.error("[\(try Self.entry(Self.der(bits: 2048, exponent: exponent)))]")
        #expect(error == "key 1: the key's public exponent is not odd, above 1 and at most 32 bits long")
        #expect(try Self.set("[\(try Self.entry(Self.der(bits: 2048, exponent: [3])))]").count == 1)
    }

    @Test func depthIsBounded() {
        #expect(Self.error(String(repeating: "[", count: 100_000)) != nil)
        #expect(Self.error("{\"x\":" + String(repeating: "[", count: 100_000)) == "nested too deep at byte 37")
    }

    // MARK: Published keys

    // Disabled where the published files do not stand beside the repository.
    @Test(
        .enabled(if: PublishedFile.areAvailable),
        arguments: [
            ("awscli-list-public-keys.json", 1), ("awsdocs-list-public-keys.json", 3),
            ("cloudtrail-public-keys-1594.json", 1594),
        ]
    )
    func publishedKeysAreRead(name: String, count: Int) throws {
        let bytes = try PublishedFile.bytes(name)
        var set = PublicKeySet()
        try set.add(reading: bytes, name: name)
        #expect(set.count == count)
        let answer = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let list = try #require((answer["PublicKeyList"] ?? answer["publicKeyList"]) as? [[String: Any]])
        #expect(list.count == count)
        for entry in list {
            let key = try #require(set.key(fingerprint: entry["Fingerprint"] as? String ?? ""))
            let value = try #require(entry["Value"] as? String)
            try #require(Data(base64Encoded: value) == Data(key.der))
            let start = try #require(
                (entry["ValidityStartTime"] as? NSNumber)?.doubleValue
                    ?? Double(entry["ValidityStartTime"] as? String ?? "")
            )
            try #require(key.validFrom?.secondsSinceEpoch == Int64(start))
            try #require(key.isValid(at: Timestamp(secondsSinceEpoch: Int64(start))))
        }
    }

    @Test func namesAreComparedByTheirBytes() throws {
        let good = "{\"PublicKeyList\":[\(try Self.entry(first.der))]}"
        #expect(Self.error(good) == nil)
        // A Kelvin sign is a K to Unicode.
        #expect(
            Self.error(good.replacing("KeyList", with: "\u{212a}eyList"))
                == "it has no PublicKeyList: not an answer of ListPublicKeys"
        )
    }
}
