package import CloudTrailFormat

/// How the paths below one root map to keys in S3: one constant rule a root, never a guess file by file.
package enum ArchiveLayout: Hashable, Sendable {
    /// All files have one offset.
    case tree(PathOffset)
    /// Accounts, regions or prefixes were put into one folder: each part has an offset of its own.
    case merged([NamedPart: PathOffset])
    /// All in one folder: the file name alone tells the key.
    case flat

    /// The key is the path with these bytes before it; see ``PathOffset/added(_:)``.
    package static func added(_ prefix: [UInt8]) -> ArchiveLayout { .tree(.added(prefix)) }

    /// What a path says: its key, and its bucket where the layout names it.
    package struct Place: Hashable, Sendable {
        package let bucket: String?
        /// With empty components collapsed and the name it had before a download decompressed it.
        package let key: ObjectKey
    }

    /// The offset of a file with this name; `nil` in a flat folder, and for a name that tells no part of a merged one.
    package func offset(ofName name: ArraySlice<UInt8>) -> PathOffset? {
        switch self {
        case .tree(let offset): offset
        case .merged(let offsets): NamedPart(name: name).flatMap { offsets[$0] }
        case .flat: nil
        }
    }

    /// The place a path maps to; `nil` in a flat folder, and for a path outside the rule.
    package func place(of path: ObjectKey) -> Place? {
        offset(ofName: path.lastComponent)?.place(of: path)
    }

    /// The path an object has below the root; `nil` in a flat folder and for what lies outside the root's folder.
    package func path(of location: ObjectLocation) -> ObjectKey? {
        offset(ofName: location.key.lastComponent)?.path(of: location)
    }

    // MARK: Finding the rule

    /// Something that ties a path to an object: what a digest says of itself, or a listed log file of the same name.
    package struct Evidence: Sendable {
        package let path: ObjectKey
        package let location: ObjectLocation

        package init(path: ObjectKey, location: ObjectLocation) {
            self.path = path
            self.location = location
        }
    }

    /// The rule that `evidence` speaks for; `nil` where nothing of it speaks, because it lies directly in the root or
    /// under another name.
    ///
    /// A tree, where all have one offset or some path holds its key from `AWSLogs/` on; else merged (V7).
    package static func inferred(from evidence: [Evidence]) -> ArchiveLayout? {
        var votes: Set<Vote> = []
        var holders: Set<Vote> = []
        for item in evidence where item.path.folderCount > 0 {
            guard let vote = Vote(item) else { continue }
            votes.insert(vote)
            if item.path.compressedName.holdsKeyFromAWSLogs(item.location.key.collapsed) { holders.insert(vote) }
        }
        let known = Set(votes.map(\.offset))
        if let only = known.first, known.count == 1 { return .tree(only) }
        if !holders.isEmpty { return mostFrequent(holders).map { .tree($0) } }
        let parts = offsets(ofPartsOf: votes)
        return parts.isEmpty ? nil : .merged(parts)
    }

    /// A merged layout with the offsets of more parts, which the files that digests list speak for.
    package func extended(by logs: [Evidence]) -> ArchiveLayout {
        guard case .merged(let known) = self else { return self }
        let others = Self.offsets(ofPartsOf: Set(logs.filter { $0.path.folderCount > 0 }.compactMap(Vote.init)))
        return .merged(known.merging(others) { own, _ in own })
    }

    /// One vote an object and offset: copies of genuine files must not move the layout.
    private struct Vote: Hashable {
        let location: ObjectLocation
        let offset: PathOffset

        init?(_ evidence: Evidence) {
            guard let offset = PathOffset(of: evidence) else { return nil }
            location = evidence.location
            self.offset = offset
        }
    }

    private static func offsets(ofPartsOf votes: Set<Vote>) -> [NamedPart: PathOffset] {
        var parts: [NamedPart: [Vote]] = [:]
        for vote in votes {
            guard let part = NamedPart(name: vote.location.key.lastComponent) else { continue }
            parts[part, default: []].append(vote)
        }
        return parts.compactMapValues(mostFrequent)
    }

    /// The offset that is there most often; of several the first in their fixed order.
    private static func mostFrequent(_ votes: some Collection<Vote>) -> PathOffset? {
        var counts: [PathOffset: Int] = [:]
        for vote in votes { counts[vote.offset, default: 0] += 1 }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}

/// The difference between a path and the key that it maps to.
package enum PathOffset: Hashable, Comparable, Sendable {
    /// The key is the path with these bytes before it: the root is a folder of the bucket. Empty: the bucket's root.
    case added([UInt8])
    /// After these first bytes, the path is a folder named for the bucket and then the key.
    case bucketFolder([UInt8])
    /// The key is the path without these first bytes: the download put a folder before it.
    case stripped([UInt8])
    /// These first bytes of the path stand for others in the key: a folder of the bucket was put below a folder.
    case replaced(path: [UInt8], key: [UInt8])

    /// The offset between a path and a key, which end in the same name; `nil` where the names differ.
    package init?(of evidence: ArchiveLayout.Evidence) {
        self.init(
            path: evidence.path.compressedName,
            key: evidence.location.key.collapsed,
            bucket: evidence.location.bucket
        )
    }

    private init?(path: ObjectKey, key: ObjectKey, bucket: String) {
        if path == key {
            self = .added([])
            return
        }
        // What the two have in common at their ends, by whole components.
        var common = 0
        var shared = 0
        let (left, right) = (path.bytes, key.bytes)
        while common < min(left.count, right.count), left[left.count - 1 - common] == right[right.count - 1 - common] {
            common += 1
            let isStart =
                (common == left.count || left[left.count - 1 - common] == UInt8(ascii: "/"))
                && (common == right.count || right[right.count - 1 - common] == UInt8(ascii: "/"))
            if isStart, left[left.count - common] != UInt8(ascii: "/") { shared = common }
        }
        guard shared >= right.count - key.folderCount, shared > 0 else { return nil }
        let pathPrefix = Array(left.dropLast(shared))
        let keyPrefix = Array(right.dropLast(shared))
        if pathPrefix.isEmpty {
            self = .added(keyPrefix)
        } else if keyPrefix.isEmpty {
            let folder = Array(bucket.utf8) + [UInt8(ascii: "/")]
            let before = pathPrefix.dropLast(folder.count)
            let isBucket =
                pathPrefix.suffix(folder.count).elementsEqual(folder)
                && (before.isEmpty || before.last == UInt8(ascii: "/"))
            self = isBucket ? .bucketFolder(Array(before)) : .stripped(pathPrefix)
        } else {
            self = .replaced(path: pathPrefix, key: keyPrefix)
        }
    }

    /// The place a path maps to; `nil` for a path outside the rule.
    package func place(of path: ObjectKey) -> ArchiveLayout.Place? {
        let name = path.compressedName
        switch self {
        case .added(let prefix):
            return ArchiveLayout.Place(
                bucket: nil,
                key: prefix.isEmpty ? name : ObjectKey(bytes: prefix + name.bytes)
            )
        case .stripped(let prefix):
            guard name.hasPrefix(prefix) else { return nil }
            return ArchiveLayout.Place(bucket: nil, key: ObjectKey(bytes: name.bytes.dropFirst(prefix.count)))
        case .replaced(let prefix, let added):
            guard name.hasPrefix(prefix) else { return nil }
            return ArchiveLayout.Place(bucket: nil, key: ObjectKey(bytes: added + name.bytes.dropFirst(prefix.count)))
        case .bucketFolder(let prefix):
            guard name.hasPrefix(prefix) else { return nil }
            let rest = name.bytes.dropFirst(prefix.count)
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
            return ArchiveLayout.Place(
                bucket: String(decoding: rest[..<slash], as: UTF8.self),
                key: ObjectKey(bytes: rest[(slash + 1)...])
            )
        }
    }

    /// The place that the files of a folder map to, given its path with the `/` at its end: its key is that of a folder;
    /// `nil` as for a path.
    package func place(ofFolder path: ObjectKey) -> ArchiveLayout.Place? {
        // Any name shows where the folder's files go.
        place(of: ObjectKey(bytes: path.bytes + [UInt8(ascii: "-")])).map { place in
            ArchiveLayout.Place(bucket: place.bucket, key: ObjectKey(bytes: place.key.folder))
        }
    }

    /// The path an object has below the root; `nil` for what lies outside the root's folder.
    package func path(of location: ObjectLocation) -> ObjectKey? {
        let key = location.key.collapsed
        switch self {
        case .added(let prefix):
            guard key.hasPrefix(prefix) else { return nil }
            return ObjectKey(bytes: key.bytes.dropFirst(prefix.count))
        case .stripped(let prefix):
            return ObjectKey(bytes: prefix + key.bytes)
        case .replaced(let prefix, let added):
            guard key.hasPrefix(added) else { return nil }
            return ObjectKey(bytes: prefix + key.bytes.dropFirst(added.count))
        case .bucketFolder(let prefix):
            return ObjectKey(bytes: prefix + location.bucket.utf8 + [UInt8(ascii: "/")] + key.bytes)
        }
    }

    /// The folder below the root that everything of this offset lies in, with the `/` at its end; empty where that is the
    /// root.
    package func folder(inBucket bucket: String) -> ObjectKey {
        switch self {
        case .added: ObjectKey(bytes: [])
        case .stripped(let prefix), .replaced(let prefix, _): ObjectKey(bytes: prefix)
        case .bucketFolder(let prefix): ObjectKey(bytes: prefix + bucket.utf8 + [UInt8(ascii: "/")])
        }
    }

    /// A fixed order: of offsets that are as frequent, the first counts.
    package static func < (lhs: PathOffset, rhs: PathOffset) -> Bool {
        let (left, right) = (lhs.order, rhs.order)
        if left.rank != right.rank { return left.rank < right.rank }
        let prefixes = left.first[...].compare(with: right.first[...])
        return prefixes != 0 ? prefixes < 0 : left.second[...].compare(with: right.second[...]) < 0
    }

    private var order: (rank: Int, first: [UInt8], second: [UInt8]) {
        switch self {
        case .added(let bytes): (0, bytes, [])
        case .bucketFolder(let bytes): (1, bytes, [])
        case .stripped(let bytes): (2, bytes, [])
        case .replaced(let path, let key): (3, path, key)
        }
    }
}

extension ObjectKey {
    /// Whether the path ends in `key` from its last `AWSLogs/` on.
    fileprivate func holdsKeyFromAWSLogs(_ key: ObjectKey) -> Bool {
        guard let start = key.awsLogsStarts.last else { return false }
        let wanted = key.bytes[start...]
        let rest = bytes.count - wanted.count
        return rest >= 0 && bytes[rest...].isEqual(to: wanted) && (rest == 0 || bytes[rest - 1] == UInt8(ascii: "/"))
    }
}
