import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive

/// The small signed archive that every input starts from, as it was delivered: 4 digest files, 8 log files.
struct DeliveredArchive: Sendable {
    struct Object: Sendable {
        let stored: [UInt8]
        let content: [UInt8]
    }

    let objects: [ObjectKey: Object]
    let bucket: String
    /// The keys, in order.
    let keys: [ObjectKey]
    let keySet: PublicKeySet
    /// The lines of the signature manifest, in the order of the digest files' keys.
    let manifest: [[UInt8]]
    /// The signatures of the digest files, as they are written.
    let signatures: [ObjectKey: [UInt8]]
    let start: Timestamp
    let end: Timestamp
    /// Texts of the digest files that a forger would put in each other's place.
    let texts: [[UInt8]]

    /// Made once: the key is what takes the time.
    static let sample = Result { try DeliveredArchive() }

    private init() throws {
        var options = SampleOptions()
        options.accounts = 1
        options.regions = 1
        options.hours = 4
        options.logs = 2
        options.records = 1
        var objects: [ObjectKey: Object] = [:]
        var manifest: [[UInt8]] = []
        var signatures: [ObjectKey: [UInt8]] = [:]
        let summary = try SampleArchive.generate(options) { signature in
            manifest.append(signature.manifestLine)
            let named = signature.metadata.first { $0.name == SignatureMetadata.names[0] }
            signatures[ObjectKey(signature.key)] = named.map { Array($0.value.utf8) }
        } object: { object in
            let content = try Stored(object.content).content
            objects[ObjectKey(object.key)] = Object(stored: object.content, content: content)
        }
        var keySet = PublicKeySet()
        try keySet.add(reading: summary.keysJSON, name: "keys.json")
        self.objects = objects
        bucket = options.bucket
        keys = objects.keys.sorted()
        self.keySet = keySet
        self.manifest = manifest
        self.signatures = signatures
        start = summary.start
        end = summary.end
        let digests = keys.filter { DigestFileName($0) != nil }
        let quoted = digests.flatMap { key in
            objects[key]?.content.split(separator: UInt8(ascii: "\"")).map { Array($0) } ?? []
        }
        texts = Set(quoted.filter { $0.count > 3 }).sorted { $0.lexicographicallyPrecedes($1) }
    }
}

/// Stored bytes, read by the inflater alone: what the validator says of them is compared with this.
struct Stored: Sendable {
    /// The content of the first member, or the bytes as they are.
    let content: [UInt8]
    /// Whether the container is whole and nothing follows it.
    let isWhole: Bool

    init(_ bytes: [UInt8]) throws {
        guard bytes.starts(with: [0x1f, 0x8b]) else {
            content = bytes
            isWhole = true
            return
        }
        let inflater = try GzipInflater()
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var consumed = 0
        while true {
            let step = try unsafe buffer.withUnsafeMutableBytes { target in
                var span = unsafe MutableRawSpan(_unsafeBytes: target)
                return unsafe try inflater.inflate(bytes.span.bytes.extracting(consumed..<bytes.count), into: &span)
            }
            consumed += step.consumed
            content += buffer[..<step.produced]
            if step.status == .needsOutput { continue }
            self.content = content
            isWhole = step.status == .finished && consumed == bytes.count
            return
        }
    }
}
