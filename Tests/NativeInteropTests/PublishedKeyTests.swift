import CloudTrailFormat
import Foundation
import NativeInterop
import Testing

/// AWS's own keys and signatures.
@Suite struct PublishedKeyTests {
    private struct KnownSignature: Decodable {
        let name: String
        let fingerprint: String
        let publicKeyValueBase64: String
        let keyEncoding: String
        let signatureHex: String
        let recoveredSha256OfStringToSign: String
    }

    private struct KeyList: Decodable {
        struct Key: Decodable {
            let Value: String
            let Fingerprint: String
        }

        let keys: [Key]

        private enum CodingKeys: String, CodingKey {
            case PublicKeyList
            case publicKeyList
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            keys =
                try container.decodeIfPresent([Key].self, forKey: .PublicKeyList)
                ?? container.decode([Key].self, forKey: .publicKeyList)
        }
    }

    private static let signatures = "rsa-known-answers.json"
    private static let allKeys = "cloudtrail-public-keys-1594.json"
    private static let userGuideAnswer = "awsdocs-list-public-keys.json"
    private static let commandLineAnswer = "awscli-list-public-keys.json"

    // Disabled where the folder of published facts is not beside the repository.
    @Test(.enabled(if: PublishedFacts.isAvailable(signatures)))
    func realSignaturesVerify() throws {
        let known = try PublishedFacts.load(Self.signatures, as: [KnownSignature].self)
        #expect(known.count == 3)
        for fact in known {
            let der = try #require(Data(base64Encoded: fact.publicKeyValueBase64))
            let key = try RSAPublicKey(der: Array(der))
            #expect(key.encoding == (fact.keyEncoding == "SPKI" ? .subjectPublicKeyInfo : .pkcs1))
            #expect(try MD5.of(Array(der)).hexadecimal == fact.fingerprint)
            let bytes = try #require([UInt8](hexadecimal: fact.recoveredSha256OfStringToSign))
            let digest = try #require(SHA256Words(bytes))
            let signature = try #require([UInt8](hexadecimal: fact.signatureHex))
            #expect(try key.verifies(signature: signature, of: digest), "\(fact.name)")
            #expect(try !key.verifies(signature: signature, of: SHA256.of(digest.bytes)), "\(fact.name)")
        }
        // The two of one key do not stand for one another.
        let digests = try known.map { try #require([UInt8](hexadecimal: $0.recoveredSha256OfStringToSign)) }
        let key = try RSAPublicKey(der: Array(try #require(Data(base64Encoded: known[0].publicKeyValueBase64))))
        let first = try #require([UInt8](hexadecimal: known[0].signatureHex))
        #expect(try !key.verifies(signature: first, of: try #require(SHA256Words(digests[1]))))
    }

    // Disabled where the folder of published facts is not beside the repository.
    @Test(
        .enabled(if: [allKeys, userGuideAnswer, commandLineAnswer].allSatisfy(PublishedFacts.isAvailable)),
        arguments: [(allKeys, 1594), (userGuideAnswer, 3), (commandLineAnswer, 1)]
    )
    func realKeysLoad(file: String, count: Int) throws {
        let keys = try PublishedFacts.load(file, as: KeyList.self).keys
        #expect(keys.count == count)
        for entry in keys {
            let der = Array(try #require(Data(base64Encoded: entry.Value)))
            #expect(try MD5.of(der).hexadecimal == entry.Fingerprint)
            #expect(try RSAPublicKey(der: der).bits == 2048)
        }
    }
}
