/// A digest file, as the contract sees it.
struct ContractDigest {
    enum Signature: Equatable {
        /// Nothing can be verified.
        case notApplicable
        case unsupportedAlgorithm
        case keyUnknown
        case noCandidate
        case valid
        case failed
    }

    enum Position: Equatable {
        case inPlace
        /// V9: its own path contradicts its key.
        case relocated
        /// V10: at another offset, or outside the root's layout.
        case elsewhere
        /// Not signed, and not where it claims to be.
        case unproven
    }

    let file: Int
    let name: AdversaryDigestName
    let claims: ModelClaims?
    var signature = Signature.notApplicable
    /// Whether a candidate that was kept for this file fails.
    var ownFails = false
    /// The digests whose `previousDigestSignature` fails for it, by their numbers.
    var failing: Set<Int> = []
    var position = Position.unproven
    var key = ""
    /// Where the layout or the question names it.
    var bucket: String?
    /// Whether it has the fate of a digest file.
    var counts = true
    /// The primary finding; `nil` for one that is verified.
    var fault: String?

    var isVerified: Bool { counts && fault == nil }
    var isSigned: Bool { signature == .valid }

    /// V18: what it lists, but for what is of another account or region by its name.
    var ownLogs: [(bucket: String, key: String, hash: String)] {
        (claims?.logs ?? []).filter { log in
            guard let part = ModelPart(name: lastComponent(log.key)) else { return true }
            return part.account == name.chain.account && part.region == name.chain.region
        }
    }

    /// V19: an unverified digest speaks for the hour before the end in its name.
    var window: Range<Int64> {
        if isVerified, let claims, claims.start <= claims.end { return claims.start..<claims.end }
        return name.end - CivilTime.hour..<name.end
    }
}

extension ContractModel {
    // MARK: Signatures

    /// Whether its container is one whole gzip member, or none.
    func isWhole(_ number: Int) -> Bool { files[digests[number].file].content.condition == .complete }

    mutating func readDigests() {
        for (number, file) in files.enumerated() {
            guard let name = file.digestName else { continue }
            digests.append(ContractDigest(file: number, name: name, claims: ModelClaims(file.content)))
        }
        // V31: of copies the last counts, root by root and folder by folder.
        digests.sort { [files] first, second in
            let (place, other) = (files[first.file].place, files[second.file].place)
            let (folder, otherFolder) = (parentFolder(place.path), parentFolder(other.path))
            return (place.root, folder, place.path) < (other.root, otherFolder, other.path)
        }
    }

    /// V12, V13: all candidates are tried; one that verifies makes the digest valid, wherever it was found.
    mutating func trySignatures() {
        for number in digests.indices {
            guard let claims = digests[number].claims, files[digests[number].file].content.isHashOfAll else { continue }
            if claims.algorithm != "SHA256withRSA" {
                digests[number].signature = .unsupportedAlgorithm
                continue
            }
            guard claims.fingerprint == fingerprint else {
                digests[number].signature = .keyUnknown
                continue
            }
            trySignatures(number, manifestSignatures(claims.bucket, endOf: claims.key))
        }
        trustMemory()
    }

    /// V12, V13: the candidates that a manifest has, the sidecar's, and those of successors of its own account and region.
    private mutating func trySignatures(_ number: Int, _ listed: [String]) {
        guard let claims = digests[number].claims else { return }
        let file = files[digests[number].file]
        let message = AdversarySigner.message(
            end: claims.endText,
            bucket: claims.bucket,
            key: claims.key,
            hash: file.content.hash,
            previousSignature: claims.previousSignature
        )
        let right = truth[message]
        var holds = false
        let own = sidecarSignatures(of: file) + listed
        digests[number].ownFails = own.contains { $0 != right }
        digests[number].failing = []
        var successors = 0
        for (other, successor) in digests.enumerated() where successor.counts {
            guard let previous = successor.claims?.previous, previous.bucket == claims.bucket,
                previous.key == claims.key, namesOwn(other), let text = successor.claims?.previousSignature
            else { continue }
            successors += 1
            if text == right { holds = true } else { digests[number].failing.insert(other) }
        }
        if own.contains(where: { $0 == right }) { holds = true }
        digests[number].signature = holds ? .valid : own.isEmpty && successors == 0 ? .noCandidate : .failed
    }

    /// V13: what is kept for a file that says it is another object is what a manifest has for the key of its path.
    mutating func retryMisplaced() {
        for number in digests.indices {
            let digest = digests[number]
            guard let claims = digest.claims, digest.key != claims.key,
                digest.signature == .failed || digest.signature == .noCandidate
            else { continue }
            trySignatures(number, manifestSignatures(digest.bucket ?? claims.bucket, digest.key))
        }
    }

    /// I13: signatures of which none is of a digest file that is held.
    mutating func reportSignatures() {
        guard question.usesManifest else { return }
        let held = digests.filter(\.counts)
        let isUsed = held.contains { digest in
            digest.claims.map { !manifestSignatures($0.bucket, endOf: $0.key).isEmpty } ?? false
                || digest.bucket.map { !manifestSignatures($0, endOf: digest.key).isEmpty } ?? false
        }
        if manifest.isEmpty || !held.isEmpty && !isUsed { add("signatures-unused", "") }
    }

    /// V2: a sidecar is one only if it reads as a `head-object` answer.
    func sidecarSignature(_ file: ModelFile) -> String? {
        let text = String(decoding: file.content.content, as: UTF8.self)
        guard file.name.hasSuffix(".metadata.json"), !text.contains("\"Records\":["),
            let range = text.firstRange(of: "\"signature\":\"")
        else { return nil }
        let signature = text[range.upperBound...].prefix { $0 != "\"" }
        return signature.isEmpty ? nil : String(signature)
    }

    private func sidecarSignatures(of file: ModelFile) -> [String] {
        let place = AdversaryPlace(root: file.place.root, path: file.place.path + ".metadata.json")
        return files.filter { $0.place == place }.compactMap(sidecarSignature)
    }

    private func manifestSignatures(_ bucket: String, _ key: String) -> [String] {
        manifest.filter { $0.bucket == bucket && $0.key == key }.map(\.signature)
    }

    /// I13: an entry is a digest's where the shorter of the two keys is the end of the other.
    private func manifestSignatures(_ bucket: String, endOf key: String) -> [String] {
        manifest.filter { entry in
            entry.bucket == bucket
                && (entry.key == key || entry.key.hasSuffix("/" + key) || key.hasSuffix("/" + entry.key))
        }.map(\.signature)
    }

    // MARK: Layout

    /// V6: the layout of a root.
    func layout(_ root: Int) -> ModelLayout {
        let signed = digests.filter { $0.isSigned && $0.counts }
        let own = digests.filter { $0.counts && files[$0.file].place.root == root }
        let speaking = own.filter { $0.isSigned && !files[$0.file].isAtTop }
        let logs = voices([], logsOf: signed, root)
        if let layout = ModelLayout(voices(speaking, logsOf: [], root)) {
            // Log files speak only of the parts of which no digest does: whoever plants names must not outvote digests.
            guard case .merged(let offsets) = layout, case .merged(let others)? = ModelLayout(merging: logs) else {
                return apart(layout, voices(speaking, logsOf: [], root), logs, root) ?? layout
            }
            return .merged(offsets.merging(others) { digests, _ in digests })
        }
        if let layout = ModelLayout(logs) { return layout }
        let isAnySigned = own.contains(where: \.isSigned)
        let claiming = isAnySigned ? [] : own.filter { isOfDigests($0.claims?.key) && !files[$0.file].isAtTop }
        if let layout = ModelLayout(voices(claiming, logsOf: [], root)) { return layout }
        return own.contains { files[$0.file].isAtTop } || !holdsDigest(root) && holdsListedLogAtTop(root)
            ? .flat : .untold
    }

    /// V7: digests and log files that were put apart, each with their keys; `nil` where that is not so.
    private func apart(
        _ layout: ModelLayout,
        _ digests: Set<ModelVoice>,
        _ logs: Set<ModelVoice>,
        _ root: Int
    ) -> ModelLayout? {
        guard case .tree(let own) = layout, own.keepsKeys else { return nil }
        let listing = self.digests.filter { $0.isSigned }
        let listed = Set(listing.flatMap { $0.claims?.logs.map { parentFolder($0.key) } ?? [] })
        let isAnyInPlace = files.contains { file in
            file.place.root == root && file.digestName == nil
                && (own.key(of: file.compressedPath).map { listed.contains(parentFolder($0.key)) } ?? false)
        }
        let others = Set(logs.map(\.offset))
        guard !isAnyInPlace, digests.allSatisfy({ $0.offset == own }), others.count == 1,
            let other = others.first ?? nil,
            other.keepsKeys, other != own
        else { return nil }
        return ModelLayout(merging: digests.union(logs))
    }

    /// V6: whether an unsigned digest says that it was put where digests are.
    private func isOfDigests(_ claimed: String?) -> Bool {
        claimed.map { key in
            let folder = folders(ofKey: key, below: [])
            return folder.category == nil || folder.isOfDigests
        } ?? false
    }

    /// V6, V3: whether a root holds digests; what is named so and unsigned in a log folder by its path is none.
    private func holdsDigest(_ root: Int) -> Bool {
        digests.contains { digest in
            let place = files[digest.file].place
            return place.root == root && (digest.isSigned || !isPlainlyOfLogs(files[digest.file].compressedPath))
        }
    }

    /// V7: whether log files that signed digests list lie directly in a root.
    private func holdsListedLogAtTop(_ root: Int) -> Bool {
        let signed = digests.filter { $0.isSigned && $0.counts }
        let names = Set(signed.flatMap(\.ownLogs).map { lastComponent($0.key) })
        return files.contains {
            $0.place.root == root && $0.isAtTop && names.contains(lastComponent($0.compressedPath))
        }
    }

    /// V6: digests in a folder, and log files that some of them list; log files directly in a root that holds no digest
    /// where they share one offset.
    private func voices(_ speaking: [ContractDigest], logsOf listing: [ContractDigest], _ root: Int) -> Set<ModelVoice>
    {
        var voices: Set<ModelVoice> = []
        for digest in speaking {
            guard let claims = digest.claims else { continue }
            let path = files[digest.file].compressedPath
            voices.insert(ModelVoice(path: path, bucket: claims.bucket, key: claims.key))
        }
        var topVoices: Set<ModelVoice> = []
        var logs = Dictionary(grouping: listing.flatMap(\.ownLogs)) { lastComponent($0.key) }
        // What runs before proved tells too where it belongs.
        for log in listing.isEmpty && !speaking.isEmpty ? [] : memory?.logs ?? [] {
            let name = lastComponent(log.key)
            if logs[name] == nil { logs[name] = [(log.bucket, log.key, log.hash)] }
        }
        for file in files where file.place.root == root && file.digestName == nil {
            for log in logs[lastComponent(file.compressedPath)] ?? [] {
                let voice = ModelVoice(path: file.compressedPath, bucket: log.bucket, key: log.key)
                if file.isAtTop { topVoices.insert(voice) } else { voices.insert(voice) }
            }
        }
        if voices.isEmpty, !holdsDigest(root), Set(topVoices.map(\.offset)).count == 1 { return topVoices }
        return voices
    }

    // MARK: Places

    /// V8, V9, V10: where each digest file was found, and the delivery prefixes that follow.
    mutating func placeDigests() {
        // Whatever buckets they name.
        var keysInPlace: Set<String> = []
        for number in digests.indices {
            let file = files[digests[number].file]
            let place = places[digests[number].file]
            digests[number].key = place.key
            digests[number].bucket = place.bucket ?? question.bucket
            guard let claims = digests[number].claims else {
                digests[number].position = .unproven
                if isFlat(file.place.root) { digests[number].key = keyNamed(place.key) ?? place.key }
                continue
            }
            let isNameKept = lastComponent(claims.key) == lastComponent(place.key)
            let hasItsKey: Bool
            if isFlat(file.place.root) {
                hasItsKey = isNameKept
                digests[number].key = isNameKept ? claims.key : keyNamed(place.key) ?? place.key
            } else {
                hasItsKey = place.key == claims.key
            }
            let isKept = hasItsKey && (place.bucket == nil || place.bucket == claims.bucket)
            if digests[number].isSigned, digests[number].counts, hasItsKey { keysInPlace.insert(claims.key) }
            let isOfBucket = question.bucket == nil || question.bucket == claims.bucket
            if isKept && isOfBucket {
                digests[number].position = .inPlace
            } else if !digests[number].isSigned {
                digests[number].position = .unproven
            } else if !isNameKept || !isOfBucket || contradicts(file, claims.key) {
                digests[number].position = .relocated
            } else {
                digests[number].position = .elsewhere
                digests[number].key = claims.key
                digests[number].bucket = claims.bucket
            }
        }
        deliveryPrefixes = Set(keysInPlace.compactMap(Self.deliveryPrefix)).sorted()
    }

    /// V4: what stands before the last `AWSLogs/` of a key.
    static func deliveryPrefix(of key: String) -> String? {
        let ranges = key.ranges(of: "AWSLogs/").filter { range in
            range.lowerBound == key.startIndex || key[key.index(before: range.lowerBound)] == "/"
        }
        return ranges.last.map { String(key[..<$0.lowerBound]) }
    }

    /// In a flat folder a file that says nothing usable of itself is what others call by its name.
    private func keyNamed(_ name: String) -> String? {
        digests.compactMap { $0.claims?.previous?.key }.first { lastComponent($0) == name }
    }

    /// V9: whether the account, region or day folder of a path is not that of a key.
    private func contradicts(_ file: ModelFile, _ key: String) -> Bool {
        let parts = file.place.path.split(separator: "/").dropLast().map(String.init)
        let told: ModelFolder
        if let last = parts.lastIndex(of: "AWSLogs") {
            told = ModelFolder(Array(parts[(last + 1)...]))
        } else if let category = parts.lastIndex(of: "CloudTrail-Digest") {
            let start = category > 0 && isAccount(parts[category - 1]) ? category - 1 : category
            told = ModelFolder(Array(parts[start...]))
        } else {
            return false
        }
        let components = key.split(separator: "/").dropLast().map(String.init)
        let own = ModelFolder(Array(components[((components.lastIndex(of: "AWSLogs") ?? -1) + 1)...]))
        func differ<Value: Equatable>(_ one: Value?, _ other: Value?) -> Bool { one != nil && one != other }
        return differ(told.account, own.account) || differ(told.region, own.region) || differ(told.day, own.day)
    }

    // MARK: Verdicts

    /// V16: the first finding that applies, from the newest digest to the oldest, as only a verified successor's word counts.
    mutating func judgeDigests() {
        let order = digests.indices.sorted { (digests[$1].name.end, $1) < (digests[$0].name.end, $0) }
        for number in digests.indices { digests[number].fault = "open" }
        for number in order where digests[number].counts {
            let successors = digests.indices.filter { isVerifiedSuccessor($0, of: number) }
            digests[number].fault = fault(number, successors)
        }
    }

    private func isVerifiedSuccessor(_ successor: Int, of number: Int) -> Bool {
        guard successor != number, digests[successor].isVerified, let previous = digests[successor].claims?.previous,
            previous.key == digests[number].key,
            digests[number].bucket == nil || digests[number].bucket == previous.bucket
        else { return false }
        return namesOwn(successor)
    }

    /// V18: a digest speaks for log files of its own account and region; what their folder does not tell, their names do.
    func speaks(_ digest: Int, for key: String) -> Bool {
        let own = digests[digest].name.chain
        let told = folders(ofKey: key)
        let name = ModelPart(name: lastComponent(key))
        return told.account ?? name?.account ?? own.account == own.account
            && told.region ?? name?.region ?? own.region == own.region
    }

    /// V18: whether the predecessor that a digest names is of its own account and region.
    func namesOwn(_ digest: Int) -> Bool {
        let own = digests[digest].name.chain
        guard let previous = digests[digest].claims?.previous,
            let chain = AdversaryDigestName(lastComponent(previous.key))?.chain
        else { return true }
        return own.account == chain.account && own.region == chain.region
    }

    private func fault(_ number: Int, _ successors: [Int]) -> String? {
        let digest = digests[number]
        guard let claims = digest.claims, isWhole(number) else { return "digest-malformed" }
        if digest.position == .relocated { return "digest-relocated" }
        if digest.signature == .unsupportedAlgorithm { return "digest-signature-invalid" }
        let isRejected = digest.ownFails || successors.contains { digest.failing.contains($0) }
        if digest.signature == .failed && isRejected { return "digest-signature-invalid" }
        for successor in successors where !digests[successor].name.chain.isBackfill {
            guard let previous = digests[successor].claims?.previous else { continue }
            if previous.hash != files[digest.file].content.hash || previous.bucket != claims.bucket
                || digest.isSigned && digest.failing.contains(successor)
            {
                return "digest-link-mismatch"
            }
        }
        switch digest.signature {
        case .keyUnknown: return "digest-key-unknown"
        case .noCandidate, .failed: return "digest-unsigned"
        default: break
        }
        return digest.position == .elsewhere ? "part-elsewhere" : nil
    }

    // MARK: Reporting

    /// V39: a digest's time is its window; its folder's day counts only for one that is not verified, and only where it
    /// contradicts the name.
    func isInScope(_ number: Int) -> Bool {
        let digest = digests[number]
        guard digest.counts, question.selects(digest.name.chain) else { return false }
        if isInRange(digest.window) { return true }
        guard !digest.isVerified, !digest.name.chain.isBackfill, let day = folder(of: digest.file).day,
            day != digest.name.end / CivilTime.day
        else { return false }
        return isInRange(day * CivilTime.day..<(day + 1) * CivilTime.day)
    }

    mutating func reportDigests() {
        struct Copy: Hashable {
            let key: String
            let hash: String
            let isVerified: Bool
            let isElsewhere: Bool
        }
        var copies: Set<Copy> = []
        for number in digests.indices where digests[number].counts {
            let digest = digests[number]
            let file = files[digest.file]
            guard isInScope(number) else {
                fates[digest.file] = .outOfScope
                continue
            }
            let chain = digest.name.chain
            chainValid[chain, default: 0] += 0
            let copy = Copy(
                key: digest.key,
                hash: file.content.hash,
                isVerified: digest.isVerified,
                isElsewhere: digest.fault == "part-elsewhere"
            )
            // One that cannot be read to its end is counted by itself.
            let isFirst = copies.insert(copy).inserted || file.content.condition == .broken
            if let fault = digest.fault {
                if isFirst { digestCount.add(fault) }
                if fault == "part-elsewhere" {
                    holdsPartElsewhere = true
                    continue
                }
                add(fault, file.place.description)
                if isAllowedHead(number) {
                    allowedFound.insert(Found(kind: fault, subject: file.place.description))
                }
                continue
            }
            provenRoots.insert(file.place.root)
            let isForeign = !namesOwn(number) || digest.claims?.logs.contains { !speaks(number, for: $0.key) } ?? false
            if isForeign { add("listing-foreign", file.place.description) }
            if digest.ownFails || !digest.failing.isEmpty { add("signature-source-differs", file.place.description) }
            if isFirst {
                digestCount.valid += 1
                chainValid[chain, default: 0] += 1
            } else {
                add("duplicate-object", digest.key)
            }
        }
        // One finding a folder; which folders those are is left to the validator.
        if holdsPartElsewhere { add("part-elsewhere", "") }
    }

    /// V37: whether a file with the listed content lies under the same key below a part elsewhere.
    func liesElsewhere(_ bucket: String, _ key: String, _ hash: String, _ lister: Int) -> Bool {
        liesInAnotherRoot(bucket, key, hash, lister)
            || digests.contains { digest in
                guard digest.counts, digest.position == .elsewhere, let claims = digest.claims else { return false }
                let own = files[digest.file]
                guard let offset = ModelOffset(path: own.compressedPath, key: claims.key, bucket: claims.bucket) else {
                    return false
                }
                return files.indices.contains { number in
                    let file = files[number]
                    guard file.place.root == own.place.root, !digestFiles.contains(number), file.content.hash == hash,
                        file.content.condition != .broken, let mapped = offset.key(of: file.compressedPath)
                    else { return false }
                    return mapped.key == key && mapped.bucket ?? bucket == bucket
                }
            }
    }

    /// V37: or in another root than a copy of the digest that lists it, under a path that is the key's end or ends in the
    /// key; or in its root, under a path that is the key.
    private func liesInAnotherRoot(_ bucket: String, _ key: String, _ hash: String, _ lister: Int) -> Bool {
        let listers = digests.filter { $0.counts && $0.isVerified && $0.key == digests[lister].key }
        return files.indices.contains { number in
            let file = files[number]
            guard !digestFiles.contains(number), file.content.hash == hash, file.content.condition != .broken,
                file.compressedPath == key || listers.contains(where: { files[$0.file].place.root != file.place.root }),
                let offset = ModelOffset(path: file.compressedPath, key: key, bucket: bucket)
            else { return false }
            if case .replaced = offset { return false }
            return true
        }
    }

    /// V47: an allowed head names the last verified digest with its hash, and the end in its name is later than that
    /// one's by less than 1 h 1 s.
    func isAllowedHead(_ number: Int) -> Bool {
        let digest = digests[number]
        guard digest.fault == "digest-unsigned", let previous = digest.claims?.previous,
            let last = lastVerified(digest.name.chain)
        else { return false }
        let own = digests.filter { $0.counts && $0.name.chain == digest.name.chain }
        let copies = own.filter { $0.key == digest.key }
        return own.allSatisfy { $0.name.end <= digest.name.end }
            && own.allSatisfy { $0.name.end < digest.name.end || $0.key == digest.key }
            && copies.allSatisfy { files[$0.file].content.hash == files[digest.file].content.hash }
            && previous.key == digests[last].key && previous.hash == files[digests[last].file].content.hash
            && digest.name.end > digests[last].name.end && digest.name.end - digests[last].name.end < 3601
    }

    /// The verified digest of a chain that ends last.
    func lastVerified(_ chain: AdversaryChain) -> Int? {
        digests.indices.filter { digests[$0].isVerified && digests[$0].name.chain == chain }
            .max { digests[$0].window.upperBound < digests[$1].window.upperBound }
    }
}
