/// How far compressed bytes may inflate.
package struct InflateRatio: Hashable, Sendable {
    /// The largest ratio of what comes out to what goes in, applied beyond ``floorBytes``.
    package var ratio: UInt64
    /// Up to this many bytes the ratio does not matter.
    package var floorBytes: UInt64

    package init(_ ratio: UInt64, floorBytes: UInt64) {
        self.ratio = ratio
        self.floorBytes = floorBytes
    }

    /// Whether so many bytes may come out of so many.
    func allows(_ output: UInt64, outOf input: UInt64) -> Bool {
        guard output > floorBytes else { return true }
        let (allowed, overflow) = max(input, 1).multipliedReportingOverflow(by: ratio)
        return overflow || output <= allowed
    }
}
