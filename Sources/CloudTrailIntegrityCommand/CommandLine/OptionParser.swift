internal import NativeInterop

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

    /// As it stands in the usage line.
    var usage: String {
        let value = value.map { " <\($0)>" } ?? ""
        return "[--\(name)\(value)]\(isRepeatable ? " ..." : "")"
    }
}

/// A command line, taken apart but not yet judged.
///
/// What names a file or a folder stays the bytes that were given. All else is text.
struct ParsedArguments {
    fileprivate(set) var texts: [String: [String]] = [:]
    fileprivate(set) var paths: [String: [ByteString]] = [:]
    fileprivate(set) var flags: Set<String> = []
    fileprivate(set) var operands: [ByteString] = []
    /// The command line as it was given, without the names of the tool and the command.
    fileprivate(set) var line: [ByteString] = []

    func has(_ flag: String) -> Bool { flags.contains(flag) }
    /// The values of an option that takes text.
    func all(_ option: String) -> [String] { texts[option] ?? [] }
    func last(_ option: String) -> String? { texts[option]?.last }
    /// The values of an option that takes a file or a folder, also one in a format.
    func paths(_ option: String) -> [ByteString] { paths[option] ?? [] }
    func path(_ option: String) -> ByteString? { paths[option]?.last }
}

/// Takes a command line apart: `--name value`, `--name=value`, `-n value`, grouped short flags, and `--`.
struct OptionParser {
    let options: [OptionSpec]

    func parse(_ arguments: some Sequence<ByteString>) throws(CommandError) -> ParsedArguments {
        var parsed = ParsedArguments()
        parsed.line = Array(arguments)
        var rest = parsed.line[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                parsed.operands += rest
                break
            } else if argument.hasPrefix("--") {
                try parseLong(argument, &rest, &parsed)
            } else if argument.hasPrefix("-"), argument.bytes.count > 1 {
                try parseShort(argument, &rest, &parsed)
            } else {
                parsed.operands.append(argument)
            }
        }
        return parsed
    }

    private func parseLong(
        _ argument: ByteString,
        _ rest: inout ArraySlice<ByteString>,
        _ parsed: inout ParsedArguments
    ) throws(CommandError) {
        let written = ByteString(bytes: argument.bytes.dropFirst(2))
        let parts = written.split(at: UInt8(ascii: "="))
        let name = (parts?.head ?? written).description
        guard let option = options.first(where: { $0.name == name }) else { throw unknownOption("--\(name)") }
        guard option.value != nil else {
            guard parts == nil else {
                throw CommandError(.usage, "The flag '--\(name)' takes no value", showsUsage: true)
            }
            parsed.flags.insert(name)
            return
        }
        try take(option, parts?.tail, &rest, &parsed)
    }

    private func parseShort(
        _ argument: ByteString,
        _ rest: inout ArraySlice<ByteString>,
        _ parsed: inout ParsedArguments
    ) throws(CommandError) {
        var letters = argument.bytes.dropFirst()
        while let byte = letters.first {
            guard let option = options.first(where: { $0.letter?.asciiValue == byte }) else {
                // Not all of a character may be one byte.
                let written = ByteString(bytes: letters)
                throw unknownOption("-\(written.text?.first.map { String($0) } ?? written.description)")
            }
            letters.removeFirst()
            guard option.value != nil else {
                parsed.flags.insert(option.name)
                continue
            }
            if letters.first == UInt8(ascii: "=") { letters.removeFirst() }
            return try take(option, letters.isEmpty ? nil : ByteString(bytes: letters), &rest, &parsed)
        }
    }

    private func take(
        _ option: OptionSpec,
        _ attached: ByteString?,
        _ rest: inout ArraySlice<ByteString>,
        _ parsed: inout ParsedArguments
    ) throws(CommandError) {
        guard let value = attached ?? rest.popFirst() else {
            throw CommandError(.usage, "Missing value for '\(option.label)'", showsUsage: true)
        }
        if !option.isRepeatable, parsed.texts[option.name] != nil || parsed.paths[option.name] != nil {
            throw CommandError(.usage, "The option '--\(option.name)' was given more than once", showsUsage: true)
        }
        if option.kind.isPath {
            parsed.paths[option.name, default: []].append(value)
            return
        }
        guard let text = value.text else {
            throw CommandError(.usage, "The value '\(value)' is invalid for '--\(option.name)': it is not UTF-8")
        }
        parsed.texts[option.name, default: []].append(text)
    }

    /// The error for an option that is not there, with the one that was likely meant.
    func unknownOption(_ name: String) -> CommandError {
        let known = options.map { "--\($0.name)" }
        let suggestion = closest(to: name, among: known).map { ". Did you mean '\($0)'?" } ?? ""
        return CommandError(.usage, "Unknown option '\(name)'\(suggestion)", showsUsage: true)
    }
}

/// The name that `text` is most likely a slip of: at most a third of its letters differ.
func closest(to text: String, among names: [String]) -> String? {
    let distances = names.map { (name: $0, distance: editDistance(text, $0)) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.name.count / 3) ? best.name : nil
}

/// The number of letters to insert, delete, replace or swap with their neighbour.
private func editDistance(_ first: String, _ second: String) -> Int {
    let first = Array(first.prefix(64))
    let second = Array(second.prefix(64))
    var rows = [Array(0...second.count)]
    for (i, left) in first.enumerated() {
        var row = [i + 1]
        for (j, right) in second.enumerated() {
            var cost = min(rows[i][j] + (left == right ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, left == second[j - 1], right == first[i - 1] { cost = min(cost, rows[i - 1][j - 1] + 1) }
            row.append(cost)
        }
        rows.append(row)
    }
    return rows[first.count][second.count]
}
