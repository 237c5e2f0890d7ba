internal import COpenSSL

/// Verifies RSA signatures with contexts that are made once a key; reusable, one a thread.
@safe package final class RSAVerifier {
    private var contexts: [ObjectIdentifier: VerificationContext] = [:]

    /// The most contexts that are kept: CloudTrail has a few keys a region at a time.
    private static let maximumContexts = 256

    package init() {}

    /// Whether `signature` is the key's PKCS#1 v1.5 signature of a message whose SHA-256 is `digest`.
    ///
    /// A signature of another length than the modulus, with another hash algorithm or with other padding is `false`.
    package func verifies(
        signature: [UInt8],
        of digest: SHA256Words,
        with key: RSAPublicKey
    ) throws(NativeError) -> Bool {
        let context = try context(for: key)
        let result = unsafe signature.withUnsafeBufferPointer { signature in
            unsafe digest.withBytes { message in
                unsafe EVP_PKEY_verify(
                    context.pointer,
                    signature.baseAddress,
                    signature.count,
                    message.baseAddress,
                    message.count
                )
            }
        }
        if result != 1 { OpenSSLErrorQueue.drain() }
        return result == 1
    }

    private func context(for key: RSAPublicKey) throws(NativeError) -> VerificationContext {
        let identity = ObjectIdentifier(key)
        if let known = contexts[identity] { return known }
        if contexts.count >= Self.maximumContexts { contexts.removeAll() }
        let context = try VerificationContext(key)
        contexts[identity] = context
        return context
    }
}

/// Owns a context of libcrypto's.
@safe private final class VerificationContext {
    let pointer: OpaquePointer
    // Held so that nothing else gets its identity while the context is kept.
    private let key: RSAPublicKey

    init(_ key: RSAPublicKey) throws(NativeError) {
        unsafe pointer = try key.makeVerificationContext()
        self.key = key
    }

    deinit {
        unsafe EVP_PKEY_CTX_free(pointer)
    }
}
