internal import CloudTrailFormat
internal import CloudTrailRules

// The words for chains, kind by kind.

// MARK: chain-gap

extension KindWords {
    static let chainGap = KindWords(
        meaning:
            "Between two digest files of a chain nothing attests the time. That is so when the trail was stopped "
            + "and started again, windows do not touch, only an unverified digest file speaks of the time, or a long "
            + "run of digest files is missing.",
        advice:
            "Look for `StopLogging`, `UpdateTrail` and `DeleteTrail` before the gap, and compare with other trails "
            + "and sources. It does not say that nothing was delivered."
    )
}

extension CauseWords {
    static func chainGap(_ gap: TimeRange, _ reason: GapReason) -> CauseWords {
        let why =
            switch reason {
            case .restart: "a new chain was begun after it"
            case .hole: "the digests on its two sides are linked, but their windows do not touch"
            case .unverifiedSuccessor: "only a digest that is not verified speaks of it"
            case .longHole: "a digest file is missing here, and more of them than are told apart"
            }
        return CauseWords(
            "nothing attests the time from \(gap.start) to \(gap.end): \(why)",
            ["reason": .text(reason.rawValue)]
        )
    }
}

// MARK: chain-forked

extension KindWords {
    static let chainForked = KindWords(
        meaning: "Two verified digest files name the same predecessor.",
        advice: "Keep both digest files, and ask AWS."
    )
}

extension CauseWords {
    static func chainForked(_ predecessor: ObjectKey, _ other: ObjectKey) -> CauseWords {
        CauseWords(
            "two verified digests name the same predecessor: the chain was forked",
            ["predecessor": .text(predecessor.description), "other": .text(other.description)]
        )
    }
}

// MARK: coverage-short

extension KindWords {
    static let coverageShort = KindWords(
        meaning:
            "The verified coverage of a chain does not reach where it must, or an expected chain has no verified "
            + "digest file at all.",
        advice: "Download what is missing. If nothing is, the newest or the oldest digest files may be deleted."
    )
}

extension CauseWords {
    static func coverageShort(_ reason: Shortfall.Reason) -> CauseWords {
        switch reason {
        case .startingDigest(let start):
            coverageShort(
                "starting-digest",
                "the chain begins with a starting digest at \(start): nothing attests the time before",
                advice: "If the account, the region or the trail was made then, add the chain to --expect with that "
                    + "time as since. Find that out from another source: a trail that was deleted and made again "
                    + "looks the same, and so do older digest files that were deleted with it."
            )
        case .predecessorAbsent(let oldest):
            coverageShort(
                "predecessor-absent",
                "the oldest digest held starts at \(oldest), and the one before it is not there",
                advice: beginning
            )
        case .predecessorsAbsent(let oldest):
            coverageShort(
                "predecessor-absent",
                "the oldest digest held starts at \(oldest), and the ones before it are not there",
                advice: beginning
            )
        case .tail(let end, let moment):
            coverageShort(
                "tail",
                reach(end, moment),
                advice: "Download the digest files up to that time, each with its signature, or give an earlier "
                    + "--end-time. If the chain is known to have ended, add it to --expect with until. If the "
                    + "bucket holds no newer ones, find out whether the trail was stopped, or the newest digest "
                    + "files were deleted."
            )
        case .tailBeforeStart(let end):
            coverageShort(
                "tail",
                "verified coverage ends at \(end), before the start, and the chain must be there",
                advice: "Download its digest files of the time that is asked for. If the chain is known to have "
                    + "ended, give its line in --expect that time as until."
            )
        case .maxAge(let end, let moment):
            coverageShort(
                "max-age",
                reach(end, moment),
                advice: "Look whether the download ran. Without its signature the newest digest file proves "
                    + "nothing, so fetch it or allow an hour more. If the bucket holds no newer ones, find out "
                    + "whether the trail was stopped, or the newest digest files were deleted."
            )
        case .sibling(let end, let others):
            coverageShort(
                "sibling",
                "verified coverage ends at \(end), while the trail's other regions reach \(others)",
                advice: "Download that region again. If the region is known to have been left out of the trail "
                    + "since then, add the chain to --expect with until. If the bucket holds no newer ones, the "
                    + "newest digest files may be deleted."
            )
        case .chainAbsent:
            coverageShort(
                "chain-absent",
                "the archive holds no verified digest file of a chain that must be there",
                advice: "Download the digest files of that account and region, and give the keys of that region. If "
                    + "they are held, look at their findings; if the bucket holds none, find out whether the trail "
                    + "covers the region and validation is enabled. Compare the line in --expect letter by letter."
            )
        }
    }

    /// Where a chain is held from too late on.
    private static let beginning =
        "Download the digest files before that time, or give it as --start-time. If the bucket holds none, they were deleted, by "
        + "a lifecycle rule or by somebody."

    private static func coverageShort(_ reason: String, _ message: String, advice: String) -> CauseWords {
        CauseWords(message, ["reason": .text(reason)], advice: advice)
    }

    private static func reach(_ end: Timestamp?, _ moment: Timestamp) -> String {
        "verified coverage \(end.map { "ends at \($0)" } ?? "has no verified digest") and must reach \(moment)"
    }
}

// MARK: chain-restart

extension KindWords {
    static let chainRestart = KindWords(
        meaning: "A new chain begins, and no time lies between it and the one before.",
        advice:
            "Nothing, if the trail was known to be restarted then. Else look for `UpdateTrail` and `StartLogging` "
            + "at that time."
    )
}

extension CauseWords {
    static let chainRestart = CauseWords("a new chain was begun here, without a hole before it")
}

// MARK: chain-overlap

extension KindWords {
    static let chainOverlap = KindWords(
        meaning: "The window of a digest file starts before its predecessor's ends.",
        advice: "Nothing: no time is left out."
    )
}

extension CauseWords {
    static func chainOverlap(_ seconds: Int64) -> CauseWords {
        CauseWords("its window starts \(seconds) s before its predecessor's ends")
    }
}

// MARK: chain-starts-before-archive

extension KindWords {
    static let chainStartsBeforeArchive = KindWords(
        meaning: "The oldest digest file held names a predecessor, and no start was asked for.",
        advice:
            "Nothing, if the time before was not asked for. Else download it, and give `--start-time` to have it "
            + "proven."
    )
}

extension CauseWords {
    static func chainStartsBeforeArchive(_ predecessor: ObjectKey) -> CauseWords {
        CauseWords(
            "the oldest digest held names a predecessor, which was not downloaded",
            ["predecessor": .text(predecessor.description)]
        )
    }
}
