internal import NativeInterop

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

    /// The names of all options and flags that were given.
    var names: Set<String> { flags.union(texts.keys).union(paths.keys) }

    /// The same with what another command line has beside these; of an option that both have, this one's.
    func adding(_ other: ParsedArguments) -> ParsedArguments {
        var sum = self
        sum.texts.merge(other.texts) { own, _ in own }
        sum.paths.merge(other.paths) { own, _ in own }
        sum.flags.formUnion(other.flags)
        return sum
    }

    mutating func remove(flag: String) { flags.remove(flag) }

    func has(_ flag: String) -> Bool { flags.contains(flag) }
    /// The values of an option that takes text.
    func all(_ option: String) -> [String] { texts[option] ?? [] }
    func last(_ option: String) -> String? { texts[option]?.last }
    /// The values of an option that takes a file or a folder, also one in a format.
    func paths(_ option: String) -> [ByteString] { paths[option] ?? [] }
    func path(_ option: String) -> ByteString? { paths[option]?.last }

    /// The value of an option that takes one of a few; `nil` when it is not given.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ option: String
    ) throws(CommandError) -> Choice? {
        guard let name = last(option) else { return nil }
        guard let choice = Choice(rawValue: name) else {
            let values = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError(.usage, "The value '\(name)' is invalid for '--\(option)' (values: \(values))")
        }
        return choice
    }

    /// The whole number given for an option, not below `minimum`; `nil` when it is not given.
    func number(_ option: String, minimum: Int) throws(CommandError) -> Int? {
        guard let text = last(option) else { return nil }
        guard let number = Int(text), number >= minimum else {
            throw CommandError(
                .usage,
                "The value '\(text)' is invalid for '--\(option)': a whole number from \(minimum)"
            )
        }
        return number
    }
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
    private func unknownOption(_ name: String) -> CommandError {
        let hint = hint(for: name, among: options.map { "--\($0.name)" })
        return CommandError(.usage, "Unknown option '\(name)'\(hint)", showsUsage: true)
    }
}
