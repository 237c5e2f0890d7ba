internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What one thread of a validation reuses from file to file.
final class WorkerContext {
    let hasher: ContentHasher
    let reading = ObjectReading()
    var verifier: SignatureVerifier
    let opener: ObjectOpener
    var packer: LogListPacker
    var keyReader: PackedKeyEncoder
    var texts = StringReuse()
    /// Shared by all threads.
    let folders: ListedFolders
    /// Shared by all threads.
    let digestNames: SharedNames

    init(
        verifier: @autoclosure () -> SignatureVerifier,
        opener: ObjectOpener,
        folders: ListedFolders,
        digestNames: SharedNames,
        hashesStoredBytes: Bool
    ) throws {
        hasher = try ContentHasher(hashesStoredBytes: hashesStoredBytes)
        self.verifier = verifier()
        self.opener = opener
        packer = LogListPacker(folders)
        keyReader = PackedKeyEncoder(digestNames)
        self.folders = folders
        self.digestNames = digestNames
    }
}

/// The object that a thread reads, from its opening on.
final class ObjectReading {
    // Exclusivity checking is off: nothing that this module does with it re-enters, and the dynamic check is paid for
    // every file.
    @exclusivity(unchecked) private var object: (any OpenObject)?
    /// Its size as the storage says, in bytes; 0 when that is not known.
    private(set) var storedBytes: UInt64 = 0
    /// How many of the bytes that were read are not yet reported to the monitor.
    private(set) var unreportedBytes: UInt64 = 0

    /// Before an object is opened.
    func begin() {
        storedBytes = 0
        unreportedBytes = 0
    }

    /// Reads the next bytes; the first time, the object is opened.
    ///
    /// - Throws: ``ObjectReadError``.
    func read(
        into buffer: inout MutableRawSpan,
        _ monitor: ValidationMonitor,
        opening open: () throws -> any OpenObject
    ) throws -> Int {
        let count = try ObjectReadError.catching {
            if let object = unsafe object { return try object.read(into: &buffer) }
            let opened = try open()
            storedBytes = opened.storedBytes ?? 0
            let count = try opened.read(into: &buffer)
            unsafe object = opened
            return count
        }
        unreportedBytes &+= UInt64(clamping: count)
        if unreportedBytes >= ValidationMonitor.Work.worthwhileBytes {
            monitor.bytesWereRead(unreportedBytes)
            unreportedBytes = 0
        }
        return count
    }

    /// Returns the open object and forgets it.
    @discardableResult
    func end() -> (any OpenObject)? {
        unsafe object.take()
    }
}

/// Opens the files of one folder after another. Threads share nothing here: an atomic retain or a lock for every file costs
/// more than opening it.
final class ObjectOpener {
    /// What tells a folder from the others of a source without a look at its path, which all threads have in common.
    enum FolderNumber: Equatable {
        /// One of digest files, by its number in the ``SharedNames``.
        case digests(Int32)
        /// One of log files, by its number in the ``ArchiveIndex``.
        case logs(Int)
    }

    private let sources: [ArchiveAccess]
    /// Those of the sources that open folders.
    private let folderSources: [(any FolderSource)?]
    /// The name of the file that is opened next.
    // Exclusivity checking is off as in ``ObjectReading``: setting it or opening a file does not re-enter.
    @exclusivity(unchecked) private var name: [UInt8] = []
    /// The path of its folder, with the `/` at its end.
    private var path = ObjectKey(bytes: [])
    private var number: FolderNumber?
    /// The number of its source.
    private var root = -1
    /// The folder, where the source opens folders and it was entered: this thread's own, so that no other retains it.
    private var folder: (any ObjectFolder)?
    /// What it was entered as. Whoever reads files of it looks it up again when they were read, for all of them at once: for
    /// each it would cost more than opening it.
    private(set) var place: EnteredFolder?

    /// Whether each file is looked up again once it was read, and not its folder alone.
    private let looksUpEachFile: Bool

    init(_ sources: [ArchiveAccess], looksUpEachFile: Bool) {
        self.sources = sources
        folderSources = sources.map { source in
            if case .random(let source) = source { source as? any FolderSource } else { nil }
        }
        self.looksUpEachFile = looksUpEachFile
    }

    /// Sets the file that is opened next, or asked of.
    ///
    /// - Parameters:
    ///   - name: Its name in the folder.
    ///   - number: What tells the folder from others.
    ///   - root: The number of the source.
    ///   - path: The folder's path, with the `/` at its end.
    func aim(at name: Span<UInt8>, in number: FolderNumber, root: Int, path: @autoclosure () -> ObjectKey) {
        unsafe self.name.removeAll(keepingCapacity: true)
        unsafe self.name.append(name)
        if self.root == root, self.number == number { return }
        self.root = root
        self.number = number
        self.path = path()
        folder = nil
        // Files that wait for the others of their task would keep it open.
        if !isKnownUniquelyReferenced(&place) { place?.settle() }
        place = nil
    }

    /// Opens the file.
    func open() throws -> any OpenObject {
        let name = unsafe name
        if let folder = try enter() { return try folder.open(name.span) }
        return try source.open(ObjectKey(bytes: path.bytes + name))
    }

    /// What the storage knows of the file without reading it.
    func metadata() throws -> ObjectMetadata {
        let name = unsafe name
        if let folder = try enter() { return try folder.metadata(of: name.span) }
        return try source.metadata(of: ObjectKey(bytes: path.bytes + name))
    }

    /// - Throws: ``ObjectReadError`` for a stream, which has gone by.
    private var source: any ObjectSource {
        get throws {
            guard case .random(let source) = sources[root] else {
                throw ObjectReadError(.inputOutput, "a stream is read only once")
            }
            return source
        }
    }

    /// The folder, opened where it was not; `nil` where the source opens none.
    ///
    /// - Throws: As the source does.
    private func enter() throws -> (any ObjectFolder)? {
        if let folder { return folder }
        guard let source = folderSources[root] else { return nil }
        let opened = try source.openFolder(path, checkingEachFile: looksUpEachFile)
        place = opened.unchangedCheck.map { EnteredFolder($0) }
        folder = opened
        return opened
    }
}

/// A folder that files were opened in, to be looked up again once they were read (I37).
final class EnteredFolder: Sendable {
    private enum State: Sendable {
        case open(@Sendable () throws -> Void)
        /// It was looked up for the last time.
        case settled(Result<Void, any Error>)
    }

    private let state: LockedState<State>

    /// - Parameter check: ``ObjectFolder/unchangedCheck``.
    init(_ check: @escaping @Sendable () throws -> Void) {
        state = LockedState(.open(check))
    }

    /// Looks the folder up again.
    ///
    /// - Throws: ``ObjectReadError`` where it is not what was opened, or where that cannot be found out.
    func check() throws {
        try state.withLock { state in
            switch state {
            case .open(let check): try ObjectReadError.catching(check)
            case .settled(let known): try known.get()
            }
        }
    }

    /// Looks it up once more and for the last time, when no other file of it is opened from here: it need not stay open
    /// until somebody asks what came of it.
    func settle() {
        state.withLock { state in
            guard case .open(let check) = state else { return }
            state = .settled(Result { try ObjectReadError.catching(check) })
        }
    }
}

/// Looks up again the folders of files that were read one after another, each of them once.
struct PlaceChecks {
    // Where reads are slow, each of a few threads has its own.
    private var known: [(place: EnteredFolder, error: ObjectReadError?)] = []

    /// Why a file that was read, or asked of, in this folder counts as changed meanwhile; `nil` where it does not.
    ///
    /// - Throws: The `CancellationError` of a source that was told to stop.
    mutating func error(_ place: EnteredFolder?) throws -> ObjectReadError? {
        guard let place else { return nil }
        if let known = known.last(where: { $0.place === place }) { return known.error }
        var failure: ObjectReadError?
        do { try place.check() } catch let error as ObjectReadError { failure = error }
        known.append((place, failure))
        return failure
    }
}

typealias ValidationPool = WorkerPool<WorkerContext>
typealias ValidationWorker = Worker<WorkerContext>

extension ValidationWorker {
    /// Whether the file that the opener is aimed at is what it was, as far as its size and time tell. What cannot be asked
    /// is not known to be.
    ///
    /// - Parameter isListedSo: Whether the listing said so: then nothing is asked. Where it said something else the storage
    ///   is asked, as its listing may know less of a file.
    func isUnchanged(
        since known: ObjectMetadata,
        isListedSo: Bool,
        monitor: ValidationMonitor
    ) throws -> Bool {
        try monitor.check()
        if isListedSo { return true }
        do {
            return try pool.read { try ObjectReadError.catching { try context.opener.metadata() } } == known
        } catch is ObjectReadError {
            return false
        }
    }

    /// Opens an object and hashes its content; what follows the content's end is asked of the open object.
    ///
    /// - Parameters:
    ///   - collecting: Whether the content is wanted as well.
    ///   - open: Opens the object.
    /// - Returns: What it came to, the content if it is wanted, the open object, and how many of the bytes that were read
    ///   are not yet reported to the monitor.
    /// - Throws: ``ObjectReadError``, ``CancellationError``, and errors of the libraries.
    func hash(
        limits: ContentHasher.Limits,
        collecting: Bool,
        monitor: ValidationMonitor,
        opening open: () throws -> any OpenObject
    ) throws -> (result: ContentHasher.Result, content: [UInt8], object: any OpenObject, unreportedBytes: UInt64) {
        let (pool, reading) = (pool, context.reading)
        reading.begin()
        // One that could not be read to its end is held no longer either.
        defer { reading.end() }
        do {
            // Opening and the first read are one wait. What all threads share is captured, as a method of it would
            // retain it for every file.
            func read(_ buffer: inout MutableRawSpan) throws -> Int {
                try pool.read { try reading.read(into: &buffer, monitor, opening: open) }
            }
            var content: [UInt8] = []
            let result: ContentHasher.Result
            if collecting {
                (result, content) = try context.hasher.hashAndCollect(
                    limits: limits,
                    storedBytes: reading.storedBytes,
                    check: { try monitor.check() }
                ) { try read(&$0) }
            } else {
                result = try context.hasher.hash(
                    limits: limits,
                    storedBytes: reading.storedBytes,
                    check: { try monitor.check() }
                ) { try read(&$0) }
            }
            guard let object = reading.end() else { throw ObjectReadError(.inputOutput, "nothing was read") }
            return (result, content, object, reading.unreportedBytes)
        } catch is ContentHasher.InvalidReadCount {
            throw ObjectReadError.invalidReadCount
        }
    }
}

extension ContentHasher.Result {
    /// Whether the content was read to its end, so that the hash is that of all of it.
    var isWhole: Bool {
        switch condition {
        case .complete, .trailingData, .corrupt(.checksum), .corrupt(.length): true
        case .truncated, .corrupt(.stream), .overContentLimit, .overRatioLimit: false
        }
    }
}
