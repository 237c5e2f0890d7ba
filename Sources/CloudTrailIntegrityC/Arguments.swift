/// What C hands in, looked at once and copied.
enum Arguments {
    /// Where a handle is to be put, which is NULL until then.
    static func output(
        _ pointer: UnsafeMutablePointer<OpaquePointer?>?,
        _ name: String
    ) throws(Failure) -> UnsafeMutablePointer<OpaquePointer?> {
        guard let pointer = unsafe pointer else { throw .null(name) }
        unsafe pointer.pointee = nil
        return unsafe pointer
    }

    /// Text that ends with a NUL.
    static func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(Failure) -> String {
        guard let pointer = unsafe pointer else { throw .null(name) }
        guard let text = unsafe String(validatingCString: pointer) else { throw .argument("\(name) is not UTF-8") }
        return text
    }

    /// Bytes with their number; none may be NULL.
    static func bytes(_ pointer: UnsafeRawPointer?, _ count: Int, _ name: String) throws(Failure) -> [UInt8] {
        // A greater number than memory has is a negative one here.
        guard count >= 0 else { throw .argument("\(name) has more bytes than there are") }
        if count == 0 { return [] }
        guard let pointer = unsafe pointer else { throw .null(name) }
        return unsafe Array(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// The elements of an array of C's; none may be NULL.
    static func elements<Element, Result>(
        _ pointer: UnsafePointer<Element>?,
        _ count: Int,
        _ name: String,
        _ element: (Element) throws -> Result
    ) throws -> [Result] {
        guard count > 0 else {
            guard count == 0 else { throw Failure.argument("\(name) has more elements than there are") }
            return []
        }
        guard let pointer = unsafe pointer else { throw Failure.null(name) }
        return try unsafe UnsafeBufferPointer(start: pointer, count: count).map(element)
    }
}
