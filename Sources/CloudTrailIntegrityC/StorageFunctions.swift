internal import CCloudTrailIntegrity
internal import CloudTrailIntegrity
internal import CloudTrailRules

/// The functions of a `cti_storage` and what is given to them.
///
/// `@unchecked Sendable`: the header says that several threads call them at once, and the context is the caller's alone.
@safe struct StorageFunctions: @unchecked Sendable {
    typealias List = @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> CInt
    typealias Open =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> CInt
    typealias Read =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int,
            UnsafeMutablePointer<Int>?
        ) -> CInt
    typealias Close = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void
    typealias Size = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> UInt64
    typealias Metadata = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, OpaquePointer?) -> CInt
    typealias Unchanged = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> CInt

    let context: UnsafeMutableRawPointer?
    let list: List
    let open: Open
    let read: Read
    let close: Close
    let size: Size?
    let metadata: Metadata?
    let unchanged: Unchanged?

    init(_ storage: cti_storage) throws(Failure) {
        guard let list = unsafe storage.list else { throw .null("list") }
        guard let open = unsafe storage.open else { throw .null("open") }
        guard let read = unsafe storage.read else { throw .null("read") }
        guard let close = unsafe storage.close else { throw .null("close") }
        unsafe context = storage.context
        unsafe self.list = list
        unsafe self.open = open
        unsafe self.read = read
        unsafe self.close = close
        unsafe size = storage.size
        unsafe metadata = storage.metadata
        unsafe unchanged = storage.unchanged
    }
}

extension ObjectReadError {
    /// What a `cti_read_status` says; `nil` when nothing is wrong.
    init?(status: CInt) {
        switch status {
        case CInt(CTI_READ_OK.rawValue): return nil
        case CInt(CTI_READ_PERMISSION.rawValue): self.init(.permission, "the storage does not permit it")
        case CInt(CTI_READ_VANISHED.rawValue): self.init(.vanished, "it is not there any more")
        case CInt(CTI_READ_NOT_REGULAR_FILE.rawValue): self.init(.notRegularFile, "not a regular file")
        case CInt(CTI_READ_CHANGED.rawValue): self.init(.changed, "it changed while it was read")
        default: self.init(.inputOutput, "the storage failed with \(status)")
        }
    }
}
