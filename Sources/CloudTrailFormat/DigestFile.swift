/// What a digest file says of itself, of the digest before it and of the log files of its window.
///
/// Source: CloudTrail User Guide, "CloudTrail digest file structure". These are claims until the signature holds.
package struct DigestFile: Hashable, Sendable {
    /// The digest before this one in the chain.
    package struct Previous: Hashable, Sendable {
        package let location: ObjectLocation
        /// The SHA-256 of its uncompressed bytes.
        package let hash: SHA256Digest

        package init(location: ObjectLocation, hash: SHA256Digest) {
            self.location = location
            self.hash = hash
        }
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
    package let logFiles: LogFileList
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
        let signature = previousSignature ?? "null"
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            endTimeText.utf8.count + location.bucket.utf8.count + location.key.bytes.count + signature.utf8.count
                + 2 * SHA256Digest.byteCount + 4
        )
        bytes.append(endTimeText.utf8.span)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(location.bucket.utf8.span)
        bytes.append(UInt8(ascii: "/"))
        bytes.append(location.key.bytes.span)
        bytes.append(UInt8(ascii: "\n"))
        Hex.append(hash.inlineBytes.span, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(signature.utf8.span)
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

extension DigestFileError {
    package var text: String {
        switch self {
        case .malformed(let text), .overLimit(let text): text
        }
    }
}
