import CloudTrailIntegrity
import Foundation
import SampleArchive
import Testing

/// How an archive can come to the validator.
enum WayIn: CaseIterable {
    case folder
    case streamInAnyOrder
    case streamOfUnknownSizes
    #if ArchiveFiles
    case tarInAnyOrder
    case gzippedTar
    case zip
    #endif

    /// The archive, to be reached in this way.
    func source(_ archive: MemoryArchive, _ scratch: ScratchFolder) throws -> any ArchiveSource {
        switch self {
        case .folder: try scratch.archive(archive)
        case .streamInAnyOrder: StreamedArchive(archive: archive, order: .shuffled)
        case .streamOfUnknownSizes: StreamedArchive(archive: archive, order: .reversed) { _ in nil }
        #if ArchiveFiles
        case .tarInAnyOrder: try scratch.tar(archive)
        case .gzippedTar: try scratch.tar(archive) { try compressed($0) }
        case .zip: try scratch.zip(archive)
        #endif
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

#if ArchiveFiles
/// An archive file under the name of the archive in memory that it holds.
private struct NamedFile: ObjectStream {
    let name: String
    let file: ArchiveFile

    func forEachObject(
        check: @escaping @Sendable () throws -> Void,
        _ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void
    ) throws {
        try file.forEachObject(check: check, visit)
    }
}

extension ScratchFolder {
    fileprivate func tar(
        _ archive: MemoryArchive,
        _ transform: ([UInt8]) throws -> [UInt8] = { $0 }
    ) throws -> any ArchiveSource {
        var tar = TarBytes()
        for (path, content) in archive.files {
            tar.addPax([("path", Array("./".utf8) + path.bytes)])
            tar.add(TarBytes.Header(name: Array("x".utf8)), content)
        }
        try write(try transform(tar.ended), to: "\(archive.name).tar".utf8)
        return NamedFile(name: archive.name, file: try ArchiveFile(path: "\(path)/\(archive.name).tar"))
    }

    fileprivate func zip(_ archive: MemoryArchive) throws -> any ArchiveSource {
        var zip = ZipBytes()
        for (path, content) in archive.files {
            var member = ZipBytes.Member(path.description)
            member.content = content
            zip.add(member)
        }
        try write(zip.ended(), to: "\(archive.name).zip".utf8)
        return NamedFile(name: archive.name, file: try ArchiveFile(path: "\(path)/\(archive.name).zip"))
    }
}
#endif

@Suite("Every tamper in every layout, through every way in")
struct WaysInTests {
    /// Whether each case takes one of the ways, in turn, as under the sanitizers: they look at memory and threads, and
    /// make a matter of seconds one of minutes.
    private static let isThinned = ProcessInfo.processInfo.environment["WAYS_IN"] == "one"

    private func ways(_ tamper: Tamper, _ layout: DownloadLayout) -> [WayIn] {
        guard Self.isThinned else { return WayIn.allCases }
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
            for way in ways(tamper, layout) {
                let scratch = try ScratchFolder()
                let sources = try archives.map { try way.source($0, scratch) }
                let report = try report(sample, sources, tamper, withManifest: withManifest)
                #expect(report.substance == expected.substance, "\(way), with manifest: \(withManifest)")
            }
        }
    }
}
