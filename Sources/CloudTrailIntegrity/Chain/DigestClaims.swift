package import NativeInterop

/// What a digest file says: claims, until its signature holds.
package struct DigestClaims: Sendable {
    /// `digestStartTime`.
    package let startTime: Timestamp
    /// `digestEndTime`.
    package let endTime: Timestamp
    /// `digestS3Bucket` and `digestS3Object`.
    package let location: ObjectLocation
    /// `digestPublicKeyFingerprint`, in lower case.
    package let fingerprint: String
    /// `digestSignatureAlgorithm`, where it is another than CloudTrail's.
    package let unsupportedAlgorithm: String?
    /// The digest before this one; `nil` for the first of a chain, and when a field of it is broken.
    package let previous: DigestFile.Previous?
    /// Whether this digest says that no digest came before it.
    package let isStartingDigest: Bool
    /// The first broken field that the signature does not depend on.
    package let problem: String?
    /// The SHA-256 of the string to sign; `nil` when the content could not be read to its end.
    package let message: SHA256Digest?
    package let logs: ListedLogs

    package init(_ file: DigestFile, message: SHA256Digest?, logs: ListedLogs) {
        startTime = file.startTime
        endTime = file.endTime
        location = file.location
        fingerprint = file.fingerprint
        unsupportedAlgorithm = file.signatureAlgorithm.flatMap { $0 == DigestFile.signatureAlgorithm ? nil : $0 }
        previous = file.previous
        isStartingDigest = file.isStartingDigest
        problem = file.problem
        self.message = message
        self.logs = logs
    }

    /// What a digest file said that was proven before and is not read again.
    package init(
        startTime: Timestamp,
        endTime: Timestamp,
        location: ObjectLocation,
        fingerprint: String,
        previous: DigestFile.Previous?,
        isStartingDigest: Bool
    ) {
        self.startTime = startTime
        self.endTime = endTime
        self.location = location
        self.fingerprint = fingerprint
        unsupportedAlgorithm = nil
        self.previous = previous
        self.isStartingDigest = isStartingDigest
        problem = nil
        message = nil
        logs = .none
    }
}
