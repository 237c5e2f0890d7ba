internal import CloudTrailFormat
internal import CloudTrailRules

// The words for log files, kind by kind.

// MARK: log-modified

extension KindWords {
    static let logModified = KindWords(
        meaning: "The log file's content is not what a verified digest file lists.",
        advice: "Keep the file. Find the earlier version in S3 and compare the records."
    )
}

extension CauseWords {
    static func logModified(
        _ expected: SHA256Digest,
        _ actual: SHA256Digest,
        _ instead: LogReplacement?
    ) -> CauseWords {
        var detail: [String: Finding.Detail] = [
            "expected": .text(Hex.encode(expected.bytes)), "actual": .text(Hex.encode(actual.bytes)),
        ]
        switch instead {
        case .nothing:
            detail["instead"] = .text("nothing")
            return CauseWords("the file is empty, and a verified digest lists content for it", detail, advice: again)
        case .markup:
            detail["instead"] = .text("markup")
            return CauseWords(
                "a page of XML or HTML is in its place, such as the error message of a download: its content is not what a "
                    + "verified digest lists",
                detail,
                advice: again
            )
        case .log(let key):
            detail["instead"] = .text("log")
            detail["contentOf"] = .text(key.description)
            return CauseWords(
                "its content is that of \(key), and a verified digest lists another for it",
                detail,
                advice: "Download both files again first. What is the same after that is so in S3: one was copied "
                    + "over the other there, or renamed. Keep the files, and find the earlier versions in S3."
            )
        case nil:
            return CauseWords("its content is not what a verified digest lists: the SHA-256 differs", detail)
        }
    }

    /// Where a download may be at fault: nothing in a file says whether it was.
    private static let again =
        "Download it again first. What is the same after that is so in S3: keep the file, and find the earlier version there."
}

// MARK: log-trailing-data

extension KindWords {
    static let logTrailingData = KindWords(
        meaning:
            "Bytes follow the log file's gzip stream. The listed content comes first; tools such as zcat also show "
            + "what follows.",
        advice: "Keep the file, and treat the records at the end as not CloudTrail's. Find the earlier version in "
            + "S3."
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
    static func logMissing(_ proven: Proven, _ surroundings: LogSurroundings) -> CauseWords {
        let message = "a verified digest lists it and it is not there"
        var detail: [String: Finding.Detail] = proven == .before ? ["provenBefore": .flag(true)] : [:]
        switch surroundings {
        case .unremarkable: return CauseWords(message, detail)
        case .noLogOfRegion(let region):
            detail["heldOfRegion"] = .flag(false)
            return CauseWords(
                "\(message): no log file of \(region) was downloaded, or none is left",
                detail,
                advice: "Download the log files of that account and region too: the folder CloudTrail beside "
                    + "CloudTrail-Digest. What the bucket does not hold was deleted there: look for lifecycle rules "
                    + "and delete markers, and for DeleteObject in the data events of the bucket."
            )
        case .lookAlike(let folder):
            detail["lookAlike"] = .text(folder.description)
            return CauseWords("\(message), but a folder whose name looks the same is", detail, advice: spelling)
        }
    }

    /// Where two names look the same.
    private static let spelling =
        "Give the folder the very name that the digest lists, or download it again: macOS, zip tools and file servers write "
        + "accents in two ways, and S3 tells them apart. Until the names agree nothing tells a renamed folder from a planted "
        + "one."

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
    static func logUnreferenced(_ file: UnlistedFile) -> CauseWords {
        var detail: [String: Finding.Detail] = [:]
        if let folder = file.lookAlike {
            detail["lookAlike"] = .text(folder.description)
            return CauseWords(
                "no digest file lists it, but the like in a folder whose name looks the same and is written in other characters",
                detail,
                advice: spelling
            )
        }
        guard let name = file.name else {
            return CauseWords(
                "no digest file lists it: an injected file looks like this, and so does a trail without validation"
            )
        }
        detail["looksLike"] = .text(name.fact)
        var content = ""
        switch file.content {
        case .unknown: break
        case .log(let key):
            detail["contentOf"] = .text(key.description)
            content = ", and its content is that of \(key)"
        case .other:
            content = ", and its content is that of no log file that is listed here"
        }
        return CauseWords("no digest file lists it; \(name.message)\(content)", detail, advice: name.advice)
    }
}

extension StrayName {
    /// The name in `detail`.
    fileprivate var fact: String {
        switch self {
        case .unfinished: "unfinished-download"
        case .copy: "copy"
        case .system: "system-file"
        case .zoneMark: "zone-mark"
        case .folderMark: "folder-mark"
        case .archive: "archive-file"
        case .queryResult: "query-result"
        }
    }

    /// What the name looks like.
    fileprivate var message: String {
        switch self {
        case .unfinished: "its name is like one that an interrupted download leaves"
        case .copy: "its name is like one that a browser or a file manager gives to a second copy"
        case .system: "its name is one that Windows gives to files of its own"
        case .zoneMark: "its name is like one of the notes in which Windows keeps where a download came from"
        case .folderMark: "its name is like one of the marks that Hadoop and older S3 tools put in a folder's place"
        case .archive: "by its name it is an archive, such as a tar or zip file"
        case .queryResult: "by its name it is a query result of CloudTrail Lake, which no digest file lists"
        }
    }

    /// A name alone proves nothing: what makes sure.
    fileprivate var advice: String {
        switch self {
        case .unfinished, .copy, .system, .zoneMark:
            "Anybody can give a file such a name. To make sure, download into a new folder and validate that: what this "
                + "computer or a download left behind does not come again. What does is in the bucket: find out who put it "
                + "there."
        case .folderMark:
            "Anybody can give a file such a name. CloudTrail puts no such object into the bucket: find out which tool did, and "
                + "whether it holds anything."
        case .archive:
            "What is in it was not looked at, and CloudTrail puts no such file among its log files: find out who did. To have it "
                + "validated, unpack it into a folder of its own, or give it as an archive of its own to a build with the package "
                + "trait ArchiveFiles."
        case .queryResult:
            "Verify it with 'aws cloudtrail verify-query-results', and keep it in a folder of its own: CloudTrail puts no query "
                + "result among its log files."
        }
    }
}

// MARK: log-decompressed

extension KindWords {
    static let logDecompressed = KindWords(
        meaning: "The download decompressed the log file. Its content is proven.",
        advice: "Nothing: the content is proven. To keep files as S3 stores them, download with the AWS CLI or "
            + "rclone."
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
