package import CloudTrailRules

/// The words of a kind: what its findings mean, and what to do about them.
///
/// Both are Markdown, because the user guide's tables are made of them. Code in backticks is the only markup, so that
/// ``FindingKind/meaning`` and ``FindingKind/advice`` are plain text without the backticks.
package struct KindWords: Hashable, Sendable {
    /// What findings of the kind mean, in a sentence or two: for people who do not have the user guide at hand.
    package let meaning: String
    /// What to do next, in one line.
    package let advice: String
    /// Where the user guide has more, as it stands there after "See"; only the guide says so.
    package let seeAlso: String?
    // Made once: reports ask for them with every finding.
    fileprivate let plainMeaning: String
    fileprivate let plainAdvice: String

    init(meaning: String, advice: String, seeAlso: String? = nil) {
        self.meaning = meaning
        self.advice = advice
        self.seeAlso = seeAlso
        plainMeaning = Self.plain(meaning)
        plainAdvice = Self.plain(advice)
    }

    /// `markdown` without its backticks.
    private static func plain(_ markdown: String) -> String { markdown.filter { $0 != "`" } }
}

extension FindingKind {
    /// What findings of this kind mean, as reports print it.
    package var meaning: String { words.plainMeaning }

    /// What to do next about findings of this kind, as reports print it.
    package var advice: String { words.plainAdvice }

    /// What stands in the table about this kind.
    package var words: KindWords {
        switch self {
        case .digestSignatureInvalid: .digestSignatureInvalid
        case .digestLinkMismatch: .digestLinkMismatch
        case .digestMalformed: .digestMalformed
        case .digestRelocated: .digestRelocated
        case .digestMissing: .digestMissing
        case .logModified: .logModified
        case .logTrailingData: .logTrailingData
        case .logMalformed: .logMalformed
        case .logMissing: .logMissing
        case .referenceUnsafe: .referenceUnsafe
        case .anchorLost: .anchorLost
        case .digestUnsigned: .digestUnsigned
        case .digestKeyUnknown: .digestKeyUnknown
        case .digestUnreadable: .digestUnreadable
        case .partElsewhere: .partElsewhere
        case .listingForeign: .listingForeign
        case .logUnreadable: .logUnreadable
        case .digestOverLimit: .digestOverLimit
        case .logOverLimit: .logOverLimit
        case .logUnauthenticated: .logUnauthenticated
        case .logUnreferenced: .logUnreferenced
        case .chainGap: .chainGap
        case .chainForked: .chainForked
        case .coverageShort: .coverageShort
        case .locationNotHeld: .locationNotHeld
        case .nothingValidated: .nothingValidated
        case .logDecompressed: .logDecompressed
        case .chainRestart: .chainRestart
        case .chainOverlap: .chainOverlap
        case .signatureSourceDiffers: .signatureSourceDiffers
        case .keyOutsideValidity: .keyOutsideValidity
        case .keyNew: .keyNew
        case .keyValidityUnreadable: .keyValidityUnreadable
        case .signaturesUnused: .signaturesUnused
        case .duplicateObject: .duplicateObject
        case .listingDiffers: .listingDiffers
        case .chainStartsBeforeArchive: .chainStartsBeforeArchive
        case .logOutsideArchive: .logOutsideArchive
        case .logAwaitingDigest: .logAwaitingDigest
        case .acknowledgementExpired: .acknowledgementExpired
        case .acknowledgementUnmatched: .acknowledgementUnmatched
        }
    }
}
