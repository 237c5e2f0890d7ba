internal import CloudTrailFormat
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
            if options.isRestricted {
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
                        vouchedBy: voucher(source),
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

    /// The key of the successor whose field holds the signature, or the kind of place it was kept in.
    private func voucher(_ source: SignatureSource) -> String {
        if case .successor(let number) = source { return evidence.key(ofDigest: number).description }
        return source.name
    }

    /// What a digest names of other accounts and regions: it does not vouch for that.
    private mutating func addForeign(_ number: Int) {
        let count =
            (evidence.units.foreign[number] ?? 0) + (evidence.namesForeignPredecessor(number) ? 1 : 0)
        if count == 0 { return }
        let files = count == 1 ? "1 file" : "\(count) files"
        findings.add(
            finding(
                .listingForeign,
                "a verified digest names \(files) of another account or region than its own, for which it does not vouch",
                about: number,
                detail: ["objects": .number(Int64(count))]
            )
        )
    }

    /// Says of digests that are not asked for why log files that are asked for are not proven.
    mutating func addBlamed(_ records: Set<Int>) {
        for number in records.sorted() where !evidence.isInScope[number] {
            guard let primary = evidence.verdicts[number].faults.first else { continue }
            if primary == .elsewhere, let part = part(ofElsewhere: number) {
                partsElsewhere[part, default: 0] += 1
                continue
            }
            var finding = digestFinding(number, primary, evidence.verdicts[number])
            if let command = fetchCommand(number) { finding.detail["fetch"] = .text(command) }
            findings.add(finding)
        }
    }

    /// The command that fetches a digest file's signature; `nil` where its names could steer a shell.
    private func fetchCommand(_ number: Int) -> String? {
        guard let location = evidence.records.location(of: number) else { return nil }
        let words = "\(location.bucket)\(location.key)"
        let isPlain = words.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "/_.-=+".utf8.contains(byte)
        }
        return isPlain ? "aws s3api head-object --bucket \(location.bucket) --key \(location.key)" : nil
    }

    // MARK: Findings

    private func finding(
        _ kind: FindingKind,
        _ message: String,
        about number: Int,
        detail: [String: Finding.Detail] = [:]
    ) -> Finding {
        let window = DigestChain.window(of: evidence.records[number], isVerified: evidence.verdicts[number].isVerified)
        return Finding(
            kind,
            message,
            bucket: evidence.bucket(ofDigest: number)
                ?? (evidence.isWhereItSays(number) ? evidence.records.location(of: number)?.bucket : nil)
                    ?? evidence.namedBucket(number),
            key: evidence.key(ofDigest: number),
            path: path(of: number),
            chain: evidence.records.chain(of: number),
            start: window.start,
            end: window.end,
            detail: detail,
            concernsNewestDigest: evidence.isUnsignedHead(number)
        )
    }

    /// What is said of a digest file that is not verified.
    func digestFinding(_ number: Int, _ primary: DigestFault, _ verdict: DigestVerdict) -> Finding {
        var (kind, message, detail) = describe(primary, number)
        if case .valid = evidence.signatures[number], kind == .digestLinkMismatch {
            detail["ownSignature"] = .text("valid")
        }
        if !evidence.isWhereItSays(number), let claim = evidence.records.location(of: number) {
            detail["claimedBucket"] = .text(claim.bucket)
            detail["claimedKey"] = .text(claim.key.description)
        }
        if let successor = verdict.linkedBy {
            detail["linkedBy"] = .text(evidence.key(ofDigest: successor).description)
        }
        let also = verdict.faults.dropFirst().map { describe($0, number).kind.rawValue }.filter { $0 != kind.rawValue }
        if !also.isEmpty { detail["also"] = .list(Array(Set(also)).sorted()) }
        return finding(kind, message, about: number, detail: detail)
    }

    /// What a fault of a digest file is called.
    func kind(of fault: DigestFault, _ number: Int) -> FindingKind {
        describe(fault, number).kind
    }

    private func describe(
        _ fault: DigestFault,
        _ number: Int
    ) -> (kind: FindingKind, message: String, detail: [String: Finding.Detail]) {
        switch fault {
        case .unreadable(let error):
            return (
                .digestUnreadable, "the digest file could not be read: \(error.description)",
                ["reason": .text(error.reason.rawValue)]
            )
        case .overLimit(let limit):
            return (.digestOverLimit, "the digest file hits a limit: \(limit)", ["reason": .text(limit)])
        case .malformed(let text):
            return (.digestMalformed, "the digest file is broken: \(text)", ["reason": .text(text)])
        case .relocated:
            return describeRelocation(number)
        case .elsewhere:
            return describeElsewhere(number)
        case .algorithmUnsupported(let name):
            return (
                .digestSignatureInvalid,
                "it names the signature algorithm \(shortened(name)); CloudTrail signs with \(DigestFile.signatureAlgorithm) alone",
                ["reason": .text("algorithm"), "algorithm": .text(shortened(name))]
            )
        case .signatureInvalid(let sources):
            return (
                .digestSignatureInvalid, "its signature does not verify: the file is not what CloudTrail signed",
                ["reason": .text("verification"), "sources": .list(names(sources))]
            )
        case .linkMismatch(let successor, let part):
            return describeMismatch(number, successor, part)
        case .keyUnknown:
            let fingerprint = evidence.records.fingerprint(of: number) ?? ""
            return (
                .digestKeyUnknown,
                "no public key with the fingerprint \(fingerprint): "
                    + "fetch it with aws cloudtrail list-public-keys in \(evidence.records.chain(of: number).region)",
                ["fingerprint": .text(fingerprint)]
            )
        case .unsigned(let rejected):
            let isNewest = evidence.isNewestOfChain(number)
            let reason =
                rejected.isEmpty
                ? (isNewest
                    ? "the newest digest of its chain, and its signature was not kept with the archive"
                    : "no signature is at hand: neither kept with it nor repeated by a successor")
                : "only an unverified successor repeats its signature, and that one does not verify"
            var detail: [String: Finding.Detail] = ["newest": .flag(isNewest)]
            if !rejected.isEmpty { detail["rejected"] = .list(names(rejected)) }
            return (.digestUnsigned, reason, detail)
        }
    }

    private func names(_ sources: [SignatureSource]) -> [String] {
        sources.prefix(8).map { source in
            if case .successor = source { "successor:\(voucher(source))" } else { source.name }
        }
    }

    private func describeRelocation(
        _ number: Int
    ) -> (kind: FindingKind, message: String, detail: [String: Finding.Detail]) {
        let place = evidence.placement.places[number]
        let claim = evidence.records.location(of: number).map { "s3://\($0)" } ?? ""
        return (
            .digestRelocated,
            "CloudTrail signed it for another place than the one it was found in, \(claim): it was moved or copied there",
            ["bucketChecked": .flag(place.bucket != nil)]
        )
    }

    private func describeElsewhere(
        _ number: Int
    ) -> (kind: FindingKind, message: String, detail: [String: Finding.Detail]) {
        let part = part(ofElsewhere: number)
        let folder = part.flatMap { displayFolder($0.root, $0.folder) }
        return (
            .partElsewhere,
            "it lies elsewhere than the rest of the archive"
                + (folder.map { ": give \($0) as an archive of its own" } ?? ""),
            [:]
        )
    }

    private func describeMismatch(
        _ number: Int,
        _ successor: Int,
        _ part: DigestFault.LinkPart
    ) -> (kind: FindingKind, message: String, detail: [String: Finding.Detail]) {
        var detail: [String: Finding.Detail] = [
            "mismatch": .text(part.rawValue),
            "successor": .text(evidence.key(ofDigest: successor).description),
        ]
        if part == .hash, let expected = evidence.records[successor].claims?.previous?.hash,
            let actual = evidence.records[number].hash
        {
            detail["expected"] = .text(Hex.encode(expected.bytes))
            detail["actual"] = .text(Hex.encode(actual.bytes))
        }
        if case .valid = evidence.signatures[number] {
            return (
                .digestLinkMismatch,
                "AWS signed this file, but it is not the one its successor saw: another signed "
                    + "version, or one delivered again (its \(part.rawValue) differs)", detail
            )
        }
        return (
            .digestLinkMismatch, "its verified successor saw another file here: the \(part.rawValue) differs", detail
        )
    }

    // MARK: Notices

    mutating func addNotices(_ number: Int, _ trial: inout SignatureTrial) {
        if case .valid(let source, let differing) = evidence.signatures[number], !differing.isEmpty {
            findings.add(
                finding(
                    .signatureSourceDiffers,
                    "the signature from \(source.name) verifies; another source has a different one, which does not",
                    about: number,
                    detail: ["valid": .text(voucher(source)), "differing": .list(names(differing))]
                )
            )
        }
        if let key = trial.key(of: evidence.records[number].claims), let time = check.signingTime(of: number, trial),
            !key.isValid(at: time)
        {
            findings.add(
                finding(
                    .keyOutsideValidity,
                    "signed at \(time), outside the validity of the key \(key.fingerprint) "
                        + "(\(key.validFrom?.description ?? "?") to \(key.validUntil?.description ?? "?"))",
                    about: number,
                    detail: ["fingerprint": .text(key.fingerprint)]
                )
            )
        }
    }

    private mutating func addDuplicate(_ number: Int, of first: Int) {
        findings.add(
            finding(
                .duplicateObject,
                "a second copy of the same digest file; the first is \(path(of: first))",
                about: number,
                detail: ["first": .text(path(of: first).description)]
            )
        )
    }
}
