/// How the paths below one root map to keys in S3: one constant rule a root, never a guess file by file.
package enum ArchiveLayout: Hashable, Sendable {
    /// The key is the path with these bytes before it: the root is a folder of the bucket. Empty: the bucket's root.
    case added([UInt8])
    /// The key is the path without these first bytes: the download put a folder before it.
    case stripped([UInt8])
    /// After these first bytes, the path is a folder named for the bucket and then the key.
    case bucketFolder([UInt8])
    /// All in one folder: the file name alone tells the key.
    case flat

    /// What a path says: its key, and its bucket where the layout names it.
    package struct Place: Hashable, Sendable {
        package let bucket: String?
        /// With empty components collapsed and the name it had before a download decompressed it.
        package let key: ObjectKey
    }

    /// The place a path maps to; `nil` in a flat folder, and for a path outside the rule.
    package func place(of path: ObjectKey) -> Place? {
        let name = path.compressedName
        switch self {
        case .added(let prefix):
            return Place(bucket: nil, key: prefix.isEmpty ? name : ObjectKey(bytes: prefix + name.bytes))
        case .stripped(let prefix):
            guard name.hasPrefix(prefix) else { return nil }
            return Place(bucket: nil, key: ObjectKey(bytes: Array(name.bytes.dropFirst(prefix.count))))
        case .bucketFolder(let prefix):
            guard name.hasPrefix(prefix) else { return nil }
            let rest = name.bytes.dropFirst(prefix.count)
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
            return Place(
                bucket: String(decoding: rest[..<slash], as: UTF8.self),
                key: ObjectKey(bytes: Array(rest[(slash + 1)...]))
            )
        case .flat:
            return nil
        }
    }

    /// The place that the files of a folder map to, given its path with the `/` at its end: its key is that of a folder;
    /// `nil` as for a path.
    package func place(ofFolder path: ObjectKey) -> Place? {
        // Any name shows where the folder's files go.
        place(of: ObjectKey(bytes: path.bytes + [UInt8(ascii: "-")])).map { place in
            Place(bucket: place.bucket, key: ObjectKey(bytes: place.key.folder))
        }
    }

    /// The path an object has below the root; `nil` in a flat folder and for what lies outside the root's folder.
    package func path(of location: ObjectLocation) -> ObjectKey? {
        let key = location.key.collapsed
        switch self {
        case .added(let prefix):
            guard key.hasPrefix(prefix) else { return nil }
            return ObjectKey(bytes: Array(key.bytes.dropFirst(prefix.count)))
        case .stripped(let prefix):
            return ObjectKey(bytes: prefix + key.bytes)
        case .bucketFolder(let prefix):
            return ObjectKey(bytes: prefix + location.bucket.utf8 + [UInt8(ascii: "/")] + key.bytes)
        case .flat:
            return nil
        }
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

    /// The rule that explains most of `evidence`; `nil` when there is none.
    ///
    /// - Parameter hasTopLevelLogs: Whether log files lie directly in the root. Digest files beside them can then only
    ///   be a flat folder, since CloudTrail keeps the two apart.
    package static func inferred(from evidence: [Evidence], hasTopLevelLogs: Bool) -> ArchiveLayout? {
        // One vote an object and rule: copies of genuine files must not move the layout either, wherever they lie. A copy
        // that lies in a folder tells more than one that does not.
        var nested: [ObjectLocation: Set<ArchiveLayout>] = [:]
        var topLevel: [ObjectLocation: Set<ArchiveLayout>] = [:]
        for item in evidence {
            let key = item.location.key.collapsed
            let path = item.path.compressedName
            guard path.lastComponent.elementsEqual(key.lastComponent) else { continue }
            let rules = rule(path: path, key: key, bucket: item.location.bucket).map { [$0] } ?? []
            if path.folder.isEmpty {
                topLevel[item.location, default: []].formUnion(rules)
            } else {
                nested[item.location, default: []].formUnion(rules)
            }
        }
        for location in nested.keys { topLevel[location] = nil }
        if nested.isEmpty && topLevel.isEmpty { return nil }
        let isTopLevel = topLevel.count > nested.count
        let rules = isTopLevel ? topLevel : nested
        var votes: [ArchiveLayout: Int] = [:]
        for rule in rules.values.joined() { votes[rule, default: 0] += 1 }
        guard let best = votes.max(by: { ($0.value, $1.key.order) < ($1.value, $0.key.order) }) else { return .flat }
        // In a flat folder every folder of the bucket has its own offset; one offset for all is a folder of the bucket.
        if isTopLevel { return best.value == rules.count && !hasTopLevelLogs ? best.key : .flat }
        return best.value * 2 >= rules.count ? best.key : .flat
    }

    /// The rule that evidence in a folder speaks for; `nil` when it lies at the top level, or speaks for none.
    package static func rule(of evidence: Evidence) -> ArchiveLayout? {
        let path = evidence.path.compressedName
        guard !path.folder.isEmpty else { return nil }
        return rule(path: path, key: evidence.location.key.collapsed, bucket: evidence.location.bucket)
    }

    private static func rule(path: ObjectKey, key: ObjectKey, bucket: String) -> ArchiveLayout? {
        if path == key { return .added([]) }
        if path.bytes.count <= key.bytes.count {
            let prefix = key.bytes.dropLast(path.bytes.count)
            guard key.bytes.dropFirst(prefix.count).elementsEqual(path.bytes) else { return nil }
            return prefix.isEmpty || prefix.last == UInt8(ascii: "/") ? .added(Array(prefix)) : nil
        }
        let prefix = path.bytes.dropLast(key.bytes.count)
        guard path.bytes.dropFirst(prefix.count).elementsEqual(key.bytes), prefix.last == UInt8(ascii: "/") else {
            return nil
        }
        let folder = Array(bucket.utf8) + [UInt8(ascii: "/")]
        guard prefix.suffix(folder.count).elementsEqual(folder) else { return .stripped(Array(prefix)) }
        let before = prefix.dropLast(folder.count)
        return before.isEmpty || before.last == UInt8(ascii: "/")
            ? .bucketFolder(Array(before)) : .stripped(Array(prefix))
    }

    /// A fixed order among rules with as many votes.
    private var order: String {
        switch self {
        case .added(let bytes): "0" + Hex.encode(bytes)
        case .bucketFolder(let bytes): "1" + Hex.encode(bytes)
        case .stripped(let bytes): "2" + Hex.encode(bytes)
        case .flat: "3"
        }
    }
}
