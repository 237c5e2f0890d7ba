internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules
internal import NativeInterop

/// What every command that judges something takes.
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

    /// What the help of a command says of archives that are no folders.
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

    /// The keys of these files.
    static func publicKeys(_ files: [NamedFile]) throws(CommandError) -> PublicKeySet {
        var keys = PublicKeySet()
        for file in files {
            let bytes = try file.read()
            do {
                try keys.add(reading: bytes, name: file.path.description)
            } catch {
                throw CommandError(.noInput, "The key file '\(file.path)' cannot be used: \(error)")
            }
        }
        return keys
    }

    /// The signatures of these files.
    static func manifest(_ files: [NamedFile]) throws(CommandError) -> SignatureManifest {
        var manifest = SignatureManifest()
        for file in files {
            let bytes = try file.read()
            do {
                try manifest.add(reading: bytes)
            } catch {
                throw CommandError(.noInput, "The signature manifest '\(file.path)' cannot be used: \(error)")
            }
        }
        return manifest
    }

    /// The chains that these files list; `nil` without a file.
    static func expectedChains(_ files: [NamedFile]) throws(CommandError) -> [ExpectedChain]? {
        if files.isEmpty { return nil }
        var chains: [ExpectedChain] = []
        for file in files {
            let bytes = try file.read()
            do {
                try ExpectedChain.add(reading: bytes, to: &chains)
            } catch {
                throw CommandError(.noInput, "The list of chains '\(file.path)' cannot be used: \(error)")
            }
        }
        return chains
    }

    /// What a run reads, with the path of each: what nothing is to be written over.
    static func locations(
        of archives: [ByteString],
        _ files: [NamedFile],
        _ state: StateFile?
    ) -> [(path: ByteString, location: FileLocation)] {
        let archives = archives.compactMap { path in
            // What is on standard input may have a name too.
            (try? FileLocation(ofFileAt: path == standardInput ? "/dev/stdin" : path)).map { (path, $0) }
        }
        let states = state.map { state in state.locations.map { (state.file.path, $0) } } ?? []
        return archives + files.map { ($0.path, $0.location) } + states
    }

    /// The error for a command line without keys, with the very commands that fetch them.
    static func missingKeys(_ archives: [any ArchiveSource]) -> CommandError {
        let requests: [PublicKeyRequest]
        do {
            requests = try PublicKeyRequest.requests(for: archives)
        } catch {
            return CommandError(.noInput, "The archive could not be listed: \(error)")
        }
        guard !requests.isEmpty else {
            return CommandError(
                .usage,
                "No public keys: give them with '--public-keys <file>'; the archive holds no digest file"
            )
        }
        return CommandError(
            .usage,
            "No public keys: give them with '--public-keys <file>', one for each file that these commands make",
            advice: requests.map { request in
                "aws cloudtrail list-public-keys --region \(ShellWord.quoted(request.region)) "
                    + "--start-time \(request.start) \(request.end.map { "--end-time \($0) " } ?? "")--output json "
                    + "> \(ShellWord.quoted("keys-\(request.region).json"))"
            }
        )
    }
}

/// `--public-keys`, as every command that verifies signatures has it.
let publicKeysOption = OptionSpec(
    "public-keys",
    value: "file",
    isRepeatable: true,
    help: "Answers of 'aws cloudtrail list-public-keys'. Repeat it for several files."
)

/// `--signatures`, as every command that verifies signatures has it.
let signaturesOption = OptionSpec(
    "signatures",
    value: "file",
    isRepeatable: true,
    help: "Signatures kept outside the archive: JSON Lines of bucket, key and metadata, the output of "
        + "'rclone lsjson -R -M', or lines of 's5cmd head'. Repeat it for several files."
)

extension CommandError {
    /// What ended the reading of an archive.
    init(whileReading error: any Error) {
        if let error = error as? ObjectReadError {
            self.init(.noInput, "The archive could not be listed: \(error.description)")
            return
        }
        #if ArchiveFiles
        // A pipe shows only now that it is no archive, and a file may have become another since it was opened.
        if let error = error as? ArchiveFileError {
            self.init(.noInput, "The archive cannot be validated: \(error)")
            return
        }
        #endif
        self.init(.internalError, "\(error)")
    }
}

extension Subcommand {
    /// Runs work that a signal may stop; `nil` when one did, which has been said then.
    static func untilInterrupted<Result>(
        _ interruption: Interruption,
        _ console: Console,
        _ work: () throws -> Result
    ) throws(CommandError) -> Result? {
        let result: Result?
        do {
            result = try work()
        } catch is CancellationError {
            result = nil
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(whileReading: error)
        }
        // A signal may have come after the work last looked.
        guard let result, !interruption.monitor.isCancelled else {
            if interruption.takesLastWord() { console.complain(interruption.message) }
            return nil
        }
        return result
    }

    /// What `--public-keys` and `--signatures` hold, none of it from the archives (I12); `nil` when a signal came, which
    /// has been said then.
    static func evidence(
        _ arguments: ParsedArguments,
        for archives: [any ArchiveSource],
        _ interruption: Interruption,
        _ console: Console
    ) throws(CommandError) -> (keys: PublicKeySet, signatures: SignatureManifest)? {
        let keyFiles = try NamedFile.files(arguments.paths("public-keys"), .keys)
        let manifests = try NamedFile.files(arguments.paths("signatures"), .signatures)
        let compared = try untilInterrupted(interruption, console) {
            var roots = try ArchiveRoots(archives)
            roots.keepOut(keyFiles + manifests)
            return try roots.check(interruption.monitor)
        }
        guard compared != nil else { return nil }
        return (try InputFile.publicKeys(keyFiles), try InputFile.manifest(manifests))
    }
}
