/// The bounds that keep hostile input from costing unbounded time or memory; each ends in a finding of its own (I8).
public struct Limits: Hashable, Sendable {
    /// The largest uncompressed content of a log file, in bytes. Default 8 GiB.
    public var logBytes: UInt64 = 8 << 30
    /// The largest ratio of content to compressed bytes, applied only beyond ``ratioFloorBytes``. Default 256.
    public var inflateRatio: UInt64 = 256
    /// Up to this much content the ratio does not matter, in bytes. Default 1 GiB.
    public var ratioFloorBytes: UInt64 = 1 << 30
    /// The largest uncompressed content of a digest file, in bytes. Default 256 MiB.
    public var digestBytes: UInt64 = 256 << 20
    /// The most entries in a digest file's list. Default 1,000,000.
    public var digestEntries: Int = 1_000_000
    /// The deepest nesting of a digest file's JSON. Default 32.
    public var jsonDepth: Int = 32
    /// The longest key, in bytes; S3 allows no more than the default of 1,024.
    public var keyBytes: Int = 1024

    /// The defaults.
    public init() {}
}
