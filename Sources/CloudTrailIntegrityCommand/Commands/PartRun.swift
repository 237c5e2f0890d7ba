internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// One run of `validate` on a part of an archive that was divided: it hands over what the part came to, and gives no verdict.
struct PartRun {
    /// What `validate` takes for it.
    static let options: [OptionSpec] =
        [
            OptionSpec(
                PlanFile.option.name,
                value: "file",
                help:
                    "Judge one part of an archive by the plan that 'split' printed, and give no verdict: 'merge' does. "
                    + "What is asked for, and the files that it rests on, are those of the plan."
            ),
            OptionSpec("part", value: "n", help: "The number of the part, from 0. (default: $JOB_COMPLETION_INDEX)"),
            OptionSpec(
                "partial",
                value: "file",
                help: "The file for 'merge'. One that is there already, whole and of this part, is left as it is."
            ),
            OptionSpec(
                "root",
                value: "name=path",
                isRepeatable: true,
                help: "Where a root is on this machine that 'split' was given under this name. Repeatable."
            ),
            PartialKey.option,
        ]

    /// What may be given beside the plan.
    private static let others = [
        publicKeysOption.name, signaturesOption.name, "expect", ValidateCommand.acknowledgeOption.name,
        StateFile.stateOption.name, "jobs", "readers", ValidateCommand.progressOption.name, "quiet",
    ]

    private let number: Int
    private let plan: PlanFile
    private let planFile: NamedFile
    private let key: PartialKey?
    private let partial: OutputFile
    /// Where the roots are on this machine.
    private let roots: [ByteString]
    private let arguments: ParsedArguments
    private let console: Console
    private let interruption: Interruption

    init(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) {
        let allowed = Set(Self.options.map(\.name) + Self.others)
        if let other = arguments.names.subtracting(allowed).sorted().first {
            throw CommandError(
                .usage,
                "'--\(other)' is for 'split' or 'merge', or stands in the plan already: leave it out"
            )
        }
        if let operand = arguments.operands.first {
            throw CommandError(
                .usage,
                "The archive stands in the plan: leave out '\(operand)', or say where it is with '--root'"
            )
        }
        guard let path = arguments.path("partial") else {
            throw CommandError(.usage, "Give the file for 'merge': '--partial' and a path")
        }
        guard !OutputFile.isStandardOutput(path) else {
            throw CommandError(.usage, "A partial is a file, not standard output")
        }
        self.arguments = arguments
        self.console = console
        self.interruption = interruption
        key = try PartialKey(arguments)
        planFile = try NamedFile(arguments.path(PlanFile.option.name) ?? "", .plan)
        plan = try PlanFile.read(planFile, key)
        number = try Self.number(arguments, of: plan)
        roots = try Self.rootPaths(arguments, of: plan)
        partial = try OutputFile(path, purpose: "partial", besides: [])
        guard partial.place != nil else {
            throw CommandError(.usage, "A partial is a regular file, and '\(path)' is not: give another path")
        }
    }

    /// Refuses what says something only beside a plan.
    static func refuseOptions(_ arguments: ParsedArguments) throws(CommandError) {
        for option in options.map(\.name) where arguments.names.contains(option) {
            throw CommandError(.usage, "'--\(option)' needs '--plan <file>'")
        }
    }

    private static func number(_ arguments: ParsedArguments, of plan: PlanFile) throws(CommandError) -> Int {
        let variable = "JOB_COMPLETION_INDEX"
        let given = try arguments.number("part", minimum: 0) ?? Terminal.variable(variable).flatMap { Int($0) }
        guard let number = given else {
            throw CommandError(.usage, "Give the number of the part: '--part' and a number from 0, or \(variable)")
        }
        guard plan.plan.parts.indices.contains(number) else {
            throw CommandError(.usage, "There is no part \(number): the plan has \(plan.plan.parts.count), from 0")
        }
        return number
    }

    /// Judges the part and writes the partial.
    func outcome() throws(CommandError) -> ExitStatus {
        if try isFinished() {
            try say("Part \(number) of \(plan.plan.parts.count) is finished already; no verdict.")
            return .proven
        }
        let asked = try plan.parsedArguments()
        var evidence = try EvidenceFiles(of: plan, arguments)
        let merged = arguments.adding(asked)
        var options = try ValidateRequest.options(merged, at: plan.begin)
        options.listsProvenFiles = asked.has("manifest")
        options.hashesStoredFiles = asked.has("manifest")
        options.looksUpEachFile = asked.has(ValidateCommand.strictOption.name)
        let state = try SharedState(asked, at: arguments.path(StateFile.stateOption.name))
        guard state?.hash == plan.state else {
            throw CommandError(.noInput, "The state is not the one that the archive was split with: split it again")
        }
        let archives = try InputFile.archives(roots, limits: options.limits)
        let inputs = evidence.all + [planFile, key?.file, state?.file].compactMap(\.self)
        try RequestedOutputs.check(
            [partial],
            inputs: InputFile.locations(of: roots) + inputs.map { ($0.path, $0.location) }
        )
        let outside = try interruption.stoppable(console) {
            var folders = try ArchiveRoots(archives)
            folders.keepOut(inputs)
            folders.keepOut(partial)
            return try folders.check(interruption.monitor)
        }
        guard let outside else { return interruption.status }
        let keys = try evidence.publicKeys()
        let signatures = try evidence.signatureManifest()
        options.expectedChains = try evidence.expectedChains()
        options.acknowledgements = try evidence.acknowledged()
        options.earlierRuns = try state?.earlierRuns(at: plan.begin)
        try partial.checkIsWritable(outside: outside)
        let validator = Validator(keys: keys, signatures: signatures, options: options)
        guard let result = try judge(archives, by: validator) else { return interruption.status }
        let bytes: [UInt8]
        do {
            bytes = try PartialFile(plan: plan.hash, number: number, result).serialized(key: key?.bytes)
        } catch {
            throw CommandError(.internalError, "\(error)")
        }
        let failures = OutputFiles.write(
            [(partial, { write throws(CommandError) in try write(bytes) })],
            outside: outside,
            interruption
        )
        guard let failures else {
            if interruption.claimsFinalMessage() { console.printError(interruption.message) }
            return interruption.status
        }
        if let failure = failures.first { throw failure }
        try say(
            result.isIndependent
                ? "Part \(number) of \(plan.plan.parts.count) is finished: \(result.entryCount.grouped) files; no verdict."
                : "Part \(number) of \(plan.plan.parts.count) is finished, and cannot be judged apart from the others: "
                    + "'merge' says what to do; no verdict."
        )
        return .proven
    }

    /// Whether the partial is there, whole and of this plan and part.
    private func isFinished() throws(CommandError) -> Bool {
        guard let location = partial.location, location.inode != nil else { return false }
        let bytes = try InputFile.read(partial.path, purpose: "partial")
        guard let file = try? PartialFile(reading: bytes, key: key?.bytes) else { return false }
        guard file.plan == plan.hash else { return false }
        guard file.number == number else {
            throw CommandError(
                .usage,
                "'\(partial.path)' is the partial of part \(file.number): give each part a file of its own"
            )
        }
        // What could not be judged apart may have been so in passing.
        return file.result.isIndependent
    }

    private func say(_ line: String) throws(CommandError) {
        if !arguments.has("quiet") { try console.print(line) }
        try console.flush()
    }

    private func judge(
        _ archives: [any ArchiveSource],
        by validator: Validator
    ) throws(CommandError) -> PartialResult? {
        let choice: TerminalChoice = try arguments.choice("progress") ?? .auto
        let progress =
            console.isOfProcess ? ProgressDisplay.form(choice, isQuiet: arguments.has("quiet")) : nil
        return try interruption.stoppable(console) {
            interruption.display.begin(progress, isEven: false)
            defer { interruption.display.end() }
            do {
                return try validator.judge(
                    part: number,
                    of: plan.plan,
                    archives,
                    names: plan.roots,
                    monitor: interruption.monitor
                )
            } catch let error as EmptyPartError {
                let found =
                    switch error {
                    case .root(let root, let entries):
                        "'\(roots[root])' holds nothing of part \(number), but 'split' counted \(entries.of("file")) of it there"
                    case .share(let account, let region):
                        "Nothing of \(account) in \(region) is there, but 'split' counted files of it"
                    }
                throw CommandError(
                    .noInput,
                    "\(found): is it mounted? If they are gone for good, split the archive again"
                )
            } catch let error as CancellationError {
                throw error
            } catch {
                throw CommandError(validating: error, validator)
            }
        }
    }

    private static func rootPaths(
        _ arguments: ParsedArguments,
        of plan: PlanFile
    ) throws(CommandError) -> [ByteString] {
        var paths = plan.roots
        for text in arguments.paths("root") {
            let names = plan.roots.filter { name in text.bytes.starts(with: name.bytes + [UInt8(ascii: "=")]) }
            guard let name = names.max(by: { $0.bytes.count < $1.bytes.count }),
                let number = plan.roots.firstIndex(of: name)
            else {
                let known = plan.roots.map { "'\($0)'" }.joined(separator: ", ")
                throw CommandError(
                    .usage,
                    "'\(text)' names no root of the plan: give one of its names, = and a path (names: \(known))"
                )
            }
            paths[number] = ByteString(bytes: text.bytes.dropFirst(name.bytes.count + 1))
        }
        let inodes = paths.compactMap { $0.isUsable ? (try? FileStatus(at: $0))?.inode : nil }
        guard Set(inodes).count == inodes.count else {
            throw CommandError(.usage, "Two roots of the plan are the same folder: give each its own with '--root'")
        }
        return paths
    }
}
