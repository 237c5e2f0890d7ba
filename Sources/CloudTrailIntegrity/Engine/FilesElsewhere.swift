internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Finds log files in the parts of the archive that lie elsewhere.
struct FilesElsewhere {
    private struct Place: Hashable {
        let root: Int
        let offset: PathOffset
    }

    private struct Path: Hashable {
        let root: Int
        let path: ObjectKey
    }

    /// The files of one path, nearly always one.
    private struct Candidate {
        let path: Path
        var files: [ArchiveIndex.File]
        /// What they hold, once that is known.
        var hashes: Set<SHA256Digest>?
    }

    private let facts: ArchiveFacts
    private let digests: JudgedDigests
    private var parts: [Place: PartElsewhere] = [:]
    private let isOneRoot: Bool
    private var candidates: [Candidate] = []
    /// Of each log file that is not in its place, by its number, the numbers of the files that may be it.
    private var candidatesOfAbsent: [Int: [Int]] = [:]
    /// The roots in which a digest, by its number, and its verified copies lie.
    private var rootsOfListers: [Int: Set<Int>] = [:]

    /// - Parameter absent: The log files that are not in their place.
    init(_ digests: JudgedDigests, _ absent: [LogListing], check: () throws -> Void) rethrows {
        self.digests = digests
        facts = digests.facts
        for record in facts.records.indices {
            guard let part = facts.part(ofElsewhere: record) else { continue }
            parts[Place(root: part.root, offset: part.offset)] = part
        }
        isOneRoot = facts.names.count == 1
        if parts.isEmpty, isOneRoot, facts.placement.layouts == [.added([])] { return }
        var numbers: [Path: Int] = [:]
        var names: Set<ObjectKey> = []
        for listing in absent { names.insert(ObjectKey(bytes: listing.location.key.lastComponent)) }
        for (number, folder) in facts.index.folders.enumerated() {
            var reader = folder.names.makeReader()
            while reader.next() {
                try check()
                guard names.contains(ObjectKey(bytes: reader.name).compressedName) else { continue }
                let file = ArchiveIndex.File(folder: number, position: reader.position)
                let path = Path(root: folder.root, path: ObjectKey(bytes: folder.path.bytes + reader.name))
                if let known = numbers[path] {
                    candidates[known].files.append(file)
                } else {
                    numbers[path] = candidates.count
                    candidates.append(Candidate(path: path, files: [file]))
                }
            }
        }
        if !candidates.isEmpty { try findCandidates(absent, check) }
    }

    /// Finds the files that may be each absent log file, by the end that the file's path and the key have in common: what
    /// stands before it in the path and in the key is a part's offset, or there is nothing in one of them.
    private mutating func findCandidates(_ absent: [LogListing], _ check: () throws -> Void) rethrows {
        var byKey: [ObjectKey: [Int]] = [:]
        // With several roots a path may be the end of a key.
        var byEnd: [ObjectKey: [Int]] = [:]
        for (number, listing) in absent.enumerated() where listing.isVerified {
            try check()
            let key = listing.location.key.collapsed
            byKey[key, default: []].append(number)
            if isOneRoot { continue }
            for end in key.ends { byEnd[end, default: []].append(number) }
        }
        var keyPrefixes: [Path: Set<[UInt8]>] = [:]
        for place in parts.keys {
            let (path, key) = place.offset.prefixes
            if key.isEmpty { continue }
            keyPrefixes[Path(root: place.root, path: ObjectKey(bytes: path)), default: []].insert(key)
        }
        for (number, candidate) in candidates.enumerated() {
            try check()
            let path = candidate.path.path.compressedName
            func add(_ found: [Int]?) {
                for absent in found ?? [] where candidatesOfAbsent[absent]?.last != number {
                    candidatesOfAbsent[absent, default: []].append(number)
                }
            }
            for end in path.ends {
                add(byKey[end])
                let before = ObjectKey(bytes: path.bytes.dropLast(end.bytes.count))
                for prefix in keyPrefixes[Path(root: candidate.path.root, path: before)] ?? [] {
                    add(byKey[ObjectKey(bytes: prefix + end.bytes)])
                }
            }
            if !isOneRoot { add(byEnd[path]) }
        }
    }

    /// Log files in another root than the digest that lists them, or a verified copy of it, whose path is the key's end or
    /// ends in the key; and in the digest's own root those whose path is the key. Digest files that were moved, or somebody
    /// else's, may have decided the root's layout.
    private mutating func part(
        inRoot root: Int,
        _ offset: PathOffset,
        _ listing: LogListing
    ) -> PartElsewhere? {
        if case .replaced = offset { return nil }
        if offset != .added([]), rootsOfListers(of: listing.record) == [root] { return nil }
        let folder = offset.folder(inBucket: listing.location.bucket)
        return PartElsewhere(root: root, offset: offset, folder: folder)
    }

    private mutating func rootsOfListers(of record: Int) -> Set<Int> {
        if let known = rootsOfListers[record] { return known }
        var roots: Set<Int> = [facts.index.digests[record].root]
        for copy in facts.digests(of: facts.placement.places[record].keyNumber)
        where digests.verdicts[copy].isVerified {
            roots.insert(facts.index.digests[copy].root)
        }
        rootsOfListers[record] = roots
        return roots
    }

    /// The part that holds a file under the listed key with the listed content.
    ///
    /// - Parameters:
    ///   - number: The number of the absent log file.
    ///   - hash: The SHA-256 of the content of a file at this path; `nil` where it cannot be read to its end.
    mutating func part(
        with listing: LogListing,
        _ number: Int,
        hash: (ArchiveIndex.File, ObjectKey) throws -> SHA256Digest?
    ) rethrows -> PartElsewhere? {
        for candidate in candidatesOfAbsent[number] ?? [] {
            let (root, path) = (candidates[candidate].path.root, candidates[candidate].path.path)
            let witness = LayoutWitness(path: path, location: listing.location)
            guard let offset = PathOffset(of: witness),
                let part = parts[Place(root: root, offset: offset)] ?? self.part(inRoot: root, offset, listing)
            else { continue }
            // A file is read once, whatever number of keys it may have.
            let hashes =
                try candidates[candidate].hashes ?? Set(candidates[candidate].files.compactMap { try hash($0, path) })
            candidates[candidate].hashes = hashes
            if hashes.contains(listing.hash) { return part }
        }
        return nil
    }
}

extension ObjectKey {
    /// The key from each of its components on.
    fileprivate var ends: [ObjectKey] {
        var ends = [self]
        for index in bytes.indices.dropLast() where bytes[index] == UInt8(ascii: "/") {
            ends.append(ObjectKey(bytes: bytes[(index + 1)...]))
        }
        return ends
    }
}

extension PathOffset {
    /// What stands before the common end of a path and of a key, where the key has something there.
    fileprivate var prefixes: (path: [UInt8], key: [UInt8]) {
        switch self {
        case .added(let key): ([], key)
        case .stripped(let path), .bucketFolder(let path): (path, [])
        case .replaced(let path, let key): (path, key)
        }
    }
}
