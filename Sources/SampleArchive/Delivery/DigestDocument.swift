/// What a digest file says, in CloudTrail's own words and order.
struct DigestDocument {
    /// What links a digest file to the one before it in its chain.
    struct Previous {
        var bucket: String
        var key: String
        var hash: String
        var hashAlgorithm = "SHA-256"
        var signature: String
    }

    /// A log file that a digest file lists.
    struct LogFile {
        var bucket: String
        var key: String
        var hash: String
        var hashAlgorithm = "SHA-256"
        var newestEventTime: String
        var oldestEventTime: String
    }

    var account: String
    var startTime: String
    var endTime: String
    var bucket: String
    var key: String
    var fingerprint: String
    var signatureAlgorithm = "SHA256withRSA"
    var newestEventTime: String?
    var oldestEventTime: String?
    /// `nil` in the first digest file of a chain.
    var previous: Previous?
    var logFiles: [LogFile]

    /// Changes what links it to the one before it, where there is one.
    mutating func changePrevious(_ change: (inout Previous) -> Void) {
        guard var previous else { return }
        change(&previous)
        self.previous = previous
    }

    /// The content of the file.
    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("awsAccountId", account)
            json.field("digestStartTime", startTime)
            json.field("digestEndTime", endTime)
            json.field("digestS3Bucket", bucket)
            json.field("digestS3Object", key)
            json.field("digestPublicKeyFingerprint", fingerprint)
            json.field("digestSignatureAlgorithm", signatureAlgorithm)
            json.field("newestEventTime", newestEventTime)
            json.field("oldestEventTime", oldestEventTime)
            json.field("previousDigestS3Bucket", previous?.bucket)
            json.field("previousDigestS3Object", previous?.key)
            json.field("previousDigestHashValue", previous?.hash)
            json.field("previousDigestHashAlgorithm", previous?.hashAlgorithm)
            json.field("previousDigestSignature", previous?.signature)
            json.key("logFiles")
            json.array { json in
                for file in logFiles { file.write(to: &json) }
            }
        }
        return json.bytes
    }

    /// What is signed, for a file whose content has the hex SHA-256 `contentHash`.
    func stringToSign(contentHash: String) -> String {
        [endTime, "\(bucket)/\(key)", contentHash, previous?.signature ?? "null"].joined(separator: "\n")
    }
}

extension DigestDocument.LogFile {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("s3Bucket", bucket)
            json.field("s3Object", key)
            json.field("hashValue", hash)
            json.field("hashAlgorithm", hashAlgorithm)
            json.field("newestEventTime", newestEventTime)
            json.field("oldestEventTime", oldestEventTime)
        }
    }
}
