import NativeInterop

/// One gzip member with this content.
func compressed(_ content: [UInt8]) throws -> [UInt8] {
    var deflater = try GzipDeflater()
    return try deflater.compress(content)
}
