/// The signature of a digest file as it was delivered, whatever became of the file: a line of the manifest.
package struct SampleSignature: Hashable, Sendable {
    package let bucket: String
    package let key: String
    package let metadata: [SampleObject.Metadata]

    /// The signature that `digest` was delivered with.
    init(of digest: SampleObject) {
        bucket = digest.bucket
        key = digest.key
        metadata = digest.metadata
    }

    /// The line of the signature manifest, with its line feed.
    package var manifestLine: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("bucket", bucket)
            json.field("key", key)
            json.key("metadata")
            json.object { json in
                for entry in metadata { json.field(entry.name, entry.value) }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
