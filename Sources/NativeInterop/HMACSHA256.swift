internal import COpenSSL

/// HMAC with SHA-256 (RFC 2104), over libcrypto: shows that somebody who has the key wrote a message.
package enum HMACSHA256 {
    /// The number of bytes of a code.
    package static let byteCount = 32

    /// The code of `message` under `key`, which is not empty.
    package static func code(of message: [UInt8], key: [UInt8]) throws(NativeError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: byteCount)
        var length = 0
        let made = unsafe output.withUnsafeMutableBufferPointer { out in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe key.withUnsafeBufferPointer { key in
                    unsafe EVP_Q_mac(
                        nil,
                        "HMAC",
                        nil,
                        "SHA256",
                        nil,
                        key.baseAddress,
                        key.count,
                        message.baseAddress,
                        message.count,
                        out.baseAddress,
                        out.count,
                        &length
                    )
                }
            }
        }
        guard unsafe made != nil, length == byteCount else { throw .openSSL("EVP_Q_mac") }
        return output
    }

    /// Whether two codes are the same, in a time that does not tell where they differ.
    package static func areEqual(_ code: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
        guard code.count == other.count else { return false }
        return zip(code, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
