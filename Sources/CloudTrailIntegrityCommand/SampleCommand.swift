enum SampleCommand: Subcommand {
    static let name = "sample"
    static let help = HelpText(overview: "Make a signed sample archive.", usage: "", options: [helpOption])
    static func run(_ arguments: ParsedArguments, _ console: Console) throws(CommandError) -> ExitStatus { .usage }
}
