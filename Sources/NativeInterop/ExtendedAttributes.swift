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
        guard unsafe get(name, of: descriptor, into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) >= 0 else {
            return nil
        }
        var value = [UInt8](repeating: 0, count: limit)
        let count = unsafe value.withUnsafeMutableBytes { unsafe get(name, of: descriptor, into: $0) }
        // Into a buffer of no bytes the system copies nothing, and returns the size of the value instead.
        guard (0...limit).contains(count) else { return nil }
        return Array(value.prefix(count))
    }

    /// Sets an attribute; `false` when that is not possible.
    static func set(_ name: String, of descriptor: CInt, to value: [UInt8]) -> Bool {
        unsafe value.withUnsafeBytes { value in
            #if canImport(Darwin)
            unsafe fsetxattr(descriptor, name, value.baseAddress, value.count, 0, 0) == 0
            #else
            unsafe fsetxattr(descriptor, name, value.baseAddress, value.count, 0) == 0
            #endif
        }
    }

    /// Removes an attribute; `false` when it is still there.
    static func remove(_ name: String, of descriptor: CInt) -> Bool {
        // Most files have none, and that is cheap to ask.
        guard unsafe get(name, of: descriptor, into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) >= 0 else {
            return true
        }
        #if canImport(Darwin)
        return unsafe fremovexattr(descriptor, name, 0) == 0
        #else
        return unsafe fremovexattr(descriptor, name) == 0
        #endif
    }

    private static func get(_ name: String, of descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        // A string that is given to the system as it is would be copied first.
        unsafe name.withCString { name in
            #if canImport(Darwin)
            unsafe fgetxattr(descriptor, name, buffer.baseAddress, buffer.count, 0, 0)
            #else
            unsafe fgetxattr(descriptor, name, buffer.baseAddress, buffer.count)
            #endif
        }
    }
}
