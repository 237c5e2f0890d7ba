internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Digest files behind each other, by their numbers.
struct ReadDigests: Sendable {
    private(set) var records: DigestRecords
    private(set) var signatures = ChunkedArray<DigestSignatures>()

    init(_ names: DigestNames) {
        records = DigestRecords(names)
    }

    mutating func append(_ record: consuming DigestRecord, _ signatures: consuming DigestSignatures) {
        records.append(record)
        self.signatures.append(signatures)
    }

    mutating func append(_ others: ReadDigests) {
        records.append(contentsOf: others.records)
        signatures.append(contentsOf: others.signatures)
    }

    /// Adds a signature that was found beside the digest file with this number.
    mutating func add(_ signature: SignatureCandidate, to number: Int) {
        signatures[number].own.append(signature)
        signatures[number].trial = nil
    }

    /// Puts what was read of the digest file with this number in the place of what earlier runs knew of it.
    mutating func replace(_ number: Int, by record: DigestRecord, _ signatures: DigestSignatures) {
        records[number] = record
        self.signatures[number] = signatures
    }

    /// The same in another order.
    ///
    /// - Parameter order: The position of each of those that come out.
    func reordered(_ order: [Int]) -> ReadDigests {
        var positions = [Int](repeating: 0, count: order.count)
        for (new, old) in order.enumerated() { positions[old] = new }
        var reordered = ReadDigests(records.names)
        for old in order { reordered.append(records[old], signatures[old].renumbered { positions[$0] }) }
        return reordered
    }

    /// The same as records with greater numbers.
    func moved(by offset: Int) -> ReadDigests {
        if offset == 0 { return self }
        var moved = self
        for index in signatures.indices { moved.signatures[index] = signatures[index].renumbered { $0 + offset } }
        return moved
    }

    /// Tries what neighbours can tell of each other, and gives up the memory that reading took.
    ///
    /// - Parameter start: The number of the first.
    mutating func settle(_ trial: inout SignatureTrial, from start: Int) throws {
        for number in records.indices.dropLast() {
            try trial.settle(start + number, of: records, &signatures, from: start)
        }
        records.shareListMemory()
    }
}

/// Puts batches of digest files into their order, as they come.
struct CollectedDigests: Sendable {
    private var digests: ReadDigests
    /// Those that came before others that precede them, by the number of their first.
    private var waiting: [Int: ReadDigests] = [:]

    init(_ names: DigestNames) {
        digests = ReadDigests(names)
    }

    /// Adds digest files, the first of which has the number `start`.
    mutating func add(_ batch: ReadDigests, from start: Int) {
        guard start == digests.records.count else {
            waiting[start] = batch
            return
        }
        digests.append(batch)
        while let next = waiting.removeValue(forKey: digests.records.count) { digests.append(next) }
    }

    /// All of them; none is left.
    mutating func takeAll() -> ReadDigests {
        defer { digests = ReadDigests(digests.records.names) }
        return digests
    }
}

/// Reads digest files while they are found, and tries their signatures: the only station that holds their content.
final class DigestStage: Sendable {
    /// The texts behind the numbers of what is read.
    let names: DigestNames
    private let sources: [ArchiveAccess]
    private let limits: Limits
    private let earlier: EarlierProof?
    private let monitor: ValidationMonitor
    /// Whether the log files of streams are hashed as they go by; where not, nobody can ask for them afterwards.
    private let hashesStreams: Bool
    private let collected: LockedState<CollectedDigests>

    init(
        sources: [ArchiveAccess],
        names: DigestNames,
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
    }

    /// Lists the sources and reads their digest files.
    ///
    /// - Returns: What there is, and every digest file.
    func run(_ pool: ValidationPool, _ worker: ValidationWorker) throws -> (ArchiveIndex, ReadDigests) {
        monitor.enter(.listing)
        var index = ArchiveIndex(names)
        for (root, source) in sources.enumerated() {
            switch source {
            case .random(let source):
                try index.list(source, root: root, check: monitor.check) { batch in
                    monitor.expect(moreDigests: batch.digests.count)
                    try pool.submit(by: worker) { [self] worker in try read(batch, pool, worker) }
                }
            case .singlePass(let stream):
                try add(stream, root: root, to: &index, pool, worker)
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
        for (number, metadata) in try lateSidecars(index, digests.records, pool, worker) {
            digests.add(SignatureCandidate(.sidecar, metadata), to: number)
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
        let pass = StreamPass(
            root: root,
            stage: self,
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
    ) throws -> [Int: SignatureMetadata] {
        let found = LockedState<[Int: SignatureMetadata]>([:])
        for number in index.lateSidecars where records[number].provenAt == nil && !records[number].isUnread {
            let digest = index.digests[number]
            try pool.submit(by: worker) { [self] worker in
                if let metadata = try readSidecar(of: names.objectKey(digest.path), root: digest.root, worker) {
                    found.withLock { $0[number] = metadata }
                }
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
                var (record, untoldBytes) = try read(digest, &signatures, hasSidecar: true, worker) {
                    try worker.context.opener.open()
                }
                monitor.digestsWereRead(ValidationMonitor.Work(bytes: untoldBytes))
                var checks = PlaceChecks()
                if !record.isUnread, let error = checks.error(worker.context.opener.place) {
                    (record, signatures) = (Self.unreadable(digest, error), DigestSignatures())
                }
                found.withLock { $0[number] = (record, signatures) }
            }
        }
        try pool.finish(with: worker)
        return found.withLock { $0 }
    }

    /// The verdict on every record's signature, by its number.
    ///
    /// - Parameter strays: Records that are no digest files.
    func signatures(
        _ check: SignatureCheck,
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
                    let verdict = try check.verdict(on: number, &worker.context.trial)
                    results.withLock { $0[number] = verdict }
                }
            }
        }
        try pool.finish(with: worker)
        results.withLock { for (number, verdict) in $0 { verdicts[number] = verdict } }
        if !crowded.isEmpty {
            try check.settle(crowded: crowded, &verdicts, &worker.context.trial, check: monitor.check)
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

    private func read(
        _ batch: ArchiveIndex.DigestBatch,
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
            var untoldBytes: UInt64 = 0
            if let obstacle = batch.obstacles[number] {
                return (Self.unreadable(digest, obstacle), signatures, untoldBytes, nil as FolderPlace?)
            }
            if let unchanged = try unchanged(digest, worker) {
                record = unchanged
            } else {
                let hasSidecar = batch.sidecars.contains(number)
                aim(at: digest, worker)
                (record, untoldBytes) = try self.read(digest, &signatures, hasSidecar: hasSidecar, worker) {
                    try worker.context.opener.open()
                }
            }
            return (record, signatures, untoldBytes, worker.context.opener.place)
        } end: { [self] read, worker in
            var digests = ReadDigests(names)
            var done = ValidationMonitor.Work(files: count)
            var checks = PlaceChecks()
            for (offset, (record, signatures, untoldBytes, place)) in read.enumerated() {
                done.bytes &+= untoldBytes
                if !record.isUnread, let error = checks.error(place) {
                    digests.append(Self.unreadable(batch.digests[offset], error), DigestSignatures())
                } else {
                    digests.append(record, signatures)
                }
            }
            monitor.digestsWereRead(done)
            try digests.settle(&worker.context.trial, from: batch.start)
            collected.withLock { $0.add(digests, from: batch.start) }
        }
    }

    /// Makes it the file that the thread's opener opens next.
    private func aim(at digest: ArchiveIndex.Digest, _ worker: ValidationWorker) {
        let name = worker.context.keyReader.name(of: digest.path)
        worker.context.opener.aim(
            at: name.span,
            in: .digests(digest.path.folder),
            root: digest.root,
            path: names.path(ofFolder: digest.path.folder)
        )
    }

    /// The record of a digest file that need not be read again.
    private func unchanged(_ digest: ArchiveIndex.Digest, _ worker: ValidationWorker) throws -> DigestRecord? {
        guard let earlier else { return nil }
        guard let expected = earlier.expectation(root: digest.root, path: names.objectKey(digest.path)) else {
            return nil
        }
        aim(at: digest, worker)
        guard try worker.isUnchanged(since: expected.metadata, monitor: monitor) else { return nil }
        return DigestRecord(digest.path, proven: expected.digest, reader: &worker.context.keyReader)
    }

    /// The record of a digest file that could not be read.
    static func unreadable(
        _ digest: ArchiveIndex.Digest,
        _ error: ObjectReadError
    ) -> DigestRecord {
        DigestRecord(
            digest.path,
            defect: .unreadable(error)
        )
    }

    /// Reads one digest file.
    ///
    /// - Parameters:
    ///   - signatures: Given those that come with it.
    ///   - hasSidecar: Whether the answer of `head-object` lies beside it, in a source that opens any file.
    ///   - open: Opens it.
    /// - Returns: What it says, and how many of its bytes the monitor has not been told of.
    func read(
        _ digest: ArchiveIndex.Digest,
        _ signatures: inout DigestSignatures,
        hasSidecar: Bool = false,
        _ worker: ValidationWorker,
        opening open: () throws -> any OpenObject
    ) throws -> (DigestRecord, untoldBytes: UInt64) {
        do {
            let (result, content, object, untoldBytes) = try worker.hash(
                limits: limits.hashing(contentBytes: limits.digestBytes),
                collecting: true,
                monitor: monitor,
                opening: open
            )
            if let metadata = try ObjectReadError.catching({ try object.signatureMetadata() }) {
                signatures.own.append(SignatureCandidate(.extendedAttribute, metadata))
            }
            if hasSidecar, let metadata = try readSidecar(of: names.objectKey(digest.path), root: digest.root, worker) {
                signatures.own.append(SignatureCandidate(.sidecar, metadata))
            }
            try ObjectReadError.catching { try object.checkUnchanged() }
            let (file, defect) = Self.parse(content, result.condition, limits, &worker.context.texts) {
                monitor.isCancelled
            }
            try monitor.check()
            let hash = result.isWhole ? result.sha256 : nil
            let metadata = earlier == nil ? nil : object.metadata
            guard let file else {
                let record = DigestRecord(
                    digest.path,
                    defect: defect,
                    hash: hash,
                    contentBytes: result.contentBytes,
                    metadata: metadata,
                    stored: result.stored
                )
                return (record, untoldBytes)
            }
            var message: SHA256Digest?
            if let hash {
                message = SHA256Digest(try worker.context.hasher.hash(message: file.stringToSign(hash: hash)))
            }
            signatures.setPrevious(file.previousSignature)
            let record = DigestRecord(
                digest.path,
                file: file,
                message: message,
                logs: try worker.context.packer.pack(file.logFiles, check: monitor.check),
                defect: defect,
                hash: hash,
                contentBytes: result.contentBytes,
                metadata: metadata,
                stored: result.stored,
                reader: &worker.context.keyReader
            )
            return (record, untoldBytes)
        } catch let error as ObjectReadError {
            signatures = DigestSignatures()
            return (Self.unreadable(digest, error), 0)
        }
    }

    /// The container's defect comes first; what could be parsed all the same is kept for what it lists.
    static func parse(
        _ content: [UInt8],
        _ condition: ContentHasher.Condition,
        _ limits: Limits,
        _ texts: inout DigestTexts,
        isStopped: () -> Bool = { false }
    ) -> (DigestFile?, DigestRecord.Defect?) {
        let containerDefect: DigestRecord.Defect?
        switch condition {
        case .complete: containerDefect = nil
        case .overContentLimit:
            return (nil, .overLimit("its content is larger than \(limits.digestBytes) bytes"))
        case .overRatioLimit:
            return (nil, .overLimit("its content is more than \(limits.inflateRatio) times its compressed size"))
        case .truncated, .corrupt, .trailingData:
            containerDefect = .malformed(condition.sentence, container: condition)
        }
        do throws(DigestFileError) {
            let file = try DigestFile(parsing: content, limits: limits, texts: &texts, isStopped: isStopped)
            return (file, containerDefect)
        } catch {
            switch error {
            case .malformed(let text): return (nil, containerDefect ?? .malformed(text))
            case .overLimit(let text): return (nil, containerDefect ?? .overLimit(text))
            }
        }
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

    // MARK: Sidecars

    /// The largest sidecar that is read, in bytes; an answer of `head-object` has a few thousand.
    static let maximumSidecarBytes = 64 * 1024

    private func readSidecar(
        of digest: ObjectKey,
        root: Int,
        _ worker: ValidationWorker
    ) throws -> SignatureMetadata? {
        guard case .random(let source) = sources[root] else { return nil }
        return try Self.readSidecar(of: digest, in: source, worker, monitor)
    }

    /// A sidecar that cannot be read is like one that is not there: the digest file is what matters.
    static func readSidecar(
        of digest: ObjectKey,
        in source: any ObjectSource,
        _ worker: ValidationWorker,
        _ monitor: ValidationMonitor
    ) throws -> SignatureMetadata? {
        try monitor.check()
        let path = digest.sidecar
        do {
            let object = try worker.pool.read { try ObjectReadError.catching { try source.open(path) } }
            var content: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: maximumSidecarBytes + 1)
            while content.count <= maximumSidecarBytes {
                let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
                    var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                    return try worker.pool.read { try ObjectReadError.catching { try object.read(into: &span) } }
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
        case .malformed(_, let container)?: condition = container
        case nil: break
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
        return .hashed(result, ObjectMetadata(storedBytes: 0, modified: nil))
    }

    /// What stands for the content of a file that cannot be read to its end.
    private static let noContent = try? SHA256Digest.of([])
}
