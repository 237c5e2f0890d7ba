import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// What must be found in a tampered sample whose signature manifest is not at hand.
///
/// It shares no code with the validator: digest files are read with Foundation, no signature is computed, and of the
/// format it knows only what the contract says. From the sample's truth it takes which digest files are genuine, and
/// works out which of them still have a signature: one that a successor repeats which is held and can be read.
struct ArchiveModel {
    let tamper: Tamper
    let sample: Sample
    /// Whether the start and the end of the archive are asked for.
    let isRanged: Bool

    private var truth: [String: [String]] = [:]
    private var digests: [ModelDigest] = []
    /// The keys of the other files, as they were before a download decompressed one.
    private var logs: Set<String> = []
    private var delivered: [String: String] = [:]
    /// The kind of what is wrong with each digest file that is not verified, by its key.
    private var faults: [String: String] = [:]

    private(set) var found: [Found] = []

    init(_ tamper: Tamper, _ sample: Sample, isRanged: Bool) throws {
        (self.tamper, self.sample, self.isRanged) = (tamper, sample, isRanged)
        for record in sample.summary.tampers {
            for kind in record.kinds { truth[record.key, default: []].append(kind) }
            for finding in record.consequences { truth[finding.key, default: []].append(finding.kind) }
        }
        let plain = try sample.archive.decompressed()
        for path in sample.archive.files.keys.map(\.description) {
            let key = path.hasSuffix(".gz") ? path : path + ".gz"
            if path.contains("/CloudTrail-Digest/") {
                // What could not be decompressed keeps its name.
                let content = plain[String(path.dropLast(3))]
                digests.append(
                    try ModelDigest(
                        key: key,
                        content: content ?? [],
                        isWhole: content != nil,
                        stored: sample.archive[path]
                    )
                )
            } else {
                logs.insert(key)
            }
        }
        for line in manifestLines(sample) {
            let entry = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let metadata = entry["metadata"] as? [String: String]
            delivered[try #require(entry["key"] as? String)] = metadata?["signature"]
        }
        digests.sort { ($0.nameEnd, $0.key) < ($1.nameEnd, $1.key) }
        judge()
        for digest in digests {
            if let kind = faults[digest.key] { found.append(Found(kind, digest.key)) }
            let isExpired = truth[digest.key]?.contains("key-outside-validity") == true
            if isExpired, isVerified(digest) { found.append(Found("key-outside-validity", digest.key)) }
        }
        addChains()
        addLogs()
    }

    private func isVerified(_ digest: ModelDigest) -> Bool { faults[digest.key] == nil }

    // MARK: Digests

    /// From the newest to the oldest: what a successor says counts only when it is verified itself.
    private mutating func judge() {
        let known = Set(sample.summary.keys.map(\.fingerprint))
        for digest in digests.reversed() { faults[digest.key] = fault(digest, known) }
    }

    private func fault(_ digest: ModelDigest, _ known: Set<String>) -> String? {
        guard let fields = digest.fields, digest.isWhole else { return "digest-malformed" }
        if fields.algorithm != "SHA256withRSA" { return "digest-signature-invalid" }
        let newer = digests.filter { $0.nameEnd > digest.nameEnd }
        // Those that name the file by its place, and those that name what it says it is.
        let naming = newer.filter { $0.fields?.previous?.key == digest.key }
        let candidates = newer.filter { newer in
            newer.fields?.previous?.key == fields.key && newer.fields?.previous?.bucket == fields.bucket
        }
        let right = delivered[digest.key]
        let isSigned = candidates.contains { candidate in
            isGenuine(digest, fields)
                && (candidate.fields?.previousSignature == right || tamper == .signatureDiffers)
        }
        if isSigned, fields.key != digest.key { return "digest-relocated" }
        let isRefused = candidates.contains { candidate in
            isVerified(candidate) && naming.contains { $0.key == candidate.key }
        }
        if known.contains(fields.fingerprint), !isSigned, isRefused { return "digest-signature-invalid" }
        let isMismatched = naming.filter(isVerified).contains { successor in
            successor.fields?.previous.map { $0.hash != digest.hash || $0.bucket != fields.bucket } ?? false
        }
        if isMismatched { return "digest-link-mismatch" }
        if !known.contains(fields.fingerprint) { return "digest-key-unknown" }
        if !isSigned { return "digest-unsigned" }
        return fields.hasWrongType ? "digest-malformed" : nil
    }

    /// Whether some signature of AWS's is one of this very content.
    private func isGenuine(_ digest: ModelDigest, _ fields: ModelDigest.Fields) -> Bool {
        let kinds = (truth[digest.key] ?? []).filter { $0.hasPrefix("digest-") }
        if kinds.isEmpty { return true }
        switch tamper {
        case .digestOlderVersion, .digestKeyUnknown: return true
        case .digestWrongTypeSigned: return fields.hasWrongType
        default: return false
        }
    }

    // MARK: Chains

    private mutating func addChains() {
        let chains = Dictionary(grouping: digests, by: \.chain).filter { !$0.key.hasSuffix("/backfill") }
        let ends = chains.mapValues { $0.filter(isVerified).map(\.nameEnd).max() }
        for (chain, members) in chains {
            addOrder(members)
            guard let oldest = members.first, let end = ends[chain] ?? nil else { continue }
            if isRanged {
                if window(oldest).lowerBound > sample.summary.start.secondsSinceEpoch { addShort(oldest) }
                if end < sample.summary.end.secondsSinceEpoch { addShort(oldest) }
            } else {
                let siblings = ends.filter { Self.family($0.key) == Self.family(chain) }.compactMap(\.value)
                if let latest = siblings.max(), latest - end > 3 * 3600 { addShort(oldest) }
            }
        }
    }

    /// Account, trail and home region.
    private static func family(_ chain: String) -> [Substring] {
        let parts = chain.split(separator: "/")
        return [parts[0], parts[2], parts[3]]
    }

    private mutating func addShort(_ member: ModelDigest) {
        found.append(Found("coverage-short", member.key))
    }

    private mutating func addOrder(_ members: [ModelDigest]) {
        let held = Set(members.map(\.key))
        var windows = members.map(window)
        var named: [String: String] = [:]
        for (number, member) in members.enumerated() where isVerified(member) {
            guard let previous = member.fields?.previous else {
                let before = members[..<number].map(\.nameEnd).max()
                if let before, window(member).lowerBound <= before { found.append(Found("chain-restart", member.key)) }
                continue
            }
            if named.updateValue(member.key, forKey: previous.key) != nil {
                found.append(Found("chain-forked", member.key))
            }
            guard number > 0, !held.contains(previous.key) else { continue }
            // The named one, and the hours before it where both sides are verified.
            var end = window(member).lowerBound
            var key = previous.key
            repeat {
                found.append(Found("digest-missing", key))
                windows.append(end - 3600..<end)
                end -= 3600
                key = Self.renamed(key, ModelDigest.compact(end))
            } while isVerified(members[number - 1]) && end - 3600 >= members[number - 1].nameEnd
        }
        var covered = windows.map(\.lowerBound).min() ?? 0
        for window in windows.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            if window.lowerBound > covered,
                let after = members.first(where: { self.window($0).lowerBound >= window.lowerBound })
            {
                found.append(Found("chain-gap", after.key))
            }
            covered = max(covered, window.upperBound)
        }
    }

    /// The key of a digest file that ends at another time of the same day.
    private static func renamed(_ key: String, _ time: String) -> String {
        let suffix = ".json.gz"
        return key.dropLast(time.count + suffix.count) + time + suffix
    }

    /// What a digest speaks of: its own word where it is verified, else the hour before the time in its name; a start
    /// within that hour is believed.
    private func window(_ digest: ModelDigest) -> Range<Int64> {
        let hour = digest.nameEnd - 3600..<digest.nameEnd
        guard let fields = digest.fields else { return hour }
        if isVerified(digest) { return fields.start..<fields.end }
        return fields.end == digest.nameEnd && hour.contains(fields.start) ? fields.start..<fields.end : hour
    }

    // MARK: Log files

    private mutating func addLogs() {
        var listers: [String: ModelDigest] = [:]
        for digest in digests {
            for key in digest.fields?.logs ?? [] {
                // The newest verified one counts, else the newest.
                if let known = listers[key], isVerified(known), !isVerified(digest) { continue }
                listers[key] = digest
            }
        }
        for (key, lister) in listers {
            let isProven = isVerified(lister)
            guard logs.contains(key) else {
                if key.contains("/../") && isProven {
                    found.append(Found("reference-unsafe", lister.key))
                } else {
                    found.append(Found(isProven ? "log-missing" : "log-unauthenticated", key))
                }
                continue
            }
            let kinds = ["log-modified", "log-malformed", "log-trailing-data", "log-decompressed"]
            let hurt = truth[key]?.first(where: kinds.contains)
            if isProven {
                if let hurt { found.append(Found(hurt, key)) }
            } else {
                // A broken container is one whoever lists it.
                let isBroken = hurt == "log-malformed" || hurt == "log-trailing-data"
                found.append(Found(isBroken ? hurt ?? "" : "log-unauthenticated", key))
            }
        }
        for key in logs where listers[key] == nil { found.append(Found(unlisted(key), key)) }
    }

    private func unlisted(_ key: String) -> String {
        let parts = key.split(separator: "/").last?.split(separator: "_") ?? []
        guard parts.count >= 5, let time = ModelDigest.seconds(String(parts[3])) else { return "log-unreferenced" }
        let ends = digests.filter { digest in
            isVerified(digest) && digest.chain.hasPrefix("\(parts[0])/\(parts[2])/")
                && !digest.chain.hasSuffix("/backfill")
        }.map(\.nameEnd)
        guard let end = ends.max(), time + 59 > end, time <= end + 9000 else { return "log-unreferenced" }
        return "log-awaiting-digest"
    }
}

/// A digest file, read without the code that is tested.
struct ModelDigest {
    struct Fields {
        let bucket: String
        let key: String
        let start: Int64
        let end: Int64
        let fingerprint: String
        let algorithm: String
        let previous: (bucket: String, key: String, hash: String)?
        let previousSignature: String?
        let logs: [String]
        let hasWrongType: Bool
    }

    let key: String
    let chain: String
    let nameEnd: Int64
    /// Whether it is one complete gzip member.
    let isWhole: Bool
    let hash: String
    let fields: Fields?

    init(key: String, content: [UInt8], isWhole: Bool, stored: [UInt8]?) throws {
        self.key = key
        self.isWhole = isWhole
        let parts = key.split(separator: "/").last?.split(separator: "_").map(String.init) ?? []
        try #require(parts.count >= 6, "account, kind, region, trail, home region, time")
        let isBackfill = parts.last?.hasPrefix("backfill") == true
        chain = Self.chain(ofDigest: key)
        nameEnd = try #require(Self.seconds(parts[parts.count - (isBackfill ? 2 : 1)]))
        var content = content
        if !isWhole, let stored { content = try Self.firstMember(stored) }
        hash = Hex.encode(try SHA256Digest.of(content).bytes)
        fields = Self.fields(content)
    }

    /// `account/region/trail/home region`, and `/backfill`, by a key.
    static func chain(ofDigest key: String) -> String {
        let parts = key.split(separator: "/").last?.split(separator: "_").map(String.init) ?? []
        guard parts.count >= 6 else { return "" }
        let isBackfill = parts.last?.hasPrefix("backfill") == true
        return [parts[0], parts[2], parts[3], parts[4]].joined(separator: "/") + (isBackfill ? "/backfill" : "")
    }

    private static func firstMember(_ stored: [UInt8]) throws -> [UInt8] {
        var rest = stored[...]
        let limits = ContentHasher.Limits(contentBytes: 1 << 30, ratio: InflateRatio(1000, floorBytes: 1 << 30))
        return try ContentHasher().hashAndCollect(limits: limits) { buffer in
            let count = min(buffer.byteCount, rest.count)
            unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: rest.prefix(count)) }
            rest = rest.dropFirst(count)
            return count
        }.1
    }

    private static func fields(_ content: [UInt8]) -> Fields? {
        guard let json = try? JSONSerialization.jsonObject(with: Data(content)) as? [String: Any],
            // Foundation takes one of two lists under one name; that is no digest file.
            String(decoding: content, as: UTF8.self).components(separatedBy: "\"logFiles\":").count == 2,
            let start = seconds(json["digestStartTime"] as? String), let end = seconds(json["digestEndTime"] as? String)
        else { return nil }
        func text(_ name: String) -> String { json[name] as? String ?? "" }
        let entries = json["logFiles"] as? [[String: String]] ?? []
        let isLinked = text("previousDigestHashAlgorithm") == "SHA-256"
        return Fields(
            bucket: text("digestS3Bucket"),
            key: text("digestS3Object"),
            start: start,
            end: end,
            fingerprint: text("digestPublicKeyFingerprint").lowercased(),
            algorithm: text("digestSignatureAlgorithm"),
            previous: !isLinked
                ? nil
                : (
                    text("previousDigestS3Bucket"), text("previousDigestS3Object"),
                    text("previousDigestHashValue").lowercased()
                ),
            previousSignature: (json["previousDigestSignature"] as? String)?.lowercased(),
            logs: entries.filter { $0["hashAlgorithm"] == "SHA-256" }.compactMap { $0["s3Object"] },
            hasWrongType: !(json["awsAccountId"] is String)
        )
    }

    /// The seconds since 1970 of `2026-03-01T00:10:35Z`, `20260301T001035Z…` and `20260301T0010Z…`.
    static func seconds(_ text: String?) -> Int64? {
        var digits = (text ?? "").prefix { $0 != "Z" }.filter(\.isNumber)
        if digits.count == 12 { digits += "00" }
        guard digits.count == 14, let number = Int(digits) else { return nil }
        var parts = DateComponents()
        parts.timeZone = .gmt
        (parts.year, parts.month, parts.day) =
            (number / 10_000_000_000, number / 100_000_000 % 100, number / 1_000_000 % 100)
        (parts.hour, parts.minute, parts.second) = (number / 10_000 % 100, number / 100 % 100, number % 100)
        return calendar.date(from: parts).map { Int64($0.timeIntervalSince1970) }
    }

    private static let calendar = Calendar(identifier: .gregorian)

    /// `20260301T001035Z`.
    static func compact(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601).filter {
            $0.isNumber || "TZ".contains($0)
        }
    }
}
