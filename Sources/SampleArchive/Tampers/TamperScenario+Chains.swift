internal import CloudTrailIntegrity

/// What makes a chain of genuine digest files attest less than it seems to.
extension TamperScenario {
    private static let pauseHours = 3

    static let chainGap = TamperScenario(
        summary: "The trail was stopped for three hours: AWS delivered nothing and then started a new chain",
        need: .middle(pauseHours + 1),
        arrange: { draft, place in
            let restart = place.hour + pauseHours
            draft.hours.removeAll { (place.hour..<restart).contains($0.hour) }
            draft.change(hour: restart) { $0.startsChain = true }
        },
        apply: { chain, place, _ in TamperEffect(chain[place.hour + pauseHours].digest.key, "chain-gap") }
    )

    static let chainRestart = TamperScenario(
        summary: "AWS started a new chain at the end of the one before: harmless, no time lies between",
        need: .digest,
        arrange: { draft, place in draft.change(hour: place.hour) { $0.startsChain = true } },
        apply: { chain, place, _ in TamperEffect(chain[place.hour].digest.key, "chain-restart") }
    )

    static let chainWindowHole = TamperScenario(
        summary: "A linked digest file starts ten minutes after the end of the one before",
        need: .digest,
        arrange: { draft, place in
            draft.change(hour: place.hour) { hour in
                let start = hour.start.advanced(bySeconds: 600).iso8601
                hour.edit = { $0.startTime = start }
            }
        },
        apply: { chain, place, _ in TamperEffect(chain[place.hour].digest.key, "chain-gap") }
    )

    static let chainErased = TamperScenario(
        summary: "AWS started a new chain without a pause, and all that was delivered before it is deleted",
        need: .oldest(4),
        arrange: { draft, place in draft.change(hour: place.hour + 3) { $0.startsChain = true } },
        apply: { chain, place, _ in
            for hour in place.hour..<place.hour + 3 {
                chain[hour].digest.object = nil
                for log in chain[hour].logs.indices { chain[hour].logs[log].object = nil }
            }
            return TamperEffect(chain[place.hour + 3].digest.key, "coverage-short")
        }
    )

    static let chainForked = TamperScenario(
        summary: "A second digest file with a genuine signature names the same predecessor",
        need: .digest
    ) { chain, place, delivery in
        let hour = chain[place.hour].draft
        let end = hour.end.advanced(bySeconds: -600)
        var document = chain[place.hour].digest.document
        document.endTime = end.iso8601
        document.key = delivery.naming(in: hour).digestKey(of: chain.chain, end: end)
        document.logFiles = []
        (document.newestEventTime, document.oldestEventTime) = (nil, nil)
        chain.extra.append(try delivery.sign(document, by: hour.key))
        return TamperEffect(chain[place.hour].digest.key, "chain-forked")
    }

    /// As many as put what the trail was called before more than three hours behind other regions.
    private static let renamedHours = 5

    static let trailRenamed = TamperScenario(
        summary: "The trail was deleted and goes on under another name, in one region alone",
        need: .newest(renamedHours, hasSibling: true),
        arrange: { draft, place in
            let renamed = draft.chain.trail + "-2"
            for hour in place.hour..<place.hour + renamedHours {
                draft.change(hour: hour) { $0.trail = renamed }
            }
            draft.change(hour: place.hour) { $0.startsChain = true }
        },
        apply: { chain, place, _ in TamperEffect(chain[place.hour - 1].digest.key, "coverage-short") }
    )

    static let bucketChanged = TamperScenario(
        summary: "The trail delivers to another bucket from some hour on, and both were downloaded: harmless",
        need: .newest(3),
        arrange: { draft, place in
            for hour in place.hour..<place.hour + 3 {
                draft.change(hour: hour) { $0.bucket = "example-trail-bucket-2" }
            }
        },
        isOfTrail: true,
        apply: { chain, place, _ in TamperEffect(findingNothingAbout: chain[place.hour].digest.key) }
    )

    static let prefixChanged = TamperScenario(
        summary: "The trail delivers below another prefix from some hour on, and both were downloaded: harmless",
        need: .newest(3),
        arrange: { draft, place in
            for hour in place.hour..<place.hour + 3 {
                draft.change(hour: hour) { $0.prefix = "another/prefix" }
            }
        },
        isOfTrail: true,
        apply: { chain, place, _ in TamperEffect(findingNothingAbout: chain[place.hour].digest.key) }
    )

    // MARK: Backfill

    static let backfill = TamperScenario(
        summary: "AWS delivered a log file late, and a backfill digest file for it: harmless",
        need: .digest
    ) { chain, place, delivery in
        let late = try backfill(in: &chain, place, delivery)
        return TamperEffect(findingNothingAbout: late.digest)
    }

    static let backfillDeleted = TamperScenario(
        summary: "A backfill digest file is deleted: nothing names it, its log file remains",
        need: .digest
    ) { chain, place, delivery in
        let late = try backfill(in: &chain, place, delivery)
        chain.extra[chain.extra.count - 1].object = nil
        return TamperEffect(late.log, "log-unreferenced")
    }

    static let backfillModified = TamperScenario(
        summary: "A backfill digest file says something else in newestEventTime",
        need: .digest
    ) { chain, place, delivery in
        let late = try backfill(in: &chain, place, delivery)
        var document = chain.extra[chain.extra.count - 1].document
        document.newestEventTime = document.endTime
        chain.extra[chain.extra.count - 1].store(try delivery.gzip(document.json))
        return TamperEffect(
            late.digest,
            "digest-signature-invalid",
            consequences: [ExpectedFinding(kind: "log-unauthenticated", key: late.log)]
        )
    }

    /// Adds a late log file and its digest file, and returns their keys.
    private static func backfill(
        in chain: inout DeliveredChain,
        _ place: TamperPlace,
        _ delivery: ChainDelivery
    ) throws -> (log: String, digest: String) {
        let hour = chain[place.hour].draft
        let late = try delivery.makeUnlistedLog(of: hour, in: chain.chain)
        chain.injected.append(late.object)
        var document = try delivery.document(hour, in: chain.chain, listing: [late.entry], after: nil)
        document.key = delivery.naming(in: hour).backfillKey(of: chain.chain, end: hour.end)
        let generated = hour.end.advanced(bySeconds: 6 * 3600).iso8601
        chain.extra.append(
            try delivery.sign(
                document,
                by: hour.key,
                metadata: [.init(name: "backfill-generation-timestamp", value: generated)]
            )
        )
        return (late.object.key, document.key)
    }
}
