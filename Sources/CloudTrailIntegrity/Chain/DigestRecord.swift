package import NativeInterop

/// A digest file of the archive, read once: what was found, before anything is judged. Its number is the index's.
///
/// A class, because every step that judges it would otherwise copy it.
package final class DigestRecord: Sendable {
    /// Why a file is no usable digest, whatever its signature.
    package enum Defect: Hashable, Sendable {
        case unreadable(ObjectReadError)
        /// The limit that was hit.
        case overLimit(String)
        /// What is broken.
        case malformed(String)
    }

    package let name: DigestFileName
    /// What it says, as far as it could be parsed; it may be there beside a defect of the container.
    package let claims: DigestClaims?
    package let defect: Defect?
    /// The SHA-256 of the uncompressed bytes; `nil` when they could not be read to their end.
    package let hash: SHA256Digest?
    /// The size of the uncompressed content that was read, in bytes.
    package let contentBytes: UInt64
    /// The file as it was when it was read, where that is to be remembered.
    package let metadata: ObjectMetadata?
    /// When it was proven, for a file that was not read in this run; its ``claims`` have no list then.
    package let provenAt: Timestamp?
    /// The file as it is stored, where that was asked for.
    package let stored: StoredContent?

    package init(
        name: DigestFileName,
        claims: DigestClaims?,
        defect: Defect?,
        hash: SHA256Digest?,
        contentBytes: UInt64,
        metadata: ObjectMetadata? = nil,
        stored: StoredContent? = nil
    ) {
        self.name = name
        self.claims = claims
        self.defect = defect
        self.hash = hash
        self.contentBytes = contentBytes
        self.stored = stored
        self.metadata = metadata
        provenAt = nil
    }

    /// A digest file that an earlier run proved and that has not changed since.
    package init(name: DigestFileName, proven: ProvenDigest) {
        self.name = name
        claims = proven.claims
        defect = nil
        hash = proven.hash
        contentBytes = 0
        metadata = proven.metadata
        provenAt = proven.hashedAt
        stored = nil
    }
}

/// The signatures that came with a digest file.
package struct DigestSignatures: Sendable {
    /// Those that were kept with it.
    package var own: [SignatureCandidate] = []
    /// Its `previousDigestSignature`; `nil` for the first of a chain.
    package var previous: SignatureText?
    /// What came of trying its own and the one that the next record has for it, should there be no other.
    package var trial: SignatureVerdict?

    package init() {}

    /// The same, where the records have other numbers.
    package func renumbered(_ number: (Int) -> Int) -> DigestSignatures {
        var renumbered = self
        renumbered.trial = trial?.renumbered(number)
        return renumbered
    }
}

/// The value of a signature.
package enum SignatureText: Hashable, Sendable {
    /// In hex, as written.
    case written(String)
    /// It was verified for the message with this SHA-256, and its text was dropped: a message has one PKCS#1 v1.5
    /// signature under a key, and a signature is one message's.
    case verified(SHA256Digest)
}

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
    /// The `previousDigestSignature` of the digest record with this number.
    case successor(Int)

    fileprivate func renumbered(_ number: (Int) -> Int) -> SignatureSource {
        if case .successor(let successor) = self { .successor(number(successor)) } else { self }
    }

    package var name: String {
        switch self {
        case .extendedAttribute: "extended-attribute"
        case .sidecar: "sidecar"
        case .manifest: "manifest"
        case .state: "state"
        case .given: "given"
        case .successor: "successor"
        }
    }
}

/// A signature that may be a digest's.
package struct SignatureCandidate: Hashable, Sendable {
    package let source: SignatureSource
    package var text: SignatureText
    /// The algorithm it is said to be made with; `nil` when nothing is said.
    package let algorithm: String?
    /// When a backfill digest was made.
    package let backfillGenerationTime: Timestamp?

    package init(_ source: SignatureSource, _ text: SignatureText) {
        self.source = source
        self.text = text
        algorithm = nil
        backfillGenerationTime = nil
    }

    package init(_ source: SignatureSource, _ metadata: SignatureMetadata) {
        self.source = source
        text = .written(metadata.signature)
        algorithm = metadata.algorithm
        backfillGenerationTime = metadata.backfillGenerationTime
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

    fileprivate func renumbered(_ number: (Int) -> Int) -> SignatureVerdict {
        switch self {
        case .valid(let source, let differing):
            .valid(source.renumbered(number), differing: differing.map { $0.renumbered(number) })
        case .failed(let sources): .failed(sources.map { $0.renumbered(number) })
        case .unsupportedAlgorithm, .keyUnknown, .noCandidate, .notApplicable: self
        }
    }
}
