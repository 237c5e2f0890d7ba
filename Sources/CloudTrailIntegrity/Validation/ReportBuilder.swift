internal import NativeInterop

/// Turns evidence into findings, counts and summaries.
struct ReportBuilder {
    let evidence: Evidence
    let keys: PublicKeySet
    let check: SignatureCheck

    var findings: [Finding] = []
    /// How many of them the caller was told of.
    var toldCount = 0
    var provenFiles: [ProvenFile] = []
    var digests: [ChainIdentity: Tally] = [:]
    var logs: [ChainIdentity: Tally] = [:]
    /// Log files that belong to no chain.
    var looseLogs = Tally()
    var contentBytes: UInt64 = 0
    /// The buckets and prefixes of which the archive holds something.
    var heldLocations: Set<DeliveryLocation> = []
    /// The time of what is named in buckets and prefixes of which it holds nothing.
    var locationsNotHeld: [DeliveryLocation: (span: TimeRange, count: Int)] = [:]
    /// The roots that yielded something proven.
    var provenRoots: Set<Int> = []
    /// What was proven before and not read in this run; `nil` when nothing is remembered.
    var carried: ValidationReport.Carried?
    /// What the next run may build on.
    var state: ProvenState?

    var options: ValidationOptions { evidence.options }

    init(evidence: Evidence, keys: PublicKeySet, check: SignatureCheck) {
        self.evidence = evidence
        self.keys = keys
        self.check = check
        var last: DigestLocation?
        for number in evidence.records.indices {
            contentBytes += evidence.records[number].contentBytes
            guard let location = evidence.records[number].claims?.location,
                !evidence.placement.places[number].isRelocated
            else { continue }
            // Neighbours lie in one folder.
            if let last, last.key.folder == location.key.folder, last.bucket == location.bucket { continue }
            heldLocations.insert(DeliveryLocation(evidence.records.names.objectLocation(location)))
            last = location
        }
    }

    mutating func noteNotHeld(_ location: ObjectLocation, _ window: TimeRange) {
        // What lies beside the folder that was downloaded is named by its own; else all of the prefix is not held.
        let place =
            evidence.placement.canHold(location) ? DeliveryLocation(location) : DeliveryLocation(folderOf: location)
        guard let known = locationsNotHeld[place] else {
            locationsNotHeld[place] = (window, 1)
            return
        }
        let span = TimeRange(start: min(known.span.start, window.start), end: max(known.span.end, window.end))
        locationsNotHeld[place] = (span, known.count + 1)
    }

    /// Whether the archive holds anything of the place that an absent object is named in.
    func isLocationHeld(_ location: ObjectLocation) -> Bool {
        heldLocations.contains(DeliveryLocation(location)) && evidence.placement.canHold(location)
    }

    /// The report on all that was added.
    consuming func report(_ monitor: ValidationMonitor, _ listener: FindingListener) throws -> ValidationReport {
        addLocationsNotHeld()
        let chains = try chainSummaries(monitor)
        addNothingValidated(chains)
        listener.hear(&self)
        try monitor.check()
        let regular = chains.filter { !$0.chain.isBackfill }
        let provenFrom = regular.map(\.unbrokenFrom).max { ($0 ?? .distantFuture) < ($1 ?? .distantFuture) } ?? nil
        let provenUntil = regular.map(\.end).min { ($0 ?? .distantPast) < ($1 ?? .distantPast) } ?? nil
        var span: (Timestamp, Timestamp)?
        if let provenFrom, let provenUntil, provenFrom < provenUntil { span = (provenFrom, provenUntil) }
        var digestTotal = Tally()
        for tally in digests.values { digestTotal.add(tally) }
        var logTotal = looseLogs
        for tally in logs.values { logTotal.add(tally) }
        return ValidationReport(
            findings: findings.sorted(by: Finding.inReportOrder),
            provenFiles: provenFiles.sorted { ($0.chain, $0.key, $0.path) < ($1.chain, $1.key, $1.path) },
            chains: chains,
            requestedStart: options.start,
            requestedEnd: options.end,
            provenFrom: span?.0,
            provenUntil: span?.1,
            digests: digestTotal,
            logs: logTotal,
            keySources: keys.sources,
            hashedBytes: contentBytes,
            carried: carried,
            state: state
        )
    }

    private mutating func addLocationsNotHeld() {
        for (place, named) in locationsNotHeld {
            let objects = named.count == 1 ? "1 object" : "\(named.count) objects"
            findings.append(
                Finding(
                    .locationNotHeld,
                    "\(objects) named in s3://\(place.bucket)/\(place.prefix), of which the archive holds nothing: "
                        + "download it too to have it validated",
                    bucket: place.bucket,
                    key: place.prefix,
                    start: named.span.start,
                    end: named.span.end,
                    detail: ["objects": .number(Int64(named.count))]
                )
            )
        }
    }

    private func chainSummaries(_ monitor: ValidationMonitor) throws -> [ChainSummary] {
        let held = try evidence.chains.compactMap { chain -> ChainSummary? in
            try monitor.check()
            guard let tally = digests[chain.identity] else { return nil }
            let verified = chain.members.filter { $0.isVerified && evidence.isInScope[$0.record] }
            var unbrokenFrom = verified.last?.window.start
            for member in verified.reversed().dropFirst() {
                // Linked or restarted, what counts here is only that the windows leave nothing out.
                guard let start = unbrokenFrom, start <= member.window.end else { break }
                unbrokenFrom = min(start, member.window.start)
            }
            return ChainSummary(
                chain: chain.identity,
                start: verified.first?.window.start,
                end: verified.last?.window.end,
                unbrokenFrom: unbrokenFrom,
                digests: tally,
                logs: logs[chain.identity] ?? Tally()
            )
        }
        // Of a chain that was proven before, nothing may be left.
        let gone = Set(digests.keys).union(logs.keys).subtracting(evidence.chains.map(\.identity))
        let empty = gone.map { chain in
            ChainSummary(
                chain: chain,
                start: nil,
                end: nil,
                unbrokenFrom: nil,
                digests: digests[chain] ?? Tally(),
                logs: logs[chain] ?? Tally()
            )
        }
        return gone.isEmpty ? held : (held + empty).sorted { $0.chain < $1.chain }
    }

    private mutating func addNothingValidated(_ chains: [ChainSummary]) {
        func add(_ scope: String, _ name: String?, _ message: String) {
            var detail: [String: Finding.Detail] = ["scope": .text(scope)]
            if let name { detail["name"] = .text(name) }
            findings.append(Finding(.nothingValidated, message, start: options.start, end: options.end, detail: detail))
        }
        let proven = chains.filter { $0.digests.valid > 0 }.map(\.chain)
        if proven.isEmpty {
            let range = options.start == nil && options.end == nil ? "" : " in the range that was asked for"
            let isHeld = !evidence.records.isEmpty
            let reason = isHeld ? "no digest file\(range) is verified" : "the archive holds no digest file"
            add("run", nil, "nothing was validated: \(reason)")
        }
        // The only root is the run.
        for (root, name) in evidence.names.enumerated() where evidence.names.count > 1 && !provenRoots.contains(root) {
            let message = "nothing in \(name) was validated: it holds no verified digest file and no proven log file"
            add("root", name, message)
        }
        for account in options.accounts where !proven.contains(where: { $0.account == account }) {
            add("account", account, "nothing of the account \(account) was validated")
        }
        for region in options.regions where !proven.contains(where: { $0.region == region }) {
            add("region", region, "nothing of the region \(region) was validated")
        }
        for trail in options.trails where !proven.contains(where: { trail.selects($0) }) {
            add("trail", trail.description, "nothing of the trail \(trail.description) was validated")
        }
    }
}

extension Tally {
    mutating func add(_ other: Tally) {
        valid += other.valid
        invalid += other.invalid
        missing += other.missing
        unverified += other.unverified
    }

    /// Takes off what was added.
    package mutating func subtract(_ other: Tally) {
        valid -= other.valid
        invalid -= other.invalid
        missing -= other.missing
        unverified -= other.unverified
    }
}
