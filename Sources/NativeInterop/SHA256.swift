internal import COpenSSL

/// A SHA-256 value (FIPS 180-4) as it comes out of libcrypto: four big-endian words.
package struct SHA256Words: Hashable, Sendable {
    package let first: UInt64
    package let second: UInt64
    package let third: UInt64
    package let fourth: UInt64

    package init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    /// Takes the 32 bytes of the standard.
    fileprivate init(_ bytes: InlineArray<32, UInt8>) {
        let bytes = unsafe bytes.span.bytes
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        self.init(word(0), word(1), word(2), word(3))
    }

    /// Calls `body` with the 32 bytes of the standard.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let words = [first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian] as InlineArray<4, UInt64>
        return unsafe words.span.bytes.withUnsafeBytes { bytes in
            unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe body($0) }
        }
    }
}

/// Incremental SHA-256 over libcrypto; reusable, owns one digest context.
@safe package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// A context ready for its first ``update(_:)``.
    package init() throws(NativeError) {
        // Fetched once: otherwise libcrypto looks the algorithm up for every message.
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil) else { throw .openSSL("EVP_MD_fetch") }
        defer { unsafe EVP_MD_free(algorithm) }
        guard let context = unsafe EVP_MD_CTX_new() else { throw .openSSL("EVP_MD_CTX_new") }
        guard unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
            unsafe EVP_MD_CTX_free(context)
            throw .openSSL("EVP_DigestInit_ex2")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Forgets everything, ready for another message.
    package func reset() throws(NativeError) {
        // Without an algorithm the context keeps the one it has, which spares a look-up.
        guard unsafe EVP_DigestInit_ex2(context, nil, nil) == 1 else { throw .openSSL("EVP_DigestInit_ex2") }
    }

    /// Appends `bytes` to the message.
    package func update(_ bytes: RawSpan) throws(NativeError) {
        let result = unsafe bytes.withUnsafeBytes { buffer in
            unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
        }
        guard result == 1 else { throw .openSSL("EVP_DigestUpdate") }
    }

    /// Ends the message; ``reset()`` comes before the next.
    package func finalize() throws(NativeError) -> SHA256Words {
        var output = InlineArray<32, UInt8>(repeating: 0)
        var span = output.mutableSpan
        let result = unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
        }
        guard result == 1 else { throw .openSSL("EVP_DigestFinal_ex") }
        return SHA256Words(output)
    }

    /// The SHA-256 of `bytes`.
    package static func of(_ bytes: Span<UInt8>) throws(NativeError) -> SHA256Words {
        let hasher = try SHA256()
        unsafe try hasher.update(bytes.bytes)
        return try hasher.finalize()
    }
}

/// MD5, for one purpose: CloudTrail names a public key by the MD5 of its DER bytes. It proves nothing here.
package enum MD5 {
    /// The 16 bytes of the MD5 (RFC 1321) of `bytes`.
    package static func of(_ bytes: [UInt8]) throws(NativeError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 16)
        let result = unsafe output.withUnsafeMutableBufferPointer { out in
            unsafe bytes.withUnsafeBufferPointer { input in
                unsafe EVP_Digest(input.baseAddress, input.count, out.baseAddress, nil, EVP_md5(), nil)
            }
        }
        guard result == 1 else { throw .openSSL("EVP_Digest(MD5)") }
        return output
    }
}
