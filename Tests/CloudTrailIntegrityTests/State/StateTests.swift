import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// An archive that is validated night after night, and what was remembered.
struct Nights {
    var sample: Sample
    var state = ProvenState()
    var recheck = EarlierRuns.Recheck.nothing
    var time = Timestamp(secondsSinceEpoch: 1_800_000_000)

    init(_ sample: Sample) {
        self.sample = sample
    }

    /// Validates `archives` and remembers what came of it, also through bytes.
    mutating func run(
        _ archives: [MemoryArchive],
        withManifest: Bool = true,
        _ configure: (inout ValidationOptions) -> Void = { _ in }
    ) throws -> ValidationReport {
        time = time.advanced(bySeconds: 86_400)
        let report = try sample.validate(archives, withManifest: withManifest) { options in
            options.earlierRuns = EarlierRuns(state, now: time, recheck: recheck)
            configure(&options)
        }
        let next = try #require(report.state)
        let bytes = try next.serialized()
        state = try ProvenState(reading: bytes)
        #expect(try state.serialized() == bytes)
        report.expectConsistent()
        return report
    }

    mutating func run(
        _ archive: MemoryArchive,
        withManifest: Bool = true,
        _ configure: (inout ValidationOptions) -> Void = { _ in }
    ) throws -> ValidationReport {
        try run([archive], withManifest: withManifest, configure)
    }
}

extension MemoryArchive {
    /// This archive with another content under a path, changed now.
    func changed(_ path: String, _ content: [UInt8]?, at time: Int64 = 1) -> MemoryArchive {
        var changed = self
        changed[path] = content
        changed.times[ObjectKey(path)] = time
        return changed
    }

    /// The files that are there when the sample's hour with this number has ended.
    func until(_ end: Timestamp) -> MemoryArchive {
        var part = self
        part.files = files.filter { key, _ in
            if let digest = DigestFileName(key) { return digest.endTime <= end }
            if let log = LogFileName(key) { return log.time < end.advanced(bySeconds: -600) }
            return true
        }
        return part
    }
}

@Suite("Earlier runs")
struct StateTests {
    private func sample(_ configure: (inout SampleOptions) -> Void = { _ in }) throws -> Sample {
        try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 2, 12, 2, 1)
            configure(&options)
        }
    }

    /// I18
    @Test func whatWasProvenIsNotReadAgain() throws {
        let sample = try sample()
        var nights = Nights(sample)
        let first = try nights.run(sample.archive)
        #expect(first.failures.isEmpty)
        #expect(first.carried == ValidationReport.Carried(digests: 0, logs: 0))
        let second = try nights.run(sample.archive)
        #expect(second.findings == first.findings)
        #expect(second.digests == first.digests && second.logs == first.logs)
        #expect(second.chains == first.chains)
        #expect(second.carried == ValidationReport.Carried(digests: first.digests.valid, logs: first.logs.valid))
        #expect(second.hashedBytes == 0)
        // Nothing of it depends on signatures any more.
        let third = try nights.run(sample.archive, withManifest: false)
        #expect(third.findings == first.findings)
    }

    @Test func onlyWhatIsNewIsRead() throws {
        let sample = try sample()
        var nights = Nights(sample)
        let start = sample.summary.start
        var before = ValidationReport.Carried(digests: 0, logs: 0)
        for hour in [4, 6, 9, 12] {
            let archive = sample.archive.until(start.advanced(bySeconds: Int64(hour) * 3600))
            let report = try nights.run(archive, withManifest: false) { $0.grace = .seconds(86_400) }
            // The newest digest of each of the two chains waits for its successor.
            #expect(report.count(.digestUnsigned) == 2 && report.count(.logUnauthenticated) == 4)
            #expect(report.failures.count == 6)
            #expect(report.carried == before)
            let fresh = try sample.validate([archive], withManifest: false) { $0.grace = .seconds(86_400) }
            #expect(report.findings.map(\.unlabelled) == fresh.findings)
            #expect(report.digests == fresh.digests && report.logs == fresh.logs && report.chains == fresh.chains)
            before = ValidationReport.Carried(digests: report.digests.valid, logs: report.logs.valid)
        }
    }

    /// V33
    @Test func whatLiesWhereItWasProvenIsNotMissing() throws {
        let sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 1, 6, 2, 1)
        }
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let state = nights.state
        // The digest files alone lie in another place, and the root's layout follows them.
        var moved = sample.archive.moved { key in
            DigestFileName(key) == nil ? key : ObjectKey(bytes: Array("03/01/".utf8) + key.lastComponent)
        }
        let untouched = try nights.run(moved)
        #expect(untouched.count(.logMissing) == 0 && untouched.verdict() != .valid)
        let log = try #require(sample.logKeys().first)
        moved = moved.changed(log, try compressed([UInt8(ascii: "x")]))
        nights.state = state
        let altered = try nights.run(moved)
        #expect(altered.findings(.logMissing).map { $0.key?.description } == [log])
        #expect(altered.verdict() == .notValid)
    }

    /// V33: the digest file that listed it is gone too
    @Test(arguments: [false, true])
    func whatLiesWhereItWasProvenIsNotMissingWithoutItsDigest(isAltered: Bool) throws {
        let sample = try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs, options.records) = (1, 1, 6, 2, 1)
        }
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let oldest = try #require(sample.digestKeys().first)
        let log = try #require(sample.logKeys().first)
        func moved(_ key: ObjectKey) -> ObjectKey {
            DigestFileName(key) == nil ? key : ObjectKey(bytes: Array("03/01/".utf8) + key.lastComponent)
        }
        var archive = sample.archive.moved(moved).changed(moved(ObjectKey(oldest)).description, nil)
        if isAltered { archive = archive.changed(log, try compressed([UInt8(ascii: "x")])) }
        let report = try nights.run(archive)
        #expect(report.findings(.digestMissing).map { $0.key?.description } == [oldest])
        #expect(report.findings(.logMissing).map { $0.key?.description } == (isAltered ? [log] : []))
    }

    // MARK: What changed

    /// What a tamper does to the archive: on the second night against the untouched sample of the first.
    private func after(_ tampered: Sample, _ clean: Sample) -> MemoryArchive {
        var archive = tampered.archive
        for (path, content) in archive.files where clean.archive.files[path] != content { archive.times[path] = 1 }
        return archive
    }

    @Test("is found as without a memory", arguments: Tamper.allCases)
    func nothingIsHidden(_ tamper: Tamper) throws {
        func configure(_ options: inout SampleOptions) {
            (options.accounts, options.hours, options.logs, options.records) = (1, 9, 2, 1)
        }
        let clean = try Sample([], configure)
        let tampered = try Sample([tamper], configure)
        // What was made otherwise from the beginning cannot come out of the clean one.
        guard clean.summary.keys == tampered.summary.keys else { return }
        let archive = after(tampered, clean)
        let fresh = try tampered.validate([archive])
        var nights = Nights(tampered)
        nights.sample.manifest = clean.manifest
        _ = try nights.run(clean.archive)
        nights.sample.manifest = tampered.manifest
        let second = try nights.run(archive)
        let third = try nights.run(archive)
        let fourth = try nights.run(archive)
        let own: Set<FindingKind> = [.anchorLost, .keyNew]
        for report in [second, third] {
            // What was proven before stays proven, and what is gone is missed: nothing else may differ.
            for finding in fresh.findings where finding.severity == .violation {
                #expect(
                    report.findings.contains { $0.key == finding.key && $0.severity == .violation },
                    "lost: \(finding.kind.rawValue) \(finding.key?.description ?? "")"
                )
            }
            for finding in report.findings where !fresh.findings.contains(where: { Found($0) == Found(finding) }) {
                let isKnown = own.contains(finding.kind) || finding.detail["provenBefore"] == .flag(true)
                #expect(isKnown, "new: \(finding.kind.rawValue) \(finding.key?.description ?? "")")
            }
            if fresh.verdict() == .notValid { #expect(report.verdict() == .notValid) }
        }
        // From the second night on the digest file behind one that failed is read too, which may tell more of it.
        func found(_ report: ValidationReport) -> [Finding] {
            report.findings.filter { $0.kind != .keyNew }.map(\.unlabelled)
        }
        #expect(found(third) == found(fourth))
        #expect(Set(second.failures.map(\.key)) == Set(third.failures.map(\.key)))
        // When everything is put back, nothing is left of it; but for digests that AWS, as it were, signed in the
        // meantime: those are gone then.
        let proven = try tampered.validate([archive]) { $0.listsProvenFiles = true }.provenFiles.map(\.path)
        let isSignedAnew = archive.files.contains { path, content in
            DigestFileName(path) != nil && clean.archive.files[path] != content
                && proven.contains(ObjectKey("memory/\(path)"))
        }
        if !isSignedAnew {
            nights.sample.manifest = clean.manifest
            var restored = clean.archive
            for path in archive.files.keys where archive.files[path] != restored.files[path] {
                restored.times[path] = 2
            }
            let last = try nights.run(restored)
            #expect(last.failures.isEmpty)
        }
    }

    @Test func aLogFileThatChangedIsReadAgain() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let key = sample.logKeys()[5]
        let altered = try compressed(sample.content(key) + [UInt8(ascii: " ")])
        let second = try nights.run(sample.archive.changed(key, altered))
        #expect(second.failures == [Found("log-modified", key)])
        // Touched, and still the same.
        let third = try nights.run(sample.archive.changed(key, sample.archive[key]))
        #expect(third.failures.isEmpty && third.hashedBytes > 0)
        let fourth = try nights.run(sample.archive.changed(key, sample.archive[key]))
        #expect(fourth.failures.isEmpty && fourth.hashedBytes == 0)
    }

    @Test func aLogFileThatIsGoneIsMissedEveryNight() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        // The first hour's logs too, which a stateless run of a partial download would not miss.
        for key in [sample.logKeys()[0], sample.logKeys()[7]] {
            for _ in 0..<2 {
                let report = try nights.run(sample.archive.changed(key, nil))
                #expect(report.failures == [Found("log-missing", key)])
            }
        }
        #expect(try nights.run(sample.archive).failures.isEmpty)
    }

    /// V42
    @Test func theTailThatWasCutIsTheAnchorThatIsLost() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let anchor = try #require(sample.digestKeys().last)
        let logs = sample.logKeys().filter { $0 >= sample.logKeys()[22] }
        var cut = sample.archive.changed(anchor, nil)
        for log in logs { cut[log] = nil }
        // Without a memory nothing is amiss.
        #expect(try sample.validate([cut]).failures.isEmpty)
        for _ in 0..<2 {
            let report = try nights.run(cut)
            #expect(report.failures == Set([Found("anchor-lost", anchor)] + logs.map { Found("log-missing", $0) }))
            #expect(report.verdict() == .notValid)
        }
    }

    /// V42
    @Test func theBeginningThatWasCutIsMissed() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let gone = sample.digestKeys()[..<3]
        let logs = sample.logKeys()[..<6]
        var cut = sample.archive
        for key in gone + logs { cut[key] = nil }
        let fresh = try sample.validate([cut])
        #expect(fresh.failures.isEmpty && fresh.count(.chainStartsBeforeArchive) == 1)
        for _ in 0..<2 {
            let report = try nights.run(cut)
            let expected = gone.map { Found("digest-missing", $0) } + logs.map { Found("log-missing", $0) }
            #expect(report.failures == Set(expected))
        }
        // Who no longer keeps it says from when on he does.
        let start = sample.summary.start.advanced(bySeconds: 3 * 3600)
        #expect(try nights.run(cut) { $0.start = start }.failures.isEmpty)
        #expect(try nights.run(cut) { $0.start = start }.failures.isEmpty)
    }

    /// V42
    @Test func anotherHistoryUnderTheSameNames() throws {
        let sample = try sample()
        // The same chains, signed by other keys of the same file: as only AWS could.
        let other = try self.sample { $0.seed = 2 }
        var nights = Nights(sample)
        try nights.sample.keys.add(reading: other.summary.keysJSON, name: "keys-2.json")
        _ = try nights.run(sample.archive)
        try nights.sample.manifest.add(reading: Array(other.manifestText.utf8))
        var rewritten = other.archive
        for path in rewritten.files.keys { rewritten.times[path] = 1 }
        let report = try nights.run(rewritten)
        #expect(report.count(.anchorLost) == sample.digestKeys().count + sample.digestKeys(region: "us-west-2").count)
        #expect(report.verdict() == .notValid)
        #expect(try nights.run(rewritten).verdict() == .notValid)
    }

    @Test func anUnsignedDigestInTheAnchorsPlaceIsNotAllowedAway() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let anchor = try #require(sample.digestKeys().last)
        let text = String(decoding: try sample.content(anchor), as: UTF8.self)
        let forged = text.replacing("\"newestEventTime\":", with: "\"newestEventTime\" :")
        #expect(forged != text)
        let archive = sample.archive.changed(anchor, try compressed(Array(forged.utf8)))
        let report = try nights.run(archive, withManifest: false)
        #expect(report.findings(.anchorLost).map(\.key) == [ObjectKey(anchor)])
        #expect(try report.verdict(allowing: [.digestUnsigned, .logUnauthenticated]) == .notValid)
    }

    @Test func whatCannotBeReadIsNotGone() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let anchor = try #require(sample.digestKeys().last)
        var archive = sample.archive
        let error = ObjectReadError(.permission, "no")
        archive.failures = [ObjectKey(anchor): error, ObjectKey(sample.logKeys()[3]): error]
        let report = try nights.run(archive)
        #expect(report.count(.anchorLost) == 0 && report.count(.digestUnreadable) == 1)
        #expect(report.findings.contains { $0.kind == .logUnreadable && $0.key == ObjectKey(sample.logKeys()[3]) })
        #expect(report.verdict() == .notProven)
        #expect(try nights.run(sample.archive).failures.isEmpty)
    }

    // MARK: What does not show

    @Test("is found within as many nights as were promised", arguments: [2, 5, 9])
    func recheckFindsAll(_ turns: Int) throws {
        let sample = try sample()
        var nights = Nights(sample)
        nights.recheck = .oneIn(turns)
        _ = try nights.run(sample.archive)
        // Size and time stay what they were.
        let keys = sample.logKeys()[2..<10]
        var archive = sample.archive
        for key in keys { archive[key]?[10] ^= 1 }
        var found: Set<String> = []
        for night in 1...turns {
            let report = try nights.run(archive)
            found.formUnion(report.failures.map(\.key))
            #expect(night == turns || report.hashedBytes < sample.archive.contentBytes)
        }
        #expect(found == Set(keys))
    }

    @Test func recheckByAge() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        var archive = sample.archive
        archive[sample.logKeys()[4]]?[10] ^= 1
        for night in 1...4 {
            nights.recheck = .readBefore(nights.time.advanced(bySeconds: -2 * 86_400))
            let report = try nights.run(archive)
            #expect(report.failures.isEmpty == (night < 4), "night \(night)")
        }
    }

    /// I18
    @Test func recheckOfAll() throws {
        let sample = try sample()
        var nights = Nights(sample)
        let first = try nights.run(sample.archive)
        nights.recheck = .everything
        let second = try nights.run(sample.archive)
        #expect(second.carried == ValidationReport.Carried(digests: 0, logs: 0))
        #expect(second.findings == first.findings && second.hashedBytes == first.hashedBytes)
    }

    // MARK: Layouts

    @Test("in every layout", arguments: DownloadLayout.allCases)
    func layouts(_ layout: DownloadLayout) throws {
        let sample = try sample { layout.options(&$0) }
        let archives = try layout.download(sample.archive)
        var nights = Nights(sample)
        let first = try nights.run(archives)
        let second = try nights.run(archives)
        #expect(first.findings == second.findings)
        #expect(first.digests == second.digests && first.logs == second.logs)
        let carried = try #require(second.carried)
        switch layout {
        // There, names alone tell keys; and there, files are not under their keys.
        case .flat, .decompressed: #expect(carried.logs == 0)
        // A day's digest files lie directly in their root, those it lists in another.
        case .days: #expect(carried.digests == 0 && carried.logs == first.logs.valid)
        default: #expect(carried.digests == first.digests.valid && carried.logs == first.logs.valid)
        }
    }

    // MARK: Keys

    /// V43
    @Test func aNewKeyIsWorthANotice() throws {
        let sample = try sample()
        var nights = Nights(sample)
        #expect(try nights.run(sample.archive).count(.keyNew) == 0)
        try nights.sample.keys.add(reading: self.sample { $0.seed = 2 }.summary.keysJSON, name: "keys-2.json")
        let report = try nights.run(sample.archive)
        #expect(report.count(.keyNew) > 0 && report.failures.isEmpty)
        #expect(try nights.run(sample.archive).count(.keyNew) == 0)
    }

    /// I11
    @Test func anotherKeyUnderAKnownFingerprint() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let fingerprint = try #require(nights.state.keys.keys.sorted().first)
        nights.state.keys[fingerprint] = try SHA256Digest.of([1])
        #expect(throws: StateError.self) { try nights.run(sample.archive) }
    }

    @Test func nothingMayBeLeftOut() throws {
        let sample = try sample()
        var nights = Nights(sample)
        let trail = try TrailSelector("management-events")
        for leaveOut: (inout ValidationOptions) -> Void in [
            { $0.end = sample.summary.end }, { $0.accounts = ["111122223333"] }, { $0.regions = ["us-east-1"] },
            { $0.trails = [trail] },
        ] {
            let error = #expect(throws: ValidationOptionsError.self) { try nights.run(sample.archive, leaveOut) }
            #expect(error?.option == .earlierRuns)
        }
    }

    @Test func aForgedTwinBesideWhatWasProven() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let key = sample.logKeys()[6]
        let twin = String(key.dropLast(".gz".count))
        let report = try nights.run(sample.archive.changed(twin, try sample.content(key) + [UInt8(ascii: " ")]))
        #expect(report.failures == [Found("log-modified", key)])
        #expect(report.findings(.logModified).map(\.path) == [ObjectKey("memory/\(twin)")])
        let added = key.replacing("_2026", with: "_2025")
        #expect(try nights.run(sample.archive.changed(added, sample.archive[key])).count(.logUnreferenced) == 1)
    }
}

extension MemoryArchive {
    /// A bound of what reading all of it hashes, in bytes.
    fileprivate var contentBytes: UInt64 {
        UInt64((try? decompressed().files.values.reduce(0) { $0 + $1.count }) ?? 0)
    }
}

extension Finding {
    /// The finding as a run would have it that remembers nothing.
    fileprivate var unlabelled: Finding {
        var finding = self
        finding.note(isKnown: nil)
        return finding
    }
}
