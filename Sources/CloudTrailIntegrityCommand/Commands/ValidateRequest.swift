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

    private let command: StartedCommand
    private let allowed: Set<FindingKind>
    private let isStrict: Bool

    /// When the run began.
    var begin: Timestamp { command.begin }

    /// - Parameter time: When it is, as far as what is asked for depends on it.
    init(
        _ command: StartedCommand,
        _ arguments: ParsedArguments,
        archives: [ByteString],
        at time: Timestamp = now(),
        _ console: Console
    ) throws(CommandError) {
        self.command = command
        self.archives = archives
        isVerbose = arguments.has("verbose")
        isQuiet = arguments.has("quiet")
        isSilentOnSuccess = arguments.has("silent-on-success")
        isStrict = arguments.has("strict")
        format = try arguments.choice("format") ?? .text
        outputs = try RequestedOutputs(arguments)
        if isSilentOnSuccess, outputs.takesStandardOutput {
            throw CommandError(
                .usage,
                "'--silent-on-success' and a report to '-' contradict each other: give one of them"
            )
        }
        allowed = try Self.allowedKinds(arguments)
        var options = try Self.options(arguments, at: time)
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
    func facts(_ status: ExitStatus, _ files: [Provenance.Role: [PublicKeySet.Source]] = [:]) -> RunFacts {
        command.facts(
            status,
            allowed: allowed.map(\.rawValue).sorted(),
            handingOn: outputs.isEmpty ? nil : files
        )
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

    private static func allowedKinds(_ arguments: ParsedArguments) throws(CommandError) -> Set<FindingKind> {
        var kinds: Set<FindingKind> = []
        for name in arguments.all("allow") {
            let allowable = FindingKind.allCases.filter(\.isAllowable).map(\.rawValue)
            guard let kind = FindingKind(rawValue: name) else {
                let hint = hint(for: name, among: allowable)
                throw CommandError(.usage, "'\(name)' is not a finding kind that '--allow' knows\(hint)")
            }
            guard kind.isAllowable else {
                throw CommandError(.usage, "'\(name)' cannot be allowed (values: \(allowable.joined(separator: ", ")))")
            }
            kinds.insert(kind)
        }
        return kinds
    }

    /// What is judged, and how.
    ///
    /// - Parameter time: When it is.
    static func options(_ arguments: ParsedArguments, at time: Timestamp) throws(CommandError) -> ValidationOptions {
        var settings = ValidationSettings()
        do throws(ValidationSettingError) {
            for name in ValidationSettings.Name.allCases {
                for text in arguments.all(name.rawValue) { try settings.set(name, to: text) }
            }
        } catch {
            throw CommandError(.usage, error.message(dashes: "--"))
        }
        let options = settings.options(at: time)
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
