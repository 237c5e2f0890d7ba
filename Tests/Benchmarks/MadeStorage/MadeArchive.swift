import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop
internal import SampleArchive

/// An archive that is nowhere: each of its files is made when it is asked for, so that it can be larger than any disk.
///
/// All log files have one content. Of each digest file its SHA-256 and its signature are kept in a file.
struct MadeArchive: Sendable {
    static let bucket = "example-trail-bucket"
    static let trail = "management-events"
    static let homeRegion = "us-east-1"
    private static let firstAccount = 111_122_223_333
    /// 2026-01-01T00:10:35Z.
    private static let start = Timestamp(secondsSinceEpoch: 1_767_226_235)

    /// What it is made of.
    struct Shape: Sendable {
        let accounts: Int
        let regions: Int
        /// Each with one digest file a chain.
        let hours: Int
        /// Log files of each hour.
        let logs: Int
    }

    /// A chain, by its number.
    struct Chain: Sendable {
        let number: Int
        let account: String
        let region: String
    }

    let shape: Shape
    let key: RSASigningKey
    /// The MD5 of the key in hex.
    let fingerprint: String
    let log: [UInt8]
    private let logHash: String

    init(_ shape: Shape) throws {
        self.shape = shape
        key = try RSASigningKey(seed: Array("an archive that is made".utf8))
        fingerprint = Hex.encode(try MD5.of(key.publicKeyDER))
        let records = try (0..<4).map { number in
            let identifier = Hex.encode(try MD5.of([UInt8(number)]))
            let event = Hex.encode(try MD5.of([UInt8(number), 1]))
            return """
                {"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"\(identifier)","accountId":\
                "111122223333"},"eventTime":"2026-01-01T00:00:0\(number)Z","eventSource":"ec2.amazonaws.com","eventName":\
                "DescribeInstances","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.\(number)","requestID":\
                "\(identifier)","eventID":"\(event)","readOnly":true}
                """
        }
        let content = Array("{\"Records\":[\(records.joined(separator: ","))]}".utf8)
        var deflater = try GzipDeflater()
        log = try deflater.compress(content)
        logHash = Hex.encode(try SHA256Digest.of(content).bytes)
    }

    var chainCount: Int { shape.accounts * shape.regions }
    var accounts: [String] { (0..<shape.accounts).map { String(Self.firstAccount + $0) } }
    var regions: [String] { Array(SampleOptions.regionNames.prefix(shape.regions)) }

    func chain(_ number: Int) -> Chain {
        Chain(
            number: number,
            account: String(Self.firstAccount + number / shape.regions),
            region: SampleOptions.regionNames[number % shape.regions]
        )
    }

    func chain(account: String, region: String) -> Chain? {
        guard let account = Int(account).map({ $0 - Self.firstAccount }), (0..<shape.accounts).contains(account),
            let region = regions.firstIndex(of: region)
        else { return nil }
        return chain(account * shape.regions + region)
    }

    // MARK: Names

    private func end(_ hour: Int) -> Timestamp { Self.start.advanced(bySeconds: Int64(hour + 1) * 3600) }

    func hour(endingAt compact: Substring) -> Int? {
        Timestamp(compact: compact, seconds: true).map { Int($0.seconds(since: Self.start)) / 3600 - 1 }
    }

    func digestKey(_ chain: Chain, _ hour: Int) -> String {
        let end = end(hour)
        return "AWSLogs/\(chain.account)/CloudTrail-Digest/\(chain.region)/\(end.dayFolder)/\(chain.account)"
            + "_CloudTrail-Digest_\(chain.region)_\(Self.trail)_\(Self.homeRegion)_\(end.compact(seconds: true)).json.gz"
    }

    /// The hours of which files may lie in the folder of a day, or all for anything else.
    func hours(of day: ArraySlice<String>) -> Range<Int> {
        guard day.count >= 3, let date = try? Timestamp(parsing: day.prefix(3).joined(separator: "-")) else {
            return 0..<shape.hours
        }
        let first = Int(date.seconds(since: Self.start)) / 3600 - 1
        return (first..<first + 27).clamped(to: 0..<shape.hours)
    }

    func logKey(_ chain: Chain, _ hour: Int, _ number: Int) -> String {
        let time = Self.start.advanced(bySeconds: Int64(hour) * 3600 + Int64(3000 / shape.logs * number) + 300)
        // As random as CloudTrail's.
        var mixed = UInt64(chain.number) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(hour * shape.logs + number)
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        let unique = unsafe withUnsafeBytes(of: mixed ^ mixed >> 31) { unsafe Hex.encode(Array($0)) }
        return "AWSLogs/\(chain.account)/CloudTrail/\(chain.region)/\(time.dayFolder)/\(chain.account)"
            + "_CloudTrail_\(chain.region)_\(time.compact(seconds: false))_\(unique).json.gz"
    }

    // MARK: Digest files

    /// What is kept of a digest file.
    struct Kept {
        let hash: SHA256Digest
        let signature: [UInt8]

        static let byteCount = 32 + 256
    }

    /// The content of a digest file.
    ///
    /// - Parameter previous: What is kept of the one before it.
    func digest(_ chain: Chain, _ hour: Int, after previous: Kept?) -> [UInt8] {
        let end = end(hour)
        func linked(_ text: (Kept) -> String) -> String { previous.map { "\"\(text($0))\"" } ?? "null" }
        let logs = (0..<shape.logs).map { number in
            """
            {"s3Bucket":"\(Self.bucket)","s3Object":"\(logKey(chain, hour, number))","hashValue":"\(logHash)",\
            "hashAlgorithm":"SHA-256","newestEventTime":"\(end.iso8601)","oldestEventTime":"\(end.iso8601)"}
            """
        }
        return Array(
            """
            {"awsAccountId":"\(chain.account)","digestStartTime":"\(end.advanced(bySeconds: -3600).iso8601)",\
            "digestEndTime":"\(end.iso8601)","digestS3Bucket":"\(Self.bucket)","digestS3Object":\
            "\(digestKey(chain, hour))","digestPublicKeyFingerprint":"\(fingerprint)","digestSignatureAlgorithm":\
            "SHA256withRSA","newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":\
            \(linked { _ in Self.bucket }),"previousDigestS3Object":\(linked { _ in digestKey(chain, hour - 1) }),\
            "previousDigestHashValue":\(linked { Hex.encode($0.hash.bytes) }),"previousDigestHashAlgorithm":\
            \(linked { _ in "SHA-256" }),"previousDigestSignature":\(linked { Hex.encode($0.signature) }),\
            "logFiles":[\(logs.joined(separator: ","))]}
            """.utf8
        )
    }

    /// Signs a digest file as AWS does.
    func sign(_ chain: Chain, _ hour: Int, after previous: Kept?) throws -> Kept {
        let hash = try SHA256Digest.of(digest(chain, hour, after: previous))
        let lines = [
            end(hour).iso8601, "\(Self.bucket)/\(digestKey(chain, hour))", Hex.encode(hash.bytes),
            previous.map { Hex.encode($0.signature) } ?? "null",
        ]
        return Kept(hash: hash, signature: try key.signature(of: Array(lines.joined(separator: "\n").utf8)))
    }
}
