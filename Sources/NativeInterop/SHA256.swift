internal import COpenSSL

/// A SHA-256 value (FIPS 180-4), 32 bytes held as four big-endian words, so that it compares and hashes by value.
package struct SHA256Digest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The number of bytes of a SHA-256 value.
    package static let byteCount = 32

    /// All bits zero: fills the place of a value that is not known.
    package static let zero = SHA256Digest()

    private init() {
        words = (0, 0, 0, 0)
    }

    /// Takes four big-endian words.
    package init(words first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        words = (first, second, third, fourth)
    }

    /// Takes 32 bytes; `nil` for any other number.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        func word(_ index: Int) -> UInt64 {
            var value: UInt64 = 0
            for offset in index * 8..<index * 8 + 8 { value = value << 8 | UInt64(bytes[offset]) }
            return value
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// Takes 32 bytes; `nil` for any other number.
    package init?(_ bytes: [UInt8]) {
        self.init(bytes.span)
    }

    /// The 32 bytes, in the order of the standard, without an array.
    package var inlineBytes: InlineArray<32, UInt8> {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        func put(_ word: UInt64, at start: Int) {
            for index in 0..<8 { bytes[start + index] = UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * index)) }
        }
        put(words.0, at: 0)
        put(words.1, at: 8)
        put(words.2, at: 16)
        put(words.3, at: 24)
        return bytes
    }

    /// The 32 bytes, in the order of the standard.
    package var bytes: [UInt8] {
        let inline = inlineBytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for index in inline.indices { bytes.append(inline[index]) }
        return bytes
    }

    package static func == (lhs: SHA256Digest, rhs: SHA256Digest) -> Bool {
        lhs.words == rhs.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    /// The SHA-256 of `bytes`.
    package static func of(_ bytes: Span<UInt8>) throws(NativeError) -> SHA256Digest {
        let hasher = try SHA256()
        unsafe try hasher.update(bytes.bytes)
        return try hasher.finalize()
    }

    /// The SHA-256 of `bytes`.
    package static func of(_ bytes: [UInt8]) throws(NativeError) -> SHA256Digest {
        try of(bytes.span)
    }
}

/// Incremental SHA-256 over libcrypto; reusable, owns one digest context.
@safe package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// A context ready for its first ``update(_:)``.
    package init() throws(NativeError) {
        // Fetched once: else libcrypto looks the algorithm up anew for every message.
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
    package func finalize() throws(NativeError) -> SHA256Digest {
        var output = InlineArray<32, UInt8>(repeating: 0)
        var span = output.mutableSpan
        let result = unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
        }
        guard result == 1, let digest = SHA256Digest(output.span) else { throw .openSSL("EVP_DigestFinal_ex") }
        return digest
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
