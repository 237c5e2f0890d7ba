internal import CloudTrailFormat
internal import NativeInterop

/// Proves which files of a downloaded CloudTrail archive are exactly what AWS delivered.
///
/// It opens no network connection and writes nothing. Keys are trusted because the caller says so; nothing inside the
/// archive is believed before a signature under one of them holds.
public struct Validator: Sendable {
    /// The version of this library and of the command, as semantic versioning has it.
    public static let version = "0.1.0"

    let keys: PublicKeySet
    let signatures: SignatureManifest
    let options: ValidationOptions

    /// A validator.
    ///
    /// - Parameters:
    ///   - keys: The public keys that signatures are verified with.
    ///   - signatures: Signatures of digest files that were kept outside the archive.
    ///   - options: What to validate and how.
    public init(
        keys: PublicKeySet,
        signatures: SignatureManifest = SignatureManifest(),
        options: ValidationOptions = ValidationOptions()
    ) {
        self.keys = keys
        self.signatures = signatures
        self.options = options
    }

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
        var (evidence, check) = try judgeDigests(
            of: access,
            names: sources.map(\.nameBytes),
            hashesStreams: true,
            monitor,
            pool,
            worker
        )
        try ClockError.check(evidence.records, evidence.verdicts, options)
        check.dropPreviousTexts()
        try monitor.check()
        // What is to be said of digest files is put together while log files are read.
        var (builder, logs) = try pool.together(by: worker) { [keys, evidence, check] worker in
            var builder = ReportBuilder(evidence: evidence, keys: keys, check: check)
            try builder.addDigests(&worker.context.trial, monitor)
            listener.hear(builder.findings.settle())
            return builder
        } and: {
            try LogStage(evidence: evidence, monitor: monitor, listener: listener).run(pool, worker)
        }
        monitor.enter(.conclusions)
        try builder.addLogs(logs, monitor) { file, path in
            try LogStage(evidence: evidence, monitor: monitor, listener: listener).hash(of: file, path, worker)
        }
        listener.hear(builder.findings.settle())
        try builder.addChains(monitor)
        try builder.addEarlier(logs, monitor)
        var report = try builder.report(monitor, listener)
        report.replacedSources = Self.replaced(sources)
        return report
    }

    /// The names of the sources that are folders, and whose path leads elsewhere by now (I38).
    static func replaced(_ sources: [any ArchiveSource]) -> [String] {
        sources.compactMap { source in
            guard let archive = source as? LocalArchive, archive.isReplaced else { return nil }
            return archive.name
        }
    }

    // MARK: Stages

    /// The threads that work on `sources`, and the caller's own hands among them.
    func makePool(for sources: [ArchiveAccess]) throws -> (ValidationPool, ValidationWorker) {
        let folders = ListedFolders()
        let digestNames = DigestNames()
        let hashesStoredBytes = options.hashesStoredFiles
        let looksUpEachFile = options.looksUpEachFile
        let pool = ValidationPool(jobs: options.jobs, readers: options.readers) { [keys, signatures] in
            try ValidationTools(
                trial: SignatureTrial(keys: keys, manifest: signatures, names: digestNames),
                opener: ObjectOpener(sources, looksUpEachFile: looksUpEachFile),
                folders: folders,
                digestNames: digestNames,
                hashesStoredBytes: hashesStoredBytes
            )
        }
        return (pool, try pool.makeWorker())
    }

    /// Lists the sources, and reads and judges their digest files; of log files only those of streams are read.
    ///
    /// - Parameter hashesStreams: Whether the log files of streams are hashed, which only a later call could judge.
    func judgeDigests(
        of sources: [ArchiveAccess],
        names: [ByteString],
        hashesStreams: Bool,
        _ monitor: ValidationMonitor,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> (Evidence, SignatureCheck) {
        let earlier = options.earlierRuns.map { earlier in
            var earlier = earlier
            // What is stored is known of files that are read alone.
            if options.hashesStoredFiles { earlier.recheck = .everything }
            return EarlierProof(earlier, start: options.start, bucket: options.bucket)
        }
        let stage = DigestStage(
            sources: sources,
            names: worker.context.digestNames,
            limits: options.limits,
            earlier: earlier,
            hashesStreams: hashesStreams,
            monitor: monitor
        )
        var (index, digests) = try stage.run(pool, worker)
        try earlier?.checkSources(index, names: names)
        let records = digests.records
        var digestKeys = try DigestKeys(records, check: monitor.check)
        var check = SignatureCheck(records: records, signatures: digests.signatures, keys: digestKeys)
        var verdicts = try stage.signatures(check, index, records, pool, worker)
        let layouts = try ArchivePlacement.layouts(
            index,
            records,
            verdicts,
            rootCount: sources.count,
            proven: earlier?.state.folders ?? [],
            check: monitor.check
        )
        func place(_ strays: Set<Int>?) throws -> ArchivePlacement {
            try ArchivePlacement(
                layouts: layouts,
                strays: strays,
                index: index,
                records: records,
                signatures: verdicts,
                keys: &digestKeys,
                bucket: options.bucket,
                check: monitor.check
            )
        }
        var placement = try place(nil)
        if !placement.strays.isEmpty {
            // What is not a digest file is no digest file's successor either.
            digestKeys = try DigestKeys(records, without: placement.strays, check: monitor.check)
            check = SignatureCheck(records: records, signatures: digests.signatures, keys: digestKeys)
            verdicts = try stage.signatures(check, index, records, without: placement.strays, pool, worker)
            placement = try place(placement.strays)
        }
        if try worker.context.trial.retryMisplaced(&verdicts, records, placement.places, digestKeys) {
            placement = try place(placement.strays)
        }
        stage.settle(&index, placement, digests)
        let folders = worker.context.folders
        let provenFolders = (earlier?.state.folders ?? []).map { proven in
            folders.folder(bucket: proven.bucket, path: proven.path, seed: [])
        }
        let (keys, signatures, finalIndex, finalPlacement) = (digestKeys, verdicts, index, placement)
        let (units, (judged, chains)) = try pool.together(by: worker) { _ in
            try LogUnit.units(finalIndex, records, finalPlacement, provenFolders: provenFolders, check: monitor.check)
        } and: {
            let judge = DigestJudge(
                records: records,
                places: finalPlacement.places,
                signatures: signatures,
                keys: keys,
                strays: finalPlacement.strays
            )
            let judged = try judge.verdicts(check: monitor.check)
            let chains = try DigestChain.chains(
                records: records,
                places: finalPlacement.places,
                verdicts: judged,
                keys: keys,
                strays: finalPlacement.strays,
                check: monitor.check
            )
            return (judged, chains)
        }
        let evidence = try Evidence(
            names: names,
            index: index,
            records: records,
            placement: placement,
            signatures: verdicts,
            keys: keys,
            verdicts: judged,
            chains: chains,
            units: units,
            earlier: earlier,
            provenFolders: provenFolders,
            options: options,
            check: monitor.check
        )
        return (evidence, check)
    }
}
