import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop

/// An entry of a signature manifest.
struct AdversaryManifestEntry: Hashable {
    var bucket: String
    var key: String
    var signature: String

    var line: String {
        "{\"bucket\":\"\(bucket)\",\"key\":\"\(key)\",\"metadata\":{\"signature\":\"\(signature)\","
            + "\"signature-algorithm\":\"SHA256withRSA\"}}\n"
    }

    /// An answer of `head-object`, to be saved beside the digest file.
    var headObjectAnswer: [UInt8] {
        Array(
            "{\"Metadata\":{\"signature\":\"\(signature)\",\"signature-algorithm\":\"SHA256withRSA\"}}".utf8
        )
    }
}

/// The one key that signs for AWS, and what it signed: kept, so that a judge needs no RSA.
enum AdversarySigner {
    private static let shared = Result { try RSASigningKey(seed: Array("adversary".utf8)) }
    private static let made = LockedState<[String: String]>([:])

    static func fingerprint() throws -> String { hexText(try MD5.of(try shared.get().publicKeyDER)) }

    /// A key file that holds it.
    static func keyFile() throws -> [UInt8] {
        Array("[{\"Value\":\"\(Data(try shared.get().publicKeyDER).base64EncodedString())\"}]".utf8)
    }

    /// The signature of a text in hex; equal texts have equal ones.
    static func sign(_ message: String) throws -> String {
        if let known = made.withLock({ $0[message] }) { return known }
        let signature = hexText(try shared.get().signature(of: Array(message.utf8)))
        made.withLock { $0[message] = signature }
        return signature
    }

    /// The four lines that are signed.
    static func message(end: String, bucket: String, key: String, hash: String, previousSignature: String?) -> String {
        [end, "\(bucket)/\(key)", hash, previousSignature ?? "null"].joined(separator: "\n")
    }
}

/// What AWS delivered, before anybody touched it: small chains of several accounts, regions and trails.
struct AdversaryWorld {
    struct Log: Hashable {
        let key: String
        let hash: String
    }

    struct Digest {
        let chain: AdversaryChain
        let bucket: String
        let key: String
        let start: Int64
        let end: Int64
        /// Uncompressed.
        let content: [UInt8]
        let hash: String
        let signature: String
        let previousKey: String?
        let logs: [Log]
    }

    /// What the digests of a chain have in common.
    struct Line {
        var chain: AdversaryChain
        var bucket: String
        /// With the `/` at its end, or empty.
        var prefix: String
        /// `o-…/`, or empty.
        var organization: String

        func folder(_ category: String, _ time: Int64) -> String {
            "\(prefix)AWSLogs/\(organization)\(chain.account)/\(category)/\(chain.region)/\(CivilTime.dayFolder(time))/"
        }
    }

    let seed: UInt64
    private(set) var lines: [Line] = []
    private(set) var digests: [Digest] = []
    /// Other versions of delivered digests that AWS signed too, which nobody has seen yet.
    private(set) var otherVersions: [Digest] = []
    /// Stored bytes by key; all buckets have different keys here.
    private(set) var files: [String: [UInt8]] = [:]
    /// Uncompressed, by key.
    private(set) var contents: [String: [UInt8]] = [:]
    /// What was signed, and with what.
    private(set) var signatures: [String: String] = [:]
    private let fingerprint: String
    /// Whether nothing unusual happens: no pause, no overlap, no fork.
    private var isCalm = false

    static let attacker = "666677778888"

    var manifest: [AdversaryManifestEntry] {
        digests.map { AdversaryManifestEntry(bucket: $0.bucket, key: $0.key, signature: $0.signature) }
    }

    /// Worlds that were made before: signing is what takes the time.
    private static let made = LockedState<[UInt64: AdversaryWorld]>([:])

    static func world(seed: UInt64) throws -> AdversaryWorld {
        if let known = made.withLock({ $0[seed] }) { return known }
        let world = try AdversaryWorld(seed: seed)
        made.withLock { $0[seed] = world }
        return world
    }

    private init(seed: UInt64) throws {
        self.seed = seed
        fingerprint = try AdversarySigner.fingerprint()
        var random = AdversaryRandom(seed: seed &+ 7_700_000)
        planLines(&random)
        isCalm = random.once(in: 2)
        // Late in the day, so that most worlds see midnight.
        let base: Int64 = 1_772_395_835 + Int64(random.number(0...4)) * CivilTime.hour
        for line in lines { try deliver(line, from: base, &random) }
        var other = AdversaryRandom(seed: seed &+ 9_900_000)
        guard other.once(in: 8), let line = amongLogs(&other) else { return }
        lines.append(line)
        try deliver(line, from: base, &other)
    }

    /// The attacker's signed digests below a folder of the victim's log files.
    private func amongLogs(_ random: inout AdversaryRandom) -> Line? {
        guard !lines.contains(where: { $0.chain.account == Self.attacker }),
            let log = random.pick(files.keys.filter { AdversaryLogName(lastComponent($0)) != nil }.sorted())
        else { return nil }
        let folder = parentFolder(log).split(separator: "/").map(String.init)
        guard let category = folder.lastIndex(of: "CloudTrail") else { return nil }
        let prefix = folder.prefix(random.number(category + 1...folder.count)).map { $0 + "/" }.joined()
        let chain = AdversaryChain(account: Self.attacker, region: "us-east-1", trail: "main", homeRegion: "us-east-1")
        return Line(chain: chain, bucket: lines[0].bucket, prefix: prefix, organization: "")
    }

    private mutating func planLines(_ random: inout AdversaryRandom) {
        let bucket = "trail-bucket"
        let prefix = random.of("", "", "", "logs/", "a/b/")
        let organization = random.once(in: 4) ? "o-exampleorg/" : ""
        let accounts = random.once(in: 3) ? ["111122223333", "444455556666"] : ["111122223333"]
        let regions = random.once(in: 2) ? ["us-east-1", "eu-west-1"] : ["us-east-1"]
        let trails = random.once(in: 4) ? ["main", "se_cond-t.1"] : ["main"]
        for account in accounts {
            for region in regions {
                for trail in trails {
                    let chain = AdversaryChain(account: account, region: region, trail: trail, homeRegion: "us-east-1")
                    lines.append(Line(chain: chain, bucket: bucket, prefix: prefix, organization: organization))
                }
            }
        }
        if lines.count > 4 { lines = Array(lines.shuffled(using: &random).prefix(4)) }
        if random.once(in: 3), let line = random.pick(lines) {
            var backfill = line
            backfill.chain.isBackfill = true
            lines.append(backfill)
        }
        guard random.once(in: 3) else { return }
        // Whoever has an account has signed digests, below any prefix that he likes.
        let chain = AdversaryChain(account: Self.attacker, region: "us-east-1", trail: "main", homeRegion: "us-east-1")
        let victim = lines[0]
        let foreign = random.of(
            "",
            prefix,
            "x/",
            "CloudTrail/",
            "\(prefix)AWSLogs/",
            "\(prefix)AWSLogs/111122223333/",
            "\(prefix)AWSLogs/\(victim.chain.account)/CloudTrail/us-east-1/2026/03/01/",
            "\(prefix)AWSLogs/\(victim.chain.account)/CloudTrail-Digest/us-east-1/2026/03/01/",
            "999999999999/"
        )
        let attackers = random.of(bucket, "attacker-bucket")
        lines.append(Line(chain: chain, bucket: attackers, prefix: foreign, organization: ""))
    }

    // MARK: Delivering

    private mutating func deliver(_ line: Line, from base: Int64, _ random: inout AdversaryRandom) throws {
        var start = base + Int64(random.number(0...20)) * 60
        var previous: Digest?
        let count = line.chain.isBackfill ? random.number(1...3) : random.number(2...7)
        for number in 0..<count {
            if number > 0 && !isCalm && random.once(in: 9) {
                // Paused, and begun anew.
                start += Int64(random.number(1...4)) * CivilTime.hour
                previous = nil
            } else if number > 0 && !isCalm && random.once(in: 20) {
                previous = nil
            }
            if line.chain.isBackfill && number > 0 { start += Int64(random.number(0...3)) * CivilTime.hour }
            // Windows that overlap, and linked ones that do not touch.
            if number > 0 && !isCalm && random.once(in: 20) { start += Int64(random.of(-300, 90)) }
            var logs = try logs(of: line, start..<start + CivilTime.hour, &random)
            var named = previous
            if line.chain.account == Self.attacker && !isCalm { speakForOthers(&logs, &named, &random) }
            let digest = try digest(of: line, start..<start + CivilTime.hour, after: named, logs)
            try add(digest)
            if random.once(in: 6) {
                let other = try self.digest(of: line, start..<digest.end, after: named, Array(logs.dropFirst()))
                otherVersions.append(other)
            }
            if !isCalm && random.once(in: 20) {
                // A chain that was forked.
                try add(try self.digest(of: line, start..<digest.end - 1800, after: named, []))
            }
            previous = line.chain.isBackfill && random.once(in: 2) ? nil : digest
            start = digest.end
        }
    }

    private mutating func add(_ digest: Digest) throws {
        digests.append(digest)
        files[digest.key] = try compressed(digest.content)
        contents[digest.key] = digest.content
    }

    /// What no digest of AWS's does, and a signed one might: name log files and a predecessor of another account.
    private func speakForOthers(_ logs: inout [Log], _ previous: inout Digest?, _ random: inout AdversaryRandom) {
        let victims = digests.filter { $0.chain.account != Self.attacker }
        if random.once(in: 6), let log = random.pick(victims.flatMap(\.logs)) {
            logs.append(random.once(in: 2) ? log : Log(key: log.key, hash: hexText(Array(repeating: 7, count: 32))))
        }
        if random.once(in: 10), let victim = random.pick(victims) { previous = victim }
    }

    private mutating func logs(
        of line: Line,
        _ window: Range<Int64>,
        _ random: inout AdversaryRandom
    ) throws -> [Log] {
        if random.once(in: 4) { return [] }
        return try (0..<random.number(1...2)).map { _ in
            let time = window.lowerBound + Int64(random.number(-10...55)) * 60
            let unique = String(random.next(), radix: 36)
            let name = AdversaryLogName.text(
                account: line.chain.account,
                region: line.chain.region,
                time: time,
                unique: unique
            )
            let key = line.folder("CloudTrail", time) + name
            let content = Array("{\"Records\":[{\"eventID\":\"\(unique)\"}]}".utf8)
            files[key] = try compressed(content)
            contents[key] = content
            return Log(key: key, hash: hexText(try SHA256Digest.of(content).bytes))
        }
    }

    private mutating func digest(
        of line: Line,
        _ window: Range<Int64>,
        after previous: Digest?,
        _ logs: [Log]
    ) throws -> Digest {
        let name = AdversaryDigestName(chain: line.chain, end: window.upperBound)
        let key = line.folder("CloudTrail-Digest", window.upperBound) + name.text
        let document = AdversaryDocument(
            account: line.chain.account,
            start: window.lowerBound,
            end: window.upperBound,
            bucket: line.bucket,
            key: key,
            fingerprint: fingerprint,
            previous: previous.map { ($0.bucket, $0.key, $0.hash, $0.signature) },
            logs: logs
        )
        let content = document.json
        let hash = hexText(try SHA256Digest.of(content).bytes)
        let message = AdversarySigner.message(
            end: CivilTime.iso8601(window.upperBound),
            bucket: line.bucket,
            key: key,
            hash: hash,
            previousSignature: previous?.signature
        )
        let signature = try AdversarySigner.sign(message)
        signatures[message] = signature
        return Digest(
            chain: line.chain,
            bucket: line.bucket,
            key: key,
            start: window.lowerBound,
            end: window.upperBound,
            content: content,
            hash: hash,
            signature: signature,
            previousKey: previous?.key,
            logs: logs
        )
    }

    /// The digest file, and what it says, under this key.
    func digest(at key: String) -> Digest? { digests.first { $0.key == key } }
}

/// What a digest file says, to be written: by AWS, or by somebody who forges one.
struct AdversaryDocument {
    var account: String
    var start: Int64
    var end: Int64
    var bucket: String
    var key: String
    var fingerprint: String
    var previous: (bucket: String, key: String, hash: String, signature: String)?
    var logs: [AdversaryWorld.Log]

    var json: [UInt8] {
        func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
        let entries = logs.map { log in
            "{\"s3Bucket\":\"\(bucket)\",\"s3Object\":\"\(log.key)\",\"hashValue\":\"\(log.hash)\","
                + "\"hashAlgorithm\":\"SHA-256\",\"newestEventTime\":\"\(CivilTime.iso8601(start))\","
                + "\"oldestEventTime\":\"\(CivilTime.iso8601(start))\"}"
        }
        let fields = [
            ("awsAccountId", quoted(account)), ("digestStartTime", quoted(CivilTime.iso8601(start))),
            ("digestEndTime", quoted(CivilTime.iso8601(end))), ("digestS3Bucket", quoted(bucket)),
            ("digestS3Object", quoted(key)), ("digestPublicKeyFingerprint", quoted(fingerprint)),
            ("digestSignatureAlgorithm", quoted("SHA256withRSA")), ("newestEventTime", "null"),
            ("oldestEventTime", "null"), ("previousDigestS3Bucket", quoted(previous?.bucket)),
            ("previousDigestS3Object", quoted(previous?.key)),
            ("previousDigestHashValue", quoted(previous?.hash)),
            ("previousDigestHashAlgorithm", quoted(previous == nil ? nil : "SHA-256")),
            ("previousDigestSignature", quoted(previous?.signature)),
            ("logFiles", "[\(entries.joined(separator: ","))]"),
        ]
        return Array("{\(fields.map { "\"\($0)\":\($1)" }.joined(separator: ","))}".utf8)
    }
}
