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
        let (pool, worker) = try makePool(for: access)
        defer { pool.stop() }
        var (archive, check) = try judgeDigests(
            of: access,
            names: sources.map(\.nameBytes),
            hashesStreams: true,
            monitor,
            pool,
            worker
        )
        try ClockError.check(archive.facts.records, archive.digests.verdicts, options)
        check.dropPreviousTexts()
        try monitor.check()
        let digests = DigestReporter(archive, check)
        let stage = LogStage(archive, monitor)
        let judged = LockedState(JudgedLogs(archive))
        // What is to be said of digest files is put together while log files are read.
        var (partial, _) = try pool.together(by: worker) { worker in
            var report = try digests.report(&worker.context.verifier, monitor)
            listener.emit(report.findings.settle())
            return report
        } and: {
            try stage.run(pool, worker) { [archive] match, outcomes in
                var reporter = LogReporter(archive, match, outcomes)
                reporter.run(listener)
                judged.withLock { $0.add(reporter.logs) }
            }
        }
        let logs = judged.withLock { $0 }
        monitor.enter(.conclusions)
        partial.add(logs.report)
        digests.report(blamed: logs.blamed, in: &partial)
        func hash(_ file: ArchiveIndex.File, _ path: ObjectKey) throws -> SHA256Digest? {
            try stage.hash(of: file, path, worker)
        }
        partial = try AbsentLogReporter(archive, after: consume partial).run(logs.absent, monitor, hash: hash)
        listener.emit(partial.findings.settle())
        var report = try conclude(archive, logs, consume partial, monitor, listener, hash: hash)
        report.replacedSources = LocalArchive.replaced(among: sources)
        return report
    }

    /// What the chains, earlier runs and the whole tell, when all files are judged.
    ///
    /// - Parameter hash: The SHA-256 of the content of a file at this path; `nil` where it cannot be read to its end.
    private func conclude(
        _ archive: JudgedArchive,
        _ logs: JudgedLogs,
        _ judged: consuming PartialReport,
        _ monitor: ValidationMonitor,
        _ listener: FindingListener,
        hash: (ArchiveIndex.File, ObjectKey) throws -> SHA256Digest?
    ) throws -> ValidationReport {
        let (chainReport, missing) = try ChainReporter(archive, after: judged).run(monitor)
        var report = chainReport
        var carried: ValidationReport.Carried?
        var state: ProvenState?
        if let before = archive.before {
            report = try EarlierReporter(archive, before, keys, missing: missing, after: consume report)
                .run(logs, monitor, hash: hash)
            carried = ValidationReport.Carried(digests: archive.digests.carriedCount, logs: logs.unchanged)
            state = try NextState(archive, before, keys)
                .state(logs.proven, digestsOfHeld: logs.digestsOfHeld, monitor)
        }
        return try ReportAssembler(archive, report)
            .report(keys: keys, signatures: signatures, carried: carried, state: state, monitor, listener)
    }
}
