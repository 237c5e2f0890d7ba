import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop
import SampleArchive
import Synchronization
import Testing

@testable import Adversary

/// A validation that goes on by itself, and what its caller gets to know meanwhile.
@Suite("Validations that run by themselves")
struct ValidationRunTests {
    private func sample(_ tampers: [Tamper] = Array(Tamper.allCases.prefix(20))) throws -> Sample {
        try Sample(tampers) { options in
            (options.hours, options.regions, options.accounts, options.records) = (16, 2, 2, 1)
        }
    }

    private func validator(_ sample: Sample, jobs: Int = 4) -> Validator {
        var options = ValidationOptions()
        (options.jobs, options.readers) = (jobs, 8)
        return Validator(keys: sample.keys, signatures: sample.manifest, options: options)
    }

    private func counts(_ findings: [Finding]) -> [Finding: Int] {
        findings.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    // MARK: Findings

    @Test("every finding comes once, to a callback and to all who go through the run")
    func findings() async throws {
        let sample = try sample()
        for source: any ArchiveSource in [sample.archive, StreamedArchive(archive: sample.archive)] {
            let heard = LockedState<[Finding]>([])
            let report = try validator(sample).validate(source) { finding in heard.withLock { $0.append(finding) } }
            #expect(report.findings.count > 20)
            #expect(counts(heard.withLock { $0 }) == counts(report.findings))

            let run = validator(sample).start(source)
            async let second: [Finding] = {
                var found: [Finding] = []
                for try await finding in run { found.append(finding) }
                return found
            }()
            var first: [Finding] = []
            for try await finding in run { first.append(finding) }
            #expect(first == (try await second))
            #expect(counts(first) == counts(report.findings))
            #expect(try await run.report.substance == report.substance)
            #expect(try await run.report.findings == report.findings)
            #expect(run.progress.phase == .conclusions)
        }
    }

    @Test("what a validation throws, its run throws, for findings and report")
    func failure() async throws {
        struct Broken: Error {}
        let sample = try sample([])
        var source = ArrangedSource(sample.archive)
        source.onList = { _ in throw Broken() }
        let run = validator(sample).start(source)
        await #expect(throws: Broken.self) { for try await _ in run {} }
        await #expect(throws: Broken.self) { _ = try await run.report }
    }

    // MARK: Stopping

    /// Storage that yields a few reads and then waits until it may go on.
    private final class Gate: Sendable {
        private let state = LockedState((reads: 0, isOpen: false), conditions: 1)
        var reads: Int { state.withLock { $0.reads } }

        func archive(_ sample: Sample) -> MemoryArchive {
            var archive = sample.archive
            archive.onRead = { [state] in
                let isFree = state.withLock { state in
                    state.reads += 1
                    return state.reads < 40
                }
                if !isFree { state.wait(on: 0) { $0.isOpen ? () : nil } }
            }
            return archive
        }

        func isReached() async {
            while reads < 40 { try? await Task.sleep(for: .milliseconds(1)) }
        }

        func open() {
            state.withLock { $0.isOpen = true }
            state.broadcast(0)
        }
    }

    @Test("a stopped run begins no more reads than were under way, and ends", arguments: [false, true])
    func cancelled(isStream: Bool) async throws {
        let sample = try sample([])
        let gate = Gate()
        let archive = gate.archive(sample)
        let run = validator(sample).start(isStream ? StreamedArchive(archive: archive) : archive)
        await gate.isReached()
        run.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { _ = try await run.report }
        await #expect(throws: CancellationError.self) { for try await _ in run {} }
        // One a thread.
        #expect(gate.reads <= 40 + 8)
    }

    @Test("a cancelled task stops the run it waits for", arguments: [false, true])
    func cancelledTask(goesThroughFindings: Bool) async throws {
        let sample = try sample([])
        let gate = Gate()
        let run = validator(sample).start(gate.archive(sample))
        let task = Task {
            if goesThroughFindings { for try await _ in run {} }
            _ = try await run.report
        }
        await gate.isReached()
        task.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(gate.reads <= 40 + 8)
    }

    /// Storage that tells when nobody holds it any more.
    private final class Held: ObjectSource {
        let archive: MemoryArchive
        private let onEnd: @Sendable () -> Void
        var name: String { archive.name }

        init(_ archive: MemoryArchive, onEnd: @escaping @Sendable () -> Void) {
            self.archive = archive
            self.onEnd = onEnd
        }

        deinit { onEnd() }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try archive.list(visit) }

        func open(_ path: ObjectKey) throws -> any OpenObject { try archive.open(path) }
    }

    @Test("a run that nobody holds any more stops, and lets go of everything")
    func dropped() async throws {
        let sample = try sample([])
        let gate = Gate()
        let isReleased = LockedState(false)
        do {
            let run = validator(sample)
                .start(Held(gate.archive(sample)) { isReleased.withLock { $0 = true } })
            await gate.isReached()
            #expect(run.progress.phase <= .logFiles)
        }
        gate.open()
        for _ in 0..<5000 where !isReleased.withLock({ $0 }) { usleep(1000) }
        #expect(isReleased.withLock { $0 })
        #expect(gate.reads <= 40 + 8)
    }

    @Test("storage that stalls is waited for, and nothing more is asked of it")
    func stalled() async throws {
        let sample = try sample([])
        let state = LockedState((isStalled: false, mayGoOn: false), conditions: 1)
        var archive = sample.archive
        let reads = Atomic<Int>(0)
        archive.onRead = {
            if reads.wrappingAdd(1, ordering: .relaxed).oldValue != 30 { return }
            state.withLock { $0.isStalled = true }
            state.wait(on: 0) { $0.mayGoOn ? () : nil }
        }
        let run = validator(sample).start(archive)
        while !state.withLock({ $0.isStalled }) { try await Task.sleep(for: .milliseconds(1)) }
        run.cancel()
        let ended = LockedState(false)
        let task = Task {
            let result = await Result { try await run.report }
            ended.withLock { $0 = true }
            return try result.get()
        }
        for _ in 0..<20 { usleep(1000) }
        #expect(!ended.withLock { $0 })
        state.withLock { $0.mayGoOn = true }
        state.broadcast(0)
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }

    @Test("a callback is told nothing more once it has stopped the validation")
    func cancelledFromCallback() throws {
        let sample = try sample()
        let monitor = ValidationMonitor()
        let heard = LockedState(0)
        #expect(throws: CancellationError.self) {
            try validator(sample).validate(sample.archive, monitor: monitor) { _ in
                heard.withLock { $0 += 1 }
                monitor.cancel()
            }
        }
        #expect(heard.withLock { $0 } == 1)
    }

    // MARK: Several at once

    @Test("validations at the same time do not know of each other")
    func atOnce() async throws {
        let samples = try [sample(), sample([]), sample([.logModified, .digestDeleted])]
        let alone = try samples.map { try validator($0).validate($0.archive).substance }
        let runs = (0..<9).map { number in
            let sample = samples[number % 3]
            let isStream = number.isMultiple(of: 2)
            return validator(sample, jobs: 1 + number % 4)
                .start(isStream ? StreamedArchive(archive: sample.archive, order: .shuffled) : sample.archive)
        }
        for (number, run) in runs.enumerated() {
            #expect(try await run.report.substance == alone[number % 3])
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
