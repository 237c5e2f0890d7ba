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
        let object = try delivery.makeUnlistedLog(of: chain[place.hour].draft, in: chain.chain)
        chain.injected.append(object)
        return TamperEffect(object.key, "log-unreferenced")
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
