internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// Key files, read one entry at a time, and what their entries have to do with each other.
struct KeyFiles {
    /// An entry and the file it is from.
    struct Key {
        let file: ByteString
        let entry: PublicKeyEntry
    }

    struct Source {
        let file: ByteString
        /// `nil` when it could not be read.
        let sha256: String?
        let count: Int
        /// Why nothing of it can be used.
        let problem: String?
    }

    private(set) var keys: [Key] = []
    private(set) var sources: [Source] = []
    /// What keeps a file, an entry or several of them from being used.
    private(set) var errors: [String] = []
    /// The fingerprints that stand for more than one key.
    private(set) var conflicting: Set<String> = []
    /// A line for each key that several entries hold.
    private(set) var duplicates: [String] = []
    /// A line for each file that holds one page of several, and for each key whose validity cannot be read.
    private(set) var notes: [String] = []
    /// The number of different keys that can be used.
    private(set) var different = 0

    /// The keys by the start of their validity, each once, to find those that overlap.
    private var windows: [(fingerprint: String, start: Timestamp, end: Timestamp)] = []

    init(_ paths: [ByteString]) {
        for path in paths { read(path) }
        compare()
    }

    private mutating func read(_ path: ByteString) {
        do {
            let bytes = try InputFile.read(path, purpose: "key file")
            let sha256 = Hex.encode(try SHA256Digest.of(bytes).bytes)
            do {
                let file = try PublicKeyFile(reading: bytes)
                let entries = file.entries
                keys += entries.map { Key(file: path, entry: $0) }
                let problem = entries.isEmpty ? "it holds no public key" : nil
                sources.append(Source(file: path, sha256: sha256, count: entries.count, problem: problem))
                if let problem { errors.append("The key file '\(path)' cannot be used: \(problem)") }
                if file.hasNextPage { notes.append("'\(path)' holds a page of several: the others are needed too") }
                for entry in entries where entry.problem == nil && !entry.unreadableTimes.isEmpty {
                    let members = entry.unreadableTimes.joined(separator: " and ")
                    notes.append(
                        "In '\(path)' \(members) of key \(entry.number) cannot be read; it verifies all the same"
                    )
                }
                for entry in entries {
                    guard let problem = entry.problem else { continue }
                    errors.append("The key file '\(path)' cannot be used: key \(entry.number): \(problem)")
                }
            } catch {
                sources.append(Source(file: path, sha256: sha256, count: 0, problem: "\(error)"))
                errors.append("The key file '\(path)' cannot be used: \(error)")
            }
        } catch {
            let message = (error as? CommandError)?.message ?? "\(error)"
            sources.append(Source(file: path, sha256: nil, count: 0, problem: message))
            errors.append(message)
        }
    }

    private mutating func compare() {
        var byFingerprint: [String: [Key]] = [:]
        for key in keys where key.entry.key != nil {
            byFingerprint[key.entry.fingerprint ?? "", default: []].append(key)
        }
        for (fingerprint, same) in byFingerprint.sorted(by: { $0.key < $1.key }) {
            let values = Set(same.compactMap(\.entry.sha256))
            let files = same.map { "'\($0.file)'" }.joined(separator: ", ")
            different += values.count
            if values.count > 1 {
                conflicting.insert(fingerprint)
                errors.append("Two different keys have the fingerprint \(fingerprint): in \(files)")
            } else if same.count > 1 {
                duplicates.append("The key \(fingerprint) is there \(same.count) times: in \(files)")
            }
            guard let entry = same.first?.entry else { continue }
            windows.append((fingerprint, entry.validFrom ?? .distantPast, entry.validUntil ?? .distantFuture))
        }
        windows.sort { ($0.start, $0.fingerprint) < ($1.start, $1.fingerprint) }
    }

    /// The fingerprints of the other keys that were valid at a time when this one was.
    func overlapping(_ key: Key) -> [String] {
        guard key.entry.key != nil else { return [] }
        let start = key.entry.validFrom ?? .distantPast
        let end = key.entry.validUntil ?? .distantFuture
        return windows.prefix { $0.start < end }
            .filter { $0.end > start && $0.fingerprint != key.entry.fingerprint }
            .map(\.fingerprint)
    }
}
