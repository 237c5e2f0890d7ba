internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Reports on digest files.
struct DigestReporter {
    private let archive: JudgedArchive
    private let candidates: SignatureCandidates

    private var facts: ArchiveFacts { archive.facts }
    private var digests: JudgedDigests { archive.digests }
    private var records: DigestRecords { archive.facts.records }

    init(_ archive: JudgedArchive, _ candidates: SignatureCandidates) {
        self.archive = archive
        self.candidates = candidates
    }

    /// What every digest file in scope comes to.
    ///
    /// - Parameter verifier: Knows the keys.
    func report(_ verifier: inout SignatureVerifier, _ monitor: ValidationMonitor) throws -> PartialReport {
        var report = PartialReport(archive)
        noteHeldLocations(&report)
        // A copy that is proven is not the same as one that is not: it may lie in its place where the other does not.
        var proven = FirstCopies()
        var others = FirstCopies()
        var elsewhere = FirstCopies()
        let chains = records.names.chains
        var valid = [Int](repeating: 0, count: chains.count)
        var isRootProven = [Bool](repeating: false, count: facts.names.count)
        report.files.sidecars += facts.index.sidecarCount
        let isRestricted = archive.asked.isRestricted
        for number in records.indices where !facts.placement.strays.contains(number) {
            let root = facts.index.digests[number].root
            if isRestricted {
                report.holdingRoots.insert(root)
                if digests.isSelected[number] { report.selectedRoots.insert(root) }
            }
            guard digests.isInScope[number] else {
                report.files.outOfScope += 1
                continue
            }
            report.files.digests += 1
            try monitor.check()
            let chain = Int(records[number].chain)
            if let primary = digests.verdicts[number].faults.first {
                if primary == .elsewhere, let part = facts.part(ofElsewhere: number) {
                    // One finding says it of all.
                    report.aside.add(digestIn: part)
                    if elsewhere.isFirst(number, facts) { report.digests.count(.partElsewhere, of: chains[chain]) }
                    continue
                }
                let finding = finding(primary, about: number)
                if others.isFirst(number, facts) { report.digests.count(finding.kind, of: chains[chain]) }
                add(finding, about: number, to: &report)
                continue
            }
            isRootProven[root] = true
            for notice in notices(about: number, &verifier) { report.findings.add(notice) }
            if let foreign = foreign(number) { report.findings.add(foreign) }
            guard let hash = records[number].hash else { continue }
            if proven.isFirst(number, facts) {
                valid[chain] += 1
            } else if let first = proven.first(of: number, facts) {
                let path = facts.displayPath(ofDigest: first)
                report.findings.add(finding(.digestDuplicate(first: path), about: number))
            }
            if archive.options.listsProvenFiles, case .valid(let source, _) = digests.signatures[number] {
                report.provenFiles.append(
                    ProvenFile(
                        bucket: records.location(of: number)?.bucket ?? "",
                        key: facts.key(ofDigest: number),
                        path: facts.displayPath(ofDigest: number),
                        sha256: Hex.encode(hash.bytes),
                        stored: records[number].stored.map(ProvenFile.Stored.init),
                        vouchedBy: facts.origin(source).voucher,
                        chain: chains[chain]
                    )
                )
            }
        }
        for (chain, count) in zip(chains, valid) where count > 0 {
            report.digests[chain, default: Tally()].valid += count
        }
        for root in isRootProven.indices where isRootProven[root] { report.provenRoots.insert(root) }
        return report
    }

    /// Notes what was read, and the places that digest files lie in where they say that they were put.
    private func noteHeldLocations(_ report: inout PartialReport) {
        var last: DigestLocation?
        for number in records.indices {
            report.contentBytes += records[number].contentBytes
            guard let location = records[number].claims?.location, facts.isWhereItSays(number) else { continue }
            // Neighbours lie in one folder.
            if let last, last.key.folder == location.key.folder, last.bucket == location.bucket { continue }
            report.heldLocations.insert(
                DeliveryLocation(records.names.objectLocation(location), facts.placement.prefixes)
            )
            last = location
        }
    }

    /// What a digest names of other accounts and regions: it does not vouch for that.
    private func foreign(_ number: Int) -> Finding? {
        let count = (archive.units.foreign[number] ?? 0) + (facts.namesForeignPredecessor(number) ? 1 : 0)
        return count == 0 ? nil : finding(.listingForeign(objects: count), about: number)
    }

    /// Reports of digests that are not asked for why log files that are asked for are not proven.
    func report(blamed records: Set<Int>, in report: inout PartialReport) {
        for number in records.sorted() where !digests.isInScope[number] {
            guard let primary = digests.verdicts[number].faults.first else { continue }
            if primary == .elsewhere, let part = facts.part(ofElsewhere: number) {
                report.aside.add(digestIn: part)
                continue
            }
            let fetch = self.records.location(of: number).map { [FindingFact.signatureKept(at: $0)] } ?? []
            add(finding(primary, about: number, fetch), about: number, to: &report)
        }
    }

    /// What is advised of the newest digest file of a chain that lacks a signature depends on what all chains of the archive
    /// cover.
    private func add(_ finding: Finding, about number: Int, to report: inout PartialReport) {
        let isHead = finding.kind == .digestUnsigned && digests.isNewestOfChain(number)
        if isHead, !records.chain(of: number).isBackfill {
            report.heads.append(finding)
        } else {
            report.findings.add(finding)
        }
    }

    // MARK: Findings

    private func finding(_ cause: FindingCause, _ facts: [FindingFact] = [], about number: Int) -> Finding {
        let window = digests.window(of: number)
        return Finding(
            cause,
            facts,
            bucket: self.facts.bucket(ofDigest: number)
                ?? (self.facts.isWhereItSays(number) ? records.location(of: number)?.bucket : nil)
                    ?? self.facts.namedBucket(number),
            key: self.facts.key(ofDigest: number),
            path: self.facts.displayPath(ofDigest: number),
            chain: records.chain(of: number),
            start: window.start,
            end: window.end,
            concernsNewestDigest: digests.isUnsignedHead(number)
        )
    }

    /// What is reported of a digest file that is not verified.
    func finding(_ primary: DigestFault, about number: Int, _ more: [FindingFact] = []) -> Finding {
        let verdict = digests.verdicts[number]
        let cause = searched(digests.cause(of: primary, number), about: number)
        var facts = more
        if !self.facts.isWhereItSays(number), let claim = records.location(of: number) { facts.append(.claim(claim)) }
        if let successor = verdict.linkedBy {
            facts.append(.linkedBy(self.facts.key(ofDigest: successor.number)))
        }
        let others = verdict.faults.dropFirst().map(\.kind)
        let also = Set(others).subtracting([cause.kind])
        facts.append(.also(also.sorted { $0.rawValue < $1.rawValue }))
        return finding(cause, facts, about: number)
    }

    /// A cause, with where the signature was looked for that is wanted.
    private func searched(_ cause: FindingCause, about number: Int) -> FindingCause {
        guard case .digestUnsigned(let rejected, let position, _) = cause else { return cause }
        let search = SignatureSearch(
            sidecar: candidates.sidecarFault(of: number),
            digests.manifests
        )
        return .digestUnsigned(rejected: rejected, position, search)
    }

    /// What is noted of a verified digest file's signatures and of its key.
    func notices(about number: Int, _ verifier: inout SignatureVerifier) -> [Finding] {
        var notices: [Finding] = []
        if case .valid(let source, let differing) = digests.signatures[number], !differing.isEmpty {
            let cause = FindingCause.signatureSourceDiffers(
                valid: facts.origin(source),
                differing: facts.origins(differing)
            )
            notices.append(finding(cause, about: number))
        }
        if let key = verifier.key(of: records[number].claims), let time = candidates.signingTime(of: number, verifier),
            !key.isValid(at: time)
        {
            let cause = FindingCause.keyOutsideValidity(
                signed: time,
                fingerprint: key.fingerprint,
                from: key.validFrom,
                until: key.validUntil
            )
            notices.append(finding(cause, about: number))
        }
        return notices
    }
}

/// Which file of each key and content came first.
private struct FirstCopies {
    private var numbers: [Int32: [SHA256Digest: Int]] = [:]

    /// Whether no file with the same content came before under the same key.
    mutating func isFirst(_ number: Int, _ facts: ArchiveFacts) -> Bool {
        if facts.isOnlyCopy(number) { return true }
        guard let hash = facts.records[number].hash else { return true }
        let key = facts.placement.places[number].keyNumber
        if numbers[key]?[hash] != nil { return false }
        numbers[key, default: [:]][hash] = number
        return true
    }

    /// The first with the same key and content.
    func first(of number: Int, _ facts: ArchiveFacts) -> Int? {
        facts.records[number].hash.flatMap { numbers[facts.placement.places[number].keyNumber]?[$0] }
    }
}

extension JudgedDigests {
    /// What a fault of a digest file is reported as.
    func cause(of fault: DigestFault, _ number: Int) -> FindingCause {
        switch fault {
        case .unreadable(let error): .digestUnreadable(error)
        case .overLimit(let limit): .digestOverLimit(limit)
        case .malformed(let what): .digestMalformed(what)
        case .fieldMalformed(let text): .digestMalformed(.content(text))
        case .relocated:
            .digestRelocated(
                claim: facts.records.location(of: number),
                bucket: facts.placement.places[number].bucket == nil ? .notCompared : .compared
            )
        case .elsewhere:
            .digestElsewhere(
                folder: facts.part(ofElsewhere: number).flatMap { facts.names.displayPath(of: FolderElsewhere($0)) }
            )
        case .algorithmUnsupported(let name): .digestAlgorithmUnsupported(name)
        case .signatureInvalid(let sources): .digestSignatureInvalid(facts.origins(sources))
        case .linkMismatch(let successor, let part): .digestLinkMismatch(mismatch(number, successor.number, part))
        case .keyUnknown:
            .digestKeyUnknown(
                fingerprint: facts.records.fingerprint(of: number) ?? "",
                region: facts.records.chain(of: number).region,
                pages: pagesOfKeys
            )
        case .unsigned(let rejected):
            .digestUnsigned(
                rejected: facts.origins(rejected),
                isNewestOfChain(number) ? .newest : .older
            )
        }
    }

    private func mismatch(_ number: Int, _ successor: Int, _ part: LinkMismatch.Part) -> LinkMismatch {
        var hashes: LinkMismatch.Hashes?
        if part == .hash, let expected = facts.records[successor].claims?.previous?.hash,
            let actual = facts.records[number].hash
        {
            hashes = LinkMismatch.Hashes(expected: expected, actual: actual)
        }
        let isSigned = if case .valid = signatures[number] { true } else { false }
        return LinkMismatch(
            part,
            successor: facts.key(ofDigest: successor),
            hashes: hashes,
            ownSignature: isSigned ? .valid : .notValid
        )
    }
}
