import CloudTrailFormat

#if ArchiveFiles
import CloudTrailIntegrity

/// Writes bytes as an archive file and reads what is in it.
protocol ArchiveFileMaker {
    var folder: ScratchFolder { get }
}

extension ArchiveFileMaker {
    /// The archive file with these bytes.
    func file(_ bytes: [UInt8], _ limits: Limits = Limits()) throws -> ArchiveFile {
        try folder.write(bytes, to: "archive".utf8)
        return try ArchiveFile(path: "\(folder.path)/archive", limits: limits)
    }

    /// What is in the archive file with these bytes.
    func record(_ bytes: [UInt8], reading: Bool = true) throws -> ArchiveRecord {
        try ArchiveRecord(file(bytes), reading: reading)
    }
}
#endif
