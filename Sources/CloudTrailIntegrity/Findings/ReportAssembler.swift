internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Concludes what only the whole tells, and puts the report together.
struct ReportAssembler {
    private let archive: JudgedArchive
    private var report: PartialReport

    private var facts: ArchiveFacts { archive.facts }
    private var digests: JudgedDigests { archive.digests }

    /// - Parameter report: What everything came to.
    init(_ archive: JudgedArchive, _ report: consuming PartialReport) {
        self.archive = archive
        self.report = report
    }

    /// One finding a folder: which one is to be given as an archive of its own (V10).
    private mutating func addPartsElsewhere() {
        for (folder, count) in report.aside.digestsElsewhere {
            let shown = facts.displayPath(of: folder)
            report.findings.add(
                Finding(
                    .partElsewhere(objects: count, folder: shown),
                    path: shown ?? ObjectKey(bytes: facts.names[folder.root].bytes)
                )
            )
        }
        for (folder, named) in report.aside.logsElsewhere {
            let shown = facts.displayPath(of: folder)
            let path = shown ?? ObjectKey(bytes: facts.names[folder.root].bytes)
            report.findings.add(
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
        guard report.files.total == facts.index.entryCount else {
            throw AccountingError(listed: facts.index.entryCount, counted: report.files.total)
        }
        return report.files
    }

    /// The report on the whole.
    ///
    /// - Parameters:
    ///   - keys: The keys that were given.
    ///   - signatures: The signatures that were given.
    ///   - carried: What was proven before and not read in this run; `nil` when nothing is remembered.
    ///   - state: What the next run may build on, to be given the findings; likewise.
    consuming func report(
        keys: PublicKeySet,
        signatures: SignatureManifest,
        carried: ValidationReport.Carried?,
        state: consuming ProvenState?,
        _ monitor: ValidationMonitor,
        _ listener: FindingListener
    ) throws -> ValidationReport {
        addLocationsNotHeld()
        addPartsElsewhere()
        addUnreadableValidity(of: keys)
        for unused in try unusedFiles(of: signatures, monitor) {
            report.findings.add(Finding(.signaturesUnused(unused)))
        }
        let chains = try chainSummaries(monitor)
        addNothingValidated(chains)
        listener.emit(report.findings.finish())
        try monitor.check()
        let files = try countedFiles()
        let regular = chains.filter { !$0.chain.isBackfill }
        let span = CoverageRules.provenSpan(of: regular.map { (from: $0.unbrokenFrom, until: $0.end) })
        var digestTotal = Tally()
        for tally in report.digests.values { digestTotal.add(tally) }
        var logTotal = report.looseLogs
        for tally in report.logs.values { logTotal.add(tally) }
        let found = acknowledged(report.findings.findings.sorted(by: Finding.inReportOrder), listener)
        var new: [FindingKind: Int]?
        if state != nil {
            // Each by itself, so that the next run can tell all of them from new ones.
            let all = (found.filter { !$0.isSum } + report.findings.summedUp).filter { $0.severity > .notice }
            let remembered = all.sorted(by: Finding.inReportOrder).prefix(ProvenState.maximumFindings)
            state?.findings = remembered.map { KnownFinding($0) }
            if archive.before?.proof.known != nil {
                new = all.reduce(into: [:]) { $0[$1.kind, default: 0] += $1.isKnown == false ? 1 : 0 }
            }
        }
        return ValidationReport(
            findings: found,
            provenFiles: report.provenFiles.sorted { ($0.chain, $0.key, $0.path) < ($1.chain, $1.key, $1.path) },
            chains: chains,
            requestedStart: archive.options.start,
            requestedEnd: archive.options.end,
            provenFrom: span?.start,
            provenUntil: span?.end,
            digests: digestTotal,
            logs: logTotal,
            files: files,
            notAsked: ValidationReport.NotAsked(
                archive.options,
                files,
                awaiting: report.awaiting,
                bucketChecked: facts.placement.comparesBuckets
            ),
            keySources: keys.sources,
            hashedBytes: report.contentBytes,
            carried: carried,
            newFindings: new,
            state: state
        )
    }

    /// Marks the findings that are acknowledged, and adds notices of what acknowledges none.
    ///
    /// - Parameter findings: All of them, in the order of the report.
    private func acknowledged(_ findings: [Finding], _ listener: FindingListener) -> [Finding] {
        let acknowledgements = archive.options.acknowledgements
        if acknowledgements.isEmpty { return findings }
        var marked = findings
        var notices: [Finding] = []
        let outcomes = AcknowledgementRules.outcomes(
            of: acknowledgements,
            among: findings.lazy.map(AcknowledgementRules.Subject.init),
            // Without a clock nothing can be told to be good still.
            at: archive.options.now ?? .distantFuture
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
            report.findings.add(
                Finding(
                    .keyValidityUnreadable(fingerprint: key.fingerprint, members: key.unreadableTimes),
                    start: key.validFrom,
                    end: key.validUntil
                )
            )
        }
    }

    /// The files of signatures of which none is of a digest file that is held (I13).
    private func unusedFiles(
        of manifest: SignatureManifest,
        _ monitor: ValidationMonitor
    ) throws -> [UnusedSignatures] {
        var open = Set(manifest.files.indices.filter { manifest.files[$0].signatures > 0 })
        var buckets: [Int: (theirs: String, held: String)] = [:]
        var isDigestHeld = false
        for number in facts.records.indices where !facts.placement.strays.contains(number) {
            isDigestHeld = true
            if open.isEmpty { break }
            try monitor.check()
            let record = facts.records[number]
            guard
                manifest.mayHoldSignature(ofDigestEndingAt: record.endTime)
                    || record.claims.map({ manifest.mayHoldSignature(ofName: $0.location.key) }) ?? false
            else { continue }
            let own = facts.bucket(ofDigest: number).map {
                ObjectLocation(bucket: $0, key: facts.key(ofDigest: number))
            }
            for location in [facts.records.location(of: number), own].compactMap(\.self) {
                for (file, bucket) in manifest.files(with: location) where open.contains(file) {
                    if let bucket, bucket != location.bucket {
                        buckets[file] = buckets[file] ?? (bucket, location.bucket)
                    } else {
                        open.remove(file)
                    }
                }
            }
        }
        return manifest.files.enumerated().compactMap { number, file in
            let reason: UnusedSignatures.Reason
            if file.objects == 0 {
                reason = .empty
            } else if file.signatures == 0 {
                reason = .withoutSignature(file.lacksMetadataOfRclone ? .rclone : .other)
            } else if open.contains(number), isDigestHeld {
                reason = buckets[number].map { .otherBucket($0.theirs, held: $0.held) } ?? .unmatched
            } else {
                return nil
            }
            return UnusedSignatures(file.name, objects: file.objects, signatures: file.signatures, reason)
        }
    }

    private mutating func addLocationsNotHeld() {
        for (place, named) in report.aside.notHeld {
            report.findings.add(
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

    /// What was proven of every chain in range, and from when to when without a hole.
    private func chainSummaries(_ monitor: ValidationMonitor) throws -> [ChainSummary] {
        let held = try digests.chains.compactMap { chain -> ChainSummary? in
            try monitor.check()
            guard let tally = report.digests[chain.identity] else { return nil }
            let verified = chain.members.filter { $0.isVerified && digests.isInScope[$0.record] }
            return ChainSummary(
                chain: chain.identity,
                start: verified.first?.window.start,
                end: verified.last?.window.end,
                unbrokenFrom: CoverageRules.unbrokenFrom(verified.map(\.window)),
                digests: tally,
                logs: report.logs[chain.identity] ?? Tally()
            )
        }
        // Of a chain that was proven before, nothing may be left.
        let gone = Set(report.digests.keys).union(report.logs.keys).subtracting(digests.chains.map(\.identity))
        let empty = gone.map { chain in
            ChainSummary(
                chain: chain,
                start: nil,
                end: nil,
                unbrokenFrom: nil,
                digests: report.digests[chain] ?? Tally(),
                logs: report.logs[chain] ?? Tally()
            )
        }
        return gone.isEmpty ? held : (held + empty).sorted { $0.chain < $1.chain }
    }

    private mutating func addNothingValidated(_ chains: [ChainSummary]) {
        let proven = chains.filter { $0.digests.valid > 0 }.map(\.chain)
        let isWhole = archive.asked.start == nil && archive.asked.end == nil
        let found: Nothing.Evidence =
            facts.records.isEmpty ? whatIsThere() : isWhole ? .noneVerified : .noneVerifiedInRange
        // The only root is the run, and what lies outside the filters was not asked for.
        let roots = facts.names.indices.filter { root in
            facts.names.count > 1 && !report.provenRoots.contains(root)
                && !(archive.asked.isRestricted && !report.selectedRoots.contains(root)
                    && report.holdingRoots.contains(root))
        }
        let nothing = ScopeRules.nothing(
            proven.isEmpty ? found : nil,
            roots: roots.map { facts.names[$0].description },
            proven: proven,
            held: digests.chains.map(\.identity),
            archive.asked
        )
        for nothing in nothing {
            report.findings.add(Finding(.nothingValidated(nothing), start: archive.asked.start, end: archive.asked.end))
        }
    }
}

extension ReportAssembler {
    /// What an archive holds in the place of digest files, by the names alone.
    private func whatIsThere() -> Nothing.Evidence {
        if facts.index.entryCount == 0 { return .empty }
        var (logs, backslashes, archives, queryResults) = (0, 0, 0, 0)
        var firstArchive: ObjectKey?
        facts.index.forEachFile { folder, name in
            if LogFileName(ObjectKey(bytes: name)) != nil {
                logs += 1
                return true
            }
            if let last = name.lastIndex(of: UInt8(ascii: "\\")) {
                let own = ObjectKey(bytes: name[(last + 1)...])
                if LogFileName(own) != nil || DigestFileName(own) != nil { backslashes += 1 }
            }
            switch StrayName(ObjectKey(bytes: name)) {
            case .archive?:
                archives += 1
                let path = facts.displayPath(root: folder.root, ObjectKey(bytes: folder.path.bytes + name))
                firstArchive = firstArchive.map { min($0, path) } ?? path
            case .queryResult?: queryResults += 1
            default: break
            }
            return true
        }
        if backslashes > 0 { return .backslashes(backslashes) }
        if logs > 0 { return .logsAlone(logs) }
        if let firstArchive { return .archiveFiles(archives, first: firstArchive) }
        return queryResults > 0 ? .queryResults : .noDigest
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
