import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

/// A signed archive and what is done to it: nothing that is not as delivered is ever proven, and nothing that is as
/// delivered is ever called tampered with.
struct ArchiveCheck {
    private let delivered: DeliveredArchive
    private let archive: MutatedArchive
    private let report: ValidationReport
    /// By what the report calls them.
    private let files: [ObjectKey: MutatedArchive.Path]
    private let manifest: SignatureManifest

    static func run(_ bytes: [UInt8]) throws {
        let delivered = try DeliveredArchive.sample.get()
        var archive = MutatedArchive(delivered)
        var input = FuzzInput(bytes)
        try archive.mutate(&input)
        let check = try ArchiveCheck(archive)
        do {
            try check.countsAreConsistent()
            try check.provenIsAsDelivered()
            try check.deliveredIsNoViolation()
            try check.everythingIsNamed()
            try check.wholeIsWhole()
            try check.orderIsFixed()
        } catch let failure as FuzzFailure {
            throw FuzzFailure("\(failure)\n\(check.account)")
        }
    }

    /// What the archive was made into and what was found, for whoever reads of a failure.
    private var account: String {
        let paths = archive.files.keys.sorted().map { path in
            "\(isUntouched(path) ? "as delivered" : "changed     ") \(MutatedArchive.displayPath(path))"
        }
        let findings = report.findings.map { finding in
            "\(finding.kind.rawValue) \(finding.path ?? finding.key ?? ObjectKey("")): \(finding.message)"
        }
        let manifest = archive.manifest.map { String(decoding: $0, as: UTF8.self) }
        let proven = report.provenFiles.map { "proven \($0.path)" }
        return (paths + findings + proven + manifest).joined(separator: "\n")
    }

    private init(_ archive: MutatedArchive) throws {
        delivered = archive.delivered
        self.archive = archive
        var manifest = SignatureManifest()
        for line in archive.manifest { try? manifest.add(reading: line) }
        self.manifest = manifest
        report = try Self.validate(archive, manifest, jobs: archive.jobs)
        var files: [ObjectKey: MutatedArchive.Path] = [:]
        for path in archive.files.keys { files[MutatedArchive.displayPath(path)] = path }
        self.files = files
    }

    private static func validate(
        _ archive: MutatedArchive,
        _ manifest: SignatureManifest,
        jobs: Int
    ) throws -> ValidationReport {
        var options = ValidationOptions()
        options.jobs = jobs
        options.listsProvenFiles = true
        if archive.asksForAll {
            options.start = archive.delivered.start
            options.end = archive.delivered.end
        }
        let validator = Validator(keys: archive.delivered.keySet, signatures: manifest, options: options)
        return try validator.validate(archive.sources)
    }

    // MARK: Counts

    private func countsAreConsistent() throws {
        for tally in [report.digests, report.logs] + report.chains.flatMap({ [$0.digests, $0.logs] }) {
            let sum = tally.valid + tally.invalid + tally.missing + tally.unverified
            try require(tally.total == sum, "\(tally.total) objects, \(sum) verdicts")
        }
        let inChains = report.chains.map(\.digests.total).reduce(0, +)
        try require(inChains == report.digests.total, "\(report.digests.total) digest files, \(inChains) in chains")
        let proven = Dictionary(grouping: report.provenFiles) { DigestFileName($0.path) != nil }
        let digests = Set((proven[true] ?? []).map(\.key)).count
        let logs = Set((proven[false] ?? []).map(\.key)).count
        try require(report.digests.valid == digests, "\(report.digests.valid) valid digest files, \(digests) proven")
        try require(report.logs.valid == logs, "\(report.logs.valid) valid log files, \(logs) proven")
        let isOrdered = report.findings == report.findings.sorted(by: Finding.inReportOrder)
        try require(isOrdered, "the findings are not in order")
        let violations = report.findings.count { $0.severity == .violation }
        let counted = report.digests.invalid + report.digests.missing + report.logs.invalid + report.logs.missing
        try require(violations > 0 || counted == 0, "no violation, and \(counted) objects counted for one")
    }

    // MARK: Proven

    private func provenIsAsDelivered() throws {
        for proven in report.provenFiles {
            guard let path = files[proven.path], let stored = archive.files[path] else {
                throw FuzzFailure("\(proven.path) is proven and not there")
            }
            guard let object = delivered.objects[proven.key] else {
                throw FuzzFailure("\(proven.path) is proven as \(proven.key), which was never delivered")
            }
            let read = try Stored(stored)
            try require(read.content == object.content, "\(proven.path) is proven and is not what was delivered")
            try require(read.isWhole, "\(proven.path) is proven and its container is broken")
            let hash = Hex.encode(try SHA256Digest.of(read.content).bytes)
            try require(hash == proven.sha256, "\(proven.path) is proven with another hash")
            try require(!archive.unreadable.contains(path), "\(proven.path) is proven and cannot be read")
            let named = report.findings.contains {
                $0.path == proven.path && $0.severity != .notice && $0.key == proven.key
            }
            let isOfOrder = report.findings.filter { $0.path == proven.path && $0.severity != .notice }
                .allSatisfy { [.chainForked, .referenceUnsafe].contains($0.kind) }
            try require(!named || isOfOrder, "\(proven.path) is proven and has a finding")
        }
    }

    // MARK: Not tampered with

    /// A file that lies where it was delivered, byte for byte, whatever became of the others.
    private func isUntouched(_ path: MutatedArchive.Path) -> Bool {
        guard let stored = archive.files[path], let object = delivered.objects[path.path] else { return false }
        return stored == object.stored
    }

    private func deliveredIsNoViolation() throws {
        for finding in report.findings where finding.severity == .violation {
            if let name = finding.path {
                guard let path = files[name], isUntouched(path), !isExplained(finding, path) else { continue }
                throw FuzzFailure("\(name) is untouched and called \(finding.kind.rawValue): \(finding.message)")
            }
            // Something absent: it must not be there.
            guard let key = finding.key else { continue }
            for root in 0...1 where !mayLieElsewhere(root) {
                let path = MutatedArchive.Path(root: root, path: key)
                try require(!isUntouched(path), "\(key) is untouched and called \(finding.kind.rawValue)")
            }
        }
    }

    /// Whether the state of others makes it right to find fault with an untouched file.
    private func isExplained(_ finding: Finding, _ path: MutatedArchive.Path) -> Bool {
        switch finding.kind {
        case .digestSignatureInvalid:
            // What the signature that is kept for it says is not what was delivered.
            hasForeignSignature(path)
        case .digestRelocated:
            // One rule a root: when most digest files lie elsewhere, the one in its place is the odd one out.
            mayLieElsewhere(path.root)
        default:
            false
        }
    }

    private func hasForeignSignature(_ path: MutatedArchive.Path) -> Bool {
        let sidecar = MutatedArchive.Path(
            root: path.root,
            path: ObjectKey(bytes: path.path.bytes + Array(".metadata.json".utf8))
        )
        return archive.files[sidecar] != nil || !Set(archive.manifest).isSubset(of: Set(delivered.manifest))
    }

    /// Whether more digest files of a root speak for another place than for the one they were delivered to; those without
    /// a signature at hand have no voice against signed ones.
    private func mayLieElsewhere(_ root: Int) -> Bool {
        var inPlace: Set<ObjectKey> = []
        var elsewhere: Set<ObjectKey> = []
        for (path, stored) in archive.files where path.root == root && DigestFileName(path.path) != nil {
            guard !archive.unreadable.contains(path), let content = try? Stored(stored).content,
                let file = try? DigestFile(parsing: content, limits: Limits())
            else { continue }
            let key = file.location.key.collapsed
            guard key.lastComponent.elementsEqual(path.path.compressedName.lastComponent) else { continue }
            if path.path.compressedName != key {
                elsewhere.insert(key)
            } else if content == delivered.objects[key]?.content {
                inPlace.insert(key)
            }
        }
        return elsewhere.count > inPlace.count { isSignatureAtHand($0) }
    }

    /// Whether the signature of a delivered digest file stands in the manifest as it was delivered, or in a digest file
    /// that names it.
    private func isSignatureAtHand(_ key: ObjectKey) -> Bool {
        guard let signature = delivered.signatures[key] else { return false }
        if archive.manifest.contains(where: { delivered.manifest.contains($0) && $0.contains(signature) }) {
            return true
        }
        return archive.files.contains { path, stored in
            guard DigestFileName(path.path) != nil, !archive.unreadable.contains(path),
                let content = try? Stored(stored).content,
                let file = try? DigestFile(parsing: content, limits: Limits())
            else { return false }
            return file.previous?.location == ObjectLocation(bucket: delivered.bucket, key: key)
                && file.previousSignature.map { Array($0.utf8) } == signature
        }
    }

    // MARK: Nothing unnamed

    /// Every file that validation is about is proven or has a finding.
    private func everythingIsNamed() throws {
        if archive.asksForAll { return }
        let named = Set(report.findings.compactMap(\.path)).union(report.provenFiles.map(\.path))
        for path in archive.files.keys where Self.isOfTheTrail(path.path) {
            let name = MutatedArchive.displayPath(path)
            let isNamed = named.contains(name) || (DigestFileName(path.path) != nil && isInPartElsewhere(name))
            try require(isNamed, "\(name) is neither proven nor named")
        }
    }

    /// Whether a finding names a folder above it: one says it of all digest files there.
    private func isInPartElsewhere(_ name: ObjectKey) -> Bool {
        report.findings.contains { finding in
            finding.kind == .partElsewhere && finding.path.map { name.hasPrefix($0.bytes + "/".utf8) } ?? false
        }
    }

    private static func isOfTheTrail(_ path: ObjectKey) -> Bool {
        DigestFileName(path) != nil || LogFileName(path) != nil
    }

    // MARK: Outcome

    private func wholeIsWhole() throws {
        guard report.verdict() == .valid else { return }
        let awaiting = Set(report.findings.filter { $0.kind == .logAwaitingDigest }.compactMap(\.path))
        for (path, stored) in archive.files {
            guard let object = delivered.objects[path.path], !awaiting.contains(MutatedArchive.displayPath(path)) else {
                continue
            }
            let isAsDelivered = try Stored(stored).content == object.content
            try require(isAsDelivered, "all is proven, and \(path.path) was changed")
        }
        if archive.asksForAll {
            let missing = Set(delivered.keys).subtracting(report.provenFiles.map(\.key))
            try require(missing.isEmpty, "all is proven but \(missing.sorted())")
        }
    }

    /// Sets and dictionaries are ordered anew each time, threads run as they like; the report must not show it.
    private func orderIsFixed() throws {
        if archive.jobs == 1 { return }
        let again = try Self.validate(archive, manifest, jobs: 1)
        try require(again.findings == report.findings, "two runs make two reports")
        try require(again.provenFiles == report.provenFiles, "two runs prove different files")
        try require(again.digests == report.digests && again.logs == report.logs, "two runs count differently")
    }
}
