internal import NativeInterop

extension ReportBuilder {
    /// Judges every log file in scope, and those that no digest lists.
    mutating func addLogs(_ stage: LogStage, _ outcomes: [Int: LogStage.Outcome]) {
        for outcome in outcomes.values {
            if case .hashed(let result) = outcome { contentBytes += result.contentBytes }
        }
        for listing in stage.listings.values where !listing.files.isEmpty {
            heldLocations.insert(DeliveryLocation(listing.location))
        }
        let heldDays = heldDays()
        for key in stage.keysInScope {
            guard let listing = stage.listings[key] else { continue }
            if listing.files.isEmpty {
                addAbsent(listing, heldDays)
            } else {
                addHeld(listing, outcomes)
            }
        }
        let coveredUntil = coveredUntil()
        for number in stage.unreferenced { addUnreferenced(number, coveredUntil) }
    }

    private func finding(
        _ kind: FindingKind,
        _ message: String,
        _ listing: LogStage.Listing,
        file: Int?,
        detail: [String: Finding.Detail] = [:]
    ) -> Finding {
        var detail = detail
        detail["listedBy"] = .text(evidence.placement.places[listing.record].key.description)
        return Finding(
            kind,
            message,
            bucket: listing.location.bucket,
            key: file.map { flatKey($0, listing) } ?? listing.location.key,
            path: file.map { evidence.displayPath(evidence.index.files[$0]) },
            chain: evidence.records[listing.record].name.chain,
            start: LogFileName(listing.location.key)?.time,
            detail: detail,
            concernsNewestDigest: !listing.isVerified && evidence.isUnsignedHead(listing.record)
                && evidence.isOfItsHour(listing.location, listing.record)
        )
    }

    /// The key a file maps to: in a flat folder, the listed key of its name.
    private func flatKey(_ file: Int, _ listing: LogStage.Listing) -> ObjectKey {
        let entry = evidence.index.files[file]
        return evidence.placement.layouts[entry.root] == .flat
            ? listing.location.key : evidence.placement.key(of: entry)
    }

    private mutating func count(_ kind: FindingKind, _ listing: LogStage.Listing) {
        logs[evidence.records[listing.record].name.chain, default: Tally()].count(kind)
    }

    // MARK: Files that are there

    private mutating func addHeld(_ listing: LogStage.Listing, _ outcomes: [Int: LogStage.Outcome]) {
        var firstCopy: Int?
        var counted: Set<SHA256Digest> = []
        for file in listing.files {
            guard let outcome = outcomes[file] else { continue }
            let (kinds, message, detail) = judge(outcome, listing)
            if let kind = kinds.first {
                var detail = detail
                if kinds.count > 1 { detail["also"] = .list(kinds.dropFirst().map(\.rawValue)) }
                findings.append(finding(kind, message, listing, file: file, detail: detail))
                // Copies with the same content are one object.
                if case .hashed(let result) = outcome, !counted.insert(result.digest).inserted { continue }
                count(kind, listing)
                continue
            }
            if firstCopy == nil { logs[evidence.records[listing.record].name.chain, default: Tally()].valid += 1 }
            provenRoots.insert(evidence.index.files[file].root)
            guard case .hashed(let result) = outcome else { continue }
            addNotices(result, listing, file, firstCopy)
            firstCopy = firstCopy ?? file
            if options.listsValidFiles {
                provenFiles.append(
                    ProvenFile(
                        bucket: listing.location.bucket,
                        key: flatKey(file, listing),
                        path: evidence.displayPath(evidence.index.files[file]),
                        sha256: Hex.encode(result.digest.bytes),
                        vouchedBy: evidence.placement.places[listing.record].key.description,
                        chain: evidence.records[listing.record].name.chain
                    )
                )
            }
        }
    }

    /// All that is wrong with a file, the primary finding first, and what to say of that one.
    private func judge(
        _ outcome: LogStage.Outcome,
        _ listing: LogStage.Listing
    ) -> (kinds: [FindingKind], message: String, detail: [String: Finding.Detail]) {
        let result: ContentHasher.Result
        switch outcome {
        case .unreadable(let error):
            return (
                [.logUnreadable], "the log file could not be read: \(error.description)",
                ["reason": .text(error.reason.rawValue)]
            )
        case .hashed(let hashed):
            result = hashed
        }
        let matches = result.digest == listing.hash
        var kinds: [FindingKind] = []
        var messages: [String] = []
        var detail: [String: Finding.Detail] = [:]
        func add(_ kind: FindingKind, _ message: String) {
            kinds.append(kind)
            messages.append(message)
        }
        switch result.condition {
        case .overContentLimit, .overRatioLimit:
            detail["reason"] = .text(result.condition == .overRatioLimit ? "ratio" : "size")
            return ([.logOverLimit], "the log file hits a limit: \(result.condition.sentence)", detail)
        case .truncated, .corrupt:
            let content = matches ? "; its content is the listed one all the same" : ""
            add(.logMalformed, "the log file is broken: \(result.condition.sentence)\(content)")
            detail["contentMatches"] = .flag(matches)
        case .complete, .trailingData:
            break
        }
        if listing.isVerified, !matches {
            add(.logModified, "its content is not what a verified digest lists: the SHA-256 differs")
            detail["expected"] = .text(Hex.encode(listing.hash.bytes))
            detail["actual"] = .text(Hex.encode(result.digest.bytes))
        }
        if result.condition == .trailingData { add(.logTrailingData, result.condition.sentence) }
        if !listing.isVerified {
            let match = matches ? "its content is the one listed there" : "its content is another than listed there"
            add(.logUnauthenticated, "only a digest file that is not verified lists it (\(match))")
            detail["contentMatches"] = .flag(matches)
        }
        return (kinds, messages.first ?? "", detail)
    }

    private mutating func addNotices(
        _ result: ContentHasher.Result,
        _ listing: LogStage.Listing,
        _ file: Int,
        _ firstCopy: Int?
    ) {
        if result.form == .plain {
            findings.append(
                finding(
                    .logDecompressed,
                    "the download decompressed it; its content is proven",
                    listing,
                    file: file
                )
            )
        }
        if listing.differs, firstCopy == nil {
            findings.append(
                finding(
                    .listingDiffers,
                    "verified digests list different hashes for it; the newest one, which it matches, counts",
                    listing,
                    file: file
                )
            )
        }
        if let firstCopy {
            let first = evidence.displayPath(evidence.index.files[firstCopy])
            findings.append(
                finding(
                    .duplicateObject,
                    "a second copy of the same log file; the first is \(first)",
                    listing,
                    file: file,
                    detail: ["first": .text(first.description)]
                )
            )
        }
    }

    // MARK: Files that are not there

    private mutating func addAbsent(_ listing: LogStage.Listing, _ heldDays: Set<HeldDay>) {
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
            case .unreadableFolder(let folder, let error):
                return add(
                    absent: .logUnreadable,
                    "the folder \(folder) could not be read: \(error.description)",
                    listing,
                    detail: ["reason": .text(error.reason.rawValue)]
                )
            case nil: break
            }
        }
        // A download of some days holds the digests of their folders; only log files of days before are not asked for:
        // by the oldest digest, and by backfill digests, which come late.
        let lister = evidence.records[listing.record].name
        if let name, evidence.isOldestOfChain(listing.record) || lister.chain.isBackfill,
            name.time.dayNumber < lister.endTime.dayNumber, !heldDays.contains(HeldDay(name)),
            options.start.map({ name.time < $0 }) ?? true
        {
            let message = "listed by a digest of a later day; of its own day the archive holds no log file here"
            findings.append(finding(.logOutsideArchive, message, listing, file: nil))
            return
        }
        guard isLocationHeld(listing.location) else {
            let window = DigestChain.window(of: evidence.records[listing.record], isVerified: listing.isVerified)
            noteNotHeld(listing.location, window)
            count(.locationNotHeld, listing)
            return
        }
        if listing.isVerified {
            add(absent: .logMissing, "a verified digest lists it and it is not there", listing)
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
        _ listing: LogStage.Listing,
        detail: [String: Finding.Detail] = [:]
    ) {
        var detail = detail
        if kind == .logUnauthenticated { detail["held"] = .flag(false) }
        findings.append(finding(kind, message, listing, file: nil, detail: detail))
        count(kind, listing)
    }

    private mutating func addUnsafe(_ listing: LogStage.Listing, _ what: String) {
        let place = evidence.placement.places[listing.record]
        let record = evidence.records[listing.record]
        let window = DigestChain.window(of: record, isVerified: true)
        findings.append(
            Finding(
                .referenceUnsafe,
                "a verified digest lists \(what)",
                bucket: place.bucket ?? record.file?.location.bucket,
                key: place.key,
                path: evidence.displayPath(evidence.index.files[record.fileNumber]),
                chain: record.name.chain,
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

    private func heldDays() -> Set<HeldDay> {
        var days: Set<HeldDay> = []
        for file in evidence.index.files {
            if case .log(let name) = file.role { days.insert(HeldDay(name)) }
        }
        return days
    }

    // MARK: Files that no digest lists

    /// The last verified end of the regular chains of each account and region.
    private func coveredUntil() -> [[String]: Timestamp] {
        var ends: [[String]: Timestamp] = [:]
        for chain in evidence.chains where !chain.identity.isBackfill {
            guard let end = chain.verifiedUntil else { continue }
            let place = [chain.identity.account, chain.identity.region]
            ends[place] = max(ends[place] ?? end, end)
        }
        return ends
    }

    private mutating func addUnreferenced(_ number: Int, _ coveredUntil: [[String]: Timestamp]) {
        let file = evidence.index.files[number]
        var kind = FindingKind.logUnreferenced
        var message =
            "no digest file lists it: an injected file looks like this, and so does a trail without validation"
        var time: Timestamp?
        if case .log(let name) = file.role {
            time = name.time
            // The name has the minute alone, so the file may be as new as the minute's last second.
            if let end = coveredUntil[[name.account, name.region]], name.time.advanced(bySeconds: 59) > end,
                name.time <= end.advanced(bySeconds: options.grace)
            {
                kind = .logAwaitingDigest
                message = "newer than the last verified digest, whose successor may not have been delivered yet"
            }
        }
        if kind == .logUnreferenced { looseLogs.count(kind) }
        findings.append(
            Finding(
                kind,
                message,
                bucket: evidence.placement.bucket(ofFile: number),
                key: evidence.placement.key(of: file),
                path: evidence.displayPath(file),
                start: time
            )
        )
    }
}
