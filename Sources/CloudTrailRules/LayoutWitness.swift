package import CloudTrailFormat

/// Something that ties a path to an object: what a digest says of itself, or a listed log file of the same name.
package struct LayoutWitness: Sendable {
    package let path: ObjectKey
    package let location: ObjectLocation

    package init(path: ObjectKey, location: ObjectLocation) {
        self.path = path
        self.location = location
    }
}

/// What a path says: its key, and its bucket where the layout names it.
package struct MappedPlace: Hashable, Sendable {
    package let bucket: String?
    /// With empty components collapsed and the name it had before a download decompressed it.
    package let key: ObjectKey

    package init(bucket: String?, key: ObjectKey) {
        self.bucket = bucket
        self.key = key
    }
}
