internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// The archives that the caller names.
extension InputFile {
    /// The archive in the folder or the file at `path`, or on standard input where that is `-` (I1).
    ///
    /// - Parameter limits: What an archive file may inflate to.
    static func archive(_ path: ByteString, limits: Limits = Limits()) throws(CommandError) -> any ArchiveSource {
        do {
            if path == standardInput { return try archiveFile(path, limits) }
            do {
                return try LocalArchive(pathBytes: path.bytes)
            } catch let error as LocalArchiveError where error.reason == .notAFolder {
                return try archiveFile(path, limits)
            }
        } catch {
            throw CommandError(.noInput, "The archive '\(path)' cannot be validated: \(error)")
        }
    }

    /// What the help of a command says of archives that are not folders.
    static let archiveFilesHelp =
        "Builds with the package trait ArchiveFiles also take a tar or zip file, and '-' for a tar on standard input. "

    /// What stands for standard input.
    static let standardInput: ByteString = "-"

    #if ArchiveFiles
    private static func archiveFile(_ path: ByteString, _ limits: Limits) throws -> any ArchiveSource {
        path == standardInput
            ? try ArchiveFile(fileDescriptor: 0, name: path.description, limits: limits)
            : try ArchiveFile(pathBytes: path.bytes, limits: limits)
    }
    #else
    private static func archiveFile(_ path: ByteString, _ limits: Limits) throws -> any ArchiveSource {
        throw ArchiveFilesMissing()
    }

    private struct ArchiveFilesMissing: Error, CustomStringConvertible {
        let description =
            "not a folder: unpack it first, or use a build with the package trait ArchiveFiles, which reads tar and zip"
    }
    #endif

    /// The archives at `paths`.
    static func archives(_ paths: [ByteString], limits: Limits = Limits()) throws(CommandError) -> [any ArchiveSource] {
        if paths.count(where: { $0 == standardInput }) > 1 {
            throw CommandError(.usage, "Standard input, '-', can be read only once")
        }
        var archives: [any ArchiveSource] = []
        for path in paths { archives.append(try archive(path, limits: limits)) }
        return archives
    }

    /// Where these archives lie, with the path of each.
    static func locations(of archives: [ByteString]) -> [(path: ByteString, location: FileLocation)] {
        archives.compactMap { path in
            // What is on standard input may have a name too.
            (try? FileLocation(ofFileAt: path == standardInput ? "/dev/stdin" : path)).map { (path, $0) }
        }
    }
}
