package import CloudTrailFormat

/// What the rules say of one digest file. ``DigestRules`` makes it; the initialiser that is labelled unchecked is for tests.
package struct DigestJudgement: Hashable, Sendable {
    /// All that is wrong, the primary one first.
    package let faults: [DigestFault]
    /// A verified successor whose hash is this file's.
    package let linkedBy: DigestID?

    init(faults: [DigestFault], linkedBy: DigestID?) {
        self.faults = faults
        self.linkedBy = linkedBy
    }

    /// A judgement that no rule made.
    package init(unchecked faults: [DigestFault]) {
        self.init(faults: faults, linkedBy: nil)
    }

    /// Placeholder until judged. Counts as unsigned.
    package static let open = DigestJudgement(unchecked: [.unsigned(rejected: [])])

    /// Whether it is proven to be as CloudTrail delivered it, so that it may vouch for others (V17).
    package var isVerified: Bool { faults.isEmpty }

    /// The digest file as one that may vouch for others; `nil` where anything is wrong with it.
    ///
    /// - Parameters:
    ///   - digest: Which one it is.
    ///   - window: The time that it says it speaks of.
    package func verified(_ digest: DigestID, window: TimeRange) -> VerifiedDigest? {
        isVerified ? VerifiedDigest(unchecked: digest, window: window) : nil
    }

    /// Whether it has no signature, and nothing worse is wrong with it.
    package var lacksSignature: Bool {
        if case .unsigned? = faults.first { true } else { false }
    }
}

/// A digest file that is proven to be as CloudTrail delivered it. Only ``DigestJudgement/verified(_:window:)`` makes one that
/// the rules looked at.
package struct VerifiedDigest: Sendable {
    package let digest: DigestID
    /// The time that it speaks of.
    package let window: TimeRange

    /// A digest file that no rule looked at.
    package init(unchecked digest: DigestID, window: TimeRange) {
        self.digest = digest
        self.window = window
    }
}
