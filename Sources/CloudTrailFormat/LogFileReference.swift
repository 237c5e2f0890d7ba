/// An entry of a digest file's list: a log file and the SHA-256 of its uncompressed content.
package struct LogFileReference: Hashable, Sendable {
    package let location: ObjectLocation
    package let hash: SHA256Digest
}
