import CloudTrailFormat
import NativeInterop
import Testing

/// Which bytes are a key.
@Suite struct RSAPublicKeyTests {
    private let vectors: RSAVectors
    private let pkcs1: [UInt8]
    private let spki: [UInt8]

    init() throws {
        vectors = try RSAVectors.load()
        let key = try vectors.key("rsa-2048")
        pkcs1 = try #require([UInt8](hexadecimal: key.pkcs1))
        spki = try #require([UInt8](hexadecimal: key.spki))
    }

    /// Why `der` is refused; `nil` when it is a key.
    private func rejection(_ der: [UInt8]) -> RSAPublicKey.Rejection? {
        do {
            _ = try RSAPublicKey(der: der)
            return nil
        } catch {
            return error
        }
    }

    @Test func readsBothEncodings() throws {
        for key in vectors.keys where RSAPublicKey.modulusBits.contains(key.bits) {
            let bare = try RSAPublicKey(der: try #require([UInt8](hexadecimal: key.pkcs1)))
            #expect(bare.encoding == .pkcs1)
            #expect(bare.bits == key.bits)
            let wrapped = try RSAPublicKey(der: try #require([UInt8](hexadecimal: key.spki)))
            #expect(wrapped.encoding == .subjectPublicKeyInfo)
            #expect(wrapped.bits == key.bits)
        }
    }

    @Test func bothEncodingsVerifyTheSame() throws {
        let known = try vectors.signature("openssl-sha256")
        let digest = try SHA256.of(try #require([UInt8](hexadecimal: known.message)))
        let signature = try #require([UInt8](hexadecimal: known.signature))
        #expect(try RSAPublicKey(der: pkcs1).verifies(signature: signature, of: digest))
        #expect(try RSAPublicKey(der: spki).verifies(signature: signature, of: digest))
    }

    @Test func keysMadeByHandAreWhatOpenSSLMakes() {
        #expect(DER.subjectPublicKeyInfo(pkcs1) == spki)
    }

    @Test func aTrailingByteIsRefused() {
        for byte: UInt8 in [0x00, 0x05, 0x30, 0xff] {
            #expect(rejection(pkcs1 + [byte]) == .notAnRSAKey)
            #expect(rejection(spki + [byte]) == .notAnRSAKey)
        }
        #expect(rejection(pkcs1 + pkcs1) == .notAnRSAKey)
        #expect(rejection(pkcs1 + spki) == .notAnRSAKey)
    }

    /// libcrypto accepts every one of these; each would be a second name of one key.
    @Test func whatIsNotCanonicalIsRefused() {
        let modulus = DER.modulus(bits: 2048)
        let exponent: [UInt8] = [1, 0, 1]
        let numbers = DER.integer(modulus) + DER.integer(exponent)
        let key = DER.sequence(numbers)
        let algorithm = DER.sequence(DER.rsaEncryption, DER.null)
        let others: [(String, [UInt8])] = [
            ("negative modulus", DER.sequence(DER.rawInteger(modulus), DER.integer(exponent))),
            ("padded modulus", DER.sequence(DER.rawInteger([0, 0] + modulus), DER.integer(exponent))),
            ("padded exponent", DER.sequence(DER.integer(modulus), DER.rawInteger([0] + exponent))),
            ("negative exponent", DER.sequence(DER.integer(modulus), DER.rawInteger([0xff]))),
            ("indefinite length", [0x30, 0x80] + numbers + [0, 0]),
            ("long length", [0x30, 0x83, 0] + DER.length(numbers.count).dropFirst() + numbers),
            ("trailing byte in the BIT STRING", DER.subjectPublicKeyInfo(key + [0])),
            ("unused bits in the BIT STRING", DER.sequence(algorithm, DER.bitString(key, unusedBits: 1))),
            ("indefinite length around", [0x30, 0x80] + algorithm + DER.bitString(key) + [0, 0]),
            ("no parameters", DER.sequence(DER.sequence(DER.rsaEncryption), DER.bitString(key))),
            ("other parameters", DER.sequence(DER.sequence(DER.rsaEncryption, [4, 1, 0]), DER.bitString(key))),
            ("the older name of RSA", DER.subjectPublicKeyInfo(key, algorithm: [6, 4, 0x55, 8, 1, 1])),
        ]
        #expect(rejection(key) == nil)
        #expect(rejection(DER.subjectPublicKeyInfo(key)) == nil)
        for (name, der) in others { #expect(rejection(der) == .notAnRSAKey, "\(name)") }
    }

    @Test func aThirdElementIsRefused() {
        let modulus = DER.modulus(bits: 2048)
        let three = DER.sequence(DER.integer(modulus), DER.integer([1, 0, 1]), DER.integer([1]))
        #expect(rejection(three) == .notAnRSAKey)
        #expect(rejection(DER.subjectPublicKeyInfo(three)) == .notAnRSAKey)
    }

    @Test func everyTruncationIsRefused() {
        for der in [pkcs1, spki] {
            for count in 0..<der.count {
                #expect(rejection(Array(der.prefix(count))) == .notAnRSAKey, "\(count) bytes")
            }
        }
    }

    @Test func otherThingsAreRefused() throws {
        #expect(rejection([]) == .notAnRSAKey)
        #expect(rejection(Array("-----BEGIN PUBLIC KEY-----\n".utf8)) == .notAnRSAKey)
        #expect(rejection(Array(repeating: 0x30, count: 300)) == .notAnRSAKey)
        #expect(rejection(Array(repeating: 0, count: 1_000_000)) == .notAnRSAKey)
        let huge = DER.rsaPublicKey(modulus: DER.modulus(bits: 65536), exponent: [1, 0, 1])
        #expect(rejection(huge) == .notAnRSAKey)
        // The layout of a private key: more numbers, and a version first.
        #expect(rejection(DER.sequence(DER.integer([0]), Array(pkcs1.dropFirst(4)))) == .notAnRSAKey)
        // The algorithm a key may be restricted to; CloudTrail's is the unrestricted one.
        #expect(rejection(DER.subjectPublicKeyInfo(pkcs1, algorithm: DER.rsassaPSS)) == .notAnRSAKey)
    }

    @Test func lengthsThatLieAreRefused() {
        for header: [UInt8] in [
            [0x30, 0x84, 0xff, 0xff, 0xff, 0xff], [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff],
            [0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x30, 0x82, 0x01, 0x0b],
            [0x30, 0x82, 0x01, 0x09],
        ] {
            #expect(rejection(header + pkcs1.dropFirst(4)) == .notAnRSAKey)
        }
    }

    @Test(arguments: try RSAVectors.load().otherKeys)
    func aKeyThatIsNotRSAIsRefused(_ other: RSAVectors.OtherKey) throws {
        #expect(rejection(try #require([UInt8](hexadecimal: other.der))) == .notAnRSAKey)
    }

    @Test func aRealKeyOf1024BitsIsRefused() throws {
        let small = try vectors.key("rsa-1024")
        #expect(rejection(try #require([UInt8](hexadecimal: small.pkcs1))) == .modulusSize(1024))
        #expect(rejection(try #require([UInt8](hexadecimal: small.spki))) == .modulusSize(1024))
    }

    @Test(arguments: [512, 1024, 2040, 2047, 8193, 16384])
    func anotherSizeIsRefused(bits: Int) {
        let der = DER.rsaPublicKey(modulus: DER.modulus(bits: bits), exponent: [1, 0, 1])
        #expect(rejection(der) == .modulusSize(bits))
        #expect(rejection(DER.subjectPublicKeyInfo(der)) == .modulusSize(bits))
    }

    @Test(arguments: [2048, 2049, 3072, 4096, 8192])
    func theSizesBetweenAreAccepted(bits: Int) throws {
        let der = DER.rsaPublicKey(modulus: DER.modulus(bits: bits), exponent: [1, 0, 1])
        #expect(try RSAPublicKey(der: der).bits == bits)
        #expect(try RSAPublicKey(der: DER.subjectPublicKeyInfo(der)).bits == bits)
    }

    @Test(arguments: [
        [0], [1], [2], [4], [1, 0, 0], [0xff, 0xff, 0xff, 0xfe], [1, 0, 0, 0, 0], [1, 0, 0, 0, 1],
        [1, 0, 0, 0, 0, 0, 0, 0, 1], DER.modulus(bits: 2047),
    ])
    func anUnsafeExponentIsRefused(_ exponent: [UInt8]) {
        let der = DER.rsaPublicKey(modulus: DER.modulus(bits: 2048), exponent: exponent)
        #expect(rejection(der) == .publicExponent)
        #expect(rejection(DER.subjectPublicKeyInfo(der)) == .publicExponent)
    }

    @Test(arguments: [[3], [5], [17], [1, 0, 1], [0xff, 0xff, 0xff, 0xff]])
    func theOtherExponentsAreAccepted(_ exponent: [UInt8]) throws {
        _ = try RSAPublicKey(der: DER.rsaPublicKey(modulus: DER.modulus(bits: 2048), exponent: exponent))
    }

    /// No byte of a key may be changed into something that ends the process.
    @Test func brokenKeysNeverTrap() throws {
        var generator = SeededGenerator(seed: 2)
        for der in [pkcs1, spki] {
            for index in 0..<40 {
                for value: UInt8 in [0x00, 0x01, 0x7f, 0x80, 0x84, 0xff] {
                    var broken = der
                    broken[index] = value
                    let key = try? RSAPublicKey(der: broken)
                    _ = try key?.verifies(signature: generator.bytes(256), of: SHA256.of([]))
                }
            }
        }
    }

    /// A modulus that no key pair has must make signatures fail, and nothing else.
    @Test(arguments: [
        [0x80] + [UInt8](repeating: 0, count: 255), [UInt8](repeating: 0xff, count: 255) + [0xfe],
        [UInt8](repeating: 0xff, count: 256),
    ])
    func anAbsurdModulusVerifiesNothing(_ modulus: [UInt8]) throws {
        let digest = try SHA256.of([])
        guard let key = try? RSAPublicKey(der: DER.rsaPublicKey(modulus: modulus, exponent: [1, 0, 1])) else { return }
        for byte: UInt8 in [0, 1, 0x7f] {
            #expect(try !key.verifies(signature: [UInt8](repeating: byte, count: 256), of: digest))
        }
    }
}
