internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Puts together what the next run may build on.
struct NextState {
    private let archive: JudgedArchive
    private let before: ProvenBefore
    private let keys: PublicKeySet

    private var facts: ArchiveFacts { archive.facts }

    init(_ archive: JudgedArchive, _ before: ProvenBefore, _ keys: PublicKeySet) {
        self.archive = archive
        self.before = before
        self.keys = keys
    }

    /// The state after this run, without its findings.
    ///
    /// - Parameters:
    ///   - logs: The log files that are to be remembered.
    ///   - digestsOfHeld: The digests of earlier runs of whose log files some are there, by their numbers in the state.
    func state(_ logs: [ProvenFolder], digestsOfHeld: Set<Int>, _ monitor: ValidationMonitor) throws -> ProvenState {
        var state = ProvenState()
        let (runs, overflow) = before.state.runs.addingReportingOverflow(1)
        state.runs = overflow ? 1 : runs
        state.keys = before.state.keys
        for key in keys.all { state.keys[key.fingerprint] = try key.hash }
        var proofs: [Int: Int] = [:]
        for folder in logs {
            for file in folder.files where file.digest >= 0 && !file.mustBeRead { proofs[file.digest, default: 0] += 1 }
        }
        var known = [Int](repeating: 0, count: before.state.digests.count)
        for folder in before.state.folders { for file in folder.files { known[file.digest] += 1 } }
        var numbers: [Int: Int] = [:]
        for record in facts.records.indices where archive.digests.verdicts[record].isVerified {
            try monitor.check()
            guard let digest = provenDigest(record, proofs: proofs[record] ?? 0, known: known) else {
                continue
            }
            numbers[record] = state.digests.count
            state.digests.append(digest)
        }
        // What is gone, or is not what it was, stays remembered until it is back: else the next run would find nothing
        // wrong.
        let held = heldDigests().union(digestsOfHeld)
        for (number, digest) in before.state.digests.enumerated() where before.digests[number] == .lost {
            try monitor.check()
            if before.proof.endedBeforeStart(digest), !held.contains(number) { continue }
            var digest = digest
            digest.mustBeRead = true
            numbers[-1 - number] = state.digests.count
            state.digests.append(digest)
        }
        // Log files are forgotten together with the digest that lists them.
        state.folders = logs.map { folder in folder.filtered { numbers[folder.files[$0].digest] } }
        state.folders.removeAll { $0.files.isEmpty }
        let empty = ObjectKey(bytes: [])
        state.folders.sort {
            ($0.root, $0.bucket, $0.path, $0.source ?? empty) < ($1.root, $1.bucket, $1.path, $1.source ?? empty)
        }
        return state
    }

    /// The digests that ended before the start, are not what they were, and are not known to be gone, by their numbers in
    /// the state.
    private func heldDigests() -> Set<Int> {
        var held: Set<Int> = []
        var paths: [ObjectKey: Set<Int>] = [:]
        for (number, digest) in before.state.digests.enumerated()
        where before.digests[number] == .lost && before.proof.endedBeforeStart(digest) {
            let location = digest.claims.location
            if !facts.digests(at: location.key).isEmpty || facts.concealment(of: location) != nil {
                held.insert(number)
            } else {
                paths[digest.path, default: []].insert(number)
            }
        }
        if paths.isEmpty { return held }
        for digest in facts.index.digests {
            for number in paths[facts.index.path(of: digest)] ?? []
            where before.state.digests[number].root == digest.root { held.insert(number) }
        }
        return held
    }

    private func provenDigest(_ number: Int, proofs: Int, known: [Int]) -> ProvenDigest? {
        let record = facts.records[number]
        guard let claims = facts.records.provenClaims(of: number), let hash = record.hash else { return nil }
        let digest = facts.index.digests[number]
        let path = facts.index.path(of: digest)
        // The list of one that was not read is what was proven of it before.
        let listed =
            record.provenAt == nil
            ? record.logs.fileCount : before.proof.number(root: digest.root, path: path).map { known[$0] }
        return ProvenDigest(
            root: digest.root,
            path: path,
            metadata: record.metadata,
            hashedAt: record.provenAt ?? before.proof.runs.now,
            hash: hash,
            claims: claims,
            isSettled: proofs == listed && isSettled(number, record),
            mustBeRead: false
        )
    }

    /// Whether reading a digest again could tell nothing that is not remembered, its log files aside.
    private func isSettled(_ number: Int, _ record: DigestRecord) -> Bool {
        guard case .valid(_, let differing) = archive.digests.signatures[number], differing.isEmpty,
            !facts.records.chain(of: number).isBackfill,
            facts.placement.layouts[facts.index.digests[number].root] != .flat
        else { return false }
        guard let previous = record.claims?.previous else { return record.claims?.isStartingDigest ?? false }
        guard let key = facts.previousKey(of: number) else { return false }
        return facts.digests(of: key).contains { before in
            archive.digests.verdicts[before].isVerified && facts.records[before].hash == previous.hash
        }
    }
}
