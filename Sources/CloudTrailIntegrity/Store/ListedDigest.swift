package import CloudTrailFormat
package import CloudTrailRules

/// A digest file, known by its number.
package struct ListedDigest: Sendable {
    private let rootNumber: Int32
    package let path: PackedKey

    /// The number of its source.
    package var root: Int { Int(rootNumber) }

    package init(root: Int, path: PackedKey) {
        rootNumber = Int32(clamping: root)
        self.path = path
    }
}

/// A folder that hides what is below it.
package struct HiddenFolder: Hashable, Sendable {
    package let root: Int
    package let path: ObjectKey
    /// `nil` for a link, which is never followed.
    package let error: ObjectReadError?
}
