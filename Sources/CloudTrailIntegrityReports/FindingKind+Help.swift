package import CloudTrailIntegrity

/// What formats for people who do not have the user guide at hand say of a kind of finding.
extension FindingKind {
    /// What it means and what to do next, a sentence or two each, in plain text.
    package var help: (meaning: String, advice: String) {
        switch self {
        case .digestSignatureInvalid:
            (
                "The digest file's signature does not verify, or it names another algorithm than SHA256withRSA.",
                "Download it again. If it stays so, treat it as forged or altered: look for older versions in S3."
            )
        case .digestLinkMismatch:
            (
                "A verified successor saw another digest file in this place.",
                "Compare the versions of the object in S3. A signed digest file may have been put in place of another."
            )
        case .digestMalformed:
            (
                "The digest file's container, its JSON or one of its fields is broken, or bytes follow the container.",
                "Download it again. If it stays broken, it was altered in S3."
            )
        case .digestRelocated:
            (
                "The digest file says that it was delivered to another bucket or key.",
                "Check how the folders were arranged. If that is right, the file was moved or copied over another."
            )
        case .digestMissing:
            (
                "A verified successor names the digest file, or the hourly rhythm demands it, and it is not there.",
                "Check that the download was complete. Look for a delete marker, and for DeleteObject events."
            )
        case .logModified:
            (
                "The log file's content is not what a verified digest file lists.",
                "Keep the file. Find the earlier version in S3, and compare the records."
            )
        case .logTrailingData:
            (
                "Bytes follow the log file's gzip stream, which readers such as zcat show as content.",
                "Treat the records at the end as not CloudTrail's."
            )
        case .logMalformed:
            ("The log file's container is cut off or corrupt.", "Download it again.")
        case .logMissing:
            (
                "A verified digest file lists the log file and it is not there.",
                "Check that the download was complete. Look for a delete marker, DeleteObject events and lifecycle rules."
            )
        case .referenceUnsafe:
            (
                "A verified digest file names a key that no object has, or one that leads through a symbolic link.",
                "Replace links in the archive by real folders. A key of the other sort is not CloudTrail's."
            )
        case .anchorLost:
            (
                "The digest file that an earlier run proved last is gone, or another file is in its place.",
                "Bring back the archive of before. Find out who wrote to it or to the bucket."
            )
        case .digestUnsigned:
            (
                "No usable signature of the digest file is at hand.",
                "Fetch the metadata of the object, which holds its signature, and give it with --signatures."
            )
        case .digestKeyUnknown:
            (
                "No public key with the fingerprint that the digest file names was given.",
                "Run 'aws cloudtrail list-public-keys' in that region for that time. If AWS has no such key, the file "
                    + "is forged."
            )
        case .digestUnreadable:
            (
                "The digest file, or the folder it would be in, could not be read.",
                "Mend the permissions or the copy, and validate a copy that nothing writes to."
            )
        case .logUnreadable:
            (
                "The log file, or the folder it would be in, could not be read.",
                "Mend the permissions or the copy, and validate a copy that nothing writes to."
            )
        case .digestOverLimit:
            (
                "The digest file hits a limit on size, ratio, count or depth.",
                "Look at it with care: genuine files do not come near the limits."
            )
        case .logOverLimit:
            (
                "The log file hits a limit on size or ratio.",
                "Look at it with care: genuine files do not come near the limits."
            )
        case .logUnauthenticated:
            (
                "Only digest files that are not verified list the log file, whatever its content.",
                "Resolve the finding of the digest file."
            )
        case .logUnreferenced:
            (
                "No digest file lists the log file: an added file looks like this.",
                "Look for a missing digest file of its hour first, then for a trail without validation."
            )
        case .chainGap:
            (
                "Between two digest files of a chain nothing attests the time. It does not say that nothing was "
                    + "delivered.",
                "Look for StopLogging, UpdateTrail and DeleteTrail before the gap."
            )
        case .chainForked:
            ("Two verified digest files name the same predecessor.", "Keep both, and ask AWS.")
        case .coverageShort:
            (
                "The verified coverage of a chain does not reach where it must, or an expected chain is not there.",
                "Download what is missing. If nothing is, the newest or oldest digest files may have been deleted."
            )
        case .locationNotHeld:
            (
                "Objects are named in a bucket or prefix of which the archive holds nothing.",
                "Download that part too, and give it as another root."
            )
        case .nothingValidated:
            ("No digest file in range is verified.", "Check the folder, the range, the filters and the keys.")
        case .logDecompressed:
            ("The download decompressed the log file; its content is proven.", "Nothing.")
        case .chainRestart:
            ("A new chain begins, and no time lies between it and the one before.", "Nothing.")
        case .chainOverlap:
            ("The window of a digest file starts before its predecessor's ends.", "Nothing.")
        case .signatureSourceDiffers:
            (
                "One signature of the digest file verifies; another source has a different one.",
                "Find out where the other signature comes from."
            )
        case .keyOutsideValidity:
            (
                "The digest file was signed at a time when its key was not valid, by the times in the key file.",
                "Compare the times in the key file with AWS's answer."
            )
        case .keyNew:
            ("No earlier run had this key.", "See to it that it came from AWS, which makes new keys now and then.")
        case .duplicateObject:
            ("A second copy of the same object with the same content.", "Nothing.")
        case .listingDiffers:
            (
                "Verified digest files list different hashes for the log file; the newest counts, and it matches.",
                "Look at the versions of the object in S3."
            )
        case .chainStartsBeforeArchive:
            (
                "The oldest digest file held names a predecessor, and no start was asked for.",
                "Give a start, or download more, when earlier time matters."
            )
        case .logOutsideArchive:
            (
                "A digest file lists the log file for a day before its own, of which the archive holds nothing.",
                "Download that day too when it matters."
            )
        case .logAwaitingDigest:
            (
                "The log file is newer than the last verified digest file, whose successor may not be delivered yet.",
                "If the download is old enough that the next digest file must exist, give an end or a maximum age."
            )
        }
    }
}
