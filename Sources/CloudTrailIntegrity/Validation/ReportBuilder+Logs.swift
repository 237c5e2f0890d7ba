extension ReportBuilder {
    /// Adds what judging the log files came to, and judges those that are not there.
    mutating func addLogs(_ logs: LogFindings, _ monitor: ValidationMonitor) throws {
        // The caller was told of these while the log files were judged.
        findings += logs.findings
        toldCount = findings.count
        provenFiles += logs.provenFiles
        for (chain, tally) in logs.tallies { self.logs[chain, default: Tally()].add(tally) }
        looseLogs.add(logs.loose)
        contentBytes += logs.contentBytes
        provenRoots.formUnion(logs.provenRoots)
        heldLocations.formUnion(logs.heldLocations)
        if logs.absent.isEmpty { return }
        let heldDays = try heldDays(monitor)
        for listing in logs.absent {
            try monitor.check()
            addAbsent(listing, heldDays)
        }
    }

    private mutating func count(_ kind: FindingKind, _ listing: LogListing) {
        logs[evidence.records.chain(of: listing.record), default: Tally()].count(kind)
    }

    private mutating func addAbsent(_ listing: LogListing, _ heldDays: Set<HeldDay>) {
        let name = LogFileName(listing.location.key)
        if listing.isVerified || listing.location.key.hasUnsafeComponent {
            switch evidence.concealment(of: listing.location) {
            case .unsafeKey where !listing.isVerified:
                return add(
                    absent: .logUnauthenticated,
                    "only a digest file that is not verified lists this key",
                    listing
                )
            case .unsafeKey:
                return addUnsafe(listing, "a key that no object below the archive has")
            case .link(let folder):
                return addUnsafe(listing, "a key that leads through the link \(folder), which is never followed")
            case .unreadable(let place, let error):
                return add(
                    absent: .logUnreadable,
                    "\(place) could not be read: \(error.description)",
                    listing,
                    detail: ["reason": .text(error.reason.rawValue)]
                )
            case nil: break
            }
        }
        // A download of some days holds the digests of their folders; only log files of days before are not asked for:
        // by the oldest digest, and by backfill digests, which come late.
        let lister = (
            chain: evidence.records.chain(of: listing.record), endTime: evidence.records[listing.record].endTime
        )
        if let name, !listing.wasProven, evidence.isOldestOfChain(listing.record) || lister.chain.isBackfill,
            name.time.dayNumber < lister.endTime.dayNumber, !heldDays.contains(HeldDay(name)),
            options.start.map({ name.time < $0 }) ?? true
        {
            let message = "listed by a digest of a later day; of its own day the archive holds no log file here"
            findings.append(
                evidence.finding(.logOutsideArchive, message, listing, key: listing.location.key, path: nil)
            )
            return
        }
        guard listing.wasProven || isLocationHeld(listing.location) else {
            let window = DigestChain.window(of: evidence.records[listing.record], isVerified: listing.isVerified)
            noteNotHeld(listing.location, window)
            count(.locationNotHeld, listing)
            return
        }
        if listing.isVerified {
            add(
                absent: .logMissing,
                "a verified digest lists it and it is not there",
                listing,
                detail: listing.wasProven ? ["provenBefore": .flag(true)] : [:]
            )
        } else {
            add(
                absent: .logUnauthenticated,
                "only a digest file that is not verified lists it, and it is not there",
                listing
            )
        }
    }

    private mutating func add(
        absent kind: FindingKind,
        _ message: String,
        _ listing: LogListing,
        detail: [String: Finding.Detail] = [:]
    ) {
        var detail = detail
        if kind == .logUnauthenticated { detail["held"] = .flag(false) }
        findings.append(
            evidence.finding(kind, message, listing, key: listing.location.key, path: nil, detail: detail)
        )
        count(kind, listing)
    }

    private mutating func addUnsafe(_ listing: LogListing, _ what: String) {
        let window = DigestChain.window(of: evidence.records[listing.record], isVerified: true)
        findings.append(
            Finding(
                .referenceUnsafe,
                "a verified digest lists \(what)",
                bucket: evidence.bucket(ofDigest: listing.record)
                    ?? evidence.records.location(of: listing.record)?.bucket,
                key: evidence.key(ofDigest: listing.record),
                path: evidence.displayPath(ofDigest: listing.record),
                chain: evidence.records.chain(of: listing.record),
                start: window.start,
                end: window.end,
                detail: ["reference": .text(listing.location.key.description)]
            )
        )
        count(.referenceUnsafe, listing)
    }

    /// A day's folder of an account and region that the archive holds log files of.
    private struct HeldDay: Hashable {
        let account: String
        let region: String
        let day: Int64

        init(_ name: LogFileName) {
            account = name.account
            region = name.region
            day = name.time.dayNumber
        }
    }

    private func heldDays(_ monitor: ValidationMonitor) throws -> Set<HeldDay> {
        var days: Set<HeldDay> = []
        try evidence.index.forEachFile { _, name in
            try monitor.check()
            if let log = LogFileName(ObjectKey(bytes: name)) { days.insert(HeldDay(log)) }
            return true
        }
        return days
    }
}
