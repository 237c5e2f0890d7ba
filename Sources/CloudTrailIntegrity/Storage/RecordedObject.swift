internal import CloudTrailFormat
internal import NativeInterop

/// A file that is read, and the bytes of it as they are stored.
final class RecordedObject: OpenObject {
    private(set) var bytes: [UInt8] = []
    /// Whether ``bytes`` are all that were read.
    private(set) var isWhole = true
    private let object: any OpenObject
    private let limit: Int

    /// - Parameter limit: The most bytes that are kept.
    init(_ object: any OpenObject, limit: Int = .max) {
        self.object = object
        self.limit = limit
    }

    var storedBytes: UInt64? { object.storedBytes }
    var metadata: ObjectMetadata { object.metadata }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        let count = try object.read(into: &buffer)
        let kept = min(max(0, count), limit - bytes.count)
        if kept < count { isWhole = false }
        unsafe buffer.withUnsafeBytes { read in unsafe bytes.append(contentsOf: read.prefix(kept)) }
        return count
    }

    func signatureMetadata() throws -> SignatureMetadata? { try object.signatureMetadata() }

    func checkUnchanged() throws { try object.checkUnchanged() }
}

/// A file that is read and handed on as it is stored.
final class ForwardedObject: OpenObject {
    /// What kept the bytes from being handed on.
    private(set) var failure: (any Error)?
    private let object: any OpenObject
    private let output: ([UInt8]) throws -> Void

    /// - Parameter output: Takes the bytes piece by piece.
    init(_ object: any OpenObject, to output: @escaping ([UInt8]) throws -> Void) {
        self.object = object
        self.output = output
    }

    var storedBytes: UInt64? { object.storedBytes }
    var metadata: ObjectMetadata { object.metadata }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        let count = try object.read(into: &buffer)
        let bytes = unsafe buffer.withUnsafeBytes { read in unsafe Array(read.prefix(max(0, count))) }
        do {
            if !bytes.isEmpty { try output(bytes) }
        } catch {
            // Whatever a file throws that is read counts as its own fault.
            failure = failure ?? error
            throw error
        }
        return count
    }

    func checkUnchanged() throws { try object.checkUnchanged() }
}
