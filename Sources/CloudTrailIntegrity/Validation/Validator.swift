internal import NativeInterop

/// Proves which files of a downloaded CloudTrail archive are exactly what AWS delivered.
///
/// It opens no network connection and writes nothing. Keys are trusted because the caller says so; nothing inside the
/// archive is believed before a signature under one of them holds.
public struct Validator: Sendable {
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

    /// Validates an archive that lies in one or more sources.
    ///
    /// A file that fails a check, or cannot be read, is a finding and not an error. The calling thread waits; the work
    /// is done on threads of the validator's own.
    ///
    /// - Parameters:
    ///   - sources: The parts of one archive.
    ///   - monitor: Tells how far the validation is, and stops it.
    /// - Returns: What was found.
    /// - Throws: ``ValidationCancelled`` when the monitor stopped it; ``StateError`` when the keys are not those that
    ///   earlier runs had under the same fingerprints, or when the options leave out what the next run would miss; an
    ///   error when a source cannot be listed, or when
    ///   libcrypto or zlib fail.
    public func validate(
        _ sources: [any ObjectSource],
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> ValidationReport {
        if let earlier = options.earlier {
            guard options.judgesAll else {
                throw StateError("a run that builds on earlier ones leaves nothing out, but for what is before a start")
            }
            try earlier.state.check(keys)
        }
        let folders = ListedFolders()
        let (pool, worker) = try makePool(for: sources, folders)
        defer { pool.stop() }
        let (evidence, check) = try judgeDigests(of: sources, folders, monitor, pool, worker)
        try monitor.check()
        var builder = ReportBuilder(evidence: evidence, keys: keys, check: check, trial: worker.context.trial)
        builder.addDigests()
        monitor.note(builder.findings)
        let logs = try LogStage(evidence: evidence, monitor: monitor).run(pool, worker)
        monitor.enter(.conclusions)
        try monitor.check()
        builder.addLogs(logs)
        try monitor.check()
        builder.addChains()
        try builder.addEarlier(logs)
        return builder.report()
    }

    // MARK: Stages

    /// The threads that work on `sources`, and the caller's own hands among them.
    ///
    /// - Parameter folders: Shared by all that speak of them.
    func makePool(
        for sources: [any ObjectSource],
        _ folders: ListedFolders
    ) throws -> (ValidationPool, ValidationWorker) {
        let hashesStoredBytes = options.hashesStoredFiles
        let pool = ValidationPool(jobs: options.jobs, readers: options.readers) { [keys, signatures] in
            try ValidationTools(
                trial: SignatureTrial(keys: keys, manifest: signatures),
                opener: ObjectOpener(sources),
                folders: folders,
                hashesStoredBytes: hashesStoredBytes
            )
        }
        return (pool, try pool.makeWorker())
    }

    /// Lists the sources, and reads and judges their digest files; no log file is read.
    func judgeDigests(
        of sources: [any ObjectSource],
        _ folders: ListedFolders,
        _ monitor: ValidationMonitor,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> (Evidence, SignatureCheck) {
        let earlier = options.earlier.map { earlier in
            var earlier = earlier
            // What is stored is known of files that are read alone.
            if options.hashesStoredFiles { earlier.recheck = .all }
            return EarlierProof(earlier, start: options.start)
        }
        let stage = DigestStage(sources: sources, limits: options.limits, earlier: earlier, monitor: monitor)
        let (index, digests) = try stage.run(pool, worker)
        let records = digests.records
        var digestKeys = DigestKeys(records)
        let check = SignatureCheck(records: records, signatures: digests.signatures, keys: digestKeys)
        let verdicts = try stage.signatures(check, index, records, pool, worker)
        let placement = ArchivePlacement(
            index: index,
            records: records,
            signatures: verdicts,
            keys: &digestKeys,
            bucket: options.bucket,
            rootCount: sources.count,
            proven: earlier?.state.folders ?? []
        )
        let evidence = Evidence(
            names: sources.map(\.name),
            index: index,
            records: records,
            placement: placement,
            signatures: verdicts,
            keys: digestKeys,
            earlier: earlier,
            folders: folders,
            options: options
        )
        return (evidence, check)
    }
}
