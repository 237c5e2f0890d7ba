internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// The command: finds the subcommand and turns errors into lines and exit statuses.
package enum MainCommand {
    /// The subcommand that shows the help of the others.
    private static let helpCommand = "help"

    static var subcommands: [any Subcommand.Type] {
        [
            ValidateCommand.self, CheckCommand.self, InspectCommand.self, ChainsCommand.self, KeysCommand.self,
            PlanCommand.self, SplitCommand.self, MergeCommand.self, SampleCommand.self,
        ]
    }

    /// The names of the subcommands.
    package static var subcommandNames: [String] { subcommands.map { $0.name } }

    static var help: HelpText {
        HelpText(
            overview: "Prove, offline, that a downloaded AWS CloudTrail archive is what AWS delivered.",
            usage: "\(Tool.name) <subcommand>",
            options: [
                OptionSpec("version", help: "Show the version."),
                OptionSpec(
                    "verbose",
                    letter: "v",
                    help: "With --version: also what it was built of, the libraries it runs with, and its own SHA-256."
                ),
                OptionSpec(
                    "generate-completion-script",
                    value: "shell",
                    values: CompletionShell.allCases.map(\.rawValue),
                    help: "Print a completion script for a shell."
                ),
                OptionSpec("generate-man-page", help: "Print the manual page."),
                helpOption,
            ],
            subcommands: subcommands.map { ($0.name, $0.help.overview) },
            footer: "See '\(Tool.name) help <subcommand>' for detailed help."
        )
    }

    /// Runs the command line without the program's name, and returns the exit status.
    ///
    /// - Parameters:
    ///   - arguments: As the system hands them over: bytes, which need not be UTF-8.
    ///   - interruption: What stops it; by default nothing does.
    package static func run(
        _ arguments: [[UInt8]],
        _ console: Console,
        _ interruption: Interruption = Interruption()
    ) -> ExitStatus {
        let arguments = arguments.map { ByteString(bytes: $0) }
        defer { interruption.discardOutputs() }
        var failedCommand: (any Subcommand.Type)?
        do throws(CommandError) {
            let status = try dispatch(arguments, console, interruption, &failedCommand)
            try console.flush()
            return status
        } catch {
            // What was printed before the error belongs before it.
            if error.status != .outputError { do throws(CommandError) { try console.flush() } catch {} }
            console.printError("Error: \(escaped(error.message))")
            for line in error.advice { console.printError("  \(escaped(line))") }
            if error.showsUsage {
                console.printError("Usage: \(failedCommand?.help.usage ?? help.usage)")
                let command = failedCommand.map { "\(Tool.name) \($0.name)" } ?? Tool.name
                console.printError("  See '\(command) --help' for more information.")
            }
            return error.status
        }
    }

    private static func dispatch(
        _ arguments: [ByteString],
        _ console: Console,
        _ interruption: Interruption,
        _ current: inout (any Subcommand.Type)?
    ) throws(CommandError) -> ExitStatus {
        guard let first = arguments.first else {
            try show(help, console)
            return .usage
        }
        if first.hasPrefix("-") {
            try runWithoutSubcommand(try OptionParser(options: help.options).parse(arguments), console)
            return .proven
        }
        if first == ByteString(helpCommand) {
            try show(try arguments.dropFirst().first.map(subcommand)?.help ?? help, console)
            return .proven
        }
        let command = try subcommand(first)
        current = command
        let parsed = try OptionParser(options: command.options).parse(arguments.dropFirst())
        if parsed.has(helpOption.name) {
            try show(command.help, console)
            return .proven
        }
        return try command.run(parsed, console, interruption)
    }

    private static func runWithoutSubcommand(
        _ arguments: ParsedArguments,
        _ console: Console
    ) throws(CommandError) {
        if let operand = arguments.operands.first {
            throw CommandError(.usage, "Unexpected argument '\(operand)'", showsUsage: true)
        }
        let form = CommandLineForm(name: Tool.name, help: help, subcommands: subcommands, helpCommand: helpCommand)
        if arguments.has(helpOption.name) {
            try show(help, console)
        } else if arguments.has("version") {
            try console.print("\(Tool.name) \(Tool.version)")
            for line in arguments.has("verbose") ? Tool.details : [] { try console.print(line) }
        } else if arguments.has("generate-man-page") {
            for line in ManualPage(form: form).lines { try console.print(line) }
        } else if let shell: CompletionShell = try arguments.choice("generate-completion-script") {
            for line in shell.script(for: form) { try console.print(line) }
        } else {
            throw CommandError(.usage, "Missing expected argument '<subcommand>'", showsUsage: true)
        }
    }

    private static func subcommand(_ argument: ByteString) throws(CommandError) -> any Subcommand.Type {
        let name = argument.description
        if let command = subcommands.first(where: { $0.name == name }) { return command }
        var hint = hint(for: name, among: subcommandNames)
        if hint.isEmpty, argument.isUsable, (try? FileStatus(at: argument)) != nil {
            hint = ". Did you mean '\(ValidateCommand.name) \(name)'?"
        }
        throw CommandError(
            .usage,
            "Unknown subcommand '\(name)'\(hint)",
            showsUsage: true
        )
    }

    private static func show(_ help: HelpText, _ console: Console) throws(CommandError) {
        for line in help.lines(width: console.width) { try console.print(line) }
    }
}
