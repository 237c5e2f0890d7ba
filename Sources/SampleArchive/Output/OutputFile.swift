internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A new file that is written from its start to its end, in large pieces.
final class OutputFile {
    private let path: ByteString
    private var descriptor: CInt
    private var buffer: [UInt8] = []

    private static let capacity = 256 * 1024

    /// Makes the file; one that is there already is an error, and a link is not followed.
    init(creating path: ByteString) throws(SampleArchiveError) {
        self.path = path
        descriptor = unsafe open(path.cString, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .inputOutput(path, "make the file", errno) }
    }

    deinit {
        if descriptor >= 0 { _ = sysClose(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws(SampleArchiveError) {
        if buffer.isEmpty, bytes.count >= Self.capacity {
            try flush(bytes)
            return
        }
        buffer += bytes
        if buffer.count >= Self.capacity {
            try flush(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    /// Writes what is still held. The file is complete only when this has not thrown.
    func close() throws(SampleArchiveError) {
        try flush(buffer)
        buffer = []
        let result = sysClose(descriptor)
        descriptor = -1
        // A full disk may show only here. After EINTR the descriptor is gone on Linux and the data is on its way.
        guard result == 0 || errno == EINTR else { throw .inputOutput(path, "write the file", errno) }
    }

    private func flush(_ bytes: [UInt8]) throws(SampleArchiveError) {
        do throws(SystemError) {
            try SystemCall.write(descriptor, bytes)
        } catch {
            throw .inputOutput(path, "write the file", error.code)
        }
    }
}

// The class's own method hides the function of the same name.
private func sysClose(_ descriptor: CInt) -> CInt {
    close(descriptor)
}
