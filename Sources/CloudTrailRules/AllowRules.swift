package import CloudTrailFormat

/// The rules for what a caller may accept as it is.
package enum AllowRules: Sendable {
    /// What a finding is about, as far as `--allow` looks at it.
    package enum Subject: Hashable, Sendable {
        /// A head that may be allowed, or a log file that only such a head lists, of its hour.
        case allowedHead
        case other
    }

    /// Whether a finding is taken out of the verdict when these kinds are accepted (V46).
    package static func isAllowed(_ kind: FindingKind, _ subject: Subject, _ allowed: Set<FindingKind>) -> Bool {
        guard kind.isAllowable, allowed.contains(kind) else { return false }
        switch kind {
        case .digestUnsigned, .logUnauthenticated: return subject == .allowedHead
        default: return true
        }
    }

    /// The newest member of a chain.
    package struct Head: Sendable {
        package let judgement: DigestJudgement
        /// The end in its name.
        package let end: Timestamp
        /// The key that it says its predecessor has, and the hash.
        package let predecessor: (key: KeyID, hash: SHA256Digest)?
        /// Whether another key's file is as new, or a copy of it has another content.
        package let rivals: Rivals

        package enum Rivals: Hashable, Sendable {
            case none, some
        }

        package init(
            _ judgement: DigestJudgement,
            end: Timestamp,
            predecessor: (key: KeyID, hash: SHA256Digest)?,
            rivals: Rivals
        ) {
            self.judgement = judgement
            self.end = end
            self.predecessor = predecessor
            self.rivals = rivals
        }
    }

    /// Whether a head may be allowed: what a download without metadata makes of every chain, and all that a caller may
    /// accept unsigned. Of what it says only the name counts (V47).
    ///
    /// - Parameter verified: The last verified digest of the chain.
    package static func mayAllow(
        _ head: Head,
        after verified: (key: KeyID, hash: SHA256Digest?, end: Timestamp)
    ) -> Bool {
        guard head.judgement.lacksSignature, head.rivals == .none, let predecessor = head.predecessor else {
            return false
        }
        return predecessor.key == verified.key && predecessor.hash == verified.hash
            && (1...ChainClock.hour).contains(head.end.seconds(since: verified.end))
    }

    /// How long before the end of the digest before it a log file of a digest may have been made, in seconds.
    private static let lateness: Int64 = 15 * 60

    /// Whether a caller may accept a log file that only an allowed head lists: the time in the file's name is in the head's
    /// hour, and its folder is of the head's account and region and of that time (V48).
    ///
    /// - Parameters:
    ///   - end: The end in the head's name.
    ///   - verifiedUntil: The end of the last verified digest before it.
    package static func mayAllow(
        log name: LogFileName,
        in folder: KeyFolder,
        of chain: ChainIdentity,
        headEnd end: Timestamp,
        verifiedUntil: Timestamp
    ) -> Bool {
        folder.account ?? chain.account == chain.account && folder.region ?? chain.region == chain.region
            && folder.day?.contains(name.time) ?? true
            && verifiedUntil.advanced(bySeconds: -lateness) <= name.time && name.time <= end
    }
}
