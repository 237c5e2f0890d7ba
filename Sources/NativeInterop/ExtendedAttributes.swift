internal import CPlatform

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Extended attributes of an open file.
package enum ExtendedAttributes {
    /// The value of the attribute `name` of the file behind `descriptor`.
    ///
    /// `nil` when the file has no such attribute, when the file system has no attributes, or when the value is longer
    /// than `limit` bytes.
    package static func value(_ name: String, of descriptor: CInt, limit: Int) -> [UInt8]? {
        // Most files have none, and that is cheap to ask.
        #if canImport(Darwin)
        guard unsafe fgetxattr(descriptor, name, nil, 0, 0, 0) >= 0 else { return nil }
        #else
        guard unsafe fgetxattr(descriptor, name, nil, 0) >= 0 else { return nil }
        #endif
        var value = [UInt8](repeating: 0, count: limit)
        let count = unsafe value.withUnsafeMutableBytes { buffer in
            #if canImport(Darwin)
            unsafe fgetxattr(descriptor, name, buffer.baseAddress, buffer.count, 0, 0)
            #else
            unsafe fgetxattr(descriptor, name, buffer.baseAddress, buffer.count)
            #endif
        }
        // Into a buffer of no bytes the system copies nothing, and returns the size of the value instead.
        guard (0...limit).contains(count) else { return nil }
        return Array(value.prefix(count))
    }
}
