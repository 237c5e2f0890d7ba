internal import NativeInterop

/// A file that the command line names and a verdict rests on.
struct NamedFile {
    enum Role {
        case keys, signatures, chains

        /// What the file is, as an error calls it.
        var purpose: String {
            switch self {
            case .keys: "key file"
            case .signatures: "signature manifest"
            case .chains: "list of chains"
            }
        }
    }

    let path: ByteString
    let role: Role
    let location: FileLocation

    init(_ path: ByteString, _ role: Role) throws(CommandError) {
        self.path = path
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

    /// The content, of the very file whose place was looked at.
    func read() throws(CommandError) -> [UInt8] {
        try InputFile.read(path, purpose: role.purpose, expecting: location.inode)
    }
}
