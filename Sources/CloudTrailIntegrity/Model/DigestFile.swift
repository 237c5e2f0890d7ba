package import NativeInterop

/// What a digest file says of itself, of the digest before it and of the log files of its window.
///
/// Source: CloudTrail User Guide, "CloudTrail digest file structure". These are claims until the signature holds.
package struct DigestFile: Hashable, Sendable {
    /// The digest before this one in the chain.
    package struct Previous: Hashable, Sendable {
        package let location: ObjectLocation
        /// The SHA-256 of its uncompressed bytes.
        package let hash: SHA256Digest
    }

    /// `digestStartTime`.
    package let startTime: Timestamp
    /// `digestEndTime`.
    package let endTime: Timestamp
    /// `digestEndTime` as written: the first line of the string to sign.
    package let endTimeText: String
    /// `digestS3Bucket` and `digestS3Object`.
    package let location: ObjectLocation
    /// `digestPublicKeyFingerprint`, in lower case.
    package let fingerprint: String
    /// `digestSignatureAlgorithm`; `nil` when it is absent or no string.
    package let signatureAlgorithm: String?
    /// The digest before this one; `nil` for the first of a chain, and when a field of it is broken.
    package let previous: Previous?
    /// `previousDigestSignature` as written; `nil` for the first of a chain.
    package let previousSignature: String?
    /// `logFiles`; entries that are broken are left out and stand in ``problem``.
    package let logFiles: [LogFileReference]
    /// The first field that is broken and that the signature does not depend on; judged only once that holds.
    package let problem: String?

    /// The only signature algorithm there is.
    package static let signatureAlgorithm = "SHA256withRSA"
    /// The only hash algorithm there is.
    package static let hashAlgorithm = "SHA-256"

    /// Whether this digest says that no digest came before it.
    package var isStartingDigest: Bool { previousSignature == nil && previous == nil }

    /// The bytes that CloudTrail signs: four lines, no final newline (CloudTrail User Guide, "Custom implementations
    /// of CloudTrail log file integrity validation").
    ///
    /// - Parameter hash: The SHA-256 of this file's uncompressed bytes.
    package func stringToSign(hash: SHA256Digest) -> [UInt8] {
        var bytes = Array(endTimeText.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: location.bucket.utf8)
        bytes.append(UInt8(ascii: "/"))
        bytes.append(contentsOf: location.key.bytes)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: Hex.encode(hash.bytes).utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: (previousSignature ?? "null").utf8)
        return bytes
    }
}

/// Why bytes are not a digest file whose signature could be checked.
package enum DigestFileError: Error, Hashable, Sendable {
    /// Not JSON, or a field that must hold before anything is verified is missing or broken.
    case malformed(String)
    /// A limit was hit; its name and value.
    case overLimit(String)
}

extension DigestFile {
    /// Reads a digest file's uncompressed bytes.
    ///
    /// Required before anything is verified: the fingerprint, the bucket, the object, `previousDigestSignature` (which
    /// may be null) and both times. Any other broken field is kept in ``problem``; unknown fields are tolerated.
    package init(parsing bytes: [UInt8], limits: Limits) throws(DigestFileError) {
        var reader = JSONReader(bytes, maximumDepth: limits.jsonDepth)
        var fields = DigestFields()
        try reader.readObject(
            { (reader, name) throws(DigestFileError) in try fields.read(name, from: &reader, limits) },
            failure: { DigestFileError($0, limits) }
        )
        do throws(JSONError) { try reader.expectEnd() } catch { throw DigestFileError(error, limits) }
        try self.init(fields, limits)
    }

    private init(_ fields: DigestFields, _ limits: Limits) throws(DigestFileError) {
        let fingerprint = try fields.required("digestPublicKeyFingerprint")
        guard fingerprint.utf8.count == 32, Hex.decode(fingerprint) != nil else {
            throw .malformed("digestPublicKeyFingerprint is not 32 hex digits")
        }
        let bucket = try fields.required("digestS3Bucket")
        guard ObjectLocation.isBucketName(bucket) else { throw .malformed("digestS3Bucket is not a bucket's name") }
        let object = try fields.required("digestS3Object")
        guard !object.isEmpty else { throw .malformed("digestS3Object is empty") }
        guard object.utf8.count <= limits.keyBytes else {
            throw .overLimit("digestS3Object is longer than \(limits.keyBytes) bytes")
        }
        let endTimeText = try fields.required("digestEndTime")
        guard let endTime = Timestamp(endTimeText) else { throw .malformed("digestEndTime is not an ISO 8601 time") }
        guard let startTime = Timestamp(try fields.required("digestStartTime")) else {
            throw .malformed("digestStartTime is not an ISO 8601 time")
        }
        if case .null = fields.values["previousDigestSignature"] {
            previousSignature = nil
        } else {
            previousSignature = try fields.required("previousDigestSignature")
        }
        self.startTime = startTime
        self.endTime = endTime
        self.endTimeText = endTimeText
        self.fingerprint = fingerprint.lowercased()
        location = ObjectLocation(bucket: bucket, key: ObjectKey(object))

        var problem: String?
        func note(_ text: String) { if problem == nil { problem = text } }
        if endTime < startTime { note("digestEndTime is before digestStartTime") }
        do throws(DigestFileError) {
            signatureAlgorithm = try fields.required("digestSignatureAlgorithm")
        } catch {
            if case .overLimit = error { throw error }
            signatureAlgorithm = nil
            note(error.text)
        }
        for name in ["oldestEventTime", "newestEventTime"] { fields.check(time: name, note) }
        if case .other = fields.values["awsAccountId"] { note("awsAccountId is not a string") }
        previous = try fields.previous(limits, note)
        if let error = fields.logFilesProblem { note(error) }
        if !fields.sawLogFiles { note("logFiles is missing") }
        logFiles = fields.logFiles
        self.problem = problem
    }
}

extension DigestFileError {
    fileprivate init(_ error: JSONError, _ limits: Limits) {
        switch error.reason {
        case .tooDeep: self = .overLimit("the JSON is nested deeper than \(limits.jsonDepth)")
        case .tooManyNames: self = .overLimit(error.description)
        default: self = .malformed(error.description)
        }
    }

    package var text: String {
        switch self {
        case .malformed(let text), .overLimit(let text): text
        }
    }
}

/// The members of a digest file, or of an entry of its list, before they are judged.
private struct DigestFields {
    enum Value {
        case text(String)
        case null
        case other
    }

    var values: [String: Value] = [:]
    var logFiles: [LogFileReference] = []
    var logFilesProblem: String?
    var sawLogFiles = false

    /// The longest text of any field, in bytes: the signature of an RSA-8192 key has 2,048.
    static let maximumTextBytes = 4096

    static let digestNames: Set<String> = [
        "awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object",
        "digestPublicKeyFingerprint", "digestSignatureAlgorithm", "newestEventTime", "oldestEventTime",
        "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm",
        "previousDigestSignature",
    ]
    static let entryNames: Set<String> = [
        "s3Bucket", "s3Object", "hashValue", "hashAlgorithm", "newestEventTime", "oldestEventTime",
    ]

    mutating func read(_ name: String, from reader: inout JSONReader, _ limits: Limits) throws(DigestFileError) {
        if name == "logFiles" {
            try readLogFiles(from: &reader, limits)
        } else {
            do throws(JSONError) {
                try readValue(name, Self.digestNames, from: &reader)
            } catch {
                throw DigestFileError(error, limits)
            }
        }
    }

    private mutating func readValue(
        _ name: String,
        _ known: Set<String>,
        from reader: inout JSONReader
    ) throws(JSONError) {
        guard known.contains(name) else { return try reader.skipValue() }
        switch try reader.kind() {
        case .string:
            values[name] = .text(try reader.readString())
        case .null:
            try reader.readNull()
            values[name] = .null
        default:
            try reader.skipValue()
            values[name] = .other
        }
    }

    private mutating func readLogFiles(from reader: inout JSONReader, _ limits: Limits) throws(DigestFileError) {
        sawLogFiles = true
        let kind: JSONReader.Kind
        do throws(JSONError) {
            kind = try reader.kind()
            if kind != .array { try reader.skipValue() }
        } catch {
            throw DigestFileError(error, limits)
        }
        guard kind == .array else {
            logFilesProblem = "logFiles is not a list"
            return
        }
        var count = 0
        try reader.readArray(
            { (reader) throws(DigestFileError) in
                count += 1
                guard count <= limits.digestEntries else {
                    throw .overLimit("logFiles has more than \(limits.digestEntries) entries")
                }
                try readEntry(number: count, from: &reader, limits)
            },
            failure: { DigestFileError($0, limits) }
        )
    }

    private mutating func readEntry(
        number: Int,
        from reader: inout JSONReader,
        _ limits: Limits
    ) throws(DigestFileError) {
        var entry = DigestFields()
        var isObject = true
        do throws(JSONError) {
            isObject = try reader.kind() == .object
            if isObject {
                try reader.readObject { (reader, name) throws(JSONError) in
                    try entry.readValue(name, Self.entryNames, from: &reader)
                }
            } else {
                try reader.skipValue()
            }
        } catch {
            throw DigestFileError(error, limits)
        }
        func note(_ text: String) {
            if logFilesProblem == nil { logFilesProblem = "logFiles entry \(number): \(text)" }
        }
        guard isObject else { return note("not an object") }
        do throws(DigestFileError) {
            let bucket = try entry.required("s3Bucket")
            let object = try entry.required("s3Object")
            let algorithm = try entry.required("hashAlgorithm")
            let hash = try entry.required("hashValue")
            guard object.utf8.count <= limits.keyBytes else {
                throw .overLimit("logFiles entry \(number): s3Object is longer than \(limits.keyBytes) bytes")
            }
            guard ObjectLocation.isBucketName(bucket) else { return note("s3Bucket is not a bucket's name") }
            guard !object.isEmpty else { return note("s3Object is empty") }
            guard algorithm == DigestFile.hashAlgorithm else { return note("hashAlgorithm is not SHA-256") }
            guard let bytes = Hex.decode(hash), let value = SHA256Digest(bytes) else {
                return note("hashValue is not 64 hex digits")
            }
            // Equal names share their storage: a list may be long, and all of it in one bucket.
            let shared = logFiles.last.flatMap { $0.location.bucket == bucket ? $0.location.bucket : nil }
            let location = ObjectLocation(bucket: shared ?? bucket, key: ObjectKey(object))
            logFiles.append(LogFileReference(location: location, hash: value))
        } catch {
            if case .overLimit = error { throw error }
            return note(error.text)
        }
        for name in ["oldestEventTime", "newestEventTime"] { entry.check(time: name, note) }
    }

    func required(_ name: String) throws(DigestFileError) -> String {
        switch values[name] {
        case .text(let text):
            guard text.utf8.count <= Self.maximumTextBytes else {
                throw .overLimit("\(name) is longer than \(Self.maximumTextBytes) bytes")
            }
            return text
        case .null: throw .malformed("\(name) is null")
        case .other: throw .malformed("\(name) is not a string")
        case nil: throw .malformed("\(name) is missing")
        }
    }

    /// A time that no verdict depends on: absent and null are fine, nonsense is not.
    func check(time name: String, _ note: (String) -> Void) {
        switch values[name] {
        case nil, .null: break
        case .text(let text): if Timestamp(text) == nil { note("\(name) is not an ISO 8601 time") }
        case .other: note("\(name) is neither a string nor null")
        }
    }

    /// The previous digest, from five fields that are all null or all there.
    func previous(
        _ limits: Limits,
        _ note: (String) -> Void
    ) throws(DigestFileError) -> DigestFile.Previous? {
        let names = [
            "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue",
            "previousDigestHashAlgorithm", "previousDigestSignature",
        ]
        let isNull = names.map { name in
            if case .text = values[name] { false } else if case .other = values[name] { false } else { true }
        }
        if isNull.allSatisfy({ $0 }) { return nil }
        do throws(DigestFileError) {
            let bucket = try required(names[0])
            let object = try required(names[1])
            let hash = try required(names[2])
            let algorithm = try required(names[3])
            let signature = try required(names[4])
            guard object.utf8.count <= limits.keyBytes else {
                throw .overLimit("previousDigestS3Object is longer than \(limits.keyBytes) bytes")
            }
            guard ObjectLocation.isBucketName(bucket), !object.isEmpty else {
                note("previousDigestS3Bucket or previousDigestS3Object is not the name of an object")
                return nil
            }
            guard algorithm == DigestFile.hashAlgorithm else {
                note("previousDigestHashAlgorithm is not SHA-256")
                return nil
            }
            guard let bytes = Hex.decode(hash), let value = SHA256Digest(bytes) else {
                note("previousDigestHashValue is not 64 hex digits")
                return nil
            }
            if signature.isEmpty || Hex.decode(signature) == nil { note("previousDigestSignature is not hex") }
            return DigestFile.Previous(
                location: ObjectLocation(bucket: bucket, key: ObjectKey(object)),
                hash: value
            )
        } catch {
            if case .overLimit = error { throw error }
            note(error.text)
            return nil
        }
    }
}
