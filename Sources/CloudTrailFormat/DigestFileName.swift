/// The name of a digest file:
/// `ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ[_backfill].json.gz`.
///
/// A trail's name may hold `_`, `-` and `.`, so the name is read from both ends (I4).
package struct DigestFileName: Hashable, Sendable {
    package let chain: ChainIdentity
    /// The end of the digest's window.
    package let endTime: Timestamp
    /// `false` for `….json`: a download that decompressed the file.
    package let isCompressed: Bool

    package init?(_ name: Substring) {
        var parser = NameParser(name)
        guard parser.takeExtension(), let account = parser.takeAccount(), parser.take(prefix: "CloudTrail-Digest_"),
            let region = parser.takeFirst()
        else { return nil }
        let isBackfill = parser.take(suffix: "_backfill")
        guard let time = parser.takeLast(), let endTime = Timestamp(compact: time, seconds: true),
            let homeRegion = parser.takeLast(), !parser.rest.isEmpty
        else { return nil }
        chain = ChainIdentity(
            account: String(account),
            region: String(region),
            trail: String(parser.rest),
            homeRegion: String(homeRegion),
            isBackfill: isBackfill
        )
        self.endTime = endTime
        isCompressed = parser.isCompressed
    }

    package init?(_ key: ObjectKey) {
        guard let name = key.asciiName else { return nil }
        self.init(name)
    }

    package init(chain: ChainIdentity, endTime: Timestamp, isCompressed: Bool = true) {
        self.chain = chain
        self.endTime = endTime
        self.isCompressed = isCompressed
    }

    /// The name as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// What stands before the time in the names of a chain's digest files.
    package static func prefix(of chain: ChainIdentity) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        for part in [chain.account, "_CloudTrail-Digest_", chain.region, "_", chain.trail, "_", chain.homeRegion, "_"] {
            bytes.append(contentsOf: part.utf8)
        }
        return bytes
    }

    /// The bytes of the name.
    package var bytes: [UInt8] {
        var bytes = Self.prefix(of: chain)
        endTime.appendCompact(to: &bytes, seconds: true)
        if chain.isBackfill { bytes.append(contentsOf: "_backfill".utf8) }
        bytes.append(contentsOf: (isCompressed ? ".json.gz" : ".json").utf8)
        return bytes
    }
}

/// The name of a log file: `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_UNIQUE.json.gz` (I4).
package struct LogFileName: Hashable, Sendable {
    package let account: String
    package let region: String
    /// The minute in the name: when CloudTrail made the file, cut to the minute.
    package let time: Timestamp
    /// `false` for `….json`: a download that decompressed the file.
    package let isCompressed: Bool

    package init?(_ name: Substring) {
        var parser = NameParser(name)
        guard parser.takeExtension(), let account = parser.takeAccount(), parser.take(prefix: "CloudTrail_"),
            let region = parser.takeFirst(), let text = parser.takeFirst(),
            let time = Timestamp(compact: text, seconds: false), !parser.rest.isEmpty
        else { return nil }
        self.account = String(account)
        self.region = String(region)
        self.time = time
        isCompressed = parser.isCompressed
    }

    package init?(_ key: ObjectKey) {
        guard let name = key.asciiName else { return nil }
        self.init(name)
    }
}

/// Takes the parts of a name off its two ends.
private struct NameParser {
    private(set) var rest: Substring
    private(set) var isCompressed = false

    init(_ name: Substring) {
        rest = name
    }

    /// Also refuses what no name of CloudTrail's holds, so that the parts are safe to compare and to print.
    mutating func takeExtension() -> Bool {
        guard rest.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return false }
        isCompressed = take(suffix: ".gz")
        return take(suffix: ".json")
    }

    mutating func takeAccount() -> Substring? {
        guard let account = takeFirst(), account.utf8.count == 12,
            account.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return account
    }

    mutating func take(prefix: String) -> Bool {
        guard rest.utf8.starts(with: prefix.utf8) else { return false }
        rest = Substring(rest.utf8.dropFirst(prefix.utf8.count))
        return true
    }

    mutating func take(suffix: String) -> Bool {
        guard rest.utf8.count >= suffix.utf8.count, rest.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        else {
            return false
        }
        rest = Substring(rest.utf8.dropLast(suffix.utf8.count))
        return true
    }

    /// What stands before the first `_`.
    mutating func takeFirst() -> Substring? {
        guard let separator = rest.utf8.firstIndex(of: UInt8(ascii: "_")), separator != rest.startIndex else {
            return nil
        }
        defer { rest = rest[rest.utf8.index(after: separator)...] }
        return rest[..<separator]
    }

    /// What stands after the last `_`.
    mutating func takeLast() -> Substring? {
        guard let separator = rest.utf8.lastIndex(of: UInt8(ascii: "_")) else { return nil }
        let part = rest[rest.utf8.index(after: separator)...]
        guard !part.isEmpty else { return nil }
        rest = rest[..<separator]
        return part
    }
}
