internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A file that the command writes: as a whole, or not at all (I32).
///
/// It is made beside its target under another name, and renamed into place once all of it is on disk, so that whoever
/// looks there finds the old file or the new one. Its folder is held open from the beginning: what becomes of the path
/// meanwhile does not lead it elsewhere. Devices, FIFOs and the process's own descriptors, in whose place nothing can be
/// put, are written to directly. One thread writes; ``discard()`` may come from any.
final class OutputFile: Sendable {
    /// What a path leads to.
    private enum Target: Sendable {
        /// A regular file, or none yet.
        case file(FilePlace)
        /// A device, FIFO or socket.
        case device(Inode?)
        /// A descriptor of this process.
        case descriptor(CInt)
    }

    private struct State: Sendable {
        /// What writes it; `nil` before.
        var writer: FileWriter?
        var isDiscarded = false
    }

    /// The path as it was given.
    let path: ByteString
    /// Where it lies; `nil` for what lies in no folder.
    let location: FileLocation?

    private let purpose: String
    private let isPrivate: Bool
    private let target: Target
    /// The inode of a regular file that a descriptor leads to.
    private let fileBehindDescriptor: Inode?
    private let state = LockedState(State())

    /// What the name of a file begins with that is not in its place.
    private static let prefix = ByteString(".\(Tool.name)-")

    /// The file at `path`; nothing is made yet. A link is followed to what it leads to, and only now.
    ///
    /// - Parameters:
    ///   - purpose: What the file is, as an error calls it.
    ///   - isPrivate: Whether only its owner may read it, if it is not there yet.
    ///   - others: What else is written, perhaps to the same folder.
    init(
        _ path: ByteString,
        purpose: String,
        isPrivate: Bool = false,
        besides others: [OutputFile]
    ) throws(CommandError) {
        guard !path.isEmpty, path.isUsable else {
            throw CommandError(.usage, "The \(purpose) '\(path)' has no name that a file can have")
        }
        self.path = path
        self.purpose = purpose
        self.isPrivate = isPrivate
        func refusal(_ reason: String, of target: ByteString? = nil) -> CommandError {
            Self.failure(path, leadingTo: target, purpose, reason)
        }
        func system<Result>(_ body: () throws(SystemError) -> Result) throws(CommandError) -> Result {
            do throws(SystemError) { return try body() } catch { throw refusal(error.description) }
        }
        if let descriptor = Self.ownDescriptor(path) {
            let status = try system { () throws(SystemError) in try FileStatus(of: descriptor) }
            target = .descriptor(descriptor)
            fileBehindDescriptor = status.kind == .file ? status.inode : nil
            location = nil
            return
        }
        fileBehindDescriptor = nil
        // The system's own answer, with what it refuses of links.
        let status = try system { () throws(SystemError) in try FileStatus(at: path) }
        switch status?.kind {
        case .folder: throw refusal("it is a folder")
        case .disk: throw refusal("it is a disk")
        case .other?:
            target = .device(status?.inode)
            location = try? FilePlace(resolving: path).location
        default:
            let place: FilePlace
            do throws(FilePlace.ResolutionError) {
                place = try FilePlace(resolving: path)
            } catch {
                throw refusal(error.error.description, of: error.target)
            }
            guard place.status?.inode == status?.inode else {
                throw refusal("it is being exchanged for something else")
            }
            target = .file(others.compactMap(\.place).reduce(place) { $0.sharingFolder(of: $1) })
            location = place.location
        }
    }

    deinit {
        discard()
    }

    /// Where it lies, if it is a regular file or none yet.
    var place: FilePlace? {
        if case .file(let place) = target { place } else { nil }
    }

    /// Whether both are the same file.
    func isSameFile(as other: OutputFile) -> Bool {
        switch (target, other.target) {
        case (.descriptor(let number), .descriptor(let otherNumber)): number == otherNumber
        case (.device(let inode), .device(let otherInode)): inode == otherInode
        case (.file(let place), .file(let otherPlace)): place.location.isSameFile(as: otherPlace.location)
        case (.file(let place), _): other.leads(to: place.location)
        case (_, .file(let place)): leads(to: place.location)
        default: false
        }
    }

    /// Whether what is written to it would get into this file.
    func leads(to file: FileLocation) -> Bool {
        switch target {
        case .file(let place): place.location.isSameFile(as: file)
        case .device: false
        case .descriptor: fileBehindDescriptor != nil && fileBehindDescriptor == file.inode
        }
    }

    /// Refuses a file whose folder was moved below one of the roots since they were compared.
    func require(outside roots: Set<Inode>) throws(CommandError) {
        guard let place else { return }
        let isInside: Bool
        do throws(SystemError) { isInside = try place.lies(in: roots) } catch { throw failure(error) }
        guard isInside else { return }
        throw Self.failure(path, leadingTo: place.target, purpose, "its folder was moved into the archive")
    }

    /// Finds out whether the file can be made, before anything long is begun.
    ///
    /// - Parameter roots: What the file must not lie in.
    func checkIsWritable(outside roots: Set<Inode>) throws(CommandError) {
        try require(outside: roots)
        do throws(SystemError) {
            switch target {
            case .file(let place): try makeWriter(at: place).discard()
            case .device: guard unsafe access(path.cString, W_OK) == 0 else { throw .last }
            case .descriptor(let number):
                let flags = fcntl(number, F_GETFL)
                guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { throw SystemError(code: EBADF) }
            }
        } catch {
            throw failure(error)
        }
    }

    /// The first bytes of the regular file that is there, at most so many; none where they cannot be had.
    func head(bytes limit: Int) -> [UInt8] {
        guard let place, let descriptor = try? place.folder.openFile(place.name) else { return [] }
        defer { close(descriptor) }
        guard (try? FileStatus(of: descriptor))?.kind == .file else { return [] }
        var buffer = [UInt8](repeating: 0, count: limit)
        var span = buffer.mutableSpan
        var bytes = unsafe span.mutableBytes
        let count = (try? SystemCall.read(descriptor, into: &bytes)) ?? 0
        return Array(buffer.prefix(count))
    }

    // MARK: Writing

    /// Begins to write. A FIFO keeps the caller waiting for a reader.
    ///
    /// - Parameter roots: What the file must not lie in.
    func begin(outside roots: Set<Inode>) throws(CommandError) {
        try require(outside: roots)
        do throws(SystemError) {
            switch target {
            case .file(let place):
                let result = state.withLock { state -> Result<Void, SystemError> in
                    if state.isDiscarded { return .failure(SystemError(code: ECANCELED)) }
                    do throws(SystemError) {
                        state.writer = try makeWriter(at: place)
                        return .success(())
                    } catch {
                        return .failure(error)
                    }
                }
                try result.get()
            case .device(let inode):
                let descriptor = unsafe open(path.cString, O_WRONLY | O_CLOEXEC | O_NOCTTY)
                guard descriptor >= 0 else { throw .last }
                let writer = FileWriter(descriptor)
                // A file that somebody has put there since would be written over.
                guard try FileStatus(of: descriptor).inode == inode else { throw SystemError(code: ENXIO) }
                state.withLock { $0.writer = writer }
            case .descriptor(let number):
                let descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
                guard descriptor >= 0 else { throw .last }
                state.withLock { $0.writer = FileWriter(descriptor) }
            }
        } catch {
            throw failure(error)
        }
    }

    func write(_ bytes: [UInt8]) throws(CommandError) {
        try withWriter { writer throws(SystemError) in try writer.write(bytes) }
    }

    /// Writes what is still held, to the disk where there is one. The file is not in its place yet.
    func finish() throws(CommandError) {
        try withWriter { writer throws(SystemError) in try writer.finish(synchronized: place != nil) }
    }

    /// Puts the finished file in its place, for good.
    func putInPlace() throws(CommandError) {
        guard let place else { return }
        try withWriter { writer throws(SystemError) in try writer.putInPlace(as: place.name) }
    }

    /// Sees to it that a file that was put in its place stays there when the machine stops.
    func settle() throws(CommandError) {
        try withWriter { writer throws(SystemError) in try writer.settle() }
    }

    /// Removes what was made of a file that is not in its place, and makes every later call fail.
    func discard() {
        let writer = state.withLock { state in
            state.isDiscarded = true
            return state.writer
        }
        writer?.discard()
    }

    private func makeWriter(at place: FilePlace) throws(SystemError) -> FileWriter {
        try FileWriter(replacing: place, prefix: Self.prefix, isPrivate: isPrivate)
    }

    private func withWriter(_ body: (FileWriter) throws(SystemError) -> Void) throws(CommandError) {
        do throws(SystemError) {
            guard let writer = state.withLock({ $0.writer }) else { throw SystemError(code: ECANCELED) }
            try body(writer)
        } catch {
            throw failure(error)
        }
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

    func failure(_ error: SystemError) -> CommandError {
        Self.failure(path, leadingTo: place?.target, purpose, error.description)
    }

    private static func failure(
        _ path: ByteString,
        leadingTo target: ByteString?,
        _ purpose: String,
        _ reason: String
    ) -> CommandError {
        let link = target.map { ", which leads to '\($0)'," } ?? ""
        return CommandError(.outputError, "The \(purpose) '\(path)'\(link) could not be written: \(reason)")
    }
}
