internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Hashes the log files that are to be compared with what digests list, a folder at a time.
struct LogStage: Sendable {
    private let archive: JudgedArchive
    private let monitor: ValidationMonitor
    private let limits: ContentHasher.Limits

    init(_ archive: JudgedArchive, _ monitor: ValidationMonitor) {
        self.archive = archive
        self.monitor = monitor
        let limits = archive.options.limits
        self.limits = limits.hashing(contentBytes: limits.logBytes)
    }

    /// The files that one task reads.
    private static let filesATask = 16

    /// Given the files of a unit, and what reading them showed, by their numbers; called by several threads at once.
    typealias Judge = @Sendable (LogMatch, [LogOutcome?]) -> Void

    /// Reads every log file in scope, and those that no digest lists, and has the units judged.
    func run(_ pool: ValidationPool, _ worker: ValidationWorker, judge: @escaping Judge) throws {
        monitor.enter(.logFiles)
        monitor.expect(moreLogs: archive.facts.index.folders.reduce(0) { $0 + $1.names.count })
        for unit in archive.units.units {
            try pool.submit(by: worker) { worker in
                try monitor.check()
                let held = unit.folders.reduce(0) { $0 + archive.facts.index.folders[$1].names.count }
                try read(LogMatch(unit, archive, check: monitor.check), held, judge, pool, worker)
            }
        }
        try pool.finish(with: worker)
    }

    // MARK: Hashing

    /// The files of a unit, held once by all the tasks that read them.
    private final class Matched: Sendable {
        let match: LogMatch

        init(_ match: LogMatch) {
            self.match = match
        }
    }

    /// Reads the files of a unit.
    ///
    /// - Parameter held: All files in the partition, those included that are unlisted or not asked for.
    private func read(
        _ match: LogMatch,
        _ held: Int,
        _ judge: @escaping Judge,
        _ pool: ValidationPool,
        _ worker: ValidationWorker
    ) throws {
        let count = match.files.count
        let pieces = max(1, (count + Self.filesATask - 1) / Self.filesATask)
        let outcomes = LockedState((values: [LogOutcome?](repeating: nil, count: count), open: pieces))
        monitor.logsWereSettled(ValidationMonitor.Work(files: held - count))
        let matched = Matched(match)
        for piece in 0..<pieces {
            let range = piece * Self.filesATask..<min((piece + 1) * Self.filesATask, count)
            let task: ValidationPool.Task = { worker in
                try pool.spread(range.count, by: worker) { offset, worker in
                    try outcome(of: matched.match.files[range.lowerBound + offset], matched.match, worker)
                } end: { read, _ in
                    var done = ValidationMonitor.Work(files: read.count)
                    var checks = PlaceChecks()
                    let settled = try read.map { file in
                        done.bytes &+= file.unreportedBytes
                        return try checks.error(file.place).map(LogOutcome.unreadable) ?? file.outcome
                    }
                    monitor.logsWereSettled(done)
                    let values = outcomes.withLock { outcomes in
                        for (offset, outcome) in settled.enumerated() {
                            outcomes.values[range.lowerBound + offset] = outcome
                        }
                        outcomes.open -= 1
                        return outcomes.open == 0 ? outcomes.values : nil
                    }
                    if let values { judge(matched.match, values) }
                }
            }
            // The first piece is this task's own.
            if piece == 0 { try task(worker) } else { try pool.add(task) }
        }
    }

    /// The SHA-256 of a file's content; `nil` where it cannot be read to its end.
    ///
    /// - Parameter path: Its path below its root.
    func hash(of file: ArchiveIndex.File, _ path: ObjectKey, _ worker: ValidationWorker) throws -> SHA256Digest? {
        let folder = archive.facts.index.folders[file.folder]
        if let contents = folder.contents {
            return LogOutcome(contents[file.position]).result.flatMap { $0.isWhole ? $0.sha256 : nil }
        }
        if archive.facts.index.obstacle(of: file) != nil { return nil }
        let name = Array(path.lastComponent)
        worker.context.opener.aim(at: name.span, in: .logs(file.folder), root: folder.root, path: folder.path)
        do {
            let (result, _, object, _) = try worker.hash(limits: limits, collecting: false, monitor: monitor) {
                try worker.context.opener.open()
            }
            try ObjectReadError.catching { try object.checkUnchanged() }
            try worker.context.opener.place?.check()
            return result.isWhole ? result.sha256 : nil
        } catch is ObjectReadError {
            return nil
        }
    }

    /// What came of a file.
    private struct Reading: Sendable {
        /// `nil` for one that is not judged.
        let outcome: LogOutcome?
        /// How many of its bytes are not yet reported to the monitor.
        var unreportedBytes: UInt64 = 0
        /// The folder that it was read in, or asked of, on this machine; still to be looked up again (I37).
        var place: EnteredFolder?
    }

    /// What reading a file shows.
    private func outcome(
        of held: LogMatch.HeldFile,
        _ match: LogMatch,
        _ worker: ValidationWorker
    ) throws -> Reading {
        guard held.isJudged else { return Reading(outcome: nil) }
        if let contents = archive.facts.index.folders[held.file.folder].contents {
            return Reading(outcome: LogOutcome(contents[held.file.position]))
        }
        if let obstacle = archive.facts.index.obstacle(of: held.file) { return Reading(outcome: .unreadable(obstacle)) }
        let folder = held.file.folder
        match.withName(of: held) { name in
            worker.context.opener.aim(
                at: name,
                in: .logs(folder),
                root: held.root,
                path: archive.facts.index.folders[folder].path
            )
        }
        if let proof = match.proof(of: held),
            let known = archive.before?.proof.expectation(of: proof.file, match.name(of: held)),
            try worker.isUnchanged(
                since: known,
                isListedSo: archive.facts.index.isListed(held.file, as: known),
                monitor: monitor
            )
        {
            return Reading(outcome: .unchanged(proof), place: worker.context.opener.place)
        }
        do {
            let (result, _, object, unreportedBytes) = try worker.hash(
                limits: limits,
                collecting: false,
                monitor: monitor
            ) {
                try worker.context.opener.open()
            }
            try ObjectReadError.catching { try object.checkUnchanged() }
            return Reading(
                // Asked for the next run's state alone.
                outcome: .hashed(result, archive.before == nil ? .notAsked : object.metadata),
                unreportedBytes: unreportedBytes,
                place: worker.context.opener.place
            )
        } catch let error as ObjectReadError {
            return Reading(outcome: .unreadable(error))
        }
    }
}
