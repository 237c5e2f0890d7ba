/// What runs before proved, as the contract remembers it (V42, I17 to I19).
struct ContractMemory {
    /// A digest file that was proven.
    struct Digest: Hashable {
        let place: AdversaryPlace
        let chain: AdversaryChain
        let bucket: String
        let key: String
        let hash: String
        let end: Int64
    }

    /// A log file that was proven.
    struct Log: Hashable {
        /// Its root, and its folder there.
        let root: Int
        let folder: String
        let bucket: String
        let key: String
        let hash: String
        /// The digest that lists it.
        let digest: Digest
    }

    var digests: Set<Digest> = []
    var logs: Set<Log> = []
}

extension ContractModel {
    // MARK: Digests

    /// V42: what was proven stays proven while its content is the same, also without a signature or a key at hand.
    mutating func trustMemory() {
        guard let memory else { return }
        for number in digests.indices where digests[number].counts && digests[number].claims != nil && isWhole(number) {
            let file = files[digests[number].file]
            let wasProven = memory.digests.contains { $0.place == file.place && $0.hash == file.content.hash }
            if wasProven { digests[number].signature = .valid }
        }
    }

    /// The verified digest that is what was proven.
    private func kept(_ proven: ContractMemory.Digest) -> Int? {
        digests.indices.first { number in
            digests[number].isVerified && digests[number].key == proven.key
                && files[digests[number].file].content.hash == proven.hash
        }
    }

    /// V42: what ended before the start and is gone is forgotten.
    private func endedBeforeStart(_ proven: ContractMemory.Digest) -> Bool {
        question.start.map { proven.end <= $0 } ?? false
    }

    private func liesWhereProven(_ proven: ContractMemory.Digest) -> Bool {
        files.contains { $0.place == proven.place && $0.content.hash == proven.hash }
    }

    /// V42: the digests that were proven and are gone, or are no longer what they were.
    mutating func reportLostDigests() {
        guard let memory else { return }
        let lost = memory.digests.filter { kept($0) == nil }
        let named = Set(found.filter { $0.kind == "digest-missing" }.map(\.subject))
        for proven in lost.sorted(by: { ($0.key, $0.hash) < ($1.key, $1.hash) }) where !endedBeforeStart(proven) {
            let newest = memory.digests.filter { $0.chain == proven.chain }.map(\.end).max()
            let isAnchor = proven.end == newest
            let copies = digests.indices.filter { digests[$0].counts && digests[$0].key == proven.key }
            if copies.isEmpty {
                if liesWhereProven(proven) { continue }
                if isAnchor { add("anchor-lost", proven.key) }
                if named.contains(proven.key) { continue }
                if !isAnchor { add("digest-missing", proven.key) }
                digestCount.add("digest-missing")
                chainValid[proven.chain, default: 0] += 0
                continue
            }
            // Of what cannot be read to its end nothing is known.
            let isThere = copies.contains { number in
                let content = files[digests[number].file].content
                return content.hash == proven.hash && content.condition != .broken
            }
            let isViolated = copies.contains { Self.violations.contains(digests[$0].fault ?? "") }
            if isThere || !isAnchor && isViolated { continue }
            add("anchor-lost", files[digests[copies[0]].file].place.description)
        }
    }

    // MARK: Logs

    /// V33: whether a log file that was proven is gone, and no file with its content lies where it was.
    func wasProvenAndIsGone(_ key: String, _ hash: String) -> Bool {
        guard let proof = memory?.logs.first(where: { $0.key == key && kept($0.digest) != nil }) else { return false }
        return !liesInPlace(proof, hash)
    }

    private func liesInPlace(_ proof: ContractMemory.Log, _ hash: String) -> Bool {
        files.contains { file in
            file.place.root == proof.root && parentFolder(file.place.path) == proof.folder
                && lastComponent(file.compressedPath) == lastComponent(proof.key) && file.content.hash == hash
                && file.content.condition != .broken
        }
    }

    /// V42: the log files that were proven by a digest which is no more what it was.
    ///
    /// - Parameter listed: The files that digests list.
    /// - Returns: The files of which something was said.
    mutating func reportOrphans(_ listed: Set<Int>) -> Set<Int> {
        guard let memory else { return [] }
        var told: Set<Int> = []
        for log in memory.logs.sorted(by: { ($0.key, $0.hash) < ($1.key, $1.hash) }) where kept(log.digest) == nil {
            let own = files.indices.filter { maps($0, to: log.bucket, log.key) }
            if own.isEmpty {
                if endedBeforeStart(log.digest) || liesInPlace(log, log.hash) { continue }
                add("log-missing", log.key)
                logCount.add("log-missing")
                continue
            }
            guard let number = own.first(where: { !listed.contains($0) && !told.contains($0) && isAskedFor($0) }) else {
                continue
            }
            let file = files[number]
            let kind: String
            switch file.content.condition {
            case .broken: kind = "log-malformed"
            case _ where file.content.hash != log.hash: kind = "log-modified"
            case .trailing: kind = "log-trailing-data"
            case .complete: continue
            }
            told.insert(number)
            fates[number] = .log
            add(kind, file.place.description)
            logCount.add(kind)
        }
        return told
    }

    // MARK: The next run

    /// What the next run is held to.
    func nextMemory() -> ContractMemory {
        var next = ContractMemory()
        for number in digests.indices where digests[number].isVerified {
            guard let proven = provenDigest(number) else { continue }
            next.digests.insert(proven)
        }
        for log in provenLogs { next.logs.insert(log) }
        guard let memory else { return next }
        let known = Set(next.logs.map(\.key))
        for log in memory.logs {
            guard let number = kept(log.digest) else {
                // Those of a digest that is gone stay with it.
                if isRemembered(log.digest) { next.logs.insert(log) }
                continue
            }
            if known.contains(log.key) { continue }
            guard let digest = provenDigest(number) else { continue }
            next.logs.insert(
                ContractMemory.Log(
                    root: log.root,
                    folder: log.folder,
                    bucket: log.bucket,
                    key: log.key,
                    hash: log.hash,
                    digest: digest
                )
            )
        }
        next.digests.formUnion(memory.digests.filter { kept($0) == nil && isRemembered($0) })
        return next
    }

    func provenDigest(_ number: Int) -> ContractMemory.Digest? {
        let file = files[digests[number].file]
        guard let claims = digests[number].claims else { return nil }
        return ContractMemory.Digest(
            place: file.place,
            chain: digests[number].name.chain,
            bucket: claims.bucket,
            key: claims.key,
            hash: file.content.hash,
            end: claims.end
        )
    }

    /// Whether what is gone, or no longer what it was, stays remembered: what ended before the start, only where something
    /// is still there.
    private func isRemembered(_ proven: ContractMemory.Digest) -> Bool {
        if !endedBeforeStart(proven) { return true }
        if digests.contains(where: { $0.counts && $0.key == proven.key }) { return true }
        if digests.contains(where: { files[$0.file].place == proven.place }) { return true }
        return memory?.logs.contains { log in
            log.digest == proven && files.indices.contains { maps($0, to: log.bucket, log.key) }
        } ?? false
    }
}
