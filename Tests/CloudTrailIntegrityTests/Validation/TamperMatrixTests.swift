import CloudTrailIntegrity
import SampleArchive
import Testing

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

    var testDescription: String { rawValue }

    func options(_ options: inout SampleOptions) {
        switch self {
        case .prefix, .fromPrefix: options.prefix = "central/logs"
        case .organization: options.organization = "o-a1b2c3d4e5"
        default: break
        }
    }

    func download(_ archive: MemoryArchive) throws -> [MemoryArchive] {
        switch self {
        case .plain, .prefix, .organization:
            return [archive]
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

@Suite("Every tamper in every layout")
struct TamperMatrixTests {
    /// What a layout changes of what is found: nothing, but for what a decompressed copy cannot show.
    private func expected(_ sample: Sample, _ layout: DownloadLayout) -> Set<Found> {
        var found: Set<Found> = []
        for record in sample.summary.tampers {
            for kind in record.kinds { found.insert(Found(kind, record.key)) }
            for consequence in record.consequences { found.insert(Found(consequence.kind, consequence.key)) }
        }
        return found
    }

    /// Coverage and gaps are of a chain, and a flat folder tells a file's name alone: both are compared by less.
    private func comparable(_ found: Set<Found>, _ layout: DownloadLayout) -> Set<Found> {
        Set(
            found.compactMap { item in
                if item.kind == "log-decompressed" && layout == .decompressed { return nil }
                if item.kind == "coverage-short" { return Found(item.kind, "") }
                return Found(item.kind, String(item.key.split(separator: "/").last ?? ""))
            }
        )
    }

    @Test("gives exactly its findings", arguments: Tamper.allCases, DownloadLayout.allCases)
    func exact(tamper: Tamper, layout: DownloadLayout) throws {
        let sample = try Sample([tamper]) { options in
            layout.options(&options)
            options.hours = 14
        }
        // The newest digest of one chain is missed only when the end is asked for.
        let report = try sample.validate(try layout.download(sample.archive)) { options in
            if tamper == .digestHeadDeleted { options.end = sample.summary.end }
        }
        report.expectConsistent()
        let wanted = comparable(expected(sample, layout), layout)
        let found = comparable(Set(report.findings.map(Found.init)), layout)
        #expect(found == wanted)
        let severities = Set(report.findings.map(\.severity))
        let outcome: ValidationReport.Outcome =
            severities.contains(.violation) ? .violated : severities.contains(.unverified) ? .unverified : .proven
        #expect(report.outcome() == outcome)
        #expect(report.logs.total >= sample.summary.logCount - tamper.logsOfUnheldDigests)
    }

    @Test("never hides behind a missing manifest", arguments: Tamper.allCases)
    func withoutManifest(tamper: Tamper) throws {
        let sample = try Sample([tamper]) { $0.hours = 14 }
        let report = try sample.validate(withManifest: false) { $0.end = sample.summary.end }
        report.expectConsistent()
        // The heads are unsigned, so nothing may be called proven.
        #expect(report.outcome() != .proven)
        let violations = report.found(.violation)
        let allowed = Set(sample.summary.tampers.map(\.key))
        #expect(violations.allSatisfy { allowed.contains($0.key) }, "only what was tampered with is a violation")
    }

    @Test("an untouched archive has no finding", arguments: DownloadLayout.allCases)
    func untouched(layout: DownloadLayout) throws {
        let sample = try Sample { layout.options(&$0) }
        let report = try sample.validate(try layout.download(sample.archive))
        report.expectConsistent()
        let findings = report.findings.filter { layout != .decompressed || $0.kind != .logDecompressed }
        #expect(findings.isEmpty)
        #expect(report.outcome() == .proven)
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
        #expect(report.outcome() == .unverified)
        #expect(report.outcome(allowing: [.digestUnsigned]) == .unverified)
        #expect(report.outcome(allowing: [.digestUnsigned, .logUnauthenticated]) == .proven)
    }

    @Test("the report is the same for any number of threads")
    func threads() throws {
        let sample = try Sample(Tamper.allCases) {
            $0.hours = 40; $0.regions = 3
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
    /// Log files that a chain that stopped never delivered, or that go with it.
    fileprivate var logsOfUnheldDigests: Int {
        switch self {
        case .chainGap, .digestHeadDeleted, .digestTailDeleted, .logInjected: 60
        default: 0
        }
    }
}

/// A tally with these counts.
func tally(valid: Int = 0, invalid: Int = 0, missing: Int = 0, unverified: Int = 0) -> [Int] {
    [valid, invalid, missing, unverified]
}

func == (lhs: Tally, rhs: [Int]) -> Bool {
    [lhs.valid, lhs.invalid, lhs.missing, lhs.unverified] == rhs
}
