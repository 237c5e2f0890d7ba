/// How much a finding says.
@nonexhaustive public enum Severity: String, Hashable, Comparable, CaseIterable, Sendable {
    /// Good to know.
    case notice
    /// No proof either way.
    case unverified
    /// Proof that something is not as AWS delivered it, or that something AWS delivered is gone.
    case violation

    /// Whether the first says less than the second.
    public static func < (lhs: Severity, rhs: Severity) -> Bool {
        lhs.rank < rhs.rank
    }

    private var rank: Int {
        switch self {
        case .notice: 0
        case .unverified: 1
        case .violation: 2
        }
    }
}

/// What a finding is called. The raw values are a contract: other programs read them.
@nonexhaustive public enum FindingKind: String, Hashable, CaseIterable, Sendable {
    // Violations.

    /// Signature and key are there and it does not verify; also any algorithm but SHA256withRSA.
    case digestSignatureInvalid = "digest-signature-invalid"
    /// A verified successor's previous hash, bucket or signature disagrees with this file.
    case digestLinkMismatch = "digest-link-mismatch"
    /// Container, JSON or a required field broken.
    case digestMalformed = "digest-malformed"
    /// Its own path or bucket contradicts what it says of itself under a valid signature.
    case digestRelocated = "digest-relocated"
    /// A verified successor in range names it and it is not there; or it follows from the hourly rhythm.
    case digestMissing = "digest-missing"
    /// Content differs from a verified digest's SHA-256.
    case logModified = "log-modified"
    /// Bytes or a second member after the gzip stream.
    case logTrailingData = "log-trailing-data"
    /// Truncated or corrupt container, also with the right content.
    case logMalformed = "log-malformed"
    /// Listed by a verified digest in range and not there.
    case logMissing = "log-missing"
    /// A verified digest lists a key that no object has, or that leads through a link.
    case referenceUnsafe = "reference-unsafe"
    /// The digest that an earlier run proved last is no longer there, or no longer the same.
    case anchorLost = "anchor-lost"

    // Unverified.

    /// No usable signature.
    case digestUnsigned = "digest-unsigned"
    /// No key with that fingerprint.
    case digestKeyUnknown = "digest-key-unknown"
    /// The digest file could not be read.
    case digestUnreadable = "digest-unreadable"
    /// Signed digest files that lie at another offset than the rest of their root, without contradicting their path.
    case partElsewhere = "part-elsewhere"
    /// A verified digest names files of another account or region than its own.
    case listingForeign = "listing-foreign"
    /// The log file could not be read.
    case logUnreadable = "log-unreadable"
    /// A limit was hit by a digest file.
    case digestOverLimit = "digest-over-limit"
    /// A limit was hit by a log file.
    case logOverLimit = "log-over-limit"
    /// Listed only by digests that are not verified, whatever its hash.
    case logUnauthenticated = "log-unauthenticated"
    /// In the archive and listed by no digest.
    case logUnreferenced = "log-unreferenced"
    /// Between two digests of a chain nothing attests the time.
    case chainGap = "chain-gap"
    /// Two verified digests name the same predecessor.
    case chainForked = "chain-forked"
    /// Verified coverage does not reach where it must.
    case coverageShort = "coverage-short"
    /// Named objects lie in a bucket or prefix of which the archive holds nothing.
    case locationNotHeld = "location-not-held"
    /// No verified digest in range.
    case nothingValidated = "nothing-validated"

    // Notices.

    /// The download decompressed the file.
    case logDecompressed = "log-decompressed"
    /// A new chain was begun without a gap before it.
    case chainRestart = "chain-restart"
    /// A digest's window starts before its predecessor's ends.
    case chainOverlap = "chain-overlap"
    /// Another source has another signature than the one that verifies.
    case signatureSourceDiffers = "signature-source-differs"
    /// The digest was signed outside its key's validity.
    case keyOutsideValidity = "key-outside-validity"
    /// A key that no earlier run had.
    case keyNew = "key-new"
    /// When a key was valid cannot be read.
    case keyValidityUnreadable = "key-validity-unreadable"
    /// No signature of a file of signatures is of a digest file that is held.
    case signaturesUnused = "signatures-unused"
    /// A second copy of the same key with the same content.
    case duplicateObject = "duplicate-object"
    /// Verified digests list different hashes for the same log file; the newest counts.
    case listingDiffers = "listing-differs"
    /// The oldest digest held names a predecessor that was not asked for.
    case chainStartsBeforeArchive = "chain-starts-before-archive"
    /// A log file of the oldest digest held, in a day's folder that the archive does not hold.
    case logOutsideArchive = "log-outside-archive"
    /// A log file so new that its digest may not have been delivered.
    case logAwaitingDigest = "log-awaiting-digest"
    /// An acknowledgement that counts no more.
    case acknowledgementExpired = "acknowledgement-expired"
    /// An acknowledgement that no finding matches, or several.
    case acknowledgementUnmatched = "acknowledgement-unmatched"

    /// How much a finding of this kind says (V1).
    public var severity: Severity {
        switch self {
        case .digestSignatureInvalid, .digestLinkMismatch, .digestMalformed, .digestRelocated, .digestMissing,
            .logModified, .logTrailingData, .logMalformed, .logMissing, .referenceUnsafe, .anchorLost:
            .violation
        case .digestUnsigned, .digestKeyUnknown, .digestUnreadable, .partElsewhere, .listingForeign, .logUnreadable,
            .digestOverLimit, .logOverLimit, .logUnauthenticated, .logUnreferenced, .chainGap, .chainForked,
            .coverageShort, .locationNotHeld, .nothingValidated:
            .unverified
        case .logDecompressed, .chainRestart, .chainOverlap, .signatureSourceDiffers, .keyOutsideValidity, .keyNew,
            .keyValidityUnreadable, .signaturesUnused, .duplicateObject, .listingDiffers, .chainStartsBeforeArchive,
            .logOutsideArchive, .logAwaitingDigest, .acknowledgementExpired, .acknowledgementUnmatched:
            .notice
        }
    }

    /// Whether a caller may accept findings of this kind: unverified ones, but for those that would hide that nothing
    /// was checked or that a limit stopped the check.
    public var isAllowable: Bool {
        switch self {
        case .digestOverLimit, .logOverLimit, .nothingValidated: false
        default: severity == .unverified
        }
    }
}
