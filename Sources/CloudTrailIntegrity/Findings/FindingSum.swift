internal import CloudTrailFormat

/// What findings of one kind and folder have in common, and how many they are.
struct FindingSum: Sendable {
    /// A value that all have, as far as they were added.
    private enum Common<Value: Equatable & Sendable>: Sendable {
        case unknown
        case all(Value)
        case different

        mutating func add(_ value: Value) {
            switch self {
            case .unknown: self = .all(value)
            case .all(let known) where known == value: break
            case .all, .different: self = .different
            }
        }

        mutating func add(_ other: Common) {
            switch other {
            case .unknown: break
            case .all(let value): add(value)
            case .different: self = .different
            }
        }
    }

    private(set) var count = 0
    private var buckets = Common<String?>.unknown
    private var chains = Common<ChainIdentity?>.unknown
    private var keyFolders = Common<ObjectKey?>.unknown
    /// The earliest start, and the latest end.
    private(set) var start: Timestamp?
    private(set) var end: Timestamp?

    /// The bucket; `nil` where they are of several.
    var bucket: String? { if case .all(let bucket) = buckets { bucket } else { nil } }
    /// The chain; `nil` where they are of several.
    var chain: ChainIdentity? { if case .all(let chain) = chains { chain } else { nil } }
    /// The folder of the keys, with the `/` at its end; `nil` where they are of several.
    var keyFolder: ObjectKey? { if case .all(let folder) = keyFolders { folder } else { nil } }

    mutating func add(_ finding: Finding) {
        count += 1
        buckets.add(finding.bucket)
        chains.add(finding.chain)
        if case .all(let folder?) = keyFolders, let key = finding.key, key.isIn(folder) {
            // The same as the one before: no array is made.
        } else {
            keyFolders.add(finding.key.map { ObjectKey(bytes: $0.folder) })
        }
        add(finding.start, finding.end)
    }

    mutating func add(_ other: FindingSum) {
        count += other.count
        buckets.add(other.buckets)
        chains.add(other.chains)
        keyFolders.add(other.keyFolders)
        add(other.start, other.end)
    }

    private mutating func add(_ start: Timestamp?, _ end: Timestamp?) {
        if let start { self.start = min(self.start ?? start, start) }
        if let end { self.end = max(self.end ?? end, end) }
    }
}

extension FindingSum: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(count)
        Self.write(buckets, to: &writer)
        Self.write(chains, to: &writer)
        Self.write(keyFolders, to: &writer)
        writer.add(optional: start)
        writer.add(optional: end)
    }

    init(from reader: inout StateReader) throws(StateError) {
        count = try reader.size()
        buckets = try Self.read(&reader)
        chains = try Self.read(&reader)
        keyFolders = try Self.read(&reader)
        start = try reader.optional()
        end = try reader.optional()
    }

    private static func write<Value: PartialValue>(_ common: Common<Value?>, to writer: inout StateWriter) {
        switch common {
        case .unknown: writer.add(0)
        case .all(let value):
            writer.add(1)
            writer.add(optional: value)
        case .different: writer.add(2)
        }
    }

    private static func read<Value: PartialValue>(_ reader: inout StateReader) throws(StateError) -> Common<Value?> {
        switch try reader.index(below: 3) {
        case 0: .unknown
        case 1: .all(try reader.optional())
        default: .different
        }
    }
}

extension ObjectKey {
    /// Whether it names something directly in a folder, which has the `/` at its end.
    func isIn(_ folder: ObjectKey) -> Bool {
        self.folder.isEqual(to: folder.bytes[...])
    }
}
