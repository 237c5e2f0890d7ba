internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

extension Validator {
    /// The threads that work on `sources`, and the worker of the calling thread.
    func makePool(for sources: [ArchiveAccess]) throws -> (ValidationPool, ValidationWorker) {
        let folders = ListedFolders()
        let digestNames = SharedNames()
        let hashesStoredBytes = options.hashesStoredFiles
        let looksUpEachFile = options.looksUpEachFile
        let pool = ValidationPool(jobs: options.jobs, readers: options.readers) { [keys, signatures] in
            try WorkerContext(
                verifier: SignatureVerifier(keys: keys, manifest: signatures, names: digestNames),
                opener: ObjectOpener(sources, looksUpEachFile: looksUpEachFile),
                folders: folders,
                digestNames: digestNames,
                hashesStoredBytes: hashesStoredBytes
            )
        }
        return (pool, try pool.makeWorker())
    }

    /// Lists the sources, or a portion of them, and reads and judges their digest files; of log files only those of streams
    /// are read.
    ///
    /// - Parameters:
    ///   - portion: What is listed of a plain archive, and what is known of its places; `nil` for all at once.
    ///   - hashesStreams: Whether the log files of streams are hashed, which only a later call could judge.
    func judgeDigests(
        of sources: [ArchiveAccess],
        names: [ByteString],
        portion: inout ArchivePortion?,
        hashesStreams: Bool,
        _ monitor: ValidationMonitor,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> (JudgedArchive, SignatureCandidates) {
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
        var (index, digests) = try stage.run(&portion, pool, worker)
        // Of a part alone, nothing may be left.
        if portion == nil { try earlier?.checkSources(index, names: names) }
        let records = digests.records
        var digestKeys = try SuccessorIndex(records, check: monitor.check)
        var check = SignatureCandidates(records: records, signatures: digests.signatures, keys: digestKeys)
        var verdicts = try stage.signatures(check, index, records, pool, worker)
        let places = portion?.places
        var offsets = try ArchivePlacement.onlyOffsets(
            index,
            records,
            verdicts,
            rootCount: sources.count,
            monitor.check
        )
        // Then log files have a say too.
        let proven = portion == nil ? [] : earlier?.state.folders ?? []
        if try ArchivePlacement.mayBeApart(index, records, verdicts, offsets, proven: proven, monitor.check) {
            offsets = nil
        }
        portion?.note(offsets: offsets)
        let layouts =
            try places?.layouts
            ?? ArchivePlacement.layouts(
                index,
                records,
                verdicts,
                only: offsets,
                rootCount: sources.count,
                proven: earlier?.state.folders ?? [],
                check: monitor.check
            )
        func place(_ strays: Set<Int>?) throws -> ArchivePlacement {
            try ArchivePlacement(
                layouts: layouts,
                strays: strays,
                prefixes: places?.prefixes,
                index: index,
                records: records,
                signatures: verdicts,
                keys: &digestKeys,
                bucket: options.bucket,
                check: monitor.check
            )
        }
        var placement = try place(nil)
        portion?.note(prefixes: placement.ownPrefixes)
        if !placement.strays.isEmpty {
            // What is not a digest file is not a successor of one either.
            digestKeys = try SuccessorIndex(records, without: placement.strays, check: monitor.check)
            check = SignatureCandidates(records: records, signatures: digests.signatures, keys: digestKeys)
            verdicts = try stage.signatures(check, index, records, without: placement.strays, pool, worker)
            placement = try place(placement.strays)
        }
        if try worker.context.verifier.retryMisplaced(&verdicts, records, placement.places, digestKeys) {
            placement = try place(placement.strays)
        }
        portion?.note(prefixes: placement.ownPrefixes)
        stage.settle(&index, placement, digests)
        let folders = worker.context.folders
        let provenFolders = (earlier?.state.folders ?? []).map { proven in
            folders.folder(bucket: proven.bucket, path: proven.path, seed: [])
        }
        let (keys, signatures, finalIndex, finalPlacement) = (digestKeys, verdicts, index, placement)
        let (units, (judged, chains)) = try pool.together(by: worker) { _ in
            try LogPartition.units(
                finalIndex,
                records,
                finalPlacement,
                provenFolders: provenFolders,
                check: monitor.check
            )
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
        let facts = ArchiveFacts(
            names: SourceNames(names),
            index: index,
            records: records,
            placement: placement,
            keys: digestKeys
        )
        let digestsOfArchive = try JudgedDigests(
            facts,
            signatures: verdicts,
            verdicts: judged,
            pagesOfKeys: self.keys.pages,
            manifests: self.signatures.files.isEmpty ? .notGiven : .given,
            chains: chains,
            options.asked,
            check: monitor.check
        )
        let before = earlier.map { ProvenBefore($0, folders: provenFolders, digestsOfArchive) }
        return (JudgedArchive(facts, digestsOfArchive, units: units, before: before, options), check)
    }
}
