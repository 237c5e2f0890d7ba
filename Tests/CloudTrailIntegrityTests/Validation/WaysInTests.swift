import CloudTrailFormat
import CloudTrailIntegrity
import SampleArchive
import Testing

@testable import Adversary

@Suite("Every tamper in every layout, through every way in")
struct WaysInTests {
    private func ways(_ tamper: Tamper, _ layout: DownloadLayout) -> [WayIn] {
        if DownloadLayout.thoroughness == "all" { return WayIn.allCases }
        let tamperNumber = Tamper.allCases.firstIndex(of: tamper) ?? 0
        let layoutNumber = DownloadLayout.allCases.firstIndex(of: layout) ?? 0
        return [WayIn.allCases[(tamperNumber + layoutNumber) % WayIn.allCases.count]]
    }

    private func report(
        _ sample: Sample,
        _ sources: [any ArchiveSource],
        _ tamper: Tamper?,
        withManifest: Bool
    ) throws -> ValidationReport {
        var options = ValidationOptions()
        (options.jobs, options.listsProvenFiles, options.hashesStoredFiles) = (3, true, true)
        // Half of the catalogue with a range, which leaves files out.
        if tamper?.rawValue.utf8.count.isMultiple(of: 2) == true {
            options.start = sample.summary.start.advanced(bySeconds: 3600)
            options.end = sample.summary.end
        }
        let signatures = withManifest ? sample.manifest : SignatureManifest()
        return try Validator(keys: sample.keys, signatures: signatures, options: options).validate(sources)
    }

    /// I9
    @Test("gives the same findings, counts and proofs", arguments: Tamper.allCases, DownloadLayout.tried)
    func same(tamper: Tamper, layout: DownloadLayout) throws {
        let ways = ways(tamper, layout)
        let sample = try Sample([tamper]) { options in
            layout.options(&options)
            (options.accounts, options.hours, options.logs, options.records) = (1, 9, 2, 1)
        }
        var archives = try layout.download(sample.archive)
        for index in archives.indices { archives[index].name = "root\(index)" }
        for withManifest in DownloadLayout.principal.contains(layout) ? [true, false] : [true] {
            let expected = try report(sample, archives, tamper, withManifest: withManifest)
            for way in ways {
                let scratch = try ScratchFolder()
                let sources = try archives.map { try way.source($0, scratch) }
                let report = try report(sample, sources, tamper, withManifest: withManifest)
                #expect(report.substance == expected.substance, "\(way), with manifest: \(withManifest)")
            }
        }
    }
}
