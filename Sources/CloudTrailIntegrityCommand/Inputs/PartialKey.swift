internal import CloudTrailFormat
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// The key of `--partial-key`: whoever has it can write plans and partials.
struct PartialKey {
    static let option = OptionSpec(
        "partial-key",
        value: "file",
        help: "A secret of at least 16 bytes: plans and partials are sealed with it, and those of others refused."
    )

    let file: NamedFile
    let bytes: [UInt8]

    /// Shorter ones could be guessed.
    private static let fewestBytes = 16
    private static let mostBytes = 4096

    /// `nil` where the command line names none.
    init?(_ arguments: ParsedArguments) throws(CommandError) {
        guard let path = arguments.path(Self.option.name) else { return nil }
        file = try NamedFile(path, .partialKey)
        bytes = try file.read()
        guard bytes.count >= Self.fewestBytes, bytes.count <= Self.mostBytes else {
            throw CommandError(
                .noInput,
                "The key '\(path)' has \(bytes.count.of("byte")): it must have \(Self.fewestBytes) to \(Self.mostBytes)"
            )
        }
    }
}

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
