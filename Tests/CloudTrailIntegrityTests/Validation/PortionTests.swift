import CloudTrailFormat
import NativeInterop
import SampleArchive
import TestSupport
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

/// An archive in memory that can be listed a folder at a time.
struct FolderListedArchive: ObjectSource {
    let base: MemoryArchive

    var name: String { base.name }
    var listsFolders: Bool { true }

    func list(_ visit: (ArchiveEntry) throws -> Void) throws { try base.list(visit) }

    func open(_ path: ObjectKey) throws -> any OpenObject { try base.open(path) }
}

@Suite("A large archive, judged in portions")
struct PortionTests {
    /// The report on all at once, and the one on an account and region after another.
    private func reports(
        _ sample: Sample,
        _ archives: [MemoryArchive],
        withManifest: Bool = true,
        _ configure: (inout ValidationOptions) -> Void = { _ in }
    ) throws -> (whole: ValidationReport, inPortions: ValidationReport) {
        let whole = try sample.validate(archives, withManifest: withManifest) {
            $0.listsProvenFiles = true
            configure(&$0)
        }
        let sources = archives.map { FolderListedArchive(base: $0) }
        let inPortions = try sample.validate(sources, withManifest: withManifest) {
            $0.listsProvenFiles = true
            $0.filesAtOnce = 1
            configure(&$0)
        }
        return (whole, inPortions)
    }

    private func sample(_ tampers: [Tamper] = [], _ layout: DownloadLayout = .plain) throws -> Sample {
        try Sample(tampers) { options in
            layout.options(&options)
            (options.accounts, options.hours, options.logs, options.records) = (2, 9, 2, 1)
        }
    }

    private static let layouts: [DownloadLayout] = [
        .plain, .prefix, .organization, .bucketFolder, .folderInFront, .decompressed, .twoRoots, .logsApart,
        .prefixLikeAccount,
    ]

    /// I42
    @Test(
        "gives the report on the whole",
        arguments: Tamper.allCases,
        [DownloadLayout.plain, .organization, .folderInFront]
    )
    func everyTamper(tamper: Tamper, layout: DownloadLayout) throws {
        let sample = try sample([tamper], layout)
        let (whole, inPortions) = try reports(
            sample,
            layout.download(sample.archive),
            withManifest: layout != .organization
        )
        #expect(whole.portions == 1)
        #expect(inPortions.substance == whole.substance)
        #expect(inPortions.notAsked == whole.notAsked)
    }

    @Test("and for any range and filter")
    func ranges() throws {
        let sample = try sample([.logModified, .logDeleted, .digestDeleted, .logInjected])
        let keys = sample.digestKeys()
        let middle = try #require(DigestFileName(ObjectKey(keys[keys.count / 2]))?.endTime)
        let configurations: [(inout ValidationOptions) -> Void] = [
            { $0.start = middle }, { $0.end = middle }, { $0.regions = .only(["us-east-1"]) },
            { $0.accounts = .only(["111122223333"]) }, { $0.bucket = "another-bucket" }, { $0.findingsPerFolder = 1 },
            { $0.coverageMustReach = middle.advanced(bySeconds: 86_400) },
        ]
        for configure in configurations {
            let (whole, inPortions) = try reports(sample, [sample.archive], configure)
            #expect(inPortions.substance == whole.substance)
            #expect(inPortions.notAsked == whole.notAsked)
        }
    }

    @Test("a plain archive is judged in as many portions as it has accounts and regions", arguments: layouts)
    func plain(layout: DownloadLayout) throws {
        let sample = try sample([], layout)
        let inPortions = try reports(sample, layout.download(sample.archive)).inPortions
        let roots = try layout.download(sample.archive).count
        // A root that the first portion holds no digest file of has no say on its layout there.
        #expect(inPortions.portions == (roots == 1 ? 4 : 1))
        #expect(inPortions.findings.filter { $0.kind != .logDecompressed }.isEmpty)
    }

    @Test(
        "what is wrong with one account and region stays there",
        arguments: [[Tamper.logModified], [.logDeleted], [.digestDeleted], [.digestModified], [.logInjected]]
    )
    func local(tampers: [Tamper]) throws {
        let sample = try sample(tampers)
        #expect(try reports(sample, [sample.archive]).inPortions.portions == 4)
    }

    /// Something of one account and region, put where it concerns another.
    enum Crossing: String, CaseIterable {
        case logMovedToAnotherRegion, logCopiedToAnotherRegion, logMovedBesideAccounts, digestMovedToAnotherRegion,
            digestCopiedUnderAnotherName, digestCopiedBesideAccounts, hiddenBesideRegions, namedBeyondASCII,
            digestsElsewhere
    }

    private func lastComponent(_ key: String) -> Substring {
        key[(key.lastIndex(of: "/") ?? key.startIndex)...].dropFirst()
    }

    @Test("what concerns several of them is judged at once", arguments: Crossing.allCases)
    func crossing(_ crossing: Crossing) throws {
        let sample = try sample()
        var archive = sample.archive
        let west = "us-west-2"
        // What lies beside all accounts is of the first portion, which is that of another account.
        let account = "111122223334"
        let log = try #require(sample.logKeys(account: account).first)
        let digests = sample.digestKeys(account: account)
        let digest = digests[digests.count / 2]
        func move(_ key: String, _ path: String, keeping: Bool = false) {
            archive[path] = archive[key]
            if !keeping { archive[key] = nil }
        }
        func inWest(_ key: String) -> String { key.replacing("/us-east-1/", with: "/\(west)/") }
        switch crossing {
        case .logMovedToAnotherRegion: move(log, inWest(log))
        case .logCopiedToAnotherRegion: move(log, inWest(log), keeping: true)
        case .logMovedBesideAccounts: move(log, "found/\(lastComponent(log))")
        case .digestMovedToAnotherRegion: move(digest, inWest(digest))
        case .digestCopiedUnderAnotherName:
            // The signature that its successor repeats, in another portion, proves whose it is.
            move(digest, inWest(digest).replacing("_us-east-1_", with: "_\(west)_"), keeping: true)
        case .digestCopiedBesideAccounts: move(digest, "found/\(lastComponent(digest))", keeping: true)
        case .hiddenBesideRegions:
            let folder = "AWSLogs/111122223334/CloudTrail-Digest"
            archive.obstacles.append(ArchiveEntry(path: ObjectKey(folder), kind: .link))
        case .namedBeyondASCII: archive["AWSLogs/111122223334/CloudTrail/us-east-1/Bu\u{308}ro/x"] = [1]
        case .digestsElsewhere:
            for key in digests { move(key, "found/\(key)") }
        }
        let (whole, inPortions) = try reports(sample, [archive])
        #expect(inPortions.substance == whole.substance)
        #expect(inPortions.notAsked == whole.notAsked)
        #expect(inPortions.portions == 1)
    }

    /// What judging each account and region by itself comes to, as long as they are independent of each other.
    private func parts(_ validator: Validator, of archive: MemoryArchive) throws -> [PartResult] {
        let source = FolderListedArchive(base: archive)
        let survey = try #require(try ArchiveSurvey([source], check: {}))
        var portion: ArchivePortion? = ArchivePortion(survey, files: 1)
        let monitor = ValidationMonitor()
        var parts: [PartResult] = []
        repeat {
            let judged = try validator.judge(
                [source.access],
                [source.nameBytes],
                &portion,
                monitor,
                FindingListener(monitor, nil)
            )
            parts.append(judged.part)
        } while portion?.isAtEnd == false
        return parts
    }

    /// I42
    @Test(
        "what the parts come to adds up in any order and grouping",
        arguments: [
            [], [Tamper.logModified, .logDeleted], [.digestDeleted, .logInjected],
            [.digestModified, .digestHeadDeleted],
            [.digestKeyUnknown, .digestTailDeleted], [.digestAllDeleted],
        ]
    )
    func anyOrder(tampers: [Tamper]) throws {
        let sample = try sample(tampers)
        for hasManifest in [true, false] {
            var options = ValidationOptions()
            options.listsProvenFiles = true
            let manifest = hasManifest ? sample.manifest : SignatureManifest()
            let validator = Validator(keys: sample.keys, signatures: manifest, options: options)
            let whole = try validator.validate(sample.archive)
            let parts = try parts(validator, of: sample.archive)
            #expect(parts.count == 4)
            var random = SequenceGenerator(seed: 42)
            for _ in 0..<20 {
                var sums = parts.shuffled(using: &random)
                // Any two of them are added, until one is left.
                while sums.count > 1 {
                    let other = sums.remove(at: Int.random(in: sums.indices, using: &random))
                    try sums[Int.random(in: sums.indices, using: &random)].add(other)
                }
                try sums[0].checkPlaces()
                let monitor = ValidationMonitor()
                let report = try ReportAssembler(sums[0], SourceNames([sample.archive.nameBytes]), options).report(
                    keys: sample.keys,
                    signatures: manifest,
                    carried: nil,
                    state: nil,
                    known: nil,
                    monitor,
                    FindingListener(monitor, nil)
                )
                #expect(report.substance == whole.substance)
                #expect(report.notAsked == whole.notAsked)
            }
        }
    }

    @Test("every finding comes once, whether judged again or not", arguments: [false, true])
    func findings(isCrossing: Bool) throws {
        let sample = try sample([.logModified, .logDeleted])
        var archive = sample.archive
        if isCrossing, let log = sample.logKeys(account: "111122223334").last {
            archive["found/\(lastComponent(log))"] = archive[log]
            archive[log] = nil
        }
        let heard = LockedState<[Finding]>([])
        var options = ValidationOptions()
        options.filesAtOnce = 1
        let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: options)
        let report = try validator.validate(FolderListedArchive(base: archive)) { finding in
            heard.withLock { $0.append(finding) }
        }
        #expect(report.portions == (isCrossing ? 1 : 4))
        #expect(heard.withLock { $0.sorted(by: Finding.inReportOrder) } == report.findings)
    }

    @Test("what fits into one portion is told of while the rest is read")
    func early() throws {
        let sample = try sample()
        let reads = LockedState(0)
        let readsBefore = LockedState<Int?>(nil)
        var archive = sample.archive
        // One in each folder, so that there is one in the folder that is read first.
        for region in ["us-east-1", "us-west-2"] { archive[sample.logKeys(region: region)[0]] = [1] }
        archive.onRead = { reads.withLock { $0 += 1 } }
        var options = ValidationOptions()
        (options.jobs, options.readers) = (1, 1)
        let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: options)
        let report = try validator.validate(FolderListedArchive(base: archive)) { _ in
            readsBefore.withLock { $0 = $0 ?? reads.withLock { $0 } }
        }
        #expect(report.portions == 1 && report.count(.logModified) == 2)
        #expect(try #require(readsBefore.withLock { $0 }) < reads.withLock { $0 })
    }
}
