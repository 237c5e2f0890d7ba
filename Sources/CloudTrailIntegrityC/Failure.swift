public import CCloudTrailIntegrity
internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Why a function of the interface did not do what it was asked for.
struct Failure: Error {
    let status: cti_status
    /// One line; it may hold text of the caller's.
    let message: String

    init(_ status: cti_status, _ message: String) {
        self.status = status
        self.message = message
    }

    /// What the library threw.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case is CancellationError: self = .cancelled
        case is ValidationOptionsError, is NotAllowableError: self = .argument("\(error)")
        case let error as ObjectReadError:
            self.init(CTI_ERROR_INPUT, "the archive could not be listed: \(error.description)")
        case let error as ClockError:
            self.init(CTI_ERROR_INPUT, "'max-age' cannot be answered: \(error)")
        default: self.init(CTI_ERROR_INTERNAL, "\(error)")
        }
    }

    /// Calls `body`; what it throws says what is wrong with something that was given.
    ///
    /// - Parameter what: What that is, and what cannot be done with it.
    static func reading<Result>(_ what: String, _ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch {
            throw Failure(CTI_ERROR_INPUT, "\(what): \(error)")
        }
    }

    /// The calling program is wrong.
    static func argument(_ message: String) -> Failure { Failure(CTI_ERROR_ARGUMENT, message) }

    /// The validation was stopped.
    static var cancelled: Failure {
        Failure(CTI_ERROR_CANCELLED, "the validation was stopped: there is no verdict")
    }

    /// Something that is needed is not there.
    static func null(_ name: String) -> Failure { .argument("\(name) is NULL") }
}

/// An error as C holds it.
@safe final class ErrorText {
    let status: cti_status
    /// Ends with a NUL, lives as long as the object, and is never changed.
    let message: UnsafeMutablePointer<CChar>?

    init(_ failure: Failure) {
        status = failure.status
        unsafe message = strdup(escaped(failure.message))
    }

    deinit {
        unsafe free(message)
    }
}

/// Does the work of a function of the interface: what it throws becomes the status and, where that is wanted, an error.
func attempt(_ error: UnsafeMutablePointer<OpaquePointer?>?, _ work: () throws -> Void) -> cti_status {
    if let error = unsafe error { unsafe error.pointee = nil }
    do {
        try work()
        return CTI_OK
    } catch let thrown {
        let failure = Failure(thrown)
        if let error = unsafe error { unsafe error.pointee = Handle.make(ErrorText(failure)) }
        return failure.status
    }
}

/// What the call returned.
@c @implementation
public func cti_error_status(_ error: OpaquePointer?) -> cti_status {
    (try? unsafe Handle.object(error, as: ErrorText.self, "error"))?.status ?? CTI_OK
}

/// What is wrong, in one line.
@c @implementation
public func cti_error_message(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
    let text = try? unsafe Handle.object(error, as: ErrorText.self, "error")
    return unsafe UnsafePointer(text?.message) ?? UnsafeRawPointer(noText.utf8Start).assumingMemoryBound(to: CChar.self)
}

private let noText: StaticString = ""

/// Frees an error.
@c @implementation
public func cti_error_free(_ error: OpaquePointer?) {
    unsafe Handle.free(error)
}
