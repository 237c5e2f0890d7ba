/// The bytes of an object as it is stored: compressed or not.
///
/// Boxed, because what holds it by the million has none in most runs.
package indirect enum StoredContent: Hashable, Sendable {
    /// Its SHA-256, and its size in bytes.
    case hashed(SHA256Words, bytes: UInt64)
}
