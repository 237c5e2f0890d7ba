internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The file of `--state`: read at the beginning of a run, locked until its end, and then written again as a whole.
///
/// It is locked by a file beside it, because a file that is replaced cannot carry a lock. State and lock are those of the
/// file that a link leads to (I34).
struct StateFile {
    static let options = [stateOption, newOption, recheckOption, lockOption]

    static let stateOption = OptionSpec(
        "state",
        value: "file",
        help: "What earlier runs proved: the archive is held to it, and what has not changed is not read again. "
            + "Written again at the end."
    )

    static let newOption = OptionSpec("new-state", help: "Begin the file of '--state', which must not be there yet.")

    static let recheckOption = OptionSpec(
        "recheck",
        value: "which",
        help: "With '--state', read again what was proven before: all, a share such as 5%, which comes to all "
            + "after 20 runs, or what was read last longer ago than, such as, 30d."
    )

    static let lockOption = OptionSpec(
        "lock-timeout",
        value: "seconds",
        help: "With '--state', how long to wait for another run that uses it. (default: 0)"
    )

    let file: OutputFile

    /// What the earlier runs proved.
    private var state = ProvenState()
    /// The bytes of it; none before the first run.
    private var bytes: [UInt8] = []
    private let begin: Timestamp
    private let recheck: EarlierRuns.Recheck
    private let lockTimeout: Duration
    private let place: FilePlace
    private let isNew: Bool
    private var lock: Lock?

    private static let lockSuffix: ByteString = ".lock"

    /// A descriptor that holds the lock until nobody uses it any more.
    private final class Lock: Sendable {
        let descriptor: CInt

        init(_ descriptor: CInt) {
            self.descriptor = descriptor
        }

        deinit {
            // A process that was begun meanwhile may hold the descriptor for a moment longer.
            flock(descriptor, LOCK_UN)
            close(descriptor)
        }
    }

    /// The state that the command line names; `nil` when it names none. Nothing is read or made yet.
    ///
    /// - Parameters:
    ///   - begin: When the run began.
    ///   - outputs: What else is written.
    init?(_ arguments: ParsedArguments, begin: Timestamp, besides outputs: [OutputFile]) throws(CommandError) {
        recheck = try Self.recheck(arguments, begin: begin)
        lockTimeout = .seconds(try arguments.number("lock-timeout", minimum: 0) ?? 0)
        self.begin = begin
        guard let path = arguments.path("state") else {
            try Self.refuseOptions(without: arguments)
            return nil
        }
        try Self.refuseFilters(arguments)
        file = try OutputFile(path, purpose: "state", isPrivate: true, besides: outputs)
        guard let place = file.place else {
            throw CommandError(.noInput, "The state '\(path)' is not a regular file")
        }
        self.place = place
        isNew = arguments.has("new-state")
    }

    /// Where the state and its lock lie, with the path of the state.
    var locations: [(path: ByteString, location: FileLocation)] {
        [place.location, place.neighbour(Self.lockSuffix).location].map { (file.path, $0) }
    }

    /// What this run builds on.
    var earlierRuns: EarlierRuns { EarlierRuns(state, now: begin, recheck: recheck) }

    /// Locks the state, and reads it unless it is new (I17, I34).
    ///
    /// - Parameters:
    ///   - roots: What it must not lie in.
    ///   - console: Where it is reported that others can write it.
    ///   - monitor: What ends the wait for the lock.
    /// - Throws: ``CommandError``, or `CancellationError` after a signal.
    mutating func open(outside roots: Set<Inode>, _ console: Console, _ monitor: ValidationMonitor) throws {
        try file.require(outside: roots)
        if !isNew { try requireState() }
        lock = try makeLock(monitor)
        if isNew {
            guard try status() == nil else {
                throw CommandError(.usage, "The state '\(file.path)' is there already: leave out '--new-state'")
            }
        } else {
            try read(console)
        }
        try file.checkIsWritable(outside: roots)
    }

    private mutating func read(_ console: Console) throws(CommandError) {
        let descriptor: CInt
        do throws(SystemError) {
            descriptor = try place.folder.openFile(place.name)
        } catch {
            throw InputFile.failure(file.path, "state", error)
        }
        defer { close(descriptor) }
        let status = try? FileStatus(of: descriptor)
        if status?.isWritableByOthers == true { warn(console) }
        bytes = try InputFile.read(descriptor, file.path, purpose: "state")
        state = try Self.state(reading: bytes, file.path)
    }

    /// What a state holds.
    static func state(reading bytes: [UInt8], _ path: ByteString) throws(CommandError) -> ProvenState {
        do {
            return try ProvenState(reading: bytes)
        } catch {
            throw CommandError(
                .noInput,
                "The state '\(path)' cannot be used: \(error). Bring back a copy of it; or move it away and begin "
                    + "again with '--new-state', which proves everything again and remembers nothing of before"
            )
        }
    }

    /// Refuses a state that is not the one that the machines had.
    func require(_ hash: SHA256Digest?) throws(CommandError) {
        let own: SHA256Digest
        do throws(NativeError) { own = try SHA256Digest.of(bytes) } catch {
            throw CommandError(.internalError, "\(error)")
        }
        guard own == hash else {
            throw CommandError(
                .noInput,
                "The state '\(file.path)' is not the one that the archive was split with: split it again"
            )
        }
    }

    /// Refuses the options that speak of a state, where none is named.
    static func refuseOptions(without arguments: ParsedArguments) throws(CommandError) {
        for option in options.dropFirst().map(\.name) where arguments.names.contains(option) {
            throw CommandError(.usage, "'--\(option)' needs '--state <file>'")
        }
    }

    private func warn(_ console: Console) {
        console.printError(
            escaped(
                "Warning: everybody can write the state '\(file.path)', and whoever does can make this run believe that "
                    + "something was proven: take that right away, as with 'chmod o-w'"
            )
        )
    }

    private func status() throws(CommandError) -> FileStatus? {
        do throws(SystemError) {
            return try place.folder.status(of: place.name)
        } catch {
            throw InputFile.failure(file.path, "state", error)
        }
    }

    /// Where the state is gone, no new one is begun without a word.
    private func requireState() throws(CommandError) {
        guard try status() == nil else { return }
        throw CommandError(
            .noInput,
            "There is no state '\(file.path)': bring it back; or, in the very first run, begin it with '--new-state'"
        )
    }

    /// What a run leaves out would be held against the next one.
    static func refuseFilters(_ arguments: ParsedArguments) throws(CommandError) {
        for option in ["end-time", "account-id", "region", "trail"] where arguments.last(option) != nil {
            throw CommandError(
                .usage,
                "'--state' judges all of the archive to its end: leave out '--\(option)', or leave out '--state'"
            )
        }
    }

    /// How long to wait before the lock is tried again.
    private static let lockInterval = Duration.milliseconds(100)

    /// The lock, as soon as no other run has it, and for as long as the command line says that it is waited for.
    private func makeLock(_ monitor: ValidationMonitor) throws -> Lock {
        let path = (place.target ?? file.path) + Self.lockSuffix
        func failure(_ reason: String) -> CommandError {
            CommandError(.outputError, "The state '\(file.path)' could not be locked: '\(path)': \(reason)")
        }
        let lock: Lock
        let status: FileStatus
        do throws(SystemError) {
            lock = Lock(try place.folder.openLock(place.name + Self.lockSuffix))
            status = try FileStatus(of: lock.descriptor)
        } catch {
            throw failure(error.description)
        }
        guard status.kind == .file else { throw failure("it is not a regular file") }
        let begin = ContinuousClock.now
        while flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0 {
            let error = SystemError.last
            guard error.code == EWOULDBLOCK || error.code == EINTR else { throw failure(error.description) }
            if monitor.isCancelled { throw CancellationError() }
            let rest = lockTimeout - begin.duration(to: .now)
            guard rest > .zero else {
                throw CommandError(
                    .noInput,
                    "The state '\(file.path)' is in use by another run: wait for it to end, as '--lock-timeout' does"
                )
            }
            usleep(UInt32(min(rest, Self.lockInterval) / .microseconds(1)))
        }
        return lock
    }

    /// What is read again, as the command line has it.
    ///
    /// - Parameter begin: When the run began.
    static func recheck(
        _ arguments: ParsedArguments,
        begin: Timestamp
    ) throws(CommandError) -> EarlierRuns.Recheck {
        guard let text = arguments.last("recheck") else { return .nothing }
        if text == "all" { return .everything }
        if text.hasSuffix("%"), let share = Double(text.dropLast()), share > 0, share <= 100 {
            return .oneIn(Int(clamping: Int64((100 / max(share, 1e-6)).rounded(.up))))
        }
        if !text.hasSuffix("%"), let age = ValidationSettings.seconds(text) {
            return .readBefore(begin.advanced(bySeconds: -age))
        }
        throw CommandError(
            .usage,
            "The value '\(text)' is invalid for '--recheck': all, a share such as 5%, or an age such as 30d"
        )
    }

    /// Writes what this run adds, beside the file.
    ///
    /// - Parameter roots: What the file must not lie in.
    func prepare(
        _ next: ProvenState,
        outside roots: Set<Inode>,
        _ interruption: Interruption
    ) throws(CommandError) {
        let bytes: [UInt8]
        do {
            bytes = try next.serialized()
        } catch {
            throw CommandError(.internalError, "\(error)")
        }
        interruption.discardsOutput(by: file.discard)
        try file.begin(outside: roots)
        try file.write(bytes)
        try file.finish()
    }

    /// Puts what was prepared in its place, where it stays when the machine stops.
    ///
    /// - Returns: `false` when a signal came before, and the file stays what it was.
    func commit(_ interruption: Interruption) throws(CommandError) -> Bool {
        let placed = interruption.completingUnlessInterrupted {
            Result { () throws(CommandError) in try file.putInPlace() }
        }
        guard let placed else { return false }
        try placed.get()
        try file.settle()
        return true
    }

    /// Removes what was prepared and is not in its place; the file stays what it was.
    func discard() {
        file.discard()
    }
}
