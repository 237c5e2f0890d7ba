/// Where a tamper takes place.
struct TamperPlace: Hashable {
    /// The index of the chain.
    let chain: Int
    /// The number of the first hour it changes.
    let hour: Int
    /// The index of the log file in that hour; 0 where the tamper is not about one log file.
    let log: Int
}
