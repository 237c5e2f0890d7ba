internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// One run of `validate`, as a transaction.
///
/// Nothing is printed and no file is in its place before the archive is judged. Then the reports in files are put in their
/// places, the report is printed, and the state is replaced: where a report could not be written, the old state stays, so
/// that the next run reports the same again. Metrics come last, and say how all of that ended.
struct ValidateRun {
    private let request: ValidateRequest
    private let archives: [any ArchiveSource]
    private var evidence: EvidenceFiles
    private var state: StateFile?
    private let console: Console
    private let interruption: Interruption

    /// Looks for the inputs and the state that the command line names; the evidence is not read yet, and nothing is made.
    init(
        _ request: ValidateRequest,
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) {
        self.request = request
        self.console = console
        self.interruption = interruption
        archives = try InputFile.archives(request.archives, limits: request.options.limits)
        guard !arguments.paths("public-keys").isEmpty else { throw EvidenceFiles.missingKeys(archives) }
        evidence = try EvidenceFiles(arguments)
        state = try StateFile(arguments, begin: request.begin, besides: request.outputs.files)
    }

    /// Validates the archive, delivers the reports, and returns what the command ends with.
    mutating func outcome() throws(CommandError) -> ExitStatus {
        guard let roots = try checkedRoots() else { return try interrupted() }
        guard let validator = try validator(outside: roots) else { return try interrupted() }
        guard let report = try validate(with: validator) else { return try interrupted() }
        guard let diagnosis = try diagnosis(by: validator) else { return try interrupted() }
        return try delivery.deliver(report, diagnosis, evidence.sources, state, outside: roots)
    }

    private var delivery: ReportDelivery { ReportDelivery(request, console, interruption) }

    private func interrupted() throws(CommandError) -> ExitStatus { try delivery.interrupted() }

    // MARK: Inputs

    /// The folders of the archive, when no output would replace an input, and none of the files that the command line names
    /// lies in the archive (I12, I33, I35); `nil` after a signal.
    private func checkedRoots() throws(CommandError) -> Set<Inode>? {
        let inputs = InputFile.locations(of: request.archives) + evidence.all.map { ($0.path, $0.location) }
        try request.outputs.check(inputs: inputs + (state?.locations ?? []))
        try request.outputs.check(archives: zip(request.archives, archives).map { (path: $0, source: $1) })
        try request.outputs.checkDiagnosis(of: request.archives)
        return try interruption.stoppable(console) {
            var roots = try ArchiveRoots(archives)
            roots.keepOut(evidence.all)
            if let state { roots.keepOut(state) }
            for file in request.outputs.files { roots.keepOut(file) }
            return try roots.check(interruption.monitor)
        }
    }

    /// Reads the evidence, and makes sure that the outputs can be written; locks and reads the state. Returns `nil` after a
    /// signal.
    private mutating func validator(outside roots: Set<Inode>) throws(CommandError) -> Validator? {
        var options = request.options
        let keys = try evidence.publicKeys()
        let signatures = try evidence.signatureManifest()
        options.expectedChains = try evidence.expectedChains()
        options.acknowledgements = try evidence.acknowledged()
        try request.outputs.checkAreWritable(outside: roots)
        // The state is accessed exclusively meanwhile, and so this value as a whole.
        let (console, interruption) = (console, interruption)
        let opened: Void? = try interruption.stoppable(console) {
            try state?.open(outside: roots, console, interruption.monitor)
        }
        guard opened != nil else { return nil }
        options.earlierRuns = state?.earlierRuns
        return Validator(keys: keys, signatures: signatures, options: options)
    }

    // MARK: Run

    /// The report on the archive; `nil` after a signal.
    private func validate(with validator: Validator) throws(CommandError) -> ValidationReport? {
        try interruption.stoppable(console) {
            interruption.display.begin(request.progress, isEven: isEven)
            defer { interruption.display.end() }
            do {
                return try validator.validate(archives, monitor: interruption.monitor)
            } catch let error as CancellationError {
                throw error
            } catch {
                throw CommandError(validating: error, validator)
            }
        }
    }

    /// What the archive looks like, where that is asked for; `nil` after a signal. Why it could not be found out is no more
    /// than a file that could not be written.
    private func diagnosis(by validator: Validator) throws(CommandError) -> RequestedOutputs.Diagnosis?? {
        guard request.outputs.includesDiagnosis else { return .some(nil) }
        return try interruption.stoppable(console) {
            do {
                return .success(try validator.diagnose(archives, monitor: interruption.monitor))
            } catch let error as CancellationError {
                throw error
            } catch {
                return .failure(CommandError(.outputError, "The diagnosis could not be made: \(error)"))
            }
        }
    }

    /// Whether no range, filter or earlier run leaves files out, so that the files read so far show how long the others
    /// take.
    private var isEven: Bool {
        request.options.judgesAll && request.options.start == nil && state == nil
    }
}
