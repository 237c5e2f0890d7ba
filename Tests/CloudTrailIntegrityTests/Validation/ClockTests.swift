import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

@Suite("A clock that is set back")
struct ClockTests {
    /// I16
    @Test func aDigestFromTheFuture() throws {
        let sample = try Sample()
        let end = sample.summary.end
        // No coverage is short by that clock.
        let early = end.advanced(bySeconds: -601)
        func validate(_ now: Timestamp?, _ configure: (inout ValidationOptions) -> Void = { _ in }) throws
            -> ValidationReport
        {
            try sample.validate { options in
                options.now = now
                options.coverageMustReach = early.advanced(bySeconds: -3600)
                configure(&options)
            }
        }
        let error = #expect(throws: ClockError.self) { try validate(early) }
        #expect(error?.end == end && error?.now == early)
        #expect(error?.description.contains("\(end)") == true && error?.description.contains("\(early)") == true)
        // Also where the filter leaves that digest file out, and where it is proven by an earlier run.
        #expect(throws: ClockError.self) { try validate(early) { $0.accounts = ["999999999999"] } }
        let state = try #require(
            try validate(end) { $0.earlierRuns = EarlierRuns(ProvenState(), now: end) }.state
        )
        #expect(throws: ClockError.self) { try validate(early) { $0.earlierRuns = EarlierRuns(state, now: early) } }
        // Clocks differ by a little, and who asks for no age asks no clock.
        #expect(try validate(early.advanced(bySeconds: 1)).findings.isEmpty)
        #expect(try validate(early) { $0.coverageMustReach = nil }.findings.isEmpty)
        #expect(try validate(nil).findings.isEmpty)
    }

    @Test func onlyWhatIsVerifiedTellsTheTime() throws {
        var sample = try Sample()
        let head = try #require(sample.digestKeys().last)
        let name = try #require(DigestFileName(ObjectKey(head)))
        let later = DigestFileName(chain: name.chain, endTime: name.endTime.advanced(bySeconds: 86_400))
        let forged = ObjectKey(bytes: Array(ObjectKey(head).folder) + later.bytes)
        sample.archive.files[forged] = sample.archive[head]
        let report = try sample.validate { options in
            options.now = sample.summary.end
            options.coverageMustReach = sample.summary.end.advanced(bySeconds: -3600)
        }
        #expect(report.verdict() != .valid)
    }
}
