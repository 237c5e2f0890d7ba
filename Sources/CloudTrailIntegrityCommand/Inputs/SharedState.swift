internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// The state of `--state`, as machines that judge parts of an archive read it; `merge` alone writes it.
struct SharedState {
    /// `nil` before the first run.
    let file: NamedFile?
    let hash: SHA256Digest
    private let state: ProvenState
    private let arguments: ParsedArguments

    /// `nil` where the command line names none.
    ///
    /// - Parameter path: Where it lies; `nil` for where the command line says it.
    init?(_ arguments: ParsedArguments, at path: ByteString? = nil) throws(CommandError) {
        guard let path = path ?? arguments.path(StateFile.stateOption.name) else {
            try StateFile.refuseOptions(without: arguments)
            return nil
        }
        try StateFile.refuseFilters(arguments)
        self.arguments = arguments
        let isNew = arguments.has(StateFile.newOption.name)
        file = isNew ? nil : try NamedFile(path, .state)
        let bytes = try file?.read() ?? []
        do {
            hash = try SHA256Digest.of(bytes)
        } catch {
            throw CommandError(.internalError, "\(error)")
        }
        state = isNew ? ProvenState() : try StateFile.state(reading: bytes, path)
    }

    /// What a run at this time builds on.
    func earlierRuns(at begin: Timestamp) throws(CommandError) -> EarlierRuns {
        EarlierRuns(state, now: begin, recheck: try StateFile.recheck(arguments, begin: begin))
    }
}
