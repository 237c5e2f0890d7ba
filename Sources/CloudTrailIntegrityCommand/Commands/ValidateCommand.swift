internal import CloudTrailIntegrity
internal import CloudTrailRules
internal import NativeInterop

/// `validate`: judges an archive and reports on it.
enum ValidateCommand: Subcommand {
    static let name = "validate"

    static let help = HelpText(
        overview: "Validate a downloaded archive with a file of public keys.",
        usage: "\(Tool.name) validate <archive> ... --public-keys <file> ... [<options>]",
        arguments: [
            (
                "<archive>",
                "A folder that came out of the bucket: synced from its root, from a prefix, or from below AWSLogs/, "
                    + "or everything flat. "
                    + InputFile.archiveFilesHelp + "Several of them are the parts of one archive."
            )
        ],
        groups: [
            HelpText.Group("INPUTS", inputs),
            HelpText.Group("WHAT IS ASKED FOR", range + [allowOption, strictOption]),
            HelpText.Group("EVERY NIGHT", night),
            HelpText.Group("REPORTS", reports),
            HelpText.Group("SEVERAL MACHINES", PartRun.options),
            HelpText.Group("LIMITS", threads + limits),
            HelpText.Group("OTHER", [helpOption]),
        ],
        footer: "Exit status: 0 everything in range is proven; 1 something is not as AWS delivered it; 2 no violation, "
            + "but something is not proven; 3 one of these two, but for what is acknowledged; 64 usage; 66 an input is "
            + "missing or unusable; 70 internal error; 74 the report could not be written; 129, 130, 143, 152 interrupted."
    )

    /// What the verdict rests on beside the archive.
    static let inputs: [OptionSpec] =
        [
            publicKeysOption,
            signaturesOption,
            expectOption,
            OptionSpec("bucket", value: "name", help: "The bucket the archive came from, to be compared with."),
        ]

    static let expectOption = OptionSpec(
        "expect",
        value: "file",
        isRepeatable: true,
        help: "Chains that must be there: JSON Lines of account, region, trail, homeRegion and, for one that "
            + "began or ended, since or until. Repeatable."
    )

    /// What must be proven.
    static let range: [OptionSpec] =
        [
            OptionSpec(
                "start-time",
                value: "time",
                help: "The start of the delivery time that must be proven, ISO 8601 (2026-03-01T00:00:00Z). A "
                    + "date is its midnight in UTC."
            ),
            OptionSpec("end-time", value: "time", help: "The end of that time."),
            OptionSpec(
                "max-age",
                value: "duration",
                help: "Instead of an end: verified coverage must reach this long before now, such as 3h."
            ),
            OptionSpec(
                "grace",
                value: "duration",
                help: "How long a log file may wait for its digest after the last verified one, such as 90m. "
                    + "(default: 150m)"
            ),
            OptionSpec(
                "account-id",
                value: "id",
                isRepeatable: true,
                help: "Report on this account alone. Repeatable."
            ),
            OptionSpec("region", value: "region", isRepeatable: true, help: "Report on this region alone. Repeatable."),
            OptionSpec(
                "trail",
                value: "name-or-arn",
                isRepeatable: true,
                help: "Report on this trail alone. Repeatable."
            ),
        ]

    static let allowOption = OptionSpec(
        "allow",
        value: "kind",
        values: FindingKind.allCases.filter(\.isAllowable).map(\.rawValue),
        isRepeatable: true,
        help: "Keep findings of this unverified kind out of the exit status, not out of the report. Repeatable."
    )

    static let strictOption = OptionSpec(
        "strict",
        help: "Exit with 1 also when something is only unverified. What is acknowledged counts too. The path of "
            + "each file is looked up again once it was read."
    )

    static let acknowledgeOption = OptionSpec(
        "acknowledge",
        value: "file",
        isRepeatable: true,
        help: "Findings that were looked into: JSON Lines of kind, key, who, why and until. Where all that count "
            + "are there, the exit status is 3; the verdict stays. Repeatable."
    )

    static let silentOption = OptionSpec(
        "silent-on-success",
        help: "Print nothing where the exit status is 0, as cron wants it; files are written all the same."
    )

    /// For runs that nobody watches.
    private static let night: [OptionSpec] =
        StateFile.options + [acknowledgeOption, silentOption, RequestedOutputs.metricsOption]

    /// What is printed and written.
    private static let reports: [OptionSpec] =
        printed + StartedCommand.options + [RequestedOutputs.diagnoseOption, progressOption, colorOption]

    /// What tells of the result.
    static let printed: [OptionSpec] =
        [
            formatOption(default: ValidateRequest.Format.text, help: "How the report is written."),
            OptionSpec("verbose", letter: "v", help: "List every proven file and every finding, with whole names."),
            OptionSpec(
                "quiet",
                letter: "q",
                help: "Print the verdict alone, with the names of violations and what was not asked."
            ),
            RequestedOutputs.reportOption,
            RequestedOutputs.manifestOption,
        ]

    static let progressOption = OptionSpec(
        "progress",
        value: "when",
        values: TerminalChoice.allCases.map(\.rawValue),
        default: TerminalChoice.auto.rawValue,
        help: "Show on standard error how far the run is; auto: at a terminal, without --quiet."
    )

    static let colorOption = OptionSpec(
        "color",
        value: "when",
        values: TerminalChoice.allCases.map(\.rawValue),
        default: TerminalChoice.auto.rawValue,
        help: "Colour the text report; auto: at a terminal, without NO_COLOR."
    )

    static let threads: [OptionSpec] =
        [
            OptionSpec(
                "jobs",
                letter: "j",
                value: "n",
                help: "Threads that compute. (default: the number of processors)"
            ),
            OptionSpec(
                "readers",
                value: "n",
                help: "Threads that read, where storage is slow. (default: 16, or as many as compute)"
            ),
        ]

    /// What hostile files may cost.
    static let limits: [OptionSpec] =
        [
            OptionSpec(
                "findings-per-folder",
                value: "n",
                help: "Findings of one kind and folder that are listed one by one; one more sums up the others. "
                    + "(default: 10000)"
            ),
            OptionSpec("max-log-size", value: "size", help: "Largest uncompressed log file. (default: 8G)"),
            OptionSpec("max-digest-size", value: "size", help: "Largest uncompressed digest file. (default: 256M)"),
            OptionSpec(
                "max-inflate-ratio",
                value: "n",
                help: "Largest ratio of content to compressed bytes, beyond 1 GiB of content. (default: 256)"
            ),
            OptionSpec("max-digest-entries", value: "n", help: "Most log files in a digest file. (default: 1000000)"),
            OptionSpec("max-json-depth", value: "n", help: "Deepest nesting of a digest file. (default: 32)"),
            OptionSpec("max-key-length", value: "n", help: "Longest key in bytes. (default: 1024)"),
        ]

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        if arguments.path("plan") != nil { return try PartRun(arguments, console, interruption).outcome() }
        try PartRun.refuseOptions(arguments)
        let archives = try operands(arguments)
        let command = StartedCommand(name, arguments, archives: archives)
        let request = try ValidateRequest(command, arguments, archives: archives, console)
        var run = try ValidateRun(request, arguments, console, interruption)
        return try run.outcome()
    }
}
