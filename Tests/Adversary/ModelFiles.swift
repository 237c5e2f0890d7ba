import CloudTrailIntegrity
import Foundation
import NativeInterop

/// What is in a file, whatever it is called.
struct ModelContent {
    enum Condition {
        case complete, trailing, broken
    }

    /// Uncompressed, as far as it goes.
    let content: [UInt8]
    let hash: String
    let condition: Condition
    let isCompressed: Bool
    /// Whether the hash is that of all of the content: the container may be broken behind it.
    let isHashOfAll: Bool

    private static let known = LockedState<[[UInt8]: ModelContent]>([:])

    static func of(_ stored: [UInt8]) throws -> ModelContent {
        if let content = known.withLock({ $0[stored] }) { return content }
        let content = try ModelContent(stored)
        known.withLock { known in
            if known.count > 50_000 { known = [:] }
            known[stored] = content
        }
        return content
    }

    private init(_ stored: [UInt8]) throws {
        var rest = stored[...]
        let limits = ContentHasher.Limits(contentBytes: 1 << 30, ratio: InflateRatio(1000, floorBytes: 1 << 30))
        let (result, content) = try ContentHasher().hashAndCollect(limits: limits) { buffer in
            let count = min(buffer.byteCount, rest.count)
            unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: rest.prefix(count)) }
            rest = rest.dropFirst(count)
            return count
        }
        self.content = content
        hash = hexText(result.sha256.bytes)
        isCompressed = result.form == .gzip
        switch result.condition {
        case .truncated, .corrupt(.stream): isHashOfAll = false
        default: isHashOfAll = true
        }
        switch result.condition {
        case .complete: condition = .complete
        case .trailingData: condition = .trailing
        default: condition = .broken
        }
    }
}

/// What a digest file says of itself, if it says all that must be there before anything is verified; of one in a broken
/// container, what can be read all the same.
struct ModelClaims {
    struct Previous {
        let bucket: String
        let key: String
        let hash: String
    }

    let bucket: String
    let key: String
    let start: Int64
    let end: Int64
    let endText: String
    let fingerprint: String
    let algorithm: String
    let previous: Previous?
    let previousSignature: String?
    let logs: [(bucket: String, key: String, hash: String)]

    init?(_ file: ModelContent) {
        guard let json = try? JSONSerialization.jsonObject(with: Data(file.content)) as? [String: Any],
            let bucket = json["digestS3Bucket"] as? String, let key = json["digestS3Object"] as? String,
            let startText = json["digestStartTime"] as? String, let start = CivilTime.seconds(iso8601: startText),
            let endText = json["digestEndTime"] as? String, let end = CivilTime.seconds(iso8601: endText),
            let fingerprint = json["digestPublicKeyFingerprint"] as? String,
            let previousSignature = json["previousDigestSignature"]
        else { return nil }
        self.bucket = bucket
        self.key = key
        self.start = start
        self.end = end
        self.endText = endText
        self.fingerprint = fingerprint
        self.previousSignature = previousSignature as? String
        algorithm = json["digestSignatureAlgorithm"] as? String ?? ""
        if let bucket = json["previousDigestS3Bucket"] as? String, let key = json["previousDigestS3Object"] as? String,
            let hash = json["previousDigestHashValue"] as? String
        {
            previous = Previous(bucket: bucket, key: key, hash: hash)
        } else {
            previous = nil
        }
        logs = (json["logFiles"] as? [[String: String]] ?? []).compactMap { entry in
            guard let bucket = entry["s3Bucket"], let key = entry["s3Object"], let hash = entry["hashValue"] else {
                return nil
            }
            return (bucket, key, hash)
        }
    }
}

/// A file of the archive, by its number.
struct ModelFile {
    let place: AdversaryPlace
    let name: String
    let content: ModelContent
    let digestName: AdversaryDigestName?
    let logName: AdversaryLogName?

    init(_ place: AdversaryPlace, _ bytes: [UInt8]) throws {
        self.place = place
        name = lastComponent(place.path)
        content = try ModelContent.of(bytes)
        digestName = AdversaryDigestName(name)
        logName = AdversaryLogName(name)
    }

    /// The path with the name it had before a download decompressed the file.
    var compressedPath: String { place.path.hasSuffix(".json") ? place.path + ".gz" : place.path }
    var isAtTop: Bool { !place.path.contains("/") }
}

/// What the folders of a path or key tell: each is `nil` where they do not.
struct ModelFolder: Equatable {
    var account: String?
    /// The category folder: `CloudTrail`, `CloudTrail-Digest` and the like.
    var category: String?
    var region: String?
    /// The number of the day since 1970.
    var day: Int64?

    var isOfDigests: Bool { category == "CloudTrail-Digest" }
    var isOfLogs: Bool { category.map { $0 != "CloudTrail-Digest" && $0 != "CloudTrail-Lake" } ?? false }

    /// V3: a log folder of which an account, a region or a day is told.
    var isToldAndOfLogs: Bool { isOfLogs && (account != nil || region != nil || day != nil) }

    /// V5: reads the folders of a key from where `AWSLogs/` was left behind.
    init(_ folders: [String]) {
        var rest = folders[...]
        if let first = rest.first, first.hasPrefix("o-") {
            rest = rest.dropFirst()
            if rest.count >= 2, rest.first == "AWSLogs", rest.dropFirst().first == first { rest = rest.dropFirst(2) }
        }
        if let first = rest.first, isAccount(first) {
            account = first
            rest = rest.dropFirst()
        }
        guard let index = rest.firstIndex(where: { $0.hasPrefix("CloudTrail") }) else { return }
        category = rest[index]
        let below = Array(rest[(index + 1)...])
        if let first = below.first, Self.isRegion(first) { region = first }
        day = CivilTime.dayNumber(folders: Array(below.dropFirst().prefix(3)))
    }

    /// `us-east-1`, and no day or word.
    static func isRegion(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let number = parts.last, !number.isEmpty, number.allSatisfy(\.isNumber) else {
            return false
        }
        return parts.dropLast().allSatisfy { part in !part.isEmpty && part.allSatisfy { ("a"..."z").contains($0) } }
    }
}
