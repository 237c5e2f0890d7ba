package import CloudTrailFormat

/// A bucket and the prefix that a trail writes below: what stands before `AWSLogs/` in its keys.
package struct DeliveryLocation: Hashable, Sendable {
    package let bucket: String
    package let prefix: ObjectKey

    package init(bucket: String, prefix: ObjectKey) {
        self.bucket = bucket
        self.prefix = prefix
    }

    /// Where a key was put, given the prefixes that are known to be delivered below.
    package init(_ location: ObjectLocation, _ prefixes: DeliveryPrefixes = DeliveryPrefixes()) {
        bucket = location.bucket
        let key = location.key.collapsed
        // CloudTrail delivers nothing to a key without AWSLogs; its folder stands for it.
        prefix = ObjectKey(bytes: key.awsLogsStarts.isEmpty ? key.folder : key.bytes[..<prefixes.end(in: key)])
    }

    /// The bucket and the folder of a key: down to its region, where it is CloudTrail's.
    package init(folderOf location: ObjectLocation) {
        bucket = location.bucket
        let key = location.key.collapsed
        let folders = key.components.dropLast()
        let folder = folders.prefix(key.categoryFolder.map { $0 + 2 } ?? folders.count)
        prefix = ObjectKey(bytes: folder.flatMap { $0 + [UInt8(ascii: "/")] })
    }
}
