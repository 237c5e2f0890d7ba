internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// A command that was started, and what its reports state of it in the end.
struct StartedCommand {
    /// What a report says that is handed on, in the caller's words.
    static let options = [
        OptionSpec("case", value: "text", help: "The case that the reports are made for."),
        OptionSpec("examiner", value: "text", help: "Who examines, for the reports."),
        OptionSpec("note", value: "text", help: "Anything else that the reports are to say."),
    ]

    /// When it was started.
    let begin = now()
    private let beginOnClock = ContinuousClock.now
    private let line: [ByteString]
    private let archives: [ByteString]
    private let statement: Provenance.Statement
    private let merged: RunFacts.MergedParts?

    /// - Parameters:
    ///   - name: What it is called.
    ///   - archives: The archives, as they were given.
    ///   - merged: The parts that a verdict is put together from; `nil` where it is the run's own.
    init(
        _ name: String,
        _ arguments: ParsedArguments,
        archives: [ByteString],
        merged: RunFacts.MergedParts? = nil
    ) {
        self.merged = merged
        line = [ByteString(name)] + arguments.line
        self.archives = archives
        var statement = Provenance.Statement()
        statement.caseName = arguments.last("case")
        statement.examiner = arguments.last("examiner")
        statement.note = arguments.last("note")
        self.statement = statement
    }

    /// What a report states of it when it ends now.
    ///
    /// - Parameters:
    ///   - allowed: The kinds that were accepted.
    ///   - files: What was read beside the archives and the keys; `nil` where no report is handed on.
    func facts(
        _ status: ExitStatus,
        allowed: [String] = [],
        handingOn files: [Provenance.Role: [PublicKeySet.Source]]?
    ) -> RunFacts {
        RunFacts(
            version: Tool.version,
            exit: status.rawValue,
            milliseconds: Int64(beginOnClock.duration(to: .now) / .milliseconds(1)),
            allowed: allowed,
            arguments: line,
            folder: files == nil ? nil : workingFolder(),
            archives: archives,
            begin: begin,
            end: now(),
            provenance: files.map { files in
                var provenance = Tool.provenance
                provenance.statement = statement
                provenance.files = files
                return provenance
            },
            merged: merged
        )
    }
}
