import CloudTrailFormat
import Testing

@testable import CloudTrailIntegrity

@Suite struct SignatureManifestTests {
    private static let name = "111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260301T001035Z.json.gz"
    private static let key = "prefix/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/\(name)"
    private static let location = ObjectLocation(bucket: "bucket", key: ObjectKey(key))

    private static func manifest(_ texts: String...) throws -> SignatureManifest {
        var manifest = SignatureManifest()
        for text in texts { try manifest.add(reading: Array(text.utf8)) }
        return manifest
    }

    private static func signatures(_ text: String, at location: ObjectLocation = location) throws -> [String] {
        try manifest(text).signatures(for: location).map(\.signature)
    }

    private static func error(_ text: String) -> SignatureManifestError? {
        do {
            _ = try manifest(text)
            return nil
        } catch {
            return error as? SignatureManifestError
        }
    }

    // MARK: Shapes

    /// I13
    @Test func readsJSONLines() throws {
        let line =
            #"{"bucket":"bucket","key":"\#(Self.key)","metadata":{"signature":"00ff","signature-algorithm":"SHA256withRSA","#
            + #""backfill-generation-timestamp":"2026-03-02T00:00:00Z"}}"#
        let expected = SignatureMetadata(
            signature: "00ff",
            algorithm: "SHA256withRSA",
            backfillGenerationTime: Timestamp("2026-03-02T00:00:00Z")
        )
        for text in [
            line, line + "\n", "\n\n  \t\r\n" + line + "\r\n\r\n", " " + line + " \r\n",
            line.replacing("/", with: "\\/"),
        ] {
            let manifest = try Self.manifest(text)
            #expect(manifest.count == 1)
            #expect(manifest.signatures(for: Self.location) == [expected])
        }
    }

    /// I13
    @Test func readsTheOutputOfRclone() throws {
        let text = """
            [
            {"Path":"prefix","Name":"prefix","Size":-1,"MimeType":"inode/directory","ModTime":"2026-03-01T00:00:00Z","IsDir":true},
            {"Path":"\(Self.key)","Name":"\(Self.name)","Size":900,"MimeType":"application/json","ModTime":"2026-03-01T01:15:00Z","IsDir":false,\
            "Tier":"STANDARD","Metadata":{"btime":"2026-03-01T01:15:00Z","content-encoding":"gzip","content-type":"application/json",\
            "signature":"00ff","signature-algorithm":"SHA256withRSA","tier":"STANDARD"}},
            {"Path":"prefix/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/log.json.gz","IsDir":false,"Metadata":{"content-encoding":"gzip"}},
            {"Path":"prefix/other.txt","Size":1,"IsDir":false,"Metadata":null}
            ]
            """
        for variant in [
            text, text.replacing("\n", with: "\r\n"), text.replacing("\n", with: ""), "\n\t " + text + "\n",
        ] {
            let manifest = try Self.manifest(variant)
            #expect(manifest.count == 1)
            #expect(manifest.signatures(for: Self.location).map(\.signature) == ["00ff"])
            #expect(manifest.signatures(for: Self.location).first?.algorithm == "SHA256withRSA")
        }
        #expect(try Self.manifest("[]").count == 0)
        #expect(try Self.manifest("[1,null,\"x\",[],{}]").count == 0)
    }

    /// I13
    @Test func readsTheLinesOfS5cmd() throws {
        let line =
            #"{"key":"s3://bucket/\#(Self.key)","last_modified":"2026-03-01T01:15:00Z","type":"file","size":900,"etag":"00","#
            + #""content_type":"application/json","metadata":{"signature":"00ff","signature-algorithm":"SHA256withRSA"}}"#
        let log = #"{"key":"s3://bucket/prefix/AWSLogs/log.json.gz","size":5,"metadata":{}}"#
        let manifest = try Self.manifest("\(line)\n\(log)\n")
        #expect(manifest.count == 1)
        #expect(manifest.signatures(for: Self.location).map(\.signature) == ["00ff"])
        #expect(manifest.signatures(for: ObjectLocation(bucket: "other", key: ObjectKey(Self.key))).isEmpty)
    }

    @Test(arguments: ["\u{301}d.json.gz", "\u{200d}/d.json.gz", "\u{fe0f}d.json.gz", "/d.json.gz", "a//d.json.gz"])
    func anS3AddressIsSplitAtItsBytes(key: String) throws {
        let text = "{\"key\":\"s3://bucket/\(key)\",\"metadata\":{\"signature\":\"00\"}}"
        #expect(try Self.signatures(text, at: ObjectLocation(bucket: "bucket", key: ObjectKey(key))) == ["00"])
        #expect(try Self.signatures(text, at: ObjectLocation(bucket: "other", key: ObjectKey(key))).isEmpty)
    }

    @Test func namesOfMetadataInAnyCase() throws {
        for names in [
            ("signature", "signature-algorithm"), ("Signature", "Signature-Algorithm"),
            ("SIGNATURE", "SIGNATURE-ALGORITHM"),
            ("x-amz-meta-signature", "x-amz-meta-signature-algorithm"),
            ("X-Amz-Meta-Signature", "X-AMZ-META-Signature-Algorithm"),
        ] {
            let text =
                #"{"key":"\#(Self.key)","Metadata":{"\#(names.0)":"00ff","\#(names.1)":"SHA256withRSA","x":1,"y":{"z":[]}}}"#
            let found = try Self.manifest(text).signatures(for: Self.location)
            #expect(
                found == [SignatureMetadata(signature: "00ff", algorithm: "SHA256withRSA", backfillGenerationTime: nil)]
            )
        }
    }

    @Test(arguments: [
        "{}", "null", "1", "\"00ff\"", "[]", #"{"signature":1}"#, #"{"signature":null}"#, #"{"signature":""}"#,
        #"{"signature-algorithm":"SHA256withRSA"}"#,
        #"{"x-amz-meta-x-amz-meta-signature":"00"}"#, #"{" signature":"00"}"#,
    ])
    func metadataWithoutASignatureIsPassedOver(metadata: String) throws {
        let text = #"{"bucket":"bucket","key":"\#(Self.key)","metadata":\#(metadata)}"#
        #expect(try Self.manifest(text).count == 0)
        #expect(try Self.signatures("[\(text)]").isEmpty)
    }

    @Test func aBackfillTimeThatIsNoneIsPassedOver() throws {
        let text = #"{"key":"\#(Self.key)","metadata":{"signature":"00","backfill-generation-timestamp":"x"}}"#
        #expect(try Self.manifest(text).signatures(for: Self.location).first?.backfillGenerationTime == nil)
    }

    // MARK: Which object

    @Test func severalSignaturesOfOneObjectAreAllKept() throws {
        func line(_ signature: String) -> String {
            #"{"bucket":"bucket","key":"\#(Self.key)","metadata":{"signature":"\#(signature)"}}"#
        }
        #expect(
            try Self.signatures([line("00"), line("01"), line("00")].joined(separator: "\n")) == ["00", "01", "00"]
        )
        let manifest = try Self.manifest(line("00"), "[\(line("02"))]")
        #expect(manifest.count == 2)
        #expect(manifest.signatures(for: Self.location).map(\.signature) == ["00", "02"])
    }

    /// What is not asked for is not there: the answer that is cheap leaves nothing out.
    @Test func namesOfOtherTimesAreNotLookedFor() throws {
        let names = SharedNames()
        let known = names.key(ObjectKey(Self.key))
        let other = names.key(ObjectKey(Self.key.replacing("T0", with: "T1")))
        let none = names.key(ObjectKey("AWSLogs/a file of any name"))
        #expect(known.isDigestFile && other.isDigestFile && known != other && !none.isDigestFile)
        let manifest = try Self.manifest(#"{"bucket":"bucket","key":"\#(Self.key)","metadata":{"signature":"00"}}"#)
        #expect(manifest.mayHoldSignature(ofName: known))
        #expect(!manifest.mayHoldSignature(ofName: other))
        // Its time is not known.
        #expect(manifest.mayHoldSignature(ofName: none))
        #expect(!SignatureManifest().mayHoldSignature(ofName: known))
    }

    @Test(arguments: [
        name, "01/\(name)", "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/\(name)", key, "bucket/\(key)",
        "a/b/\(key)",
        "/\(key)", "prefix//AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01//\(name)",
    ])
    func aPathMayLackTheFrontOrHaveMoreOfIt(path: String) throws {
        let text = #"[{"Path":"\#(path)","Metadata":{"signature":"00"}}]"#
        #expect(try Self.signatures(text) == ["00"])
        let collapsing = ObjectLocation(
            bucket: "bucket",
            key: ObjectKey(Self.key.replacing("prefix/", with: "prefix//"))
        )
        #expect(try Self.signatures(text, at: collapsing) == ["00"])
    }

    @Test(arguments: [
        "1/\(name)", "x/\(name)", "02/\(name)", "x\(name)", String(name.dropFirst()), "xprefix\(key.dropFirst(6))",
        "x\(key)",
        "other/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/\(name)", "\(key)/x", "", "/", "\(key)/",
        "\(key.lowercased())",
    ])
    func onlyWholeComponentsMatch(path: String) throws {
        #expect(try Self.signatures(#"[{"Path":"\#(path)","Metadata":{"signature":"00"}}]"#).isEmpty)
    }

    @Test func anotherBucketDoesNotMatch() throws {
        let named = #"{"bucket":"bucket","key":"\#(Self.key)","metadata":{"signature":"00"}}"#
        let unnamed = #"{"key":"\#(Self.key)","metadata":{"signature":"01"}}"#
        let text = "\(named)\n\(unnamed)"
        #expect(try Self.signatures(text) == ["00", "01"])
        for bucket in ["other", "Bucket", "bucket ", ""] {
            #expect(try Self.signatures(text, at: ObjectLocation(bucket: bucket, key: ObjectKey(Self.key))) == ["01"])
        }
    }

    @Test func aKeyIsNotNormalised() throws {
        let text = #"{"key":"caf\u00e9.json.gz","metadata":{"signature":"00"}}"#
        #expect(
            try Self.signatures(text, at: ObjectLocation(bucket: "b", key: ObjectKey("caf\u{e9}.json.gz"))) == ["00"]
        )
        #expect(
            try Self.signatures(text, at: ObjectLocation(bucket: "b", key: ObjectKey("cafe\u{301}.json.gz"))).isEmpty
        )
    }

    /// I13
    @Test func byteOrderMarksAreReadOver() throws {
        let text = #"{"key":"caf\u00e9.json.gz","metadata":{"signature":"00"}}"#
        for bytes in [
            Array("\u{feff}\(text)".utf8), Array("\n\u{feff}\(text)\n\u{feff}\n".utf8),
            ([0xfeff] + Array(text.utf16)).flatMap {
                [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
            },
        ] {
            var manifest = SignatureManifest()
            try manifest.add(reading: bytes)
            #expect(manifest.count == 1)
        }
    }

    @Test func anEmptyManifestHasNone() throws {
        for text in ["", "\n", "\r\n\r\n", " \t\n"] {
            #expect(try Self.manifest(text).count == 0)
        }
        #expect(SignatureManifest().signatures(for: Self.location).isEmpty)
    }

    // MARK: Errors

    @Test(arguments: [
        ("{}", 1), ("\n\n{}", 3), ("GOOD\nGOOD\n{\n", 3), ("GOOD\n\n\r\nnull", 4), ("GOOD GOOD", 1), ("GOOD,\nGOOD", 1),
        ("x", 1),
        ("GOOD\n\"x\"", 2), ("GOOD\n[]", 2), ("{\"bucket\":\"b\"}", 1), ("{\"key\":1}", 1), ("{\"key\":null}", 1),
        ("GOOD\n{\"key\":\"s3://bucket\"}", 2), ("GOOD\n{\"key\":\"a\",\"key\":\"b\"}", 2), ("GOOD\nx\u{feff}GOOD", 2),
        ("GOOD\n\0", 2),
        ("[\nGOOD,\nGOOD\nGOOD\n]", 4), ("[\nGOOD,\n]", 3), ("[\nGOOD", 2), ("[\nGOOD\n]\n[", 4), ("\n\n[\nx", 4),
        ("[{\"a\":1,\n\"a\":2}]", 2),
        ("GOOD\n{\"key\":\"a\",\"metadata\":{\"signature\":\"0\",\"signature\":\"1\"}}", 2), ("GOOD\r{", 1),
    ])
    func errorsNameTheLine(text: String, line: Int) throws {
        let good = #"{"key":"k","metadata":{"signature":"00"}}"#
        let error = try #require(Self.error(text.replacing("GOOD", with: good)))
        #expect(error.line == line, "\(error)")
        #expect(error.description.hasPrefix("line \(line): "))
    }

    @Test func aLineThatNamesNoObjectSaysWhatIsNeeded() throws {
        let error = try #require(Self.error(#"{"metadata":{"signature":"00"}}"#))
        #expect(error.reason == #"it names no object: a "key" (and "bucket") or a "Path" is needed"#)
    }

    @Test func errorsCannotForgeLines() throws {
        let error = try #require(Self.error(#"{"\u001b\n":1,"\u001b\n":2}"#))
        #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test func aFileThatIsRefusedAddsNothing() throws {
        let good = #"{"key":"k","metadata":{"signature":"00"}}"#
        var manifest = try Self.manifest(good)
        #expect(throws: SignatureManifestError.self) { try manifest.add(reading: Array("\(good)\n{}".utf8)) }
        #expect(throws: SignatureManifestError.self) { try manifest.add(reading: Array("[\(good),".utf8)) }
        #expect(manifest.count == 1)
        #expect(manifest.signatures(for: ObjectLocation(bucket: "b", key: ObjectKey("k"))).count == 1)
    }

    @Test func depthIsBounded() {
        #expect(Self.error(String(repeating: "[", count: 100_000))?.line == 1)
        #expect(Self.error("{\"x\":" + String(repeating: "[", count: 100_000))?.line == 1)
    }
}

@Suite struct SignatureMetadataTests {
    @Test func readsAnAnswerOfHeadObject() throws {
        let answer = """
            {
                "AcceptRanges": "bytes",
                "LastModified": "2026-03-01T01:15:00+00:00",
                "ContentLength": 900,
                "ETag": "\\"0123\\"",
                "ContentEncoding": "gzip",
                "ContentType": "application/json",
                "Metadata": {
                    "signature-algorithm": "SHA256withRSA",
                    "signature": "00ff",
                    "backfill-generation-timestamp": "2026-03-02T00:00:00Z"
                }
            }

            """
        let expected = SignatureMetadata(
            signature: "00ff",
            algorithm: "SHA256withRSA",
            backfillGenerationTime: Timestamp("2026-03-02T00:00:00Z")
        )
        #expect(try SignatureMetadata(headObjectAnswer: Array(answer.utf8)) == expected)
        #expect(try SignatureMetadata(headObjectAnswer: Array(answer.replacing("\n", with: "\r\n").utf8)) == expected)
        let bytes = Array(answer.utf8)
        for count in 0..<(bytes.count - 2) {
            #expect(throws: HeadObjectFault.self) {
                try SignatureMetadata(headObjectAnswer: Array(bytes.prefix(count)))
            }
        }
    }

    @Test(arguments: [
        "", "null", "[]", "{}", #"{"Metadata":{}}"#, #"{"Metadata":null}"#, #"{"Metadata":"00"}"#,
        #"{"signature":"00"}"#,
        #"{"Metadata":{"signature":"00"}}x"#, #"{"Metadata":{"signature":"00"}}{}"#,
        #"[{"Metadata":{"signature":"00"}}]"#,
        #"{"Metadata":{"signature":"00"},"Metadata":{"signature":"01"}}"#, #"{"x":{"Metadata":{"signature":"00"}}}"#,
        #"{"Metadata":{"signature":["00"]}}"#,
    ])
    func otherAnswersHaveNone(text: String) {
        #expect(throws: HeadObjectFault.self) { try SignatureMetadata(headObjectAnswer: Array(text.utf8)) }
    }

    @Test func readsThroughAFunction() {
        let values = [
            "signature": "00", "signature-algorithm": "x", "backfill-generation-timestamp": "2026-03-02T00:00:00Z",
        ]
        #expect(
            SignatureMetadata { values[$0] }
                == SignatureMetadata(
                    signature: "00",
                    algorithm: "x",
                    backfillGenerationTime: Timestamp("2026-03-02T00:00:00Z")
                )
        )
        #expect(SignatureMetadata { $0 == "signature" ? nil : values[$0] } == nil)
    }
}
