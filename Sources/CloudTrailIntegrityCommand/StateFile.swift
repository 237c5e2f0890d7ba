internal import CloudTrailIntegrity
internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The file of `--state`: read at the beginning of a run, held alone until its end, and written anew as a whole.
///
/// It is locked by a file beside it, because a file that is replaced cannot carry a lock (I17).
struct StateFile {
    static let options = [
        OptionSpec(
            "state",
            value: "file",
            help: "What earlier runs proved: the archive is held to it, and what has not changed is not read again. "
                + "Written anew at the end."
        ),
        OptionSpec("new-state", help: "Begin the file of '--state', which must not be there yet."),
        OptionSpec(
            "recheck",
            value: "which",
            help: "With '--state', read again what was proven before: all, a share such as 5%, which comes to all "
                + "after 20 runs, or what was read last longer ago than, such as, 30d."
        ),
    ]

    /// What the earlier runs proved.
    let state: ProvenState

    private let file: OutputFile
    private let lock: Lock

    /// A descriptor that holds the lock until nobody uses it any more.
    private final class Lock: Sendable {
        private let descriptor: CInt

        init(_ descriptor: CInt) {
            self.descriptor = descriptor
        }

        deinit {
            // A process that was begun meanwhile may hold the descriptor for a moment longer.
            flock(descriptor, LOCK_UN)
            close(descriptor)
        }
    }

    /// The state that the command line names; `nil` when it names none.
    ///
    /// - Parameter archives: The roots, below which it must not lie.
    init?(_ arguments: ParsedArguments, archives: [ByteString]) throws(CommandError) {
        guard let path = arguments.path("state") else {
            for option in ["new-state", "recheck"] where arguments.has(option) || arguments.last(option) != nil {
                throw CommandError(.usage, "'--\(option)' needs '--state <file>'")
            }
            return nil
        }
        try Self.refuse(arguments)
        let file = try OutputFile(path, purpose: "state")
        self.file = file
        try InputFile.require(path, outside: archives, purpose: "state")
        guard file.isRegular else { throw CommandError(.noInput, "The state '\(path)' is not a regular file") }
        let isNew = arguments.has("new-state")
        if !isNew { try Self.require(path) }
        lock = try Self.lock(path)
        if isNew {
            guard unsafe access(path.cString, F_OK) != 0 else {
                throw CommandError(.usage, "The state '\(path)' is there already: leave out '--new-state'")
            }
            state = ProvenState()
            try file.checkIsWritable()
            return
        }
        let bytes = try InputFile.read(path, purpose: "state")
        do {
            state = try ProvenState(reading: bytes)
        } catch {
            throw CommandError(
                .noInput,
                "The state '\(path)' cannot be used: \(error). Bring back a copy of it; or move it away and begin anew "
                    + "with '--new-state', which proves everything again and remembers nothing of before"
            )
        }
        try file.checkIsWritable()
    }

    /// A state that is gone is no reason to begin anew without a word.
    private static func require(_ path: ByteString) throws(CommandError) {
        if unsafe access(path.cString, F_OK) == 0 { return }
        let error = SystemError.last
        throw CommandError(
            .noInput,
            error.code == ENOENT
                ? "There is no state '\(path)': bring it back; or, in the very first run, begin it with '--new-state'"
                : "The state '\(path)' could not be read: \(error.description)"
        )
    }

    /// What a run leaves out would be held against the next one.
    private static func refuse(_ arguments: ParsedArguments) throws(CommandError) {
        for option in ["end-time", "account-id", "region", "trail"] where arguments.last(option) != nil {
            throw CommandError(
                .usage,
                "'--state' judges all of the archive to its end: leave out '--\(option)', or leave out '--state'"
            )
        }
    }

    private static func lock(_ path: ByteString) throws(CommandError) -> Lock {
        let name = path + ".lock"
        let descriptor = unsafe open(name.cString, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0o600)
        guard descriptor >= 0 else {
            throw CommandError(
                .noInput,
                "The state '\(path)' could not be locked: '\(name)': \(SystemError.last.description)"
            )
        }
        let lock = Lock(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = SystemError.last
            throw CommandError(
                .noInput,
                error.code == EWOULDBLOCK
                    ? "The state '\(path)' is in use by another run: wait for it to end"
                    : "The state '\(path)' could not be locked: \(error.description)"
            )
        }
        return lock
    }

    /// What is read again, as the command line has it.
    ///
    /// - Parameter begin: When the run began.
    static func recheck(_ arguments: ParsedArguments, begin: Timestamp) throws(CommandError) -> EarlierRuns.Recheck {
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
    func prepare(_ next: ProvenState, _ interruption: Interruption) throws(CommandError) {
        let bytes: [UInt8]
        do {
            bytes = try next.serialized()
        } catch {
            throw CommandError(.internalError, "\(error)")
        }
        interruption.discards(file)
        try file.begin()
        try file.write(bytes)
        try file.finish()
    }

    /// Puts what was prepared in its place.
    func commit() throws(CommandError) {
        try file.putInPlace()
    }

    /// Removes what was prepared; the file stays what it was.
    func discard() {
        file.discard()
    }
}
