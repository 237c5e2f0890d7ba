internal import CloudTrailFormat
internal import CloudTrailRules

// What is said of log files, kind by kind.

// MARK: log-modified

extension KindWords {
    static let logModified = KindWords(
        meaning: "The log file's content is not what a verified digest file lists.",
        advice: "Keep the file. Find the earlier version in S3 and compare the records."
    )
}

extension CauseWords {
    static func logModified(_ expected: SHA256Digest, _ actual: SHA256Digest) -> CauseWords {
        CauseWords(
            "its content is not what a verified digest lists: the SHA-256 differs",
            ["expected": .text(Hex.encode(expected.bytes)), "actual": .text(Hex.encode(actual.bytes))]
        )
    }
}

// MARK: log-trailing-data

extension KindWords {
    static let logTrailingData = KindWords(
        meaning:
            "Bytes follow the log file's gzip stream. The listed content comes first; tools such as zcat also show "
            + "what follows.",
        advice: "Keep the file, and treat the records at the end as not CloudTrail's. Find the earlier version in S3."
    )
}

extension CauseWords {
    static let logTrailingData = CauseWords(ContentFacts.Container.trailingMessage)
}

extension ContentFacts.Container {
    fileprivate static let trailingMessage =
        "bytes follow the gzip stream, which readers such as zcat would show as content"

    /// What is wrong with the container, of a log file or of a digest file.
    var message: String {
        switch self {
        case .whole: "nothing is wrong"
        case .trailingData: Self.trailingMessage
        case .broken(let damage): damage.message
        case .overLimit(let limit): limit.message
        }
    }
}

// MARK: log-malformed

extension KindWords {
    static let logMalformed = KindWords(
        meaning:
            "The log file's gzip container is cut off or corrupt. The message says when the content is the listed "
            + "one all the same.",
        advice: "Download again. Broken after a second download means altered in S3."
    )
}

extension CauseWords {
    static func logMalformed(_ damage: ContentFacts.Damage, _ match: ContentMatch) -> CauseWords {
        CauseWords(
            "the log file is broken: \(damage.message)"
                + (match == .same ? "; its content is the listed one all the same" : ""),
            ["contentMatches": .flag(match == .same)]
        )
    }
}

extension ContentFacts.Damage {
    fileprivate var message: String {
        switch self {
        case .truncated: "the gzip stream is cut off"
        case .stream: "the gzip stream is corrupt"
        case .checksum: "the checksum in the gzip trailer is not the content's"
        case .length: "the length in the gzip trailer is not the content's"
        }
    }
}

// MARK: log-missing

extension KindWords {
    static let logMissing = KindWords(
        meaning: "A verified digest file lists the log file, or an earlier run proved it, and it is not there.",
        advice:
            "Check that the download was complete, and the lifecycle rules of the bucket. Look for a delete marker, "
            + "and for `DeleteObject` in the data events of the bucket."
    )
}

extension CauseWords {
    static func logMissing(_ proven: Proven) -> CauseWords {
        CauseWords(
            "a verified digest lists it and it is not there",
            proven == .before ? ["provenBefore": .flag(true)] : [:]
        )
    }

    static let logMissingWithDigest = CauseWords(
        "it was proven by an earlier run, and is gone like the digest file that lists it",
        ["provenBefore": .flag(true)]
    )
}

// MARK: log-unreadable

extension KindWords {
    static let logUnreadable = KindWords(
        meaning:
            "The log file could not be read: an I/O error, no permission, not a regular file (a link, for example), "
            + "or changed during the read. Also a folder that could not be listed, or a link that may lead to one; "
            + "these are reported whatever the range and filters.",
        advice:
            "Fix the permissions or the copy, replace links by what they lead to, and run again on a copy that "
            + "nothing writes to.",
        seeAlso: "[links](#links)"
    )
}

extension CauseWords {
    static func logUnreadable(_ error: ObjectReadError) -> CauseWords {
        CauseWords("the log file could not be read: \(error.description)", ["reason": .text(error.reason.rawValue)])
    }

    static func logHidden(_ place: HiddenPlace) -> CauseWords { hidden(place) }
}

// MARK: log-over-limit

extension KindWords {
    static let logOverLimit = KindWords(
        meaning: "The log file hits a limit on size or ratio.",
        advice:
            "Look at the file with care: genuine files do not come near the limits. If it is genuine, raise the "
            + "limit that the finding names.",
        seeAlso: "[limits](#limits)"
    )
}

extension CauseWords {
    static func logOverLimit(_ limit: ContentFacts.Limit) -> CauseWords {
        CauseWords("the log file hits a limit: \(limit.message)", ["reason": .text(limit.rawValue)])
    }
}

extension ContentFacts.Limit {
    fileprivate var message: String {
        switch self {
        case .size: "its content is larger than the limit"
        case .ratio: "its content is larger, for its compressed size, than the limit"
        }
    }
}

// MARK: log-unauthenticated

extension KindWords {
    static let logUnauthenticated = KindWords(
        meaning:
            "Only digest files that are not verified list the log file. The message says whether the content "
            + "matches, which proves nothing.",
        advice: "Resolve the finding of the digest file that lists it. Until then its content proves nothing."
    )
}

extension CauseWords {
    static func logUnauthenticated(_ match: ContentMatch) -> CauseWords {
        CauseWords(
            match == .same
                ? "only a digest file that is not verified lists it (its content is the one listed there)"
                : "only a digest file that is not verified lists it (its content is another than listed there)",
            ["contentMatches": .flag(match == .same)]
        )
    }

    static let logAbsentUnauthenticated = CauseWords(
        "only a digest file that is not verified lists it, and it is not there",
        ["held": .flag(false)]
    )

    static let logUnsafeUnauthenticated = CauseWords(
        "only a digest file that is not verified lists this key",
        ["held": .flag(false)]
    )
}

// MARK: log-unreferenced

extension KindWords {
    static let logUnreferenced = KindWords(
        meaning:
            "No digest file lists the log file. An added file looks like this. So do the log files of a missing "
            + "digest file, of a trail without validation, and of the time before validation was enabled.",
        advice:
            "Look for a missing digest file of that hour first. If there is none, compare with the trails that "
            + "deliver to the bucket."
    )
}

extension CauseWords {
    static let logUnreferenced = CauseWords(
        "no digest file lists it: an injected file looks like this, and so does a trail without validation"
    )
}

// MARK: log-decompressed

extension KindWords {
    static let logDecompressed = KindWords(
        meaning: "The download decompressed the log file. Its content is proven.",
        advice: "Nothing: the content is proven. To keep files as S3 stores them, download with the AWS CLI or rclone."
    )
}

extension CauseWords {
    static let logDecompressed = CauseWords("the download decompressed it; its content is proven")
}

// MARK: listing-differs

extension KindWords {
    static let listingDiffers = KindWords(
        meaning:
            "Verified digest files list different hashes for the log file. The newest counts, and the file matches "
            + "it.",
        advice: "Keep the digest files, and look at the versions of the log file: it may have been delivered twice."
    )
}

extension CauseWords {
    static let listingDiffers = CauseWords(
        "verified digests list different hashes for it; the newest one, which it matches, counts"
    )
}

// MARK: log-outside-archive

extension KindWords {
    static let logOutsideArchive = KindWords(
        meaning:
            "The oldest digest file held, or a backfill digest file, lists the log file for a day before its own, "
            + "of which the archive holds nothing. It is not counted.",
        advice: "Nothing, if that day was not asked for. Else download its log files, and give `--start-time`.",
        seeAlso: "V36 of [the rules](verdicts.md)"
    )
}

extension CauseWords {
    static let logOutsideArchive = CauseWords(
        "listed by a digest of a later day; of its own day the archive holds no log file here"
    )
}

// MARK: log-awaiting-digest

extension KindWords {
    static let logAwaitingDigest = KindWords(
        meaning:
            "The log file is newer than the last verified digest file of its account and region, by up to 2 h 30 "
            + "min or what `--grace` says, and lies in the folder of its name. Its digest file may not be delivered "
            + "yet. It is not counted.",
        advice:
            "Download again later and validate again. `--end-time`, `--max-age` or `--grace 0s` make a finding of "
            + "it.",
        seeAlso: "V38 of [the rules](verdicts.md)"
    )
}

extension CauseWords {
    static let logAwaitingDigest = CauseWords(
        "newer than the last verified digest, whose successor may not have been delivered yet"
    )
}
