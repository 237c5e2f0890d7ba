/// Texts that most digest files of an archive share: consecutive files keep them in the same memory.
package struct StringReuse: Sendable {
    fileprivate var bucket = ""
    fileprivate var fingerprint = ""
    fileprivate var listedBuckets: [String] = []

    package init() {}
}

extension DigestFile {
    /// Reads a digest file's uncompressed bytes.
    ///
    /// Required before anything is verified: the fingerprint, the bucket, the object, `previousDigestSignature` (which
    /// may be null) and both times. Any other broken field is kept in ``problem``; unknown fields are tolerated.
    ///
    /// - Parameters:
    ///   - texts: What the digest file before had, and then this one's.
    ///   - isStopped: Polled; when it returns true, parsing throws an error that must be ignored.
    package init(
        parsing bytes: [UInt8],
        limits: Limits,
        texts: inout StringReuse,
        isStopped: () -> Bool
    ) throws(DigestFileError) {
        var reader = JSONReader(bytes, maximumDepth: limits.jsonDepth)
        var content = DigestContent(limits, likelyBuckets: texts.listedBuckets)
        try content.read(from: &reader, isStopped: isStopped)
        let file = try Self.read(content, reader, limits, texts)
        texts.bucket = file.location.bucket
        texts.fingerprint = file.fingerprint
        if file.logFiles.buckets.count == 1 { texts.listedBuckets = file.logFiles.buckets }
        self = file
    }

    /// Reads a digest file's uncompressed bytes by themselves.
    package init(parsing bytes: [UInt8], limits: Limits) throws(DigestFileError) {
        var texts = StringReuse()
        try self.init(parsing: bytes, limits: limits, texts: &texts) { false }
    }

    // All of it is made at the end: an initializer that may throw on the way would copy it.
    private static func read(
        _ content: borrowing DigestContent,
        _ reader: borrowing JSONReader,
        _ limits: Limits,
        _ texts: StringReuse
    ) throws(DigestFileError) -> DigestFile {
        let fingerprint = try content.fields.required(.digestPublicKeyFingerprint)
        guard fingerprint.count == 32, reader.withBytes(of: fingerprint, { Hex.isHex($0) }) else {
            throw .malformed("digestPublicKeyFingerprint is not 32 hex digits")
        }
        let bucket = try content.fields.required(.digestS3Bucket)
        guard reader.withBytes(of: bucket, { ObjectLocation.isBucketName($0) }) else {
            throw .malformed("digestS3Bucket is not a bucket's name")
        }
        let object = try content.fields.required(.digestS3Object)
        guard object.count > 0 else { throw .malformed("digestS3Object is empty") }
        guard object.count <= limits.keyBytes else {
            throw .overLimit("digestS3Object is longer than \(limits.keyBytes) bytes")
        }
        let endTimeText = try content.fields.required(.digestEndTime)
        guard let endTime = reader.withBytes(of: endTimeText, { Timestamp(utf8: $0) }) else {
            throw .malformed("digestEndTime is not an ISO 8601 time")
        }
        let startTimeText = try content.fields.required(.digestStartTime)
        guard let startTime = reader.withBytes(of: startTimeText, { Timestamp(utf8: $0) }) else {
            throw .malformed("digestStartTime is not an ISO 8601 time")
        }
        let previousSignature: JSONReader.Text?
        if case .null = content.fields[.previousDigestSignature] {
            previousSignature = nil
        } else {
            previousSignature = try content.fields.required(.previousDigestSignature)
        }
        let ownBucket = reader.string(bucket, sharing: texts.bucket)

        var problem: String?
        func note(_ text: String) { if problem == nil { problem = text } }
        if endTime < startTime { note("digestEndTime is before digestStartTime") }
        var signatureAlgorithm: String?
        do throws(DigestFileError) {
            signatureAlgorithm = reader.string(try content.fields.required(.digestSignatureAlgorithm))
        } catch {
            if case .overLimit = error { throw error }
            note(error.text)
        }
        if let error = content.fields.problem(ofTime: .oldestEventTime, reader) { note(error) }
        if let error = content.fields.problem(ofTime: .newestEventTime, reader) { note(error) }
        if case .other = content.fields[.awsAccountId] { note("awsAccountId is not a string") }
        let previous = try previous(content.fields, reader, limits, sharing: ownBucket, note)
        if let error = content.logFilesProblem { note(error) }
        if !content.sawLogFiles { note("logFiles is missing") }
        return DigestFile(
            startTime: startTime,
            endTime: endTime,
            endTimeText: reader.string(endTimeText),
            location: ObjectLocation(bucket: ownBucket, key: ObjectKey(bytes: reader.bytes(of: object))),
            fingerprint: reader.withBytes(of: fingerprint) { fingerprint in
                fingerprint.isSame(as: texts.fingerprint) ? texts.fingerprint : Hex.lowercased(fingerprint)
            },
            signatureAlgorithm: signatureAlgorithm,
            previous: previous,
            previousSignature: previousSignature.map { reader.string($0) },
            logFiles: content.logFiles.list,
            problem: problem
        )
    }

    /// The previous digest, from five fields that are all null or all there.
    ///
    /// - Parameter ownBucket: The bucket of this digest, whose storage is shared where the two are the same.
    private static func previous(
        _ fields: borrowing DigestContent.Fields,
        _ reader: borrowing JSONReader,
        _ limits: Limits,
        sharing ownBucket: String,
        _ note: (String) -> Void
    ) throws(DigestFileError) -> Previous? {
        func isNull(_ name: DigestContent.Name) -> Bool {
            switch fields[name] {
            case .missing, .null: true
            case .text, .other: false
            }
        }
        if isNull(.previousDigestS3Bucket), isNull(.previousDigestS3Object), isNull(.previousDigestHashValue),
            isNull(.previousDigestHashAlgorithm), isNull(.previousDigestSignature)
        {
            return nil
        }
        do throws(DigestFileError) {
            let bucket = try fields.required(.previousDigestS3Bucket)
            let object = try fields.required(.previousDigestS3Object)
            let hash = try fields.required(.previousDigestHashValue)
            let algorithm = try fields.required(.previousDigestHashAlgorithm)
            let signature = try fields.required(.previousDigestSignature)
            guard object.count <= limits.keyBytes else {
                throw .overLimit("previousDigestS3Object is longer than \(limits.keyBytes) bytes")
            }
            guard reader.withBytes(of: bucket, { ObjectLocation.isBucketName($0) }), object.count > 0 else {
                note("previousDigestS3Bucket or previousDigestS3Object is not the name of an object")
                return nil
            }
            guard reader.withBytes(of: algorithm, { $0.isSame(as: hashAlgorithm) }) else {
                note("previousDigestHashAlgorithm is not SHA-256")
                return nil
            }
            guard let value = reader.withBytes(of: hash, { SHA256Digest(hex: $0) }) else {
                note("previousDigestHashValue is not 64 hex digits")
                return nil
            }
            if signature.count == 0 || !reader.withBytes(of: signature, { Hex.isHex($0) }) {
                note("previousDigestSignature is not hex")
            }
            return Previous(
                location: ObjectLocation(
                    bucket: reader.string(bucket, sharing: ownBucket),
                    key: ObjectKey(bytes: reader.bytes(of: object))
                ),
                hash: value
            )
        } catch {
            if case .overLimit = error { throw error }
            note(error.text)
            return nil
        }
    }
}
