internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop
internal import SampleArchive

/// `sample`: makes a signed archive with throwaway keys, and tampers with it.
enum SampleCommand: Subcommand {
    static let name = "sample"

    static let help = HelpText(
        overview: "Make a signed sample archive with throwaway keys.",
        usage: "\(Tool.name) sample <directory> [<options>]",
        arguments: [
            (
                "<directory>",
                "A new or empty folder: it gets archive/ as a download leaves it, keys.json, the signature manifest "
                    + "meta.jsonl, and truth.json with what was done to it."
            )
        ],
        options: [
            OptionSpec("accounts", value: "n", help: "Accounts. (default: \(standard.accounts))"),
            OptionSpec("regions", value: "n", help: "Regions of each account. (default: \(standard.regions))"),
            OptionSpec("hours", value: "n", help: "Digest files of each chain. (default: \(standard.hours))"),
            OptionSpec("logs", value: "n", help: "Log files of each digest file. (default: \(standard.logs))"),
            OptionSpec("records", value: "n", help: "Records of each log file. (default: \(standard.records))"),
            OptionSpec("organization", value: "id", help: "Lay it out as an organization trail, such as o-a1b2c3d4e5."),
            OptionSpec("prefix", value: "prefix", help: "The prefix of all keys."),
            OptionSpec("seed", value: "n", help: "Equal seeds make equal archives. (default: \(standard.seed))"),
            OptionSpec(
                "tamper",
                value: "kind",
                values: Tamper.allCases.map(\.rawValue),
                isRepeatable: true,
                help: "What to do to the archive. Repeatable."
            ),
            helpOption,
        ]
    )

    private static let standard = SampleOptions()

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        guard let directory = arguments.operands.first else {
            throw CommandError(.usage, "Missing expected argument '<directory>'", showsUsage: true)
        }
        guard arguments.operands.count == 1 else {
            throw CommandError(.usage, "Unexpected argument '\(arguments.operands[1])'", showsUsage: true)
        }
        let options = try options(arguments)
        let folder = SampleDirectory(path: directory)
        interruption.cleansUp(
            by: Interruption.Cleanup(
                run: { interruptedMessage(directory, folder.discard()) },
                messageIfCutShort: interruptedMessage(directory, .discarded(leftover: directory))
            )
        )
        let summary: SampleSummary
        do {
            summary = try SampleArchive.write(to: folder, options)
        } catch let error as SampleArchiveError where error.code == .discarded {
            if interruption.claimsFinalMessage() { console.printError(interruptedMessage(directory, folder.state)) }
            return interruption.status
        } catch {
            throw failure(error, folder.state)
        }
        try console.print(
            "Made \(summary.digestCount.grouped) digest files and \(summary.logCount.grouped) log files in "
                + "\(summary.chains.count.of("chain")), from \(summary.start) to \(summary.end)."
        )
        for tamper in summary.tampers {
            try console.print("Tampered: \(tamper.tamper.rawValue) \(tamper.key)")
        }
        try console.print(
            "Validate it with: \(Tool.name) validate \(ShellWord.path(directory + "/archive")) "
                + "--public-keys \(ShellWord.path(directory + "/keys.json")) "
                + "--signatures \(ShellWord.path(directory + "/meta.jsonl"))"
        )
        return .proven
    }

    private static func interruptedMessage(_ directory: ByteString, _ state: SampleDirectory.State) -> String {
        let outcome =
            switch state {
            case .complete: "the archive in '\(directory)' is complete"
            case .open, .discarded(leftover: nil): "no archive was made, and nothing is left of it"
            case .discarded: "no archive was made; remove what is left of it in '\(directory)'"
            }
        return escaped("Interrupted: \(outcome).")
    }

    private static func failure(_ error: any Error, _ state: SampleDirectory.State) -> CommandError {
        let status: ExitStatus =
            switch (error as? SampleArchiveError)?.code {
            case .inputOutput: .outputError
            case .directoryNotEmpty, .invalidOption, .archiveTooSmall: .usage
            case .discarded, nil: .internalError
            }
        var advice: [String] = []
        if case .discarded(let leftover?) = state { advice = ["What was made could not be removed: '\(leftover)'"] }
        return CommandError(status, "\(error)", advice: advice)
    }

    private static func options(_ arguments: ParsedArguments) throws(CommandError) -> SampleOptions {
        var options = SampleOptions()
        options.accounts = try arguments.number("accounts", minimum: 1) ?? options.accounts
        options.regions = try arguments.number("regions", minimum: 1) ?? options.regions
        options.hours = try arguments.number("hours", minimum: 1) ?? options.hours
        options.logs = try arguments.number("logs", minimum: 0) ?? options.logs
        options.records = try arguments.number("records", minimum: 1) ?? options.records
        options.organization = arguments.last("organization")
        options.prefix = arguments.last("prefix")
        if let text = arguments.last("seed") {
            guard let seed = UInt64(text) else {
                throw CommandError(.usage, "The value '\(text)' is invalid for '--seed': a whole number from 0")
            }
            options.seed = seed
        }
        for name in arguments.all("tamper") {
            guard let tamper = Tamper(rawValue: name) else {
                let hint = hint(for: name, among: Tamper.allCases.map(\.rawValue))
                throw CommandError(.usage, "'\(name)' is nothing that '--tamper' knows\(hint)")
            }
            options.tampers.append(tamper)
        }
        return options
    }
}
