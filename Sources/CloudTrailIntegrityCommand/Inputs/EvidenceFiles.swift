internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// The files that a verdict and its status rest on, beside the archives; nothing of them is read yet.
struct EvidenceFiles {
    private let keys: [NamedFile]
    private let signatures: [NamedFile]
    private let chains: [NamedFile]
    private let acknowledgements: [NamedFile]
    /// What was read of them so far, without the keys.
    private(set) var sources: [Provenance.Role: [PublicKeySet.Source]] = [:]
    /// What was read of them so far, as a plan states it.
    private(set) var read: [PlanFile.Evidence] = []
    /// What each must be, by the roles, where a plan says it.
    private let expected: [NamedFile.Role: [PlanFile.Evidence]]?

    /// The files of `--public-keys`, `--signatures`, `--expect` and `--acknowledge`, where a command has these options.
    init(_ arguments: ParsedArguments) throws(CommandError) {
        keys = try NamedFile.files(NamedFile.keyPaths(arguments.paths("public-keys")), .keys)
        signatures = try NamedFile.files(arguments.paths("signatures"), .signatures)
        chains = try NamedFile.files(arguments.paths("expect"), .chains)
        acknowledgements = try NamedFile.files(arguments.paths("acknowledge"), .acknowledgements)
        expected = nil
    }

    /// The files that an archive was split with, where they were then, or where these options say that they are now.
    init(of plan: PlanFile, _ arguments: ParsedArguments) throws(CommandError) {
        let expected = Dictionary(grouping: plan.evidence, by: \.role)
        func files(_ role: NamedFile.Role) throws(CommandError) -> [NamedFile] {
            var paths = arguments.paths(role.option)
            if role == .keys { paths = try NamedFile.keyPaths(paths) }
            let names = expected[role]?.map(\.name) ?? []
            if paths.isEmpty { paths = names }
            guard paths.count == names.count else {
                throw CommandError(
                    .noInput,
                    "The archive was split with \(names.count.of("file")) of '--\(role.option)', and \(paths.count) "
                        + "\(paths.count == 1 ? "is" : "are") given now"
                )
            }
            var files: [NamedFile] = []
            for (path, name) in zip(paths, names) { files.append(try NamedFile(path, role, as: name)) }
            return files
        }
        keys = try files(.keys)
        signatures = try files(.signatures)
        chains = try files(.chains)
        acknowledgements = try files(.acknowledgements)
        self.expected = expected
    }

    var all: [NamedFile] { keys + signatures + chains + acknowledgements }

    mutating func publicKeys() throws(CommandError) -> PublicKeySet {
        var set = PublicKeySet()
        for file in keys {
            let bytes = try read(file)
            do {
                try set.add(reading: bytes, name: file.name.description)
            } catch {
                throw CommandError(.noInput, "The key file '\(file.path)' cannot be used: \(error)")
            }
        }
        return set
    }

    mutating func signatureManifest() throws(CommandError) -> SignatureManifest {
        var manifest = SignatureManifest()
        for file in signatures {
            let bytes = try read(file)
            do {
                try manifest.add(reading: bytes, name: file.name.description)
            } catch {
                throw CommandError(.noInput, "The signature manifest '\(file.path)' cannot be used: \(error)")
            }
        }
        return manifest
    }

    /// The chains that must be there; `nil` without a file that lists them.
    mutating func expectedChains() throws(CommandError) -> [ExpectedChain]? {
        if chains.isEmpty { return nil }
        var expected: [ExpectedChain] = []
        for file in chains {
            let bytes = try read(file)
            do {
                try ExpectedChain.add(reading: bytes, to: &expected)
            } catch {
                throw CommandError(.noInput, "The list of chains '\(file.path)' cannot be used: \(error)")
            }
        }
        return expected
    }

    /// What was looked into.
    mutating func acknowledged() throws(CommandError) -> [Acknowledgement] {
        var entries: [Acknowledgement] = []
        for file in acknowledgements {
            let bytes = try read(file)
            do throws(AcknowledgementError) {
                try Acknowledgement.add(reading: bytes, to: &entries)
            } catch {
                throw CommandError(.noInput, "The list of acknowledgements '\(file.path)' cannot be used: \(error)")
            }
        }
        return entries
    }

    private mutating func read(_ file: NamedFile) throws(CommandError) -> [UInt8] {
        let bytes = try file.read()
        let hash: SHA256Digest
        do throws(NativeError) {
            hash = try SHA256Digest.of(bytes)
        } catch {
            throw CommandError(.internalError, "\(error)")
        }
        let number = read.count { $0.role == file.role }
        read.append(PlanFile.Evidence(role: file.role, name: file.name, sha256: hash))
        if let wanted = expected?[file.role]?[number], wanted.sha256 != hash {
            throw CommandError(
                .noInput,
                "The \(file.role.purpose) '\(file.path)' is not the one that the archive was split with: its SHA-256 is "
                    + "\(Hex.encode(hash.bytes)), and the plan has \(Hex.encode(wanted.sha256.bytes))"
            )
        }
        if let role = file.role.provenance {
            let source = PublicKeySet.Source(name: file.name.description, sha256: Hex.encode(hash.bytes))
            sources[role, default: []].append(source)
        }
        return bytes
    }

    /// What `--public-keys` and `--signatures` hold, none of it from the archives (I12); `nil` after a signal, which is
    /// reported then.
    static func read(
        _ arguments: ParsedArguments,
        for archives: [any ArchiveSource],
        _ interruption: Interruption,
        _ console: Console
    ) throws(CommandError) -> (keys: PublicKeySet, signatures: SignatureManifest)? {
        var files = try EvidenceFiles(arguments)
        let compared = try interruption.stoppable(console) {
            var roots = try ArchiveRoots(archives)
            roots.keepOut(files.all)
            return try roots.check(interruption.monitor)
        }
        guard compared != nil else { return nil }
        let keys = try files.publicKeys()
        return (keys, try files.signatureManifest())
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
    help:
        "Answers of 'aws cloudtrail list-public-keys', or a folder with files of them, called '*.json'. Repeat it for "
        + "several."
)

/// `--signatures`, as every command that verifies signatures has it.
let signaturesOption = OptionSpec(
    "signatures",
    value: "file",
    isRepeatable: true,
    help: "Signatures kept outside the archive: JSON Lines of bucket, key and metadata, the output of "
        + "'rclone lsjson -R -M', or lines of 's5cmd head'. Repeat it for several files."
)
