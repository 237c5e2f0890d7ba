internal import COpenSSL

/// An RSA public key that checks PKCS#1 v1.5 signatures over SHA-256 (RFC 8017, 8.2.2), and no other.
///
/// `@unchecked Sendable`: the key is immutable after `init`, and OpenSSL allows any number of threads to verify with
/// one `EVP_PKEY`, each through a context of its own.
@safe package final class RSAPublicKey: @unchecked Sendable {
    /// How the DER bytes are laid out.
    package enum Encoding: Hashable, Sendable {
        /// `RSAPublicKey` of RFC 8017, A.1.1: what ListPublicKeys mostly answers.
        case pkcs1
        /// `SubjectPublicKeyInfo` of RFC 5280, 4.1.2.7.
        case subjectPublicKeyInfo
    }

    /// Why DER bytes are not a usable key.
    package enum Rejection: Error, Hashable, Sendable {
        /// Neither encoding in canonical DER (trailing bytes, say), or a key that is not RSA.
        case notAnRSAKey
        /// A modulus outside ``modulusBits``, in bits.
        case modulusSize(Int)
        /// A public exponent that is even, below 3, or above 32 bits: verification would be unsafe or slow.
        case publicExponent
        /// libcrypto failed.
        case native(NativeError)
    }

    /// The accepted sizes of the modulus in bits; CloudTrail uses 2048.
    package static let modulusBits = 2048...8192

    /// The encoding the key was given in.
    package let encoding: Encoding
    /// The size of the modulus in bits.
    package let bits: Int

    private let key: OpaquePointer

    /// Reads a key from DER, in either encoding.
    package init(der: [UInt8]) throws(Rejection) {
        // The longest acceptable key is under 1.1 KiB. Keys of up to 16384 bits, OpenSSL's own bound, are decoded too, so
        // that their size is named; nothing larger reaches the decoder.
        guard der.count <= 4096 else { throw .notAnRSAKey }
        if let key = unsafe Self.decode(
            der,
            with: { unsafe d2i_PublicKey(EVP_PKEY_RSA, nil, $0, $1) },
            and: { unsafe i2d_PublicKey($0, $1) }
        ) {
            unsafe self.key = key
            encoding = .pkcs1
        } else if let key = unsafe Self.decode(
            der,
            with: { unsafe d2i_PUBKEY(nil, $0, $1) },
            and: { unsafe i2d_PUBKEY($0, $1) }
        ) {
            unsafe self.key = key
            encoding = .subjectPublicKeyInfo
        } else {
            throw .notAnRSAKey
        }
        bits = Int(unsafe EVP_PKEY_get_bits(key))
        guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else { throw .notAnRSAKey }
        guard Self.modulusBits.contains(bits) else { throw .modulusSize(bits) }
        var exponent: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1, let exponent = unsafe exponent
        else { throw .native(.openSSL("EVP_PKEY_get_bn_param")) }
        defer { unsafe BN_free(exponent) }
        guard unsafe BN_num_bits(exponent) <= 32, unsafe BN_is_odd(exponent) == 1, unsafe BN_is_one(exponent) == 0
        else { throw .publicExponent }
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// The key as `SubjectPublicKeyInfo` DER, whatever it was given as.
    package var subjectPublicKeyInfo: [UInt8] {
        get throws(NativeError) { unsafe try DEREncoding.bytes("i2d_PUBKEY") { unsafe i2d_PUBKEY(key, $0) } }
    }

    private typealias Decoder = (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
    private typealias Encoder = (OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> CInt

    /// The key, only when `der` is the one way to write it.
    ///
    /// libcrypto decodes BER, negative numbers as positive ones, and a BIT STRING with bytes behind the key. A key is
    /// known by the hash of its bytes, so each of those would be one key under another name.
    private static func decode(
        _ der: [UInt8],
        with decoder: Decoder,
        and encoder: Encoder
    ) -> OpaquePointer? {
        let decoded = unsafe der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe decoder(&cursor, buffer.count)
        }
        OpenSSLErrorQueue.drain()
        guard let key = unsafe decoded else { return nil }
        let canonical = unsafe try? DEREncoding.bytes("i2d") { unsafe encoder(key, $0) }
        guard canonical == der else {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        return unsafe key
    }

    /// Whether `signature` is this key's PKCS#1 v1.5 signature of a message whose SHA-256 is `digest`; for more than
    /// one, ``RSAVerifier`` keeps what this makes each time.
    package func verifies(signature: [UInt8], of digest: SHA256Words) throws(NativeError) -> Bool {
        try RSAVerifier().verifies(signature: signature, of: digest, with: self)
    }

    /// A context for any number of verifications by one thread; the caller frees it.
    func makeVerificationContext() throws(NativeError) -> OpaquePointer {
        guard let context = unsafe EVP_PKEY_CTX_new(key, nil) else { throw .openSSL("EVP_PKEY_CTX_new") }
        var failure: StaticString?
        if unsafe EVP_PKEY_verify_init(context) != 1 {
            failure = "EVP_PKEY_verify_init"
        } else if unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1 {
            failure = "EVP_PKEY_CTX_set_rsa_padding"
        } else if unsafe EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) != 1 {
            failure = "EVP_PKEY_CTX_set_signature_md"
        }
        if let failure {
            unsafe EVP_PKEY_CTX_free(context)
            throw .openSSL(failure)
        }
        return unsafe context
    }
}
