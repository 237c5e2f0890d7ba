internal import CloudTrailIntegrity

/// The command: finds the subcommand and turns errors into lines and exit statuses.
package enum MainCommand {
    /// The command's name.
    static let name = "cloudtrail-integrity"
    /// The version, as `--version` prints it.
    package static let version = "0.1.0"

    private static var subcommands: [any Subcommand.Type] { [ValidateCommand.self, SampleCommand.self] }

    private static var help: HelpText {
        HelpText(
            overview: "Prove, offline, that a downloaded AWS CloudTrail archive is what AWS delivered.",
            usage: "\(name) <subcommand>",
            options: [OptionSpec("version", help: "Show the version."), helpOption],
            subcommands: subcommands.map { ($0.name, $0.help.overview) },
            footer: "See '\(name) help <subcommand>' for detailed help."
        )
    }

    /// Runs the command line without the program's name, and returns the exit status.
    ///
    /// - Parameter interruption: What stops it; by default nothing does.
    package static func run(
        _ arguments: [String],
        _ console: Console,
        _ interruption: Interruption = Interruption()
    ) -> ExitStatus {
        var failedCommand: (any Subcommand.Type)?
        do throws(CommandError) {
            let status = try dispatch(arguments, console, interruption, &failedCommand)
            try console.flush()
            return status
        } catch {
            // What was printed before the error belongs before it.
            if error.status != .outputError { do throws(CommandError) { try console.flush() } catch {} }
            console.complain("Error: \(escaped(error.message))")
            for line in error.advice { console.complain("  \(escaped(line))") }
            if error.showsUsage {
                console.complain("Usage: \(failedCommand?.help.usage ?? help.usage)")
                let command = failedCommand.map { "\(name) \($0.name)" } ?? name
                console.complain("  See '\(command) --help' for more information.")
            }
            return error.status
        }
    }

    private static func dispatch(
        _ arguments: [String],
        _ console: Console,
        _ interruption: Interruption,
        _ current: inout (any Subcommand.Type)?
    ) throws(CommandError) -> ExitStatus {
        guard let first = arguments.first else {
            try show(help, console)
            return .usage
        }
        switch first {
        case "--version":
            try console.print("\(name) \(version)")
            return .proven
        case "--help", "-h":
            try show(help, console)
            return .proven
        case "help":
            guard arguments.count > 1 else {
                try show(help, console)
                return .proven
            }
            try show(try subcommand(arguments[1]).help, console)
            return .proven
        default:
            break
        }
        if first.hasPrefix("-") {
            throw OptionParser(options: help.options).unknownOption(first)
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

    private static func subcommand(_ name: String) throws(CommandError) -> any Subcommand.Type {
        if let command = subcommands.first(where: { $0.name == name }) { return command }
        let suggestion = closest(to: name, among: subcommands.map { $0.name }).map { ". Did you mean '\($0)'?" } ?? ""
        throw CommandError(.usage, "Unknown subcommand '\(name)'\(suggestion)", showsUsage: true)
    }

    private static func show(_ help: HelpText, _ console: Console) throws(CommandError) {
        for line in help.lines(width: console.width) { try console.print(line) }
    }
}
