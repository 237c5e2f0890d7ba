public import CCloudTrailIntegrity
internal import CloudTrailIntegrity

/// A set of keys that grows.
final class Keys {
    var set = PublicKeySet()
}

/// An empty set.
@c @implementation
public func cti_keys_create() -> OpaquePointer? {
    unsafe Handle.make(Keys())
}

/// Frees a set.
@c @implementation
public func cti_keys_free(_ keys: OpaquePointer?) {
    unsafe Handle.free(keys)
}

/// Adds the keys of a file.
@c @implementation
public func cti_keys_add(
    _ keys: OpaquePointer?,
    _ bytes: UnsafeRawPointer?,
    _ length: Int,
    _ name: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let keys = try unsafe Handle.object(keys, as: Keys.self, "keys")
        let content = try unsafe Arguments.bytes(bytes, length, "bytes")
        let name = try unsafe Arguments.text(name, "name")
        try Failure.reading("the key file '\(name)' cannot be used") { try keys.set.add(reading: content, name: name) }
    }
}
