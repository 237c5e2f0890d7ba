package import CloudTrailFormat

/// The rules for what earlier runs proved.
package enum EarlierRules: Sendable {
    /// Whether a given key is new: there were runs before, and none of them had it (V43).
    package static func isNew(key fingerprint: String, known: some Collection<String>, runs: Int) -> Bool {
        runs > 0 && !known.contains(fingerprint)
    }

    /// A digest file that an earlier run proved.
    package struct Remembered: Sendable {
        package let chain: ChainIdentity
        package let end: Timestamp
        package let fate: Fate

        /// What became of it.
        package enum Fate: Hashable, Sendable {
            /// It is there, verified and with the same content.
            case kept
            case lost
        }

        package init(_ chain: ChainIdentity, end: Timestamp, _ fate: Fate) {
            self.chain = chain
            self.end = end
            self.fate = fate
        }
    }

    /// Of each chain, the place of the digest that was proven last. What stands in the place of one that is lost makes it
    /// no less the anchor.
    package static func anchors(of digests: some Sequence<Remembered?>) -> [ChainIdentity: Int] {
        var anchors: [ChainIdentity: (place: Int, end: Timestamp)] = [:]
        for (place, digest) in digests.enumerated() {
            guard let digest else { continue }
            if let known = anchors[digest.chain] {
                guard known.end < digest.end || known.end == digest.end && digest.fate == .lost else { continue }
            }
            anchors[digest.chain] = (place, digest.end)
        }
        return anchors.mapValues(\.place)
    }

    /// What stands where a digest file was proven that is lost.
    package struct Copy: Sendable {
        package let hash: SHA256Digest?
        package let readability: Readability
        /// The severity of its own finding; `nil` where it has none.
        package let severity: Severity?

        package enum Readability: Hashable, Sendable {
            case read
            /// It could not be read, or hits a limit.
            case notRead
        }

        package init(hash: SHA256Digest?, _ readability: Readability, severity: Severity?) {
            self.hash = hash
            self.readability = readability
            self.severity = severity
        }
    }

    /// What a digest file that an earlier run proved comes to, where it is not what it was.
    package enum LostFate: Hashable, Sendable {
        /// It is gone, which is a finding here and counts as missing.
        case gone
        /// It is gone, which is a finding here; its chain reports it as missing too, and counts it.
        case goneAndNamed
        /// The copy in this place is another file.
        case replaced(by: Int)
        /// What is reported by other rules is enough.
        case explained
    }

    /// Whether another rule reports that the digest is missing, because a verified one names it.
    package enum Naming: Hashable, Sendable {
        case namedMissing, notNamed
    }

    /// What a digest file comes to that an earlier run proved and that no verified file with its content stands for (V42).
    ///
    /// - Parameter copies: What maps to its key now.
    package static func judge(
        lost hash: SHA256Digest,
        _ role: LostDigest.Role,
        copies: some Collection<Copy>,
        _ naming: Naming
    ) -> LostFate {
        if copies.isEmpty {
            switch (naming, role) {
            case (.notNamed, _): return .gone
            case (.namedMissing, .anchor): return .goneAndNamed
            case (.namedMissing, .older): return .explained
            }
        }
        var changed: Int?
        for (place, copy) in copies.enumerated() {
            if copy.readability == .notRead || copy.hash == hash { return .explained }
            if role == .older, copy.severity == .violation { return .explained }
            changed = changed ?? place
        }
        return changed.map { .replaced(by: $0) } ?? .explained
    }
}
