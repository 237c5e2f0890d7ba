internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// Does what AWS does: makes the log files of a chain, lists them in digest files, and signs and links these.
final class ChainDelivery {
    let options: SampleOptions
    let keys: SampleKeyRing
    private var deflater: GzipDeflater

    init(options: SampleOptions) throws {
        self.options = options
        keys = SampleKeyRing(options: options)
        deflater = try GzipDeflater()
    }

    /// One gzip member with `content`.
    func gzip(_ content: [UInt8]) throws -> [UInt8] {
        try deflater.compress(content)
    }

    /// One gzip member with `content`, packed less tightly than CloudTrail does.
    func gzipLoosely(_ content: [UInt8]) throws -> [UInt8] {
        var loose = try GzipDeflater(level: 1)
        return try loose.compress(content)
    }

    /// Makes the keys of what is delivered in `hour`.
    func naming(in hour: HourDraft) -> SampleNaming {
        SampleNaming(options: options, prefix: hour.prefix ?? options.prefix)
    }

    /// The chain under the name that the trail has in `hour`.
    func chain(_ chain: SampleChain, in hour: HourDraft) -> SampleChain {
        SampleChain(
            account: chain.account,
            region: chain.region,
            trail: hour.trail ?? chain.trail,
            homeRegion: chain.homeRegion
        )
    }

    /// The SHA-256 of `content` in lower-case hex.
    func hash(of content: [UInt8]) throws -> String {
        Hex.encode(try SHA256Digest.of(content).bytes)
    }

    /// The random numbers of one thing in one hour.
    func random(_ chain: SampleChain, _ hour: Int, _ thing: String) -> SeededGenerator {
        SeededGenerator(seed: options.seed, path: "\(chain.account)/\(chain.region)/\(hour)/\(thing)".utf8)
    }

    /// Delivers `draft`, and hands on each file when it is done: the log files of an hour, then its digest file.
    func deliver(
        _ draft: ChainDraft,
        log: (DeliveredLog) throws -> Void,
        digest: (HourDraft, DeliveredDigest) throws -> Void
    ) throws {
        var previous: DigestDocument.Previous?
        for hour in draft.hours {
            var listed: [DigestDocument.LogFile] = []
            for index in 0..<hour.logCount {
                let made = try makeLog(index, of: hour, in: draft.chain)
                listed.append(made.entry)
                try log(DeliveredLog(key: made.object.key, content: made.content, object: made.object))
            }
            if hour.startsChain { previous = nil }
            // A digest file lists its log files in no particular order.
            var order = random(draft.chain, hour.hour, "order")
            let document = try document(hour, in: draft.chain, listing: order.shuffled(listed), after: previous)
            let delivered = try sign(
                document,
                by: hour.key,
                using: hour.signatureHash,
                rewrite: hour.rewrite ?? { $0 }
            )
            previous = try link(to: delivered)
            try digest(hour, delivered)
        }
    }

    /// Delivers `draft` as a whole.
    func deliver(_ draft: ChainDraft) throws -> DeliveredChain {
        var chain = DeliveredChain(chain: draft.chain)
        var logs: [DeliveredLog] = []
        try deliver(draft) { log in
            logs.append(log)
        } digest: { hour, digest in
            chain.append(DeliveredHour(draft: hour, digest: digest, logs: logs))
            logs = []
        }
        return chain
    }

    /// The digest file that says `document`, signed by the key `role`.
    func sign(
        _ document: DigestDocument,
        by role: SampleKeyRing.Role,
        using algorithm: RSASigningKey.Hash = .sha256,
        metadata: [SampleObject.Metadata] = [],
        rewrite: ([UInt8]) -> [UInt8] = { $0 }
    ) throws -> DeliveredDigest {
        let content = rewrite(document.json)
        let text = document.stringToSign(contentHash: try hash(of: content))
        let signature = try keys.signature(of: text, by: role, using: algorithm)
        let object = SampleObject(
            kind: .digest,
            bucket: document.bucket,
            key: document.key,
            content: try gzip(content),
            metadata: [
                .init(name: "signature", value: signature),
                .init(name: "signature-algorithm", value: document.signatureAlgorithm),
            ] + metadata
        )
        return DeliveredDigest(
            document: document,
            content: content,
            signature: signature,
            manifestEntry: SampleSignature(of: object),
            object: object
        )
    }

    /// A log file of `hour` that its digest file does not list, and the entry that would.
    func makeUnlistedLog(
        of hour: HourDraft,
        in chain: SampleChain
    ) throws -> (object: SampleObject, entry: DigestDocument.LogFile) {
        let made = try makeLog(hour.logCount, of: hour, in: chain)
        return (made.object, made.entry)
    }

    private func makeLog(
        _ index: Int,
        of hour: HourDraft,
        in chain: SampleChain
    ) throws -> (object: SampleObject, content: [UInt8], entry: DigestDocument.LogFile) {
        var random = random(chain, hour.hour, "log/\(index)")
        let delivery = hour.delivery(ofLog: index)
        let unique = random.text(16, of: SeededGenerator.alphanumerics)
        let bucket = hour.bucket ?? options.bucket
        let key = naming(in: hour).logKey(of: chain, delivery: delivery, unique: unique)
        let records = RecordMaker.logContent(of: chain, count: options.records, delivery: delivery, random: random)
        let object = SampleObject(
            kind: .log,
            bucket: bucket,
            key: key,
            content: try gzip(records.json),
            metadata: []
        )
        let entry = DigestDocument.LogFile(
            bucket: bucket,
            key: key,
            hash: try hash(of: records.json),
            newestEventTime: records.newest.iso8601,
            oldestEventTime: records.oldest.iso8601
        )
        return (object, records.json, entry)
    }

    /// What the digest file of `hour` says.
    func document(
        _ hour: HourDraft,
        in chain: SampleChain,
        listing logFiles: [DigestDocument.LogFile],
        after previous: DigestDocument.Previous?
    ) throws -> DigestDocument {
        var document = DigestDocument(
            account: chain.account,
            startTime: hour.start.iso8601,
            endTime: hour.end.iso8601,
            bucket: hour.bucket ?? options.bucket,
            key: naming(in: hour).digestKey(of: self.chain(chain, in: hour), end: hour.end),
            fingerprint: try keys.fingerprint(hour.key),
            // ISO 8601 times of one form sort as text.
            newestEventTime: logFiles.map(\.newestEventTime).max(),
            oldestEventTime: logFiles.map(\.oldestEventTime).min(),
            previous: previous,
            logFiles: logFiles
        )
        hour.edit?(&document)
        return document
    }

    private func link(to digest: DeliveredDigest) throws -> DigestDocument.Previous {
        DigestDocument.Previous(
            bucket: digest.document.bucket,
            key: digest.document.key,
            hash: try hash(of: digest.content),
            signature: digest.signature
        )
    }
}
