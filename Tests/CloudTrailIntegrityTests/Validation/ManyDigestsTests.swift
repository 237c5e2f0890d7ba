import CloudTrailFormat
import CloudTrailIntegrity
import SampleArchive
import Testing

@testable import Adversary

/// More digest files than one piece of memory holds: numbers go over its edges.
@Suite(.timeLimit(.minutes(10))) struct ManyDigestsTests {
    private static let hours = 380

    private static func sample() throws -> Sample {
        try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs) = (1, 3, Self.hours, 0)
        }
    }

    /// The keys of the digest files in the order in which they are numbered.
    private static func keys(_ sample: Sample) -> [ObjectKey] {
        sample.archive.files.keys.filter { DigestFileName($0) != nil }.sorted()
    }

    @Test func allOfThemAreProven() throws {
        let sample = try Self.sample()
        let report = try sample.validate(withManifest: true)
        #expect(report.findings.isEmpty)
        #expect(report.digests.valid == 3 * Self.hours)
        #expect(report.chains.map(\.digests.valid) == [Self.hours, Self.hours, Self.hours])
    }

    @Test(arguments: [0, 1, 379, 1022, 1023, 1024, 1025, 1138])
    func theOneThatIsBrokenIsFound(_ number: Int) throws {
        let sample = try Self.sample()
        let keys = Self.keys(sample)
        var broken = sample
        broken.archive.files[keys[number]] = Array("{}".utf8)
        let report = try broken.validate()
        let found = report.findings.filter { $0.severity == .violation }
        #expect(found.map(\.kind) == [.digestMalformed])
        #expect(found.map(\.key) == [keys[number]])
        var deleted = sample
        deleted.archive.files[keys[number]] = nil
        let missing = try deleted.validate().findings.filter { $0.kind == .digestMissing }
        // Nothing names the newest of a chain, and the oldest may not have been downloaded at all.
        let isAtEnd = number % Self.hours == 0 || number % Self.hours == Self.hours - 1
        #expect(missing.map(\.key) == (isAtEnd ? [] : [keys[number]]))
        // One in the place of another.
        var moved = sample
        let other = (number + 500) % keys.count
        moved.archive.files[keys[number]] = sample.archive.files[keys[other]]
        let relocated = try moved.validate().findings.filter { $0.severity == .violation }
        #expect(relocated.map(\.kind) == [.digestRelocated])
        #expect(relocated.map(\.key) == [keys[number]])
    }
}
