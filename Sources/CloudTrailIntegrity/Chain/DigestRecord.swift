package import NativeInterop

/// A digest file of the archive, read once: what was found, before anything is judged.
package struct DigestRecord: Sendable {
    /// Why a file is no usable digest, whatever its signature.
    package enum Defect: Hashable, Sendable {
        case unreadable(ObjectReadError)
        /// The limit that was hit.
        case overLimit(String)
        /// What is broken.
        case malformed(String)
    }

    /// The number of the file in the index.
    package let fileNumber: Int
    package let name: DigestFileName
    /// The content, as far as it could be parsed; it may be there beside a defect of the container.
    package let file: DigestFile?
    package let defect: Defect?
    /// The SHA-256 of the uncompressed bytes; `nil` when they could not be read to their end.
    package let hash: SHA256Digest?
    /// Signatures kept with the file, and where.
    package let ownSignatures: [SignatureCandidate]
    /// The size of the uncompressed content, in bytes.
    package let contentBytes: UInt64

    package init(
        fileNumber: Int,
        name: DigestFileName,
        file: DigestFile?,
        defect: Defect?,
        hash: SHA256Digest?,
        ownSignatures: [SignatureCandidate],
        contentBytes: UInt64
    ) {
        self.fileNumber = fileNumber
        self.name = name
        self.file = file
        self.defect = defect
        self.hash = hash
        self.ownSignatures = ownSignatures
        self.contentBytes = contentBytes
    }
}

/// Where a signature was found.
package enum SignatureSource: Hashable, Sendable {
    /// In the extended attributes of the file.
    case extendedAttribute
    /// In the answer of `head-object` saved beside the file.
    case sidecar
    /// In a signature manifest.
    case manifest
    /// The `previousDigestSignature` of the digest record with this number.
    case successor(Int)

    package var name: String {
        switch self {
        case .extendedAttribute: "extended-attribute"
        case .sidecar: "sidecar"
        case .manifest: "manifest"
        case .successor: "successor"
        }
    }
}

/// A signature that may be a digest's.
package struct SignatureCandidate: Hashable, Sendable {
    package let source: SignatureSource
    package let metadata: SignatureMetadata

    package init(source: SignatureSource, metadata: SignatureMetadata) {
        self.source = source
        self.metadata = metadata
    }
}

/// What trying all candidates came to.
package enum SignatureVerdict: Hashable, Sendable {
    /// One verifies; `differing` are the sources that say otherwise.
    case valid(SignatureSource, differing: [SignatureSource])
    /// The digest names another algorithm than SHA256withRSA.
    case unsupportedAlgorithm(String)
    /// No key has the digest's fingerprint.
    case keyUnknown
    /// There are candidates and none verifies.
    case failed([SignatureSource])
    /// There is no candidate.
    case noCandidate
    /// The file could not be parsed, so there is nothing to verify.
    case notApplicable
}
