/// One object of a sample archive, as its bucket stores it.
package struct SampleObject: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case digest
        case log
    }

    /// One entry of an object's user metadata.
    package struct Metadata: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    package let kind: Kind
    package let bucket: String
    package let key: String
    /// The bytes as they are stored: gzip, unless a tamper says otherwise.
    package let content: [UInt8]
    /// `signature` and `signature-algorithm` on a digest file; nothing on a log file.
    package let metadata: [Metadata]

    /// This object with other bytes.
    func replacing(content: [UInt8]) -> SampleObject {
        SampleObject(kind: kind, bucket: bucket, key: key, content: content, metadata: metadata)
    }

    /// This object with another signature in its metadata.
    func replacing(signature: String) -> SampleObject {
        let metadata = metadata.map { entry in
            entry.name == "signature" ? Metadata(name: entry.name, value: signature) : entry
        }
        return SampleObject(kind: kind, bucket: bucket, key: key, content: content, metadata: metadata)
    }

    /// This object under another key.
    func renamed(to key: String) -> SampleObject {
        SampleObject(kind: kind, bucket: bucket, key: key, content: content, metadata: metadata)
    }
}
