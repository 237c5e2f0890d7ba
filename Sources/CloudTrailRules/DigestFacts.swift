package import CloudTrailFormat

/// What is known of a digest file before it is judged.
package struct DigestFacts: Sendable {
    /// Why a file is not a usable digest, whatever its signature.
    package enum Defect: Hashable, Sendable {
        case unreadable(ObjectReadError)
        /// The limit that was hit.
        case overLimit(String)
        case malformed(Malformation)
    }

    /// How the place of a signed digest file agrees with what it says of itself.
    package enum Place: Hashable, Sendable {
        /// It agrees; or the file is not signed, and what it says does not matter.
        case inPlace
        /// Its own path contradicts it.
        case relocated
        /// It belongs to a part of the archive that lies elsewhere below the root.
        case elsewhere
    }

    package let defect: Defect?
    /// The first broken field that the signature does not depend on; `nil` where none is, and where it says nothing.
    package let problem: String?
    /// The SHA-256 of the content; `nil` where it could not be read to its end.
    package let hash: SHA256Digest?
    /// The bucket that it says it is in.
    package let bucket: BucketID?
    package let place: Place
    package let signature: SignatureOutcome

    package init(
        defect: Defect? = nil,
        problem: String? = nil,
        hash: SHA256Digest?,
        bucket: BucketID?,
        place: Place = .inPlace,
        signature: SignatureOutcome
    ) {
        self.defect = defect
        self.problem = problem
        self.hash = hash
        self.bucket = bucket
        self.place = place
        self.signature = signature
    }
}

/// A verified digest that names the judged one as its predecessor.
package struct VerifiedSuccessor: Sendable {
    /// What became of the signature that it repeats.
    package enum Repeated: Hashable, Sendable {
        /// It was tried on the judged file, and does not verify.
        case failed
        /// It verifies, or was not tried.
        case other
    }

    package let digest: DigestID
    package let kind: ChainKind
    /// What it names; `nil` where its fields are broken.
    package let names: NamedPredecessor?
    package let repeated: Repeated

    package init(_ digest: DigestID, _ kind: ChainKind, names: NamedPredecessor?, repeated: Repeated) {
        self.digest = digest
        self.kind = kind
        self.names = names
        self.repeated = repeated
    }
}
