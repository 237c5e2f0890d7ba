package import CloudTrailRules

/// Where a digest file was found.
package struct DigestPlace: Hashable, Sendable {
    /// The number of the bucket and one more, or 0; then the standing.
    private let bits: Int32
    /// The number of the key that the file's path maps to; of a file elsewhere, of the key that it says it has.
    package let keyNumber: Int32

    /// The number of the bucket, where the layout or the caller names it.
    package var bucket: Int32? { bits < 4 ? nil : bits >> 2 - 1 }
    /// How the place of a signed digest file agrees with what it says of itself.
    package var standing: DigestFacts.Place {
        switch bits & 3 {
        case 0: .inPlace
        case 1: .relocated
        default: .elsewhere
        }
    }
    package var isRelocated: Bool { standing == .relocated }

    package init(bucket: Int32?, keyNumber: Int32, standing: DigestFacts.Place) {
        let number: Int32 =
            switch standing {
            case .inPlace: 0
            case .relocated: 1
            case .elsewhere: 2
            }
        bits = (bucket.map { $0 + 1 } ?? 0) << 2 | number
        self.keyNumber = keyNumber
    }
}
