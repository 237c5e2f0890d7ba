import CloudTrailFormat

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The file with what is kept of each digest file.
final class KeptFile: Sendable {
    private let descriptor: CInt

    /// - Parameter creates: Whether it is made, or made longer; else it has to be there.
    init(_ path: String, creates: Bool) throws {
        descriptor = unsafe open(path, creates ? O_RDWR | O_CREAT : O_RDONLY, 0o644)
        if descriptor < 0 { throw Unusable(path: path) }
    }

    deinit {
        close(descriptor)
    }

    /// What is kept of the digest file with this number.
    func read(_ number: Int) throws -> MadeArchive.Kept {
        var bytes = [UInt8](repeating: 0, count: MadeArchive.Kept.byteCount)
        let count = unsafe pread(descriptor, &bytes, bytes.count, off_t(number * bytes.count))
        guard count == bytes.count, let hash = SHA256Digest(Array(bytes[..<32])) else { throw Unusable(path: "it") }
        return MadeArchive.Kept(hash: hash, signature: Array(bytes[32...]))
    }

    func write(_ kept: MadeArchive.Kept, _ number: Int) throws {
        let bytes = kept.hash.bytes + kept.signature
        let count = unsafe pwrite(descriptor, bytes, bytes.count, off_t(number * bytes.count))
        if count != bytes.count { throw Unusable(path: "it") }
    }

    struct Unusable: Error {
        let path: String
    }
}
