internal import CloudTrailFormat

/// What digests say of one key.
struct LogListing: Sendable {
    /// The newest digest that speaks of it: a verified one where there is one.
    let record: Int
    let isVerified: Bool
    let location: ObjectLocation
    let hash: SHA256Digest
    /// Verified digests disagree.
    let differs: Bool
    /// Where an earlier run proved it, if one did.
    let provenIn: Place?

    /// A folder of a source.
    struct Place: Hashable, Sendable {
        /// The number of the source.
        let root: Int
        /// Below the root, with the `/` at its end; `nil` where that is not known.
        let folder: ObjectKey?
    }
}
