internal import CloudTrailFormat
internal import NativeInterop

extension Validator {
    /// Validates an archive that lies in one source.
    ///
    /// - Parameters:
    ///   - source: The archive.
    ///   - monitor: Tells how far the validation is, and stops it.
    ///   - onFinding: Given every finding as it comes; see ``validate(_:monitor:onFinding:)-([ArchiveSource],_,_)``.
    /// - Returns: What was found.
    /// - Throws: As for several sources.
    public func validate(
        _ source: any ArchiveSource,
        monitor: ValidationMonitor = ValidationMonitor(),
        onFinding: (@Sendable (Finding) -> Void)? = nil
    ) throws -> ValidationReport {
        try validate([source], monitor: monitor, onFinding: onFinding)
    }

    /// Validates an archive that lies in one or more sources.
    ///
    /// A file that fails a check, or cannot be read, is a finding and not an error. The calling thread waits; the work
    /// is done on threads of the validator's own, all of which have ended when this returns or throws.
    ///
    /// - Parameters:
    ///   - sources: The parts of one archive.
    ///   - monitor: Tells how far the validation is, and stops it.
    ///   - onFinding: Given every finding of the report once, as soon as it is known, until the validation is stopped: one at
    ///     a time, by any thread of the validation, in no fixed order. What it waits for, the validation waits for.
    /// - Returns: What was found.
    /// - Throws: ``ValidationOptionsError`` when an option means nothing; ``StateError`` when the keys are not those that
    ///   earlier runs had under the same fingerprints, or when a source of which earlier runs proved files holds none;
    ///   ``ClockError`` when the clock is set back; `CancellationError` when the monitor stopped it; an error when a
    ///   source cannot be listed, or when libcrypto or zlib fail.
    public func validate(
        _ sources: [any ArchiveSource],
        monitor: ValidationMonitor = ValidationMonitor(),
        onFinding: (@Sendable (Finding) -> Void)? = nil
    ) throws -> ValidationReport {
        try options.check()
        try options.earlierRuns?.state.check(keys)
        let listener = FindingListener(monitor, onFinding)
        let access = sources.map(\.access)
        let names = sources.map(\.nameBytes)
        var judged: JudgedPart
        if let portions = try judgeInPortions(access, names, monitor, listener) {
            judged = portions
        } else {
            var all: ArchivePortion?
            judged = try judge(access, names, &all, monitor, listener)
        }
        let (carried, state, known, portions) = (judged.carried, judged.state.take(), judged.known, judged.portions)
        var report = try ReportAssembler((consume judged).part, SourceNames(names), options).report(
            keys: keys,
            signatures: signatures,
            carried: carried,
            state: state,
            known: known,
            monitor,
            listener
        )
        report.portions = portions
        report.replacedSources = sources.namesOfReplaced
        return report
    }
}
