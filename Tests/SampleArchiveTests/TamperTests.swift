import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop
import SampleArchive
import Testing

/// Each tamper changes what it says and nothing else.
struct TamperTests {
    private static func options(_ tampers: Tamper...) -> SampleOptions {
        var options = SampleOptions()
        (options.accounts, options.hours, options.seed, options.tampers) = (1, 8, 7, tampers)
        return options
    }

    private static let clean = Result { try MadeArchive(options()) }

    /// An archive with one tamper, and how it differs from one without.
    private struct Case {
        let clean: MadeArchive
        let archive: MadeArchive
        let record: TamperRecord
        let added: Set<String>
        let removed: Set<String>
        let changed: Set<String>

        init(_ tamper: Tamper) throws {
            clean = try TamperTests.clean.get()
            archive = try MadeArchive(TamperTests.options(tamper))
            record = try #require(archive.summary.tampers.first)
            (added, removed, changed) = archive.differences(from: clean)
            #expect(record.tamper == tamper)
            #expect(archive.summary.tampers.count == 1)
        }

        /// The keys of the log files that the clean digest file under the record's key lists.
        func listedLogs() throws -> Set<String> {
            Set(try clean.digest(record.key).logFiles().compactMap { $0["s3Object"] })
        }

        func expectConsequences(_ kind: String) throws {
            #expect(Set(record.consequences) == Set(try listedLogs().map { ExpectedFinding(kind: kind, key: $0) }))
        }
    }

    @Test(arguments: [
        (Tamper.logModified, "log-modified"), (.logTruncated, "log-malformed"),
        (.logChecksumBroken, "log-malformed"), (.logTrailingData, "log-trailing-data"),
    ])
    func aLogFileIsChanged(tamper: Tamper, kind: String) throws {
        let made = try Case(tamper)
        #expect(made.changed == [made.record.key])
        #expect(made.added.isEmpty && made.removed.isEmpty)
        #expect(made.record.kinds == [kind] && made.record.consequences.isEmpty)
        #expect(made.archive.signatures == made.clean.signatures)
        let genuine = try gunzip(made.clean.object(made.record.key).content)
        let found = try gunzip(made.archive.object(made.record.key).content)
        switch tamper {
        case .logModified:
            #expect(found.result.condition == .complete)
            #expect(found.content != genuine.content)
            #expect(try StructureTests.records(found.content).count == 4)
        case .logTruncated:
            #expect(found.result.condition == .truncated)
        case .logChecksumBroken:
            #expect(found.result.condition == .corrupt(.checksum))
            #expect(found.content == genuine.content)
        default:
            #expect(found.result.condition == .trailingData)
            #expect(found.content == genuine.content)
        }
    }

    @Test func aLogFileIsDeleted() throws {
        let made = try Case(.logDeleted)
        #expect(made.removed == [made.record.key])
        #expect(made.added.isEmpty && made.changed.isEmpty)
        #expect(made.record.kinds == ["log-missing"])
    }

    @Test func aLogFileIsInjected() throws {
        let made = try Case(.logInjected)
        #expect(made.added == [made.record.key])
        #expect(made.removed.isEmpty && made.changed.isEmpty)
        #expect(made.record.kinds == ["log-unreferenced"])
        let (content, result) = try gunzip(made.archive.object(made.record.key).content)
        #expect(result.condition == .complete)
        #expect(try StructureTests.records(content).count == 4)
    }

    @Test func aLogFileIsDecompressed() throws {
        let made = try Case(.logDecompressed)
        let plainKey = String(made.record.key.dropLast(3))
        #expect(made.removed == [made.record.key] && made.added == [plainKey] && made.changed.isEmpty)
        #expect(made.record.kinds == ["log-decompressed"])
        let genuine = try gunzip(made.clean.object(made.record.key).content).content
        #expect(try made.archive.object(plainKey).content == genuine)
    }

    @Test func aDigestFileIsModified() throws {
        let made = try Case(.digestModified)
        #expect(made.changed == [made.record.key] && made.added.isEmpty && made.removed.isEmpty)
        #expect(made.archive.signatures == made.clean.signatures)
        let (genuine, found) = (try made.clean.digest(made.record.key), try made.archive.digest(made.record.key))
        #expect(genuine.fields.filter { $0.key != "logFiles" }.count == found.fields.count - 1)
        #expect(genuine.content.count == found.content.count)
        let different = zip(try genuine.logFiles(), try found.logFiles()).filter { $0 != $1 }
        #expect(different.count == 1 && different.first?.0["hashValue"] != different.first?.1["hashValue"])
        #expect(try !made.archive.verifies(made.record.key))
        try made.expectConsequences("log-unauthenticated")
    }

    @Test func aDigestFileIsModifiedWhereNoLogFileIsListed() throws {
        var options = Self.options(.digestModified, .digestForged)
        options.logs = 0
        let archive = try MadeArchive(options)
        for record in archive.summary.tampers { #expect(try !archive.verifies(record.key)) }
    }

    @Test func aDigestFileIsDeleted() throws {
        let made = try Case(.digestDeleted)
        #expect(made.removed == [made.record.key] && made.added.isEmpty && made.changed.isEmpty)
        #expect(made.archive.signatures == made.clean.signatures)
        let chain = made.clean.digestKeys.filter(Self.sameChain(made.record.key))
        #expect(chain.dropFirst().dropLast().contains(made.record.key))
        try made.expectConsequences("log-unreferenced")
    }

    @Test func aDigestFileIsForged() throws {
        let made = try Case(.digestForged)
        #expect(made.changed.count == 2 && made.added.isEmpty && made.removed.isEmpty)
        #expect(made.archive.signatures == made.clean.signatures)
        let forged = try made.archive.digest(made.record.key)
        for entry in try forged.logFiles() {
            let log = try gunzip(made.archive.object(try #require(entry["s3Object"])).content)
            #expect(entry["hashValue"] == Hex.encode(log.result.sha256.bytes))
        }
        let fingerprint = try forged.text("digestPublicKeyFingerprint")
        #expect(try made.clean.digest(made.record.key).text("digestPublicKeyFingerprint") == fingerprint)
        #expect(try !made.archive.verifies(made.record.key))
        let own = try #require(made.archive.object(made.record.key).metadata.first?.value)
        #expect(own != made.archive.signatures[made.record.key]?.signature)
        #expect(try !forged.verifies(signature: own, keys: made.archive.summary.keys))
        try made.expectConsequences("log-unauthenticated")
    }

    @Test func theNewestDigestFileIsDeleted() throws {
        let made = try Case(.digestHeadDeleted)
        #expect(made.removed == [made.record.key] && made.added.isEmpty && made.changed.isEmpty)
        #expect(made.record.key.hasSuffix("T081035Z.json.gz"))
        #expect(made.record.kinds == ["coverage-short"])
        try made.expectConsequences("log-awaiting-digest")
    }

    @Test func theFiveNewestDigestFilesAreDeleted() throws {
        let made = try Case(.digestTailDeleted)
        #expect(made.removed.count == 5 && made.added.isEmpty && made.changed.isEmpty)
        #expect(made.removed.allSatisfy(Self.sameChain(made.record.key)))
        #expect(made.removed.min()?.hasSuffix("T041035Z.json.gz") == true)
        #expect(made.record.consequences.count == 15)
        #expect(made.record.consequences.filter { $0.kind == "log-awaiting-digest" }.count == 8)
    }

    @Test func aDigestFileIsMalformed() throws {
        let made = try Case(.digestMalformed)
        #expect(made.changed == [made.record.key] && made.added.isEmpty && made.removed.isEmpty)
        let genuine = try gunzip(made.clean.object(made.record.key).content).content
        let found = try gunzip(made.archive.object(made.record.key).content)
        #expect(found.result.condition == .complete)
        #expect(genuine.starts(with: found.content) && found.content.count < genuine.count)
        try made.expectConsequences("log-unreferenced")
    }

    @Test func aDigestFileHasTrailingData() throws {
        let made = try Case(.digestTrailingData)
        #expect(made.changed == [made.record.key] && made.added.isEmpty && made.removed.isEmpty)
        let found = try gunzip(made.archive.object(made.record.key).content)
        #expect(found.result.condition == .trailingData)
        #expect(found.content == (try made.clean.digest(made.record.key).content))
        #expect(made.record.kinds == ["digest-malformed"])
    }

    @Test func aDigestFileIsRelocated() throws {
        let made = try Case(.digestRelocated)
        #expect(made.changed == [made.record.key] && made.added.isEmpty && made.removed.isEmpty)
        let copied = try made.archive.digest(made.record.key).text("digestS3Object")
        #expect(copied < made.record.key)
        #expect(try made.archive.object(copied).content == made.archive.object(made.record.key).content)
        #expect(made.archive.signatures == made.clean.signatures)
        try made.expectConsequences("log-unreferenced")
    }

    @Test func aKeyIsLeftOut() throws {
        let made = try Case(.digestKeyUnknown)
        #expect(made.archive.summary.keys == made.clean.summary.keys)
        let fingerprint = try made.archive.digest(made.record.key).text("digestPublicKeyFingerprint")
        #expect(!made.archive.summary.keys.contains { $0.fingerprint == fingerprint })
        try Self.expectAllVerify(made.archive, except: made.record.key)
        try made.expectConsequences("log-unauthenticated")
    }

    @Test func aDigestFileIsSignedWithSHA1() throws {
        let made = try Case(.digestSignedWithSHA1)
        #expect(try made.archive.digest(made.record.key).text("digestSignatureAlgorithm") == "SHA1withRSA")
        #expect(try made.archive.object(made.record.key).metadata.last?.value == "SHA1withRSA")
        try Self.expectAllVerify(made.archive, except: made.record.key)
    }

    @Test func aChainHasAGap() throws {
        let made = try Case(.chainGap)
        #expect(made.removed.count == 3 * 4 && made.added.isEmpty)
        #expect(made.archive.summary.digestCount == 13 && made.archive.summary.logCount == 39)
        #expect(made.archive.signatures.count == 13)
        #expect(try made.archive.digest(made.record.key).isFirst)
        try Self.expectAllVerify(made.archive, except: nil)
        #expect(made.record.kinds == ["chain-gap"])
    }

    @Test func aChainRestarts() throws {
        let made = try Case(.chainRestart)
        #expect(made.removed.isEmpty && made.added.isEmpty)
        #expect(try made.archive.digest(made.record.key).isFirst)
        try Self.expectAllVerify(made.archive, except: nil)
    }

    @Test func aWindowStartsLate() throws {
        let made = try Case(.chainWindowHole)
        let digest = try made.archive.digest(made.record.key)
        let before = try made.archive.digest(try digest.text("previousDigestS3Object"))
        #expect(try digest.text("digestStartTime").hasSuffix(":20:35Z"))
        #expect(try before.text("digestEndTime").hasSuffix(":10:35Z"))
        try Self.expectAllVerify(made.archive, except: nil)
    }

    @Test func allTogetherTakePlacesOfTheirOwn() throws {
        var options = SampleOptions()
        (options.accounts, options.regions, options.hours, options.records) = (3, 4, 40, 1)
        options.tampers = Tamper.allCases
        let archive = try MadeArchive(options)
        #expect(archive.summary.tampers.map(\.tamper) == Tamper.allCases)
        var keys: Set<String> = []
        for record in archive.summary.tampers {
            for key in [record.key] + record.consequences.map(\.key) {
                #expect(keys.insert(key).inserted, "\(record.tamper) \(key)")
            }
        }
        for tamper in Tamper.allCases { #expect(!tamper.summary.isEmpty) }
    }

    @Test func theSameTamperTakesAnotherPlaceTheSecondTime() throws {
        let archive = try MadeArchive(Self.options(.logDeleted, .logDeleted, .logDeleted))
        #expect(Set(archive.summary.tampers.map(\.key)).count == 3)
        #expect(archive.logKeys.count == 2 * 8 * 3 - 3)
    }

    @Test(arguments: [Tamper.logModified, .digestDeleted, .digestHeadDeleted, .digestTailDeleted, .chainGap])
    func anArchiveThatIsTooSmallIsRefused(tamper: Tamper) throws {
        let folder = try TemporaryFolder()
        var options = SampleOptions()
        (options.accounts, options.regions, options.hours, options.logs) = (1, 1, 1, 0)
        options.tampers = [tamper]
        let error = #expect(throws: SampleArchiveError.self) {
            try SampleArchive.write(to: folder.path("new"), options)
        }
        #expect(error?.code == .archiveTooSmall && error?.location == tamper.rawValue)
        #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
    }

    private static func expectAllVerify(_ archive: MadeArchive, except exception: String?) throws {
        for key in archive.digestKeys { #expect(try archive.verifies(key) == (key != exception), "\(key)") }
    }

    private static func sameChain(_ key: String) -> (String) -> Bool {
        let folder = key.split(separator: "/").dropLast(4)
        return { $0.split(separator: "/").dropLast(4) == folder }
    }
}
