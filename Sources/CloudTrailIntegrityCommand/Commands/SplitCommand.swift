internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// `split`: divides an archive among machines, and prints the plan.
enum SplitCommand: Subcommand {
    static let name = "split"

    static let help = HelpText(
        overview: "Divide an archive among machines: print a plan that each of them, and 'merge', takes.",
        usage: "\(Tool.name) split <archive> ... --public-keys <file> ... --parts <n> [<options>] > plan.jsonl",
        arguments: [
            (
                "<archive>",
                "A folder that came out of the bucket. Several of them are the parts of one archive. They are listed, and "
                    + "some digest files are read."
            )
        ],
        groups: [
            HelpText.Group(
                "PARTS",
                [
                    OptionSpec(
                        "parts",
                        value: "n",
                        help:
                            "How many parts, from 1 to \(PlanFile.mostParts). One is the whole archive, whatever its layout."
                    ),
                    OptionSpec(
                        "manifest",
                        help: "Have the parts list every proven file, for 'merge --manifest' and 'merge --verbose'."
                    ),
                    PartialKey.option,
                ]
            ),
            HelpText.Group("INPUTS", ValidateCommand.inputs),
            HelpText.Group("WHAT IS ASKED FOR", ValidateCommand.range + [ValidateCommand.strictOption]),
            HelpText.Group(
                "EVERY NIGHT",
                [
                    StateFile.stateOption, StateFile.newOption, StateFile.recheckOption,
                    ValidateCommand.acknowledgeOption,
                ]
            ),
            HelpText.Group("LIMITS", ValidateCommand.threads + ValidateCommand.limits),
            HelpText.Group("OTHER", [helpOption]),
        ],
        footer:
            "Exit status: 0 the plan is printed; 64 usage; 66 an input is missing or unusable, or the archive cannot be "
            + "divided; 70 internal error; 74 the plan could not be written; 129, 130, 143, 152 interrupted."
    )

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        let roots = try operands(arguments)
        guard let number = try arguments.number("parts", minimum: 1), number <= PlanFile.mostParts else {
            throw CommandError(
                .usage,
                "Give the number of parts: '--parts' and a number from 1 to \(PlanFile.mostParts)"
            )
        }
        guard Set(roots).count == roots.count else {
            throw CommandError(.usage, "The same archive was given more than once")
        }
        let begin = now()
        var options = try ValidateRequest.options(arguments, at: begin)
        let archives = try InputFile.archives(roots, limits: options.limits)
        guard !arguments.paths("public-keys").isEmpty else { throw EvidenceFiles.missingKeys(archives) }
        var evidence = try EvidenceFiles(arguments)
        let key = try PartialKey(arguments)
        let state = try SharedState(arguments)
        let checked = try interruption.stoppable(console) {
            var folders = try ArchiveRoots(archives)
            folders.keepOut(evidence.all + [key?.file, state?.file].compactMap(\.self))
            return try folders.check(interruption.monitor)
        }
        guard checked != nil else { return interruption.status }
        let keys = try evidence.publicKeys()
        let signatures = try evidence.signatureManifest()
        options.expectedChains = try evidence.expectedChains()
        options.acknowledgements = try evidence.acknowledged()
        options.earlierRuns = try state?.earlierRuns(at: begin)
        let validator = Validator(keys: keys, signatures: signatures, options: options)
        let divided = try interruption.stoppable(console) {
            do {
                return try validator.split(archives, into: number, monitor: interruption.monitor)
            } catch let error as SplitError {
                let advice = number == 1 ? "validate it at once" : "take '--parts 1', or validate it at once"
                throw CommandError(.noInput, "The archive cannot be divided, because \(error): \(advice)")
            }
        }
        guard let divided else { return interruption.status }
        let lines: [String]
        do {
            lines = try PlanFile(
                begin: begin,
                version: Tool.version,
                arguments: arguments.line,
                roots: roots,
                evidence: evidence.read,
                state: state?.hash,
                divided
            ).serialized(key: key?.bytes)
        } catch {
            throw CommandError(.internalError, "\(error)")
        }
        for line in lines { try console.print(line) }
        return .proven
    }
}
