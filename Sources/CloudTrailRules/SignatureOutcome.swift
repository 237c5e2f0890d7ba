/// Where a signature was found.
package enum SignatureSource: Hashable, Sendable {
    /// In the extended attributes of the file.
    case extendedAttribute
    /// In the answer of `head-object` saved beside the file.
    case sidecar
    /// In a signature manifest.
    case manifest
    /// An earlier run proved a file with this content here.
    case state
    /// Given by the caller for this very digest file.
    case given
    /// The `previousDigestSignature` of this digest.
    case successor(DigestID)

    /// Whether it was kept for this very file, and not repeated by another.
    var isOwn: Bool {
        if case .successor = self { false } else { true }
    }
}

/// What trying all candidates came to.
package enum SignatureOutcome: Hashable, Sendable {
    /// One verifies; `differing` are the sources of others that do not.
    case valid(SignatureSource, differing: [SignatureSource])
    /// The digest names another algorithm than SHA256withRSA.
    case unsupportedAlgorithm(String)
    /// No given key has the digest's fingerprint.
    case keyUnknown
    /// There are candidates and none verifies.
    case failed([SignatureSource])
    /// There is no candidate.
    case noCandidate
    /// The file could not be parsed, so there is nothing to verify.
    case notApplicable

    package var isValid: Bool {
        if case .valid = self { true } else { false }
    }
}
