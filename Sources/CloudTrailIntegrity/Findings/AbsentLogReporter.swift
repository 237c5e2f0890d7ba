internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Reports on log files that are listed and not there.
struct AbsentLogReporter {
    private let archive: JudgedArchive
    /// What is reported so far.
    private var report: PartialReport

    private var facts: ArchiveFacts { archive.facts }
    private var digests: JudgedDigests { archive.digests }

    /// - Parameter report: What digest and log files came to.
    init(_ archive: JudgedArchive, after report: consuming PartialReport) {
        self.archive = archive
        self.report = report
        self.report.findings.stage = .absences
    }

    /// Judges each.
    ///
    /// - Parameter hash: The SHA-256 of the content of a file at this path; `nil` where it cannot be read to its end.
    /// - Returns: What is reported now.
    consuming func run(
        _ absent: [LogListing],
        _ monitor: ValidationMonitor,
        hash: (ArchiveIndex.File, ObjectKey) throws -> SHA256Digest?
    ) throws -> PartialReport {
        if absent.isEmpty { return report }
        let held = try heldLogs(monitor)
        let attested = AttestedTime(digests.chains.lazy.map { ($0.identity, $0.members, $0.oldest) })
        let inPlace = facts.filesInPlace(
            absent.map { ($0.provenIn, ObjectKey(bytes: $0.location.key.lastComponent)) }
        )
        var elsewhere = try FilesElsewhere(digests, absent, check: monitor.check)
        for (number, listing) in absent.enumerated() {
            try monitor.check()
            if listing.isVerified, facts.concealment(of: listing.location) == nil,
                let part = try elsewhere.part(with: listing, number, hash: hash)
            {
                report.aside.add(
                    logIn: part,
                    bucket: listing.location.bucket,
                    digests.window(of: listing.record)
                )
                count(.locationNotHeld, listing)
            } else {
                let isInPlace = try inPlace[number]?.contains { file in
                    try hash(file, facts.index.path(of: file)) == listing.hash
                }
                add(listing, wasProven: listing.provenIn != nil && isInPlace != true, held, attested)
            }
        }
        return report
    }

    private mutating func count(_ kind: FindingKind, _ listing: LogListing) {
        report.logs.count(kind, of: facts.records.chain(of: listing.record))
    }

    /// Judges a listed log file that is not there.
    ///
    /// - Parameter wasProven: Whether an earlier run proved it where it is no more.
    private mutating func add(
        _ listing: LogListing,
        wasProven: Bool,
        _ held: HeldLogs,
        _ attested: AttestedTime
    ) {
        let name = LogFileName(listing.location.key)
        let chain = facts.records.chain(of: listing.record)
        let isAttested = name.map { attested.contains($0.time, account: chain.account, chain.region) } ?? false
        // Only what a verified digest names may lie behind a link or in a folder that could not be listed.
        let isConcealable = listing.isVerified || listing.location.key.hasUnsafeComponent
        let absent = AbsenceRules.LogFacts(
            lister: listing.isVerified ? .verified : .unverified,
            chain: chain,
            listedAt: facts.records[listing.record].endTime,
            digests.isOldestOfChain(listing.record) ? .oldest : .other,
            name: name,
            concealment: isConcealable ? facts.concealment(of: listing.location) : nil,
            proven: wasProven ? .before : .never,
            location: report.place(of: listing.location, facts.placement),
            day: name.map { held.days.contains(HeldLogs.Day($0)) } ?? false ? .held : .notHeld,
            time: isAttested ? .attested : .notAttested,
            surroundings: surroundings(of: listing.location.key, name, held)
        )
        switch AbsenceRules.judge(absent, archive.asked) {
        case .unsafe(let path): addUnsafe(listing, path)
        case .outsideArchive: add(.logOutsideArchive, listing)
        case .locationNotHeld:
            report.aside.add(notHeld: listing.location, digests.window(of: listing.record), facts.placement)
            count(.locationNotHeld, listing)
        case .cause(let cause):
            add(cause, listing)
            count(cause.kind, listing)
        }
    }

    private func surroundings(of key: ObjectKey, _ name: LogFileName?, _ held: HeldLogs) -> LogSurroundings {
        if let folder = archive.lookAlikes.held(likeFolderOf: key) { return .lookAlike(folder) }
        guard let name, !held.parts.contains(ArchivePart(name)) else { return .unremarkable }
        return .noLogOfRegion(name.region)
    }

    private mutating func add(_ cause: FindingCause, _ listing: LogListing) {
        report.findings.add(digests.finding(cause, listing, key: listing.location.key, path: nil))
    }

    private mutating func addUnsafe(_ listing: LogListing, _ path: UnsafePath) {
        let window = digests.window(of: listing.record)
        report.findings.add(
            Finding(
                .logUnsafe(path, reference: listing.location.key),
                bucket: facts.bucket(ofDigest: listing.record)
                    ?? facts.records.location(of: listing.record)?.bucket,
                key: facts.key(ofDigest: listing.record),
                path: facts.displayPath(ofDigest: listing.record),
                chain: facts.records.chain(of: listing.record),
                start: window.start,
                end: window.end
            )
        )
        count(.referenceUnsafe, listing)
    }

    /// What log files the archive holds, by their names.
    private struct HeldLogs {
        /// A day's folder of an account and region.
        struct Day: Hashable {
            let part: ArchivePart
            let number: Int64

            init(_ name: LogFileName) { (part, number) = (ArchivePart(name), name.time.dayNumber) }
        }

        var days: Set<Day> = []
        var parts: Set<ArchivePart> = []
    }

    private func heldLogs(_ monitor: ValidationMonitor) throws -> HeldLogs {
        var held = HeldLogs()
        try facts.index.forEachFile { _, name in
            try monitor.check()
            if let log = LogFileName(ObjectKey(bytes: name)) { held.days.insert(HeldLogs.Day(log)) }
            return true
        }
        held.parts = Set(held.days.map(\.part))
        return held
    }
}
