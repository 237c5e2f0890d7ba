internal import NativeInterop

/// Proves which files of a downloaded CloudTrail archive are exactly what AWS delivered.
///
/// It opens no network connection and writes nothing. Keys are trusted because the caller says so; nothing inside the
/// archive is believed before a signature under one of them holds.
public struct Validator: Sendable {
    private let keys: PublicKeySet
    private let signatures: SignatureManifest
    private let options: ValidationOptions

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
    /// - Throws: ``ValidationCancelled`` when the monitor stopped it; an error when a source cannot be listed, or when
    ///   libcrypto or zlib fail.
    public func validate(
        _ sources: [any ObjectSource],
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> ValidationReport {
        let index = try ArchiveIndex(sources, check: monitor.check)
        let jobs = max(1, options.jobs)
        let reader = DigestReader(sources: sources, index: index, limits: options.limits, monitor: monitor)
        let numbers = index.files.indices.filter { if case .digest = index.files[$0].role { true } else { false } }
        monitor.expect(digests: numbers.count)
        let records = try WorkerPool.map(
            count: numbers.count,
            jobs: jobs,
            makeContext: { try ContentHasher() },
            body: { hasher, position in try reader.read(numbers[position], hasher) }
        ).compactMap { $0 }
        let check = SignatureCheck(keys: keys, manifest: signatures, records: records)
        let verdicts = try WorkerPool.map(
            count: records.count,
            jobs: jobs,
            makeContext: {},
            body: { _, number in
                try monitor.check()
                return try check.verdict(on: number)
            }
        )
        let placement = ArchivePlacement(
            index: index,
            records: records,
            signatures: verdicts,
            bucket: options.bucket,
            rootCount: sources.count
        )
        let evidence = Evidence(
            names: sources.map(\.name),
            index: index,
            records: records,
            placement: placement,
            signatures: verdicts,
            options: options
        )
        try monitor.check()
        let logs = LogStage(evidence: evidence, sources: sources, monitor: monitor)
        let outcomes = try logs.outcomes(jobs: jobs)
        var builder = ReportBuilder(evidence: evidence, keys: keys, check: check)
        builder.addDigests()
        builder.addLogs(logs, outcomes)
        builder.addChains()
        return builder.report()
    }
}

/// Reads digest files: the only station that holds their content.
struct DigestReader: Sendable {
    let sources: [any ObjectSource]
    let index: ArchiveIndex
    let limits: Limits
    let monitor: ValidationMonitor

    /// The record of the index's file with this number; `nil` when its name is no digest file's.
    func read(_ number: Int, _ hasher: ContentHasher) throws -> DigestRecord? {
        let entry = index.files[number]
        guard case .digest(let name) = entry.role else { return nil }
        func record(
            _ defect: DigestRecord.Defect?,
            file: DigestFile? = nil,
            hash: SHA256Digest? = nil,
            signatures: [SignatureCandidate] = [],
            bytes: UInt64 = 0
        ) -> DigestRecord {
            DigestRecord(
                fileNumber: number,
                name: name,
                file: file,
                defect: defect,
                hash: hash,
                ownSignatures: signatures,
                contentBytes: bytes
            )
        }
        if let obstacle = entry.obstacle { return record(.unreadable(obstacle)) }
        do {
            let object = try sources[entry.root].open(entry.path)
            let (result, content) = try hasher.hashAndCollect(
                limits: ContentHasher.Limits(
                    contentBytes: limits.digestBytes,
                    ratio: limits.inflateRatio,
                    ratioFloorBytes: limits.ratioFloorBytes
                ),
                read: { buffer in
                    try monitor.check()
                    return try object.read(into: &buffer)
                }
            )
            monitor.digestWasRead()
            let signatures = try ownSignatures(of: entry, object)
            try object.checkUnchanged()
            let (file, defect) = parse(content, result.condition)
            return record(
                defect,
                file: file,
                hash: result.isWhole ? result.digest : nil,
                signatures: signatures,
                bytes: result.contentBytes
            )
        } catch let error as ObjectReadError {
            return record(.unreadable(error))
        } catch is ContentHasher.InvalidReadCount {
            return record(.unreadable(.invalidReadCount))
        }
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

    private func ownSignatures(
        of entry: ArchiveIndex.File,
        _ object: any OpenObject
    ) throws -> [SignatureCandidate] {
        var found: [SignatureCandidate] = []
        if let metadata = try object.signatureMetadata() {
            found.append(SignatureCandidate(source: .extendedAttribute, metadata: metadata))
        }
        let path = ObjectKey(bytes: entry.path.bytes + ArchiveIndex.sidecarSuffix.description.utf8)
        if index.sidecars.contains(ArchiveIndex.SidecarName(root: entry.root, path: path)),
            let metadata = try readSidecar(path, of: entry.root)
        {
            found.append(SignatureCandidate(source: .sidecar, metadata: metadata))
        }
        return found
    }

    /// The largest sidecar that is read, in bytes; an answer of `head-object` has a few thousand.
    private static let maximumSidecarBytes = 64 * 1024

    private func readSidecar(_ path: ObjectKey, of root: Int) throws -> SignatureMetadata? {
        let object: any OpenObject
        do {
            object = try sources[root].open(path)
        } catch is ObjectReadError {
            return nil
        }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: Self.maximumSidecarBytes + 1)
        while content.count <= Self.maximumSidecarBytes {
            let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
                var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                return try object.read(into: &span)
            }
            if count == 0 { return SignatureMetadata(headObjectAnswer: content) }
            content += buffer[..<count]
        }
        return nil
    }
}

extension ContentHasher.Result {
    /// Whether the content was read to its end, so that the hash is that of all of it.
    var isWhole: Bool {
        switch condition {
        case .complete, .trailingData, .corrupt(.checksum), .corrupt(.length): true
        case .truncated, .corrupt(.stream), .overContentLimit, .overRatioLimit: false
        }
    }
}

extension ContentHasher.Condition {
    /// What is wrong with the container.
    var sentence: String {
        switch self {
        case .complete: "nothing is wrong"
        case .truncated: "the gzip stream is cut off"
        case .corrupt(.stream): "the gzip stream is corrupt"
        case .corrupt(.checksum): "the checksum in the gzip trailer is not the content's"
        case .corrupt(.length): "the length in the gzip trailer is not the content's"
        case .trailingData: "bytes follow the gzip stream, which readers such as zcat would show as content"
        case .overContentLimit: "its content is larger than the limit"
        case .overRatioLimit: "its content is larger, for its compressed size, than the limit"
        }
    }
}
