internal import CloudTrailFormat
internal import NativeInterop

/// Why a file is not a set of public keys.
public struct PublicKeySetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the keys.
    @nonexhaustive public enum Reason: Hashable, Sendable {
        /// The file is not an answer of ListPublicKeys, or one of its keys cannot be used.
        case malformed
        /// Two different keys have one fingerprint.
        case conflict
    }

    /// What is wrong with the keys.
    public let reason: Reason
    /// What is wrong, in one line without the file's name.
    public let description: String

    init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}

/// Public keys by fingerprint, and the files they came from.
///
/// Keys are trusted because the caller says so. They are chosen by fingerprint and never by time: several are valid
/// at once (CloudTrail API Reference, ListPublicKeys).
public struct PublicKeySet: Sendable {
    /// A file that keys came from.
    public struct Source: Hashable, Sendable {
        /// The name the caller gave.
        public let name: String
        /// The SHA-256 of the file's bytes, 64 lower-case hex digits.
        public let sha256: String

        package init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// The files, in the order they were added.
    public private(set) var sources: [Source] = []
    /// The names of the files that hold a page of several.
    package private(set) var pages: [String] = []
    private var keys: [String: PublicKey] = [:]

    /// A set without keys.
    public init() {}

    /// The number of different keys.
    public var count: Int { keys.count }

    /// The keys, in the order of their fingerprints.
    var all: [PublicKey] { keys.values.sorted { $0.fingerprint < $1.fingerprint } }

    /// The key with this fingerprint, 32 lower-case hex digits.
    package func key(fingerprint: String) -> PublicKey? {
        keys[fingerprint]
    }

    /// Adds the keys of a file: one or more answers of ListPublicKeys, in any of the shapes seen in the wild.
    ///
    /// The list may be called `PublicKeyList` or `publicKeyList`; times may be numbers, number strings or ISO 8601.
    /// Rule I11.
    ///
    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - name: What to call the file in the report.
    /// - Throws: ``PublicKeySetError`` when the bytes are no such answer, hold no key, or hold a key whose fingerprint
    ///   is not the MD5 of its bytes or names another key already in the set.
    public mutating func add(reading bytes: [UInt8], name: String) throws {
        let file = try PublicKeyFile(reading: bytes)
        guard !file.entries.isEmpty else { throw PublicKeySetError(.malformed, "it holds no public key") }
        var all = keys
        for entry in file.entries {
            let key = try entry.usableKey()
            if let known = all.updateValue(key, forKey: key.fingerprint), known.der != key.der {
                throw PublicKeySetError(.conflict, "two different keys have the fingerprint \(key.fingerprint)")
            }
        }
        let source = Source(name: name, sha256: Hex.encode(try SHA256Digest.of(bytes).bytes))
        keys = all
        if file.hasNextPage { pages.append(name) }
        sources.append(source)
    }
}
