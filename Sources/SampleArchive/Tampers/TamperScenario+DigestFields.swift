internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// One field of a digest file is changed and the file is not signed again.
extension TamperScenario {
    static let digestFieldAccount = changing("awsAccountId") { $0.account = "999999999999" }

    static let digestFieldStartTime = changing("digestStartTime") { $0.startTime = earlier($0.startTime) }

    static let digestFieldEndTime = changing("digestEndTime") { $0.endTime = earlier($0.endTime) }

    /// Where the layout does not name the bucket, the verified successor still tells that this is not what it saw.
    static let digestFieldBucket = changing("digestS3Bucket", "digest-link-mismatch") { $0.bucket += "-2" }

    static let digestFieldObject = changing("digestS3Object") { document in
        document.key = document.key.dropLast(".json.gz".count) + "x.json.gz"
    }

    /// No key has this fingerprint, but the verified successor saw another file.
    static let digestFieldFingerprint = changing("digestPublicKeyFingerprint", "digest-link-mismatch") { document in
        document.fingerprint = changingFirstDigit(of: document.fingerprint)
    }

    static let digestFieldSignatureAlgorithm = changing("digestSignatureAlgorithm") { document in
        document.signatureAlgorithm = "SHA512withRSA"
    }

    static let digestFieldNewestEventTime = changing("newestEventTime") { $0.newestEventTime = earlier($0.endTime) }

    static let digestFieldOldestEventTime = changing("oldestEventTime") { $0.oldestEventTime = earlier($0.startTime) }

    static let digestFieldPreviousBucket = changing("previousDigestS3Bucket") { $0.previous?.bucket += "-2" }

    static let digestFieldPreviousObject = changing("previousDigestS3Object") { $0.previous?.key += "2" }

    static let digestFieldPreviousHash = changing("previousDigestHashValue") { document in
        document.changePrevious { $0.hash = changingFirstDigit(of: $0.hash) }
    }

    static let digestFieldPreviousHashAlgorithm = changing("previousDigestHashAlgorithm") { document in
        document.previous?.hashAlgorithm = "SHA-1"
    }

    /// The digest file before it is intact and must not be called tampered with.
    static let digestFieldPreviousSignature = changing(
        "previousDigestSignature",
        differing: true,
        { document in document.changePrevious { $0.signature = changingFirstDigit(of: $0.signature) } }
    )

    static let digestFieldLogBucket = changingEntry("s3Bucket") { $0.bucket += "-2" }

    static let digestFieldLogObject = changingEntry("s3Object") { $0.key += "2" }

    static let digestFieldLogHashAlgorithm = changingEntry("hashAlgorithm") { $0.hashAlgorithm = "SHA-1" }

    static let digestFieldLogNewestEventTime = changingEntry("newestEventTime") { entry in
        entry.newestEventTime = earlier(entry.newestEventTime)
    }

    static let digestFieldLogOldestEventTime = changingEntry("oldestEventTime") { entry in
        entry.oldestEventTime = earlier(entry.oldestEventTime)
    }

    private static func changing(
        _ field: String,
        _ kind: String = "digest-signature-invalid",
        listing logs: Int = 0,
        differing isPreviousDiffering: Bool = false,
        _ change: @escaping @Sendable (inout DigestDocument) -> Void
    ) -> TamperScenario {
        TamperScenario(
            summary: "A digest file says something else in \(field)",
            need: .digest(listing: logs)
        ) { chain, place, delivery in
            var document = chain[place.hour].digest.document
            change(&document)
            chain[place.hour].digest.store(try delivery.gzip(document.json))
            var consequences = TamperEffect.logs(of: chain[place.hour], unverified: document)
            if isPreviousDiffering {
                let previous = chain[place.hour - 1].digest.key
                consequences.append(ExpectedFinding(kind: "signature-source-differs", key: previous))
            }
            return TamperEffect(chain[place.hour].digest.key, kind, consequences: consequences)
        }
    }

    private static func changingEntry(
        _ field: String,
        _ change: @escaping @Sendable (inout DigestDocument.LogFile) -> Void
    ) -> TamperScenario {
        changing("\(field) of a log file", listing: 1) { change(&$0.logFiles[0]) }
    }

    /// The time a second before.
    private static func earlier(_ time: String) -> String {
        Timestamp(time)?.advanced(bySeconds: -1).iso8601 ?? time
    }

    private static func changingFirstDigit(of hex: String) -> String {
        (hex.hasPrefix("0") ? "1" : "0") + hex.dropFirst()
    }
}
