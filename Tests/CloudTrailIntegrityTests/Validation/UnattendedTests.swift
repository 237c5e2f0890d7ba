import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

@Suite("Runs that nobody watches")
struct UnattendedTests {
    private let trail = "management-events"

    private func chain(_ account: String, _ region: String) -> ChainIdentity {
        ChainIdentity(account: account, region: region, trail: trail, homeRegion: "us-east-1", isBackfill: false)
    }

    /// V27
    @Test("coverage must reach the age that is allowed, for each chain")
    func maximumAge() throws {
        let sample = try Sample()
        let report = try sample.validate { $0.coverageMustReach = sample.summary.end.advanced(bySeconds: 1) }
        let reasons = report.findings(.coverageShort).map(\.detail["reason"])
        #expect(reasons == Array(repeating: .text("max-age"), count: 4))
        #expect(try sample.validate { $0.coverageMustReach = sample.summary.end }.findings.isEmpty)
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

    /// V29
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

    /// V29
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

    /// V29
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

    private static let line =
        "{\"account\":\"111122223333\",\"region\":\"us-east-1\",\"trail\":\"t\",\"homeRegion\":\"us-west-2\"}"

    private static func line(_ members: String) -> String { line.dropLast() + ",\(members)}" }

    /// I14
    @Test("a line may say when the chain began and ended, and that it is no backfill chain")
    func listMembers() throws {
        let text = Self.line("\"backfill\":false,\"since\":\"2026-03-01\",\"until\":\"2026-03-08T01:00:00+01:00\"")
        let chains = try ExpectedChain.list(reading: Array("\(text)\n\(text)\n".utf8))
        #expect(Set(chains).count == 1)
        #expect(chains.first?.since == Timestamp("2026-03-01T00:00:00Z"))
        #expect(chains.first?.until == Timestamp("2026-03-08T00:00:00Z"))
        let open = try ExpectedChain.list(reading: Array(Self.line("\"since\":null,\"until\":null").utf8))
        #expect(open.map(\.since) == [nil] && open.map(\.until) == [nil])
    }

    /// I14
    @Test(
        "a line that asks for nothing is an error that names it",
        arguments: [
            (line("\"untill\":\"2026-03-01\""), "there is no member 'untill'"),
            (line("\"backfill\":true"), "backfill can only be false"),
            (line("\"backfill\":\"false\""), "backfill must be false"),
            (line("\"since\":\"\""), "since and until must be times: '' is not an ISO 8601 time"),
            (line("\"until\":1"), "until must be a string"),
            (line("\"since\":\"2026-03-01\",\"until\":\"2026-03-01\""), "is not before until"),
            (line("\"since\":\"2026-02-01\""), "named twice, with another since or until"),
            (line("\"since\":null,\"since\":null"), "appears twice"),
            (line.replacing("111122223333", with: "1"), "an account has 12 digits"),
            (line.replacing("us-west-2", with: ""), "region and homeRegion"),
            (line.replacing("\"t\"", with: "\"\""), "trail is the name"),
            ("{\"account\":\"111122223333\"}", "account, region, trail and homeRegion must be there"),
        ]
    )
    func listFaults(line: String, reason: String) {
        let error = #expect(throws: ExpectedChainError.self) {
            try ExpectedChain.list(reading: Array("\(Self.line)\n\(line)\n".utf8))
        }
        #expect(error?.line == 2)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }

    /// I14
    @Test("a list without a chain, and one that contradicts another, are errors", arguments: ["", "\n \n"])
    func listOfNothing(text: String) throws {
        let error = #expect(throws: ExpectedChainError.self) { try ExpectedChain.list(reading: Array(text.utf8)) }
        #expect(error?.description == "line 1: the list names no chain")
        var chains = try ExpectedChain.list(reading: Array(Self.line.utf8))
        let known = chains
        #expect(throws: ExpectedChainError.self) {
            try ExpectedChain.add(reading: Array(Self.line("\"until\":\"2026-03-01\"").utf8), to: &chains)
        }
        #expect(chains == known)
    }

    /// V29
    @Test("a chain that is known to have begun owes nothing from before, to the second")
    func begun() throws {
        let sample = try Sample()
        // Each chain of the sample begins then, with a starting digest.
        let begin = sample.summary.start
        let chains = ["111122223333", "111122223334"].flatMap { account in
            ["us-east-1", "us-west-2"].map { chain(account, $0) }
        }
        let before = begin.advanced(bySeconds: -10 * 3600)
        func validate(since: Timestamp?, start: Timestamp?, end: Timestamp? = nil) throws -> [Finding] {
            try sample.validate {
                ($0.start, $0.end) = (start, end)
                $0.expectedChains = chains.map { ExpectedChain($0, since: since) }
            }.findings
        }
        #expect(try validate(since: begin, start: before).isEmpty)
        #expect(try validate(since: begin, start: before, end: sample.summary.end).isEmpty)
        // One second earlier is one second that nothing attests.
        let early = try validate(since: begin.advanced(bySeconds: -1), start: before)
        #expect(early.map(\.kind) == Array(repeating: .coverageShort, count: 4))
        #expect(Set(early.map(\.start)) == [begin.advanced(bySeconds: -1)])
        #expect(Set(early.map(\.end)) == [begin])
        #expect(Set(try validate(since: nil, start: before).map(\.start)) == [before])
        // Without a start it asks for nothing, and the later of both counts.
        #expect(try validate(since: before, start: nil).isEmpty)
        #expect(try validate(since: before, start: begin).isEmpty)
        // It says nothing of the end.
        let later = sample.summary.end.advanced(bySeconds: 1)
        #expect(try validate(since: begin, start: before, end: later).count == 4)
    }

    @Test("a chain that began must be there, also where it owes no coverage in the range")
    func begunAndAbsent() throws {
        let sample = try Sample()
        let absent = chain("111122223335", "us-east-1")
        let (start, end) = (sample.summary.start, sample.summary.end)
        func validate(since: Timestamp) throws -> [Finding] {
            try sample.validate {
                ($0.start, $0.end) = (start, end)
                $0.expectedChains = [ExpectedChain(absent, since: since)]
            }.findings
        }
        let owed = try validate(since: end.advanced(bySeconds: -1))
        #expect(owed.map(\.kind) == [.coverageShort])
        #expect(owed.map(\.start) == [end.advanced(bySeconds: -1)])
        #expect(owed.map(\.detail["reason"]) == [.text("chain-absent")])
        let beyond = try validate(since: end.advanced(bySeconds: 3600))
        #expect(beyond.map(\.start) == [end] && beyond.map(\.end) == [end])
        // What is held and begins when it should owes nothing that is over by then.
        let held = ExpectedChain(chain("111122223333", "us-east-1"), since: start)
        let earlier = try sample.validate {
            ($0.start, $0.end) = (start.advanced(bySeconds: -7200), start)
            $0.regions = ["us-east-1"]
            $0.accounts = ["111122223333"]
            $0.expectedChains = [held]
        }
        #expect(earlier.findings(.coverageShort).isEmpty)
    }

    /// V29
    @Test("an expected chain that begins after the end, or ends before it, is no chain that owes nothing")
    func expectedAside() throws {
        let sample = try Sample()
        let (start, end) = (sample.summary.start, sample.summary.end)
        let expected = chain("111122223333", "us-east-1")
        func reasons(since: Timestamp?, end: Timestamp) throws -> [Finding.Detail?] {
            try sample.validate {
                $0.end = end
                ($0.accounts, $0.regions) = (["111122223333"], ["us-east-1"])
                $0.expectedChains = [ExpectedChain(expected, since: since)]
            }.findings(.coverageShort).map { $0.detail["reason"] }
        }
        // The chain begins with a starting digest, which says that there was nothing before.
        #expect(try reasons(since: nil, end: start) == [.text("predecessor-absent")])
        #expect(try reasons(since: start.advanced(bySeconds: -3600), end: start) == [.text("predecessor-absent")])
        #expect(try reasons(since: start, end: start).isEmpty)
        // What is held from before its `since` belies that.
        let later = end.advanced(bySeconds: 3600)
        #expect(try reasons(since: later, end: later) == [.text("tail")])
    }

    /// What is found and when, in one order.
    private var oneThread: ValidationOptions {
        var options = ValidationOptions()
        options.jobs = 1
        return options
    }

    @Test("a monitor counts, and stops a validation")
    func monitor() throws {
        let sample = try Sample()
        let validator = Validator(keys: sample.keys, signatures: sample.manifest, options: oneThread)
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

    /// V1
    @Test("a monitor knows what the validation is at, and what was found until then")
    func phases() throws {
        let sample = try Sample { $0.tampers = [.digestTrailingData, .logModified] }
        let monitor = ValidationMonitor()
        let seen = LockedState<[ValidationMonitor.Progress]>([])
        var archive = sample.archive
        archive.onRead = { seen.withLock { $0.append(monitor.progress) } }
        let report = try Validator(keys: sample.keys, signatures: sample.manifest, options: oneThread)
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
