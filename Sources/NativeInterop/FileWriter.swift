#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A file that is written from its start to its end, in large pieces.
///
/// A new one is removed again unless it is kept or put in its place. One thread writes; ``discard()`` may come from any,
/// and does not wait for a write that hangs (I32).
package final class FileWriter: Sendable {
    private struct Stream: Sendable {
        var descriptor: CInt
        var buffer: [UInt8] = []
    }

    private struct Place: Sendable {
        /// The name of a new file that is not yet in its place; `nil` for all others.
        var name: ByteString?
    }

    private let folder: OpenFolder?
    private let stream: LockedState<Stream>
    private let place: LockedState<Place>

    private static let capacity = 256 * 1024

    private init(_ descriptor: CInt, _ folder: OpenFolder?, _ name: ByteString?) {
        self.folder = folder
        stream = LockedState(Stream(descriptor: descriptor))
        place = LockedState(Place(name: name))
    }

    /// Writes to a descriptor, which becomes the writer's own.
    package convenience init(_ descriptor: CInt) {
        self.init(descriptor, nil, nil)
    }

    /// Makes a file in `folder`; one that is there already is an error, and a link is not followed.
    ///
    /// - Parameter rights: What the umask leaves of them is granted.
    package convenience init(making name: ByteString, in folder: OpenFolder, rights: UInt32) throws(SystemError) {
        self.init(try folder.makeFile(name, rights: rights), folder, name)
    }

    /// Makes a file that is to take this place, beside it. It gets the rights of the file that is there, owner and group
    /// included, and no more; before anything is written to it (I32).
    ///
    /// - Parameters:
    ///   - prefix: What its name begins with; nobody can foresee the rest.
    ///   - isPrivate: Whether a file that replaces no other is for its owner alone, whatever the umask is.
    package convenience init(
        replacing target: FilePlace,
        prefix: ByteString,
        isPrivate: Bool
    ) throws(SystemError) {
        let folder = target.folder
        let previous = try FileRights(of: target.name, in: folder)
        let isOpen = previous == nil && !isPrivate
        let (descriptor, name) = try Self.makeFile(prefix, in: folder, rights: isOpen ? 0o666 : 0o600)
        self.init(descriptor, folder, name)
        if let previous {
            try previous.give(to: descriptor)
        } else if isPrivate {
            try FileRights.set(0o600, of: descriptor)
        }
    }

    /// Makes a file with a name that none has.
    private static func makeFile(
        _ prefix: ByteString,
        in folder: OpenFolder,
        rights: UInt32
    ) throws(SystemError) -> (CInt, ByteString) {
        var generator = SystemRandomNumberGenerator()
        while true {
            let random = [generator.next(), generator.next()].map { String($0, radix: 36) }.joined()
            let name = prefix + ByteString(random)
            do throws(SystemError) {
                return (try folder.makeFile(name, rights: rights), name)
            } catch {
                if error.code != EEXIST { throw error }
            }
        }
    }

    deinit {
        let descriptor = stream.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
        discard()
    }

    // MARK: Writing

    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try writing { stream throws(SystemError) in
            if stream.buffer.isEmpty, bytes.count >= Self.capacity {
                return try SystemCall.write(stream.descriptor, bytes)
            }
            stream.buffer += bytes
            if stream.buffer.count >= Self.capacity { try Self.flush(&stream) }
        }
    }

    /// Writes what is still held. The content is complete only when this has not thrown.
    ///
    /// - Parameter synchronized: Whether it must be on the disk then.
    package func finish(synchronized: Bool) throws(SystemError) {
        try writing { stream throws(SystemError) in
            try Self.flush(&stream)
            if synchronized, fsync(stream.descriptor) != 0 { throw .last }
            let result = close(stream.descriptor)
            stream.descriptor = -1
            // A full disk may show only here. After EINTR the descriptor is gone on Linux, and the data is on its way.
            guard result == 0 || errno == EINTR else { throw .last }
        }
    }

    private func writing(_ body: (inout Stream) throws(SystemError) -> Void) throws(SystemError) {
        let error = stream.withLock { stream -> SystemError? in
            do throws(SystemError) {
                try body(&stream)
                return nil
            } catch {
                // An open file keeps its room on the disk, which the next one may need.
                if stream.descriptor >= 0 { close(stream.descriptor) }
                stream.descriptor = -1
                stream.buffer = []
                return error
            }
        }
        if let error {
            discard()
            throw error
        }
    }

    private static func flush(_ stream: inout Stream) throws(SystemError) {
        if stream.buffer.isEmpty { return }
        defer { stream.buffer.removeAll(keepingCapacity: true) }
        try SystemCall.write(stream.descriptor, stream.buffer)
    }

    // MARK: Its place

    /// Leaves a finished file where it was made.
    package func keep() {
        place.withLock { $0.name = nil }
    }

    /// Gives a finished file its name for good, in the place of what has it now.
    package func putInPlace(as name: ByteString) throws(SystemError) {
        guard let folder else { return }
        let error = place.withLock { place -> SystemError? in
            guard let made = place.name else { return SystemError(code: ECANCELED) }
            do throws(SystemError) {
                try folder.rename(made, to: name)
            } catch {
                return error
            }
            place.name = nil
            return nil
        }
        if let error {
            discard()
            throw error
        }
    }

    /// Sees to it that the name of a file that was put in its place is on the disk too.
    package func settle() throws(SystemError) {
        try folder?.synchronize()
    }

    /// Removes what was made of a file that is not in its place, and keeps it from getting there.
    package func discard() {
        place.withLock { place in
            if let name = place.name { _ = try? folder?.remove(name) }
            place.name = nil
        }
    }
}
