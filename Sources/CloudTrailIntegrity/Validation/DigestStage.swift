internal import NativeInterop

/// Reads digest files while they are found, and tries their signatures: the only station that holds their content.
final class DigestStage: Sendable {
    private let sources: [any ObjectSource]
    private let limits: Limits
    private let monitor: ValidationMonitor
    /// The records of each batch, by the number of its first.
    private let batches = LockedState<[Int: [DigestRecord]]>([:])

    init(sources: [any ObjectSource], limits: Limits, monitor: ValidationMonitor) {
        self.sources = sources
        self.limits = limits
        self.monitor = monitor
    }

    /// Lists the sources and reads their digest files.
    ///
    /// - Returns: What there is, and a record of every digest file, by its number.
    func run(_ pool: ValidationPool, _ worker: ValidationWorker) throws -> (ArchiveIndex, [DigestRecord]) {
        let index = try ArchiveIndex(sources, check: monitor.check) { batch in
            monitor.expect(moreDigests: batch.digests.count)
            try pool.submit(by: worker) { [self] worker in try read(batch, pool, worker) }
        }
        try pool.finish(with: worker)
        var records: [DigestRecord] = []
        records.reserveCapacity(index.digests.count)
        batches.withLock { batches in
            while let batch = batches.removeValue(forKey: records.count) { records += batch }
        }
        for (number, metadata) in try lateSidecars(index, records, pool, worker) {
            records[number].ownSignatures.append(SignatureCandidate(.sidecar, metadata))
            records[number].trial = nil
        }
        return (index, records)
    }

    /// Reads the sidecars that were listed after their digest files were sent off.
    private func lateSidecars(
        _ index: ArchiveIndex,
        _ records: [DigestRecord],
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> [Int: SignatureMetadata] {
        let found = LockedState<[Int: SignatureMetadata]>([:])
        for number in index.lateSidecars where records[number].claims != nil {
            let digest = index.digests[number]
            try pool.submit(by: worker) { [self] worker in
                if let metadata = try readSidecar(of: digest, worker) { found.withLock { $0[number] = metadata } }
            }
        }
        try pool.finish(with: worker)
        return found.withLock { $0 }
    }

    /// The verdict on every record's signature, by its number.
    func signatures(
        _ check: SignatureCheck,
        count: Int,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> [SignatureVerdict] {
        var verdicts = [SignatureVerdict](repeating: .notApplicable, count: count)
        var open: [Int] = []
        for number in 0..<count {
            if let verdict = check.settled(number) { verdicts[number] = verdict } else { open.append(number) }
        }
        let results = LockedState<[Int: SignatureVerdict]>([:])
        for start in stride(from: 0, to: open.count, by: Self.signaturesATask) {
            let numbers = open[start..<min(start + Self.signaturesATask, open.count)]
            try pool.submit(by: worker) { [monitor] worker in
                for number in numbers {
                    try monitor.check()
                    let verdict = try check.verdict(on: number, worker.context.trial)
                    results.withLock { $0[number] = verdict }
                }
            }
        }
        try pool.finish(with: worker)
        results.withLock { for (number, verdict) in $0 { verdicts[number] = verdict } }
        return verdicts
    }

    private static let signaturesATask = 32

    // MARK: Reading

    private func read(
        _ batch: ArchiveIndex.DigestBatch,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws {
        let count = batch.digests.count
        let read = LockedState([DigestRecord?](repeating: nil, count: count))
        try pool.spread(count, by: worker) { [self] offset, worker in
            let number = batch.start + offset
            let digest = batch.digests[offset]
            let record: DigestRecord
            if let obstacle = batch.obstacles[number] {
                record = unreadable(digest, obstacle)
            } else {
                let before = offset > 0 ? read.withLock { $0[offset - 1]?.claims } : nil
                record = try self.read(digest, hasSidecar: batch.sidecars.contains(number), after: before, worker)
            }
            monitor.digestWasRead()
            read.withLock { $0[offset] = record }
        } end: { [self] worker in
            var records = read.withLock { $0.compactMap { $0 } }
            for offset in records.indices.dropFirst() {
                var next = records[offset]
                try worker.context.trial.settle(&records[offset - 1], with: &next, number: batch.start + offset)
                records[offset] = next
            }
            batches.withLock { $0[batch.start] = records }
        }
    }

    private func unreadable(_ digest: ArchiveIndex.Digest, _ error: ObjectReadError) -> DigestRecord {
        DigestRecord(
            name: digest.name,
            claims: nil,
            defect: .unreadable(error),
            hash: nil,
            contentBytes: 0,
            ownSignatures: [],
            previousSignature: nil
        )
    }

    /// Reads one digest file.
    ///
    /// - Parameter before: What the digest file before it in the batch says, whose names are shared where they are the
    ///   same.
    private func read(
        _ digest: ArchiveIndex.Digest,
        hasSidecar: Bool,
        after before: DigestClaims?,
        _ worker: ValidationWorker
    ) throws -> DigestRecord {
        do {
            let (result, content, object) = try worker.hash(
                digest.path.lastComponent,
                in: digest.path.folder,
                root: digest.root,
                limits: ContentHasher.Limits(
                    contentBytes: limits.digestBytes,
                    ratio: limits.inflateRatio,
                    ratioFloorBytes: limits.ratioFloorBytes
                ),
                collecting: true,
                monitor: monitor
            )
            var own: [SignatureCandidate] = []
            if let metadata = try object.signatureMetadata() {
                own.append(SignatureCandidate(.extendedAttribute, metadata))
            }
            if hasSidecar, let metadata = try readSidecar(of: digest, worker) {
                own.append(SignatureCandidate(.sidecar, metadata))
            }
            try object.checkUnchanged()
            let (file, defect) = parse(content, result.condition)
            let hash = result.isWhole ? result.digest : nil
            return DigestRecord(
                name: digest.name,
                claims: try file.map { try claims(of: $0, hash, digest, before, worker) },
                defect: defect,
                hash: hash,
                contentBytes: result.contentBytes,
                ownSignatures: own,
                previousSignature: file?.previousSignature.map { .written($0) }
            )
        } catch let error as ObjectReadError {
            return unreadable(digest, error)
        }
    }

    private func claims(
        of file: DigestFile,
        _ hash: SHA256Digest?,
        _ digest: ArchiveIndex.Digest,
        _ before: DigestClaims?,
        _ worker: ValidationWorker
    ) throws -> DigestClaims {
        // Equal texts share their memory: an archive says the same few things of many digests.
        var location = file.location
        if location.key == digest.path {
            location = ObjectLocation(
                bucket: before?.location.bucket == location.bucket ? before?.location.bucket ?? "" : location.bucket,
                key: digest.path
            )
        }
        var previous = file.previous
        if let before, let named = previous, named.location == before.location {
            previous = DigestFile.Previous(location: before.location, hash: named.hash)
        }
        return DigestClaims(
            file,
            location: location,
            fingerprint: before?.fingerprint == file.fingerprint ? before?.fingerprint ?? "" : file.fingerprint,
            previous: previous,
            message: try hash.map { try worker.context.hasher.hash(message: file.stringToSign(hash: $0)) },
            logs: worker.context.packer.pack(file.logFiles)
        )
    }

    /// The container's defect comes first; what could be parsed all the same is kept for what it lists.
    private func parse(
        _ content: [UInt8],
        _ condition: ContentHasher.Condition
    ) -> (DigestFile?, DigestRecord.Defect?) {
        let containerDefect: DigestRecord.Defect?
        switch condition {
        case .complete: containerDefect = nil
        case .overContentLimit:
            return (nil, .overLimit("its content is larger than \(limits.digestBytes) bytes"))
        case .overRatioLimit:
            return (nil, .overLimit("its content is more than \(limits.inflateRatio) times its compressed size"))
        case .truncated, .corrupt, .trailingData: containerDefect = .malformed(condition.sentence)
        }
        do throws(DigestFileError) {
            return (try DigestFile(parsing: content, limits: limits), containerDefect)
        } catch {
            switch error {
            case .malformed(let text): return (nil, containerDefect ?? .malformed(text))
            case .overLimit(let text): return (nil, containerDefect ?? .overLimit(text))
            }
        }
    }

    // MARK: Sidecars

    /// The largest sidecar that is read, in bytes; an answer of `head-object` has a few thousand.
    private static let maximumSidecarBytes = 64 * 1024

    /// A sidecar that cannot be read is like one that is not there: the digest file is what matters.
    private func readSidecar(
        of digest: ArchiveIndex.Digest,
        _ worker: ValidationWorker
    ) throws -> SignatureMetadata? {
        try monitor.check()
        let path = ObjectKey(bytes: digest.path.bytes + ArchiveIndex.sidecarSuffix.description.utf8)
        do {
            let object = try worker.pool.read { try sources[digest.root].open(path) }
            var content: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: Self.maximumSidecarBytes + 1)
            while content.count <= Self.maximumSidecarBytes {
                let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
                    var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                    return try worker.pool.read { try object.read(into: &span) }
                }
                if count == 0 { return SignatureMetadata(headObjectAnswer: content) }
                guard (0...buffer.count).contains(count) else { return nil }
                content += buffer[..<count]
            }
        } catch is ObjectReadError {
            return nil
        }
        return nil
    }
}
