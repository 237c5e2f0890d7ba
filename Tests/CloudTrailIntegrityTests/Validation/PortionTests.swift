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
    /// The report on all at once, the one on an account and region after another, and the one on a day of each after another.
    private func reports(
        _ sample: Sample,
        _ archives: [MemoryArchive],
        withManifest: Bool = true,
        _ configure: (inout ValidationOptions) -> Void = { _ in }
    ) throws -> (whole: ValidationReport, inPortions: ValidationReport, inDays: ValidationReport) {
        let whole = try sample.validate(archives, withManifest: withManifest) {
            $0.listsProvenFiles = true
            configure(&$0)
        }
        let sources = archives.map { FolderListedArchive(base: $0) }
        let parts = try [Int.max, 1].map { filesOfPart in
            try sample.validate(sources, withManifest: withManifest) {
                $0.listsProvenFiles = true
                ($0.filesAtOnce, $0.filesOfPartAtOnce) = (1, filesOfPart)
                configure(&$0)
            }
        }
        return (whole, parts[0], parts[1])
    }

    private func sample(_ tampers: [Tamper] = [], _ layout: DownloadLayout = .plain) throws -> Sample {
        try Sample(tampers) { options in
            layout.options(&options)
            (options.accounts, options.hours, options.logs, options.records) = (2, 9, 2, 1)
            // Over midnight.
            options.start = options.start.advanced(bySeconds: 20 * 3600)
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
        // Each tamper in one layout, and by `make full` in all.
        let number = (Tamper.allCases.firstIndex(of: tamper) ?? 0) % 3
        let isTried = layout == [.plain, .organization, .folderInFront][number]
        if !isTried, DownloadLayout.thoroughness != "all" { return }
        let sample = try sample([tamper], layout)
        let (whole, inPortions, inDays) = try reports(
            sample,
            layout.download(sample.archive),
            withManifest: layout != .organization
        )
        #expect(whole.portions == 1)
        for parts in [inPortions, inDays] {
            #expect(parts.substance == whole.substance)
            #expect(parts.notAsked == whole.notAsked)
        }
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
            let (whole, inPortions, inDays) = try reports(sample, [sample.archive], configure)
            for parts in [inPortions, inDays] {
                #expect(parts.substance == whole.substance)
                #expect(parts.notAsked == whole.notAsked)
            }
        }
    }

    @Test("a plain archive is judged in as many portions as it has accounts and regions", arguments: layouts)
    func plain(layout: DownloadLayout) throws {
        let sample = try sample([], layout)
        let (_, inPortions, inDays) = try reports(sample, layout.download(sample.archive))
        let roots = try layout.download(sample.archive).count
        // A root that the first portion holds no digest file of has no say on its layout there.
        #expect(inPortions.portions == (roots == 1 ? 4 : 1))
        #expect(inDays.portions == (roots == 1 ? 8 : 1))
        for parts in [inPortions, inDays] {
            #expect(parts.findings.filter { $0.kind != .logDecompressed }.isEmpty)
        }
    }

    @Test(
        "what is wrong with one account and region stays there",
        arguments: [[Tamper.logModified], [.logDeleted], [.digestDeleted], [.digestModified], [.logInjected]]
    )
    func local(tampers: [Tamper]) throws {
        let sample = try sample(tampers)
        let (_, inPortions, inDays) = try reports(sample, [sample.archive])
        #expect(inPortions.portions == 4)
        #expect(inDays.portions == 8)
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
        let (whole, inPortions, inDays) = try reports(sample, [archive])
        for parts in [inPortions, inDays] {
            #expect(parts.substance == whole.substance)
            #expect(parts.notAsked == whole.notAsked)
            #expect(parts.portions == 1)
        }
    }

    /// Something of one day, put where it may concern another.
    enum DayCrossing: String, CaseIterable {
        case logMovedToAnotherDay, logCopiedToAnotherDay, logRenamedToAnotherDay, logMovedBesideDays, digestAmongLogs,
            fileAmongDigests, linkAmongDigests, hiddenYear, hiddenMonth, noLogOfDay, olderDay, foreignLog
        case logModified, logDeleted, fileAmongLogs, hiddenDay, sidecar, logNamedOtherwise

        /// The portions, of 8: 7 where a part has one folder left and is not cut.
        var portions: Int {
            switch self {
            case .logModified, .logDeleted, .fileAmongLogs, .sidecar, .logNamedOtherwise: 8
            case .hiddenYear, .hiddenMonth, .noLogOfDay: 7
            default: 1
            }
        }
    }

    @Test("what concerns several days is judged at once", arguments: DayCrossing.allCases, [true, false])
    func crossing(_ crossing: DayCrossing, withManifest: Bool) throws {
        let sample = try sample()
        var archive = sample.archive
        let account = "111122223334"
        let logs = sample.logKeys(account: account)
        let (first, last) = (try #require(logs.first), try #require(logs.last))
        let digest = try #require(sample.digestKeys(account: account).first)
        func move(_ key: String, _ path: String, keeping: Bool = false) {
            archive[path] = archive[key]
            if !keeping { archive[key] = nil }
        }
        func folder(_ key: String, up levels: Int) -> String {
            key.split(separator: "/").dropLast(levels).joined(separator: "/") + "/"
        }
        func hide(_ folder: String) {
            for key in archive.files.keys.map(\.description) where key.hasPrefix(folder) { archive[key] = nil }
            let error = ObjectReadError(.permission, "it is not ours")
            archive.obstacles.append(
                ArchiveEntry(path: ObjectKey(String(folder.dropLast())), kind: .unreadableFolder(error))
            )
        }
        switch crossing {
        case .logMovedToAnotherDay: move(first, folder(last, up: 1) + lastComponent(first))
        case .logCopiedToAnotherDay: move(first, folder(last, up: 1) + lastComponent(first), keeping: true)
        case .logRenamedToAnotherDay: move(first, folder(first, up: 1) + lastComponent(last))
        case .logMovedBesideDays: move(first, folder(first, up: 2) + lastComponent(first))
        case .digestAmongLogs: move(digest, folder(first, up: 1) + lastComponent(digest), keeping: true)
        case .fileAmongDigests: archive[folder(digest, up: 1) + "x.txt"] = [1]
        case .linkAmongDigests:
            archive.obstacles.append(ArchiveEntry(path: ObjectKey(folder(digest, up: 1) + "x"), kind: .link))
        case .hiddenYear: hide(folder(first, up: 3))
        case .hiddenMonth: hide(folder(first, up: 2))
        case .noLogOfDay: for log in logs where log.hasPrefix(folder(last, up: 1)) { archive[log] = nil }
        case .olderDay: archive[folder(first, up: 3) + "02/28/" + lastComponent(first)] = archive[first]
        case .foreignLog:
            archive[folder(first, up: 1).replacing("us-east-1", with: "us-west-2") + "111122223335_CloudTrail_x_y"] = [
                1
            ]
        case .logModified: archive[last] = archive[first]
        case .logDeleted: archive[last] = nil
        case .fileAmongLogs: archive[folder(last, up: 1) + "desktop.ini"] = [1]
        case .hiddenDay: hide(folder(last, up: 1))
        case .sidecar:
            let signature = String(repeating: "00", count: 256)
            let answer = #"{"Metadata":{"signature":"\#(signature)","signature-algorithm":"SHA256withRSA"}}"#
            archive[ObjectKey(digest).sidecar.description] = Array(answer.utf8)
        case .logNamedOtherwise: move(last, folder(last, up: 1) + "a log file.gz")
        }
        let (whole, inPortions, inDays) = try reports(sample, [archive], withManifest: withManifest)
        #expect(inDays.substance == whole.substance)
        #expect(inDays.notAsked == whole.notAsked)
        #expect(inPortions.substance == whole.substance)
        #expect(inDays.portions == crossing.portions)
    }

    /// What judging each account and region by itself comes to, as long as they are independent of each other.
    ///
    /// - Parameter filesOfPart: More log files of one are judged a day at a time.
    private func parts(
        _ validator: Validator,
        of archive: MemoryArchive,
        filesOfPart: Int
    ) throws -> [PartResult] {
        let source = FolderListedArchive(base: archive)
        let survey = try #require(try ArchiveSurvey([source], check: {}))
        var portion: ArchivePortion? = ArchivePortion(survey, files: 1, filesOfPart: filesOfPart)
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
        ],
        [Int.max, 1]
    )
    func anyOrder(tampers: [Tamper], filesOfPart: Int) throws {
        // A day of which no digest file is left is judged with the others.
        if filesOfPart == 1, tampers.contains(.digestTailDeleted) { return }
        let sample = try sample(tampers)
        for hasManifest in [true, false] {
            var options = ValidationOptions()
            options.listsProvenFiles = true
            let manifest = hasManifest ? sample.manifest : SignatureManifest()
            let validator = Validator(keys: sample.keys, signatures: manifest, options: options)
            let whole = try validator.validate(sample.archive)
            let parts = try parts(validator, of: sample.archive, filesOfPart: filesOfPart)
            #expect(parts.count == (filesOfPart == 1 ? 8 : 4))
            var random = SequenceGenerator(seed: 42)
            for _ in 0..<20 {
                var sums = parts.shuffled(using: &random)
                // Any two of them are added, until one is left.
                while sums.count > 1 {
                    let other = sums.remove(at: Int.random(in: sums.indices, using: &random))
                    sums[Int.random(in: sums.indices, using: &random)].add(other)
                }
                try sums[0].settle()
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

    /// An archive that notes the folders that are listed.
    private struct NotedArchive: ObjectSource {
        let base: FolderListedArchive
        let listed = LockedState<[String]>([])

        var name: String { base.name }
        var listsFolders: Bool { true }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try base.list(visit) }

        func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
            listed.withLock { $0.append(folder.description) }
            try base.list(below: folder, visit)
        }

        func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
            try base.list(in: folder, visit)
        }

        func open(_ path: ObjectKey) throws -> any OpenObject { try base.open(path) }
    }

    @Test("digest files are listed before the log files that they may list", arguments: [Int.max, 1])
    func order(filesOfPart: Int) throws {
        let sample = try sample()
        let source = NotedArchive(base: FolderListedArchive(base: sample.archive))
        let report = try sample.validate([source]) { ($0.filesAtOnce, $0.filesOfPartAtOnce) = (1, filesOfPart) }
        #expect(report.portions == (filesOfPart == 1 ? 8 : 4))
        let listed = source.listed.withLock { $0 }.filter {
            $0.hasPrefix("AWSLogs/111122223333/") && $0.contains("/us-east-1/")
        }
        let isOfDigests = listed.map { $0.contains("/CloudTrail-Digest/") }
        // In the second way the listing of all log files is given up, and each day is another cut.
        #expect(isOfDigests == (filesOfPart == 1 ? [true, false, false, true, false] : [true, false]))
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
