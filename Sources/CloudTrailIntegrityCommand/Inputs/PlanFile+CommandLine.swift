internal import NativeInterop

extension PlanFile {
    static let option = OptionSpec("plan", value: "file", help: "The plan that 'split' printed.")

    /// The plan that the command line names.
    static func read(_ file: NamedFile, _ key: PartialKey?) throws(CommandError) -> PlanFile {
        let bytes = try file.read()
        let plan: PlanFile
        do {
            plan = try PlanFile(reading: bytes, key: key?.bytes)
        } catch {
            throw CommandError(.noInput, "The plan '\(file.path)' cannot be used: \(error)")
        }
        guard plan.version == Tool.version else {
            throw CommandError(
                .noInput,
                "The plan '\(file.path)' was made by version \(plan.version), and this is \(Tool.version): take the same "
                    + "on all machines"
            )
        }
        return plan
    }

    /// What the command line of `split` asked for.
    func parsedArguments() throws(CommandError) -> ParsedArguments {
        try OptionParser(options: SplitCommand.options).parse(arguments)
    }
}
