extension ContractModel {
    /// What digests say of one key, whatever the bucket.
    private struct Listing {
        let key: String
        /// The bucket that the newest of those that count gives.
        var bucket = ""
        /// Verified digests, and others, with the hash and the bucket that each gives.
        var verified: [Lister] = []
        var others: [Lister] = []
    }

    private typealias Lister = (digest: Int, hash: String, bucket: String)

    // MARK: Fates

    /// V2, V3: which files with a digest's name are digest files: those in a digest folder, or where the folder says nothing.
    mutating func settleDigestFates() {
        fates = Array(repeating: .other, count: files.count)
        digestFiles = []
        for number in digests.indices {
            let folder = folder(of: digests[number].file)
            let isInOwnLogFolder = !digests[number].isSigned && ownFolder(of: digests[number].file) != nil
            digests[number].counts =
                (folder.category == nil && !isBesideListedLogs(number) || folder.isOfDigests) && !isInOwnLogFolder
            if digests[number].counts {
                fates[digests[number].file] = .digest
                digestFiles.insert(digests[number].file)
            }
        }
    }

    /// V3: whether a digest file's folder holds no signed one, and a log file that a signed one lists.
    private func isBesideListedLogs(_ number: Int) -> Bool {
        let place = files[digests[number].file].place
        func isBeside(_ file: Int) -> Bool {
            files[file].place.root == place.root && parentFolder(files[file].place.path) == parentFolder(place.path)
        }
        if digests.contains(where: { $0.isSigned && isBeside($0.file) }) { return false }
        let listed = Set(digests.filter(\.isSigned).flatMap(\.ownLogs).map { lastComponent($0.key) })
        let digestNumbers = Set(digests.map(\.file))
        return files.indices.contains { file in
            !digestNumbers.contains(file) && isBeside(file)
                && listed.contains(lastComponent(files[file].compressedPath))
        }
    }

    /// V2, V3: the fate of a file that is no digest file and that no digest lists, by its folder and its name.
    private func fate(of number: Int, _ listedFolders: Set<AdversaryPlace>) -> Fate {
        let file = files[number]
        let folder = folder(of: number)
        let suffix = ".metadata.json"
        if file.name.hasSuffix(suffix), sidecarSignature(file) != nil, ownFolder(of: number) == nil {
            let owner = AdversaryPlace(root: file.place.root, path: String(file.place.path.dropLast(suffix.count)))
            if files.indices.contains(where: { files[$0].place == owner && (fates[$0] == .digest || isDigest($0)) }) {
                return .sidecar
            }
        }
        let isListedFolder = listedFolders.contains(
            AdversaryPlace(root: file.place.root, path: parentFolder(file.place.path))
        )
        let isTrulyFlat = isFlat(file.place.root) && file.isAtTop && holdsDigestAtTop(file.place.root)
        let isOfLogs =
            folder.isOfLogs || otherFolders(of: number).contains(where: \.isOfLogs)
            || file.logName != nil
            || AdversaryDigestName(file.name) != nil && folder.category != "CloudTrail-Lake"
            || isListedFolder && !isTrulyFlat
            || isTrulyFlat && (file.name.hasSuffix(".gz") || file.name.hasSuffix(".json"))
        if file.name.hasPrefix(".") { return isOfLogs ? .hidden : .other }
        return isOfLogs ? .log : .other
    }

    private func isDigest(_ file: Int) -> Bool { digestFiles.contains(file) }

    private func holdsDigestAtTop(_ root: Int) -> Bool {
        digests.contains { $0.counts && files[$0.file].place.root == root && files[$0.file].isAtTop }
    }

    // MARK: Matching

    /// Whether a file's path maps to a key; the bucket is compared where the layout or the question names it.
    func maps(_ file: Int, to bucket: String, _ key: String) -> Bool {
        let place = places[file]
        let isFlat = isFlat(files[file].place.root)
        if isDigest(file) || place.key != (isFlat ? lastComponent(key) : key) { return false }
        if let named = place.bucket, named != bucket { return false }
        if let asked = question.bucket, asked != bucket { return false }
        return true
    }

    private func listings() -> [Listing] {
        var listings: [String: Listing] = [:]
        for (number, digest) in digests.enumerated() where digest.counts {
            for log in digest.claims?.logs ?? [] {
                // V18: what it names of others is judged by their own digests alone.
                if !speaks(number, for: log.key) { continue }
                var listing = listings[log.key] ?? Listing(key: log.key)
                if digest.isVerified {
                    listing.verified.append((number, log.hash, log.bucket))
                } else {
                    listing.others.append((number, log.hash, log.bucket))
                }
                listings[log.key] = listing
            }
        }
        for (key, listing) in listings {
            let lister = newest(listing.verified) ?? newest(listing.others)
            listings[key]?.bucket = lister?.bucket ?? ""
        }
        return listings.values.sorted { $0.key < $1.key }
    }

    private func newest(_ listers: [Lister]) -> Lister? {
        // Of copies the last, as they are listed.
        listers.max { digests[$0.digest].name.end <= digests[$1.digest].name.end }
    }

    // MARK: Reporting

    mutating func reportLogs() {
        let listings = listings()
        var listed: Set<Int> = []
        var vouchedFor: Set<Int> = []
        var listedFolders: Set<AdversaryPlace> = []
        var matches: [[Int]] = []
        for listing in listings {
            let own = files.indices.filter { maps($0, to: listing.bucket, listing.key) }
            matches.append(own)
            listed.formUnion(own)
            if listing.verified.isEmpty { continue }
            vouchedFor.formUnion(own)
            for file in own {
                let place = files[file].place
                listedFolders.insert(AdversaryPlace(root: place.root, path: parentFolder(place.path)))
            }
        }
        for file in listed { fates[file] = .outOfScope }
        for (listing, own) in zip(listings, matches) {
            if listing.verified.isEmpty {
                reportUnproven(listing, own.filter { !vouchedFor.contains($0) })
            } else if listing.verified.contains(where: { isInScope($0.digest) }) {
                reportListed(listing, own)
            }
        }
        let orphans = reportOrphans(listed)
        for number in files.indices
        where !listed.contains(number) && !isDigest(number) && !orphans.contains(number) {
            fates[number] = fate(of: number, listedFolders)
            if fates[number] == .log { reportUnlisted(number) }
        }
    }

    /// V31, V32: a log file that a verified digest in range lists.
    private mutating func reportListed(_ listing: Listing, _ own: [Int]) {
        guard let lister = newest(listing.verified) else { return }
        if own.isEmpty {
            guard liesElsewhere(listing.bucket, listing.key, lister.hash, lister.digest) else {
                return reportAbsent(listing, lister.digest, isVerified: true)
            }
            locationsNotHeld.insert(Found(kind: "location-not-held", subject: ""))
            logCount.add("location-not-held")
            return
        }
        var counted: Set<String> = []
        var isProven = false
        for number in own {
            let file = files[number]
            fates[number] = .log
            var kind: String?
            if file.content.condition == .broken {
                kind = "log-malformed"
            } else if file.content.hash != lister.hash {
                kind = "log-modified"
            } else if file.content.condition == .trailing {
                kind = "log-trailing-data"
            }
            if let kind {
                add(kind, file.place.description)
                if counted.insert(file.content.hash).inserted { logCount.add(kind) }
                continue
            }
            provenRoots.insert(file.place.root)
            if !file.content.isCompressed { add("log-decompressed", file.place.description) }
            if !isProven, let digest = provenDigest(lister.digest) {
                provenLogs.append(
                    ContractMemory.Log(
                        root: file.place.root,
                        folder: parentFolder(file.place.path),
                        bucket: lister.bucket,
                        key: listing.key,
                        hash: lister.hash,
                        digest: digest
                    )
                )
            }
            if isProven {
                add("duplicate-object", listing.key)
            } else {
                logCount.valid += 1
                if Set(listing.verified.map(\.hash)).count > 1 { add("listing-differs", file.place.description) }
            }
            isProven = true
        }
    }

    /// V32, V40: a log file that only unverified digests list: asked for by its own place and name, or where such a digest
    /// is in scope.
    private mutating func reportUnproven(_ listing: Listing, _ own: [Int]) {
        guard let lister = newest(listing.others) else { return }
        if own.isEmpty {
            if listing.others.contains(where: { isInScope($0.digest) }) {
                reportAbsent(listing, lister.digest, isVerified: false)
            }
            return
        }
        var counted: Set<String> = []
        let isListedInScope = listing.others.contains { isInScope($0.digest) }
        for number in own where isListedInScope || isAskedFor(number) {
            let file = files[number]
            fates[number] = .log
            mentionDigest(lister.digest)
            let kind: String
            switch file.content.condition {
            case .broken: kind = "log-malformed"
            case .trailing: kind = "log-trailing-data"
            case .complete: kind = "log-unauthenticated"
            }
            add(kind, file.place.description)
            noteAllowed(Found(kind: kind, subject: file.place.description), listing, lister.digest)
            if counted.insert(file.content.hash).inserted { logCount.add(kind) }
        }
    }

    /// V41: beside the logs that only digests list which are unverified and out of scope stands that digest's finding; V47
    /// holds for it as for any.
    private mutating func mentionDigest(_ number: Int) {
        guard !isInScope(number), let fault = digests[number].fault else { return }
        let finding = Found(kind: fault, subject: files[digests[number].file].place.description)
        if !found.contains(finding) { found.append(finding) }
        if isAllowedHead(number) { allowedFound.insert(finding) }
    }

    /// V48: `--allow log-unauthenticated` covers the logs that an allowed head lists whose names lie from 15 minutes before
    /// the last verified end to the end in the head's name.
    private mutating func noteAllowed(_ finding: Found, _ listing: Listing, _ digest: Int) {
        if finding.kind != "log-unauthenticated" { return }
        if isAllowable(listing, digest) { allowedFound.insert(finding) } else { otherwiseFound.insert(finding) }
    }

    private func isAllowable(_ listing: Listing, _ digest: Int) -> Bool {
        guard isAllowedHead(digest), let last = lastVerified(digests[digest].name.chain),
            let name = AdversaryLogName(lastComponent(listing.key))
        else { return false }
        let end = digests[last].window.upperBound
        let folder = folders(ofKey: listing.key)
        let chain = digests[digest].name.chain
        guard folder.account ?? chain.account == chain.account, folder.region ?? chain.region == chain.region,
            folder.day ?? name.time / CivilTime.day == name.time / CivilTime.day
        else { return false }
        return name.time >= end - 900 && name.time <= digests[digest].name.end
    }

    /// V33: a listed log file that is not there.
    private mutating func reportAbsent(_ listing: Listing, _ digest: Int, isVerified: Bool) {
        if !isVerified { mentionDigest(digest) }
        let hash = newest(listing.verified)?.hash
        let wasProven = hash.map { wasProvenAndIsGone(listing.key, $0) } ?? false
        if !wasProven, isOutsideArchive(listing, digest) { return add("log-outside-archive", listing.key) }
        guard wasProven || isLocationHeld(listing.bucket, listing.key) else {
            noteNotHeld(listing.bucket, listing.key)
            logCount.add("location-not-held")
            return
        }
        let kind = isVerified ? "log-missing" : "log-unauthenticated"
        add(kind, listing.key)
        noteAllowed(Found(kind: kind, subject: listing.key), listing, digest)
        logCount.add(kind)
    }

    /// V36: a log file of a chain's oldest held digest, of a day that the archive does not hold for that account and
    /// region; also of backfill digests, where no other verified regular digest covers its time.
    private func isOutsideArchive(_ listing: Listing, _ number: Int) -> Bool {
        let digest = digests[number]
        guard let name = AdversaryLogName(lastComponent(listing.key)) else { return false }
        let day = name.time / CivilTime.day
        if day >= digest.name.end / CivilTime.day { return false }
        if let start = question.start, name.time >= start { return false }
        let isDayHeld = files.indices.contains { file in
            guard let own = files[file].logName else { return false }
            return own.account == name.account && own.region == name.region && own.time / CivilTime.day == day
        }
        if isDayHeld { return false }
        let chain = digest.name.chain
        if !chain.isBackfill { return isOldest(number) }
        return !digests.indices.contains { other in
            let regular = digests[other]
            return regular.isVerified && !regular.name.chain.isBackfill && regular.name.chain.account == chain.account
                && regular.name.chain.region == chain.region && !isOldest(other) && regular.window.contains(name.time)
        }
    }

    /// V35, V38: a file of a log folder that no digest lists.
    private mutating func reportUnlisted(_ number: Int) {
        let file = files[number]
        guard isAskedFor(number) else {
            fates[number] = .outOfScope
            return
        }
        if let name = file.logName, mayAwait(number) {
            let ends = digests.filter { digest in
                digest.isVerified && !digest.name.chain.isBackfill && digest.name.chain.account == name.account
                    && digest.name.chain.region == name.region
            }.map(\.window.upperBound)
            if let end = ends.max(), name.time + 60 > end, name.time <= end + question.grace {
                return add("log-awaiting-digest", file.place.description)
            }
        }
        add("log-unreferenced", file.place.description)
        logCount.add("log-unreferenced")
    }
}
