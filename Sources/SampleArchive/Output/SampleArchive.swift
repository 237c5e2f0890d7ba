/// Makes CloudTrail archives signed with throwaway keys, and tampers with them.
package enum SampleArchive {
    /// Makes the objects of an archive, one after the other.
    ///
    /// Of a chain without tampers, only the hash and signature of its newest digest file and one log file are kept in
    /// memory. A chain with tampers is kept as a whole, one such chain at a time.
    ///
    /// - Parameters:
    ///   - options: What to make.
    ///   - signature: Takes the signature of each digest file as it was delivered, also of one that is gone.
    ///   - object: Takes each object that the archive holds.
    /// - Returns: What was made, with the content of keys.json and truth.json.
    /// - Throws: ``SampleArchiveError`` for options that cannot be met, before anything is handed out; what the two
    ///   closures throw; `NativeError` when a library fails.
    package static func generate(
        _ options: SampleOptions,
        signature: (SampleSignature) throws -> Void = { _ in },
        object: (SampleObject) throws -> Void
    ) throws -> SampleSummary {
        try options.check()
        let plan = try TamperPlan(options: options)
        return try generate(options, plan, signature, object)
    }

    /// Writes an archive below a new or empty directory: `archive/`, `keys.json`, `meta.jsonl`, `truth.json`.
    ///
    /// `archive/` is what `aws s3 sync s3://BUCKET DIRECTORY/archive` leaves; `meta.jsonl` is the signature manifest,
    /// one line for each digest file that was delivered. `truth.json` comes last: where it is, the rest is complete.
    ///
    /// - Throws: ``SampleArchiveError``. Nothing is written when the options cannot be met or the directory holds
    ///   something, and what was written is removed when the rest cannot be.
    package static func write(to directory: String, _ options: SampleOptions) throws -> SampleSummary {
        try write(to: SampleDirectory(path: directory), options)
    }

    /// Writes an archive into `directory`, which another thread may discard meanwhile.
    ///
    /// - Throws: ``SampleArchiveError``, with the code `discarded` when another thread did.
    package static func write(to directory: SampleDirectory, _ options: SampleOptions) throws -> SampleSummary {
        try options.check()
        let plan = try TamperPlan(options: options)
        do {
            try directory.begin()
            let manifest = try directory.makeFile(at: "meta.jsonl")
            let summary = try generate(options, plan) { signature in
                try manifest.write(signature.manifestLine)
            } _: { object in
                try directory.write(object.content, at: "archive/" + object.key)
            }
            try manifest.close()
            try directory.write(summary.keysJSON, at: "keys.json")
            try directory.write(summary.truthJSON, at: "truth.json")
            try directory.finish()
            return summary
        } catch {
            directory.discard()
            throw error
        }
    }

    private static func generate(
        _ options: SampleOptions,
        _ plan: TamperPlan,
        _ signature: (SampleSignature) throws -> Void,
        _ object: (SampleObject) throws -> Void
    ) throws -> SampleSummary {
        let delivery = try ChainDelivery(options: options)
        var summary = SampleSummary(
            bucket: options.bucket,
            prefix: options.prefix,
            organization: options.organization,
            seed: options.seed,
            start: options.start,
            end: options.end,
            keys: try delivery.keys.published(besides: options.tampers.compactMap(\.scenario.publishes))
        )
        var records: [(position: Int, record: TamperRecord)] = []
        func handOut(_ stored: SampleObject?) throws {
            guard let stored else { return }
            summary.objectCount += 1
            summary.storedBytes += UInt64(stored.content.count)
            try object(stored)
        }
        for (index, chain) in options.chains.enumerated() {
            var draft = ChainDraft(chain: chain, options: options)
            let entries = plan.entries(inChain: index)
            for entry in plan.entriesOfTrail(besidesChain: index) {
                entry.tamper.scenario.arrange(&draft, entry.place)
            }
            for entry in entries { entry.tamper.scenario.arrange(&draft, entry.place) }
            summary.chains.append(SampleSummary.Chain(of: draft))
            if entries.isEmpty {
                try delivery.deliver(draft) { log in
                    try handOut(log.object)
                } digest: { _, digest in
                    try signature(digest.manifestEntry)
                    try handOut(digest.object)
                }
            } else {
                var delivered = try delivery.deliver(draft)
                for entry in entries {
                    let effect = try entry.tamper.scenario.apply(&delivered, entry.place, delivery)
                    records.append((entry.position, TamperRecord(entry.tamper, effect)))
                }
                for entry in delivered.signatures { try signature(entry) }
                for stored in delivered.objects { try handOut(stored) }
            }
        }
        summary.tampers = records.sorted { $0.position < $1.position }.map(\.record)
        return summary
    }
}
