internal import CloudTrailFormat
internal import NativeInterop

extension Limits {
    /// How far compressed bytes may inflate.
    var ratio: InflateRatio { InflateRatio(inflateRatio, floorBytes: ratioFloorBytes) }

    /// The bounds of one object's content of at most so many bytes.
    func hashing(contentBytes: UInt64) -> ContentHasher.Limits {
        ContentHasher.Limits(contentBytes: contentBytes, ratio: ratio)
    }
}
