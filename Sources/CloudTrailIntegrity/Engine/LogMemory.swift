internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Gathers of the log files of a unit what the next run is to hold them to.
struct LogMemory {
    private let archive: JudgedArchive
    private let before: ProvenBefore
    private let match: LogMatch
    private let outcomes: [LogOutcome?]
    private var files = ProvenFileCollector()
    /// The number of log files that were proven before and not read in this run.
    private(set) var unchanged = 0

    /// - Parameter outcomes: What reading the unit's files showed, by their numbers.
    init(_ archive: JudgedArchive, _ before: ProvenBefore, _ match: LogMatch, _ outcomes: [LogOutcome?]) {
        self.archive = archive
        self.before = before
        self.match = match
        self.outcomes = outcomes
    }

    /// What was gathered, ready for a state.
    mutating func finish() -> [ProvenFolder] { files.finish() }

    /// Remembers a log file that is proven; or, where it is not, that it once was: then it is read until it is proven
    /// again, whatever its size and times say (I19).
    mutating func remember(_ key: LogMatch.Key) {
        guard let file = key.onlyFile, match.isExact(match.files[file]), key.isPlainlyProven(by: outcomes[file]) else {
            return rememberInexact(key)
        }
        switch outcomes[file] {
        case .hashed(_, let metadata) where metadata.modified != nil:
            add(key, file, metadata, mustBeRead: false)
        case .unchanged:
            unchanged += 1
            keep(key, mustBeRead: false)
        default: keep(key, mustBeRead: true)
        }
    }

    /// Remembers a log file that is proven and cannot be found again by its key alone: decompressed, in a flat folder, or
    /// one of several copies. It is read in every run, and its absence is missed.
    private mutating func rememberInexact(_ key: LogMatch.Key) {
        for number in key.isVerified ? match.filesOf(key) : [] {
            guard case .hashed(let result, let metadata)? = outcomes[number],
                LogRules.faults(of: ContentFacts(result), listed: key.hash, by: .verified).isEmpty
            else { continue }
            return add(key, number, metadata, mustBeRead: true)
        }
        keep(key, mustBeRead: true)
    }

    /// Remembers what is not looked at in this run as what it was, where it is there.
    mutating func keepAside() {
        match.forEachKeyAside { key, isHeld in keep(key, mustBeRead: !isHeld) }
    }

    /// Remembers a log file whose digest is no longer what it was.
    mutating func keep(_ orphan: LogMatch.Orphan) {
        keep(orphan.proof, of: -1 - orphan.proof.file.digest, orphan.name, orphan.folder, mustBeRead: true)
    }

    /// Remembers the file that this run read and found to be what is listed.
    private mutating func add(_ key: LogMatch.Key, _ number: Int, _ metadata: ObjectMetadata, mustBeRead: Bool) {
        let held = match.files[number]
        let (folder, name) = match.listedName(key)
        files.add(
            name,
            key.hash,
            ProvenFolder.File(
                digest: key.record,
                metadata: metadata,
                hashedAt: before.proof.runs.now,
                mustBeRead: mustBeRead
            ),
            root: held.root,
            source: archive.facts.index.folders[held.file.folder].path,
            folder
        )
    }

    /// Remembers of a key what was proven before, if it was.
    private mutating func keep(_ key: LogMatch.Key, mustBeRead: Bool) {
        guard let proof = match.proof(of: key), case .kept(let record) = before.digests[proof.file.digest] else {
            return
        }
        let (folder, name) = match.listedName(key)
        keep(proof, of: record, name, folder, mustBeRead: mustBeRead)
    }

    private mutating func keep(
        _ proof: LogMatch.Proof,
        of digest: Int,
        _ name: [UInt8],
        _ folder: ListedFolder,
        mustBeRead: Bool
    ) {
        var file = proof.file
        file.digest = digest
        file.mustBeRead = file.mustBeRead || mustBeRead
        files.add(name, proof.hash, file, root: proof.root, source: proof.source, folder)
    }
}

extension LogMatch.Key {
    /// Whether the file that it maps to is exactly what a verified digest lists, and nothing is to be reported of it.
    func isPlainlyProven(by outcome: LogOutcome?) -> Bool {
        guard isVerified, !differs else { return false }
        switch outcome {
        case .hashed(let result, _):
            return result.form == .gzip
                && LogRules.faults(of: ContentFacts(result), listed: hash, by: .verified).isEmpty
        case .unchanged(let proof): return proof.hash == hash
        case .unreadable, nil: return false
        }
    }
}
