internal import NativeInterop

/// Why a file is not a set of public keys.
public struct PublicKeySetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in one line without the file's name.
    public let description: String

    init(_ description: String) {
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
    }

    /// The files, in the order they were added.
    public private(set) var sources: [Source] = []
    private var keys: [String: PublicKey] = [:]

    /// A set without keys.
    public init() {}

    /// The number of different keys.
    public var count: Int { keys.count }

    /// The keys, in the order of their fingerprints.
    var all: [PublicKey] { keys.values.sorted { $0.fingerprint < $1.fingerprint } }

    /// The key with this fingerprint, 32 lower-case hex digits.
    public func key(fingerprint: String) -> PublicKey? {
        keys[fingerprint]
    }

    /// Adds the keys of a file: one or more answers of ListPublicKeys, in any of the shapes seen in the wild.
    ///
    /// The list may be called `PublicKeyList` or `publicKeyList`; times may be numbers, number strings or ISO 8601.
    ///
    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - name: What to call the file in the report.
    /// - Throws: ``PublicKeySetError`` when the bytes are no such answer, hold no key, or hold a key whose fingerprint
    ///   is not the MD5 of its bytes or names another key already in the set.
    public mutating func add(_ bytes: [UInt8], name: String) throws {
        var found: [PublicKey] = []
        var reader = JSONReader(bytes, maximumDepth: 32)
        do {
            repeat { try Self.readAnswer(&reader, into: &found) } while !reader.isAtEnd()
        } catch let error as JSONError {
            throw PublicKeySetError(escaped(error.description))
        }
        guard !found.isEmpty else { throw PublicKeySetError("it holds no public key") }
        for key in found {
            if let known = keys[key.fingerprint], known.der != key.der {
                throw PublicKeySetError("two different keys have the fingerprint \(key.fingerprint)")
            }
        }
        for key in found { keys[key.fingerprint] = key }
        sources.append(Source(name: name, sha256: Hex.encode(try SHA256Digest.of(bytes).bytes)))
    }

    private enum AnswerName: String, CodingKey, CaseIterable {
        case list = "PublicKeyList"
        case listInLowerCase = "publicKeyList"
    }

    private enum KeyName: String, CodingKey, CaseIterable {
        case value = "Value"
        case fingerprint = "Fingerprint"
        case validityStartTime = "ValidityStartTime"
        case validityEndTime = "ValidityEndTime"
    }

    private static let answerNames = JSONNames<AnswerName>()
    private static let keyNames = JSONNames<KeyName>()

    /// One answer: an object with the list, or the bare list.
    private static func readAnswer(_ reader: inout JSONReader, into keys: inout [PublicKey]) throws {
        if try reader.kind() == .array { return try readList(&reader, into: &keys) }
        var sawList = false
        try reader.readObject(
            answerNames,
            { (reader, name) throws(any Error) in
                guard name != nil else { return try reader.skipValue() }
                sawList = true
                try readList(&reader, into: &keys)
            },
            failure: { $0 }
        )
        guard sawList else { throw PublicKeySetError("it has no PublicKeyList: not an answer of ListPublicKeys") }
    }

    private static func readList(_ reader: inout JSONReader, into keys: inout [PublicKey]) throws {
        guard try reader.kind() == .array else { throw PublicKeySetError("PublicKeyList is not a list") }
        try reader.readArray(
            { (reader) throws(any Error) in
                let number = keys.count + 1
                do {
                    keys.append(try readKey(&reader))
                } catch let error as PublicKeySetError {
                    throw PublicKeySetError("key \(number): \(error.description)")
                }
            },
            failure: { $0 }
        )
    }

    private static func readKey(_ reader: inout JSONReader) throws -> PublicKey {
        guard try reader.kind() == .object else { throw PublicKeySetError("not an object") }
        var value: String?
        var fingerprint: String?
        var validFrom: Timestamp?
        var validUntil: Timestamp?
        try reader.readObject(
            keyNames,
            { (reader, name) throws(any Error) in
                switch name {
                case .value?: value = try readText(&reader, .value)
                case .fingerprint?: fingerprint = try readText(&reader, .fingerprint)
                case .validityStartTime?: validFrom = try readTime(&reader, .validityStartTime)
                case .validityEndTime?: validUntil = try readTime(&reader, .validityEndTime)
                case nil: try reader.skipValue()
                }
            },
            failure: { $0 }
        )
        guard let value else { throw PublicKeySetError("Value is missing") }
        guard let der = Base64.decode(value) else { throw PublicKeySetError("Value is not Base64") }
        let key = try PublicKey(der: der, validFrom: validFrom, validUntil: validUntil)
        if let fingerprint, fingerprint.lowercased() != key.fingerprint {
            throw PublicKeySetError(
                "the fingerprint \(escaped(fingerprint)) is not the MD5 of its value, which is \(key.fingerprint)"
            )
        }
        return key
    }

    private static func readText(_ reader: inout JSONReader, _ name: KeyName) throws -> String {
        guard try reader.kind() == .string else { throw PublicKeySetError("\(name.rawValue) is not a string") }
        return try reader.readString()
    }

    private static func readTime(_ reader: inout JSONReader, _ name: KeyName) throws -> Timestamp? {
        switch try reader.kind() {
        case .null:
            try reader.readNull()
            return nil
        case .number:
            let text = try reader.readNumber()
            if let time = epochTime(text) { return time }
        case .string:
            let text = try reader.readString()
            if let time = epochTime(text) ?? Timestamp(text) { return time }
        default: break
        }
        throw PublicKeySetError("\(name.rawValue) is neither seconds since 1970 nor an ISO 8601 time")
    }

    private static func epochTime(_ text: String) -> Timestamp? {
        // Double reads hexadecimal too, which no answer holds.
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let seconds = Double(text),
            let whole = Int64(exactly: seconds.rounded(.down))
        else { return nil }
        return Timestamp(secondsSinceEpoch: whole)
    }
}
