import CloudTrailFormat
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

/// What `--diagnose` tells of an archive.
@Suite("The structure of an archive, without identities")
struct DiagnosisTests {
    private typealias Counts = ArchiveDiagnosis.Counts

    private static let hour = HandmadeArchive.hour

    private func counts<Seen>(_ counts: Counts<Seen>) -> [Seen: Int] {
        #expect(counts.others == 0)
        return Dictionary(uniqueKeysWithValues: counts.counts.map { ($0.seen, $0.count) })
    }

    private func shapes(_ fields: [ArchiveDiagnosis.Field]) -> [String: [String: Int]] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0.name, counts($0.shapes)) })
    }

    private func agreements(_ digests: ArchiveDiagnosis.Digests) -> [String: [Int]] {
        Dictionary(uniqueKeysWithValues: digests.agreements.map { ($0.statement, [$0.holds, $0.fails]) })
    }

    private func diagnose(
        _ sample: Sample,
        _ sources: [any ArchiveSource]? = nil,
        withManifest: Bool = true
    ) throws -> ArchiveDiagnosis {
        let manifest = withManifest ? sample.manifest : SignatureManifest()
        return try Validator(keys: sample.keys, signatures: manifest).diagnose(sources ?? [sample.archive])
    }

    private func diagnose(_ made: HandmadeArchive) throws -> ArchiveDiagnosis {
        var manifest = SignatureManifest()
        try manifest.add(reading: Array(made.manifestText.utf8))
        return try Validator(keys: made.keys, signatures: manifest).diagnose([made.archive])
    }

    // MARK: What is told

    @Test("a sample has the fields that CloudTrail documents, in their order, and the shapes that it gives them")
    func sample() throws {
        let diagnosis = try diagnose(try Sample())
        #expect(diagnosis.held == 104)
        #expect(diagnosis.chosen == 104)
        #expect(diagnosis.unreadable == 0)
        #expect(diagnosis.regularChains == 4)
        #expect(diagnosis.backfillChains == 0)
        #expect(diagnosis.backfill.read == 0)
        let regular = diagnosis.regular
        #expect(regular.read == 104)
        #expect(regular.notJSON + regular.malformed + regular.keysUnknown == 0)
        #expect(regular.listings == 312)
        #expect(regular.listingsSeen == 312)
        let order =
            "awsAccountId,digestStartTime,digestEndTime,digestS3Bucket,digestS3Object,digestPublicKeyFingerprint,"
            + "digestSignatureAlgorithm,newestEventTime,oldestEventTime,previousDigestS3Bucket,previousDigestS3Object,"
            + "previousDigestHashValue,previousDigestHashAlgorithm,previousDigestSignature,logFiles"
        #expect(counts(regular.object.orders) == [order: 104])
        let entryOrder = "s3Bucket,s3Object,hashValue,hashAlgorithm,newestEventTime,oldestEventTime"
        #expect(counts(regular.entry.orders) == [entryOrder: 312])
        let fields = shapes(regular.object.fields)
        #expect(fields.count == 15)
        #expect(fields["awsAccountId"] == ["string: 12 digits": 104])
        #expect(fields["digestEndTime"] == ["string: time with Z": 104])
        #expect(fields["digestPublicKeyFingerprint"] == ["string: hex of 32 digits, lower case": 104])
        #expect(fields["digestSignatureAlgorithm"] == ["string: SHA256withRSA": 104])
        #expect(fields["previousDigestSignature"] == ["string: hex of 512 digits, lower case": 100, "null": 4])
        #expect(fields["logFiles"] == ["array": 104])
        let entries = shapes(regular.entry.fields)
        #expect(entries["hashValue"] == ["string: hex of 64 digits, lower case": 312])
        #expect(entries["hashAlgorithm"] == ["string: SHA-256": 312])
        #expect(counts(regular.spaces).isEmpty)
        #expect(counts(regular.escapes).keys.sorted() == ["/ as it is"])
        #expect(counts(regular.links) == ["to null": 4, "to regular, held with the hash": 100])
        #expect(counts(regular.windows) == [3600: 104])
        #expect(counts(regular.distances) == [0: 100])
        #expect(counts(regular.keyBits) == [2048: 104])
        #expect(counts(regular.signatures) == ["manifest: verifies": 104, "successor: verifies": 100])
        #expect(counts(regular.categories) == ["CloudTrail": 312])
        let delays = counts(regular.listingDelays)
        #expect(delays.values.reduce(0, +) == 312)
        #expect(delays.keys.allSatisfy { (0...60).contains($0) })
        let folders = "AWSLogs/ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/"
        let name = "ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ.json.gz"
        let keys = shapes(regular.keys)
        #expect(keys["digest file"] == [folders + name: 104])
        #expect(keys["predecessor"] == [folders + name: 100])
        let listed =
            "AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_UNIQUE of 16.json.gz"
        #expect(keys["listed"] == [listed: 312])
        let statements = agreements(regular)
        #expect(statements["awsAccountId is the account in the file's name"] == [104, 0])
        #expect(statements["the predecessor has the account, region, trail and home region"] == [100, 0])
        #expect(statements["the key is valid at digestEndTime"] == [104, 0])
    }

    @Test("a backfill digest file is told apart, with its delay")
    func backfillOfSample() throws {
        let diagnosis = try diagnose(try Sample([.backfill]))
        #expect(diagnosis.backfillChains == 1)
        let backfill = diagnosis.backfill
        #expect(backfill.read == 1)
        #expect(counts(backfill.links) == ["to null": 1])
        #expect(counts(backfill.generationDelays) == [360: 1])
        #expect(counts(backfill.signatures) == ["manifest: verifies": 1])
        #expect(shapes(backfill.keys)["digest file"]?.keys.first?.hasSuffix("Z_backfill.json.gz") == true)
        #expect(counts(diagnosis.regular.generationDelays).isEmpty)
    }

    @Test("how regular and backfill digest files link, and whether what they name is there")
    func links() throws {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<3)
        func backfill(_ hour: Int64, after previous: HandmadeArchive.Digest?) throws -> HandmadeArchive.Digest {
            try made.deliver(hour * Self.hour..<(hour + 1) * Self.hour, after: previous) {
                $0.key = HandmadeArchive.digestKey(endingAt: (hour + 1) * Self.hour, suffix: "_backfill")
            }
        }
        let first = try backfill(0, after: nil)
        let second = try backfill(1, after: first)
        try _ = backfill(2, after: hours[1])
        let mixed = try made.deliver(3 * Self.hour..<4 * Self.hour, after: second)
        try made.deliver(4 * Self.hour..<5 * Self.hour, after: mixed) { $0.previousHash = hours[0].hash }
        let gone = try made.deliver(5 * Self.hour..<6 * Self.hour, after: nil)
        try made.deliver(6 * Self.hour + 5..<7 * Self.hour, after: gone)
        made.archive[gone.key] = nil
        let diagnosis = try diagnose(made)
        #expect(
            counts(diagnosis.regular.links) == [
                "to null": 1, "to regular, held with the hash": 2, "to backfill, held with the hash": 1,
                "to regular, held with another hash": 1, "to regular, not held": 1,
            ]
        )
        #expect(
            counts(diagnosis.backfill.links) == [
                "to null": 1, "to backfill, held with the hash": 1, "to regular, held with the hash": 1,
            ]
        )
        // From the end of the second backfill window to the begin of the fourth hour.
        #expect(counts(diagnosis.regular.distances) == [0: 2, 3600: 1])
        #expect(counts(diagnosis.regular.windows) == [3600: 5, 3595: 1])
    }

    @Test("in every way that an archive comes, the same is told", arguments: WayIn.allCases)
    func ways(_ way: WayIn) throws {
        let sample = try Sample([.backfill, .digestEscapedSlashes, .digestGarbage])
        let scratch = try ScratchFolder()
        let expected = try told(diagnose(sample))
        let found = try told(diagnose(sample, [try way.source(sample.archive, scratch)]))
        #expect(found == expected)
        #expect(expected.contains { $0.contains(#"\\/"#) })
    }

    /// All but what depends on the times of the files.
    private func told(_ diagnosis: ArchiveDiagnosis) -> [String] {
        let counts = [diagnosis.held, diagnosis.chosen, diagnosis.unreadable, diagnosis.regularChains]
        return counts.map(String.init)
            + [diagnosis.regular, diagnosis.backfill].flatMap { digests in
                Mirror(reflecting: digests).children.filter { $0.label != "modificationDelays" }
                    .map { "\($0.label ?? "") \($0.value)" }
            }
    }

    @Test("sidecars, extended attributes and successors are told apart")
    func sources() throws {
        var sample = try Sample { ($0.accounts, $0.regions, $0.hours) = (1, 1, 3) }
        let keys = sample.digestKeys()
        let without = try diagnose(sample, withManifest: false)
        #expect(counts(without.regular.signatures) == ["successor: verifies": 2, "none": 1])
        let line = try #require(manifestLines(sample).first { $0.contains(keys[2]) })
        let signature = try #require(line.split(separator: "\"signature\":\"").last?.split(separator: "\"").first)
        let answer = "{\"Metadata\":{\"signature\":\"\(signature)\"}}"
        sample.archive[keys[2] + ".metadata.json"] = Array(answer.utf8)
        sample.archive.metadata[ObjectKey(keys[0])] = SignatureMetadata(signature: String(signature))
        let scratch = try ScratchFolder()
        for source: any ArchiveSource in [sample.archive, try WayIn.streamInAnyOrder.source(sample.archive, scratch)] {
            let diagnosis = try diagnose(sample, [source], withManifest: false)
            #expect(
                counts(diagnosis.regular.signatures) == [
                    "successor: verifies": 2, "sidecar: verifies": 1, "extended-attribute: fails": 1,
                ]
            )
            #expect(
                counts(diagnosis.regular.signatureForms)["sidecar: hex of 512 digits, lower case, algorithm none"] == 1
            )
        }
        let other = try Validator(keys: PublicKeySet()).diagnose([sample.archive])
        #expect(other.regular.keysUnknown == 3)
        #expect(counts(other.regular.signatures)["sidecar: not tried, no key"] == 1)
    }

    @Test("what cannot be read, or is no digest file, is counted")
    func unreadable() throws {
        var sample = try Sample([.digestGarbage]) { ($0.accounts, $0.regions, $0.hours) = (1, 1, 4) }
        let key = try #require(sample.digestKeys().first)
        sample.archive.failures[ObjectKey(key)] = ObjectReadError(.permission, "no")
        let diagnosis = try diagnose(sample)
        #expect(diagnosis.chosen == 4)
        #expect(diagnosis.unreadable == 1)
        #expect(diagnosis.regular.read == 3)
        #expect(diagnosis.regular.malformed == 1)
        #expect(diagnosis.regular.notJSON == 1)
    }

    @Test("of many digest files some of each chain are read, in runs that are linked")
    func bounded() throws {
        let index = try ArchiveIndex([try Sample([.backfill]).archive])
        #expect(index.digests.count == 105)
        let numbers = DigestSample.numbers(of: index, most: 41)
        #expect(numbers.count == 41)
        #expect(Set(numbers).count == 41)
        var ends: [Int32: [Timestamp]] = [:]
        for number in numbers {
            ends[index.digests[number].path.chain, default: []].append(index.digests[number].path.endTime)
        }
        #expect(ends.values.map(\.count).sorted() == [1, 10, 10, 10, 10])
        for ends in ends.values.map({ $0.sorted() }) where ends.count == 10 {
            let steps = zip(ends, ends.dropFirst()).map { $1.seconds(since: $0) }
            #expect(steps.count { $0 == Self.hour } == 7)
        }
        #expect(DigestSample.numbers(of: index, most: 3).count == 3)
        #expect(DigestSample.numbers(of: index).count == 105)
    }

    @Test("the header of gzip and the number of members are told")
    func containers() throws {
        var sample = try Sample { ($0.accounts, $0.regions, $0.hours) = (1, 1, 4) }
        let keys = sample.digestKeys()
        let plain = try #require(sample.archive[keys[0]])
        var named = plain
        named[3] |= 8
        named[4] = 1
        named[9] = 3
        named.insert(contentsOf: Array("acmebank\0".utf8), at: 10)
        sample.archive[keys[0]] = named
        sample.archive[keys[1]] = try #require(sample.archive[keys[1]]) + plain + plain
        sample.archive[keys[2]] = try #require(sample.archive[keys[2]]) + [1, 2, 3]
        sample.archive[keys[3]] = Array(try #require(sample.archive[keys[3]]).dropLast(4))
        let told = counts(try diagnose(sample).regular.containers)
        #expect(told.count == 4)
        for (part, end) in [
            ("flags FNAME, modification time set", "system 3, one member"), ("flags none", ", 3 members"),
            ("flags none", ", 1 member and other bytes behind"), ("flags none", ", cut off"),
        ] {
            #expect(told.keys.contains { $0.contains(part) && $0.hasSuffix(end) }, "\(part) \(end): \(told)")
        }
    }

    @Test(
        "texts are told by their shape",
        arguments: [
            ("", "empty"), ("111122223333", "12 digits"), ("2026-03-01T00:10:35Z", "time with Z"),
            ("2026-03-01T00:10:35.123Z", "time with a fraction and Z"),
            ("2026-03-01T00:10:35+01:00", "time with an offset"), ("SHA-256", "SHA-256"),
            ("sha-256", "lower-case letters, digits, dots and dashes"),
            ("acmebank", "lower-case letters, digits, dots and dashes"),
            ("AcmeBank", "printable ASCII"), ("acme bank", "ASCII with blanks"), ("acme/bank", "ASCII with slashes"),
            ("acme\u{1b}", "text with control characters"), ("Bänk", "text with other characters than ASCII"),
            ("0123456789abcdef01234567", "hex of 24 digits, lower case"),
            ("0123456789ABCDEFabcdef01", "hex of 24 digits, mixed case"), ("2026-03-01T00:10:35", "printable ASCII"),
        ]
    )
    func textShapes(text: String, shape: String) {
        #expect(TextShape.of(Array(text.utf8)) == shape)
    }

    @Test(
        "keys are told by their shape",
        arguments: [
            (
                "acme/bank//AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-east-1/2026/03/01/x.json",
                "PREFIX//AWSLogs/o-ID/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/UNIQUE of 1.json"
            ),
            (
                "AWSLogs/111122223333/CloudTrail-Insight/us-gov-east-1/2026/03/01/"
                    + "111122223333_CloudTrail-Insight_us-gov-east-1_20260301T0015Z_AbCdEfGhIjKlMnOp.json.gz",
                "AWSLogs/ACCOUNT/CloudTrail-Insight/REGION/YYYY/MM/DD/"
                    + "ACCOUNT_CloudTrail-Insight_REGION_YYYYMMDDTHHMMZ_UNIQUE of 16.json.gz"
            ),
            ("AWSLogs/acme/bank/CloudTrail-acme/x.y", "AWSLogs/FOLDER/CATEGORY/TEXT"), ("", ""), ("/", "/"),
            ("acmebank", "UNIQUE of 8"), ("../\u{1b}[2J", "FOLDER/TEXT"),
        ]
    )
    func keyShapes(key: String, shape: String) {
        #expect(KeyShape.of(ObjectKey(key)) == shape)
    }

    @Test("white space and escapes are told by where and how they stand")
    func forms() {
        let form = ContentForm(of: Array("\n{ \"a\\/b\" :\t\"\\u00e9\\u2028\\\"/é\" ,\r\n\"c\":[1]} ".utf8))
        #expect(
            form.spaces == [
                "line feeds at the beginning": 1, "blanks after {": 1, "blanks after a value or a name": 2,
                "tabs after :": 1, "line feeds, carriage returns after ,": 1, "blanks at the end": 1,
            ]
        )
        #expect(
            form.escapes == [
                #"\/"#: 1, #"\u00XX, lower-case hex digits"#: 1, #"\uXXXX, digits alone"#: 1, #"\""#: 1,
                "/ as it is": 1,
                "bytes that are not ASCII": 2,
            ]
        )
        #expect(ContentForm(of: Array(#"{"a\"#.utf8)).escapes.isEmpty)
    }

    // MARK: What is not told

    /// Whatever is a value of an archive, and no shape.
    private func expectNoIdentity(in text: String, _ words: [String], _ location: SourceLocation = #_sourceLocation) {
        let lowered = text.lowercased()
        for word in words { #expect(!lowered.contains(word.lowercased()), "\(word)", sourceLocation: location) }
        #expect(lowered.firstRange(of: /[0-9]{7}|[0-9a-f]{8}|[^ -~]/) == nil, sourceLocation: location)
    }

    @Test("no account, bucket, prefix, organization, trail, region, hash, signature, key, date or path is told")
    func identities() throws {
        let tampers: [Tamper] = [
            .backfill, .bucketChanged, .digestControlCharacters, .digestDuplicateName, .digestEscapedSlashes,
            .digestFieldAccount, .digestFieldBucket, .digestFieldLogBucket, .digestFieldLogObject, .digestFieldObject,
            .digestFieldPreviousBucket, .digestFieldPreviousObject, .digestFromOtherAccount, .digestFromOtherTrail,
            .digestGarbage, .digestPathTraversal, .digestWrongTypeSigned, .prefixChanged, .trailRenamed,
        ]
        for tampers in [[]] + tampers.map({ [$0] }) {
            let sample = try Sample(tampers) { options in
                (options.accounts, options.regions, options.hours, options.records) = (2, 2, 26, 1)
                (options.bucket, options.trail) = ("acmebank-delivery", "Quarterly.review_log-7")
                options.prefix = "Zanzibar/legal hold"
                options.organization = "o-a1b2c3d4e5"
            }
            var archive = sample.archive
            archive.name = "/home/mallory/acmebank"
            let text = String(reflecting: try diagnose(sample, [archive]))
            expectNoIdentity(
                in: text.replacing("CloudTrail-Digest", with: ""),
                [
                    "111122223", "acme", "delivery\"", "quarterly", "review", "zanzibar", "legal", "o-a1b2",
                    "east-1",
                    "us-", "2026", "mallory", "home/", "T00", "evil", "example",
                ]
            )
        }
    }

    @Test("names and values of forged digest files are not told, wherever they stand")
    func forged() throws {
        var made = try HandmadeArchive()
        try _ = made.deliverHours(0..<2)
        let words = ["acmebank", "AcmeBank", "111122223333", "acme-bank", "acme\\u0000bank", "acme\\u001b[2J", "日本"]
        let values =
            words.map { "\"\($0)\"" } + [
                "1111222233334444", "1.1111222233334444", "{\"acmebank\":1}", "[\"acmebank\"]",
            ]
        var digest = try made.digest(2 * Self.hour..<3 * Self.hour, after: nil)
        for word in words {
            for value in values {
                let key = HandmadeArchive.digestKey(
                    endingAt: Int64(made.archive.files.count) * Self.hour,
                    trail: "acmebank"
                )
                digest = try made.digest(
                    2 * Self.hour..<3 * Self.hour,
                    after: nil,
                    listing: [
                        HandmadeArchive.Log(
                            key: "acmebank/AWSLogs/111122223333/CloudTrail-acmebank/acmebank-1/x/\(word)",
                            hash: String(repeating: "ab", count: 32)
                        )
                    ]
                ) {
                    $0.members = (",\"\(word)\":\(value),\"newestevent\":\(value)", ",\"\(word)\":\(value)")
                    $0.key = key
                }
                made.archive[key] = try compressed(digest.content)
                let broken = HandmadeArchive.digestKey(endingAt: Int64(made.archive.files.count) * Self.hour)
                made.archive[broken] = Array("{\"\(word)\":\(value),\"awsAccountId\":\(value),".utf8)
            }
        }
        let diagnosis = try diagnose(made)
        #expect(diagnosis.regular.read == 2 + 2 * words.count * values.count)
        expectNoIdentity(
            in: String(reflecting: diagnosis).replacing("CloudTrail-Digest", with: ""),
            ["acme", "1111", "2222", "newestevent\"", "example", "handmade", "us-", "2026"]
        )
        #expect(shapes(diagnosis.regular.object.fields)["other"]?.isEmpty == false)
        #expect(counts(diagnosis.regular.categories)["other"] == words.count * values.count)
    }

    @Test("a field that is signed and that nobody knows is named, unless its name is made of the archive's own")
    func signedFields() throws {
        var made = try HandmadeArchive()
        let log = HandmadeArchive.Log(
            key: "AWSLogs/111122223333/CloudTrail-Weather/us-east-1/2026/03/01/x",
            hash: String(repeating: "ab", count: 32)
        )
        try made.deliver(0..<Self.hour, after: nil, listing: [log]) {
            $0.members = (
                ",\"generation\":5,\"a1\":1,\"handMadeKind\":1,\"sampleExampleTrailBucket\":1", ",\"weight\":0.5"
            )
        }
        let diagnosis = try diagnose(made)
        let fields = shapes(diagnosis.regular.object.fields)
        #expect(fields["generation"] == ["number: 1 digits": 1])
        #expect(fields["other"] == ["number: 1 digits": 3])
        #expect(shapes(diagnosis.regular.entry.fields)["weight"] == ["number: with a fraction": 1])
        #expect(counts(diagnosis.regular.categories) == ["CloudTrail-Weather": 1])
        let order = try #require(diagnosis.regular.object.orders.counts.first?.seen)
        #expect(order.hasSuffix(",logFiles,generation,other,other,other"))
    }
}
