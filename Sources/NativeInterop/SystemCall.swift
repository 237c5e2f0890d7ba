internal import CPlatform

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What a system call failed with.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error number.
    package let code: CInt

    package init(code: CInt) {
        self.code = code
    }

    /// The system has no thread to give.
    package static let noThread = SystemError(code: EAGAIN)

    /// There is no such file.
    package static let noSuchFile = SystemError(code: ENOENT)

    /// A name, or all names of a path together, are longer than the system takes.
    package static let nameTooLong = SystemError(code: ENAMETOOLONG)

    /// Something with that name is there already.
    package static let exists = SystemError(code: EEXIST)

    /// What was begun was given up.
    package static let canceled = SystemError(code: ECANCELED)

    /// Whether a folder could not be removed because something is in it.
    package var saysNotEmpty: Bool { code == ENOTEMPTY || code == EEXIST }

    /// Whether the process, or the system, has no descriptor or memory left.
    package var isExhaustion: Bool { [EMFILE, ENFILE, ENOMEM].contains(code) }

    /// The error of the call that has just failed on this thread.
    package static var last: SystemError { SystemError(code: errno) }

    /// What the system says of it.
    package var description: String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

/// Calls of the system. Reads and writes are begun again when a signal comes between.
package enum SystemCall {
    /// The number of processors that this process may use; at least 1.
    package static var processorCount: Int {
        #if os(Linux)
        // A container or `taskset` may leave a process fewer than the machine has.
        let allowed = Int(platform_allowed_processors())
        if allowed > 0 { return allowed }
        #endif
        return max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
    }

    /// Makes the lowest descriptor, which is closed, one that can be neither read nor written; `false` when that fails.
    package static func fill(_ descriptor: CInt) -> Bool {
        #if os(Linux)
        let flags = platform_open_to_search()
        #else
        let flags = O_RDONLY
        #endif
        return unsafe open("/", flags | O_DIRECTORY) == descriptor
    }

    /// Opens a folder only to ask what it is, and follows no link on the way to it.
    ///
    /// - Parameters:
    ///   - path: Its path below `root`, with a NUL at the end and without `.` and `..`.
    ///   - root: The descriptor of a folder.
    /// - Returns: A descriptor, which is the caller's to close; `nil` where the system cannot do that in one call.
    package static func lookUpFolder(_ path: [CChar], below root: CInt) throws(SystemError) -> CInt? {
        #if os(Linux)
        let descriptor = unsafe platform_look_up_folder(root, path)
        if descriptor >= 0 { return descriptor }
        // Older sandboxes forbid the calls that they do not know.
        if errno == ENOSYS || errno == EPERM { return nil }
        throw .last
        #else
        return nil
        #endif
    }

    /// Fills `buffer` with the next bytes, as many as are at hand; 0 only at the end.
    package static func read(_ descriptor: CInt, into buffer: inout MutableRawSpan) throws(SystemError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe posixRead(descriptor, bytes.baseAddress, bytes.count)
            }
            if count >= 0 { return count }
            if errno != EINTR { throw .last }
        }
    }

    /// Reads on to the end; `nil` when there are more than `limit` bytes.
    package static func readAll(_ descriptor: CInt, limit: Int) throws(SystemError) -> [UInt8]? {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            var span = buffer.mutableSpan
            var bytes = unsafe span.mutableBytes
            let count = try read(descriptor, into: &bytes)
            if count == 0 { return content }
            if content.count + count > limit { return nil }
            content += buffer[..<count]
        }
    }

    /// Writes all of `bytes`.
    package static func write(_ descriptor: CInt, _ bytes: [UInt8]) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                return unsafe posixWrite(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .last
            }
            written += count
        }
    }
}

// The methods of the same name hide these inside the enumeration.
private func posixRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, buffer, count)
}

private func posixWrite(_ descriptor: CInt, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, buffer, count)
}
