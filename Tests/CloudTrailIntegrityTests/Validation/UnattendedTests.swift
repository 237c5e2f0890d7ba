import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@Suite("Runs that nobody watches")
struct UnattendedTests {
    private let trail = "management-events"

    private func chain(_ account: String, _ region: String) -> ChainIdentity {
        ChainIdentity(account: account, region: region, trail: trail, homeRegion: "us-east-1", isBackfill: false)
    }

    @Test("coverage must reach the age that is allowed, for each chain, and an explicit end replaces that")
    func maximumAge() throws {
        let sample = try Sample()
        let report = try sample.validate { $0.coverageMustReach = sample.summary.end.advanced(bySeconds: 1) }
        let reasons = report.findings(.coverageShort).map(\.detail["reason"])
        #expect(reasons == Array(repeating: .text("max-age"), count: 4))
        #expect(try sample.validate { $0.coverageMustReach = sample.summary.end }.findings.isEmpty)
        let both = try sample.validate {
            $0.coverageMustReach = sample.summary.end.advanced(bySeconds: 1)
            $0.end = sample.summary.end
        }
        #expect(both.findings.isEmpty)
    }

    @Test("an age replaces the comparison with siblings")
    func ageInsteadOfSiblings() throws {
        var sample = try Sample()
        for key in sample.digestKeys().suffix(5) { sample.archive[key] = nil }
        let reached = sample.summary.end.advanced(bySeconds: -5 * 3600)
        let report = try sample.validate {
            $0.coverageMustReach = reached; $0.grace = .seconds(6 * 3600)
        }
        #expect(report.failures.isEmpty)
    }

    @Test("an expected chain that is absent is named, and a whole region left out otherwise is not seen")
    func absent() throws {
        let sample = try Sample()
        let archive = sample.archive.only("/us-east-1/")
        #expect(try sample.validate([archive]).verdict() == .valid)
        let expected = ["111122223333", "111122223334"].flatMap { account in
            ["us-east-1", "us-west-2"].map { ExpectedChain(chain(account, $0)) }
        }
        let report = try sample.validate([archive]) { $0.expectedChains = expected }
        let absent = report.findings(.coverageShort)
        #expect(absent.map(\.detail["reason"]) == [.text("chain-absent"), .text("chain-absent")])
        #expect(absent.compactMap(\.chain?.region) == ["us-west-2", "us-west-2"])
        #expect(report.verdict() == .notProven)
        // A filter limits this as it limits everything.
        let filtered = try sample.validate([archive]) {
            $0.expectedChains = expected; $0.regions = ["us-east-1"]
        }
        #expect(filtered.verdict() == .valid)
    }

    @Test("an expected chain that ends before the start, or has nothing verified, is named")
    func expectedButOld() throws {
        var sample = try Sample()
        for key in sample.digestKeys().suffix(20) { sample.archive[key] = nil }
        let expected = [ExpectedChain(chain("111122223333", "us-east-1"))]
        let start = sample.summary.end.advanced(bySeconds: -10 * 3600)
        let report = try sample.validate {
            $0.start = start; $0.expectedChains = expected; $0.grace = .seconds(30 * 3600)
        }
        #expect(report.findings(.coverageShort).map(\.detail["reason"]) == [.text("tail")])
        for key in sample.digestKeys().dropFirst() { sample.archive[key] = nil }
        sample.archive[sample.digestKeys()[0]] = try compressed([UInt8(ascii: "x")])
        let forged = try sample.validate {
            $0.start = start; $0.expectedChains = expected
        }
        #expect(forged.findings(.coverageShort).contains { $0.detail["reason"] == .text("chain-absent") })
    }

    @Test("a chain that is known to have ended need not go on, and its end must be there")
    func ended() throws {
        var sample = try Sample()
        let digests = sample.digestKeys(account: "111122223334", region: "us-west-2")
        let logs = sample.logKeys(account: "111122223334", region: "us-west-2")
        for key in digests.suffix(10) + logs.suffix(30) { sample.archive[key] = nil }
        let left = chain("111122223334", "us-west-2")
        let until = sample.summary.end.advanced(bySeconds: -10 * 3600)
        #expect(try sample.validate { $0.end = sample.summary.end }.count(.coverageShort) == 1)
        let known = try sample.validate {
            $0.end = sample.summary.end
            $0.expectedChains = [ExpectedChain(left, until: until)]
        }
        #expect(known.findings.isEmpty)
        let unattended = try sample.validate {
            $0.coverageMustReach = sample.summary.end
            $0.expectedChains = [ExpectedChain(left, until: until)]
        }
        #expect(unattended.findings.isEmpty)
        let later = try sample.validate {
            $0.expectedChains = [ExpectedChain(left, until: until.advanced(bySeconds: 1))]
        }
        #expect(later.findings(.coverageShort).map(\.chain) == [left])
    }

    @Test("a list of chains is read line by line")
    func list() throws {
        let text = """
            {"account":"111122223333","region":"us-east-1","trail":"t","homeRegion":"us-west-2"}

            {"account":"111122223333","region":"us-east-1","trail":"u","homeRegion":"us-west-2","until":"2026-03-01T00:00:00Z"}
            """
        let chains = try ExpectedChain.list(reading: Array(text.utf8))
        #expect(chains.map(\.chain.trail) == ["t", "u"])
        #expect(chains.map(\.until) == [nil, Timestamp("2026-03-01T00:00:00Z")])
        for line in [
            "x", "{}", "[]", "{\"account\":1}", text.split(separator: "\n")[1].replacing("2026-03-01T", with: ""),
        ] {
            let error = #expect(throws: ExpectedChainError.self) {
                try ExpectedChain.list(reading: Array("\n\(line)\n".utf8))
            }
            #expect(error?.line == 2)
        }
    }

    @Test("a monitor counts, and stops a validation")
    func monitor() throws {
        let sample = try Sample()
        let validator = Validator(keys: sample.keys, signatures: sample.manifest)
        let monitor = ValidationMonitor()
        #expect(monitor.progress == ValidationMonitor.Progress(phase: .waiting))
        let report = try validator.validate([sample.archive], monitor: monitor)
        let progress = monitor.progress
        #expect(progress.phase == .conclusions)
        let logs = sample.archive.files.filter { !$0.key.description.contains("/CloudTrail-Digest/") }
        #expect(progress.bytesRead == UInt64(logs.values.reduce(0) { $0 + $1.count }))
        #expect(progress.findingCount == 0)
        #expect(report.findings.isEmpty)
        #expect(
            [progress.digestsTotal, progress.digestsRead, progress.logsTotal, progress.logsSettled] == [
                104, 104, 312, 312,
            ]
        )
        monitor.cancel()
        #expect(throws: CancellationError.self) { try validator.validate([sample.archive], monitor: monitor) }
        // In the middle of a file too.
        let stopping = ValidationMonitor()
        var archive = sample.archive
        archive.onRead = { if stopping.progress.logsSettled >= 20 { stopping.cancel() } }
        #expect(throws: CancellationError.self) { try validator.validate([archive], monitor: stopping) }
        #expect((20..<50).contains(stopping.progress.logsSettled))
    }

    @Test("a monitor knows what the validation is at, and what was found until then")
    func phases() throws {
        let sample = try Sample { $0.tampers = [.digestTrailingData, .logModified] }
        let monitor = ValidationMonitor()
        let seen = LockedState<[ValidationMonitor.Progress]>([])
        var archive = sample.archive
        archive.onRead = { seen.withLock { $0.append(monitor.progress) } }
        let report = try Validator(keys: sample.keys, signatures: sample.manifest)
            .validate([archive], monitor: monitor)
        let progress = seen.withLock { $0 }
        #expect(progress.map(\.phase) == progress.map(\.phase).sorted())
        #expect(progress.contains { $0.phase <= .digestFiles } && progress.contains { $0.phase == .logFiles })
        // The digest file's finding is known before the first log file is read.
        #expect(try #require(progress.first { $0.phase == .logFiles }).findingCount == 1)
        #expect(report.findings.count { $0.severity > .notice } == monitor.progress.findingCount)
    }

    @Test("files that a filter leaves out count as passed over")
    func passedOver() throws {
        let sample = try Sample()
        var options = ValidationOptions()
        options.regions = ["us-east-1"]
        let monitor = ValidationMonitor()
        _ = try Validator(keys: sample.keys, signatures: sample.manifest, options: options)
            .validate([sample.archive], monitor: monitor)
        #expect(monitor.progress.logsSettled == monitor.progress.logsTotal)
    }

    @Test("a large file is told of while it is read")
    func largeFile() throws {
        let sample = try Sample { $0.hours = 4 }
        var archive = sample.archive
        let large = try #require(sample.logKeys().first)
        archive[large] = [UInt8](repeating: UInt8(ascii: " "), count: 32 << 20)
        let monitor = ValidationMonitor()
        let seen = LockedState<Set<UInt64>>([])
        archive.onRead = {
            let progress = monitor.progress
            if progress.phase == .logFiles { seen.withLock { _ = $0.insert(progress.bytesRead) } }
        }
        _ = try Validator(keys: sample.keys, signatures: sample.manifest).validate([archive], monitor: monitor)
        #expect(seen.withLock { $0.count } >= 8)
    }
}
