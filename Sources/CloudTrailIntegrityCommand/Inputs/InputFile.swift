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
    /// - Parameters:
    ///   - purpose: What the file is for, as an error calls it.
    ///   - inode: Which file it must be; `nil` for any.
    static func read(
        _ path: ByteString,
        purpose: String,
        expecting inode: Inode? = nil
    ) throws(CommandError) -> [UInt8] {
        let descriptor = unsafe open(path.cString, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw failure(path, purpose) }
        defer { close(descriptor) }
        return try read(descriptor, path, purpose: purpose, expecting: inode)
    }

    /// The content behind a descriptor, which stays the caller's.
    static func read(
        _ descriptor: CInt,
        _ path: ByteString,
        purpose: String,
        expecting inode: Inode? = nil
    ) throws(CommandError) -> [UInt8] {
        let status: FileStatus
        let content: [UInt8]?
        do throws(SystemError) {
            status = try FileStatus(of: descriptor)
            content = status.kind == .folder ? nil : try SystemCall.readAll(descriptor, limit: maximumBytes)
        } catch {
            throw failure(path, purpose, error)
        }
        if status.kind == .folder {
            throw CommandError(.noInput, "The \(purpose) '\(path)' is a folder: give a file")
        }
        if let inode, status.inode != inode {
            throw CommandError(.noInput, "The \(purpose) '\(path)' was exchanged for another file: run it again")
        }
        guard let content else {
            throw CommandError(.noInput, "The \(purpose) '\(path)' is larger than \(maximumBytes >> 30) GiB")
        }
        return content
    }

    static func failure(_ path: ByteString, _ purpose: String, _ error: SystemError = .last) -> CommandError {
        CommandError(.noInput, "The \(purpose) '\(path)' could not be read: \(error.description)")
    }
}
