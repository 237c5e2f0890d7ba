internal import CloudTrailFormat
internal import CloudTrailRules

// The words for acknowledgements that cover no finding, kind by kind.

// MARK: acknowledgement-expired

extension KindWords {
    static let acknowledgementExpired = KindWords(
        meaning: "With `--acknowledge`: an acknowledgement counts no more, and the finding that it names counts again.",
        advice: "Look into the finding again. Take the line out, or give it another `until`.",
        seeAlso: "[every night](nightly.md#when-it-fails)"
    )
}

extension CauseWords {
    static func acknowledgementExpired(_ acknowledgement: Acknowledgement) -> CauseWords {
        CauseWords(
            "the acknowledgement of \(acknowledgement.kind.rawValue) by \(acknowledgement.who) has expired: it counted "
                + "until \(acknowledgement.until)",
            acknowledgement.detail
        )
    }
}

// MARK: acknowledgement-unmatched

extension KindWords {
    static let acknowledgementUnmatched = KindWords(
        meaning: "With `--acknowledge`: no finding has the kind and the key of an acknowledgement, or several have.",
        advice:
            "Where the cause is gone, take the line out. Where it is not, copy kind and key from the finding, and "
            + "where several have both, its path or bucket too.",
        seeAlso: "[every night](nightly.md#when-it-fails)"
    )
}

extension CauseWords {
    static func acknowledgementUnmatched(_ acknowledgement: Acknowledgement, _ matches: Matches) -> CauseWords {
        let what =
            switch matches {
            case .none: "covers nothing: there is no such finding"
            case .several: "covers nothing: there are several such findings, and it does not say which one is meant"
            }
        return CauseWords(
            "the acknowledgement of \(acknowledgement.kind.rawValue) by \(acknowledgement.who) \(what)",
            acknowledgement.detail.merging(["matches": .text(matches.rawValue)]) { first, _ in first }
        )
    }
}

extension Acknowledgement {
    /// What it says, by the names in the report.
    fileprivate var detail: [String: Finding.Detail] {
        ["acknowledges": .text(kind.rawValue), "who": .text(who), "why": .text(why), "until": .text(until.description)]
    }
}
