/// A log file that AWS delivered, and what is left of it.
struct DeliveredLog {
    /// The key that its digest file lists.
    let key: String
    /// The uncompressed content as it was delivered.
    let content: [UInt8]
    /// What the archive holds; `nil` when it was deleted.
    var object: SampleObject?

    /// Stores other bytes under the log file's key.
    mutating func store(_ content: [UInt8]) {
        object = object?.replacing(content: content)
    }
}
