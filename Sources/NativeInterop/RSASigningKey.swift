internal import COpenSSL

/// A throwaway RSA-2048 key that signs sample archives: made from a seed, so that a sample can be made again.
///
/// It is not secret and must never guard anything.
///
/// `@unchecked Sendable`: immutable after `init`; every signature uses a context of its own.
@safe package final class RSASigningKey: @unchecked Sendable {
    private let key: OpaquePointer

    /// The public half as PKCS#1 `RSAPublicKey` DER, as ListPublicKeys answers it.
    package let publicKeyDER: [UInt8]
    /// The public half as `SubjectPublicKeyInfo` DER.
    package let subjectPublicKeyInfoDER: [UInt8]

    /// The key that `seed` stands for: equal seeds, equal keys.
    package init(seed: [UInt8]) throws(NativeError) {
        let key = unsafe try Self.makeKey(seed)
        unsafe self.key = key
        publicKeyDER = unsafe try DEREncoding.bytes("i2d_PublicKey") { unsafe i2d_PublicKey(key, $0) }
        subjectPublicKeyInfoDER = unsafe try DEREncoding.bytes("i2d_PUBKEY") { unsafe i2d_PUBKEY(key, $0) }
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// The hash a signature is made over; CloudTrail uses SHA-256 alone.
    package enum Hash: Hashable, Sendable {
        case sha256
        /// For the sample that must be refused.
        case sha1
    }

    /// The PKCS#1 v1.5 signature of `message`.
    package func signature(of message: [UInt8], hash: Hash = .sha256) throws(NativeError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw .openSSL("EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        let algorithm = unsafe hash == .sha256 ? EVP_sha256() : EVP_sha1()
        guard unsafe EVP_DigestSignInit(context, nil, algorithm, nil, key) == 1 else {
            throw .openSSL("EVP_DigestSignInit")
        }
        var count = Int(unsafe EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: count)
        let result = unsafe signature.withUnsafeMutableBufferPointer { output in
            unsafe message.withUnsafeBufferPointer { input in
                unsafe EVP_DigestSign(context, output.baseAddress, &count, input.baseAddress, input.count)
            }
        }
        guard result == 1, count == signature.count else { throw .openSSL("EVP_DigestSign") }
        return signature
    }

    // MARK: Making a key from a seed

    /// Two 1024-bit primes from SHA-256 in counter mode, and what follows from them (RFC 8017, 3.2).
    private static func makeKey(_ seed: [UInt8]) throws(NativeError) -> OpaquePointer {
        let numbers = try Numbers()
        var counter: UInt32 = 0
        unsafe try findPrime(numbers.p, numbers.exponent, seed, &counter, numbers.context)
        repeat {
            unsafe try findPrime(numbers.q, numbers.exponent, seed, &counter, numbers.context)
        } while unsafe BN_cmp(numbers.p, numbers.q) == 0
        if unsafe BN_cmp(numbers.p, numbers.q) < 0 { unsafe BN_swap(numbers.p, numbers.q) }
        try numbers.derive()
        return unsafe try numbers.makeKey()
    }

    /// The first prime at or after a candidate drawn from `seed`, with `prime − 1` coprime to the exponent.
    private static func findPrime(
        _ prime: OpaquePointer,
        _ exponent: OpaquePointer,
        _ seed: [UInt8],
        _ counter: inout UInt32,
        _ context: OpaquePointer
    ) throws(NativeError) {
        var candidate: [UInt8] = []
        while candidate.count < 128 {
            let block = (0..<4).map { UInt8(truncatingIfNeeded: counter >> UInt32(24 - 8 * $0)) }
            candidate += unsafe try SHA256.of((seed + block).span).withBytes { unsafe Array($0) }
            counter += 1
        }
        // Both top bits, so that the product of two primes has 2048 bits; the lowest, because primes are odd.
        candidate[0] |= 0xc0
        candidate[127] |= 1
        guard unsafe BN_bin2bn(candidate, CInt(candidate.count), prime) != nil else { throw .openSSL("BN_bin2bn") }
        while true {
            let isPrime = unsafe BN_check_prime(prime, context, nil)
            guard isPrime >= 0 else { throw .openSSL("BN_check_prime") }
            if isPrime == 1, unsafe BN_mod_word(prime, 65537) != 1 { return }
            guard unsafe BN_add_word(prime, 2) == 1 else { throw .openSSL("BN_add_word") }
        }
    }

    /// The numbers of a private key, freed together.
    @safe private final class Numbers {
        let context: OpaquePointer
        let modulus: OpaquePointer
        let exponent: OpaquePointer
        let privateExponent: OpaquePointer
        let p: OpaquePointer
        let q: OpaquePointer
        let exponentP: OpaquePointer
        let exponentQ: OpaquePointer
        let coefficient: OpaquePointer
        let scratchP: OpaquePointer
        let scratchQ: OpaquePointer
        let scratch: OpaquePointer

        init() throws(NativeError) {
            func number() throws(NativeError) -> OpaquePointer {
                guard let number = unsafe BN_new() else { throw .openSSL("BN_new") }
                return unsafe number
            }
            guard let context = unsafe BN_CTX_new() else { throw .openSSL("BN_CTX_new") }
            unsafe self.context = context
            unsafe modulus = try number()
            unsafe exponent = try number()
            unsafe privateExponent = try number()
            unsafe p = try number()
            unsafe q = try number()
            unsafe exponentP = try number()
            unsafe exponentQ = try number()
            unsafe coefficient = try number()
            unsafe scratchP = try number()
            unsafe scratchQ = try number()
            unsafe scratch = try number()
            guard unsafe BN_set_word(exponent, 65537) == 1 else { throw .openSSL("BN_set_word") }
        }

        deinit {
            unsafe BN_CTX_free(context)
            unsafe [
                modulus, exponent, privateExponent, p, q, exponentP, exponentQ, coefficient, scratchP, scratchQ,
                scratch,
            ].forEach { unsafe BN_free($0) }
        }

        func derive() throws(NativeError) {
            let one = unsafe BN_value_one()
            let done =
                unsafe BN_mul(modulus, p, q, context) == 1
                && BN_sub(scratchP, p, one) == 1
                && BN_sub(scratchQ, q, one) == 1
                && BN_mul(scratch, scratchP, scratchQ, context) == 1
                && BN_mod_inverse(privateExponent, exponent, scratch, context) != nil
                && BN_div(nil, exponentP, privateExponent, scratchP, context) == 1
                && BN_div(nil, exponentQ, privateExponent, scratchQ, context) == 1
                && BN_mod_inverse(coefficient, q, p, context) != nil
            guard done else { throw .openSSL("BN arithmetic") }
        }

        func makeKey() throws(NativeError) -> OpaquePointer {
            guard let builder = unsafe OSSL_PARAM_BLD_new() else { throw .openSSL("OSSL_PARAM_BLD_new") }
            defer { unsafe OSSL_PARAM_BLD_free(builder) }
            // The builder keeps the pointers to the names: they are the shim's constants, not temporary strings.
            let parts: [(UnsafePointer<CChar>, OpaquePointer)] = unsafe [
                (CLOUDTRAIL_RSA_N, modulus), (CLOUDTRAIL_RSA_E, exponent), (CLOUDTRAIL_RSA_D, privateExponent),
                (CLOUDTRAIL_RSA_FACTOR1, p), (CLOUDTRAIL_RSA_FACTOR2, q), (CLOUDTRAIL_RSA_EXPONENT1, exponentP),
                (CLOUDTRAIL_RSA_EXPONENT2, exponentQ), (CLOUDTRAIL_RSA_COEFFICIENT1, coefficient),
            ]
            let areTaken = unsafe parts.allSatisfy { unsafe OSSL_PARAM_BLD_push_BN(builder, $0.0, $0.1) == 1 }
            guard areTaken else { throw .openSSL("OSSL_PARAM_BLD_push_BN") }
            guard let parameters = unsafe OSSL_PARAM_BLD_to_param(builder) else {
                throw .openSSL("OSSL_PARAM_BLD_to_param")
            }
            defer { unsafe OSSL_PARAM_free(parameters) }
            guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else {
                throw .openSSL("EVP_PKEY_CTX_new_from_name")
            }
            defer { unsafe EVP_PKEY_CTX_free(context) }
            var key: OpaquePointer?
            guard unsafe EVP_PKEY_fromdata_init(context) == 1,
                unsafe EVP_PKEY_fromdata(context, &key, CLOUDTRAIL_PKEY_KEYPAIR, parameters) == 1,
                let key = unsafe key
            else { throw .openSSL("EVP_PKEY_fromdata") }
            return unsafe key
        }
    }
}
