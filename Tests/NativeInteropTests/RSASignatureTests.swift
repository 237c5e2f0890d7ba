import CloudTrailFormat
import NativeInterop
import Testing

/// Which signatures hold.
@Suite struct RSASignatureTests {
    /// Whether the signature of a vector is its key's.
    private func verify(_ vector: RSAVectors.Signature, under key: RSAVectors.Key) throws -> Bool {
        let key = try RSAPublicKey(der: try #require([UInt8](hexadecimal: key.pkcs1)))
        let digest = try SHA256.of(try #require([UInt8](hexadecimal: vector.message)))
        return try key.verifies(signature: try #require([UInt8](hexadecimal: vector.signature)), of: digest)
    }

    @Test(arguments: try RSAVectors.load().signatures)
    func knownAnswers(_ vector: RSAVectors.Signature) throws {
        #expect(try verify(vector, under: RSAVectors.load().key(vector.key)) == vector.valid)
    }

    @Test func theKnownAnswersAreAllThere() throws {
        let signatures = try RSAVectors.load().signatures
        #expect(signatures.filter(\.valid).count == 6)
        #expect(signatures.filter { !$0.valid }.count == 76)
    }

    @Test func everyChangedByteBreaksASignature() throws {
        let vectors = try RSAVectors.load()
        let vector = try vectors.signature("openssl-sha256")
        let key = try RSAPublicKey(der: try #require([UInt8](hexadecimal: vectors.key(vector.key).pkcs1)))
        let digest = try SHA256.of(try #require([UInt8](hexadecimal: vector.message)))
        let signature = try #require([UInt8](hexadecimal: vector.signature))
        for index in signature.indices {
            var broken = signature
            broken[index] ^= UInt8(1 << (index % 8))
            #expect(try !key.verifies(signature: broken, of: digest), "byte \(index)")
        }
        for index in 0..<32 {
            var other = digest.bytes
            other[index] ^= 1
            #expect(try !key.verifies(signature: signature, of: try #require(SHA256Words(other))), "byte \(index)")
        }
        #expect(try key.verifies(signature: signature, of: digest))
    }

    @Test func everyOtherLengthIsRefused() throws {
        let vectors = try RSAVectors.load()
        let vector = try vectors.signature("openssl-sha256")
        let key = try RSAPublicKey(der: try #require([UInt8](hexadecimal: vectors.key(vector.key).pkcs1)))
        let digest = try SHA256.of(try #require([UInt8](hexadecimal: vector.message)))
        let signature = try #require([UInt8](hexadecimal: vector.signature))
        for count in 0..<signature.count {
            #expect(try !key.verifies(signature: Array(signature.prefix(count)), of: digest), "\(count) bytes")
            #expect(try !key.verifies(signature: Array(signature.suffix(count)), of: digest), "\(count) last bytes")
        }
        for count in [1, 2, 255, 256, 100_000] {
            #expect(try !key.verifies(signature: signature + [UInt8](repeating: 0, count: count), of: digest))
        }
    }

    @Test func manyTasksShareAKey() async throws {
        let vectors = try RSAVectors.load()
        let valid = try vectors.signature("openssl-sha256")
        let invalid = try vectors.signature("openssl-sha512")
        let key = try RSAPublicKey(der: try #require([UInt8](hexadecimal: vectors.key(valid.key).pkcs1)))
        let digest = try SHA256.of(try #require([UInt8](hexadecimal: valid.message)))
        let good = try #require([UInt8](hexadecimal: valid.signature))
        let bad = try #require([UInt8](hexadecimal: invalid.signature))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let isGood = index.isMultiple(of: 2)
                    return try key.verifies(signature: isGood ? good : bad, of: digest) == isGood
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
