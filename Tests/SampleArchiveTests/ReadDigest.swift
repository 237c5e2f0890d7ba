import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import NativeInterop
import SampleArchive
import Testing

/// A digest file, read without the code that wrote it.
struct ReadDigest {
    let content: [UInt8]
    let fields: [String: Any]

    init(_ object: SampleObject) throws {
        content = try gunzip(object.content).content
        fields = try #require(JSONSerialization.jsonObject(with: Data(content)) as? [String: Any])
    }

    func text(_ name: String) throws -> String {
        try #require(fields[name] as? String)
    }

    var previousFields: [String: Any] { fields.filter { $0.key.hasPrefix("previousDigest") } }
    var isFirst: Bool { previousFields.count == 5 && previousFields.values.allSatisfy { $0 is NSNull } }

    func logFiles() throws -> [[String: String]] {
        try #require(fields["logFiles"] as? [[String: String]])
    }

    func hash() throws -> String {
        Hex.encode(try SHA256Digest.of(content).bytes)
    }

    func verifies(signature: String, keys: [SampleKey]) throws -> Bool {
        let lines = [
            try text("digestEndTime"),
            try text("digestS3Bucket") + "/" + text("digestS3Object"),
            try hash(),
            fields["previousDigestSignature"] as? String ?? "null",
        ]
        let fingerprint = try text("digestPublicKeyFingerprint")
        guard let key = keys.first(where: { $0.fingerprint == fingerprint }) else { return false }
        let message = try SHA256Digest.of(Array(lines.joined(separator: "\n").utf8))
        return try RSAPublicKey(der: key.der).verifies(
            signature: try #require(Hex.decode(signature)),
            of: SHA256Words(message)
        )
    }
}

/// The content of `stored`, and the state of its container.
func gunzip(_ stored: [UInt8]) throws -> (content: [UInt8], result: ContentHasher.Result) {
    let limits = ContentHasher.Limits(contentBytes: 1 << 30, ratio: InflateRatio(1 << 20, floorBytes: 1 << 30))
    var rest = stored[...]
    let (result, content) = try ContentHasher().hashAndCollect(limits: limits) { buffer in
        let count = min(buffer.byteCount, rest.count)
        unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: rest.prefix(count)) }
        rest = rest.dropFirst(count)
        return count
    }
    return (content, result)
}
