/// An option or flag of a command.
struct OptionSpec: Sendable {
    /// The long name without its dashes.
    let name: String
    /// The letter of the short form.
    let letter: Character?
    /// What stands for the value in the help; `nil` for a flag.
    let value: String?
    /// What the value is.
    let kind: ValueKind
    /// The one of the values that counts when the option is not given.
    let standard: String?
    /// Whether it may be given more than once.
    let isRepeatable: Bool
    /// What it does, without its values.
    let overview: String

    /// - Parameters:
    ///   - values: The only values there are, if they can be listed; where the value is a format and a file, the formats.
    ///   - standard: The one of them that counts when the option is not given.
    init(
        _ name: String,
        letter: Character? = nil,
        value: String? = nil,
        values: [String]? = nil,
        default standard: String? = nil,
        isRepeatable: Bool = false,
        help overview: String
    ) {
        self.name = name
        self.letter = letter
        self.value = value
        kind = ValueKind(placeholder: value ?? "", values: values)
        self.standard = standard
        self.isRepeatable = isRepeatable
        self.overview = overview
    }

    /// What it does and, where they can be listed, its values.
    var help: String {
        let standard = standard.map { "; default: \($0)" } ?? ""
        return switch kind {
        case .text, .file, .folder: overview
        case .oneOf(let values): "\(overview) (values: \(values.joined(separator: ", "))\(standard))"
        case .fileInFormat(let formats): "\(overview) (formats: \(formats.joined(separator: ", "))\(standard))"
        }
    }

    /// How it is given, with its dashes: the short form, if it has one, then the long one.
    var spellings: [String] {
        (letter.map { ["-\($0)"] } ?? []) + ["--\(name)"]
    }

    /// As it stands in the help: `-h, --help`, `--format <format>`.
    var label: String {
        let short = letter.map { "-\($0), " } ?? ""
        let value = value.map { " <\($0)>" } ?? ""
        return "\(short)--\(name)\(value)"
    }
}
