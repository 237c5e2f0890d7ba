/// What the value of an option or an argument is, as far as a shell can complete it.
enum ValueKind: Hashable, Sendable {
    /// Anything.
    case text
    /// A file, or the name of a new one.
    case file
    /// A folder, or the name of a new one.
    case folder
    /// One of these.
    case oneOf([String])
    /// One of these formats, an equals sign, and a file, or the name of a new one.
    case fileInFormat([String])

    /// Whether it names a file or a folder, and so is bytes and not text.
    var isPath: Bool {
        switch self {
        case .file, .folder, .fileInFormat: true
        case .text, .oneOf: false
        }
    }

    /// What the name that stands for a value in the help says of it: `file` is a file.
    ///
    /// - Parameter values: The only values there are, if they can be listed.
    init(placeholder: some StringProtocol, values: [String]? = nil) {
        if let values {
            self = placeholder.hasSuffix("file") ? .fileInFormat(values) : .oneOf(values)
            return
        }
        switch placeholder {
        case "file", "path", "name=path": self = .file
        case "folder", "directory", "archive": self = .folder
        default: self = .text
        }
    }
}
