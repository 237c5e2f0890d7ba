internal import NativeInterop

/// A folder that the command makes and fills with a few files: as a whole, or not at all (I30).
///
/// Nothing may have its name before. Where it is to lie is resolved once, and that folder is held open from then on, as for
/// an ``OutputFile``. One thread writes; ``discard()`` may come from any.
final class OutputFolder: Sendable {
    private struct Contents: Sendable {
        /// What was made; `nil` before.
        var folder: OpenFolder?
        /// The files in it, in their order.
        var files: [FileWriter] = []
        /// Whether all of it is there, so that it stays.
        var isComplete = false
        var isDiscarded = false
    }

    /// The path as it was given.
    let path: ByteString
    private let place: FilePlace
    private let contents = LockedState(Contents())

    /// What folder and files grant, less what the umask takes.
    private static let (folderRights, fileRights, programRights) = (UInt32(0o777), UInt32(0o666), UInt32(0o777))

    /// The folder at `path`; nothing is made yet.
    ///
    /// - Throws: ``CommandError`` where something has the name, or its folder is not there.
    init(_ path: ByteString) throws(CommandError) {
        self.path = path
        var bytes = path.bytes
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        let plain = ByteString(bytes: bytes)
        guard !plain.isEmpty, plain.isUsable else {
            throw CommandError(.usage, "'\(path)' is not a name that a folder can have")
        }
        do throws(FilePlace.ResolutionError) {
            place = try FilePlace(resolving: plain)
        } catch {
            throw Self.failure(path, error.error.description)
        }
        guard place.status == nil else {
            throw CommandError(.usage, "'\(path)' is there already: give the name of a new folder")
        }
    }

    deinit {
        discard()
    }

    /// Where it is to lie.
    var location: FileLocation { place.location }

    /// Makes the folder.
    ///
    /// - Parameter roots: What it must not lie in.
    func begin(outside roots: Set<Inode>) throws(CommandError) {
        let isInside: Bool
        do throws(SystemError) { isInside = try place.lies(in: roots) } catch { throw failure(error) }
        if isInside { throw Self.failure(path, "the folder that it is to lie in was moved into the archive") }
        try withContents { contents throws(SystemError) in
            guard try place.folder.makeFolder(place.name, rights: Self.folderRights) else { throw .exists }
            contents.folder = try place.folder.folder(place.name)
        }
    }

    /// Writes a file in it.
    ///
    /// - Parameters:
    ///   - name: A name that no other file in it has.
    ///   - isProgram: Whether it can be run.
    ///   - body: Writes its content by what it is given.
    func write(
        _ name: String,
        isProgram: Bool = false,
        _ body: (_ write: @escaping ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        var made: FileWriter?
        try withContents { contents throws(SystemError) in
            guard let folder = contents.folder else { throw .canceled }
            let rights = isProgram ? Self.programRights : Self.fileRights
            let writer = try FileWriter(making: ByteString(name), in: folder, rights: rights)
            contents.files.append(writer)
            made = writer
        }
        guard let writer = made else { throw failure(.canceled) }
        try body { [self] bytes in
            do throws(SystemError) { try writer.write(bytes) } catch { throw failure(error) }
        }
        do throws(SystemError) { try writer.finish(synchronized: true) } catch { throw failure(error) }
    }

    /// Keeps it for good.
    func complete() {
        contents.withLock { contents in
            guard !contents.isDiscarded else { return }
            contents.isComplete = true
            for file in contents.files { file.keep() }
        }
    }

    /// Sees to it that it stays there when the machine stops.
    func settle() throws(CommandError) {
        let folder = contents.withLock { $0.folder }
        do throws(SystemError) {
            try folder?.synchronize()
            try place.folder.synchronize()
        } catch {
            throw failure(error)
        }
    }

    /// Removes what was made, and makes every later call fail; does nothing once it is complete.
    func discard() {
        contents.withLock { contents in
            guard !contents.isComplete, !contents.isDiscarded else { return }
            contents.isDiscarded = true
            for file in contents.files { file.discard() }
            // Another folder may have its name by now.
            guard let folder = contents.folder, (try? place.folder.status(of: place.name))??.inode == folder.inode
            else { return }
            _ = try? place.folder.removeFolder(place.name)
        }
    }

    private func withContents(_ body: (inout Contents) throws(SystemError) -> Void) throws(CommandError) {
        let error = contents.withLock { contents -> SystemError? in
            if contents.isDiscarded { return .canceled }
            do throws(SystemError) {
                try body(&contents)
                return nil
            } catch {
                return error
            }
        }
        if let error { throw failure(error) }
    }

    private func failure(_ error: SystemError) -> CommandError { Self.failure(path, error.description) }

    private static func failure(_ path: ByteString, _ reason: String) -> CommandError {
        CommandError(.outputError, "The folder '\(path)' could not be written: \(reason)")
    }
}
