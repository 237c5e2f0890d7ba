internal import CloudTrailFormat
internal import CloudTrailRules

/// What judging a part of an archive came to: values that hold nothing of how it was read. Those of several parts add up, in
/// any order and grouping, and the report is concluded from the sum.
struct PartResult: Sendable {
    /// Findings, counts, and the places of what is held and named.
    var report: PartialReport
    /// The chains of which digest files are held.
    private(set) var chains: [HeldChain]
    /// The number of entries that were listed, each of which has one fate.
    private(set) var entryCount: Int
    /// Whether any of them lies in a root, by its number.
    private(set) var listedRoots: [Bool]
    /// What the names are of what there is, where none is a digest file's.
    private(set) var names: NamesSeen?
    /// Which of the given signatures are of digest files that are held.
    private(set) var signatures: SignatureUse
    /// Whether the bucket of every file was compared with what the digests name.
    private(set) var comparesBuckets: Bool

    /// - Parameters:
    ///   - isRepeat: Whether another part's result has the same digest files.
    ///   - check: Called for every digest file and every name; what it throws ends the work.
    init(
        _ archive: JudgedArchive,
        _ report: consuming PartialReport,
        _ manifest: SignatureManifest,
        isRepeat: Bool,
        check: () throws -> Void
    ) rethrows {
        self.report = report
        let (facts, digests) = (archive.facts, archive.digests)
        chains =
            isRepeat
            ? []
            : try digests.chains.map { chain in
                try check()
                return HeldChain(chain, digests)
            }
        listedRoots = facts.names.indices.map { _ in false }
        for digest in facts.index.digests { listedRoots[digest.root] = true }
        for folder in facts.index.folders { listedRoots[folder.root] = true }
        for folder in facts.index.hiddenFolders { listedRoots[folder.root] = true }
        entryCount = facts.index.entryCount
        if isRepeat { entryCount -= facts.index.digests.count + facts.index.sidecarCount }
        names = try facts.records.isEmpty ? NamesSeen(facts, check: check) : nil
        signatures = try SignatureUse(manifest, facts, check: check)
        comparesBuckets = facts.placement.comparesBuckets
    }

    /// Adds what another part came to.
    mutating func add(_ other: PartResult) {
        report.merge(other.report)
        chains += other.chains
        entryCount += other.entryCount
        listedRoots = zip(listedRoots, other.listedRoots).map { $0 || $1 }
        names = names.flatMap { own in other.names.map { own.adding($0) } }
        signatures.add(other.signatures)
        comparesBuckets = comparesBuckets && other.comparesBuckets
    }

    /// Settles the sum of several parts.
    ///
    /// - Throws: ``NotConfined`` where a part names something in a place of which it holds nothing, and another does.
    mutating func settle() throws {
        report.findings.sumUpExcess()
        if report.aside.notHeld.keys.contains(where: report.heldLocations.contains) { throw NotConfined() }
    }
}

extension PartResult: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(report)
        writer.add(all: chains)
        writer.add(entryCount)
        writer.add(all: listedRoots)
        writer.add(optional: names)
        writer.add(signatures)
        writer.add(comparesBuckets)
    }

    init(from reader: inout StateReader) throws(StateError) {
        report = try reader.value()
        chains = try reader.all()
        entryCount = try reader.size()
        listedRoots = try reader.all()
        names = try reader.optional()
        signatures = try reader.value()
        comparesBuckets = try reader.flag()
    }
}

extension PartResult {
    /// Whether all that it names by a number is there.
    ///
    /// - Parameters:
    ///   - rootCount: The number of roots.
    ///   - limit: How many findings of one kind and folder stand by themselves.
    ///   - files: The number of files with signatures.
    func isSound(rootCount: Int, limit: Int, files: Int) -> Bool {
        let roots = [report.provenRoots, report.selectedRoots, report.holdingRoots].flatMap(\.self)
        let folders = report.aside.digestsElsewhere.keys.map(\.root) + report.aside.logsElsewhere.keys.map(\.root)
        return listedRoots.count == rootCount && (roots + folders).allSatisfy { $0 < rootCount }
            && report.findings.limit == limit && report.files.total == entryCount && signatures.isSound(files: files)
    }
}

/// What a part holds of a chain.
struct HeldChain: Sendable {
    /// How far its coverage goes, whatever is asked for.
    let coverage: CoverageRules.Chain
    /// The span of the verified digests in range; `nil` where none is.
    let verified: (start: Timestamp, end: Timestamp)?
    /// From when on to the end of ``verified`` they follow each other without a gap.
    let unbrokenFrom: Timestamp?

    var identity: ChainIdentity { coverage.identity }

    init(
        coverage: CoverageRules.Chain,
        verified: (start: Timestamp, end: Timestamp)?,
        unbrokenFrom: Timestamp?
    ) {
        self.coverage = coverage
        self.verified = verified
        self.unbrokenFrom = unbrokenFrom
    }

    init(_ chain: DigestChain, _ digests: JudgedDigests) {
        let first = chain.members.first
        let isStart = first.map { member in
            member.isVerified && digests.facts.records[member.record].claims?.isStartingDigest ?? false
        }
        coverage = CoverageRules.Chain(
            chain.identity,
            start: first?.window.start,
            isStart ?? false ? .startingDigest : .other,
            verifiedUntil: chain.verifiedUntil
        )
        let windows = chain.members.filter { $0.isVerified && digests.isInScope[$0.record] }.map(\.window)
        verified = windows.first.flatMap { first in windows.last.map { (first.start, $0.end) } }
        unbrokenFrom = CoverageRules.unbrokenFrom(windows)
    }
}

/// What an archive holds in the place of digest files, by the names alone.
struct NamesSeen: Sendable {
    private var logs = 0
    /// Files with a `\` in their names that are digest or log files where a `/` stands for it.
    private var backslashes = 0
    private var archiveFiles = 0
    private var firstArchiveFile: ObjectKey?
    private var queryResults = 0

    fileprivate init(_ facts: ArchiveFacts, check: () throws -> Void) rethrows {
        try facts.index.forEachFile { folder, name in
            try check()
            add(ObjectKey(bytes: name)) {
                facts.displayPath(root: folder.root, ObjectKey(bytes: folder.path.bytes + name))
            }
            return true
        }
    }

    /// - Parameter path: As the report shows it.
    private mutating func add(_ name: ObjectKey, path: () -> ObjectKey) {
        if LogFileName(name) != nil {
            logs += 1
            return
        }
        if let last = name.bytes.lastIndex(of: UInt8(ascii: "\\")) {
            let own = ObjectKey(bytes: name.bytes[(last + 1)...])
            if LogFileName(own) != nil || DigestFileName(own) != nil { backslashes += 1 }
        }
        switch StrayName(name) {
        case .archive?:
            archiveFiles += 1
            let path = path()
            firstArchiveFile = firstArchiveFile.map { min($0, path) } ?? path
        case .queryResult?: queryResults += 1
        default: break
        }
    }

    /// What both have seen.
    fileprivate func adding(_ other: NamesSeen) -> NamesSeen {
        var sum = self
        sum.logs += other.logs
        sum.backslashes += other.backslashes
        sum.archiveFiles += other.archiveFiles
        sum.firstArchiveFile = [firstArchiveFile, other.firstArchiveFile].compactMap(\.self).min()
        sum.queryResults += other.queryResults
        return sum
    }

    /// What that says of why nothing was validated.
    ///
    /// - Parameter entryCount: The number of entries that were listed.
    func evidence(entryCount: Int) -> Nothing.Evidence {
        if entryCount == 0 { return .empty }
        if backslashes > 0 { return .backslashes(backslashes) }
        if logs > 0 { return .logsAlone(logs) }
        if let firstArchiveFile { return .archiveFiles(archiveFiles, first: firstArchiveFile) }
        return queryResults > 0 ? .queryResults : .noDigest
    }
}

extension NamesSeen: PartialValue {
    func write(to writer: inout StateWriter) {
        for count in [logs, backslashes, archiveFiles, queryResults] { writer.add(count) }
        writer.add(optional: firstArchiveFile)
    }

    init(from reader: inout StateReader) throws(StateError) {
        (logs, backslashes) = (try reader.size(), try reader.size())
        (archiveFiles, queryResults) = (try reader.size(), try reader.size())
        firstArchiveFile = try reader.optional()
    }
}

/// Which files of signatures are of any use (I13).
struct SignatureUse: Sendable {
    /// The numbers of the files with a signature of a digest file that is held.
    private var used: Set<Int> = []
    /// Of files with signatures that are such a digest file's but for the bucket, the two buckets; of several the first.
    private var otherBuckets: [Int: (theirs: String, held: String)] = [:]
    private var isDigestHeld = false

    /// - Parameter check: Called for every digest file; what it throws ends the work.
    fileprivate init(_ manifest: SignatureManifest, _ facts: ArchiveFacts, check: () throws -> Void) rethrows {
        var open = Set(manifest.files.indices.filter { manifest.files[$0].signatures > 0 })
        for number in facts.records.indices where !facts.placement.strays.contains(number) {
            isDigestHeld = true
            if open.isEmpty { break }
            try check()
            let record = facts.records[number]
            guard
                manifest.mayHoldSignature(ofDigestEndingAt: record.endTime)
                    || record.claims.map({ manifest.mayHoldSignature(ofName: $0.location.key) }) ?? false
            else { continue }
            let own = facts.bucket(ofDigest: number).map {
                ObjectLocation(bucket: $0, key: facts.key(ofDigest: number))
            }
            for location in [facts.records.location(of: number), own].compactMap(\.self) {
                for (file, bucket) in manifest.files(with: location) where open.contains(file) {
                    if let bucket, bucket != location.bucket {
                        add((bucket, location.bucket), of: file)
                    } else {
                        open.remove(file)
                        used.insert(file)
                    }
                }
            }
        }
    }

    private mutating func add(_ buckets: (theirs: String, held: String), of file: Int) {
        if let known = otherBuckets[file], known <= buckets { return }
        otherBuckets[file] = buckets
    }

    fileprivate mutating func add(_ other: SignatureUse) {
        used.formUnion(other.used)
        for (file, buckets) in other.otherBuckets { add(buckets, of: file) }
        isDigestHeld = isDigestHeld || other.isDigestHeld
    }

    /// The files of which none is of a digest file that is held.
    func unused(of manifest: SignatureManifest) -> [UnusedSignatures] {
        manifest.files.enumerated().compactMap { number, file in
            let reason: UnusedSignatures.Reason
            if file.objects == 0 {
                reason = .empty
            } else if file.signatures == 0 {
                reason = .withoutSignature(file.lacksMetadataOfRclone ? .rclone : .other)
            } else if !used.contains(number), isDigestHeld {
                reason = otherBuckets[number].map { .otherBucket($0.theirs, held: $0.held) } ?? .unmatched
            } else {
                return nil
            }
            return UnusedSignatures(file.name, objects: file.objects, signatures: file.signatures, reason)
        }
    }
}

extension SignatureUse: PartialValue {
    fileprivate func isSound(files: Int) -> Bool {
        used.allSatisfy { $0 < files } && otherBuckets.keys.allSatisfy { $0 < files }
    }

    func write(to writer: inout StateWriter) {
        writer.add(all: used.sorted())
        writer.add(otherBuckets.count)
        for (file, buckets) in otherBuckets.sorted(by: { $0.key < $1.key }) {
            writer.add(file)
            writer.add(string: buckets.theirs)
            writer.add(string: buckets.held)
        }
        writer.add(isDigestHeld)
    }

    init(from reader: inout StateReader) throws(StateError) {
        used = Set(try reader.all(Int.self))
        for _ in 0..<(try reader.count()) {
            let file = try reader.size()
            otherBuckets[file] = (try reader.string(), try reader.string())
        }
        isDigestHeld = try reader.flag()
    }
}
