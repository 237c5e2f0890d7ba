internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

extension ReportBuilder {
    /// Judges every digest file in scope.
    ///
    /// - Parameter trial: Knows the keys.
    mutating func addDigests(_ trial: inout SignatureTrial, _ monitor: ValidationMonitor) throws {
        // A copy that is proven is not the same as one that is not: it may lie in its place where the other does not.
        var firstProven: [Int32: [SHA256Digest: Int]] = [:]
        var firstOthers: [Int32: [SHA256Digest: Int]] = [:]
        var firstElsewhere: [Int32: [SHA256Digest: Int]] = [:]
        let chains = evidence.records.names.chains
        var valid = [Int](repeating: 0, count: chains.count)
        var isRootProven = [Bool](repeating: false, count: evidence.names.count)
        files.sidecars += evidence.index.sidecarCount
        for number in evidence.records.indices where !evidence.placement.strays.contains(number) {
            if asked.isRestricted {
                holdingRoots.insert(evidence.index.digests[number].root)
                if evidence.isSelected[number] { selectedRoots.insert(evidence.index.digests[number].root) }
            }
            guard evidence.isInScope[number] else {
                files.outOfScope += 1
                continue
            }
            files.digests += 1
            try monitor.check()
            let chain = Int(evidence.records[number].chain)
            if let primary = evidence.verdicts[number].faults.first {
                if primary == .elsewhere, let part = part(ofElsewhere: number) {
                    // One finding says it of all.
                    partsElsewhere[part, default: 0] += 1
                    if isFirstCopy(number, &firstElsewhere) {
                        digests[chains[chain], default: Tally()].count(.partElsewhere)
                    }
                    continue
                }
                let finding = digestFinding(number, primary, evidence.verdicts[number])
                if isFirstCopy(number, &firstOthers) { digests[chains[chain], default: Tally()].count(finding.kind) }
                findings.add(finding)
                continue
            }
            isRootProven[evidence.index.digests[number].root] = true
            addNotices(number, &trial)
            addForeign(number)
            guard let hash = evidence.records[number].hash else { continue }
            let key = evidence.placement.places[number].keyNumber
            if isFirstCopy(number, &firstProven) {
                valid[chain] += 1
            } else if let first = firstProven[key]?[hash] {
                addDuplicate(number, of: first)
            }
            if options.listsProvenFiles, case .valid(let source, _) = evidence.signatures[number] {
                provenFiles.append(
                    ProvenFile(
                        bucket: evidence.records.location(of: number)?.bucket ?? "",
                        key: evidence.key(ofDigest: number),
                        path: path(of: number),
                        sha256: Hex.encode(hash.bytes),
                        stored: evidence.records[number].stored.map(ProvenFile.Stored.init),
                        vouchedBy: evidence.origin(source).voucher,
                        chain: chains[chain]
                    )
                )
            }
        }
        for (chain, count) in zip(chains, valid) where count > 0 { digests[chain, default: Tally()].valid += count }
        for root in isRootProven.indices where isRootProven[root] { provenRoots.insert(root) }
    }

    /// Whether no file with the same content was counted under the same key.
    private func isFirstCopy(_ number: Int, _ firstCopies: inout [Int32: [SHA256Digest: Int]]) -> Bool {
        if evidence.isOnlyCopy(number) { return true }
        guard let hash = evidence.records[number].hash else { return true }
        let key = evidence.placement.places[number].keyNumber
        if firstCopies[key]?[hash] != nil { return false }
        firstCopies[key, default: [:]][hash] = number
        return true
    }

    private func path(of record: Int) -> ObjectKey {
        evidence.displayPath(ofDigest: record)
    }

    /// What a digest names of other accounts and regions: it does not vouch for that.
    private mutating func addForeign(_ number: Int) {
        let count =
            (evidence.units.foreign[number] ?? 0) + (evidence.namesForeignPredecessor(number) ? 1 : 0)
        if count == 0 { return }
        findings.add(finding(.listingForeign(objects: count), about: number))
    }

    /// Says of digests that are not asked for why log files that are asked for are not proven.
    mutating func addBlamed(_ records: Set<Int>) {
        for number in records.sorted() where !evidence.isInScope[number] {
            guard let primary = evidence.verdicts[number].faults.first else { continue }
            if primary == .elsewhere, let part = part(ofElsewhere: number) {
                partsElsewhere[part, default: 0] += 1
                continue
            }
            let fetch = evidence.records.location(of: number).map { [FindingFact.signatureKept(at: $0)] } ?? []
            findings.add(digestFinding(number, primary, evidence.verdicts[number], fetch))
        }
    }

    // MARK: Findings

    private func finding(_ cause: FindingCause, _ facts: [FindingFact] = [], about number: Int) -> Finding {
        let window = DigestChain.window(of: evidence.records[number], isVerified: evidence.verdicts[number].isVerified)
        return Finding(
            cause,
            facts,
            bucket: evidence.bucket(ofDigest: number)
                ?? (evidence.isWhereItSays(number) ? evidence.records.location(of: number)?.bucket : nil)
                    ?? evidence.namedBucket(number),
            key: evidence.key(ofDigest: number),
            path: path(of: number),
            chain: evidence.records.chain(of: number),
            start: window.start,
            end: window.end,
            concernsNewestDigest: evidence.isUnsignedHead(number)
        )
    }

    /// What is reported of a digest file that is not verified.
    func digestFinding(
        _ number: Int,
        _ primary: DigestFault,
        _ verdict: DigestJudgement,
        _ more: [FindingFact] = []
    ) -> Finding {
        let cause = cause(of: primary, number)
        var facts = more
        if !evidence.isWhereItSays(number), let claim = evidence.records.location(of: number) {
            facts.append(.claim(claim))
        }
        if let successor = verdict.linkedBy { facts.append(.linkedBy(evidence.key(ofDigest: successor.number))) }
        let also = Set(verdict.faults.dropFirst().map { self.cause(of: $0, number).kind }).subtracting([cause.kind])
        facts.append(.also(also.sorted { $0.rawValue < $1.rawValue }))
        return finding(cause, facts, about: number)
    }

    /// What a fault of a digest file is called.
    func kind(of fault: DigestFault, _ number: Int) -> FindingKind {
        cause(of: fault, number).kind
    }

    private func cause(of fault: DigestFault, _ number: Int) -> FindingCause {
        switch fault {
        case .unreadable(let error): .digestUnreadable(error)
        case .overLimit(let limit): .digestOverLimit(limit)
        case .malformed(let text), .fieldMalformed(let text): .digestMalformed(text)
        case .relocated:
            .digestRelocated(
                claim: evidence.records.location(of: number),
                bucket: evidence.placement.places[number].bucket == nil ? .notCompared : .compared
            )
        case .elsewhere:
            .digestElsewhere(folder: part(ofElsewhere: number).flatMap { displayFolder($0.root, $0.folder) })
        case .algorithmUnsupported(let name): .digestAlgorithmUnsupported(name)
        case .signatureInvalid(let sources): .digestSignatureInvalid(evidence.origins(sources))
        case .linkMismatch(let successor, let part): .digestLinkMismatch(mismatch(number, successor.number, part))
        case .keyUnknown:
            .digestKeyUnknown(
                fingerprint: evidence.records.fingerprint(of: number) ?? "",
                region: evidence.records.chain(of: number).region
            )
        case .unsigned(let rejected):
            .digestUnsigned(
                rejected: evidence.origins(rejected),
                evidence.isNewestOfChain(number) ? .newest : .older
            )
        }
    }

    private func mismatch(_ number: Int, _ successor: Int, _ part: LinkMismatch.Part) -> LinkMismatch {
        var hashes: LinkMismatch.Hashes?
        if part == .hash, let expected = evidence.records[successor].claims?.previous?.hash,
            let actual = evidence.records[number].hash
        {
            hashes = LinkMismatch.Hashes(expected: expected, actual: actual)
        }
        let isSigned = if case .valid = evidence.signatures[number] { true } else { false }
        return LinkMismatch(
            part,
            successor: evidence.key(ofDigest: successor),
            hashes: hashes,
            ownSignature: isSigned ? .valid : .notValid
        )
    }

    // MARK: Notices

    mutating func addNotices(_ number: Int, _ trial: inout SignatureTrial) {
        if case .valid(let source, let differing) = evidence.signatures[number], !differing.isEmpty {
            let origins = evidence.origins(differing)
            findings.add(
                finding(.signatureSourceDiffers(valid: evidence.origin(source), differing: origins), about: number)
            )
        }
        if let key = trial.key(of: evidence.records[number].claims), let time = check.signingTime(of: number, trial),
            !key.isValid(at: time)
        {
            findings.add(
                finding(
                    .keyOutsideValidity(
                        signed: time,
                        fingerprint: key.fingerprint,
                        from: key.validFrom,
                        until: key.validUntil
                    ),
                    about: number
                )
            )
        }
    }

    private mutating func addDuplicate(_ number: Int, of first: Int) {
        findings.add(finding(.digestDuplicate(first: path(of: first)), about: number))
    }
}

extension Evidence {
    /// Where a signature comes from, as a report names it.
    func origin(_ source: SignatureSource) -> SignatureOrigin { source.origin(key(ofDigest:)) }

    func origins(_ sources: [SignatureSource]) -> [SignatureOrigin] { sources.map(origin) }
}

extension SignatureSource {
    /// The kind of place that it is.
    package var name: String { origin { _ in ObjectKey(bytes: []) }.name }

    /// Where it is, as a report names it.
    ///
    /// - Parameter key: The key of the digest file with this number.
    func origin(_ key: (Int) -> ObjectKey) -> SignatureOrigin {
        switch self {
        case .extendedAttribute: .extendedAttribute
        case .sidecar: .sidecar
        case .manifest: .manifest
        case .state: .state
        case .given: .given
        case .successor(let digest): .successor(key(digest.number))
        }
    }
}
