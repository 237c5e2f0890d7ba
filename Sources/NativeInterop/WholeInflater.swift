#if Libdeflate
internal import CLibdeflate

/// Inflates a gzip member that lies in memory as a whole, over libdeflate: faster than zlib, which goes piece by piece.
///
/// It takes only what is whole and sound. Anything else is left to ``GzipInflater``, whose verdict counts.
@safe package struct WholeInflater: ~Copyable {
    private let decompressor: OpaquePointer

    package init() throws(NativeError) {
        guard let decompressor = unsafe libdeflate_alloc_decompressor() else {
            throw NativeError(function: "libdeflate_alloc_decompressor", reason: "out of memory")
        }
        unsafe self.decompressor = decompressor
    }

    deinit {
        unsafe libdeflate_free_decompressor(decompressor)
    }

    /// Inflates `input`, one member with nothing behind it, into `output`.
    ///
    /// - Returns: The number of bytes of content; `nil` when the member is broken, does not fill `input`, or does not
    ///   fit into `output`.
    package func inflate(_ input: RawSpan, into output: inout MutableRawSpan) -> Int? {
        var consumed = 0
        var produced = 0
        let result = unsafe input.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target in
                unsafe libdeflate_gzip_decompress_ex(
                    decompressor,
                    source.baseAddress,
                    source.count,
                    target.baseAddress,
                    target.count,
                    &consumed,
                    &produced
                )
            }
        }
        return result == LIBDEFLATE_SUCCESS && consumed == input.byteCount ? produced : nil
    }
}
#endif
