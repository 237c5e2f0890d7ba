/// A bucket and the prefix that a trail writes below: what stands before `AWSLogs/` in its keys.
package struct DeliveryLocation: Hashable, Sendable {
    package let bucket: String
    package let prefix: ObjectKey

    package init(_ location: ObjectLocation) {
        bucket = location.bucket
        let key = location.key.collapsed
        var prefix: [UInt8] = []
        for component in key.components {
            if component.elementsEqual("AWSLogs".utf8) { break }
            prefix += component
            prefix.append(UInt8(ascii: "/"))
        }
        // A key without AWSLogs is no delivery of CloudTrail's; its folder stands for it.
        self.prefix = prefix.count > key.bytes.count ? ObjectKey(bytes: Array(key.folder)) : ObjectKey(bytes: prefix)
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
