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

    /// What the name that stands for a value in the help says of it: `file` is a file.
    init(placeholder: some StringProtocol) {
        switch placeholder {
        case "file", "path": self = .file
        case "folder", "directory", "archive": self = .folder
        default: self = .text
        }
    }
}
