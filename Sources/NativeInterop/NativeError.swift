internal import COpenSSL

/// A failure of libcrypto or zlib itself: out of memory, a missing algorithm, an object that could not be made.
///
/// A signature that does not verify or a container that is broken is never an error: it is a result.
package struct NativeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The C function that failed.
    package let function: StaticString
    /// What the library said, or its numeric code.
    package let reason: String

    package init(function: StaticString, reason: String) {
        self.function = function
        self.reason = reason
    }

    package var description: String { "\(function) failed: \(reason)" }

    package static func == (lhs: NativeError, rhs: NativeError) -> Bool {
        lhs.function.description == rhs.function.description && lhs.reason == rhs.reason
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(function.description)
        hasher.combine(reason)
    }

    /// The error that names `function`, with the newest entry of OpenSSL's error queue, which is emptied.
    static func openSSL(_ function: StaticString) -> NativeError {
        NativeError(function: function, reason: OpenSSLErrorQueue.drain() ?? "no reason given")
    }
}

enum OpenSSLErrorQueue {
    /// Empties this thread's queue, so that no later call can be blamed for this one, and returns its last entry.
    @discardableResult
    static func drain() -> String? {
        var newest: CUnsignedLong = 0
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            newest = code
        }
        guard newest != 0 else { return nil }
        var text = [CChar](repeating: 0, count: 256)
        unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe ERR_error_string_n(newest, buffer.baseAddress, buffer.count)
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
