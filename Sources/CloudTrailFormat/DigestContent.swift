/// What a digest file's JSON holds, before it is judged.
struct DigestContent: ~Copyable {
    enum Name: Int, CodingKey, CaseIterable {
        case awsAccountId, digestStartTime, digestEndTime, digestS3Bucket, digestS3Object, digestPublicKeyFingerprint
        case digestSignatureAlgorithm, newestEventTime, oldestEventTime, previousDigestS3Bucket, previousDigestS3Object
        case previousDigestHashValue, previousDigestHashAlgorithm, previousDigestSignature, logFiles
    }

    enum EntryName: Int, CodingKey, CaseIterable {
        case s3Bucket, s3Object, hashValue, hashAlgorithm, newestEventTime, oldestEventTime
    }

    typealias Fields = DigestFields<15, Name>
    typealias EntryFields = DigestFields<6, EntryName>

    private static let names = JSONNames<Name>()
    private static let entryNames = JSONNames<EntryName>()

    private let limits: Limits
    private(set) var fields = Fields()
    private(set) var logFiles: LogFileList.Builder
    private(set) var logFilesProblem: String?
    private(set) var sawLogFiles = false

    /// - Parameter likelyBuckets: The buckets that its list probably names.
    init(_ limits: Limits, likelyBuckets: [String] = []) {
        self.limits = limits
        logFiles = LogFileList.Builder(likelyBuckets: likelyBuckets)
    }

    /// Reads the digest file.
    ///
    /// - Parameter isStopped: Asked for every entry of the list; the rest is not read once it is so.
    mutating func read(from reader: inout JSONReader, isStopped: () -> Bool) throws(DigestFileError) {
        let limits = limits
        try reader.readObject(
            Self.names,
            { (reader, name) throws(DigestFileError) in
                if name == .logFiles { return try readLogFiles(from: &reader, isStopped) }
                do throws(JSONError) {
                    guard let name else { return try reader.skipValue() }
                    try fields.read(name, from: &reader)
                } catch {
                    throw DigestFileError(error, limits)
                }
            },
            failure: { DigestFileError($0, limits) }
        )
        do throws(JSONError) { try reader.expectEnd() } catch { throw DigestFileError(error, limits) }
    }

    private mutating func readLogFiles(
        from reader: inout JSONReader,
        _ isStopped: () -> Bool
    ) throws(DigestFileError) {
        let limits = limits
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
        var entry = EntryFields()
        try reader.readArray(
            { (reader) throws(DigestFileError) in
                count += 1
                if isStopped() { throw .malformed("it was not read to its end") }
                guard count <= limits.digestEntries else {
                    throw .overLimit("logFiles has more than \(limits.digestEntries) entries")
                }
                entry.reset()
                try readEntry(&entry, number: count, from: &reader)
            },
            failure: { DigestFileError($0, limits) }
        )
    }

    private mutating func readEntry(
        _ entry: inout EntryFields,
        number: Int,
        from reader: inout JSONReader
    ) throws(DigestFileError) {
        var isObject = true
        let before = reader.remainingBytes
        do throws(JSONError) {
            isObject = try reader.kind() == .object
            if isObject {
                try reader.readObject(Self.entryNames) { (reader, name) throws(JSONError) in
                    guard let name else { return try reader.skipValue() }
                    try entry.read(name, from: &reader)
                }
            } else {
                try reader.skipValue()
            }
        } catch {
            throw DigestFileError(error, limits)
        }
        // Entries are about as long as each other, so the first tells how many there may be.
        if number == 1, case .text(let key) = entry[.s3Object] {
            let length = max(1, before - reader.remainingBytes)
            logFiles.reserve(min(1 + reader.remainingBytes / length, limits.digestEntries), keyCount: key.count)
        }
        do throws(DigestFileError) {
            guard isObject else { throw .malformed("not an object") }
            try add(entry, number: number, reader)
        } catch {
            if case .overLimit = error { throw error }
            if logFilesProblem == nil { logFilesProblem = "logFiles entry \(number): \(error.text)" }
        }
    }

    /// Adds an entry to the list; what is `.malformed` is left out of it, or is a time that no verdict depends on.
    private mutating func add(
        _ entry: borrowing EntryFields,
        number: Int,
        _ reader: borrowing JSONReader
    ) throws(DigestFileError) {
        let bucket = try entry.required(.s3Bucket)
        let object = try entry.required(.s3Object)
        let algorithm = try entry.required(.hashAlgorithm)
        let hash = try entry.required(.hashValue)
        guard object.count <= limits.keyBytes else {
            throw .overLimit("logFiles entry \(number): s3Object is longer than \(limits.keyBytes) bytes")
        }
        guard logFiles.isLastBucket(bucket, of: reader) || reader.withBytes(of: bucket, ObjectLocation.isBucketName)
        else { throw .malformed("s3Bucket is not a bucket's name") }
        guard object.count > 0 else { throw .malformed("s3Object is empty") }
        guard reader.withBytes(of: algorithm, { $0.isSame(as: DigestFile.hashAlgorithm) }) else {
            throw .malformed("hashAlgorithm is not SHA-256")
        }
        guard let value = reader.withBytes(of: hash, { SHA256Digest(hex: $0) }) else {
            throw .malformed("hashValue is not 64 hex digits")
        }
        logFiles.append(bucket: bucket, key: object, of: reader, hash: value)
        if let problem = entry.problem(ofTime: .oldestEventTime, reader) { throw .malformed(problem) }
        if let problem = entry.problem(ofTime: .newestEventTime, reader) { throw .malformed(problem) }
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
}
