import CloudTrailFormat
import NativeInterop

/// A ``ContentHasher/Result`` that a test can write down.
struct Outcome: Equatable {
    let digest: SHA256Words
    let contentBytes: UInt64
    let form: ContentHasher.Form
    let condition: ContentHasher.Condition
}

extension ContentHasher.Result {
    var outcome: Outcome {
        Outcome(digest: digest, contentBytes: contentBytes, form: form, condition: condition)
    }
}

extension ContentHasher.Limits {
    /// Limits that nothing in these tests reaches.
    static let none = ContentHasher.Limits(contentBytes: .max, ratio: InflateRatio(.max, floorBytes: .max))

    /// A limit of the content alone.
    static func content(_ bytes: UInt64) -> ContentHasher.Limits {
        ContentHasher.Limits(contentBytes: bytes, ratio: InflateRatio(.max, floorBytes: .max))
    }

    /// A limit of the ratio alone.
    static func ratio(_ ratio: UInt64, beyond floor: UInt64) -> ContentHasher.Limits {
        ContentHasher.Limits(contentBytes: .max, ratio: InflateRatio(ratio, floorBytes: floor))
    }
}

extension ContentHasher {
    /// Hashes what `reader` yields.
    func hash(_ reader: PieceReader, limits: Limits = .none) throws -> Result {
        try hash(limits: limits) { try reader.read(into: &$0) }
    }

    /// Hashes what `reader` yields, and hands its content on.
    func hashAndCollect(_ reader: PieceReader, limits: Limits = .none) throws -> (result: Result, content: [UInt8]) {
        try hashAndCollect(limits: limits) { try reader.read(into: &$0) }
    }

    /// The result for `bytes`, which must not depend on the sizes of the reads: whole, by the byte, and in odd pieces.
    func result(of bytes: [UInt8], limits: Limits = .none) throws -> Result? {
        let whole = try hash(bytes, limits: limits)
        for sizes in [[1], [3, 1, 7, 2]] where try hash(PieceReader(bytes, sizes: sizes), limits: limits) != whole {
            return nil
        }
        return whole
    }
}
