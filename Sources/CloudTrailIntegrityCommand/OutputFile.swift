internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A file that the command writes: as a whole, or not at all.
///
/// It is made beside its target under another name, and renamed into place once all of it is on disk, so that whoever
/// looks there finds the old file or the new one. Devices, FIFOs and the process's own descriptors, in whose place
/// nothing can be put, are written to directly. One thread writes; ``discard()`` may come from any.
final class OutputFile: Sendable {
    /// What a path leads to.
    private enum Target: Sendable {
        /// A regular file, or none yet: its folder, with the `/` at its end, and its name there.
        case file(folder: ByteString, name: ByteString)
        /// A device, FIFO or socket.
        case device
        /// A descriptor of this process.
        case descriptor(CInt)
    }

    /// What tells a target from others, by whatever path it is reached.
    struct Identity: Hashable {
        fileprivate let device: dev_t
        fileprivate let number: ino_t
        fileprivate let name: ByteString
    }

    private struct Stream: Sendable {
        var descriptor: CInt = -1
        var buffer: [UInt8] = []
    }

    private struct Place: Sendable {
        /// The path it is made at; `nil` before, and once it is in place.
        var temporary: ByteString?
        var isDiscarded = false
    }

    /// The path as it was given.
    let path: ByteString
    let identity: Identity

    private let purpose: String
    private let target: Target
    private let stream = LockedState(Stream())
    private let place = LockedState(Place())

    private static let capacity = 256 * 1024

    /// The file at `path`; nothing is made yet. A link is followed to what it leads to.
    ///
    /// - Parameter purpose: What the file is, as an error calls it.
    init(_ path: ByteString, purpose: String) throws(CommandError) {
        self.path = path
        self.purpose = purpose
        func refusal(_ reason: String) -> CommandError {
            Self.failure(path, purpose, reason)
        }
        guard !path.isEmpty, path.isUsable else {
            throw CommandError(.usage, "The \(purpose) '\(path)' has no name that a file can have")
        }
        var status = stat()
        var name: ByteString = ""
        if let descriptor = Self.ownDescriptor(path) {
            guard unsafe fstat(descriptor, &status) == 0 else { throw refusal(SystemError.last.description) }
            target = .descriptor(descriptor)
        } else {
            var place = path
            if unsafe stat(path.cString, &status) == 0 {
                if status.st_mode & S_IFMT == S_IFREG {
                    guard let resolved = Self.resolved(path) else { throw refusal(SystemError.last.description) }
                    place = resolved
                }
            } else {
                guard errno == ENOENT else { throw refusal(SystemError.last.description) }
                status.st_mode = S_IFREG
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: throw refusal("it is a folder")
            case S_IFBLK: throw refusal("it is a disk")
            case S_IFREG:
                let parts = place.folderAndName ?? (folder: "./", name: place)
                name = parts.name
                guard unsafe stat(parts.folder.cString, &status) == 0 else {
                    throw refusal("its folder: \(SystemError.last.description)")
                }
                guard !name.isEmpty else { throw refusal("there is no such folder") }
                target = .file(folder: parts.folder, name: name)
            default: target = .device
            }
        }
        identity = Identity(device: status.st_dev, number: status.st_ino, name: name)
    }

    deinit {
        let descriptor = stream.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
        discard()
    }

    /// Whether it is a regular file, or none yet.
    var isRegular: Bool {
        if case .file = target { true } else { false }
    }

    /// Whether the file would lie in `folder`, however deep, by whatever links either is reached.
    func liesBelow(_ folder: ByteString) -> Bool {
        guard case .file(let parent, _) = target else { return false }
        return Self.isFolder(parent, below: folder)
    }

    /// Whether the file that is there under `path` lies in `folder`, however deep, by whatever links either is reached;
    /// or the link that leads to it, which whoever changes the folder can lead elsewhere.
    static func isFile(_ path: ByteString, below folder: ByteString) -> Bool {
        [path, resolved(path)].contains { path in
            guard let path else { return false }
            return isFolder(path.folderAndName?.folder ?? "./", below: folder)
        }
    }

    private static func isFolder(_ parent: ByteString, below folder: ByteString) -> Bool {
        var root = stat()
        guard unsafe stat(folder.cString, &root) == 0 else { return false }
        var path = parent
        var status = stat()
        guard unsafe stat(path.cString, &status) == 0 else { return false }
        while true {
            if status.st_dev == root.st_dev, status.st_ino == root.st_ino { return true }
            path = path + "/.."
            var above = stat()
            guard unsafe stat(path.cString, &above) == 0 else { return false }
            if above.st_dev == status.st_dev, above.st_ino == status.st_ino { return false }
            status = above
        }
    }

    /// Finds out whether the file can be made, before anything long is begun.
    func checkIsWritable() throws(CommandError) {
        switch target {
        case .file(let folder, _):
            let (descriptor, temporary) = try makeTemporary(in: folder)
            close(descriptor)
            _ = unsafe unlink(temporary.cString)
        case .device:
            guard unsafe access(path.cString, W_OK) == 0 else { throw failure() }
        case .descriptor(let number):
            let flags = fcntl(number, F_GETFL)
            guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { throw failure(SystemError(code: EBADF)) }
        }
    }

    // MARK: Writing

    /// Begins to write. A FIFO keeps the caller waiting for a reader.
    func begin() throws(CommandError) {
        let descriptor: CInt
        switch target {
        case .file(let folder, _):
            let result = place.withLock { place -> Result<CInt, CommandError> in
                if place.isDiscarded { return .failure(failure(SystemError(code: ECANCELED))) }
                do throws(CommandError) {
                    let (descriptor, temporary) = try makeTemporary(in: folder)
                    place.temporary = temporary
                    return .success(descriptor)
                } catch {
                    return .failure(error)
                }
            }
            descriptor = try result.get()
        case .device:
            descriptor = unsafe open(path.cString, O_WRONLY | O_CLOEXEC | O_NOCTTY)
        case .descriptor(let number):
            descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
        }
        guard descriptor >= 0 else { throw failure() }
        stream.withLock { $0.descriptor = descriptor }
    }

    func write(_ bytes: [UInt8]) throws(CommandError) {
        try writing { stream throws(SystemError) in
            stream.buffer += bytes
            if stream.buffer.count >= Self.capacity { try Self.flush(&stream) }
        }
    }

    /// Writes what is still held, to the disk where there is one. The file is not in its place yet.
    func finish() throws(CommandError) {
        try writing { [target] stream throws(SystemError) in
            try Self.flush(&stream)
            if case .file = target, fsync(stream.descriptor) != 0 { throw .last }
            let result = close(stream.descriptor)
            stream.descriptor = -1
            // After EINTR the descriptor is gone on Linux, and the data is on its way.
            guard result == 0 || errno == EINTR else { throw .last }
        }
    }

    /// Puts the finished file in its place, for good.
    func putInPlace() throws(CommandError) {
        guard case .file(let folder, let name) = target else { return }
        let error = place.withLock { place -> SystemError? in
            guard let temporary = place.temporary else { return SystemError(code: ECANCELED) }
            guard unsafe rename(temporary.cString, (folder + name).cString) == 0 else { return .last }
            place.temporary = nil
            return nil
        }
        if let error {
            discard()
            throw failure(error)
        }
    }

    /// Removes what was made of a file that is not in its place, and makes every later call fail.
    func discard() {
        place.withLock { place in
            if let temporary = place.temporary { _ = unsafe unlink(temporary.cString) }
            place.temporary = nil
            place.isDiscarded = true
        }
    }

    private func writing(_ body: (inout Stream) throws(SystemError) -> Void) throws(CommandError) {
        let error = stream.withLock { stream -> SystemError? in
            do throws(SystemError) {
                try body(&stream)
                return nil
            } catch {
                // An open file keeps its room on the disk, which the next one may need.
                if stream.descriptor >= 0 { close(stream.descriptor) }
                stream.descriptor = -1
                return error
            }
        }
        if let error {
            discard()
            throw failure(error)
        }
    }

    private static func flush(_ stream: inout Stream) throws(SystemError) {
        if stream.buffer.isEmpty { return }
        defer { stream.buffer.removeAll(keepingCapacity: true) }
        try SystemCall.write(stream.descriptor, stream.buffer)
    }

    /// Makes a new file in `folder` with a name that none has.
    private func makeTemporary(in folder: ByteString) throws(CommandError) -> (CInt, ByteString) {
        // Whoever was killed may have left some, and machines that share the folder count processes alike.
        for number in 0..<100 {
            let temporary = folder + ByteString(".\(MainCommand.name)-\(getpid())-\(number)")
            let descriptor = unsafe open(temporary.cString, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return (descriptor, temporary) }
            guard errno == EEXIST else { break }
        }
        throw failure()
    }

    // MARK: Paths

    /// Whether `path` stands for standard output.
    static func isStandardOutput(_ path: ByteString) -> Bool {
        path == "-" || ownDescriptor(path) == STDOUT_FILENO
    }

    /// The number of the process's own descriptor that `path` names, such as `/dev/stdout` and `/dev/fd/3`.
    private static func ownDescriptor(_ path: ByteString) -> CInt? {
        guard let path = path.text else { return nil }
        switch path {
        case "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default: break
        }
        for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
            return CInt(path.dropFirst(folder.count))
        }
        return nil
    }

    /// The path of a file that is there, without links.
    private static func resolved(_ path: ByteString) -> ByteString? {
        guard let resolved = unsafe realpath(path.cString, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe ByteString(cString: resolved)
    }

    private func failure(_ error: SystemError = .last) -> CommandError {
        Self.failure(path, purpose, error.description)
    }

    private static func failure(_ path: ByteString, _ purpose: String, _ reason: String) -> CommandError {
        CommandError(.outputError, "The \(purpose) '\(path)' could not be written: \(reason)")
    }
}
