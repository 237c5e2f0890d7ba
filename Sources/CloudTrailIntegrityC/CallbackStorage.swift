internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules

/// Storage that is reached through functions of the caller's.
final class CallbackStorage: ObjectSource {
    let name: String
    private let functions: StorageFunctions

    init(name: String, _ functions: StorageFunctions) {
        self.name = name
        self.functions = functions
    }

    func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        try withoutActuallyEscaping(visit) { visit in
            let listing = Listing(visit)
            let status = unsafe Handle.lend(listing) { unsafe functions.list(functions.context, $0) }
            if let error = listing.error { throw error }
            if let error = ObjectReadError(status: status) { throw error }
        }
    }

    func open(_ path: ObjectKey) throws -> any OpenObject {
        try CallbackFile(path, functions)
    }
}

/// A file that functions of the caller's read.
@safe private final class CallbackFile: OpenObject {
    let storedBytes: UInt64?

    private let functions: StorageFunctions
    /// Whatever the caller's `open` made of it.
    private let file: UnsafeMutableRawPointer?

    init(_ path: ObjectKey, _ functions: StorageFunctions) throws(ObjectReadError) {
        var file: UnsafeMutableRawPointer?
        let name = path.bytes.map(CChar.init(bitPattern:)) + [0]
        let status = unsafe functions.open(functions.context, name, name.count - 1, &file)
        if let error = ObjectReadError(status: status) { throw error }
        self.functions = functions
        unsafe self.file = file
        let size = unsafe functions.size?(functions.context, file)
        storedBytes = size == 0 ? nil : size
    }

    deinit {
        unsafe functions.close(functions.context, file)
    }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        // Who reports no number has not said that it is the end.
        var count = -1
        let status = unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe functions.read(functions.context, file, buffer.baseAddress, buffer.count, &count)
        }
        if let error = ObjectReadError(status: status) { throw error }
        // A number beyond what memory has is a negative one here; what is too great is for the library to refuse.
        return count < 0 ? .max : count
    }

    func signatureMetadata() throws -> SignatureMetadata? {
        guard let function = unsafe functions.metadata else { return nil }
        let values = MetadataValues()
        let status = unsafe Handle.lend(values) { unsafe function(functions.context, file, $0) }
        if let error = ObjectReadError(status: status) { throw error }
        return SignatureMetadata(userMetadata: values.values)
    }

    func checkUnchanged() throws {
        guard let function = unsafe functions.unchanged else { return }
        if let error = ObjectReadError(status: unsafe function(functions.context, file)) { throw error }
    }
}
