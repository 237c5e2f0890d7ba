internal import CloudTrailIntegrity

/// What is done to log files.
extension TamperScenario {
    static let logModified = TamperScenario(
        summary: "A log file's content is changed: another source address in its first record",
        need: .log
    ) { chain, place, delivery in
        let content = chain[place.hour].logs[place.log].content
        chain[place.hour].logs[place.log].store(try delivery.gzip(changingSourceAddress(of: content)))
        return TamperEffect(chain[place.hour].logs[place.log].key, "log-modified")
    }

    static let logDeleted = TamperScenario(summary: "A log file is deleted", need: .log) { chain, place, _ in
        chain[place.hour].logs[place.log].object = nil
        return TamperEffect(chain[place.hour].logs[place.log].key, "log-missing")
    }

    static let logTruncated = TamperScenario(
        summary: "A log file ends in the middle of its compressed data",
        need: .log
    ) { chain, place, _ in
        let stored = chain[place.hour].logs[place.log].object?.content ?? []
        chain[place.hour].logs[place.log].store(Array(stored.prefix(stored.count * 3 / 5)))
        return TamperEffect(chain[place.hour].logs[place.log].key, "log-malformed")
    }

    static let logChecksumBroken = TamperScenario(
        summary: "A log file has its content and a wrong CRC-32 in its gzip trailer",
        need: .log
    ) { chain, place, _ in
        var stored = chain[place.hour].logs[place.log].object?.content ?? []
        // The trailer is the CRC-32 and the length, four bytes each.
        stored[stored.count - 8] ^= 0xff
        chain[place.hour].logs[place.log].store(stored)
        return TamperEffect(chain[place.hour].logs[place.log].key, "log-malformed")
    }

    static let logTrailingData = TamperScenario(
        summary: "A second gzip member follows a log file's own: zcat shows both",
        need: .log
    ) { chain, place, delivery in
        let stored = chain[place.hour].logs[place.log].object?.content ?? []
        let content = chain[place.hour].logs[place.log].content
        let member = try delivery.gzip(changingSourceAddress(of: content))
        chain[place.hour].logs[place.log].store(stored + member)
        return TamperEffect(chain[place.hour].logs[place.log].key, "log-trailing-data")
    }

    static let logInjected = TamperScenario(
        summary: "A plausible log file is added that no digest file lists",
        need: .hour
    ) { chain, place, delivery in
        let hour = chain[place.hour].draft
        let object = try delivery.makeUnlistedLog(of: hour, in: chain.chain).object
        chain.injected.append(object)
        // The name tells the minute alone: in the last minute of the archive it may be newer than all digest files.
        let latest = hour.delivery(ofLog: hour.logCount).advanced(bySeconds: 59)
        let isNewest = place.hour == delivery.options.hours - 1 && latest > hour.end
        return TamperEffect(object.key, isNewest ? "log-awaiting-digest" : "log-unreferenced")
    }

    static let logEmptied = replaced("A log file is emptied: no byte is left of it", by: "")

    static let logReplacedByHTML = replaced(
        "A log file is replaced by a page of HTML, as a proxy or a portal answers",
        by: "<!DOCTYPE html><html><body><h1>403 Forbidden</h1></body></html>\n"
    )

    private static func replaced(_ summary: String, by text: String) -> TamperScenario {
        TamperScenario(summary: summary, need: .log) { chain, place, _ in
            chain[place.hour].logs[place.log].store(Array(text.utf8))
            return TamperEffect(chain[place.hour].logs[place.log].key, "log-modified")
        }
    }

    static let logsSwapped = TamperScenario(
        summary: "Two log files of an hour have exchanged their contents",
        need: TamperNeed(logs: 2)
    ) { chain, place, _ in
        let (first, second) = (chain[place.hour].logs[0], chain[place.hour].logs[1])
        chain[place.hour].logs[0].store(second.object?.content ?? [])
        chain[place.hour].logs[1].store(first.object?.content ?? [])
        return TamperEffect(
            first.key,
            "log-modified",
            consequences: [ExpectedFinding(kind: "log-modified", key: second.key)]
        )
    }

    static let logRecompressed = TamperScenario(
        summary: "A log file was decompressed and compressed again: harmless, the content is hashed",
        need: .log
    ) { chain, place, delivery in
        let log = chain[place.hour].logs[place.log]
        chain[place.hour].logs[place.log].store(try delivery.gzipLoosely(log.content))
        return TamperEffect(findingNothingAbout: log.key)
    }

    static let logsLate = TamperScenario(
        summary: "A digest file lists log files that were made three hours before it: harmless, delivery may be late",
        need: .digest(listing: 1),
        arrange: { draft, place in draft.change(hour: place.hour) { $0.delay = 3 * 3600 } },
        apply: { chain, place, _ in TamperEffect(findingNothingAbout: chain[place.hour].logs[0].key) }
    )

    static let logDuplicated = TamperScenario(
        summary: "A copy of a log file lies beside it under another name",
        need: .log
    ) { chain, place, _ in
        let log = chain[place.hour].logs[place.log]
        let copy = log.key.dropLast(".json.gz".count) + "copy.json.gz"
        if let object = log.object { chain.injected.append(object.renamed(to: String(copy))) }
        return TamperEffect(String(copy), "log-unreferenced")
    }

    static let logDecompressed = TamperScenario(
        summary: "A log file is stored as plain JSON without its .gz: harmless, as some downloads leave it",
        need: .log
    ) { chain, place, _ in
        let log = chain[place.hour].logs[place.log]
        let plainKey = String(log.key.dropLast(".gz".count))
        chain[place.hour].logs[place.log].object = log.object?.replacing(content: log.content).renamed(to: plainKey)
        return TamperEffect(log.key, "log-decompressed")
    }

    /// `content` with an address of 198.51.100.0/24 in its first record, where no genuine record has one (RFC 5737).
    static func changingSourceAddress(of content: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard let name = content.firstRange(of: Array(#""sourceIPAddress":""#.utf8)),
            let end = content[name.upperBound...].firstIndex(of: quote)
        else { return content + Array(" ".utf8) }
        return Array(content[..<name.upperBound]) + Array("198.51.100.23".utf8) + Array(content[end...])
    }
}
