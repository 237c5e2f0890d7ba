internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Has digest files read while they are found, and tries their signatures.
final class DigestStage: Sendable {
    /// The texts behind the numbers of what is read.
    let names: SharedNames
    private let sources: [ArchiveAccess]
    private let limits: Limits
    private let earlier: EarlierProof?
    private let monitor: ValidationMonitor
    /// Whether the log files of streams are hashed as they go by; where not, nobody can ask for them afterwards.
    private let hashesStreams: Bool
    private let collected: LockedState<CollectedDigests>
    private let reader: DigestReader

    init(
        sources: [ArchiveAccess],
        names: SharedNames,
        limits: Limits,
        earlier: EarlierProof?,
        hashesStreams: Bool,
        monitor: ValidationMonitor
    ) {
        self.sources = sources
        self.names = names
        collected = LockedState(CollectedDigests(names))
        self.limits = limits
        self.earlier = earlier
        self.hashesStreams = hashesStreams
        self.monitor = monitor
        reader = DigestReader(names, limits, keepsMetadata: earlier != nil, monitor)
    }

    /// Lists the sources, or the next portion of them, and reads their digest files.
    ///
    /// - Parameter portion: `nil` for all at once.
    /// - Returns: What there is, and every digest file.
    func run(
        _ portion: inout ArchivePortion?,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> (ArchiveIndex, ReadDigests) {
        monitor.enter(.listing)
        var index = ArchiveIndex(names)
        func read(_ batch: ArchiveIndex.DigestBatch, _ cut: PartCut? = nil) throws {
            if cut?.isRepeat != true { monitor.expect(moreDigests: batch.digests.count) }
            try pool.submit(by: worker) { [self] worker in try self.read(batch, cut, pool, worker) }
        }
        if portion != nil {
            try portion?.list(
                sources.compactMap(\.randomAccess),
                into: &index,
                atOnce: pool.readers,
                check: monitor.check,
                batch: read
            )
        } else {
            for (root, source) in sources.enumerated() {
                switch source {
                case .random(let source):
                    try index.list(
                        source,
                        root: root,
                        atOnce: pool.readers,
                        keepsMetadata: earlier != nil,
                        check: monitor.check,
                        batch: { try read($0) }
                    )
                case .singlePass(let stream):
                    try add(stream, root: root, to: &index, pool, worker)
                }
            }
        }
        index.settleSidecars()
        monitor.enter(.digestFiles)
        try pool.finish(with: worker)
        var digests = collected.withLock { $0.takeAll() }
        if let order = try index.orderOfDigests(check: monitor.check) {
            index.reorderDigests(order)
            digests = digests.reordered(order)
        }
        for (number, sidecar) in try lateSidecars(index, digests.records, pool, worker) {
            digests.add(sidecar, to: number)
        }
        for (number, read) in try disputedCarried(index, digests.records, pool, worker) {
            digests.replace(number, by: read.record, read.signatures)
        }
        return (index, digests)
    }

    /// Goes through a stream, and adds what went by.
    private func add(
        _ stream: any ObjectStream,
        root: Int,
        to index: inout ArchiveIndex,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws {
        let pass = StreamScan(
            root: root,
            reader: reader,
            fileLimits: hashesStreams ? limits.hashing(contentBytes: limits.logBytes) : nil,
            keepsMetadata: earlier != nil,
            monitor: monitor,
            pool: pool,
            worker: worker
        )
        let passed = try pass.run(stream)
        let start = index.digests.count
        index.add(passed.listing, passed.contents) { passed.answers.contains($0) }
        if passed.digests.records.isEmpty { return }
        let digests = passed.digests.moved(by: start)
        collected.withLock { $0.add(digests, from: start) }
    }

    /// Reads the sidecars that were listed after their digest files were sent off.
    private func lateSidecars(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> [Int: Result<SignatureMetadata, SidecarFault>] {
        let found = LockedState<[Int: Result<SignatureMetadata, SidecarFault>]>([:])
        for number in index.lateSidecars where records[number].provenAt == nil && !records[number].isUnread {
            let digest = index.digests[number]
            try pool.submit(by: worker) { [self] worker in
                guard let source = sources[digest.root].randomAccess else { return }
                let path = names.objectKey(digest.path)
                let sidecar = try DigestReader.readSidecar(of: path, in: source, worker, monitor)
                found.withLock { $0[number] = sidecar }
            }
        }
        try pool.finish(with: worker)
        return found.withLock { $0 }
    }

    /// The carried digest files of which a file that was not proven before says that it is the predecessor, read after
    /// all (I18): else their `previousDigestSignature` would speak neither for it nor against it.
    private func disputedCarried(
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> [Int: (record: DigestRecord, signatures: DigestSignatures)] {
        guard let earlier else { return [:] }
        var claimed: Set<DigestLocation> = []
        for number in records.indices {
            guard records[number].provenAt == nil, let location = records[number].claims?.location else { continue }
            let digest = index.digests[number]
            let wasProven = records[number].hash.map { hash in
                earlier.isProven(root: digest.root, path: index.path(of: digest), hash: hash)
            }
            if wasProven != true { claimed.insert(location) }
        }
        if claimed.isEmpty { return [:] }
        let found = LockedState<[Int: (record: DigestRecord, signatures: DigestSignatures)]>([:])
        for number in records.indices {
            try monitor.check()
            guard records[number].provenAt != nil, let previous = records[number].claims?.previous?.location,
                claimed.contains(previous)
            else { continue }
            let digest = index.digests[number]
            try pool.submit(by: worker) { [self] worker in
                aim(at: digest, worker)
                var signatures = DigestSignatures()
                var (record, unreportedBytes) = try reader.read(
                    digest,
                    &signatures,
                    sidecarIn: sources[digest.root].randomAccess,
                    worker
                ) {
                    try worker.context.opener.open()
                }
                monitor.digestsWereRead(ValidationMonitor.Work(bytes: unreportedBytes))
                var checks = PlaceChecks()
                if !record.isUnread, let error = try checks.error(worker.context.opener.place) {
                    (record, signatures) = (DigestReader.unreadable(digest, error), DigestSignatures())
                }
                found.withLock { $0[number] = (record, signatures) }
            }
        }
        try pool.finish(with: worker)
        return found.withLock { $0 }
    }

    /// The verdict on every record's signature, by its number.
    ///
    /// - Parameter strays: Records that are not digest files.
    func signatures(
        _ check: SignatureCandidates,
        _ index: ArchiveIndex,
        _ records: DigestRecords,
        without strays: Set<Int> = [],
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws -> [SignatureOutcome] {
        var verdicts = [SignatureOutcome](repeating: .notApplicable, count: records.count)
        var open: [Int] = []
        var crowded: [Int] = []
        for number in records.indices where !strays.contains(number) {
            if let verdict = check.settled(number) {
                verdicts[number] = verdict
            } else if check.hasManySuccessors(number) {
                crowded.append(number)
            } else {
                open.append(number)
            }
        }
        let results = LockedState<[Int: SignatureOutcome]>([:])
        for start in stride(from: 0, to: open.count, by: Self.signaturesATask) {
            let numbers = open[start..<min(start + Self.signaturesATask, open.count)]
            try pool.submit(by: worker) { [monitor] worker in
                for number in numbers {
                    try monitor.check()
                    let verdict = try check.verdict(on: number, &worker.context.verifier)
                    results.withLock { $0[number] = verdict }
                }
            }
        }
        try pool.finish(with: worker)
        results.withLock { for (number, verdict) in $0 { verdicts[number] = verdict } }
        if !crowded.isEmpty {
            try check.settle(crowded: crowded, &verdicts, &worker.context.verifier, check: monitor.check)
        }
        guard let earlier else { return verdicts }
        for (number, digest) in index.digests.enumerated() {
            // Content that was proven once stays proven, also when the signature or the key is not at hand any more.
            guard !strays.contains(number), let hash = records[number].hash, records[number].claims != nil,
                records[number].defect == nil,
                earlier.isProven(root: digest.root, path: index.path(of: digest), hash: hash)
            else { continue }
            verdicts[number] = SignatureRules.outcomeOfProven(verdicts[number])
        }
        return verdicts
    }

    private static let signaturesATask = 32

    // MARK: Reading

    /// - Parameter cut: The days that the lists are kept of; `nil` for all.
    private func read(
        _ batch: ArchiveIndex.DigestBatch,
        _ cut: PartCut?,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws {
        let count = batch.digests.count
        if count == 0 { return }
        try pool.spread(count, by: worker) { [self] offset, worker in
            let number = batch.start + offset
            let digest = batch.digests[offset]
            var signatures = DigestSignatures()
            let record: DigestRecord
            var unreportedBytes: UInt64 = 0
            if let obstacle = batch.obstacles[number] {
                return (DigestReader.unreadable(digest, obstacle), signatures, unreportedBytes, nil as EnteredFolder?)
            }
            if let unchanged = try unchanged(digest, worker, isListed: { batch.isListed(offset, as: $0) }) {
                record = unchanged
            } else {
                let hasSidecar = batch.sidecars.contains(number)
                aim(at: digest, worker)
                let source = hasSidecar ? sources[digest.root].randomAccess : nil
                (record, unreportedBytes) = try reader.read(
                    digest,
                    &signatures,
                    sidecarIn: source,
                    keeping: cut,
                    worker
                ) {
                    try worker.context.opener.open()
                }
            }
            return (record, signatures, unreportedBytes, worker.context.opener.place)
        } end: { [self] read, worker in
            var digests = ReadDigests(names)
            var done = ValidationMonitor.Work(files: cut?.isRepeat == true ? 0 : count)
            var checks = PlaceChecks()
            for (offset, (record, signatures, unreportedBytes, place)) in read.enumerated() {
                done.bytes &+= unreportedBytes
                if !record.isUnread, let error = try checks.error(place) {
                    digests.append(DigestReader.unreadable(batch.digests[offset], error), DigestSignatures())
                } else {
                    digests.append(record, signatures)
                }
            }
            monitor.digestsWereRead(done)
            try digests.settle(&worker.context.verifier, from: batch.start)
            collected.withLock { $0.add(digests, from: batch.start) }
        }
    }

    /// Makes it the file that the thread's opener opens next.
    private func aim(at digest: ListedDigest, _ worker: ValidationWorker) {
        let name = worker.context.keyReader.name(of: digest.path)
        worker.context.opener.aim(
            at: name.span,
            in: .digests(digest.path.folder),
            root: digest.root,
            path: names.path(ofFolder: digest.path.folder)
        )
    }

    /// The record of a digest file that need not be read again.
    ///
    /// - Parameter isListed: Whether this is what the listing said of it.
    private func unchanged(
        _ digest: ListedDigest,
        _ worker: ValidationWorker,
        isListed: (ObjectMetadata) -> Bool
    ) throws -> DigestRecord? {
        guard let earlier else { return nil }
        guard let expected = earlier.expectation(root: digest.root, path: names.objectKey(digest.path)) else {
            return nil
        }
        aim(at: digest, worker)
        let known = expected.metadata
        guard try worker.isUnchanged(since: known, isListedSo: isListed(known), monitor: monitor) else { return nil }
        return DigestRecord(digest.path, proven: expected.digest, reader: &worker.context.keyReader)
    }

    // MARK: Strays

    /// Makes files like any other of what is named like a digest file or a sidecar and is not one.
    func settle(_ index: inout ArchiveIndex, _ placement: ArchivePlacement, _ digests: ReadDigests) {
        let isStream = sources.map { source in
            if case .singlePass = source { true } else { false }
        }
        let numbers = index.digests
        index.settle(strays: placement.strays) { number in
            !placement.amongLogs.contains(number)
        } isAnswer: { number in
            // What was not read is not known to be anything else.
            digests.records[number].provenAt != nil || digests.records[number].isUnread
                || digests.signatures[number].own.contains { $0.source == .sidecar }
        } content: { number in
            isStream[numbers[number].root] ? digests.records[number].streamedContent : nil
        }
    }
}

extension DigestRecord {
    /// Whether the file could not be read.
    fileprivate var isUnread: Bool {
        if case .unreadable? = defect { true } else { false }
    }

    /// What the file held, as that of a file like any other.
    fileprivate var streamedContent: StreamedContents.Content {
        var condition = ContentHasher.Condition.complete
        switch defect {
        case .unreadable(let error)?: return .unreadable(error)
        case .overLimit?: condition = hash == nil ? .overContentLimit : .complete
        // What is wrong with the container is what is wrong with any file.
        case .malformed(.container(let container))?: condition = ContentHasher.Condition(container)
        case .malformed(.content)?, nil: break
        }
        guard let digest = hash ?? Self.noContent else {
            return .unreadable(ObjectReadError(.inputOutput, "its content could not be hashed"))
        }
        let result = ContentHasher.Result(
            digest: SHA256Words(digest),
            contentBytes: 0,
            form: .gzip,
            condition: condition
        )
        return .hashed(result, .notAsked)
    }

    /// What stands for the content of a file that cannot be read to its end.
    private static let noContent = try? SHA256Digest.of([])
}
