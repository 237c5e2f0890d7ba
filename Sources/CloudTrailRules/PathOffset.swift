package import CloudTrailFormat

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
    package init?(of evidence: LayoutWitness) {
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

    /// Whether the paths hold the keys as they are, as wholes.
    package var keepsKeys: Bool {
        switch self {
        case .added(let prefix): prefix.isEmpty
        case .bucketFolder, .stripped: true
        case .replaced: false
        }
    }

    /// The place a path maps to; `nil` for a path outside the rule.
    package func place(of path: ObjectKey) -> MappedPlace? {
        let name = path.compressedName
        switch self {
        case .added(let prefix):
            return MappedPlace(
                bucket: nil,
                key: prefix.isEmpty ? name : ObjectKey(bytes: prefix + name.bytes)
            )
        case .stripped(let prefix):
            guard name.hasPrefix(prefix) else { return nil }
            return MappedPlace(bucket: nil, key: ObjectKey(bytes: name.bytes.dropFirst(prefix.count)))
        case .replaced(let prefix, let added):
            guard name.hasPrefix(prefix) else { return nil }
            return MappedPlace(bucket: nil, key: ObjectKey(bytes: added + name.bytes.dropFirst(prefix.count)))
        case .bucketFolder(let prefix):
            guard name.hasPrefix(prefix) else { return nil }
            let rest = name.bytes.dropFirst(prefix.count)
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
            return MappedPlace(
                bucket: String(decoding: rest[..<slash], as: UTF8.self),
                key: ObjectKey(bytes: rest[(slash + 1)...])
            )
        }
    }

    /// The place that the files of a folder map to, given its path with the `/` at its end: its key is that of a folder;
    /// `nil` as for a path.
    package func place(ofFolder path: ObjectKey) -> MappedPlace? {
        // Any name shows where the folder's files go.
        place(of: ObjectKey(bytes: path.bytes + [UInt8(ascii: "-")])).map { place in
            MappedPlace(bucket: place.bucket, key: ObjectKey(bytes: place.key.folder))
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
