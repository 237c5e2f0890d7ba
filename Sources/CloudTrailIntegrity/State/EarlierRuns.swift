public import CloudTrailFormat
internal import NativeInterop

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
    /// What the last run found; `nil` before the first one.
    let known: KnownFindings?
    private let start: Timestamp?
    private let bucket: String?
    private let numbers: [Place: Int]
    /// Those that share their path with one in ``numbers``, which is there no more.
    private let others: [Place: [Int]]

    var state: ProvenState { runs.state }

    /// - Parameters:
    ///   - start: The start of what is asked for: what ended before it and is gone is forgotten.
    ///   - bucket: The bucket that the caller names.
    init(_ runs: EarlierRuns, start: Timestamp?, bucket: String?) {
        self.runs = runs
        known = KnownFindings(runs.state)
        self.start = start
        self.bucket = bucket
        var numbers: [Place: Int] = [:]
        var others: [Place: [Int]] = [:]
        numbers.reserveCapacity(runs.state.digests.count)
        for (number, digest) in runs.state.digests.enumerated() {
            let place = Place(root: digest.root, path: digest.path)
            guard let known = numbers[place] else {
                numbers[place] = number
                continue
            }
            // At most one was proven by the last run.
            let isLater = runs.state.digests[known].mustBeRead && !digest.mustBeRead
            if isLater { numbers[place] = number }
            others[place, default: []].append(isLater ? known : number)
        }
        self.numbers = numbers
        self.others = others
    }

    /// Whether a digest ended before what is asked for.
    func endedBeforeStart(_ digest: ProvenDigest) -> Bool {
        start.map { digest.claims.endTime <= $0 } ?? false
    }

    /// The number of the digest file at this path in the state: the one that the last run found proven, where there is one.
    func number(root: Int, path: ObjectKey) -> Int? {
        numbers[Place(root: root, path: path)]
    }

    /// Whether a digest file at this path was proven that had this content.
    func isProven(root: Int, path: ObjectKey, hash: SHA256Digest) -> Bool {
        let place = Place(root: root, path: path)
        guard let number = numbers[place] else { return false }
        return state.digests[number].hash == hash
            || others[place]?.contains { state.digests[$0].hash == hash } ?? false
    }

    /// What the digest file at this path was when the last run found it proven, where it need not be read if it is still
    /// that (I18).
    func expectation(root: Int, path: ObjectKey) -> (digest: ProvenDigest, metadata: ObjectMetadata)? {
        guard let digest = numbers[Place(root: root, path: path)].map({ state.digests[$0] }),
            digest.isSettled, !digest.mustBeRead, bucket == nil || bucket == digest.claims.location.bucket,
            let metadata = digest.metadata, metadata.modified != nil,
            !Self.isFresh(metadata, hashedAt: digest.hashedAt),
            !runs.isDue(path.lastComponent, hashedAt: digest.hashedAt)
        else { return nil }
        return (digest, metadata)
    }

    /// Whether a file changed in the second in which the run began that read it, or later: then it may have changed once
    /// more behind that run, within what the file system tells apart.
    private static func isFresh(_ metadata: ObjectMetadata, hashedAt: Timestamp) -> Bool {
        metadata.statusChanged.map { $0 / 1_000_000_000 >= hashedAt.secondsSinceEpoch } ?? false
    }

    /// What a log file was when the last run found it proven, where it need not be read if it is still that.
    func expectation(of file: ProvenFolder.File, _ name: ArraySlice<UInt8>) -> ObjectMetadata? {
        guard !file.mustBeRead, file.metadata.modified != nil,
            !Self.isFresh(file.metadata, hashedAt: file.hashedAt), !runs.isDue(name, hashedAt: file.hashedAt)
        else { return nil }
        return file.metadata
    }

    /// Throws ``StateError`` when a source of which the state knows files holds no digest or log file at all: then its
    /// storage is not there, and nothing is known to be gone (I20).
    func checkSources(_ index: ArchiveIndex, names: [ByteString]) throws {
        var isKnown = [Bool](repeating: false, count: names.count)
        for digest in state.digests where isKnown.indices.contains(digest.root) { isKnown[digest.root] = true }
        for folder in state.folders where isKnown.indices.contains(folder.root) { isKnown[folder.root] = true }
        for digest in index.digests { isKnown[digest.root] = false }
        guard isKnown.contains(true) else { return }
        index.forEachFile { folder, name in
            if isKnown[folder.root], LogFileName(ObjectKey(bytes: name)) != nil { isKnown[folder.root] = false }
            return isKnown.contains(true)
        }
        if let root = isKnown.firstIndex(of: true) { throw StateError(emptySource: names[root]) }
    }
}

extension ProvenState {
    /// Throws ``StateError`` when files of a source are remembered, which holds nothing.
    func checkIsUnknown(root: Int, _ name: ByteString) throws {
        guard digests.contains(where: { $0.root == root }) || folders.contains(where: { $0.root == root }) else {
            return
        }
        throw StateError(emptySource: name)
    }
}

extension StateError {
    fileprivate init(emptySource name: ByteString) {
        self.init(
            .sourceIsEmpty,
            "'\(name)' holds no digest file and no log file, but earlier runs proved files there: is it mounted?"
        )
    }
}
