package import CloudTrailIntegrity
internal import CloudTrailRules

extension FindingKind {
    /// What to do next about findings of this kind, in one line. The user guide says the same.
    package var advice: String {
        switch self {
        case .digestSignatureInvalid:
            "Download the object again and compare. If it stays, treat the file as forged or altered: look for older "
                + "versions in S3, and for who wrote the object. Its log files are unproven."
        case .digestLinkMismatch:
            "Look at the versions of the object. Somebody may have put another signed digest file here to hide what "
                + "this hour listed."
        case .digestMalformed:
            "Download again. Broken after a second download means altered in S3."
        case .digestRelocated:
            "Check --bucket and how the folders were arranged. If these are right, the file was moved or copied over "
                + "another."
        case .digestMissing:
            "Check that the download was complete. Look for a delete marker, and for DeleteObject in the data events "
                + "of the bucket."
        case .logModified:
            "Keep the file. Find the earlier version in S3 and compare the records."
        case .logTrailingData:
            "Keep the file, and treat the records at the end as not CloudTrail's. Find the earlier version in S3."
        case .logMalformed:
            "Download again. Broken after a second download means altered in S3."
        case .logMissing:
            "Check that the download was complete, and the lifecycle rules of the bucket. Look for a delete marker, and "
                + "for DeleteObject in the data events of the bucket."
        case .referenceUnsafe:
            "Replace links in the archive by real folders. If none is on the way, the key is not CloudTrail's: keep "
                + "the digest file, and ask AWS."
        case .anchorLost:
            "Bring back the archive of before, and find out who wrote to it or to the bucket: its end was cut off, or "
                + "all of it was written anew."
        case .digestUnsigned:
            "Fetch the signature that S3 keeps in the object's metadata and give it with --signatures, or end the range "
                + "before this hour with --end-time."
        case .digestKeyUnknown:
            "Run 'aws cloudtrail list-public-keys' in that region for that time, and give the answer with "
                + "--public-keys. A key that AWS does not list proves nothing either way: ask for a longer time, and in "
                + "the region of the digest file's name."
        case .partElsewhere:
            "Give the folder that the finding names as an archive of its own. Where it names none, download each part "
                + "into a folder of its own, or copy all into one flat folder."
        case .listingForeign:
            "Keep the digest file, and ask AWS: CloudTrail's digest files name files of their own account and region "
                + "alone."
        case .digestUnreadable, .logUnreadable:
            "Fix the permissions or the copy, replace links by what they lead to, and run again on a copy that nothing "
                + "writes to."
        case .digestOverLimit, .logOverLimit:
            "Look at the file with care: genuine files do not come near the limits. If it is genuine, raise the limit "
                + "that the finding names."
        case .logUnauthenticated:
            "Resolve the finding of the digest file that lists it. Until then its content proves nothing."
        case .logUnreferenced:
            "Look for a missing digest file of that hour first. If there is none, compare with the trails that deliver "
                + "to the bucket."
        case .chainGap:
            "Look for StopLogging, UpdateTrail and DeleteTrail before the gap, and compare with other trails and "
                + "sources. It does not say that nothing was delivered."
        case .chainForked:
            "Keep both digest files, and ask AWS."
        case .coverageShort:
            "Download what is missing. If nothing is, the newest or the oldest digest files may be deleted."
        case .locationNotHeld:
            "Download that bucket or prefix too, and give it as another archive folder."
        case .nothingValidated:
            "Check the folder, the range, the filters and the keys."
        case .logDecompressed:
            "Nothing: the content is proven. To keep files as S3 stores them, download with the AWS CLI or rclone."
        case .chainRestart:
            "Nothing, if the trail was known to be restarted then. Else look for UpdateTrail and StartLogging at that "
                + "time."
        case .chainOverlap:
            "Nothing: no time is left out."
        case .signatureSourceDiffers:
            "Fetch the signatures of these files again. If the difference stays, look for an unproven digest file "
                + "beside them, and for other versions in S3."
        case .keyOutsideValidity:
            "Check that the key file came from AWS, and ask AWS if it did: the signature itself verifies."
        case .keyNew:
            "See to it that this one came from AWS: fetch the keys again yourself, and compare."
        case .duplicateObject:
            "Nothing: both copies are proven. Leave one out to save time."
        case .listingDiffers:
            "Keep the digest files, and look at the versions of the log file: it may have been delivered twice."
        case .chainStartsBeforeArchive:
            "Nothing, if the time before was not asked for. Else download it, and give --start-time to have it proven."
        case .logOutsideArchive:
            "Nothing, if that day was not asked for. Else download its log files, and give --start-time."
        case .logAwaitingDigest:
            "Download again later and validate again. --end-time, --max-age or --grace 0s make a finding of it."
        }
    }
}
