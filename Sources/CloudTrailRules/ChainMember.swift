package import CloudTrailFormat

/// A place in a chain: one key, whatever number of files map to it.
package struct ChainMember: Sendable {
    /// The digest file that stands for the place: a verified one where there is one.
    package let digest: DigestID
    package let key: KeyID
    /// The time that it speaks of.
    package let window: TimeRange
    /// The key that it says its predecessor has; `nil` where it names none of its own account and region.
    package let previousKey: KeyID?
    package let standing: DigestStanding
    /// Whether it was found in another place than it says, so that it is not known to be the chain's.
    package let isRelocated: Bool
    /// Whether another digest file names the same predecessor.
    package let sharesPredecessor: Bool

    package var isVerified: Bool { standing == .verified }

    /// What stands for the place.
    package enum Claim: Sendable {
        /// A verified digest file, whose claims count.
        case verified(VerifiedDigest)
        /// Any other, which stands for the hour before the end in its name.
        case unverified(DigestID, nameEnd: Timestamp)
    }

    package init(
        _ claim: Claim,
        key: KeyID,
        previousKey: KeyID?,
        isRelocated: Bool = false,
        sharesPredecessor: Bool = false
    ) {
        switch claim {
        case .verified(let verified):
            (digest, window, standing) = (verified.digest, verified.window, .verified)
        case .unverified(let digest, let end):
            window = ChainClock.window(claimed: nil, nameEnd: end, .unverified)
            (self.digest, standing) = (digest, .unverified)
        }
        self.key = key
        self.previousKey = previousKey
        self.isRelocated = isRelocated
        self.sharesPredecessor = sharesPredecessor
    }
}

/// The digest that another names as the one before it.
package struct NamedPredecessor: Hashable, Sendable {
    package let bucket: BucketID
    /// The SHA-256 of its uncompressed bytes.
    package let hash: SHA256Digest

    package init(bucket: BucketID, hash: SHA256Digest) {
        self.bucket = bucket
        self.hash = hash
    }
}

/// What the rules of a chain ask of the archive.
package struct ChainArchive {
    /// What a digest file names as the one before it; `nil` where it names none.
    package let predecessor: (DigestID) -> NamedPredecessor?
    /// The key that a digest file says its predecessor has; `nil` where it names none of its own account and region.
    package let previousKey: (DigestID) -> KeyID?
    /// Where that predecessor was put.
    package let predecessorLocation: (DigestID) -> ObjectLocation?
    /// The SHA-256 of a digest file's content.
    package let hash: (DigestID) -> SHA256Digest?
    /// The digest files under a key, in a bucket as far as that is known.
    package let held: (KeyID, BucketID) -> [DigestID]

    package init(
        predecessor: @escaping (DigestID) -> NamedPredecessor?,
        previousKey: @escaping (DigestID) -> KeyID?,
        predecessorLocation: @escaping (DigestID) -> ObjectLocation?,
        hash: @escaping (DigestID) -> SHA256Digest?,
        held: @escaping (KeyID, BucketID) -> [DigestID]
    ) {
        self.predecessor = predecessor
        self.previousKey = previousKey
        self.predecessorLocation = predecessorLocation
        self.hash = hash
        self.held = held
    }
}
