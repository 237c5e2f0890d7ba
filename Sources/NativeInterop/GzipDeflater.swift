internal import CZlib

/// Makes gzip members (RFC 1952) of whole buffers: for sample archives, never for evidence.
@safe package struct GzipDeflater: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// A deflater; `level` is zlib's, 0 to 9.
    package init(level: Int = 6) throws(NativeError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let result = unsafe cloudtrail_deflate_init(stream, CInt(clamping: level), 15 + 16)
        guard result == Z_OK else {
            unsafe stream.deallocate()
            throw NativeError(function: "deflateInit2", reason: "zlib code \(result)")
        }
        unsafe self.stream = stream
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// One complete gzip member with the content `bytes`.
    package mutating func compress(_ bytes: [UInt8]) throws(NativeError) -> [UInt8] {
        guard let count = UInt32(exactly: bytes.count) else {
            throw NativeError(function: "deflate", reason: "a buffer is larger than 4 GiB")
        }
        unsafe deflateReset(stream)
        let bound = unsafe deflateBound(stream, CUnsignedLong(count))
        guard let capacity = UInt32(exactly: bound) else {
            throw NativeError(function: "deflate", reason: "a buffer is larger than 4 GiB")
        }
        var output = [UInt8](repeating: 0, count: Int(capacity))
        let result = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.avail_in = count
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = capacity
                return unsafe deflate(stream, Z_FINISH)
            }
        }
        guard result == Z_STREAM_END else { throw NativeError(function: "deflate", reason: "zlib code \(result)") }
        output.removeLast(Int(unsafe stream.pointee.avail_out))
        return output
    }
}
