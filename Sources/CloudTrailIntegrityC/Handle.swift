/// What C holds as a pointer to a struct that it cannot look into: a reference to an object, counted once.
enum Handle {
    /// A handle that the caller frees.
    static func make(_ object: some AnyObject) -> OpaquePointer {
        // Retained for the caller, until `free`.
        unsafe OpaquePointer(Unmanaged.passRetained(object).toOpaque())
    }

    /// Calls `body` with a handle that is valid until it returns and is never freed.
    static func lend<Result>(_ object: some AnyObject, _ body: (OpaquePointer) -> Result) -> Result {
        // Not retained: the object outlives the call.
        withExtendedLifetime(object) { unsafe body(OpaquePointer(Unmanaged.passUnretained(object).toOpaque())) }
    }

    /// The object behind a handle.
    ///
    /// - Parameter name: What the handle is, as an error calls it.
    static func object<Object>(
        _ handle: OpaquePointer?,
        as type: Object.Type,
        _ name: String
    ) throws(Failure) -> Object {
        guard let handle = unsafe handle else { throw .null(name) }
        // The caller's reference stays the caller's; every handle is an object that `make` or `lend` was given.
        let object = unsafe Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
        guard let object = object as? Object else { throw .argument("that is no \(name)") }
        return object
    }

    /// Gives back what `make` made.
    static func free(_ handle: OpaquePointer?) {
        guard let handle = unsafe handle else { return }
        // The reference that `make` retained.
        unsafe Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(handle)).release()
    }
}
