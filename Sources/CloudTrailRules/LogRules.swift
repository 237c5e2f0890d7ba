package import CloudTrailFormat

/// The rules for log files.
package enum LogRules: Sendable {
    /// All that is wrong with a listed log file that is held, the primary cause first; nothing where it is proven (V32).
    ///
    /// - Parameters:
    ///   - content: What hashing it showed.
    ///   - hash: The SHA-256 of the content that is listed.
    ///   - lister: Unverified where only digests that are not verified list it.
    package static func faults(
        of content: ContentFacts,
        listed hash: SHA256Digest,
        by lister: DigestStanding
    ) -> [FindingCause] {
        let match = content.hash == hash ? ContentMatch.same : .different
        var faults: [FindingCause] = []
        switch content.container {
        case .overLimit(let limit): return [.logOverLimit(limit)]
        case .broken(let damage): faults.append(.logMalformed(damage, match))
        case .whole, .trailingData: break
        }
        if lister == .verified, match == .different {
            faults.append(.logModified(expected: hash, actual: content.hash, content.opening.replacement))
        }
        if content.container == .trailingData { faults.append(.logTrailingData) }
        if lister == .unverified { faults.append(.logUnauthenticated(match)) }
        return faults
    }

    /// What a file of a log folder is that is asked for and that no digest lists: unless it waits for its digest, nothing
    /// vouches for it (V35).
    ///
    /// - Parameters:
    ///   - name: What its name tells, if it is a log file's.
    ///   - file: What else is known of it.
    ///   - coveredUntil: The last verified end of the regular chains of the account and region in its name.
    package static func unlisted(
        _ name: LogFileName?,
        _ file: UnlistedFile,
        at place: FileScope.Place,
        coveredUntil: Timestamp?,
        _ asked: Asked
    ) -> FindingCause {
        guard let name, FileScope(asked).isAwaitingDigest(name, at: place, coveredUntil: coveredUntil) else {
            return .logUnreferenced(file)
        }
        return .logAwaitingDigest
    }
}

extension ContentFacts.Opening {
    /// What lies in the place of a log file, where this tells it.
    fileprivate var replacement: LogReplacement? {
        switch self {
        case .nothing: .nothing
        case .markup: .markup
        case .other: nil
        }
    }
}
