internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Concludes what only the whole tells, and puts the report together.
struct ReportAssembler {
    // Its findings are added to where they are: they may be very many.
    private var part: PartResult
    private let names: SourceNames
    private let options: ValidationOptions
    private let asked: Asked

    /// - Parameters:
    ///   - part: What all parts of the archive came to.
    ///   - names: The names of its sources.
    init(_ part: consuming PartResult, _ names: SourceNames, _ options: ValidationOptions) {
        self.part = part
        self.names = names
        self.options = options
        asked = options.asked
    }

    /// One finding a folder: which one is to be given as an archive of its own (V10).
    private mutating func addPartsElsewhere() {
        for (folder, count) in part.report.aside.digestsElsewhere {
            let shown = names.displayPath(of: folder)
            part.report.findings.add(
                Finding(
                    .partElsewhere(objects: count, folder: shown),
                    path: shown ?? ObjectKey(bytes: names[folder.root].bytes)
                )
            )
        }
        for (folder, named) in part.report.aside.logsElsewhere {
            let shown = names.displayPath(of: folder)
            let path = shown ?? ObjectKey(bytes: names[folder.root].bytes)
            part.report.findings.add(
                Finding(
                    .logsElsewhere(objects: named.count, folder: shown, path: path),
                    bucket: named.bucket,
                    path: path,
                    start: named.span.start,
                    end: named.span.end
                )
            )
        }
    }

    /// The fates of all files; what was listed and has none is a fault of this library's, and no verdict (I22).
    ///
    /// - Throws: ``AccountingError`` when they are not as many as were listed.
    private func countedFiles() throws -> FileCounts {
        guard part.report.files.total == part.entryCount else {
            throw AccountingError(listed: part.entryCount, counted: part.report.files.total)
        }
        return part.report.files
    }

    /// The report on the whole.
    ///
    /// - Parameters:
    ///   - keys: The keys that were given.
    ///   - signatures: The signatures that were given.
    ///   - carried: What was proven before and not read in this run; `nil` when nothing is remembered.
    ///   - state: What the next run may build on, to be given the findings; likewise.
    ///   - known: What the last run found; `nil` where that is not remembered.
    consuming func report(
        keys: PublicKeySet,
        signatures: SignatureManifest,
        carried: ValidationReport.Carried?,
        state: consuming ProvenState?,
        known: KnownFindings?,
        _ monitor: ValidationMonitor,
        _ listener: FindingListener
    ) throws -> ValidationReport {
        part.report.findings.known = known
        let coverage = ArchiveCoverage(part.chains, asked)
        let coverableEnd = coverage.coverableEnd()
        for head in part.report.heads { part.report.findings.add(head.advising(rangeEnd: coverableEnd)) }
        for finding in coverage.findings() { part.report.findings.add(finding) }
        addLocationsNotHeld()
        addPartsElsewhere()
        addUnreadableValidity(of: keys)
        for unused in part.signatures.unused(of: signatures) {
            part.report.findings.add(Finding(.signaturesUnused(unused)))
        }
        try monitor.check()
        let chains = chainSummaries()
        addNothingValidated(chains)
        listener.emit(part.report.findings.finish())
        try monitor.check()
        let files = try countedFiles()
        let regular = chains.filter { !$0.chain.isBackfill }
        let span = CoverageRules.provenSpan(of: regular.map { (from: $0.unbrokenFrom, until: $0.end) })
        var digestTotal = Tally()
        for tally in part.report.digests.values { digestTotal.add(tally) }
        var logTotal = part.report.looseLogs
        for tally in part.report.logs.values { logTotal.add(tally) }
        let found = acknowledged(part.report.findings.findings.sorted(by: Finding.inReportOrder), listener)
        var new: [FindingKind: Int]?
        if state != nil {
            // Each by itself, so that the next run can tell all of them from new ones.
            let all = (found.filter { !$0.isSum } + part.report.findings.summedUp).filter { $0.severity > .notice }
            let remembered = all.sorted(by: Finding.inReportOrder).prefix(ProvenState.maximumFindings)
            state?.findings = remembered.map { KnownFinding($0) }
            if known != nil {
                new = all.reduce(into: [:]) { $0[$1.kind, default: 0] += $1.isKnown == false ? 1 : 0 }
            }
        }
        return ValidationReport(
            findings: found,
            provenFiles: part.report.provenFiles.sorted { ($0.chain, $0.key, $0.path) < ($1.chain, $1.key, $1.path) },
            chains: chains,
            requestedStart: options.start,
            requestedEnd: options.end,
            provenFrom: span?.start,
            provenUntil: span?.end,
            digests: digestTotal,
            logs: logTotal,
            files: files,
            notAsked: ValidationReport.NotAsked(
                options,
                files,
                awaiting: part.report.awaiting,
                bucketChecked: part.comparesBuckets
            ),
            keySources: keys.sources,
            hashedBytes: part.report.contentBytes,
            carried: carried,
            newFindings: new,
            state: state
        )
    }

    /// Marks the findings that are acknowledged, and adds notices of what acknowledges none.
    ///
    /// - Parameter findings: All of them, in the order of the report.
    private func acknowledged(_ findings: [Finding], _ listener: FindingListener) -> [Finding] {
        let acknowledgements = options.acknowledgements
        if acknowledgements.isEmpty { return findings }
        var marked = findings
        var notices: [Finding] = []
        let outcomes = AcknowledgementRules.outcomes(
            of: acknowledgements,
            among: findings.lazy.map(AcknowledgementRules.Subject.init),
            // Without a clock every acknowledgement counts as expired.
            at: options.now ?? .distantFuture
        )
        for (acknowledgement, outcome) in zip(acknowledgements, outcomes) {
            let cause: FindingCause
            switch outcome {
            case .covers(let place):
                marked[place].acknowledgement = marked[place].acknowledgement ?? acknowledgement
                continue
            case .expired: cause = .acknowledgementExpired(acknowledgement)
            case .noFinding: cause = .acknowledgementUnmatched(acknowledgement, by: .none)
            case .severalFindings: cause = .acknowledgementUnmatched(acknowledgement, by: .several)
            }
            notices.append(Finding(cause, bucket: acknowledgement.narrowing.bucket, key: acknowledgement.key))
        }
        if notices.isEmpty { return marked }
        listener.emit(notices)
        return (marked + notices).sorted(by: Finding.inReportOrder)
    }

    /// Notes the keys of which it cannot be read when they were valid, which verifies nothing (I11).
    private mutating func addUnreadableValidity(of keys: PublicKeySet) {
        for key in keys.all where !key.unreadableTimes.isEmpty {
            part.report.findings.add(
                Finding(
                    .keyValidityUnreadable(fingerprint: key.fingerprint, members: key.unreadableTimes),
                    start: key.validFrom,
                    end: key.validUntil
                )
            )
        }
    }

    private mutating func addLocationsNotHeld() {
        for (place, named) in part.report.aside.notHeld {
            part.report.findings.add(
                Finding(
                    .locationNotHeld(objects: named.count, bucket: place.bucket, prefix: place.prefix),
                    bucket: place.bucket,
                    key: place.prefix,
                    start: named.span.start,
                    end: named.span.end
                )
            )
        }
    }

    /// What was proven of every chain in range, and from when to when without a gap.
    private func chainSummaries() -> [ChainSummary] {
        let held = part.chains.compactMap { chain -> ChainSummary? in
            guard let tally = part.report.digests[chain.identity] else { return nil }
            return ChainSummary(
                chain: chain.identity,
                start: chain.verified?.start,
                end: chain.verified?.end,
                unbrokenFrom: chain.unbrokenFrom,
                digests: tally,
                logs: part.report.logs[chain.identity] ?? Tally()
            )
        }
        // Of a chain that was proven before, nothing may be left.
        let gone = Set(part.report.digests.keys).union(part.report.logs.keys).subtracting(part.chains.map(\.identity))
        let empty = gone.map { chain in
            ChainSummary(
                chain: chain,
                start: nil,
                end: nil,
                unbrokenFrom: nil,
                digests: part.report.digests[chain] ?? Tally(),
                logs: part.report.logs[chain] ?? Tally()
            )
        }
        return (held + empty).sorted { $0.chain < $1.chain }
    }

    private mutating func addNothingValidated(_ chains: [ChainSummary]) {
        let proven = chains.filter { $0.digests.valid > 0 }.map(\.chain)
        let isWhole = asked.start == nil && asked.end == nil
        let found: Nothing.Evidence =
            part.names?.evidence(entryCount: part.entryCount) ?? (isWhole ? .noneVerified : .noneVerifiedInRange)
        // The only root is the run, and what lies outside the filters was not asked for.
        let roots = names.indices.filter { root in
            names.count > 1 && !part.report.provenRoots.contains(root)
                && !(asked.isRestricted && !part.report.selectedRoots.contains(root)
                    && part.report.holdingRoots.contains(root))
        }
        let nothing = ScopeRules.nothing(
            proven.isEmpty ? found : nil,
            roots: roots.map { names[$0].description },
            proven: proven,
            held: part.chains.map(\.identity),
            asked
        )
        for nothing in nothing {
            part.report.findings.add(Finding(.nothingValidated(nothing), start: asked.start, end: asked.end))
        }
    }
}

/// Not every file that was listed has one fate: a fault of this library's.
package struct AccountingError: Error, CustomStringConvertible {
    package let listed: Int
    package let counted: Int

    package var description: String {
        "\(listed) files were listed and \(counted) are accounted for: no verdict is given. This is a fault of this program"
    }
}

extension ValidationReport.NotAsked {
    init(_ options: ValidationOptions, _ files: FileCounts, awaiting: Int, bucketChecked: Bool) {
        before = options.start == nil
        after = options.end == nil && options.coverageMustReach == nil
        expectGiven = options.expectedChains != nil
        self.awaiting = awaiting
        hidden = files.hidden
        other = files.other
        outOfScope = files.outOfScope
        self.bucketChecked = bucketChecked
    }
}
