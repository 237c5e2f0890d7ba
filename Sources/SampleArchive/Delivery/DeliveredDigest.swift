/// A digest file that AWS delivered, and what is left of it.
struct DeliveredDigest {
    let document: DigestDocument
    /// The uncompressed content as it was delivered.
    let content: [UInt8]
    /// In hex: what the next digest file of the chain repeats.
    let signature: String
    /// The line of the manifest: the signature that was stored with the object.
    var manifestEntry: SampleSignature
    /// What the archive holds; `nil` when it was deleted.
    var object: SampleObject?

    var key: String { document.key }

    /// Stores other bytes under the digest file's key.
    mutating func store(_ content: [UInt8]) {
        object = object?.replacing(content: content)
    }
}
