internal import NativeInterop

extension ReportBuilder {
    /// Holds the archive to what earlier runs proved, and notes what the next run needs.
    mutating func addEarlier(_ logs: LogFindings, _ monitor: ValidationMonitor) throws {
        guard let earlier = evidence.earlier else { return }
        if earlier.state.runs > 0 { addNewKeys(earlier.state) }
        addLostDigests(earlier.state)
        for orphan in logs.missingOrphans { addMissing(orphan, earlier.state) }
        let digests = evidence.records.indices.count { number in
            evidence.records[number].provenAt != nil && evidence.isInScope[number]
                && evidence.verdicts[number].isVerified
        }
        carried = ValidationReport.Carried(digests: digests, logs: logs.unchanged)
        state = try nextState(earlier, logs.proven, monitor)
    }

    private mutating func addNewKeys(_ state: ProvenState) {
        for key in keys.all where state.keys[key.fingerprint] == nil {
            findings.append(
                Finding(
                    .keyNew,
                    "no earlier run had the key \(key.fingerprint): see to it that it came from AWS",
                    start: key.validFrom,
                    end: key.validUntil,
                    detail: ["fingerprint": .text(key.fingerprint)]
                )
            )
        }
    }

    // MARK: What is gone

    private mutating func addLostDigests(_ state: ProvenState) {
        guard evidence.fates.contains(.lost) else { return }
        var anchors: [ChainIdentity: Int] = [:]
        for (number, digest) in state.digests.enumerated() {
            guard let chain = DigestFileName(digest.path)?.chain else { continue }
            if let known = anchors[chain] {
                let end = state.digests[known].claims.endTime
                // What stands in the place of one that is lost makes it no less the anchor.
                let isAsNew = end == digest.claims.endTime && evidence.fates[number] == .lost
                guard end < digest.claims.endTime || isAsNew else { continue }
            }
            anchors[chain] = number
        }
        let named = Set(findings.filter { $0.kind == .digestMissing }.compactMap(\.key))
        for (number, digest) in state.digests.enumerated() where evidence.fates[number] == .lost {
            guard let chain = DigestFileName(digest.path)?.chain else { continue }
            let location = digest.claims.location
            let isAnchor = anchors[chain] == number
            let copies = evidence.digests(at: location.key)
            if copies.isEmpty {
                // What cannot be looked at has a finding of its own.
                guard evidence.concealment(of: location) == nil else { continue }
                let isNamed = named.contains(location.key.collapsed) || named.contains(location.key)
                if !isNamed { digests[chain, default: Tally()].count(.digestMissing) }
                if isAnchor || !isNamed { addLost(digest, chain, isAnchor ? .anchorLost : .digestMissing, nil) }
            } else if let copy = changedCopy(of: digest, copies, isAnchor) {
                addLost(digest, chain, .anchorLost, copy)
            }
        }
    }

    /// The file that stands where a proven one stood, unless what is said of it is enough.
    private func changedCopy(of digest: ProvenDigest, _ copies: RecordNumbers, _ isAnchor: Bool) -> Int? {
        var changed: Int?
        for copy in copies {
            let record = evidence.records[copy]
            switch record.defect {
            case .unreadable, .overLimit: return nil
            case .malformed, nil: break
            }
            if record.hash == digest.hash { return nil }
            if !isAnchor, let fault = evidence.verdicts[copy].faults.first, kind(of: fault, copy).severity == .violation
            {
                return nil
            }
            changed = changed ?? copy
        }
        return changed
    }

    private mutating func addLost(
        _ digest: ProvenDigest,
        _ chain: ChainIdentity,
        _ kind: FindingKind,
        _ copy: Int?
    ) {
        var detail: [String: Finding.Detail] = [
            "provenBefore": .flag(true), "expected": .text(Hex.encode(digest.hash.bytes)),
        ]
        if let hash = copy.flatMap({ evidence.records[$0].hash }) { detail["actual"] = .text(Hex.encode(hash.bytes)) }
        let what =
            kind == .anchorLost && copy == nil
            ? "the digest file that was proven last" : "a digest file that was proven"
        let message =
            copy == nil
            ? "\(what) by an earlier run is gone: the history was cut or written anew"
            : "the digest file that an earlier run proved here is not the same any more: the history was written anew"
        findings.append(
            Finding(
                kind,
                message,
                bucket: digest.claims.location.bucket,
                key: digest.claims.location.key,
                path: copy.map { evidence.displayPath(ofDigest: $0) },
                chain: chain,
                start: digest.claims.startTime,
                end: digest.claims.endTime,
                detail: detail
            )
        )
    }

    private mutating func addMissing(_ orphan: LogMatch.Orphan, _ state: ProvenState) {
        let digest = state.digests[orphan.proof.file.digest]
        guard let chain = DigestFileName(digest.path)?.chain else { return }
        let location = ListedLogs.location(orphan.name, in: orphan.folder)
        guard evidence.concealment(of: location) == nil else { return }
        findings.append(
            Finding(
                .logMissing,
                "it was proven by an earlier run, and is gone like the digest file that lists it",
                bucket: location.bucket,
                key: location.key,
                chain: chain,
                start: LogFileName(location.key)?.time,
                detail: [
                    "listedBy": .text(digest.claims.location.key.description), "provenBefore": .flag(true),
                ]
            )
        )
        logs[chain, default: Tally()].count(.logMissing)
    }

    // MARK: The next run

    private func nextState(
        _ earlier: EarlierProof,
        _ proven: [ProvenFolder],
        _ monitor: ValidationMonitor
    ) throws -> ProvenState {
        var state = ProvenState()
        let (runs, overflow) = earlier.state.runs.addingReportingOverflow(1)
        state.runs = overflow ? 1 : runs
        state.keys = earlier.state.keys
        for key in keys.all { state.keys[key.fingerprint] = try key.hash }
        var proofs: [Int: Int] = [:]
        for folder in proven {
            for file in folder.files where file.digest >= 0 { proofs[file.digest, default: 0] += 1 }
        }
        var numbers: [Int: Int] = [:]
        for record in evidence.records.indices where evidence.isInScope[record] && evidence.verdicts[record].isVerified
        {
            try monitor.check()
            guard let digest = provenDigest(record, earlier, proofs: proofs[record] ?? 0) else { continue }
            numbers[record] = state.digests.count
            state.digests.append(digest)
        }
        // What is gone stays remembered until it is back: else the next run would find nothing wrong.
        for (number, digest) in earlier.state.digests.enumerated() where evidence.fates[number] == .lost {
            numbers[-1 - number] = state.digests.count
            state.digests.append(digest)
        }
        state.folders = proven.map { folder in
            var folder = folder
            for index in folder.files.indices { folder.files[index].digest = numbers[folder.files[index].digest] ?? 0 }
            return folder
        }
        state.folders.sort { ($0.root, $0.bucket, $0.path) < ($1.root, $1.bucket, $1.path) }
        return state
    }

    private func provenDigest(_ number: Int, _ earlier: EarlierProof, proofs: Int) -> ProvenDigest? {
        let record = evidence.records[number]
        guard let claims = evidence.records.provenClaims(of: number), let hash = record.hash else { return nil }
        let digest = evidence.index.digests[number]
        let isSettled = record.provenAt != nil || isSettled(number, record, proofs: proofs)
        return ProvenDigest(
            root: digest.root,
            path: evidence.index.path(of: digest),
            metadata: record.metadata,
            hashedAt: record.provenAt ?? earlier.runs.now,
            hash: hash,
            claims: claims,
            isSettled: isSettled
        )
    }

    /// Whether reading a digest again could tell nothing that is not remembered.
    private func isSettled(_ number: Int, _ record: DigestRecord, proofs: Int) -> Bool {
        guard case .valid(_, let differing) = evidence.signatures[number], differing.isEmpty,
            !evidence.records.chain(of: number).isBackfill, proofs == record.logs.fileCount,
            evidence.placement.layouts[evidence.index.digests[number].root] != .flat
        else { return false }
        guard let previous = record.claims?.previous else { return record.claims?.isStartingDigest ?? false }
        guard let key = evidence.previousKey(of: number) else { return false }
        return evidence.digests(of: key).contains { before in
            evidence.verdicts[before].isVerified && evidence.records[before].hash == previous.hash
        }
    }
}
