internal import NativeInterop

extension DigestFile {
    /// Reads a digest file's uncompressed bytes.
    ///
    /// Required before anything is verified: the fingerprint, the bucket, the object, `previousDigestSignature` (which
    /// may be null) and both times. Any other broken field is kept in ``problem``; unknown fields are tolerated.
    ///
    /// - Parameter isStopped: Asked now and then; where it is so, an error is thrown that says nothing of the file.
    package init(
        parsing bytes: [UInt8],
        limits: Limits,
        isStopped: @escaping () -> Bool = { false }
    ) throws(DigestFileError) {
        var reader = JSONReader(bytes, maximumDepth: limits.jsonDepth)
        var content = DigestContent(limits, isStopped: isStopped)
        try content.read(from: &reader)
        try self.init(content, reader, limits)
    }

    private init(
        _ content: borrowing DigestContent,
        _ reader: borrowing JSONReader,
        _ limits: Limits
    ) throws(DigestFileError) {
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
        if case .null = content.fields[.previousDigestSignature] {
            previousSignature = nil
        } else {
            previousSignature = reader.string(try content.fields.required(.previousDigestSignature))
        }
        self.startTime = startTime
        self.endTime = endTime
        self.endTimeText = reader.string(endTimeText)
        self.fingerprint = reader.withBytes(of: fingerprint) { Hex.lowercased($0) }
        location = ObjectLocation(bucket: reader.string(bucket), key: ObjectKey(bytes: reader.bytes(of: object)))

        var problem: String?
        func note(_ text: String) { if problem == nil { problem = text } }
        if endTime < startTime { note("digestEndTime is before digestStartTime") }
        do throws(DigestFileError) {
            signatureAlgorithm = reader.string(try content.fields.required(.digestSignatureAlgorithm))
        } catch {
            if case .overLimit = error { throw error }
            signatureAlgorithm = nil
            note(error.text)
        }
        if let error = content.fields.problem(ofTime: .oldestEventTime, reader) { note(error) }
        if let error = content.fields.problem(ofTime: .newestEventTime, reader) { note(error) }
        if case .other = content.fields[.awsAccountId] { note("awsAccountId is not a string") }
        previous = try Self.previous(content.fields, reader, limits, sharing: location.bucket, note)
        if let error = content.logFilesProblem { note(error) }
        if !content.sawLogFiles { note("logFiles is missing") }
        logFiles = content.logFiles.list
        self.problem = problem
    }

    /// The previous digest, from five fields that are all null or all there.
    ///
    /// - Parameter ownBucket: The bucket of this digest, whose storage is shared where the two are the same.
    private static func previous(
        _ fields: borrowing DigestFields<DigestContent.Name>,
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
            let isOwnBucket = reader.withBytes(of: bucket) { $0.isSame(as: ownBucket) }
            return Previous(
                location: ObjectLocation(
                    bucket: isOwnBucket ? ownBucket : reader.string(bucket),
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
