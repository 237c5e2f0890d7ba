import CloudTrailFormat
import NativeInterop
import Testing

@Suite struct RSASigningKeyTests {
    @Test func equalSeedsMakeEqualKeys() throws {
        let first = try RSASigningKey(seed: [1, 2, 3])
        let second = try RSASigningKey(seed: [1, 2, 3])
        #expect(first.publicKeyDER == second.publicKeyDER)
        #expect(first.subjectPublicKeyInfoDER == second.subjectPublicKeyInfoDER)
        // PKCS#1 v1.5 is deterministic: equal signatures mean equal private keys.
        #expect(try first.signature(of: [7]) == second.signature(of: [7]))
    }

    @Test func otherSeedsMakeOtherKeys() throws {
        let seeds: [[UInt8]] = [[], [0], [1], [1, 0]]
        let keys = try seeds.map { try RSASigningKey(seed: $0).publicKeyDER }
        #expect(Set(keys).count == seeds.count)
    }

    /// Sample archives made by one release are made the same by the next.
    @Test func aSeedStandsForItsKeyForGood() throws {
        let der = try RSASigningKey(seed: Array("cloudtrail-integrity".utf8)).publicKeyDER
        // Worked out apart from this module: the primes with plain integers, the DER by hand.
        let expected = "8ad77f3f61a0f07114c0918ca243ca296dc4d4340af5a16aea892f08f3f25f9b"
        #expect(try SHA256.of(der).bytes.hexadecimal == expected)
    }

    @Test func itsSignaturesVerify() throws {
        let signer = try RSASigningKey(seed: [4])
        #expect(DER.subjectPublicKeyInfo(signer.publicKeyDER) == signer.subjectPublicKeyInfoDER)
        let bare = try RSAPublicKey(der: signer.publicKeyDER)
        let wrapped = try RSAPublicKey(der: signer.subjectPublicKeyInfoDER)
        #expect(bare.bits == 2048)
        #expect(bare.encoding == .pkcs1)
        #expect(wrapped.encoding == .subjectPublicKeyInfo)
        var generator = SeededGenerator(seed: 3)
        for size in [0, 1, 64, 300, 100_000] {
            let message = generator.bytes(size)
            let digest = try SHA256.of(message)
            let signature = try signer.signature(of: message)
            #expect(signature.count == 256)
            #expect(try bare.verifies(signature: signature, of: digest))
            #expect(try wrapped.verifies(signature: signature, of: digest))
            #expect(try !bare.verifies(signature: signature, of: SHA256.of(message + [0])))
        }
    }

    @Test func anotherKeyRefusesItsSignatures() throws {
        let signature = try RSASigningKey(seed: [4]).signature(of: [1])
        let other = try RSAPublicKey(der: RSASigningKey(seed: [5]).publicKeyDER)
        #expect(try !other.verifies(signature: signature, of: SHA256.of([1])))
    }

    @Test func itsSHA1SignaturesAreRefused() throws {
        let signer = try RSASigningKey(seed: [4])
        let signature = try signer.signature(of: [1], hash: .sha1)
        #expect(signature.count == 256)
        #expect(try !RSAPublicKey(der: signer.publicKeyDER).verifies(signature: signature, of: SHA256.of([1])))
    }

    // Disabled where the system has no openssl command.
    @Test(.enabled(if: Tool.openssl.isAvailable), arguments: [RSASigningKey.Hash.sha256, .sha1])
    func openSSLVerifiesItsSignatures(hash: RSASigningKey.Hash) throws {
        let signer = try RSASigningKey(seed: [4])
        let message: [UInt8] = Array("2025-01-02T03:04:05Z\nbucket/key\nhash\nnull".utf8)
        let folder = try TestFolder()
        let key = try folder.write(signer.subjectPublicKeyInfoDER, to: "key.der")
        let signature = try folder.write(signer.signature(of: message, hash: hash), to: "signature")
        let right = try folder.write(message, to: "message")
        let wrong = try folder.write(message + [10], to: "other")
        let arguments = [
            "dgst", hash == .sha256 ? "-sha256" : "-sha1", "-keyform", "DER", "-verify", key, "-signature", signature,
        ]
        #expect(try Tool.openssl.run(arguments + [right]).status == 0)
        #expect(try Tool.openssl.run(arguments + [wrong]).status != 0)
    }
}
