/// What a run builds on.
public struct EarlierRuns: Sendable {
    /// Which files that were proven before are read again although nothing tells that they changed.
    @nonexhaustive public enum Recheck: Hashable, Sendable {
        /// None of them.
        case nothing
        /// All of them.
        case everything
        /// One in so many, and others in the next run: after so many runs each was read again.
        case oneIn(Int)
        /// Those that were read last before this moment.
        case readBefore(Timestamp)
    }

    /// What was proven.
    public var state: ProvenState
    /// When this run is.
    public var now: Timestamp
    /// What is read again.
    public var recheck: Recheck

    /// Builds on `state`; a state before the first run makes this run the first.
    public init(_ state: ProvenState, now: Timestamp, recheck: Recheck = .nothing) {
        self.state = state
        self.now = now
        self.recheck = recheck
    }

    /// Whether a file is read again, by its name and when it was read last.
    func isDue(_ name: some Sequence<UInt8>, hashedAt: Timestamp) -> Bool {
        switch recheck {
        case .nothing: return false
        case .everything: return true
        case .readBefore(let moment): return hashedAt < moment
        case .oneIn(let count):
            // FNV-1a: the same in every process, so that each name has its turn once in so many runs.
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            let turns = UInt64(max(1, count))
            return (hash ^ hash >> 32) % turns == UInt64(clamping: state.runs) % turns
        }
    }
}

/// A state, and where in it the files of an archive are.
final class EarlierProof: Sendable {
    private struct Place: Hashable {
        let root: Int
        let path: ObjectKey
    }

    let runs: EarlierRuns
    private let start: Timestamp?
    private let numbers: [Place: Int]

    var state: ProvenState { runs.state }

    /// - Parameter start: The start of what is asked for: what ended before it is forgotten.
    init(_ runs: EarlierRuns, start: Timestamp?) {
        self.runs = runs
        self.start = start
        var numbers: [Place: Int] = [:]
        numbers.reserveCapacity(runs.state.digests.count)
        for (number, digest) in runs.state.digests.enumerated() {
            numbers[Place(root: digest.root, path: digest.path)] = number
        }
        self.numbers = numbers
    }

    /// Whether a digest ended before what is asked for.
    func isForgotten(_ digest: ProvenDigest) -> Bool {
        start.map { digest.claims.endTime <= $0 } ?? false
    }

    /// What is known of the digest file at this path.
    func digest(root: Int, path: ObjectKey) -> ProvenDigest? {
        numbers[Place(root: root, path: path)].map { state.digests[$0] }
    }

    /// What the digest file at this path was when it was proven, where it need not be read if it is still that.
    func expectation(root: Int, path: ObjectKey) -> (digest: ProvenDigest, metadata: ObjectMetadata)? {
        guard let digest = digest(root: root, path: path), digest.isSettled, !isForgotten(digest),
            let metadata = digest.metadata, metadata.modified != nil,
            !runs.isDue(path.lastComponent, hashedAt: digest.hashedAt)
        else { return nil }
        return (digest, metadata)
    }

    /// What a log file was when it was proven, where it need not be read if it is still that.
    func expectation(of file: ProvenFolder.File, _ name: ArraySlice<UInt8>) -> ObjectMetadata? {
        guard file.metadata.modified != nil, !runs.isDue(name, hashedAt: file.hashedAt) else { return nil }
        return file.metadata
    }
}
