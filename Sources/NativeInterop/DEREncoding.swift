internal import COpenSSL

/// DER (X.690) as libcrypto writes it.
enum DEREncoding {
    /// What one of libcrypto's `i2d` functions wrote into a buffer of its own, which is freed.
    static func bytes(
        _ function: StaticString,
        _ encoder: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> CInt
    ) throws(NativeError) -> [UInt8] {
        var pointer: UnsafeMutablePointer<UInt8>?
        let count = unsafe encoder(&pointer)
        guard count > 0, let pointer = unsafe pointer else { throw .openSSL(function) }
        defer { unsafe CRYPTO_free(pointer, nil, 0) }
        return unsafe Array(UnsafeBufferPointer(start: pointer, count: Int(count)))
    }
}
