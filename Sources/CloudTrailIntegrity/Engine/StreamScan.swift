internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Goes through a stream once: reads its digest files, and hashes every file that may be a log file.
///
/// One thread goes through the stream; what it read of small files is hashed on all threads, many files at a time. Large
/// files are hashed as they go by (I9).
struct StreamScan {
    /// What went by.
    struct Passed {
        let listing: StreamListing.Listed
        /// What the digest files say, in the order of the listing.
        var digests: ReadDigests
        /// What the files held; `nil` when they were not hashed.
        let contents: StreamedContents?
        /// The files that are answers of `head-object`, by their numbers.
        let answers: Set<Int>
    }

    private let root: Int
    private let reader: DigestReader
    private let monitor: ValidationMonitor
    private let pool: ValidationPool
    private let worker: ValidationWorker
    private let results: LockedState<Results>
    /// The bounds of a log file; `nil` when log files are passed over.
    private let fileLimits: ContentHasher.Limits?

    private var listing: StreamListing
    private var files = FileBatch(start: 0)
    private var digests = DigestBatch(start: 0)
    /// The numbers of the digest files in the stream, in the order in which they were sent off.
    private var sentDigests: [Int] = []

    /// - Parameters:
    ///   - root: The number of the source.
    ///   - reader: Reads the digest files.
    ///   - fileLimits: The bounds of a log file; `nil` to pass over log files.
    ///   - keepsMetadata: Whether the sizes and times of log files are wanted.
    init(
        root: Int,
        reader: DigestReader,
        fileLimits: ContentHasher.Limits?,
        keepsMetadata: Bool,
        monitor: ValidationMonitor,
        pool: ValidationPool,
        worker: ValidationWorker
    ) {
        self.root = root
        self.reader = reader
        self.fileLimits = fileLimits
        self.monitor = monitor
        self.pool = pool
        self.worker = worker
        listing = StreamListing(root: root, reader.names)
        results = LockedState(
            Results(
                digests: CollectedDigests(reader.names),
                contents: StreamedContents(keepsMetadata: keepsMetadata)
            )
        )
    }

    /// Consecutive files, to be hashed together.
    private struct FileBatch: Sendable {
        enum Member: Sendable {
            /// Its content, as a part of ``bytes``.
            case content(Range<Int>, ObjectMetadata, isSidecar: Bool)
            case unreadable(ObjectReadError)
        }

        /// The number of the first.
        let start: Int
        var members: [Member] = []
        var bytes: [UInt8] = []
        /// How many of ``bytes`` are used.
        var byteCount = 0
    }

    /// Digest files of one folder, to be read together.
    private struct DigestBatch: Sendable {
        struct Member: Sendable {
            /// Its number in the stream.
            let number: Int
            let digest: ListedDigest
            let content: Result<StoredFile, ObjectReadError>
        }

        struct StoredFile: Sendable {
            let bytes: [UInt8]
            let metadata: ObjectMetadata
            let signature: SignatureMetadata?
        }

        /// The number of digest files that were sent off before.
        let start: Int
        var members: [Member] = []
        var byteCount = 0
    }

    /// What the threads found.
    private struct Results: Sendable {
        /// In the order in which they were sent off.
        var digests: CollectedDigests
        var contents: StreamedContents
        /// What comes behind what is not there yet, by the number of the first.
        var pending: [Int: [StreamedContents.Content]] = [:]
        /// What sidecars hold, by their numbers.
        var sidecars: [Int: Result<SignatureMetadata, SidecarFault>] = [:]
        /// The bytes that were read and are not yet hashed.
        var waitingBytes = 0
        /// Buffers to be used again.
        var buffers: [[UInt8]] = []

        mutating func add(_ found: [StreamedContents.Content], from start: Int) {
            pending[start] = found
            while let next = pending.removeValue(forKey: contents.count) {
                for content in next { contents.append(content) }
            }
        }
    }

    /// What is hashed together, in bytes and in files.
    private static let batchBytes = 128 * 1024
    private static let batchFiles = 96
    /// A file up to this size is read into memory and hashed by any thread, in bytes.
    private static let largestHandedOn = 2 << 20
    /// As much is read ahead of the threads, in bytes.
    private static let largestWaiting = 2 << 20

    // MARK: Going through

    /// Goes through `stream`.
    consuming func run(_ stream: any ObjectStream) throws -> Passed {
        try stream.forEachObject(check: monitor.check) { entry, object in
            try monitor.check()
            try add(entry, object)
        }
        for path in listing.filesThatAreFolders() { try add(ArchiveEntry(path: path, kind: .file), FolderInPlace()) }
        try sendFiles()
        try sendDigests()
        try pool.finish(with: worker)
        let listed = listing.finish()
        let contents = fileLimits == nil ? nil : results.withLock { $0.contents }
        let answers = results.withLock { results in
            Set(results.sidecars.filter { (try? $0.value.get()) != nil }.keys)
        }
        var passed = Passed(listing: listed, digests: ordered(listed), contents: contents, answers: answers)
        for (digest, number) in listed.sidecars where passed.digests.records[digest].claims != nil {
            guard let sidecar = results.withLock({ $0.sidecars[number] }) else { continue }
            passed.digests.add(sidecar, to: digest)
        }
        return passed
    }

    /// Adds what goes by.
    private mutating func add(_ entry: ArchiveEntry, _ object: (any OpenObject)?) throws {
        switch listing.add(entry) {
        case .digest(let number, let path, let obstacle):
            try addDigest(number, ListedDigest(root: root, path: path), obstacle, object)
        case .file(let number, let obstacle):
            if fileLimits != nil { try addFile(number, obstacle, object, isSidecar: false) }
        case .sidecar(let number):
            try addFile(number, nil, object, isSidecar: true)
        case .none:
            break
        }
    }

    /// A folder at the path of a file.
    private struct FolderInPlace: OpenObject {
        var storedBytes: UInt64? { nil }

        func read(into buffer: inout MutableRawSpan) throws -> Int {
            throw ObjectReadError(
                .notRegularFile,
                "a folder is stored at its path too, which may be extracted instead of it"
            )
        }
    }

    /// The digests in the order of the listing.
    private func ordered(_ listed: StreamListing.Listed) -> ReadDigests {
        let sent = results.withLock { $0.digests.takeAll() }
        var sentPosition = [Int](repeating: 0, count: sentDigests.count)
        for (position, number) in sentDigests.enumerated() { sentPosition[number] = position }
        return sent.reordered(listed.digestNumbers.map { sentPosition[$0] })
    }

    // MARK: Files

    private mutating func addFile(
        _ number: Int,
        _ obstacle: ObjectReadError?,
        _ object: (any OpenObject)?,
        isSidecar: Bool
    ) throws {
        // Where log files are passed over, numbers are left out.
        if number != files.start + files.members.count {
            try sendFiles()
            files = FileBatch(start: number)
        }
        guard obstacle == nil, let object else {
            files.members.append(.unreadable(obstacle ?? Self.noContent))
            return
        }
        do {
            let size = object.storedBytes.map { Int(clamping: $0) } ?? Self.largestHandedOn
            // One byte more than there should be shows whether that is the end.
            if size >= Self.batchBytes - files.byteCount || files.members.count >= Self.batchFiles {
                try sendFiles()
            }
            if files.bytes.isEmpty { prepareBuffer(size) }
            let begin = files.byteCount
            guard let end = try Self.read(object, into: &files.bytes, from: begin) else {
                // What is larger, or does not say how large it is, goes by.
                let ahead = files.bytes[begin...]
                try sendFiles()
                return try hashInPassing(number, BufferedObject(ahead, of: object))
            }
            try ObjectReadError.catching { try object.checkUnchanged() }
            files.members.append(.content(begin..<end, object.metadata, isSidecar: isSidecar))
            files.byteCount = end
        } catch let error as ObjectReadError {
            files.members.append(.unreadable(error))
        }
    }

    private static let noContent = ObjectReadError(.inputOutput, "the stream has no content for it")

    /// Makes room for files, the first of this size, in bytes.
    private mutating func prepareBuffer(_ size: Int) {
        let isLarge = size >= Self.batchBytes && size < Self.largestHandedOn
        let kept = isLarge ? nil : results.withLock { $0.buffers.popLast() }
        files.bytes = kept ?? [UInt8](repeating: 0, count: isLarge ? size + 1 : Self.batchBytes)
    }

    /// Reads an object to its end.
    ///
    /// - Returns: The end of what was read; `nil` when the buffer is full.
    private static func read(_ object: any OpenObject, into bytes: inout [UInt8], from begin: Int) throws -> Int? {
        var end = begin
        while end < bytes.count {
            let count = try unsafe bytes.withUnsafeMutableBytes { buffer in
                var span = unsafe MutableRawSpan(_unsafeBytes: buffer[end...])
                return try ObjectReadError.catching { try object.read(into: &span) }
            }
            guard (0...bytes.count - end).contains(count) else { throw ObjectReadError.invalidReadCount }
            if count == 0 { return end }
            end += count
        }
        return nil
    }

    /// Hashes a file while it goes by.
    private mutating func hashInPassing(_ number: Int, _ object: BufferedObject) throws {
        files = FileBatch(start: number + 1)
        guard let fileLimits else { return }
        var content: StreamedContents.Content
        do {
            let (result, _, object, unreportedBytes) = try worker.hash(
                limits: fileLimits,
                collecting: false,
                monitor: monitor
            ) { object }
            try ObjectReadError.catching { try object.checkUnchanged() }
            monitor.bytesWereRead(unreportedBytes)
            content = .hashed(result, object.metadata)
        } catch let error as ObjectReadError {
            content = .unreadable(error)
        }
        results.withLock { $0.add([content], from: number) }
    }

    private mutating func sendFiles() throws {
        defer { files = FileBatch(start: files.start + files.members.count) }
        guard !files.members.isEmpty else { return }
        let batch = files
        results.withLock { $0.waitingBytes += batch.bytes.count }
        let (results, monitor, limits) = (results, monitor, fileLimits)
        try pool.submit(by: worker) { worker in
            let (found, sidecars) = try Self.hash(batch, limits, monitor, worker)
            results.withLock { results in
                if limits != nil { results.add(found, from: batch.start) }
                results.sidecars.merge(sidecars) { first, _ in first }
                results.waitingBytes -= batch.bytes.count
                if batch.bytes.count == Self.batchBytes { results.buffers.append(batch.bytes) }
            }
            monitor.bytesWereRead(UInt64(clamping: batch.byteCount))
        }
        while results.withLock({ $0.waitingBytes }) > Self.largestWaiting, try pool.help(worker) {}
    }

    private static func hash(
        _ batch: FileBatch,
        _ limits: ContentHasher.Limits?,
        _ monitor: ValidationMonitor,
        _ worker: ValidationWorker
    ) throws -> (contents: [StreamedContents.Content], sidecars: [Int: Result<SignatureMetadata, SidecarFault>]) {
        var contents: [StreamedContents.Content] = []
        var sidecars: [Int: Result<SignatureMetadata, SidecarFault>] = [:]
        contents.reserveCapacity(batch.members.count)
        for (offset, member) in batch.members.enumerated() {
            switch member {
            case .unreadable(let error):
                contents.append(.unreadable(error))
            case .content(let range, let metadata, let isSidecar):
                try monitor.check()
                if isSidecar {
                    sidecars[batch.start + offset] =
                        range.count <= DigestReader.maximumSidecarBytes
                        ? .reading(Array(batch.bytes[range])) : .failure(.tooLarge)
                }
                guard let limits else { continue }
                let result = try worker.context.hasher.hash(batch.bytes[range], limits: limits, check: monitor.check)
                contents.append(.hashed(result, metadata))
            }
        }
        return (contents, sidecars)
    }

    // MARK: Digest files

    private mutating func addDigest(
        _ number: Int,
        _ digest: ListedDigest,
        _ obstacle: ObjectReadError?,
        _ object: (any OpenObject)?
    ) throws {
        let isOther = digests.members.last.map { $0.digest.path.folder != digest.path.folder } ?? false
        if isOther || digests.members.count >= Self.batchFiles || digests.byteCount >= Self.batchBytes {
            try sendDigests()
        }
        let content: Result<DigestBatch.StoredFile, ObjectReadError>
        do {
            guard obstacle == nil, let object else { throw obstacle ?? Self.noContent }
            let size = object.storedBytes.map { Int(clamping: $0) } ?? Self.batchBytes
            var bytes = [UInt8](repeating: 0, count: min(size, Self.batchBytes - 1) + 1)
            guard let end = try Self.read(object, into: &bytes, from: 0) else {
                return try readInPassing(number, digest, BufferedObject(bytes[...], of: object))
            }
            let signature = try ObjectReadError.catching {
                try object.checkUnchanged()
                return try object.signatureMetadata()
            }
            // A buffer for a size that was not known may be far too large to be kept.
            if size >= Self.batchBytes { bytes = Array(bytes[..<end]) } else { bytes.removeSubrange(end...) }
            digests.byteCount += bytes.count
            let file = DigestBatch.StoredFile(bytes: bytes, metadata: object.metadata, signature: signature)
            content = .success(file)
        } catch let error as ObjectReadError {
            content = .failure(error)
        }
        digests.members.append(DigestBatch.Member(number: number, digest: digest, content: content))
    }

    /// Reads a digest file while it goes by.
    private mutating func readInPassing(
        _ number: Int,
        _ digest: ListedDigest,
        _ object: BufferedObject
    ) throws {
        try sendDigests()
        monitor.expect(moreDigests: 1)
        var read = ReadDigests(reader.names)
        var signatures = DigestSignatures()
        let (record, unreportedBytes) = try reader.read(digest, &signatures, worker) { object }
        read.append(record, signatures)
        monitor.digestsWereRead(ValidationMonitor.Work(files: 1, bytes: unreportedBytes))
        results.withLock { $0.digests.add(read, from: sentDigests.count) }
        sentDigests.append(number)
        digests = DigestBatch(start: sentDigests.count)
    }

    private mutating func sendDigests() throws {
        guard !digests.members.isEmpty else { return }
        var batch = digests
        // Sorted by name so that a digest and its successor are neighbours.
        batch.members.sort { [names = reader.names] first, second in
            let order = names.compareNames(first.digest.path, second.digest.path)
            return order != 0 ? order < 0 : first.number < second.number
        }
        sentDigests += batch.members.map(\.number)
        digests = DigestBatch(start: sentDigests.count)
        monitor.expect(moreDigests: batch.members.count)
        let (results, monitor, reader) = (results, monitor, reader)
        try pool.submit(by: worker) { [batch] worker in
            var read = ReadDigests(reader.names)
            var untold = ValidationMonitor.Work()
            for member in batch.members {
                try monitor.check()
                var signatures = DigestSignatures()
                let record: DigestRecord
                switch member.content {
                case .failure(let error):
                    record = DigestReader.unreadable(member.digest, error)
                case .success(let file):
                    let object = BufferedObject(file.bytes[...], metadata: file.metadata, signature: file.signature)
                    let unreportedBytes: UInt64
                    (record, unreportedBytes) = try reader.read(member.digest, &signatures, worker) { object }
                    untold.bytes &+= unreportedBytes
                }
                read.append(record, signatures)
                untold.files += 1
            }
            monitor.digestsWereRead(untold)
            try read.settle(&worker.context.verifier, from: batch.start)
            results.withLock { $0.digests.add(read, from: batch.start) }
        }
    }
}
