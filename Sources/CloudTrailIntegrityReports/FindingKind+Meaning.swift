package import CloudTrailIntegrity
internal import CloudTrailRules

extension FindingKind {
    /// What findings of this kind mean, in a sentence or two: for people who do not have the user guide at hand.
    package var meaning: String {
        switch self {
        case .digestSignatureInvalid:
            "The digest file's signature does not verify, or it names another algorithm than SHA256withRSA."
        case .digestLinkMismatch:
            "A verified successor saw another digest file in this place."
        case .digestMalformed:
            "The digest file's container, its JSON or one of its fields is broken, or bytes follow the container."
        case .digestRelocated:
            "The digest file is signed for another bucket or key than its path tells."
        case .digestMissing:
            "A verified successor names the digest file, or the hourly rhythm demands it, and it is not there."
        case .logModified:
            "The log file's content is not what a verified digest file lists."
        case .logTrailingData:
            "Bytes follow the log file's gzip stream, which readers such as zcat show as content."
        case .logMalformed:
            "The log file's container is cut off or corrupt."
        case .logMissing:
            "A verified digest file lists the log file and it is not there."
        case .referenceUnsafe:
            "A verified digest file names a key that no object has, or one that leads through a symbolic link."
        case .anchorLost:
            "The digest file that an earlier run proved last is gone, or another file is in its place."
        case .digestUnsigned:
            "No usable signature of the digest file is at hand."
        case .digestKeyUnknown:
            "No public key with the fingerprint that the digest file names was given."
        case .digestUnreadable:
            "The digest file, or the folder it would be in, could not be read."
        case .partElsewhere:
            "Signed digest files lie in a place of their own in this root, so their log files cannot be judged with it."
        case .listingForeign:
            "A verified digest file names files of another account or region than its own. It does not vouch for them, "
                + "so they are judged without it."
        case .logUnreadable:
            "The log file, or the folder it would be in, could not be read."
        case .digestOverLimit:
            "The digest file hits a limit on size, ratio, count or depth."
        case .logOverLimit:
            "The log file hits a limit on size or ratio."
        case .logUnauthenticated:
            "Only digest files that are not verified list the log file, whatever its content."
        case .logUnreferenced:
            "No digest file lists the log file: an added file looks like this."
        case .chainGap:
            "Between two digest files of a chain nothing attests the time. It does not say that nothing was "
                + "delivered."
        case .chainForked:
            "Two verified digest files name the same predecessor."
        case .coverageShort:
            "The verified coverage of a chain does not reach where it must, or an expected chain is not there."
        case .locationNotHeld:
            "Objects are named in a bucket or prefix of which the archive holds nothing."
        case .nothingValidated:
            "No digest file in range is verified."
        case .logDecompressed:
            "The download decompressed the log file; its content is proven."
        case .chainRestart:
            "A new chain begins, and no time lies between it and the one before."
        case .chainOverlap:
            "The window of a digest file starts before its predecessor's ends."
        case .signatureSourceDiffers:
            "One signature of the digest file verifies; another source has a different one."
        case .keyOutsideValidity:
            "The digest file was signed at a time when its key was not valid, by the times in the key file."
        case .keyNew:
            "No earlier run had this key."
        case .duplicateObject:
            "A second copy of the same object with the same content."
        case .listingDiffers:
            "Verified digest files list different hashes for the log file; the newest counts, and it matches."
        case .chainStartsBeforeArchive:
            "The oldest digest file held names a predecessor, and no start was asked for."
        case .logOutsideArchive:
            "A digest file lists the log file for a day before its own, of which the archive holds nothing."
        case .logAwaitingDigest:
            "The log file is newer than the last verified digest file, whose successor may not be delivered yet."
        }
    }
}
