internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// `validate`: judges an archive and reports on it.
enum ValidateCommand: Subcommand {
    static let name = "validate"

    static let help = HelpText(
        overview: "Validate a downloaded archive with a file of public keys.",
        usage: "\(MainCommand.name) validate <archive> ... --public-keys <file> ... [<options>]",
        arguments: [
            (
                "<archive>",
                "A folder that came out of the bucket: synced from its root, from a prefix, or from below AWSLogs/, "
                    + "or everything flat. "
                    + InputFile.archiveFilesHelp + "Several of them are the parts of one archive."
            )
        ],
        options: [
            publicKeysOption,
            signaturesOption,
            OptionSpec(
                "start-time",
                value: "time",
                help: "The start of the delivery time that must be proven, ISO 8601 (2026-03-01T00:00:00Z). A "
                    + "date is its midnight in UTC."
            ),
            OptionSpec("end-time", value: "time", help: "The end of that time."),
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
            OptionSpec("bucket", value: "name", help: "The bucket the archive came from, to be compared with."),
            formatOption(
                default: Format.text,
                help: "How the report is written."
            ),
            RequestedOutputs.reportOption,
            RequestedOutputs.metricsOption,
            RequestedOutputs.manifestOption,
            OptionSpec("verbose", letter: "v", help: "List every proven file and every finding, with whole names."),
            OptionSpec("quiet", letter: "q", help: "Print the verdict alone, with what was not asked."),
            TerminalChoice.progressOption,
            TerminalChoice.colorOption,
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
            OptionSpec(
                "allow",
                value: "kind",
                values: FindingKind.allCases.filter(\.isAllowable).map(\.rawValue),
                isRepeatable: true,
                help: "Keep findings of this unverified kind out of the exit status, not out of the report. Repeatable."
            ),
            OptionSpec(
                "grace",
                value: "duration",
                help: "How long a log file may wait for its digest after the last verified one, such as 90m. "
                    + "(default: 150m)"
            ),
            OptionSpec(
                "max-age",
                value: "duration",
                help: "Instead of an end: verified coverage must reach this long before now, such as 3h."
            ),
            OptionSpec(
                "expect",
                value: "file",
                isRepeatable: true,
                help: "Chains that must be there: JSON Lines of account, region, trail, homeRegion and, for one that "
                    + "began or ended, since or until. Repeatable."
            ),
        ] + StateFile.options + [
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
            OptionSpec(
                "findings-per-folder",
                value: "n",
                help: "Findings of one kind and folder that are listed one by one; one more sums up the others. "
                    + "(default: 10000)"
            ),
            OptionSpec(
                "strict",
                help: "Exit with 1 also when something is only unverified. The path of each file is looked up again "
                    + "once it was read."
            ),
            helpOption,
        ],
        footer: "Exit status: 0 everything in range is proven; 1 something is not as AWS delivered it; 2 no violation, "
            + "but something is not proven; 64 usage; 66 an input is missing or unusable; 70 internal error; "
            + "74 the report could not be written; 129, 130, 143, 152 interrupted."
    )

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        let clock = ContinuousClock()
        let begin = clock.now
        let beginTime = now()
        let operands = try operands(arguments)
        let format = try choice("format", in: arguments, default: Format.text)
        let outputs = try RequestedOutputs(arguments)
        let allowed = try allowedKinds(arguments)
        var options = try options(arguments)
        options.listsProvenFiles = options.listsProvenFiles || outputs.includesManifest
        options.hashesStoredFiles = outputs.includesManifest
        options.looksUpEachFile = arguments.has("strict")
        let style = try style(arguments, console)
        let progress = try progressForm(arguments, console)
        let archives = try InputFile.archives(operands, limits: options.limits)
        guard !arguments.paths("public-keys").isEmpty else { throw InputFile.missingKeys(archives) }
        let keyFiles = try NamedFile.files(arguments.paths("public-keys"), .keys)
        let manifests = try NamedFile.files(arguments.paths("signatures"), .signatures)
        let chainLists = try NamedFile.files(arguments.paths("expect"), .chains)
        let recheck = try StateFile.recheck(arguments, begin: beginTime)
        var stateFile = try StateFile(arguments, besides: outputs.files)

        let allowedNames = allowed.map(\.rawValue).sorted()
        func facts(_ status: ExitStatus) -> RunFacts {
            let duration = begin.duration(to: clock.now).components
            return RunFacts(
                version: MainCommand.version,
                exit: status.rawValue,
                milliseconds: duration.seconds * 1000 + duration.attoseconds / 1_000_000_000_000_000,
                allowed: allowedNames,
                arguments: [ByteString(name)] + arguments.line,
                folder: outputs.isEmpty ? nil : workingFolder(),
                archives: operands,
                begin: beginTime,
                end: now()
            )
        }
        func interrupted() throws(CommandError) -> ExitStatus {
            if interruption.takesLastWord() { console.complain(interruption.message) }
            if format == .jsonLines || outputs.endsWithSummary {
                // The last line is always a summary; this one speaks of nothing.
                let empty = JSONLinesReport(ValidationReport(), facts(interruption.status))
                try empty.write(summaryOnly: true, to: console.print)
            }
            return interruption.status
        }
        let inputs = InputFile.locations(of: operands, keyFiles + manifests + chainLists, stateFile)
        try outputs.check(inputs: inputs)
        let compared = try untilInterrupted(interruption, console) {
            var roots = try ArchiveRoots(archives)
            roots.keepOut(keyFiles + manifests + chainLists)
            if let stateFile { roots.keepOut(stateFile) }
            for file in outputs.files { roots.keepOut(file) }
            return try roots.check(interruption.monitor)
        }
        guard let roots = compared else { return try interrupted() }
        let keys = try InputFile.publicKeys(keyFiles)
        let manifest = try InputFile.manifest(manifests)
        options.expectedChains = try InputFile.expectedChains(chainLists)
        try outputs.checkAreWritable(outside: roots)
        try stateFile?.open(outside: roots, console)
        options.earlierRuns = stateFile.map { EarlierRuns($0.state, now: beginTime, recheck: recheck) }

        let result: ValidationReport?
        do {
            let validator = Validator(keys: keys, signatures: manifest, options: options)
            interruption.display.begin(progress, isEven: options.isEven)
            defer { interruption.display.end() }
            result = try validator.validate(archives, monitor: interruption.monitor)
        } catch is CancellationError {
            result = nil
        } catch let error as ValidationOptionsError {
            throw CommandError(.usage, "\(error)")
        } catch let error as StateError where error.reason == .sourceIsEmpty {
            throw CommandError(.noInput, "The archive \(error.description)")
        } catch let error as StateError {
            throw CommandError(
                .noInput,
                "The keys cannot be trusted: \(error). Find out where they came from before anything is validated"
            )
        } catch let error as ClockError {
            throw CommandError(.noInput, "'--max-age' cannot be answered: \(error)")
        } catch {
            throw CommandError(whileReading: error)
        }
        // A signal may have come after the validator last looked.
        guard let whole = result, !interruption.monitor.isCancelled else { return try interrupted() }
        let status = try status(of: whole, allowed, isStrict: arguments.has("strict"))
        let runFacts = facts(status)
        var stateFailure: CommandError?
        if let stateFile, let next = whole.state {
            do throws(CommandError) { try stateFile.prepare(next, outside: roots, interruption) } catch {
                stateFailure = error
            }
        }
        guard var failures = outputs.writeFiles(whole, runFacts, outside: roots, interruption) else {
            return try interrupted()
        }
        if let stateFailure { failures.append(stateFailure) }
        defer { for failure in failures { console.complain("Error: \(escaped(failure.message))") } }
        let isVerbose = arguments.has("verbose")
        // A manifest lists the proven files for itself alone.
        let report = isVerbose ? whole : whole.withoutProvenFiles
        let isQuiet = arguments.has("quiet")
        switch format {
        case _ where outputs.takesStandardOutput:
            try outputs.print(whole, runFacts, console)
        case .text:
            try TextReport(report, runFacts, style: style)
                .write(verbose: isVerbose, quiet: isQuiet, to: console.print)
        case .jsonLines:
            try JSONLinesReport(report, runFacts).write(summaryOnly: isQuiet, to: console.print)
        case .aws:
            try AWSReport(report).write(
                verbose: isVerbose,
                to: console.print,
                errors: { line throws(CommandError) in console.complain(line) }
            )
        }
        do throws(CommandError) {
            try console.flush()
        } catch {
            stateFile?.discard()
            throw error
        }
        // Who did not get the report must get it the next time.
        guard failures.isEmpty else {
            stateFile?.discard()
            return .outputError
        }
        if let stateFile {
            let failure = interruption.unlessInterrupted { () -> CommandError? in
                do throws(CommandError) {
                    try stateFile.commit()
                    return nil
                } catch {
                    return error
                }
            }
            guard var failure else { return try interrupted() }
            if failure == nil {
                do throws(CommandError) { try stateFile.settle() } catch { failure = error }
            }
            if let failure {
                failures.append(failure)
                return .outputError
            }
        }
        return status
    }

    private static func status(
        of report: ValidationReport,
        _ allowed: Set<FindingKind>,
        isStrict: Bool
    ) throws(CommandError) -> ExitStatus {
        let verdict: Verdict
        do throws(NotAllowableError) {
            verdict = try report.verdict(allowing: allowed)
        } catch {
            throw CommandError(.usage, "\(error)")
        }
        return switch verdict {
        case .valid: .proven
        case .notValid: .violation
        case .notProven: isStrict ? .violation : .unverified
        }
    }
}
