public import CCloudTrailIntegrity
internal import CloudTrailIntegrity

/// Where the metadata of an object goes.
final class MetadataValues {
    /// By the names that the caller gave.
    var values: [String: String] = [:]
}

/// Adds what S3 keeps of an object under a name.
@c @implementation
public func cti_metadata_add(
    _ metadata: OpaquePointer?,
    _ name: UnsafePointer<CChar>?,
    _ value: UnsafePointer<CChar>?
) -> cti_status {
    attempt(nil) {
        let values = try unsafe Handle.object(metadata, as: MetadataValues.self, "metadata")
        let name = try unsafe Arguments.text(name, "name")
        let value = try unsafe Arguments.text(value, "value")
        values.values[name] = value
    }
}
