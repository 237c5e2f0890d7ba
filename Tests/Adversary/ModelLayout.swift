/// How paths below a root become keys.
enum ModelOffset: Hashable {
    /// The key has this before the path.
    case added(String)
    /// The path has this, then a folder of the bucket's name, before the key.
    case bucketFolder(String)
    /// The path has this before the key.
    case stripped(String)
    /// The path has the one where the key has the other: a folder of the bucket lies below a folder.
    case replaced(String, String)

    /// The offset between a path and a key that end alike; `nil` where neither ends with the other.
    init?(path: String, key: String, bucket: String) {
        if path == key {
            self = .added("")
        } else if key.hasSuffix("/" + path) {
            self = .added(String(key.dropLast(path.utf8.count)))
        } else if path.hasSuffix("/" + key) {
            let before = String(path.dropLast(key.utf8.count))
            if before == bucket + "/" || before.hasSuffix("/" + bucket + "/") {
                self = .bucketFolder(String(before.dropLast(bucket.utf8.count + 1)))
            } else {
                self = .stripped(before)
            }
        } else {
            guard lastComponent(path) == lastComponent(key) else { return nil }
            var (own, other) = (path.split(separator: "/"), key.split(separator: "/"))
            while let last = own.last, last == other.last {
                own.removeLast()
                other.removeLast()
            }
            self = .replaced(own.map { $0 + "/" }.joined(), other.map { $0 + "/" }.joined())
        }
    }

    /// The bucket, where the path tells it, and the key; `nil` for a path outside.
    func key(of path: String) -> (bucket: String?, key: String)? {
        switch self {
        case .added(let prefix): return (nil, prefix + path)
        case .stripped(let prefix): return path.hasPrefix(prefix) ? (nil, String(path.dropFirst(prefix.count))) : nil
        case .replaced(let prefix, let other):
            return path.hasPrefix(prefix) ? (nil, other + path.dropFirst(prefix.count)) : nil
        case .bucketFolder(let prefix):
            guard path.hasPrefix(prefix) else { return nil }
            let rest = path.dropFirst(prefix.count)
            guard let slash = rest.firstIndex(of: "/") else { return nil }
            return (String(rest[..<slash]), String(rest[rest.index(after: slash)...]))
        }
    }

    /// Whether paths hold their keys as wholes.
    var keepsKeys: Bool {
        switch self {
        case .added(let prefix): prefix.isEmpty
        case .bucketFolder, .stripped: true
        case .replaced: false
        }
    }

    /// Whether a key can lie below the root at all.
    func canHold(_ key: String) -> Bool {
        switch self {
        case .added(let prefix), .replaced(_, let prefix): key.hasPrefix(prefix)
        case .stripped, .bucketFolder: true
        }
    }

    /// Among as many voices: a prefix added, a bucket folder, a prefix stripped, then bytes.
    fileprivate var order: String {
        switch self {
        case .added(let text): "0" + text
        case .bucketFolder(let text): "1" + text
        case .stripped(let text): "2" + text
        case .replaced(let text, let other): "3" + text + " " + other
        }
    }

    /// The one with most voices.
    static func most(_ voices: [ModelOffset]) -> ModelOffset? {
        var counts: [ModelOffset: Int] = [:]
        for voice in voices { counts[voice, default: 0] += 1 }
        return counts.min { ($1.value, $0.key.order) < ($0.value, $1.key.order) }?.key
    }
}

/// Which parts of a merged folder have an offset of their own.
struct ModelPart: Hashable {
    let account: String
    let region: String
    /// `CloudTrail`, `CloudTrail-Digest` and so on.
    let category: String

    /// The part that a file is of, by its name: `ACCOUNT_CATEGORY_REGION_…`.
    init?(name: String) {
        let parts = name.split(separator: "_", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, isAccount(parts[0]), parts[1].hasPrefix("CloudTrail"), !parts[2].isEmpty else {
            return nil
        }
        account = parts[0]
        category = parts[1]
        region = parts[2]
    }
}

/// V7.
enum ModelLayout: Equatable {
    case tree(ModelOffset)
    case merged([ModelPart: ModelOffset])
    case flat
    /// Files are there and none tells where they belong: keys are paths.
    case untold
}

/// V6: what ties a path to a key.
struct ModelVoice: Hashable {
    let path: String
    let bucket: String
    let key: String

    var part: ModelPart? { ModelPart(name: lastComponent(key)) }
    var offset: ModelOffset? { ModelOffset(path: path, key: key, bucket: bucket) }

    /// Whether the path holds its key from `AWSLogs/` on.
    var holdsKey: Bool {
        guard let range = key.ranges(of: "AWSLogs/").last else { return false }
        let tail = key[range.lowerBound...]
        return path == tail || path.hasSuffix("/" + tail)
    }
}

extension ModelLayout {
    /// V7: the offset of each part that these voices speak for; `nil` when there are none.
    init?(merging voices: Set<ModelVoice>) {
        var offsets: [ModelPart: [ModelOffset]] = [:]
        for voice in voices {
            if let part = voice.part, let offset = voice.offset { offsets[part, default: []].append(offset) }
        }
        if offsets.isEmpty { return nil }
        self = .merged(offsets.compactMapValues(ModelOffset.most))
    }

    /// V7: the layout that these voices speak for; `nil` when there are none.
    init?(_ voices: Set<ModelVoice>) {
        // One voice an object and offset, however many copies there are.
        struct Vote: Hashable {
            let key: String
            let bucket: String
            let part: ModelPart?
            let offset: ModelOffset
        }
        func votes(_ voices: some Sequence<ModelVoice>) -> Set<Vote> {
            Set(
                voices.compactMap { voice in
                    voice.offset.map { Vote(key: voice.key, bucket: voice.bucket, part: voice.part, offset: $0) }
                }
            )
        }
        let all = votes(voices)
        if all.isEmpty { return nil }
        if Set(all.map(\.offset)).count == 1, let only = all.first?.offset {
            self = .tree(only)
        } else if voices.contains(where: \.holdsKey) {
            let holding = votes(voices.filter(\.holdsKey))
            self = ModelOffset.most(holding.map(\.offset)).map { .tree($0) } ?? .untold
        } else {
            var offsets: [ModelPart: ModelOffset] = [:]
            for (part, own) in Dictionary(grouping: all, by: \.part) {
                guard let part else { continue }
                offsets[part] = ModelOffset.most(own.map(\.offset))
            }
            self = .merged(offsets)
        }
    }
}
