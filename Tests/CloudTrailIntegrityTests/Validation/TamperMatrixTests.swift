import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import SampleArchive
import Testing

@testable import Adversary

/// What a download may make of the bucket.
enum DownloadLayout: String, CaseIterable, CustomTestStringConvertible {
    case plain
    case prefix
    case organization
    case fromPrefix
    case belowAWSLogs
    case bucketFolder
    case folderInFront
    case flat
    case decompressed
    case twoRoots
    case logsApart
    /// Prefixes that are called like what CloudTrail makes.
    case prefixLikeAccount
    case prefixLikeCategory
    case prefixLikeDelivery
    /// Roots at some depth: an account, the folders of its categories, those of its regions and those of a day.
    case account
    case categories
    case regions
    case days
    /// An account below folders in front.
    case accountInFront
    /// All regions in one folder, and all regions and categories in one.
    case regionsMerged
    case categoriesMerged

    var testDescription: String { rawValue }

    func options(_ options: inout SampleOptions) {
        switch self {
        case .prefix, .fromPrefix: options.prefix = "central/logs"
        case .organization: options.organization = "o-a1b2c3d4e5"
        case .prefixLikeAccount: options.prefix = "999999999999/CloudTrail-Digest"
        case .prefixLikeCategory: options.prefix = "CloudTrail"
        case .prefixLikeDelivery: options.prefix = "AWSLogs"
        default: break
        }
    }

    func download(_ archive: MemoryArchive) throws -> [MemoryArchive] {
        switch self {
        case .plain, .prefix, .organization, .prefixLikeAccount, .prefixLikeCategory, .prefixLikeDelivery:
            return [archive]
        case .account:
            return [archive.moved { Self.below($0, folders: 2) }]
        case .categories:
            return archive.split { Self.head($0, folders: 3) }
        case .regions:
            return archive.split { Self.head($0, folders: 4) }
        case .days:
            return archive.split { Self.head($0, folders: 7) }
        case .accountInFront:
            return [archive.moved { ObjectKey("case 17/evidence/\(Self.below($0, folders: 2))") }]
        case .regionsMerged:
            return [
                archive.moved { key in
                    let parts = key.description.split(separator: "/", omittingEmptySubsequences: false)
                    return ObjectKey((parts[2..<3] + parts.dropFirst(4)).joined(separator: "/"))
                }
            ]
        case .categoriesMerged:
            return [archive.moved { Self.below($0, folders: 4) }]
        case .fromPrefix:
            return [archive.moved { ObjectKey($0.description.dropFirst("central/".count)) }]
        case .belowAWSLogs:
            return [archive.moved { ObjectKey($0.description.dropFirst("AWSLogs/".count)) }]
        case .bucketFolder:
            return [archive.moved { ObjectKey("example-trail-bucket/\($0)") }]
        case .folderInFront:
            return [archive.moved { ObjectKey("case 17/evidence/\($0)") }]
        case .flat:
            return [archive.moved { ObjectKey(bytes: Array($0.lastComponent)) }]
        case .decompressed:
            return [try archive.decompressed()]
        case .twoRoots:
            return [archive.only("/us-east-1/"), archive.only("/us-west-2/")]
        case .logsApart:
            return [archive.only("/CloudTrail/"), archive.only("/CloudTrail-Digest/")]
        }
    }
}

extension DownloadLayout {
    /// The first folders of a key, with the `/` at their end.
    private static func head(_ key: ObjectKey, folders: Int) -> String {
        key.description.split(separator: "/", omittingEmptySubsequences: false).prefix(folders)
            .map { "\($0)/" }.joined()
    }

    /// A key without its first folders.
    private static func below(_ key: ObjectKey, folders: Int) -> ObjectKey {
        ObjectKey(key.description.dropFirst(head(key, folders: folders).count))
    }

    /// The layouts that a manifest is also left out of.
    static let principal: [DownloadLayout] = [.plain, .prefix, .organization, .flat, .decompressed]
    static let others = allCases.filter { !principal.contains($0) }

    /// How thorough the tests are that go through the layouts. `all`: each case takes all ways in, as in `make full`. `one`:
    /// the principal layouts alone, and one way in, as under the sanitizers, which look at memory and threads and make
    /// minutes of seconds. Else all layouts, the principal ones by every second way in, which differ from one tamper to the
    /// next, and the others by one.
    static let thoroughness = ProcessInfo.processInfo.environment["WAYS_IN"]
    /// Those that every tamper is tried in.
    static let tried = thoroughness == "one" ? principal : allCases

    /// Whether an archive with this tamper can be downloaded like this without another thing being found.
    func suits(_ tamper: Tamper) -> Bool {
        switch (tamper, self) {
        // Folders named for a bucket tell of a second one; see the test of that.
        case (.bucketChanged, .bucketFolder), (.digestFieldBucket, .bucketFolder),
            (.digestFieldLogBucket, .bucketFolder),
            // A folder of one prefix holds nothing of another.
            (.prefixChanged, .fromPrefix), (.prefixChanged, .belowAWSLogs), (.prefixChanged, .account),
            (.prefixChanged, .categories), (.prefixChanged, .regions), (.prefixChanged, .days),
            (.prefixChanged, .accountInFront), (.prefixChanged, .regionsMerged), (.prefixChanged, .categoriesMerged),
            // A root without any digest file is one of which nothing was validated.
            (.digestAllDeleted, .twoRoots), (.digestAllDeleted, .regions), (.digestAllDeleted, .days),
            // With digest files of one region left, nothing tells that others were merged into their folder.
            (.digestAllDeleted, .regionsMerged), (.digestAllDeleted, .categoriesMerged),
            // A name that tells no account and region is no file's of a merged folder; and one below another prefix is
            // nowhere.
            (.digestControlCharacters, .regionsMerged), (.digestControlCharacters, .categoriesMerged),
            (.digestControlCharacters, .prefixLikeAccount):
            false
        default:
            true
        }
    }
}

@Suite("Every tamper in every layout")
struct TamperMatrixTests {
    private func sample(_ tamper: Tamper, _ layout: DownloadLayout) throws -> Sample {
        try Sample([tamper]) { options in
            layout.options(&options)
            (options.accounts, options.hours, options.logs, options.records) = (1, 9, 2, 1)
        }
    }

    private func truth(_ sample: Sample) -> [Found] {
        sample.summary.tampers.flatMap { record in
            record.kinds.map { Found($0, record.key) } + record.consequences.map { Found($0.kind, $0.key) }
        }
    }

    /// How often each finding is there: coverage is of a chain, and a flat folder tells a file's name alone.
    private func comparable(_ found: [Found], _ layout: DownloadLayout) -> [Found: Int] {
        var counts: [Found: Int] = [:]
        for item in found where item.kind != "log-decompressed" || layout != .decompressed {
            let isOfChain = item.kind == "coverage-short"
            let name =
                isOfChain ? ModelDigest.chain(ofDigest: item.key) : item.key.split(separator: "/").last.map(String.init)
            counts[Found(item.kind, name ?? ""), default: 0] += 1
        }
        return counts
    }

    private func found(_ report: ValidationReport) -> [Found] {
        report.findings.map { finding in
            guard finding.kind == .coverageShort, let chain = finding.chain else { return Found(finding) }
            return Found(
                finding.kind.rawValue,
                "\(chain.account)_CloudTrail-Digest_\(chain.region)_\(chain.trail)_\(chain.homeRegion)_time"
            )
        }
    }

    /// Validates what `layout` makes of a tampered sample, and demands `expected`, its counts and its outcome.
    private func demand(
        _ expected: [Found],
        of sample: Sample,
        _ tamper: Tamper,
        _ layout: DownloadLayout,
        withManifest: Bool
    ) throws {
        let report = try sample.validate(try layout.download(sample.archive), withManifest: withManifest) { options in
            guard tamper.showsInRangeAlone else { return }
            (options.start, options.end) = (sample.summary.start, sample.summary.end)
        }
        report.expectConsistent()
        #expect(comparable(found(report), layout) == comparable(expected, layout))
        let counts = ExpectedCounts(expected, sample.archive)
        #expect(report.digests == counts.digests)
        #expect(report.logs == counts.logs)
        let severities = Set(expected.compactMap { FindingKind(rawValue: $0.kind)?.severity })
        let verdict: Verdict =
            severities.contains(.violation) ? .notValid : severities.contains(.unverified) ? .notProven : .valid
        #expect(report.verdict() == verdict)
    }

    @Test("gives exactly its findings", arguments: Tamper.allCases, DownloadLayout.tried)
    func exact(tamper: Tamper, layout: DownloadLayout) throws {
        guard layout.suits(tamper) else { return }
        let sample = try sample(tamper, layout)
        try demand(truth(sample), of: sample, tamper, layout, withManifest: true)
    }

    /// V1
    @Test("and without a manifest exactly those that follow", arguments: Tamper.allCases, DownloadLayout.principal)
    func withoutManifest(tamper: Tamper, layout: DownloadLayout) throws {
        let sample = try sample(tamper, layout)
        let model = try ArchiveModel(tamper, sample, isRanged: tamper.showsInRangeAlone)
        // The heads are unsigned, so nothing may be called proven.
        #expect(model.found.filter { $0.kind == "digest-unsigned" }.count >= sample.summary.chains.count - 1)
        try demand(model.found, of: sample, tamper, layout, withManifest: false)
    }

    @Test("an untouched archive has no finding", arguments: DownloadLayout.allCases)
    func untouched(layout: DownloadLayout) throws {
        let sample = try Sample { layout.options(&$0) }
        let report = try sample.validate(try layout.download(sample.archive))
        report.expectConsistent()
        let findings = report.findings.filter { layout != .decompressed || $0.kind != .logDecompressed }
        #expect(findings.isEmpty)
        #expect(report.verdict() == .valid)
        #expect(report.digests == tally(valid: 104))
        #expect(report.logs == tally(valid: 312))
        #expect(report.provenFrom == sample.summary.start)
        #expect(report.provenUntil == sample.summary.end)
    }

    @Test("without the manifest exactly the newest digests are unsigned", arguments: DownloadLayout.allCases)
    func untouchedWithoutManifest(layout: DownloadLayout) throws {
        let sample = try Sample { layout.options(&$0) }
        let report = try sample.validate(try layout.download(sample.archive), withManifest: false)
        let unsigned = report.findings(.digestUnsigned)
        #expect(unsigned.count == 4)
        #expect(unsigned.allSatisfy { $0.key?.description.contains("20260302T021035Z") == true })
        #expect(report.failures.count == 4 + 12)
        #expect(report.count(.logUnauthenticated) == 12)
        #expect(report.digests == tally(valid: 100, unverified: 4))
        #expect(report.logs == tally(valid: 300, unverified: 12))
        #expect(report.verdict() == .notProven)
        #expect(try report.verdict(allowing: [.digestUnsigned]) == .notProven)
        #expect(try report.verdict(allowing: [.digestUnsigned, .logUnauthenticated]) == .valid)
    }

    /// I24
    @Test("the report is the same for any number of threads")
    func threads() throws {
        let sample = try Sample(Tamper.allCases) {
            $0.hours = 40; $0.regions = 4; $0.accounts = 3; $0.records = 1
        }
        let one = try sample.validate { $0.jobs = 1 }
        for jobs in [2, 3, 8] {
            let other = try sample.validate { $0.jobs = jobs }
            #expect(other.findings == one.findings)
            #expect(other.chains == one.chains)
            #expect(other.logs == one.logs)
        }
    }
}

extension Tamper {
    /// Whether it shows only when the start and the end are asked for: what is gone from an end of a chain looks like
    /// what was not downloaded.
    fileprivate var showsInRangeAlone: Bool { self == .digestHeadDeleted || self == .chainErased }
}

/// How many files come to which verdict when these are the findings.
private struct ExpectedCounts {
    private(set) var digests: [Int]
    private(set) var logs: [Int]

    init(_ found: [Found], _ archive: MemoryArchive) {
        let paths = archive.files.keys.map(\.description)
        let digestCount = paths.count { $0.contains("_CloudTrail-Digest_") }
        let heldLogs = Set(
            paths.filter { !$0.contains("_CloudTrail-Digest_") }.map { $0.hasSuffix(".gz") ? $0 : $0 + ".gz" }
        )
        func count(_ kinds: String...) -> Int { found.count { kinds.contains($0.kind) } }
        let badDigests = count(
            "digest-signature-invalid",
            "digest-link-mismatch",
            "digest-malformed",
            "digest-relocated"
        )
        let unprovenDigests = count("digest-unsigned", "digest-key-unknown")
        digests = tally(
            valid: digestCount - badDigests - unprovenDigests,
            invalid: badDigests,
            missing: count("digest-missing"),
            unverified: unprovenDigests
        )
        let badLogs = count("log-modified", "log-malformed", "log-trailing-data")
        let unprovenLogs = count("log-unauthenticated", "log-unreferenced")
        let absentUnproven = found.count { $0.kind == "log-unauthenticated" && !heldLogs.contains($0.key) }
        logs = tally(
            // One that waits for its digest is not counted.
            valid: heldLogs.count - badLogs - (unprovenLogs - absentUnproven) - count("log-awaiting-digest"),
            invalid: badLogs + count("reference-unsafe"),
            missing: count("log-missing"),
            unverified: unprovenLogs
        )
    }
}

/// A tally with these counts.
func tally(valid: Int = 0, invalid: Int = 0, missing: Int = 0, unverified: Int = 0) -> [Int] {
    [valid, invalid, missing, unverified]
}

func == (lhs: Tally, rhs: [Int]) -> Bool {
    [lhs.valid, lhs.invalid, lhs.missing, lhs.unverified] == rhs
}
