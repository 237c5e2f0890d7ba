package import CloudTrailFormat

/// What has to be fetched from AWS before an archive can be validated: keys and signatures.
package struct FetchPlan: Sendable {
    /// A digest file that nothing can be asked for.
    package struct Obstacle: Hashable, Sendable {
        /// The file, below the name of its source.
        package let path: ObjectKey
        /// Why, in one line; it may hold text from the archive.
        package let reason: String
    }

    /// The calls of ListPublicKeys, in the order of their regions.
    package let keyRequests: [PublicKeyRequest]
    /// The digest files whose signature is not at hand, or of which none that is verifies, in the order of their chains.
    package let signatures: [ObjectLocation]
    /// What is left out, in the order of the listing.
    package let obstacles: [Obstacle]
    /// The number of digest files.
    package let digestCount: Int
    /// Where the digest files of the log files that are held lie in the bucket, by the paths and names of these, in order and
    /// with the `/` at the end; none where digest files are held.
    package let digestFolders: [ObjectKey]
    /// The number of links and folders that hide what is behind them.
    package let hiddenCount: Int
}

extension Validator {
    /// Finds out what the archive in `sources` still needs, by what its digest files say.
    ///
    /// ``ValidationOptions/bucket`` keeps other buckets from being asked, and stands for the bucket of digest files that
    /// say nothing of themselves.
    ///
    /// - Throws: ``ValidationOptionsError`` when an option means nothing; `CancellationError` when the monitor stopped it; an error when a source cannot be listed, or when
    ///   libcrypto or zlib fail.
    package func fetchPlan(
        for sources: [any ArchiveSource],
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> FetchPlan {
        try options.check()
        let access = sources.map(\.access)
        let (pool, worker) = try makePool(for: access)
        defer { pool.stop() }
        var all: ArchivePortion?
        let (archive, check) = try judgeDigests(
            of: access,
            names: sources.map(\.nameBytes),
            portion: &all,
            hashesStreams: false,
            monitor,
            pool,
            worker
        )
        let verifier = worker.context.verifier
        let facts = archive.facts
        let records = facts.records
        let digestNames = records.names
        var unknown: [(name: DigestFileName, generated: Timestamp?)] = []
        var wanted: [(record: Int, location: ObjectLocation)] = []
        var obstacles: [FetchPlan.Obstacle] = []
        for number in records.indices {
            let isKeyHeld = records.fingerprint(of: number).map { keys.key(fingerprint: $0) != nil } ?? (keys.count > 0)
            if !isKeyHeld, let name = digestNames.fileName(of: facts.index.digests[number].path) {
                unknown.append((name, name.chain.isBackfill ? check.signingTime(of: number, verifier) : nil))
            }
            guard needsSignature(number, archive.digests, check, verifier) else { continue }
            switch location(number, facts) {
            case .success(let location): wanted.append((number, location))
            case .failure(let refusal):
                let path = facts.displayPath(ofDigest: number)
                obstacles.append(FetchPlan.Obstacle(path: path, reason: refusal.reason))
            }
        }
        wanted.sort { first, second in
            let (left, right) = (records[first.record], records[second.record])
            if left.chain != right.chain { return digestNames.chain(left.chain) < digestNames.chain(right.chain) }
            return (left.endTime, first.location.key, first.location.bucket)
                < (right.endTime, second.location.key, second.location.bucket)
        }
        var seen: Set<ObjectLocation> = []
        return FetchPlan(
            keyRequests: PublicKeyRequest.requests(for: unknown),
            signatures: wanted.map(\.location).filter { seen.insert($0).inserted },
            obstacles: obstacles,
            digestCount: records.count,
            digestFolders: records.isEmpty ? facts.index.digestFoldersOfLogs : [],
            hiddenCount: facts.index.hiddenFolders.count
        )
    }

    /// Whether another signature could make a difference.
    private func needsSignature(
        _ number: Int,
        _ digests: JudgedDigests,
        _ check: SignatureCandidates,
        _ verifier: SignatureVerifier
    ) -> Bool {
        switch digests.signatures[number] {
        case .noCandidate, .failed: true
        case .keyUnknown: !check.hasCandidates(number, verifier)
        case .valid, .unsupportedAlgorithm: false
        // What is broken stays so; what could not be read may be readable when it is validated.
        case .notApplicable: digests.facts.records[number].isOnlyUnread
        }
    }

    private struct Refusal: Error {
        let reason: String
    }

    private func location(_ number: Int, _ facts: ArchiveFacts) -> Result<ObjectLocation, Refusal> {
        guard let claimed = facts.records.location(of: number) else {
            guard let bucket = facts.bucket(ofDigest: number), ObjectLocation.isBucketName(bucket) else {
                return .failure(Refusal(reason: "it cannot be read, and so its bucket is not known: give --bucket"))
            }
            let key = facts.key(ofDigest: number)
            // A flat folder tells the name alone.
            guard !key.folder.isEmpty, key.isUTF8 else {
                return .failure(Refusal(reason: "it cannot be read, and so its key is not known"))
            }
            return .success(ObjectLocation(bucket: bucket, key: key))
        }
        if let bucket = options.bucket, bucket != claimed.bucket {
            return .failure(Refusal(reason: "it says that it is of another bucket, \(claimed.bucket)"))
        }
        return .success(claimed)
    }
}

extension DigestRecord {
    /// Whether nothing is known of its content.
    fileprivate var isOnlyUnread: Bool {
        switch defect {
        case .unreadable, .overLimit: claims == nil
        case .malformed, nil: false
        }
    }
}

extension ArchiveIndex {
    /// Where the digest files of the log files that are held lie in the bucket.
    fileprivate var digestFoldersOfLogs: [ObjectKey] {
        var folders: Set<ObjectKey> = []
        forEachFile { folder, name in
            if let log = LogFileName(ObjectKey(bytes: name)) {
                folders.insert(Self.digestFolder(of: log, in: folder.path))
            }
            return true
        }
        return folders.sorted()
    }

    /// Where the digest files of a log file lie: beside the folder of its category, where its path tells that.
    private static func digestFolder(of log: LogFileName, in path: ObjectKey) -> ObjectKey {
        let key = ObjectKey(bytes: path.bytes[(path.awsLogsStarts.first ?? 0)...])
        let components = key.components
        var folders = ["AWSLogs", log.account].map { Array($0.utf8)[...] }
        if let category = key.categoryFolder, category > 0, components[category - 1].elementsEqual(log.account.utf8) {
            folders = Array(components[..<category])
            if path.awsLogsStarts.isEmpty { folders.insert(Array("AWSLogs".utf8)[...], at: 0) }
        }
        folders += ["CloudTrail-Digest", log.region, ""].map { Array($0.utf8)[...] }
        return ObjectKey(bytes: Array(folders.joined(separator: [UInt8(ascii: "/")])))
    }
}
