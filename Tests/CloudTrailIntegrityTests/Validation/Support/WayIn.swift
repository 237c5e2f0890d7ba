import CloudTrailFormat
import CloudTrailIntegrity
import Foundation

@testable import Adversary

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

    /// The same, for the search.
    var way: AdversaryWay {
        { roots, validator in
            let scratch = try ScratchFolder()
            return try withExtendedLifetime(scratch) {
                try validator.validate(try roots.map { try source($0, scratch) })
            }
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
        // A zip of nothing is refused.
        if archive.files.isEmpty { return try self.archive(archive) }
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
