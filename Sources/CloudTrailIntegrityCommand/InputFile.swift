internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Files that the caller names: keys and manifests.
enum InputFile {
    /// The largest file that is read, in bytes: a manifest of a million signatures has about 1 GB.
    private static let maximumBytes = 2 << 30

    /// The content of the file at `path`.
    ///
    /// - Parameter purpose: What the file is for, as an error calls it.
    static func read(_ path: ByteString, purpose: String) throws(CommandError) -> [UInt8] {
        let descriptor = unsafe open(path.cString, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw failure(path, purpose) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, purpose) }
        if status.st_mode & S_IFMT == S_IFDIR {
            throw CommandError(.noInput, "The \(purpose) '\(path)' is a folder: give a file")
        }
        let content: [UInt8]?
        do throws(SystemError) {
            content = try SystemCall.readAll(descriptor, limit: maximumBytes)
        } catch {
            throw failure(path, purpose, error)
        }
        guard let content else {
            throw CommandError(.noInput, "The \(purpose) '\(path)' is larger than \(maximumBytes >> 30) GiB")
        }
        return content
    }

    /// The first bytes of a regular file, at most so many; none where they cannot be had.
    static func head(of path: ByteString, bytes limit: Int) -> [UInt8] {
        // Nothing waits for the writer of a FIFO.
        let descriptor = unsafe open(path.cString, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
        var buffer = [UInt8](repeating: 0, count: limit)
        var span = buffer.mutableSpan
        var bytes = unsafe span.mutableBytes
        let count = (try? SystemCall.read(descriptor, into: &bytes)) ?? 0
        return Array(buffer.prefix(count))
    }

    private static func failure(_ path: ByteString, _ purpose: String, _ error: SystemError = .last) -> CommandError {
        CommandError(.noInput, "The \(purpose) '\(path)' could not be read: \(error.description)")
    }
}
