internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// A file whose first bytes were read ahead, or all of them.
final class BufferedObject: OpenObject {
    let metadata: ObjectMetadata

    private var ahead: ArraySlice<UInt8>
    private let signature: SignatureMetadata?
    /// What yields the bytes behind those; `nil` when there are none.
    private let rest: (any OpenObject)?

    /// A file that was read to its end.
    init(_ content: ArraySlice<UInt8>, metadata: ObjectMetadata, signature: SignatureMetadata?) {
        ahead = content
        self.metadata = metadata
        self.signature = signature
        rest = nil
    }

    /// A file of which the first bytes were read.
    init(_ ahead: ArraySlice<UInt8>, of object: any OpenObject) throws {
        self.ahead = ahead
        metadata = object.metadata
        signature = try ObjectReadError.catching { try object.signatureMetadata() }
        rest = object
    }

    /// Not told: its end is where nothing more comes, whatever size was stated.
    var storedBytes: UInt64? { nil }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        if ahead.isEmpty { return try rest?.read(into: &buffer) ?? 0 }
        return ahead.moveBytes(to: &buffer)
    }

    func signatureMetadata() throws -> SignatureMetadata? { signature }

    func checkUnchanged() throws {
        try rest?.checkUnchanged()
    }
}
