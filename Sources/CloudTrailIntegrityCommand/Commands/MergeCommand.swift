internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// `merge`: concludes from what the parts of an archive came to; it alone gives the verdict.
enum MergeCommand: Subcommand {
    static let name = "merge"

    static let help = HelpText(
        overview: "Give the verdict on an archive whose parts were judged one by one.",
        usage: "\(Tool.name) merge --plan <file> <partial> ... [<options>]",
        arguments: [("<partial>", "What 'validate --partial' wrote: one of each part of the plan, in any order.")],
        groups: [
            HelpText.Group(
                "INPUTS",
                [
                    PlanFile.option, PartialKey.option, publicKeysOption, signaturesOption,
                    ValidateCommand.expectOption,
                    ValidateCommand.acknowledgeOption, StateFile.stateOption, StateFile.lockOption,
                ]
            ),
            HelpText.Group("WHAT COUNTS", [ValidateCommand.allowOption, ValidateCommand.strictOption]),
            HelpText.Group(
                "REPORTS",
                ValidateCommand.printed + StartedCommand.options
                    + [ValidateCommand.silentOption, RequestedOutputs.metricsOption, ValidateCommand.colorOption]
            ),
            HelpText.Group("OTHER", [helpOption]),
        ],
        footer: "The files that the verdict rests on are those of the plan; say where they are now if they were moved. "
            + "Exit status: that of 'validate'; 66 also where a partial is missing, damaged or of another plan."
    )

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        guard let path = arguments.path(PlanFile.option.name) else {
            throw CommandError(.usage, "Give the plan that 'split' printed: '--plan' and a path", showsUsage: true)
        }
        let partials = try operands(arguments)
        let key = try PartialKey(arguments)
        let planFile = try NamedFile(path, .plan)
        let plan = try PlanFile.read(planFile, key)
        let asked = try plan.parsedArguments()
        if !asked.has("manifest"), arguments.has("verbose") || !arguments.paths("manifest").isEmpty {
            let option = arguments.has("verbose") ? "verbose" : "manifest"
            throw CommandError(
                .usage,
                "'--\(option)' lists the proven files, which the partials do not have: split with '--manifest'"
            )
        }
        guard plan.state == nil || arguments.path(StateFile.stateOption.name) != nil else {
            throw CommandError(
                .usage,
                "The archive was split with a state: name it with '--state', for it is written again"
            )
        }
        var merged = arguments.adding(asked)
        // There it is a flag.
        merged.remove(flag: "manifest")
        let command = StartedCommand(
            name,
            arguments,
            archives: plan.roots,
            merged: RunFacts.MergedParts(
                count: plan.plan.parts.count,
                askedAt: plan.begin,
                key == nil ? .none : .key
            )
        )
        let request = try ValidateRequest(command, merged, archives: plan.roots, at: plan.begin, console)
        var run = try MergeRun(
            request,
            plan,
            inputs: [planFile, key?.file].compactMap(\.self),
            evidence: EvidenceFiles(of: plan, arguments),
            state: StateFile(merged, begin: plan.begin, besides: request.outputs.files),
            partials,
            key,
            console,
            interruption
        )
        return try run.outcome()
    }
}

/// One run of `merge`.
private struct MergeRun {
    private let request: ValidateRequest
    private let plan: PlanFile
    private let key: PartialKey?
    /// As far as they could be found.
    private let partials: [(path: ByteString, file: Result<NamedFile, CommandError>)]
    private let inputs: [NamedFile]
    private var evidence: EvidenceFiles
    private var state: StateFile?
    private let console: Console
    private let interruption: Interruption

    init(
        _ request: ValidateRequest,
        _ plan: PlanFile,
        inputs: [NamedFile],
        evidence: EvidenceFiles,
        state: StateFile?,
        _ partials: [ByteString],
        _ key: PartialKey?,
        _ console: Console,
        _ interruption: Interruption
    ) {
        self.request = request
        self.plan = plan
        self.key = key
        self.console = console
        self.interruption = interruption
        self.partials = partials.map { path in
            (path, Result { () throws(CommandError) in try NamedFile(path, .partial) })
        }
        self.evidence = evidence
        self.state = state
        self.inputs = inputs + evidence.all + self.partials.compactMap { try? $0.file.get() }
    }

    mutating func outcome() throws(CommandError) -> ExitStatus {
        let delivery = ReportDelivery(request, console, interruption)
        guard let roots = try checkedRoots() else { return try delivery.interrupted() }
        var options = request.options
        let keys = try evidence.publicKeys()
        let signatures = try evidence.signatureManifest()
        options.expectedChains = try evidence.expectedChains()
        options.acknowledgements = try evidence.acknowledged()
        try request.outputs.checkAreWritable(outside: roots)
        let (console, interruption) = (console, interruption)
        let opened: Void? = try interruption.stoppable(console) {
            try state?.open(outside: roots, console, interruption.monitor)
        }
        guard opened != nil else { return try delivery.interrupted() }
        try state?.require(plan.state)
        options.earlierRuns = state?.earlierRuns
        let validator = Validator(keys: keys, signatures: signatures, options: options)
        let concluded = try interruption.stoppable(console) { try report(by: validator) }
        guard let report = concluded else { return try delivery.interrupted() }
        return try delivery.deliver(report, nil, evidence.sources, state, outside: roots)
    }

    /// The roots that are folders of this machine, when no output would replace an input or lie in one of them, and none of
    /// the inputs lies there.
    private func checkedRoots() throws(CommandError) -> Set<Inode>? {
        let locations = inputs.map { ($0.path, $0.location) }
        try request.outputs.check(inputs: locations + (state?.locations ?? []))
        let here = plan.roots.compactMap { root in try? LocalArchive(pathBytes: root.bytes) }
        return try interruption.stoppable(console) {
            var roots = try ArchiveRoots(here)
            roots.keepOut(inputs)
            if let state { roots.keepOut(state) }
            for file in request.outputs.files { roots.keepOut(file) }
            return try roots.check(interruption.monitor)
        }
    }

    private func report(by validator: Validator) throws -> ValidationReport {
        var sum = PartialSum(plan.plan)
        var faults: [String] = []
        var first: [Int: ByteString] = [:]
        for (path, file) in partials {
            if interruption.monitor.isCancelled { throw CancellationError() }
            let partial: PartialFile
            do {
                partial = try PartialFile(reading: try file.get().read(), key: key?.bytes)
            } catch let error as PartialFileError {
                faults.append("'\(path)': \(error)")
                continue
            } catch let error as CommandError {
                faults.append(error.message)
                continue
            }
            guard partial.plan == plan.hash else {
                faults.append("'\(path)': it is of another plan")
                continue
            }
            guard partial.isSound(plan.plan, rootCount: plan.roots.count, validator) else {
                faults.append("'\(path)': \(PartialFileError.damaged)")
                continue
            }
            if let other = first.updateValue(path, forKey: partial.number) {
                faults.append("'\(path)': it is of part \(partial.number), and so is '\(other)'")
                continue
            }
            do throws(MergeError) {
                try sum.add(partial.result, of: partial.number)
            } catch {
                faults.append("'\(path)': \(Self.words(error))")
            }
        }
        let missing = plan.plan.parts.indices.filter { first[$0] == nil }
        if !missing.isEmpty { faults.append(Self.words(.missing(parts: missing))) }
        guard faults.isEmpty else { throw refusal(faults) }
        do {
            return try sum.report(validator, names: plan.roots, monitor: interruption.monitor)
        } catch let error as MergeError {
            throw refusal([Self.words(error)])
        } catch let error as CancellationError {
            throw error
        } catch {
            throw CommandError(validating: error, validator)
        }
    }

    private func refusal(_ faults: [String]) -> CommandError {
        CommandError(.noInput, "There is no verdict: the parts of the archive do not make a whole", advice: faults)
    }

    /// The most parts that are named in one line.
    private static let mostNamed = 20

    private static func words(_ error: MergeError) -> String {
        let again = "split the archive again with '--parts 1', or validate it at once"
        switch error {
        case .missing(let parts):
            let names = parts.prefix(mostNamed).map(String.init).joined(separator: ", ")
            let more = parts.count > mostNamed ? " and \((parts.count - mostNamed).grouped) more" : ""
            return "no partial of \(parts.count == 1 ? "part" : "parts") \(names)\(more) is given: run "
                + "'validate --plan' with '--part' for each of them"
        case .notIndependent(let part):
            let what = part.map { "something in part \($0)" } ?? "something in one part"
            return "\(what) may concern another account or region, so that they cannot be judged apart: \(again)"
        case .placesDiffer:
            return
                "the signed digest files say of where files lie something else than those that 'split' read: \(again)"
        case .unseen(let account, let region):
            return "files of \(account) in \(region) appeared while the parts were judged, and no part has them: judge "
                + "part 0 again, with a '--partial' file of another name, or split the archive again"
        case .digestFilesDiffer(let account, let region, let parts):
            let names = parts.sorted().map(String.init).joined(separator: " and ")
            return
                "parts \(names) have days of \(account) in \(region), whose digest files changed between them: judge both "
                + "again, with '--partial' files of other names"
        }
    }
}
