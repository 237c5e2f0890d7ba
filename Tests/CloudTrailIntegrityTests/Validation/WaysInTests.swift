import CloudTrailIntegrity
import SampleArchive
import Testing

/// How an archive can come to the validator.
enum WayIn: CaseIterable {
    case folder
    case streamInAnyOrder
    case streamOfUnknownSizes

    /// The archive, to be reached in this way.
    func source(_ archive: MemoryArchive, _ scratch: ScratchFolder) throws -> any ArchiveSource {
        switch self {
        case .folder: try scratch.archive(archive)
        case .streamInAnyOrder: StreamedArchive(archive: archive, order: .shuffled)
        case .streamOfUnknownSizes: StreamedArchive(archive: archive, order: .reversed) { _ in nil }
        }
    }
}

/// A folder under the name of the archive in memory that it holds.
private struct NamedFolder: ObjectSource {
    let name: String
    let folder: LocalArchive

    func list(_ visit: (ArchiveEntry) throws -> Void) throws { try folder.list(visit) }

    func open(_ path: ObjectKey) throws -> any OpenObject { try folder.open(path) }

    func metadata(of path: ObjectKey) throws -> ObjectMetadata { try folder.metadata(of: path) }
}

extension ScratchFolder {
    fileprivate func archive(_ archive: MemoryArchive) throws -> any ObjectSource {
        try makeFolder(archive.name)
        for (path, content) in archive.files {
            try makeFolder("\(archive.name)/\(String(decoding: path.folder.dropLast(), as: UTF8.self))")
            try write(content, to: Array("\(archive.name)/".utf8) + path.bytes)
        }
        return NamedFolder(name: archive.name, folder: try LocalArchive(path: "\(path)/\(archive.name)"))
    }
}

@Suite("Every tamper in every layout, through every way in")
struct WaysInTests {
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

    @Test("gives the same findings, counts and proofs", arguments: Tamper.allCases, DownloadLayout.allCases)
    func same(tamper: Tamper, layout: DownloadLayout) throws {
        let sample = try Sample([tamper]) { options in
            layout.options(&options)
            (options.accounts, options.hours, options.logs, options.records) = (1, 9, 2, 1)
        }
        var archives = try layout.download(sample.archive)
        for index in archives.indices { archives[index].name = "root\(index)" }
        for withManifest in DownloadLayout.principal.contains(layout) ? [true, false] : [true] {
            let expected = try report(sample, archives, tamper, withManifest: withManifest)
            for way in WayIn.allCases {
                let scratch = try ScratchFolder()
                let sources = try archives.map { try way.source($0, scratch) }
                let report = try report(sample, sources, tamper, withManifest: withManifest)
                #expect(report.substance == expected.substance, "\(way), with manifest: \(withManifest)")
            }
        }
    }
}
