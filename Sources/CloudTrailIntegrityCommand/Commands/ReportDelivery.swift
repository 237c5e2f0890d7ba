internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// Prints and writes what a run came to: reports, then the state, then metrics.
struct ReportDelivery {
    private let request: ValidateRequest
    private let console: Console
    private let interruption: Interruption

    init(_ request: ValidateRequest, _ console: Console, _ interruption: Interruption) {
        self.request = request
        self.console = console
        self.interruption = interruption
    }

    /// Ends the run after a signal; it has no verdict.
    func interrupted() throws(CommandError) -> ExitStatus {
        if interruption.claimsFinalMessage() { console.printError(interruption.message) }
        if request.endsWithSummary {
            let empty = JSONLinesReport(ValidationReport(), request.facts(interruption.status))
            try empty.write(summaryOnly: true, to: console.print)
        }
        return interruption.status
    }

    /// Writes the reports, replaces the state when all of them were written, and writes the metrics.
    ///
    /// - Parameters:
    ///   - files: What was read beside the archives and the keys.
    ///   - state: `nil` where nothing is remembered.
    ///   - roots: What nothing is written into.
    /// - Returns: What the command ends with.
    func deliver(
        _ report: ValidationReport,
        _ diagnosis: RequestedOutputs.Diagnosis?,
        _ files: [Provenance.Role: [PublicKeySet.Source]],
        _ state: StateFile?,
        outside roots: Set<Inode>
    ) throws(CommandError) -> ExitStatus {
        let status = try request.status(of: report)
        let facts = request.facts(status, files)
        defer { state?.discard() }
        let stateFailure = prepare(state, report, outside: roots)
        guard var failures = request.outputs.writeFiles(report, facts, diagnosis, outside: roots, interruption) else {
            return try interrupted()
        }
        if let stateFailure { failures.append(stateFailure) }
        defer { for failure in failures { console.printError("Error: \(escaped(failure.message))") } }
        do throws(CommandError) {
            if !request.isSilentOnSuccess || status != .proven || !failures.isEmpty {
                try print(report, facts, diagnosis)
            }
            if failures.isEmpty, try state?.commit(interruption) == false { return try interrupted() }
        } catch {
            failures.append(error)
        }
        let ending = failures.isEmpty ? status : .outputError
        do throws(CommandError) {
            failures += try request.outputs
                .writeMetrics(report, request.facts(ending), outside: roots, console, interruption)
        } catch {
            failures.append(error)
        }
        return failures.isEmpty ? status : .outputError
    }

    /// Writes the next state beside the old one, and returns what failed.
    private func prepare(
        _ state: StateFile?,
        _ report: ValidationReport,
        outside roots: Set<Inode>
    ) -> CommandError? {
        guard let state, let next = report.state else { return nil }
        do throws(CommandError) {
            try state.prepare(next, outside: roots, interruption)
            return nil
        } catch {
            return error
        }
    }

    /// Prints what standard output gets, all of it.
    private func print(
        _ report: ValidationReport,
        _ facts: RunFacts,
        _ diagnosis: RequestedOutputs.Diagnosis?
    ) throws(CommandError) {
        // A manifest lists the proven files for itself alone.
        let shown = request.isVerbose ? report : report.withoutProvenFiles
        switch request.format {
        case _ where request.outputs.takesStandardOutput:
            try request.outputs.print(report, facts, diagnosis, console)
        case .text:
            try TextReport(shown, facts, style: request.style)
                .write(verbose: request.isVerbose, quiet: request.isQuiet, to: console.print)
        case .jsonLines:
            try JSONLinesReport(shown, facts).write(summaryOnly: request.isQuiet, to: console.print)
        case .aws:
            try AWSReport(shown).write(
                verbose: request.isVerbose,
                to: console.print,
                errors: { line throws(CommandError) in console.printError(line) }
            )
        }
        try console.flush()
    }
}
