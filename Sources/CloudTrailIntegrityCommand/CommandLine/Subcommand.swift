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
}

/// The flag that every command has.
let helpOption = OptionSpec("help", letter: "h", help: "Show help information.")
