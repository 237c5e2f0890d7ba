internal import CloudTrailIntegrity

/// `plan`: prints a script that fetches what the validation of an archive still needs.
enum PlanCommand: Subcommand {
    static let name = "plan"

    static let help = HelpText(
        overview: "Print a shell script that fetches what an archive still needs: keys and signatures, or digest files "
            + "where it holds log files alone.",
        usage: "\(Tool.name) plan <archive> ... [<options>]",
        arguments: [
            (
                "<archive>",
                "A folder that came out of the bucket. " + InputFile.archiveFilesHelp
                    + "Several of them are the parts of one archive. They are only read: the script writes to the "
                    + "folder that it is run in."
            )
        ],
        options: [
            publicKeysOption,
            signaturesOption,
            OptionSpec(
                "bucket",
                value: "name",
                help: "The bucket the archive came from: no other is asked, and it stands for the bucket of digest "
                    + "files that cannot be read."
            ),
            helpOption,
        ],
        footer: "Exit status: 0 the script is printed; 2 neither a digest file nor a log file is held; 64 usage; 66 an "
            + "input is missing or unusable; 70 internal error; 74 the output could not be written; 129, 130, 143, 152 "
            + "interrupted."
    )

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        let operands = try operands(arguments)
        for path in operands + arguments.paths("public-keys") + arguments.paths("signatures")
        where ShellWord.endsInLineBreak(path) {
            throw CommandError(.usage, "The name '\(path)' ends in a line break: a script cannot repeat it")
        }
        var options = ValidationOptions()
        options.bucket = arguments.last("bucket")
        if let bucket = options.bucket, !ValidationOptions.isBucket(bucket) {
            throw CommandError(.usage, "The value '\(bucket)' is invalid for '--bucket': the name of a bucket")
        }
        let archives = try InputFile.archives(operands)
        let evidence = try EvidenceFiles.read(arguments, for: archives, interruption, console)
        guard let (keys, manifest) = evidence else { return interruption.status }
        let validator = Validator(keys: keys, signatures: manifest, options: options)
        let planned = try interruption.stoppable(console) {
            try validator.fetchPlan(for: archives, monitor: interruption.monitor)
        }
        guard let plan = planned else { return interruption.status }
        guard plan.digestCount > 0 else {
            guard !plan.digestFolders.isEmpty else {
                console.printError("Neither a digest file nor a log file is held, so nothing can be planned.")
                return .unverified
            }
            let script = SyncScript(folders: plan.digestFolders, archives: operands, bucket: options.bucket)
            for line in script.lines { try console.print(line) }
            return .proven
        }
        if plan.hiddenCount > 0 {
            console.printError("Not planned: what lies behind links and unreadable folders (\(plan.hiddenCount)).")
        }
        let script = FetchScript(
            plan,
            archives: operands,
            keyFiles: arguments.paths("public-keys"),
            manifests: arguments.paths("signatures"),
            bucket: options.bucket
        )
        for line in script.lines { try console.print(line) }
        return .proven
    }
}
