internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// A digest file that was read by itself, whatever it is called.
struct ExaminedDigest {
    /// Its path below what it was read from.
    let path: ObjectKey
    let record: DigestRecord
    /// What it says; `nil` when it could not be parsed.
    let file: DigestFile?
    let fields: [DigestField]
    let isCompressed: Bool
    /// What its signature signs; `nil` when that could not be made.
    let stringToSign: [UInt8]?
    /// Its bytes as they are stored; empty unless they were asked for.
    let stored: [UInt8]
    /// Its uncompressed bytes; empty unless they were asked for.
    let content: [UInt8]
    /// The signatures that were kept for it.
    let candidates: [SignatureCandidate]
    /// Tries signatures on it.
    private let verifier: SignatureVerifier

    /// Reads a single file.
    ///
    /// - Throws: As for any other.
    init(_ file: SingleFile, _ validator: Validator, _ monitor: ValidationMonitor) throws {
        try self.init(file.path, in: file, validator, monitor)
    }

    /// Reads a file.
    ///
    /// - Parameter keepsBytes: Whether ``stored`` and ``content`` are wanted.
    /// - Throws: ``ObjectReadError`` when it could not be read; ``CancellationError`` when the monitor stopped it; an
    ///   error when libcrypto or zlib fail.
    init(
        _ path: ObjectKey,
        in source: any ObjectSource,
        keepsBytes: Bool = false,
        _ validator: Validator,
        _ monitor: ValidationMonitor
    ) throws {
        let (pool, worker) = try validator.makePool(for: [source.access])
        defer { pool.stop() }
        let limits = validator.options.limits
        var recording: RecordedObject?
        let (result, content, object, _) = try worker.hash(
            limits: limits.hashing(contentBytes: limits.digestBytes),
            collecting: true,
            monitor: monitor
        ) {
            let object = try source.open(path)
            guard keepsBytes else { return object }
            let recorded = RecordedObject(object)
            recording = recorded
            return recorded
        }
        var signatures = DigestSignatures()
        if let metadata = try object.signatureMetadata() {
            signatures.own.append(SignatureCandidate(.extendedAttribute, metadata))
        }
        signatures.add(try DigestReader.readSidecar(of: path, in: source, worker, monitor))
        try object.checkUnchanged()
        var texts = StringReuse()
        let (digest, defect) = DigestReader.parse(content, result.condition, limits, &texts)
        let hash = result.isWhole ? result.sha256 : nil
        let stringToSign = hash.flatMap { digest?.stringToSign(hash: $0) }
        let name =
            digest.flatMap { worker.context.keyReader.digestFile($0.location.key) }
            ?? worker.context.keyReader.key(path)
        let message = try stringToSign.map { try SHA256Digest.of($0) }
        record =
            digest.map { digest in
                DigestRecord(
                    name,
                    file: digest,
                    message: message,
                    defect: defect,
                    hash: hash,
                    contentBytes: result.contentBytes,
                    reader: &worker.context.keyReader
                )
            } ?? DigestRecord(name, defect: defect, hash: hash, contentBytes: result.contentBytes)
        self.path = path
        file = digest
        stored = recording?.bytes ?? []
        self.content = keepsBytes ? content : []
        fields = DigestFile.fields(of: content, limits: limits)
        isCompressed = result.form == .gzip
        self.stringToSign = stringToSign
        verifier = worker.context.verifier
        candidates = verifier.ownCandidates(of: record.claims, kept: signatures.own)
    }

    /// What trying these signatures comes to.
    func outcome(of candidates: [SignatureCandidate]) throws -> SignatureOutcome {
        var verifier = verifier
        var candidates = candidates
        return try verifier.verdict(on: record, &candidates)
    }

    /// Whether a signature verifies; `nil` when it could not be tried.
    func verifies(_ candidate: SignatureCandidate) throws -> Bool? {
        switch try outcome(of: [candidate]) {
        case .valid: true
        case .failed: false
        case .unsupportedAlgorithm, .keyUnknown, .noCandidate, .notApplicable: nil
        }
    }

    /// Whether the file bears the name of another digest file than the one that it says it is: a copy may be called anything
    /// else.
    var bearsOtherName: Bool {
        guard let key = file?.location.key, DigestFileName(path) != nil else { return false }
        return !path.compressedName.lastComponent.elementsEqual(key.compressedName.lastComponent)
    }
}

/// A single digest file, judged by the rules of an archive that holds it and what lies beside it.
struct JudgedDigest {
    let judgement: DigestJudgement
    /// What trying all signatures came to.
    let outcome: SignatureOutcome
    let signatures: [DigestInspection.Signature]
    /// The digest files beside it that name it.
    let successors: [DigestInspection.Successor]

    /// How many digest files one after another are judged: the one after next verifies the next one's signature, and the
    /// one behind it shows whether that was exchanged for another that AWS signed.
    private static let depth = 3
    /// The most files that are read to find the one after a file. That ends an hour later to the second, and few names can
    /// be as near to that.
    private static let mostNeighbours = 64

    /// What may still be read: whoever fills a folder with digest files that name each other makes it no more.
    private final class Budget {
        private var left = 256

        /// Whether another file may be read.
        func take() -> Bool {
            left -= 1
            return left >= 0
        }
    }

    /// A digest file that names the judged one, without what it lists: there may be many.
    private struct Namer {
        let source: SingleFile
        let location: ObjectLocation
        let previous: DigestFile.Previous
        let candidate: SignatureCandidate?
        /// Whether the signature that it repeats verifies; `nil` when that could not be tried.
        let verifies: Bool?
    }

    /// Judges a file that was read.
    ///
    /// - Parameters:
    ///   - source: Where it lies.
    ///   - given: Signatures besides those that were kept for it.
    init(
        _ digest: ExaminedDigest,
        at source: SingleFile,
        given: [SignatureCandidate] = [],
        _ validator: Validator,
        _ monitor: ValidationMonitor
    ) throws {
        try self.init(digest, at: source, given: given, depth: Self.depth, Budget(), validator, monitor)
    }

    private init(
        _ digest: ExaminedDigest,
        at source: SingleFile,
        given: [SignatureCandidate],
        depth: Int,
        _ budget: Budget,
        _ validator: Validator,
        _ monitor: ValidationMonitor
    ) throws {
        var successors: [DigestInspection.Successor] = []
        var verified: [(id: DigestID, chain: ChainKind, previous: DigestFile.Previous)] = []
        let namers = depth > 0 ? try Self.namers(of: digest, at: source, budget, validator, monitor) : []
        for (number, namer) in namers.enumerated() {
            var isVerified = false
            if let other = try Self.read(namer.source, budget, validator, monitor) {
                let judged = try JudgedDigest(
                    other,
                    at: namer.source,
                    given: [],
                    depth: depth - 1,
                    budget,
                    validator,
                    monitor
                )
                isVerified = judged.judgement.isVerified
            }
            if isVerified {
                let isBackfill = DigestFileName(namer.location.key)?.chain.isBackfill ?? false
                verified.append((DigestID(number), isBackfill ? .backfill : .regular, namer.previous))
            }
            successors.append(
                DigestInspection.Successor(
                    location: namer.location,
                    path: source.path(to: namer.source.resolvedPath),
                    isVerified: isVerified,
                    hasHash: namer.previous.hash == digest.record.hash,
                    verifies: namer.verifies
                )
            )
        }
        let candidates = given + digest.candidates + namers.compactMap(\.candidate)
        let outcome = try digest.outcome(of: candidates)
        judgement = DigestRules.judge(
            Self.facts(of: digest, outcome),
            successors: verified.map { successor in
                let isSameBucket = successor.previous.location.bucket == digest.file?.location.bucket
                return VerifiedSuccessor(
                    successor.id,
                    successor.chain,
                    names: NamedPredecessor(
                        bucket: isSameBucket ? Self.ownBucket : Self.otherBucket,
                        hash: successor.previous.hash
                    ),
                    repeated: outcome.refused.contains(.successor(successor.id)) ? .failed : .other
                )
            }
        )
        signatures = try candidates.map { candidate in
            var path: ObjectKey?
            if case .successor(let id) = candidate.source { path = successors[id.number].path }
            return DigestInspection.Signature(
                source: candidate.source.name,
                path: path,
                text: candidate.writtenText,
                algorithm: candidate.algorithm,
                verifies: try digest.verifies(candidate)
            )
        }
        self.outcome = outcome
        self.successors = successors
    }

    private static let ownBucket = BucketID(0)
    private static let otherBucket = BucketID(1)

    private static func facts(of digest: ExaminedDigest, _ outcome: SignatureOutcome) -> DigestFacts {
        DigestFacts(
            defect: digest.record.defect,
            problem: digest.file?.problem,
            hash: digest.record.hash,
            bucket: digest.file.map { _ in ownBucket },
            place: outcome.isValid && digest.bearsOtherName ? .relocated : .inPlace,
            signature: outcome
        )
    }

    /// The digest files beside a file that name it, the likeliest first, until one repeats a signature that verifies: any
    /// other says nothing more, or was put there.
    private static func namers(
        of digest: ExaminedDigest,
        at source: SingleFile,
        _ budget: Budget,
        _ validator: Validator,
        _ monitor: ValidationMonitor
    ) throws -> [Namer] {
        guard let file = digest.file else { return [] }
        // Under the name of another it is compared with what digest files say of that one.
        let isMisplaced = digest.bearsOtherName
        let key = isMisplaced ? source.resolvedPath.compressedName : file.location.key.collapsed
        func names(_ previous: ObjectKey) -> Bool {
            isMisplaced ? previous.lastComponent == key.lastComponent : previous.collapsed == key
        }
        var namers: [Namer] = []
        for path in source.digests(after: key).prefix(mostNeighbours) {
            guard let neighbour = try? SingleFile.at(resolvedPath: path),
                let other = try read(neighbour, budget, validator, monitor)?.file, let previous = other.previous,
                names(previous.location.key)
            else { continue }
            var candidate: SignatureCandidate?
            if !isMisplaced, previous.location.bucket == file.location.bucket, let text = other.previousSignature {
                candidate = SignatureCandidate(.successor(DigestID(namers.count)), .written(text))
            }
            let verifies = try candidate.flatMap { try digest.verifies($0) }
            namers.append(
                Namer(
                    source: neighbour,
                    location: other.location,
                    previous: previous,
                    candidate: candidate,
                    verifies: verifies
                )
            )
            if verifies == true { break }
        }
        return namers
    }

    /// Reads a file; `nil` for one that cannot be read, which says nothing then.
    private static func read(
        _ file: SingleFile,
        _ budget: Budget,
        _ validator: Validator,
        _ monitor: ValidationMonitor
    ) throws -> ExaminedDigest? {
        try monitor.check()
        guard budget.take() else { return nil }
        do {
            return try ExaminedDigest(file, validator, monitor)
        } catch is ObjectReadError {
            return nil
        }
    }
}

extension SignatureOutcome {
    /// The sources of signatures that do not verify.
    fileprivate var refused: [SignatureSource] {
        switch self {
        case .failed(let sources), .valid(_, let sources): sources
        case .unsupportedAlgorithm, .keyUnknown, .noCandidate, .notApplicable: []
        }
    }
}

extension SignatureCandidate {
    /// In hex, as it was found.
    var writtenText: String {
        switch text {
        case .written(let text): text
        case .verified: ""
        }
    }
}
