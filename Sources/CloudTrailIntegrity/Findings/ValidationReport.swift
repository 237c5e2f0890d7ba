public import CloudTrailFormat
public import CloudTrailRules
internal import NativeInterop

/// How many objects came to which verdict.
public struct Tally: Hashable, Sendable {
    package init() {}

    /// Proven to be what CloudTrail delivered.
    public internal(set) var valid = 0
    /// Proven not to be what CloudTrail delivered.
    public internal(set) var invalid = 0
    /// Proven to be gone.
    public internal(set) var missing = 0
    /// Neither.
    public internal(set) var unverified = 0

    /// All of them.
    public var total: Int { valid + invalid + missing + unverified }

    /// Counts an object by its primary finding (I23).
    mutating func count(_ kind: FindingKind) {
        if kind == .digestMissing || kind == .logMissing {
            missing += 1
        } else if kind.severity == .violation {
            invalid += 1
        } else {
            unverified += 1
        }
    }
}

/// What was proven of one chain.
public struct ChainSummary: Hashable, Sendable {
    /// The chain.
    public let chain: ChainIdentity
    /// The start of the first verified digest in range; `nil` when none is.
    public let start: Timestamp?
    /// The end of the last verified digest in range; `nil` when none is.
    public let end: Timestamp?
    /// From here to ``end`` the verified digests follow each other without a gap.
    public let unbrokenFrom: Timestamp?
    /// The digest files in range.
    public let digests: Tally
    /// The log files that they list.
    public let logs: Tally
}

/// A file that was proven to be what CloudTrail delivered.
public struct ProvenFile: Hashable, Sendable {
    /// The bucket that its digest names.
    public let bucket: String
    /// The key that its path maps to.
    public let key: ObjectKey
    /// The file, below the name of its source.
    public let path: ObjectKey
    /// The SHA-256 of its uncompressed content, 64 lower-case hex digits.
    public let sha256: String
    /// The file as it is stored, where ``ValidationOptions/hashesStoredFiles`` asked for it.
    public let stored: Stored?
    /// For a log file the key of the digest that lists it; for a digest the source of the signature that verifies.
    public let vouchedBy: String
    /// The chain it belongs to.
    public let chain: ChainIdentity

    /// A file as it lies on disk, compressed or not.
    public struct Stored: Hashable, Sendable {
        /// Its size in bytes.
        public let bytes: UInt64
        /// The SHA-256 of its bytes, 64 lower-case hex digits.
        public let sha256: String

        init(bytes: UInt64, sha256: String) {
            self.bytes = bytes
            self.sha256 = sha256
        }

        init(_ content: StoredContent) {
            switch content {
            case .hashed(let digest, let bytes):
                self.init(bytes: bytes, sha256: Hex.encode(SHA256Digest(digest).bytes))
            }
        }
    }
}

/// The result of a validation.
public struct ValidationReport: Sendable {
    /// What was found, in the fixed order of chain, time and key.
    public let findings: [Finding]
    /// Every proven file, where ``ValidationOptions/listsProvenFiles`` asked for them; in order.
    public private(set) var provenFiles: [ProvenFile]
    /// The chains in range, in order.
    public let chains: [ChainSummary]
    /// The start that was asked for.
    public let requestedStart: Timestamp?
    /// The end that was asked for.
    public let requestedEnd: Timestamp?
    /// From here to ``provenUntil`` every regular chain is covered without a gap; `nil` when there is no such span.
    public let provenFrom: Timestamp?
    /// The end of what every regular chain covers.
    public let provenUntil: Timestamp?
    /// The digest files in range, and those that are missing.
    public let digests: Tally
    /// The log files listed by readable digests in range, and those that no digest lists.
    public let logs: Tally
    /// What became of every file that was listed.
    public let files: FileCounts
    /// What was not asked, so that no verdict is taken for more than it is.
    public let notAsked: NotAsked
    /// The key files.
    public let keySources: [PublicKeySet.Source]
    /// The uncompressed bytes that were hashed.
    public let hashedBytes: UInt64
    /// What was proven before and not read in this run; `nil` without ``ValidationOptions/earlierRuns``.
    public let carried: Carried?
    /// How many violations and unverified there are that the run before this one did not have, by their kinds, those that
    /// are summed up included; `nil` where no run is remembered.
    public let newFindings: [FindingKind: Int]?
    /// What the next run may build on; `nil` without ``ValidationOptions/earlierRuns``.
    public let state: ProvenState?
    /// In how many portions the archive was judged, one after another.
    package internal(set) var portions = 1
    /// The names of the sources that are folders and whose path led to another folder in the end, or to none: renamed, or
    /// hidden below a mount. The report is on the folders that were opened at the start, and not on what lies there now.
    public package(set) var replacedSources: [String]

    /// What a run did not ask, under any verdict (V45).
    public struct NotAsked: Hashable, Sendable {
        /// No start was given: what came before the oldest digests is not asked for.
        public package(set) var before = false
        /// Neither an end nor an age was given: what came after the newest digests is not asked for.
        public package(set) var after = false
        /// Whether a list of expected chains was given.
        public package(set) var expectGiven = false
        /// Log files whose digest may not have been delivered yet.
        public package(set) var awaiting = 0
        /// Files whose names begin with a dot, in folders of log files.
        public package(set) var hidden = 0
        /// Files that are nothing of CloudTrail's.
        public package(set) var other = 0
        /// Digest and log files outside the range or the filters.
        public package(set) var outOfScope = 0
        /// Whether the buckets that digests name were compared with one that the layout or the caller names.
        public package(set) var bucketChecked = false

        package init() {}
    }

    /// Files that an earlier run proved and that have had the same size and time since.
    public struct Carried: Hashable, Sendable {
        /// The digest files, which count as valid.
        public let digests: Int
        /// The log files, which count as valid.
        public let logs: Int

        package init(digests: Int, logs: Int) {
            self.digests = digests
            self.logs = logs
        }
    }

    package init(
        findings: [Finding] = [],
        provenFiles: [ProvenFile] = [],
        chains: [ChainSummary] = [],
        requestedStart: Timestamp? = nil,
        requestedEnd: Timestamp? = nil,
        provenFrom: Timestamp? = nil,
        provenUntil: Timestamp? = nil,
        digests: Tally = Tally(),
        logs: Tally = Tally(),
        files: FileCounts = FileCounts(),
        notAsked: NotAsked = NotAsked(),
        keySources: [PublicKeySet.Source] = [],
        hashedBytes: UInt64 = 0,
        carried: Carried? = nil,
        newFindings: [FindingKind: Int]? = nil,
        state: ProvenState? = nil,
        replacedSources: [String] = []
    ) {
        self.findings = findings
        self.provenFiles = provenFiles
        self.chains = chains
        self.requestedStart = requestedStart
        self.requestedEnd = requestedEnd
        self.provenFrom = provenFrom
        self.provenUntil = provenUntil
        self.digests = digests
        self.logs = logs
        self.files = files
        self.notAsked = notAsked
        self.keySources = keySources
        self.hashedBytes = hashedBytes
        self.carried = carried
        self.newFindings = newFindings
        self.state = state
        self.replacedSources = replacedSources
    }

    /// The accounts of the chains in range.
    public var accounts: [String] { Set(chains.map(\.chain.account)).sorted() }
    /// The regions of the chains in range.
    public var regions: [String] { Set(chains.map(\.chain.region)).sorted() }

    /// The report without the list of proven files.
    package var withoutProvenFiles: ValidationReport {
        var report = self
        report.provenFiles = []
        return report
    }

    /// The verdict on what was asked.
    public func verdict() -> Verdict { verdict([]) }

    /// The verdict on what was asked, when findings of some kinds are accepted.
    ///
    /// - Parameter allowed: Unverified kinds that do not count. `digest-unsigned` covers only the newest digest of each
    ///   chain, `log-unauthenticated` only the log files of that digest.
    /// - Throws: ``NotAllowableError`` when one of the kinds is not ``FindingKind/isAllowable``.
    public func verdict(allowing allowed: Set<FindingKind>) throws(NotAllowableError) -> Verdict {
        let others = allowed.filter { !$0.isAllowable }
        guard others.isEmpty else { throw NotAllowableError(others) }
        return verdict(allowed)
    }

    private func verdict(_ allowed: Set<FindingKind>) -> Verdict {
        VerdictRules.verdict(
            findings.lazy.map { ($0.kind, $0.subject) },
            chains: chainProofs,
            allowing: allowed
        )
    }

    /// Whether the verdict would be ``Verdict/valid`` but for findings that are acknowledged.
    package func isNothingNew(allowing allowed: Set<FindingKind>) -> Bool {
        VerdictRules.isNothingNew(
            findings.lazy.map { finding in
                VerdictRules.Known(
                    finding.kind,
                    finding.subject,
                    finding.extent,
                    finding.acknowledgement == nil ? .open : .acknowledged
                )
            },
            chains: chainProofs,
            allowing: allowed
        )
    }

    private var chainProofs: [VerdictRules.ChainProof] { chains.map { $0.digests.valid > 0 ? .some : .none } }

    /// Whether a finding is taken out of the verdict when these kinds are accepted.
    package static func isAllowed(_ finding: Finding, _ allowed: Set<FindingKind>) -> Bool {
        AllowRules.isAllowed(finding.kind, finding.subject, allowed)
    }
}

extension Finding {
    /// What it is about, as far as `--allow` looks at it.
    fileprivate var subject: AllowRules.Subject { concernsNewestDigest ? .allowedHead : .other }

    /// Whether it speaks of one object.
    fileprivate var extent: AcknowledgementRules.Extent {
        isSum || detail["folder"] == .flag(true) ? .several : .one
    }
}

extension AcknowledgementRules.Subject {
    /// A finding, as far as an acknowledgement looks at it.
    init(_ finding: Finding) {
        self.init(
            finding.kind,
            finding.extent,
            bucket: finding.bucket,
            key: finding.key,
            path: finding.path,
            start: finding.start,
            end: finding.end
        )
    }
}
