/// A chain: account, region, trail and home region, regular or backfill.
struct AdversaryChain: Hashable, Comparable, CustomStringConvertible {
    var account: String
    var region: String
    var trail: String
    var homeRegion: String
    var isBackfill = false

    var description: String {
        "\(account)/\(region)/\(trail)/\(homeRegion)\(isBackfill ? "/backfill" : "")"
    }

    static func < (lhs: AdversaryChain, rhs: AdversaryChain) -> Bool { lhs.description < rhs.description }
}

/// `ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ[_backfill].json[.gz]`.
struct AdversaryDigestName: Hashable {
    let chain: AdversaryChain
    let end: Int64

    init(chain: AdversaryChain, end: Int64) {
        self.chain = chain
        self.end = end
    }

    /// Reads a name from both its ends, because a trail's may hold what separates the parts.
    init?(_ name: String) {
        guard let stem = nameStem(name) else { return nil }
        var parts = stem.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 6, isAccount(parts[0]), parts[1] == "CloudTrail-Digest", !parts[2].isEmpty else {
            return nil
        }
        let isBackfill = parts.last == "backfill"
        if isBackfill { parts.removeLast() }
        guard parts.count >= 6, let time = parts.popLast(),
            let end = CivilTime.seconds(compact: time, hasSeconds: true),
            let homeRegion = parts.popLast(), !homeRegion.isEmpty
        else { return nil }
        let trail = parts[3...].joined(separator: "_")
        guard !trail.isEmpty else { return nil }
        chain = AdversaryChain(
            account: parts[0],
            region: parts[2],
            trail: trail,
            homeRegion: homeRegion,
            isBackfill: isBackfill
        )
        self.end = end
    }

    var text: String {
        "\(chain.account)_CloudTrail-Digest_\(chain.region)_\(chain.trail)_\(chain.homeRegion)_"
            + CivilTime.compact(end) + (chain.isBackfill ? "_backfill" : "") + ".json.gz"
    }
}

/// `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_UNIQUE.json[.gz]`.
struct AdversaryLogName: Hashable {
    let account: String
    let region: String
    /// The minute, as its first second.
    let time: Int64

    init?(_ name: String) {
        guard let stem = nameStem(name) else { return nil }
        let parts = stem.split(separator: "_", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, isAccount(parts[0]), parts[1] == "CloudTrail", !parts[2].isEmpty, !parts[4].isEmpty,
            let time = CivilTime.seconds(compact: parts[3], hasSeconds: false)
        else { return nil }
        account = parts[0]
        region = parts[2]
        self.time = time
    }

    static func text(account: String, region: String, time: Int64, unique: String) -> String {
        "\(account)_CloudTrail_\(region)_\(CivilTime.compactMinute(time))_\(unique).json.gz"
    }
}

/// A name without `.json` or `.json.gz`.
private func nameStem(_ name: String) -> String? {
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    return plain.hasSuffix(".json") ? String(plain.dropLast(5)) : nil
}

func isAccount(_ text: String) -> Bool {
    text.utf8.count == 12 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

/// What follows the last `/`.
func lastComponent(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? path
}

/// All up to the last `/`, with it; empty where there is none.
func parentFolder(_ path: String) -> String {
    String(path.dropLast(lastComponent(path).count))
}

/// Bytes in lower-case hexadecimal digits.
func hexText(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
        let text = String(byte, radix: 16)
        return text.count == 1 ? "0" + text : text
    }.joined()
}
