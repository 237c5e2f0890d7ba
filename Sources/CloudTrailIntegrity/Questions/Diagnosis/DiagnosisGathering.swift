internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Gathers what a diagnosis tells: first from each digest file by itself, then from what they say of each other.
struct DiagnosisGathering {
    /// What is kept of a digest file.
    private struct ReadDigest {
        let path: ObjectKey
        let name: DigestFileName
        let record: DigestRecord
        /// `nil` where it could not be parsed; without its list.
        let file: Facts?
        /// The signatures that lie with it.
        var own: [SignatureCandidate]
        /// Names that only its signature makes believable.
        let unknownNames: Set<String>
    }

    private struct Facts {
        let start: Timestamp
        let end: Timestamp
        let location: ObjectLocation
        let fingerprint: String
        let previous: DigestFile.Previous?
        let previousSignature: String?
        let isStarting: Bool

        init(_ file: DigestFile) {
            start = file.startTime
            end = file.endTime
            location = file.location
            fingerprint = file.fingerprint
            previous = file.previous
            previousSignature = file.previousSignature
            isStarting = file.isStartingDigest
        }
    }

    /// The most content that is looked through for white space and escapes, in bytes.
    private static let mostForm = 4 << 20
    /// The most successors whose signature is tried on one file.
    private static let mostSuccessors = 8

    private let keys: PublicKeySet
    private let limits: Limits
    private let worker: ValidationWorker
    private let monitor: ValidationMonitor
    private let regular = DigestTallies()
    private let backfill = DigestTallies()
    private var digests: [ReadDigest] = []
    private var sidecars: [ObjectKey: SignatureMetadata] = [:]
    private var identities = ArchiveIdentities()

    init(keys: PublicKeySet, limits: Limits, _ worker: ValidationWorker, _ monitor: ValidationMonitor) {
        self.keys = keys
        self.limits = limits
        self.worker = worker
        self.monitor = monitor
    }

    // MARK: One digest file

    /// Adds the answer of `head-object` that lies beside a digest file in a stream.
    mutating func add(sidecar object: any OpenObject, of digest: ObjectKey) throws {
        if case .success(let metadata) = try DigestReader.readSidecar(worker, opening: { object }) {
            sidecars[digest] = metadata
        }
    }

    /// Reads a digest file; one that cannot be read adds nothing.
    ///
    /// - Parameters:
    ///   - source: What its sidecar can be opened in; `nil` for a stream.
    ///   - open: Opens it.
    mutating func read(
        _ path: ObjectKey,
        sidecarIn source: (any ObjectSource)? = nil,
        opening open: () throws -> any OpenObject
    ) throws {
        try monitor.check()
        guard let name = DigestFileName(path) else { return }
        do {
            let (result, content, object, _) = try worker.hash(
                limits: limits.hashing(contentBytes: limits.digestBytes),
                collecting: true,
                monitor: monitor
            ) { RecordedObject(try open(), limit: RecordedObject.mostDiagnosed) }
            var own: [SignatureCandidate] = []
            if let metadata = try ObjectReadError.catching({ try object.signatureMetadata() }) {
                own.append(SignatureCandidate(.extendedAttribute, metadata))
            }
            if let source,
                case .success(let metadata) = try DigestReader.readSidecar(of: path, in: source, worker, monitor)
            {
                own.append(SignatureCandidate(.sidecar, metadata))
            }
            try ObjectReadError.catching { try object.checkUnchanged() }
            let container = try (object as? RecordedObject)?.container(result)
            let tallies = name.chain.isBackfill ? backfill : regular
            let digest = try add(content, result, path, name, own, tallies)
            if let container { tallies.containers.add(container) }
            if let end = digest.file?.end, let modified = object.metadata.modified {
                let modified = Timestamp(secondsSinceEpoch: modified / 1_000_000_000)
                tallies.modificationDelays.add(DigestTallies.minutes(from: end, to: modified))
            }
            digests.append(digest)
        } catch is ObjectReadError {
            return
        }
    }

    /// Adds what one digest file shows by itself.
    private mutating func add(
        _ content: [UInt8],
        _ result: ContentHasher.Result,
        _ path: ObjectKey,
        _ name: DigestFileName,
        _ own: [SignatureCandidate],
        _ tallies: DigestTallies
    ) throws -> ReadDigest {
        tallies.read += 1
        let form = ContentForm(of: content.count > Self.mostForm ? Array(content[..<Self.mostForm]) : content)
        for (space, count) in form.spaces.sorted(by: { $0.key < $1.key }) { tallies.spaces.add(space, count) }
        for (escape, count) in form.escapes.sorted(by: { $0.key < $1.key }) { tallies.escapes.add(escape, count) }
        var members = DigestMembers()
        if !members.read(content, limits, tallies) { tallies.notJSON += 1 }
        identities.add(name.chain.trail.utf8)
        identities.add(prefixOf: path)
        var texts = StringReuse()
        let (file, defect) = DigestReader.parse(content, result.condition, limits, &texts) { monitor.isCancelled }
        try monitor.check()
        let hash = result.isWhole ? result.sha256 : nil
        let key = worker.context.keyReader.key(path)
        guard let file else {
            tallies.malformed += 1
            let record = DigestRecord(key, defect: defect, hash: hash, contentBytes: result.contentBytes)
            return ReadDigest(path: path, name: name, record: record, file: nil, own: own, unknownNames: [])
        }
        tallies.note(.accountOfName, members.account.map { $0 == name.chain.account })
        add(file, name, tallies, &members.unknownNames)
        let message = try hash.map { try SHA256Digest.of(file.stringToSign(hash: $0)) }
        let record = DigestRecord(
            worker.context.keyReader.digestFile(file.location.key) ?? key,
            file: file,
            message: message,
            defect: defect,
            hash: hash,
            contentBytes: result.contentBytes,
            reader: &worker.context.keyReader
        )
        return ReadDigest(
            path: path,
            name: name,
            record: record,
            file: Facts(file),
            own: own,
            unknownNames: Set(members.unknownNames.prefix(DigestMembers.mostNames))
        )
    }

    /// Adds what one digest file says.
    private mutating func add(
        _ file: DigestFile,
        _ name: DigestFileName,
        _ tallies: DigestTallies,
        _ unknownNames: inout [String]
    ) {
        identities.add(file.location.bucket.utf8)
        identities.add(prefixOf: file.location.key)
        tallies.ownKeys.add(KeyShape.of(file.location.key))
        tallies.windows.add(file.endTime.seconds(since: file.startTime))
        tallies.note(.endOfName, file.endTime == name.endTime)
        let wholeName = DigestFileName(chain: name.chain, endTime: name.endTime)
        tallies.note(.nameOfKey, file.location.key.lastComponent.elementsEqual(wholeName.bytes))
        if let previous = file.previous {
            identities.add(previous.location.bucket.utf8)
            identities.add(prefixOf: previous.location.key)
            tallies.previousKeys.add(KeyShape.of(previous.location.key))
            tallies.note(.previousInBucket, previous.location.bucket == file.location.bucket)
        }
        tallies.listings += file.logFiles.count
        var last: ObjectKey?
        var isSorted = true
        for position in 0..<min(file.logFiles.count, DigestMembers.mostEntries) {
            let listing = file.logFiles[position].location
            tallies.listingsSeen += 1
            identities.add(listing.bucket.utf8)
            identities.add(prefixOf: listing.key)
            tallies.listedKeys.add(KeyShape.of(listing.key))
            let category = KeyShape.category(of: listing.key)
            if !KeyShape.categories.contains(category), unknownNames.count < DigestMembers.mostNames {
                unknownNames.append(category)
            }
            tallies.categories.add(category)
            tallies.note(.listedInBucket, listing.bucket == file.location.bucket)
            let folder = KeyFolder(of: listing.key)
            tallies.note(.listedOfAccount, folder.account.map { $0 == name.chain.account })
            tallies.note(.listedOfRegion, folder.region.map { $0 == name.chain.region })
            if let time = KeyShape.time(inNameOf: listing.key) {
                tallies.listingDelays.add(DigestTallies.minutes(from: time, to: file.endTime))
            }
            if let last, listing.key < last { isSorted = false }
            last = listing.key
        }
        if file.logFiles.count > 1 { tallies.note(.listedInOrder, isSorted) }
    }

    // MARK: All of them

    /// What was gathered.
    ///
    /// - Parameters:
    ///   - index: The archive.
    ///   - chosen: How many of its digest files were to be read.
    mutating func finish(_ index: ArchiveIndex, chosen: Int) throws -> ArchiveDiagnosis {
        for number in digests.indices {
            guard let metadata = sidecars[digests[number].path] else { continue }
            digests[number].own.append(SignatureCandidate(.sidecar, metadata))
        }
        let held = heldNames(index)
        var numbers: [DigestFileName: [Int]] = [:]
        var successors: [ObjectLocation: [Int]] = [:]
        for (number, digest) in digests.enumerated() {
            numbers[DigestFileName(chain: digest.name.chain, endTime: digest.name.endTime), default: []].append(number)
            if let previous = digest.file?.previous { successors[previous.location, default: []].append(number) }
        }
        var believed: Set<String> = []
        for digest in digests {
            try monitor.check()
            guard let file = digest.file else { continue }
            let tallies = digest.name.chain.isBackfill ? backfill : regular
            link(digest, file, held, numbers, tallies)
            if try verify(digest, file, successors[file.location] ?? [], tallies) {
                believed.formUnion(digest.unknownNames)
            }
        }
        let chains = Set(index.digests.map(\.path.chain)).map { index.names.chain($0) }
        let identities = identities
        func isBelieved(_ name: String) -> Bool { believed.contains(name) && !identities.resemble(name) }
        return ArchiveDiagnosis(
            held: index.digests.count,
            chosen: chosen,
            unreadable: chosen - digests.count,
            regularChains: chains.count { !$0.isBackfill },
            backfillChains: chains.count { $0.isBackfill },
            regular: regular.result(isBelieved),
            backfill: backfill.result(isBelieved)
        )
    }

    /// Of the names of predecessors, those of digest files that are in the archive.
    private func heldNames(_ index: ArchiveIndex) -> Set<DigestFileName> {
        let named = Set(digests.compactMap { $0.file?.previous.flatMap { DigestFileName($0.location.key) } })
        let ends = Set(named.map(\.endTime))
        var held: Set<DigestFileName> = []
        for digest in index.digests where ends.contains(digest.path.endTime) {
            guard let name = index.names.fileName(of: digest.path) else { continue }
            let whole = DigestFileName(chain: name.chain, endTime: name.endTime)
            if named.contains(whole) { held.insert(whole) }
        }
        return held
    }

    private func link(
        _ digest: ReadDigest,
        _ file: Facts,
        _ held: Set<DigestFileName>,
        _ numbers: [DigestFileName: [Int]],
        _ tallies: DigestTallies
    ) {
        guard let previous = file.previous else {
            return tallies.links.add(file.isStarting ? "to null" : "to what is neither null nor whole")
        }
        guard let name = DigestFileName(previous.location.key) else {
            return tallies.links.add("to what has no digest file's name")
        }
        let (own, other) = (digest.name.chain, name.chain)
        tallies.note(
            .previousOfChain,
            (own.account, own.region, own.trail, own.homeRegion)
                == (other.account, other.region, other.trail, other.homeRegion)
        )
        let target = other.isBackfill ? "to backfill" : "to regular"
        guard held.contains(name) else { return tallies.links.add("\(target), not held") }
        guard let read = numbers[name] else { return tallies.links.add("\(target), held and not read") }
        guard let same = read.first(where: { digests[$0].record.hash == previous.hash }) else {
            return tallies.links.add("\(target), held with another hash")
        }
        tallies.links.add("\(target), held with the hash")
        if let end = digests[same].file?.end { tallies.distances.add(file.start.seconds(since: end)) }
    }

    /// Tries the signatures of a digest file, each by itself.
    ///
    /// - Returns: Whether one verifies.
    private func verify(
        _ digest: ReadDigest,
        _ file: Facts,
        _ successors: [Int],
        _ tallies: DigestTallies
    ) throws -> Bool {
        var verifier = worker.context.verifier
        let own = verifier.ownCandidates(of: digest.record.claims, kept: digest.own)
        let repeated = successors.prefix(Self.mostSuccessors).compactMap { number in
            digests[number].file?.previousSignature.map {
                SignatureCandidate(.successor(DigestID(number)), .written($0))
            }
        }
        let key = keys.key(fingerprint: file.fingerprint)
        if let key { tallies.keyBits.add(Int64(key.bits)) } else { tallies.keysUnknown += 1 }
        tallies.note(.keyValidAtEnd, key?.wasValid(at: file.end))
        var isVerified = false
        for candidate in own + repeated {
            let source = candidate.source.name
            if case .written(let text) = candidate.text {
                let form = TextShape.of(Array(text.utf8))
                if case .successor = candidate.source {
                    tallies.signatureForms.add("\(source): \(form)")
                } else {
                    let algorithm = TextShape.algorithm(candidate.algorithm)
                    tallies.signatureForms.add("\(source): \(form), algorithm \(algorithm)")
                }
            }
            if let time = candidate.backfillGenerationTime {
                tallies.generationDelays.add(DigestTallies.minutes(from: file.end, to: time))
                tallies.note(.keyValidAtGeneration, key?.wasValid(at: time))
            }
            var one = [candidate]
            switch try verifier.verdict(on: digest.record, &one) {
            case .valid:
                isVerified = true
                tallies.signatures.add("\(source): verifies")
            case .failed: tallies.signatures.add("\(source): fails")
            case .unsupportedAlgorithm: tallies.signatures.add("\(source): not tried, another algorithm")
            case .keyUnknown: tallies.signatures.add("\(source): not tried, no key")
            case .noCandidate, .notApplicable: tallies.signatures.add("\(source): not tried")
            }
        }
        if own.isEmpty, repeated.isEmpty { tallies.signatures.add("none") }
        return isVerified
    }
}

extension PublicKey {
    /// Whether it was valid at a moment; `nil` where both bounds are not known.
    fileprivate func wasValid(at moment: Timestamp) -> Bool? {
        validFrom == nil || validUntil == nil ? nil : isValid(at: moment)
    }
}
