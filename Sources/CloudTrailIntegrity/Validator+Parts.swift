internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What judging an archive, or a portion of it, came to.
struct JudgedPart: Sendable {
    var part: PartResult
    /// The number of portions that were judged one after another.
    var portions = 1
    /// What was proven before and not read in this run; `nil` when nothing is remembered.
    var carried: ValidationReport.Carried?
    /// What the next run may build on, without its findings; likewise.
    var state: ProvenState?
    /// What the last run found; likewise.
    var known: KnownFindings?
}

extension Validator {
    /// Judges a large plain archive portion by portion, so that no more than one of them is in memory.
    ///
    /// - Returns: `nil` where the archive has to be judged as a whole: it is small, or not plain, or something of one
    ///   portion may concern another.
    func judgeInPortions(
        _ access: [ArchiveAccess],
        _ names: [ByteString],
        _ monitor: ValidationMonitor,
        _ listener: FindingListener
    ) throws -> JudgedPart? {
        let sources = access.compactMap(\.randomAccess)
        guard options.earlierRuns == nil, sources.count == access.count, sources.allSatisfy(\.listsFolders) else {
            return nil
        }
        monitor.enter(.listing)
        let survey: ArchiveSurvey?
        do {
            survey = try ArchiveSurvey(sources, check: monitor.check)
        } catch is ObjectReadError {
            // The listing of the whole says what stands in the way.
            return nil
        }
        guard let survey, !survey.parts.isEmpty else { return nil }
        var portion: ArchivePortion? = ArchivePortion(
            survey,
            files: options.filesAtOnce,
            filesOfPart: options.filesOfPartAtOnce
        )
        do {
            var judged = try judge(access, names, &portion, monitor, listener)
            if portion?.isWhole == true { return judged }
            while portion?.isAtEnd == false {
                judged.part.add(try judge(access, names, &portion, monitor, listener).part)
                judged.portions += 1
            }
            try judged.part.settle()
            listener.tell(judged.part.report.findings.findings)
            return judged
        } catch let error where error is NotConfined || error is ClockError && portion?.isWhole == false {
            // How late its latest digest file ends, the whole archive tells too.
            monitor.restart()
            return nil
        }
    }

    /// Judges an archive, or the next portion of it.
    ///
    /// - Parameter portion: `nil` for all at once.
    /// - Throws: ``NotConfined`` where something in a portion may concern another.
    func judge(
        _ access: [ArchiveAccess],
        _ names: [ByteString],
        _ portion: inout ArchivePortion?,
        _ monitor: ValidationMonitor,
        _ listener: FindingListener
    ) throws -> JudgedPart {
        let (pool, worker) = try makePool(for: access)
        defer { pool.stop() }
        var (archive, check) = try judgeDigests(
            of: access,
            names: names,
            portion: &portion,
            hashesStreams: true,
            monitor,
            pool,
            worker
        )
        try ClockError.check(archive.facts.records, archive.digests.verdicts, options)
        check.dropPreviousTexts()
        try monitor.check()
        let isRepeat = portion?.isRepeat ?? false
        let confinement = try portion?.confinement(of: archive, check: monitor.check)
        // Findings of one of several portions are reported once it is known that nothing is judged again.
        let listener = confinement == nil ? listener : FindingListener(monitor, nil)
        let digests = DigestReporter(archive, check)
        let stage = LogStage(archive, monitor)
        let judged = LockedState(JudgedLogs(archive))
        // The findings about digest files are put together while log files are read.
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
        if isRepeat { partial = partial.places(archive) }
        let logs = judged.withLock { $0 }
        monitor.enter(.conclusions)
        try confinement?.check(absent: logs.absent)
        try confinement?.check(blamed: logs.blamed)
        partial.add(logs.report)
        digests.report(blamed: logs.blamed, in: &partial)
        func hash(_ file: ArchiveIndex.File, _ path: ObjectKey) throws -> SHA256Digest? {
            try stage.hash(of: file, path, worker)
        }
        partial = try AbsentLogReporter(archive, after: consume partial).run(logs.absent, monitor, hash: hash)
        listener.emit(partial.findings.settle())
        return try conclude(archive, logs, consume partial, isRepeat: isRepeat, monitor, listener, hash: hash)
    }

    /// What the chains and earlier runs tell, when all files are judged.
    ///
    /// - Parameters:
    ///   - isRepeat: Whether an earlier portion reported on the digest files.
    ///   - hash: The SHA-256 of the content of a file at this path; `nil` where it cannot be read to its end.
    private func conclude(
        _ archive: JudgedArchive,
        _ logs: JudgedLogs,
        _ judged: consuming PartialReport,
        isRepeat: Bool,
        _ monitor: ValidationMonitor,
        _ listener: FindingListener,
        hash: (ArchiveIndex.File, ObjectKey) throws -> SHA256Digest?
    ) throws -> JudgedPart {
        let (chainReport, missing) = try ChainReporter(archive, after: judged).run(monitor, isRepeat: isRepeat)
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
        listener.emit(report.findings.settle())
        let part = try PartResult(archive, consume report, signatures, isRepeat: isRepeat, check: monitor.check)
        return JudgedPart(part: part, carried: carried, state: state, known: archive.before?.proof.known)
    }
}
