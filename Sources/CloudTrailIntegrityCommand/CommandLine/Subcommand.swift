internal import NativeInterop

/// A subcommand: what it is called, what it takes, and what it does.
protocol Subcommand {
    static var name: String { get }
    static var help: HelpText { get }

    /// Runs it.
    ///
    /// - Throws: ``CommandError``; one with ``ExitStatus/usage`` is followed by the usage line.
    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus
}

extension Subcommand {
    static var options: [OptionSpec] { help.options }

    /// The operands of a command that takes one or more files or folders of a kind.
    static func operands(_ arguments: ParsedArguments) throws(CommandError) -> [ByteString] {
        guard !arguments.operands.isEmpty else {
            let label = help.arguments.first?.label ?? ""
            throw CommandError(.usage, "Missing expected argument '\(label) ...'", showsUsage: true)
        }
        return arguments.operands
    }

    /// `--format`, with the formats that the command knows.
    static func formatOption<Format: RawRepresentable<String> & CaseIterable>(
        default standard: Format,
        help: String
    ) -> OptionSpec {
        OptionSpec(
            "format",
            value: "format",
            values: Format.allCases.map(\.rawValue),
            default: standard.rawValue,
            help: help
        )
    }

    /// The value of an option that takes one of a few.
    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ option: String,
        in arguments: ParsedArguments,
        default standard: Choice
    ) throws(CommandError) -> Choice {
        guard let name = arguments.last(option) else { return standard }
        guard let choice = Choice(rawValue: name) else {
            let values = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError(.usage, "The value '\(name)' is invalid for '--\(option)' (values: \(values))")
        }
        return choice
    }

    /// The whole number given for an option, not below `minimum`.
    static func number(
        _ option: String,
        in arguments: ParsedArguments,
        minimum: Int,
        default standard: Int
    ) throws(CommandError) -> Int {
        guard let text = arguments.last(option) else { return standard }
        guard let number = Int(text), number >= minimum else {
            throw CommandError(
                .usage,
                "The value '\(text)' is invalid for '--\(option)': a whole number from \(minimum)"
            )
        }
        return number
    }
}

/// The flag that every command has.
let helpOption = OptionSpec("help", letter: "h", help: "Show help information.")
