internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Reads digest files: the only place that holds their content.
struct DigestReader: Sendable {
    /// The texts behind the numbers of what is read.
    let names: SharedNames
    private let limits: Limits
    /// Whether the sizes and times of files are to be remembered.
    private let keepsMetadata: Bool
    private let monitor: ValidationMonitor

    init(_ names: SharedNames, _ limits: Limits, keepsMetadata: Bool, _ monitor: ValidationMonitor) {
        self.names = names
        self.limits = limits
        self.keepsMetadata = keepsMetadata
        self.monitor = monitor
    }

    /// The record of a digest file that could not be read.
    static func unreadable(
        _ digest: ListedDigest,
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
    ///   - source: What to read the answer of `head-object` from that lies beside it; `nil` where none does.
    ///   - cut: The days that its list is kept of; `nil` for all.
    ///   - open: Opens it.
    /// - Returns: What it says, and how many of its bytes are not yet reported to the monitor.
    func read(
        _ digest: ListedDigest,
        _ signatures: inout DigestSignatures,
        sidecarIn source: (any ObjectSource)? = nil,
        keeping cut: PartCut? = nil,
        _ worker: ValidationWorker,
        opening open: () throws -> any OpenObject
    ) throws -> (DigestRecord, unreportedBytes: UInt64) {
        do {
            let (result, content, object, unreportedBytes) = try worker.hash(
                limits: limits.hashing(contentBytes: limits.digestBytes),
                collecting: true,
                monitor: monitor,
                opening: open
            )
            if let metadata = try ObjectReadError.catching({ try object.signatureMetadata() }) {
                signatures.own.append(SignatureCandidate(.extendedAttribute, metadata))
            }
            if let source {
                signatures.add(try Self.readSidecar(of: names.objectKey(digest.path), in: source, worker, monitor))
            }
            try ObjectReadError.catching { try object.checkUnchanged() }
            let (file, defect) = Self.parse(content, result.condition, limits, &worker.context.texts) {
                monitor.isCancelled
            }
            try monitor.check()
            let hash = result.isWhole ? result.sha256 : nil
            let metadata = keepsMetadata ? object.metadata : nil
            guard let file else {
                let record = DigestRecord(
                    digest.path,
                    defect: defect,
                    hash: hash,
                    contentBytes: result.contentBytes,
                    metadata: metadata,
                    stored: result.stored
                )
                return (record, unreportedBytes)
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
                logs: try worker.context.packer.pack(file.logFiles, keeping: cut?.keeps, check: monitor.check),
                defect: defect,
                hash: hash,
                contentBytes: result.contentBytes,
                metadata: metadata,
                stored: result.stored,
                reader: &worker.context.keyReader
            )
            return (record, unreportedBytes)
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
        _ texts: inout StringReuse,
        isStopped: () -> Bool = { false }
    ) -> (DigestFile?, DigestFacts.Defect?) {
        let containerDefect: DigestFacts.Defect?
        switch condition {
        case .complete: containerDefect = nil
        case .overContentLimit:
            return (nil, .overLimit("its content is larger than \(limits.digestBytes) bytes"))
        case .overRatioLimit:
            return (nil, .overLimit("its content is more than \(limits.inflateRatio) times its compressed size"))
        case .truncated, .corrupt, .trailingData:
            containerDefect = .malformed(.container(ContentFacts.Container(condition)))
        }
        do throws(DigestFileError) {
            let file = try DigestFile(parsing: content, limits: limits, texts: &texts, isStopped: isStopped)
            return (file, containerDefect)
        } catch {
            switch error {
            case .malformed(let text): return (nil, containerDefect ?? .malformed(.content(text)))
            case .overLimit(let text): return (nil, containerDefect ?? .overLimit(text))
            }
        }
    }

    // MARK: Sidecars

    /// The largest sidecar that is read, in bytes; an answer of `head-object` has a few thousand.
    static let maximumSidecarBytes = 64 * 1024

    /// A sidecar that cannot be read gives no signature, as one that is not there: the digest file is what matters.
    static func readSidecar(
        of digest: ObjectKey,
        in source: any ObjectSource,
        _ worker: ValidationWorker,
        _ monitor: ValidationMonitor
    ) throws -> Result<SignatureMetadata, SidecarFault> {
        try monitor.check()
        return try readSidecar(worker) { try source.open(digest.sidecar) }
    }

    /// Reads an answer of `head-object`.
    ///
    /// - Parameter open: Opens it.
    static func readSidecar(
        _ worker: ValidationWorker,
        opening open: () throws -> any OpenObject
    ) throws -> Result<SignatureMetadata, SidecarFault> {
        do {
            let object = try worker.pool.read { try ObjectReadError.catching { try open() } }
            var content: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: maximumSidecarBytes + 1)
            while content.count <= maximumSidecarBytes {
                let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
                    var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                    return try worker.pool.read { try ObjectReadError.catching { try object.read(into: &span) } }
                }
                if count == 0 { return .reading(content) }
                guard (0...buffer.count).contains(count) else { throw ObjectReadError.invalidReadCount }
                content += buffer[..<count]
            }
        } catch let error as ObjectReadError {
            return .failure(.unreadable(error))
        }
        return .failure(.tooLarge)
    }
}

extension Result<SignatureMetadata, SidecarFault> {
    /// What a sidecar with this content gives.
    static func reading(_ content: [UInt8]) -> Self {
        do throws(HeadObjectFault) {
            return .success(try SignatureMetadata(headObjectAnswer: content))
        } catch {
            return .failure(.content(error))
        }
    }
}

extension DigestSignatures {
    /// Adds what a sidecar gives.
    mutating func add(_ sidecar: Result<SignatureMetadata, SidecarFault>) {
        switch sidecar {
        case .success(let metadata): own.append(SignatureCandidate(.sidecar, metadata))
        // Of several the same one, whatever the order of the listing.
        case .failure(let fault): sidecarFault = sidecarFault.map { min($0, fault) } ?? fault
        }
    }
}
