internal import CloudTrailIntegrityReports
internal import NativeInterop

/// A file that the command line names and a verdict rests on.
struct NamedFile {
    enum Role: String {
        case keys, signatures, acknowledgements, plan, partial, state
        case chains = "expect"
        case partialKey

        /// What the file is, as an error calls it.
        var purpose: String {
            switch self {
            case .keys: "key file"
            case .signatures: "signature manifest"
            case .chains: "list of chains"
            case .acknowledgements: "list of acknowledgements"
            case .plan: "plan"
            case .state: "state"
            case .partial: "partial"
            case .partialKey: "key of partials"
            }
        }

        /// The option that names it.
        var option: String {
            switch self {
            case .keys: "public-keys"
            case .signatures: "signatures"
            case .chains: "expect"
            case .acknowledgements: "acknowledge"
            case .plan, .partial: "plan"
            case .state: "state"
            case .partialKey: "partial-key"
            }
        }

        /// What a report states it as; `nil` for keys, which state themselves.
        var provenance: Provenance.Role? {
            switch self {
            case .keys, .plan, .partial, .partialKey, .state: nil
            case .signatures: .signatures
            case .chains: .expectedChains
            case .acknowledgements: .acknowledgements
            }
        }
    }

    let path: ByteString
    let role: Role
    let location: FileLocation
    /// What reports call it.
    let name: ByteString

    /// - Parameter name: What reports call it; `nil` for its path.
    init(_ path: ByteString, _ role: Role, as name: ByteString? = nil) throws(CommandError) {
        self.path = path
        self.name = name ?? path
        self.role = role
        do throws(SystemError) {
            guard path.isUsable else { throw .noSuchFile }
            location = try FileLocation(ofFileAt: path)
        } catch {
            throw InputFile.failure(path, role.purpose, error)
        }
    }

    /// The files at these paths.
    static func files(_ paths: [ByteString], _ role: Role) throws(CommandError) -> [NamedFile] {
        var files: [NamedFile] = []
        for path in paths { files.append(try NamedFile(path, role)) }
        return files
    }

    /// The paths of key files: of a folder, of each file in it whose name ends in `.json`, in their order; but those whose
    /// name begins with a dot, which systems and tools make.
    static func keyPaths(_ paths: [ByteString]) throws(CommandError) -> [ByteString] {
        var files: [ByteString] = []
        for path in paths {
            guard path.isUsable, let status = try? FileStatus(at: path), status.kind == .folder else {
                files.append(path)
                continue
            }
            let names: [ByteString]
            do throws(SystemError) {
                names = try OpenFolder(at: path).entries { kind, _ in kind == .file || kind == .link }.map(\.name)
            } catch {
                throw CommandError(
                    .noInput,
                    "The folder of key files '\(path)' could not be read: \(error.description)"
                )
            }
            let keys = names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
                .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
            guard !keys.isEmpty else {
                throw CommandError(.noInput, "The folder '\(path)' holds no key file: no name in it ends in '.json'")
            }
            try checkIsTrusted(path, status)
            let folder = path.hasSuffix("/") ? path.bytes : path.bytes + [UInt8(ascii: "/")]
            for name in keys {
                let file = ByteString(bytes: folder + name.bytes)
                guard let status = try? FileStatus(at: file), status.kind == .file else {
                    throw CommandError(.noInput, "The key file '\(file)' could not be read: it is not a regular file")
                }
                try checkIsTrusted(file, status)
                files.append(file)
            }
        }
        return files
    }

    /// Refuses what everybody can write: nobody named its keys on the command line, and whoever puts one there would decide
    /// what is valid (I11).
    private static func checkIsTrusted(_ path: ByteString, _ status: FileStatus) throws(CommandError) {
        guard status.isWritableByOthers else { return }
        throw CommandError(
            .noInput,
            "The keys in '\(path)' cannot be trusted: everybody can write there. Take that right away, or name the files"
        )
    }

    /// The content, of the very file whose place was looked at.
    func read() throws(CommandError) -> [UInt8] {
        try InputFile.read(path, purpose: role.purpose, expecting: location.inode)
    }
}
