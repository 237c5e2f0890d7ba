internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// What the command line of `validate` asks for.
struct ValidateRequest {
    /// How the report is written.
    enum Format: String, CaseIterable {
        case text
        case jsonLines = "jsonl"
        /// The words of `aws cloudtrail validate-logs`.
        case aws
    }

    /// When the run began.
    let begin = now()
    /// The archives, as they were given.
    let archives: [ByteString]
    let format: Format
    let outputs: RequestedOutputs
    let options: ValidationOptions
    let style: TextStyle
    /// How progress is shown; `nil` for not at all.
    let progress: ProgressDisplay.Form?
    /// Whether the report lists the proven files.
    let isVerbose: Bool
    let isQuiet: Bool
    /// Whether a run that ends with 0 prints nothing.
    let isSilentOnSuccess: Bool

    private let beginOnClock = ContinuousClock.now
    private let commandLine: [ByteString]
    private let allowed: Set<FindingKind>
    private let isStrict: Bool
    private let statement: Provenance.Statement

    /// - Parameter commandLine: The command line without the name of the tool.
    init(
        _ arguments: ParsedArguments,
        archives: [ByteString],
        commandLine: [ByteString],
        _ console: Console
    ) throws(CommandError) {
        self.archives = archives
        self.commandLine = commandLine
        isVerbose = arguments.has("verbose")
        isQuiet = arguments.has("quiet")
        isSilentOnSuccess = arguments.has("silent-on-success")
        isStrict = arguments.has("strict")
        statement = Self.statement(arguments)
        format = try arguments.choice("format") ?? .text
        outputs = try RequestedOutputs(arguments)
        if isSilentOnSuccess, outputs.takesStandardOutput {
            throw CommandError(
                .usage,
                "'--silent-on-success' and a report to '-' contradict each other: give one of them"
            )
        }
        allowed = try Self.allowedKinds(arguments)
        var options = try Self.options(arguments)
        options.listsProvenFiles = isVerbose || outputs.includesManifest
        options.hashesStoredFiles = outputs.includesManifest
        options.looksUpEachFile = isStrict
        self.options = options
        style = try Self.style(arguments, console)
        let choice: TerminalChoice = try arguments.choice("progress") ?? .auto
        progress = console.isOfProcess ? ProgressDisplay.form(choice, isQuiet: isQuiet || isSilentOnSuccess) : nil
    }

    /// Whether the last line of standard output is a summary, also that of a run without a verdict.
    var endsWithSummary: Bool { format == .jsonLines || outputs.endsWithSummary }

    /// What a report states of a run that ends now.
    ///
    /// - Parameter files: What was read beside the archives and the keys.
    func facts(_ status: ExitStatus, files: [Provenance.Role: [PublicKeySet.Source]] = [:]) -> RunFacts {
        RunFacts(
            version: Tool.version,
            exit: status.rawValue,
            milliseconds: Int64(beginOnClock.duration(to: .now) / .milliseconds(1)),
            allowed: allowed.map(\.rawValue).sorted(),
            arguments: commandLine,
            folder: outputs.isEmpty ? nil : workingFolder(),
            archives: archives,
            begin: begin,
            end: now(),
            provenance: outputs.isEmpty ? nil : provenance(files)
        )
    }

    /// Who runs this, where, and with what.
    private func provenance(_ files: [Provenance.Role: [PublicKeySet.Source]]) -> Provenance {
        var provenance = Tool.provenance()
        provenance.statement = statement
        provenance.files = files
        return provenance
    }

    /// The status that the verdict on an archive comes to.
    func status(of report: ValidationReport) throws(CommandError) -> ExitStatus {
        let verdict: Verdict
        do throws(NotAllowableError) {
            verdict = try report.verdict(allowing: allowed)
        } catch {
            throw CommandError(.usage, "\(error)")
        }
        if !isStrict, report.isNothingNew(allowing: allowed) { return .nothingNew }
        return switch verdict {
        case .valid: .proven
        case .notValid: .violation
        case .notProven: isStrict ? .violation : .unverified
        }
    }

    // MARK: Options

    /// What a report says that is handed on, in the caller's words.
    static let statementOptions = [
        OptionSpec("case", value: "text", help: "The case that the reports are made for."),
        OptionSpec("examiner", value: "text", help: "Who examines, for the reports."),
        OptionSpec("note", value: "text", help: "Anything else that the reports shall say."),
    ]

    /// What the command line has of them.
    static func statement(_ arguments: ParsedArguments) -> Provenance.Statement {
        var statement = Provenance.Statement()
        statement.caseName = arguments.last("case")
        statement.examiner = arguments.last("examiner")
        statement.note = arguments.last("note")
        return statement
    }

    private static func allowedKinds(_ arguments: ParsedArguments) throws(CommandError) -> Set<FindingKind> {
        var kinds: Set<FindingKind> = []
        for name in arguments.all("allow") {
            let allowable = FindingKind.allCases.filter(\.isAllowable).map(\.rawValue)
            guard let kind = FindingKind(rawValue: name) else {
                let hint = hint(for: name, among: allowable)
                throw CommandError(.usage, "'\(name)' is no finding kind that '--allow' knows\(hint)")
            }
            guard kind.isAllowable else {
                throw CommandError(.usage, "'\(name)' cannot be allowed (values: \(allowable.joined(separator: ", ")))")
            }
            kinds.insert(kind)
        }
        return kinds
    }

    private static func options(_ arguments: ParsedArguments) throws(CommandError) -> ValidationOptions {
        var settings = ValidationSettings()
        do throws(ValidationSettingError) {
            for name in ValidationSettings.Name.allCases {
                for text in arguments.all(name.rawValue) { try settings.set(name, to: text) }
            }
        } catch {
            throw CommandError(.usage, error.message(dashes: "--"))
        }
        let options = settings.options(at: now())
        do throws(ValidationOptionsError) {
            try options.check()
        } catch {
            throw CommandError(.usage, "\(error)")
        }
        return options
    }

    private static func style(_ arguments: ParsedArguments, _ console: Console) throws(CommandError) -> TextStyle {
        var style = console.style
        switch try arguments.choice("color") ?? TerminalChoice.auto {
        case .auto: break
        case .always: style.isColored = true
        case .never: style.isColored = false
        }
        return style
    }
}
