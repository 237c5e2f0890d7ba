import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop
import Testing

@testable import Adversary

/// An archive whose digest files say what a test wants them to say, each signed under a key of the test's own.
///
/// The sample maker delivers as AWS does; here one writes what it has no words for. The two share no code.
struct HandmadeArchive {
    /// A digest file as it was written.
    struct Digest {
        let key: String
        /// Uncompressed.
        let content: [UInt8]
        /// The hex SHA-256 of ``content``.
        let hash: String
        /// In hex.
        let signature: String
        let window: Range<Int64>

        /// Its entry in a signature manifest.
        var manifestLine: String {
            "{\"bucket\":\"\(HandmadeArchive.bucket)\",\"key\":\"\(key)\",\"metadata\":{\"signature\":\"\(signature)\","
                + "\"signature-algorithm\":\"SHA256withRSA\"}}\n"
        }

        /// An answer of `head-object`.
        var headObjectAnswer: [UInt8] {
            Array(
                "{\"Metadata\":{\"signature\":\"\(signature)\",\"signature-algorithm\":\"SHA256withRSA\"}}".utf8
            )
        }
    }

    /// A log file as a digest file lists it.
    struct Log: Hashable {
        let key: String
        var hash: String
    }

    /// What a digest file says.
    struct Draft {
        /// Seconds since ``HandmadeArchive/start``.
        var window: Range<Int64>
        var key: String
        var previousKey: String?
        var previousHash: String?
        var previousSignature: String?
        var logs: [Log] = []
        /// Members at the end of the file's JSON, and of each entry's, as they are written: `,"name":"value"`.
        var members = (file: "", entry: "")
    }

    static let bucket = "example-trail-bucket"
    static let account = "111122223333"
    /// 2026-03-01T00:10:35Z.
    static let start: Int64 = 1_772_323_835
    static let hour: Int64 = 3600

    var archive = MemoryArchive()
    var keys = PublicKeySet()
    /// The signatures of digest files that the archive does not keep with them.
    var manifestText = ""

    private let signer: RSASigningKey
    private let fingerprint: String

    /// One key for all: making it is what takes the time.
    private static let sharedSigner = Result { try RSASigningKey(seed: Array("handmade archive".utf8)) }

    init() throws {
        signer = try Self.sharedSigner.get()
        fingerprint = Hex.encode(try MD5.of(signer.publicKeyDER))
        try keys.add(reading: Array("[{\"Value\":\"\(Base64.encode(signer.publicKeyDER))\"}]".utf8), name: "keys.json")
    }

    // MARK: Names

    static func seconds(_ offset: Int64) -> Timestamp {
        Timestamp(secondsSinceEpoch: start + offset)
    }

    /// `2026-03-01T00:10:35Z`.
    private static func iso8601(_ offset: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(start + offset)).formatted(.iso8601)
    }

    private static func dayFolder(_ offset: Int64) -> String {
        String(iso8601(offset).prefix(10)).replacing("-", with: "/")
    }

    /// The key of the digest file that ends then.
    static func digestKey(
        endingAt offset: Int64,
        region: String = "us-east-1",
        trail: String = "handmade",
        suffix: String = ""
    ) -> String {
        "AWSLogs/\(account)/CloudTrail-Digest/\(region)/\(dayFolder(offset))/\(account)_CloudTrail-Digest_\(region)_"
            + "\(trail)_us-east-1_\(ModelDigest.compact(start + offset))\(suffix).json.gz"
    }

    static func logKey(at offset: Int64, _ unique: String, region: String = "us-east-1") -> String {
        let minute = ModelDigest.compact(start + offset).dropLast(3)
        return "AWSLogs/\(account)/CloudTrail/\(region)/\(dayFolder(offset))/"
            + "\(account)_CloudTrail_\(region)_\(minute)Z_\(unique).json.gz"
    }

    // MARK: Delivering

    /// Puts a log file into the archive.
    ///
    /// - Parameter isHeld: Whether it is there, or only to be listed.
    @discardableResult
    mutating func deliverLog(at offset: Int64, _ unique: String = "0123456789abcdef", isHeld: Bool = true) throws -> Log
    {
        let key = Self.logKey(at: offset, unique)
        let content = Array("{\"Records\":[{\"eventID\":\"\(offset) \(unique)\"}]}".utf8)
        if isHeld { archive[key] = try compressed(content) }
        return Log(key: key, hash: Hex.encode(try SHA256Digest.of(content).bytes))
    }

    /// Writes and signs a digest file, without putting it anywhere.
    ///
    /// - Parameters:
    ///   - window: Seconds since ``start``.
    ///   - change: Changes what it says before it is signed.
    func digest(
        _ window: Range<Int64>,
        after previous: Digest?,
        listing logs: [Log] = [],
        _ change: (inout Draft) -> Void = { _ in }
    ) throws -> Digest {
        var draft = Draft(
            window: window,
            key: Self.digestKey(endingAt: window.upperBound),
            previousKey: previous?.key,
            previousHash: previous?.hash,
            previousSignature: previous?.signature,
            logs: logs
        )
        change(&draft)
        let content = json(draft)
        let hash = Hex.encode(try SHA256Digest.of(content).bytes)
        let text = [
            Self.iso8601(draft.window.upperBound), "\(Self.bucket)/\(draft.key)", hash,
            draft.previousSignature ?? "null",
        ].joined(separator: "\n")
        return Digest(
            key: draft.key,
            content: content,
            hash: hash,
            signature: Hex.encode(try signer.signature(of: Array(text.utf8))),
            window: draft.window
        )
    }

    /// Writes and signs a digest file, and puts it where it says.
    ///
    /// - Parameter isInManifest: Whether its own signature is kept.
    @discardableResult
    mutating func deliver(
        _ window: Range<Int64>,
        after previous: Digest?,
        listing logs: [Log] = [],
        isInManifest: Bool = true,
        _ change: (inout Draft) -> Void = { _ in }
    ) throws -> Digest {
        let digest = try digest(window, after: previous, listing: logs, change)
        archive[digest.key] = try compressed(digest.content)
        if isInManifest { manifestText += digest.manifestLine }
        return digest
    }

    /// Delivers hours one after the other, each with one log file.
    ///
    /// - Parameter isKept: Whether the signatures are in the manifest.
    mutating func deliverHours(
        _ hours: Range<Int64>,
        after previous: Digest? = nil,
        isInManifest: Bool = true
    ) throws -> [Digest] {
        var digests: [Digest] = []
        for hour in hours {
            let window = hour * Self.hour..<(hour + 1) * Self.hour
            let log = try deliverLog(at: window.lowerBound + 60)
            digests.append(
                try deliver(window, after: digests.last ?? previous, listing: [log], isInManifest: isInManifest)
            )
        }
        return digests
    }

    private func json(_ draft: Draft) -> [UInt8] {
        func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
        let isLinked = draft.previousKey != nil
        let logs = draft.logs.map { log in
            "{\"s3Bucket\":\"\(Self.bucket)\",\"s3Object\":\"\(log.key)\",\"hashValue\":\"\(log.hash)\","
                + "\"hashAlgorithm\":\"SHA-256\",\"newestEventTime\":\"\(Self.iso8601(draft.window.lowerBound))\","
                + "\"oldestEventTime\":\"\(Self.iso8601(draft.window.lowerBound))\"\(draft.members.entry)}"
        }
        let fields = [
            ("awsAccountId", quoted(Self.account)),
            ("digestStartTime", quoted(Self.iso8601(draft.window.lowerBound))),
            ("digestEndTime", quoted(Self.iso8601(draft.window.upperBound))),
            ("digestS3Bucket", quoted(Self.bucket)), ("digestS3Object", quoted(draft.key)),
            ("digestPublicKeyFingerprint", quoted(fingerprint)),
            ("digestSignatureAlgorithm", quoted("SHA256withRSA")),
            ("newestEventTime", "null"), ("oldestEventTime", "null"),
            ("previousDigestS3Bucket", quoted(isLinked ? Self.bucket : nil)),
            ("previousDigestS3Object", quoted(draft.previousKey)),
            ("previousDigestHashValue", quoted(draft.previousHash)),
            ("previousDigestHashAlgorithm", quoted(isLinked ? "SHA-256" : nil)),
            ("previousDigestSignature", quoted(draft.previousSignature)),
            ("logFiles", "[\(logs.joined(separator: ","))]"),
        ]
        return Array("{\(fields.map { "\"\($0)\":\($1)" }.joined(separator: ","))\(draft.members.file)}".utf8)
    }

    // MARK: Validating

    /// Validates `sources`, or the archive itself.
    func validate(
        _ sources: [any ArchiveSource]? = nil,
        withManifest: Bool = true,
        _ configure: (inout ValidationOptions) -> Void = { _ in }
    ) throws -> ValidationReport {
        var options = ValidationOptions()
        options.jobs = 2
        configure(&options)
        var manifest = SignatureManifest()
        if withManifest, !manifestText.isEmpty { try manifest.add(reading: Array(manifestText.utf8)) }
        let report = try Validator(keys: keys, signatures: manifest, options: options).validate(sources ?? [archive])
        report.expectConsistent()
        return report
    }
}
