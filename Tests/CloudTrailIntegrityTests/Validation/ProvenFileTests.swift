import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// What a report says of the files that were proven.
@Suite("Proven files")
struct ProvenFileTests {
    @Test("proven files are listed with what lies on disk, and only they")
    func stored() throws {
        let sample = try Sample([.logModified, .logDecompressed, .logTruncated, .digestTrailingData])
        let report = try sample.validate { options in
            options.listsProvenFiles = true
            options.hashesStoredFiles = true
        }
        #expect(report.provenFiles.count == report.digests.valid + report.logs.valid)
        for file in report.provenFiles {
            let path = String(file.path.description.dropFirst("memory/".count))
            let content = try #require(sample.archive[path])
            #expect(file.stored?.bytes == UInt64(content.count))
            let hash = try SHA256Digest.of(content).bytes
            #expect(file.stored.flatMap { Hex.decode($0.sha256) } == hash)
        }
    }

    @Test("what lies on disk is not hashed unless that is asked for")
    func notAskedFor() throws {
        let report = try Sample().validate { $0.listsProvenFiles = true }
        #expect(!report.provenFiles.isEmpty)
        #expect(report.provenFiles.allSatisfy { $0.stored == nil })
    }
}
