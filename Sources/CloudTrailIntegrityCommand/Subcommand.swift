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
