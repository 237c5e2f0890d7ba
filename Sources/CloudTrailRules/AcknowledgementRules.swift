package import CloudTrailFormat

/// The rules for findings that somebody looked into and accepts for a time.
package enum AcknowledgementRules: Sendable {
    /// Whether a finding speaks of one object, or sums up others or stands for a folder.
    package enum Extent: Hashable, Sendable {
        case one, several
    }

    /// A finding, as far as an acknowledgement looks at it.
    package struct Subject: Sendable {
        package let kind: FindingKind
        package let extent: Extent
        package let bucket: String?
        package let key: ObjectKey?
        package let path: ObjectKey?
        package let start: Timestamp?
        package let end: Timestamp?

        package init(
            _ kind: FindingKind,
            _ extent: Extent,
            bucket: String?,
            key: ObjectKey?,
            path: ObjectKey?,
            start: Timestamp?,
            end: Timestamp?
        ) {
            self.kind = kind
            self.extent = extent
            self.bucket = bucket
            self.key = key
            self.path = path
            self.start = start
            self.end = end
        }
    }

    /// What an acknowledgement comes to.
    package enum Outcome: Hashable, Sendable {
        /// It covers the finding in this place.
        case covers(Int)
        case expired
        /// No finding is as it says, or none that can be acknowledged.
        case noFinding
        /// More than one is, and which one is meant is not said.
        case severalFindings
    }

    /// What findings are told apart by first.
    private struct Name: Hashable {
        let kind: FindingKind
        let key: ObjectKey
    }

    /// Whether a finding can be acknowledged at all: one of a single object, of a kind that hides nothing else.
    package static func canBeAcknowledged(_ kind: FindingKind, _ extent: Extent) -> Bool {
        kind.isAcknowledgeable && extent == .one
    }

    /// What each acknowledgement comes to: at most one finding is covered by one of them, and none once it has expired or
    /// where it is not said which of several is meant (V50).
    ///
    /// - Parameters:
    ///   - findings: All findings of a run.
    ///   - now: When the run is.
    package static func outcomes(
        of acknowledgements: [Acknowledgement],
        among findings: some Sequence<Subject>,
        at now: Timestamp
    ) -> [Outcome] {
        let wanted = Set(acknowledgements.map { Name(kind: $0.kind, key: $0.key) })
        var candidates: [Name: [(place: Int, finding: Subject)]] = [:]
        for (place, finding) in findings.enumerated() where canBeAcknowledged(finding.kind, finding.extent) {
            guard let key = finding.key else { continue }
            let name = Name(kind: finding.kind, key: key)
            if wanted.contains(name) { candidates[name, default: []].append((place, finding)) }
        }
        return acknowledgements.map { acknowledgement in
            guard now < acknowledgement.until else { return .expired }
            let name = Name(kind: acknowledgement.kind, key: acknowledgement.key)
            let meant = (candidates[name] ?? []).filter { isMeant($0.finding, by: acknowledgement.narrowing) }
            guard meant.count < 2 else { return .severalFindings }
            return meant.first.map { .covers($0.place) } ?? .noFinding
        }
    }

    private static func isMeant(_ finding: Subject, by narrowing: Acknowledgement.Narrowing) -> Bool {
        (narrowing.bucket == nil || narrowing.bucket == finding.bucket)
            && (narrowing.path == nil || narrowing.path == finding.path)
            && (narrowing.start == nil || narrowing.start == finding.start)
            && (narrowing.end == nil || narrowing.end == finding.end)
    }
}

extension FindingKind {
    /// Whether findings of this kind can be acknowledged: those that count in the verdict and speak of one object, or of one
    /// stretch of time; but none of those that would hide that nothing was checked or that a limit stopped the check.
    package var isAcknowledgeable: Bool {
        switch self {
        case .digestOverLimit, .logOverLimit, .nothingValidated, .coverageShort, .partElsewhere, .locationNotHeld: false
        default: severity > .notice
        }
    }
}
