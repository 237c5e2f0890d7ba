/// A place in a chain: one key, whatever number of files map to it.
private struct ModelMember {
    let digest: Int
    let key: String
    let window: Range<Int64>
    let isVerified: Bool
}

extension ContractModel {
    /// A predecessor that is not held.
    private struct Absence: Hashable {
        let bucket: String
        let key: String
        let window: Range<Int64>
        let isInferred: Bool
    }

    mutating func reportChains() {
        let chains = Dictionary(grouping: digests.indices.filter { digests[$0].counts }) { digests[$0].name.chain }
        for chain in chains.keys.sorted() where question.selects(chain) {
            let members = members(chains[chain] ?? [])
            reportOrder(chain, members)
            if !chain.isBackfill { reportCoverage(chain, members) }
        }
        for expected in question.expected where question.selects(expected.chain) {
            if lastVerified(expected.chain) == nil {
                add("coverage-short", "\(expected.chain) chain-absent")
            }
        }
    }

    /// One digest a key: a verified one where there is one. In the order of their ends.
    private func members(_ numbers: [Int]) -> [ModelMember] {
        var standing: [String: Int] = [:]
        for number in numbers {
            let key = digests[number].key
            if let known = standing[key], digests[known].isVerified || !digests[number].isVerified { continue }
            standing[key] = number
        }
        return standing.map { key, number in
            ModelMember(
                digest: number,
                key: key,
                window: digests[number].window,
                isVerified: digests[number].isVerified
            )
        }.sorted { ($0.window.upperBound, $0.key) < ($1.window.upperBound, $1.key) }
    }

    // MARK: Order

    private mutating func reportOrder(_ chain: AdversaryChain, _ members: [ModelMember]) {
        let oldest = oldest(members)
        var absences: Set<Absence> = []
        var named: Set<String> = []
        var startsBefore: Int?
        var before: [Range<Int64>] = []
        for (number, member) in members.enumerated() where member.isVerified {
            guard let previous = digests[member.digest].claims?.previous else {
                if !chain.isBackfill { reportRestart(number, members) }
                continue
            }
            if !namesOwn(member.digest) { continue }
            if !chain.isBackfill, !named.insert(previous.bucket + "/" + previous.key).inserted,
                isInRange(member.window)
            {
                add("chain-forked", member.key)
            }
            if isHeld(previous) { reportOverlap(number, members, chain) }
            guard let absence = walk(back: number, members, chain) else { continue }
            if absence.namedBy != oldest {
                absences.formUnion([absence.named] + inferred(before: absence.named, members, chain))
            } else if question.start != nil {
                absences.insert(absence.named)
            } else if let oldest {
                startsBefore = oldest
                before.append(absence.named.window)
            }
        }
        // What the oldest names too was not asked for, whoever else names it.
        if let startsBefore, let named = digests[members[startsBefore].digest].claims?.previous?.key {
            absences = absences.filter { $0.key != named }
        }
        if let startsBefore, isInRange(members[startsBefore].window) {
            add("chain-starts-before-archive", members[startsBefore].key)
        }
        for absence in absences { report(absence, chain) }
        if !chain.isBackfill { reportGaps(members, absences.map(\.window) + before) }
    }

    /// V20: the oldest digest that is held of a chain, relocated ones aside.
    private func oldest(_ members: [ModelMember]) -> Int? {
        members.firstIndex { digests[$0.digest].position != .relocated }
    }

    /// The digest that is there under a named key, with the content that is named.
    private func proven(_ previous: ModelClaims.Previous, _ members: [ModelMember]) -> Int? {
        members.firstIndex { member in
            member.key == previous.key && files[digests[member.digest].file].content.condition != .broken
                && files[digests[member.digest].file].content.hash == previous.hash
        }
    }

    /// Whether a digest is the oldest of its chain.
    func isOldest(_ number: Int) -> Bool {
        let chain = digests[number].name.chain
        let members = members(digests.indices.filter { digests[$0].counts && digests[$0].name.chain == chain })
        return oldest(members).map { members[$0].key } == digests[number].key
    }

    /// Whether a digest file is there under the key, in the bucket as far as that is known.
    private func isHeld(_ previous: ModelClaims.Previous) -> Bool {
        digests.contains { digest in
            digest.counts && digest.key == previous.key && (digest.bucket ?? previous.bucket) == previous.bucket
        }
    }

    /// A null-previous digest behind an earlier one: contiguous or overlapping is a restart, else a gap.
    private mutating func reportRestart(_ number: Int, _ members: [ModelMember]) {
        let earlier = members[..<number].filter { digests[$0.digest].position != .relocated }
        guard let until = earlier.map(\.window.upperBound).max() else { return }
        if members[number].window.lowerBound <= until, isInRange(members[number].window) {
            add("chain-restart", members[number].key)
        }
    }

    private mutating func reportOverlap(_ number: Int, _ members: [ModelMember], _ chain: AdversaryChain) {
        guard !chain.isBackfill, let key = digests[members[number].digest].claims?.previous?.key,
            let before = members[..<number].last(where: { $0.key == key }), before.isVerified
        else { return }
        if before.window.upperBound > members[number].window.lowerBound, isInRange(members[number].window) {
            add("chain-overlap", members[number].key)
        }
    }

    /// V20: the hour before the end in its own name, where that parses, else the hour before its successor's start.
    private func absence(of previous: ModelClaims.Previous, startOf member: ModelMember) -> Absence {
        let end = AdversaryDigestName(lastComponent(previous.key))?.end ?? member.window.lowerBound
        return Absence(
            bucket: previous.bucket,
            key: previous.key,
            window: end - CivilTime.hour..<end,
            isInferred: false
        )
    }

    /// V21: the walk back from a verified digest, also through unverified files whose hash it proves, to one that is not
    /// held.
    private func walk(
        back number: Int,
        _ members: [ModelMember],
        _ chain: AdversaryChain
    ) -> (named: Absence, namedBy: Int)? {
        var current = number
        var passed: Set<Int> = [current]
        while namesOwn(members[current].digest), let previous = digests[members[current].digest].claims?.previous {
            guard isHeld(previous) else { return (absence(of: previous, startOf: members[current]), current) }
            guard let next = proven(previous, members), passed.insert(next).inserted, !chain.isBackfill else {
                return nil
            }
            current = next
        }
        return nil
    }

    /// V21: from a named absence back to the nearest verified digest, if that is at most 48 hours in all, each hour.
    private func inferred(before named: Absence, _ members: [ModelMember], _ chain: AdversaryChain) -> [Absence] {
        let before = members.filter { $0.isVerified && $0.window.upperBound <= named.window.upperBound }
        guard !chain.isBackfill, let until = before.map(\.window.upperBound).max(),
            named.window.upperBound - until <= 48 * CivilTime.hour
        else { return [] }
        var inferred: [Absence] = []
        var end = named.window.lowerBound
        while end - until >= CivilTime.hour {
            let window = end - CivilTime.hour..<end
            // Unless a held unverified digest has that hour in its name.
            let isSpokenOf = members.contains { member in
                let other = digests[member.digest].name.end
                return !member.isVerified && other > window.lowerBound && other <= window.upperBound
            }
            if !isSpokenOf {
                let key = expectedKey(like: named.key, chain, end)
                inferred.append(Absence(bucket: named.bucket, key: key, window: window, isInferred: true))
            }
            end = window.lowerBound
        }
        return inferred
    }

    private func expectedKey(like key: String, _ chain: AdversaryChain, _ end: Int64) -> String {
        parentFolder(key).dropLast(11) + CivilTime.dayFolder(end) + "/"
            + AdversaryDigestName(chain: chain, end: end).text
    }

    private mutating func report(_ absence: Absence, _ chain: AdversaryChain) {
        guard isInRange(absence.window) else { return }
        // The very file that is named and lies there as a file of a log folder is not missing.
        let named = digests.filter(\.isVerified).compactMap { $0.claims?.previous }.filter { $0.key == absence.key }
        let isOfLogs = digests.contains { stray in
            !stray.counts && places[stray.file].key == absence.key
                && files[stray.file].content.isHashOfAll
                && named.contains { $0.hash == files[stray.file].content.hash }
        }
        guard isLocationHeld(absence.bucket, absence.key), !isOfLogs else {
            return noteNotHeld(absence.bucket, absence.key)
        }
        let finding = Found(kind: "digest-missing", subject: absence.key)
        if found.contains(finding) { return }
        found.append(finding)
        digestCount.add("digest-missing")
        chainValid[chain, default: 0] += 0
    }

    /// What no digest speaks of and no missing one would have.
    private mutating func reportGaps(_ members: [ModelMember], _ missing: [Range<Int64>]) {
        guard var covered = members.first?.window.lowerBound else { return }
        let windows = (members.map(\.window) + missing).sorted {
            ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
        }
        for window in windows {
            if window.lowerBound > covered, isInRange(covered..<window.lowerBound) {
                let after = members.first { $0.window.lowerBound >= window.lowerBound } ?? members.last
                add("chain-gap", after?.key ?? "")
            }
            covered = max(covered, window.upperBound)
        }
    }

    // MARK: Locations

    /// A bucket, and what stands before `AWSLogs/` in a key.
    private func location(_ bucket: String, _ key: String) -> String {
        let fitting = deliveryPrefixes.filter { key.hasPrefix($0 + "AWSLogs/") }.min { $0.count < $1.count }
        if let fitting { return "\(bucket)/\(fitting)" }
        if key.hasPrefix("AWSLogs/") { return bucket + "/" }
        guard let range = key.firstRange(of: "/AWSLogs/") else { return "\(bucket)/\(parentFolder(key))" }
        return "\(bucket)/\(key[..<range.lowerBound])/"
    }

    /// Whether the archive holds anything of the bucket and prefix, and could hold the key.
    func isLocationHeld(_ bucket: String, _ key: String) -> Bool {
        heldLocations.contains(location(bucket, key)) && canHold(key)
    }

    /// Of the digest files in their places, and of the listed log files that are there.
    func locationsHeld() -> Set<String> {
        var locations: Set<String> = []
        for (number, digest) in digests.enumerated() where digest.counts {
            if digest.position == .inPlace || digest.position == .unproven, let claims = digest.claims,
                claims.key == digest.key
            {
                locations.insert(location(claims.bucket, claims.key))
            }
            for log in digest.claims?.logs ?? []
            where speaks(number, for: log.key) && !locations.contains(location(log.bucket, log.key)) {
                if files.indices.contains(where: { maps($0, to: log.bucket, log.key) }) {
                    locations.insert(location(log.bucket, log.key))
                }
            }
        }
        return locations
    }

    private func canHold(_ key: String) -> Bool {
        zip(layouts, 0...).contains { layout, root in
            switch layout {
            case .flat: return onlyFolder(ofFlat: root).map { $0 == parentFolder(key) } ?? true
            case .untold: return true
            case .tree(let offset): return offset.canHold(key)
            case .merged(let offsets):
                return ModelPart(name: lastComponent(key)).flatMap { offsets[$0] }.map { $0.canHold(key) } ?? false
            }
        }
    }

    /// V37: the one folder of the bucket that a flat root can be of: it holds digest files of one folder and no log files.
    private func onlyFolder(ofFlat root: Int) -> String? {
        let hasLogs = files.contains { $0.place.root == root && $0.logName != nil }
        let own = digests.filter { $0.counts && files[$0.file].place.root == root && files[$0.file].isAtTop }
        let folders = Set(own.map { parentFolder($0.key) })
        return hasLogs || folders.count != 1 ? nil : folders.first
    }

    mutating func noteNotHeld(_ bucket: String, _ key: String) {
        var place = location(bucket, key)
        if !canHold(key) {
            // What lies beside the folder that was downloaded is named by its own.
            let parts = key.split(separator: "/").dropLast().map(String.init)
            let named = parts.indices.filter { parts[$0].hasPrefix("CloudTrail") }
            let category = named.first { $0 > 0 && isAccount(parts[$0 - 1]) } ?? named.first
            let top = category.map { Array(parts.prefix($0 + 2)) } ?? parts
            place = "\(bucket)/" + top.map { $0 + "/" }.joined()
        }
        locationsNotHeld.insert(Found(kind: "location-not-held", subject: place))
    }

    // MARK: Coverage

    private mutating func reportCoverage(_ chain: AdversaryChain, _ members: [ModelMember]) {
        guard let oldest = members.first else { return }
        // V29: one that holds digests from before all that is asked for owes it, whatever `since` says.
        if owesNothing(chain), oldest.window.lowerBound >= question.end ?? question.mustReach ?? .min { return }
        let claims = digests[oldest.digest].claims
        let isStart = oldest.isVerified && claims != nil && claims?.previous == nil
        let expected = question.expected.first { $0.chain == chain }
        // V29: coverage is owed from the later of the start and `since`.
        let owedFrom = question.start.map { max($0, expected?.since ?? $0) }
        if let start = owedFrom, oldest.window.lowerBound > start {
            add("coverage-short", "\(chain) \(isStart ? "starting-digest" : "predecessor-absent")")
        }
        if question.start == nil, let end = question.end, oldest.window.lowerBound >= end {
            if !isStart || expected != nil { add("coverage-short", "\(chain) predecessor-absent") }
            return
        }
        let verified = members.filter(\.isVerified).map(\.window.upperBound).max()
        if expected != nil && verified == nil { return }
        if let expected, expected.until == nil, let start = owedFrom, let verified, verified <= start {
            return add("coverage-short", "\(chain) tail")
        }
        var demand: (moment: Int64, reason: String)?
        if let reach = question.mustReach { demand = (reach, "max-age") }
        if let end = question.end { demand = (end, "tail") }
        if let until = expected?.until { demand = (min(until, demand?.moment ?? until), demand?.reason ?? "tail") }
        if let demand {
            if verified ?? .min < demand.moment { add("coverage-short", "\(chain) \(demand.reason)") }
        } else if let verified {
            let siblings = digests.filter { digest in
                digest.isVerified && !digest.name.chain.isBackfill && digest.name.chain.account == chain.account
                    && digest.name.chain.trail == chain.trail && digest.name.chain.homeRegion == chain.homeRegion
            }
            if (siblings.map(\.window.upperBound).max() ?? verified) - verified > 3 * CivilTime.hour {
                add("coverage-short", "\(chain) sibling")
            }
        }
    }

    /// V29: whether a chain is known to have begun only when all that coverage must reach was over.
    private func owesNothing(_ chain: AdversaryChain) -> Bool {
        guard let since = question.expected.first(where: { $0.chain == chain })?.since,
            let reached = question.end ?? question.mustReach
        else { return false }
        return since >= reached
    }

    // MARK: Nothing validated

    mutating func reportNothingValidated() {
        let proven = chainValid.filter { $0.value > 0 }.map(\.key)
        if proven.isEmpty { add("nothing-validated", "run") }
        for root in 0..<rootCount where rootCount > 1 && !provenRoots.contains(root) {
            // V44: a root whose files are all outside the filters is none.
            let isFilteredOut = isFilteredOut(root)
            if !isFilteredOut { add("nothing-validated", "root r\(root)") }
        }
        for account in question.accounts where !proven.contains(where: { $0.account == account }) {
            add("nothing-validated", "account \(account)")
        }
        for region in question.regions where !proven.contains(where: { $0.region == region }) {
            add("nothing-validated", "region \(region)")
        }
        for trail in question.trails where !proven.contains(where: { $0.trail == trail }) {
            add("nothing-validated", "trail \(trail)")
        }
    }

    private func isFilteredOut(_ root: Int) -> Bool {
        if question.accounts.isEmpty && question.regions.isEmpty && question.trails.isEmpty { return false }
        let own = files.indices.filter { number in
            files[number].place.root == root && [.outOfScope, .digest, .log].contains(fates[number])
        }
        return !own.isEmpty && !own.contains(where: isSelected)
    }

    /// V41: whether the filters select a file, whatever its time.
    private func isSelected(_ number: Int) -> Bool {
        if let digest = digests.first(where: { $0.file == number && $0.counts }) {
            return question.selects(digest.name.chain)
        }
        let listing = digests.indices.filter { digest in
            digests[digest].counts
                && digests[digest].claims?.logs.contains { log in
                    speaks(digest, for: log.key) && maps(number, to: log.bucket, log.key)
                } ?? false
        }
        let vouching = listing.filter { digests[$0].isVerified }
        if !vouching.isEmpty { return vouching.contains { question.selects(digests[$0].name.chain) } }
        return isAskedFor(number, whatever: true)
    }
}
