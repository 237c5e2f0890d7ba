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

    private init(bucket: String, key: String, metadata: [SampleObject.Metadata]) {
        self.bucket = bucket
        self.key = key
        self.metadata = metadata
    }

    /// The same with an object that was put under another key.
    func renamed(to key: String) -> SampleSignature {
        SampleSignature(bucket: bucket, key: key, metadata: metadata)
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
