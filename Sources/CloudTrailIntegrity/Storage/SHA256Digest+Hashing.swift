package import CloudTrailFormat
package import NativeInterop

extension SHA256Digest {
    /// The value that libcrypto computed.
    package init(_ words: SHA256Words) {
        self.init(words: words.first, words.second, words.third, words.fourth)
    }

    /// The SHA-256 of `bytes`.
    package static func of(_ bytes: Span<UInt8>) throws(NativeError) -> SHA256Digest {
        SHA256Digest(try SHA256.of(bytes))
    }

    /// The SHA-256 of `bytes`.
    package static func of(_ bytes: [UInt8]) throws(NativeError) -> SHA256Digest {
        try of(bytes.span)
    }
}

extension SHA256Words {
    /// The value as libcrypto takes it.
    package init(_ digest: SHA256Digest) {
        self.init(digest.words.0, digest.words.1, digest.words.2, digest.words.3)
    }
}

extension ContentHasher.Result {
    /// The SHA-256 of the content: of the first member, as far as it could be inflated.
    package var sha256: SHA256Digest { SHA256Digest(digest) }
}
