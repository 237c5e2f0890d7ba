/// Which digest file is meant, of those of one run.
package struct DigestID: Hashable, Sendable {
    private let value: Int32

    package init(_ number: Int) { value = Int32(clamping: number) }

    /// Its place among the digest files of the run, counted from 0.
    package var number: Int { Int(value) }
}

/// Which key is meant, of those that the digest files of one run have and name.
package struct KeyID: Hashable, Sendable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }
}

/// Which bucket is meant, of those of one run.
package struct BucketID: Hashable, Sendable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }
}

/// Whether a chain is regular or of backfill digests, of which it is not documented how they link.
package enum ChainKind: Hashable, Sendable {
    case regular, backfill
}

/// Whether a digest is proven, so that its claims count.
package enum DigestStanding: Hashable, Sendable {
    case verified, unverified
}
