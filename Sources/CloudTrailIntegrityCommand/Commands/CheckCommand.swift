internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// `check`: says of single files whether CloudTrail delivered them.
enum CheckCommand: Subcommand {
    static let name = "check"

    static let help = HelpText(
        overview: "Check whether CloudTrail delivered single files, unchanged, and which digest file says so.",
        usage: "\(Tool.name) check <file> ... --archive <archive> ... --public-keys <file> ... [<options>]",
        arguments: [
            (
                "<file>",
                "A log file or a digest file, wherever it lies, compressed or not. It is found by its content and by "
                    + "its name."
            )
        ],
        options: [
            OptionSpec(
                "archive",
                value: "archive",
                isRepeatable: true,
                help: "A folder that came out of the bucket and holds the digest files, or a tar or zip file as for "
                    + "'validate'. All of them are verified. Repeatable."
            ),
            publicKeysOption,
            signaturesOption,
            formatOption(
                default: Format.text,
                help: "How it is written."
            ),
        ] + CheckOutputs.options + StartedCommand.options + [helpOption],
        footer: "Exit status: 0 every file is proven; 1 one is not what was delivered under its name; 2 one is not "
            + "proven; 64 usage; 66 an input is missing or unusable, or one of the files could not be read; "
            + "70 internal error; 74 the output or the proof could not be written; 129, 130, 143, 152 interrupted."
    )

    private enum Format: String, CaseIterable {
        case text, jsonl
    }

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        let request = try Request(arguments, console, interruption)
        return try request.outcome()
    }

    private static func status(of files: [FileCheck]) -> ExitStatus {
        func has(_ verdict: FileCheck.Verdict) -> Bool { files.contains { $0.verdict == verdict } }
        if has(.violation) { return .violation }
        if has(.unreadable) { return .noInput }
        return has(.unverified) ? .unverified : .proven
    }

    /// One run: nothing is printed and no file is in its place before all files are checked and their proof is written.
    private struct Request {
        private let command: StartedCommand
        private let roots: [ByteString]
        private let files: [ByteString]
        private let format: Format
        private let outputs: CheckOutputs
        private let archives: [any ArchiveSource]
        private let evidence: EvidenceFiles
        private let console: Console
        private let interruption: Interruption

        init(
            _ arguments: ParsedArguments,
            _ console: Console,
            _ interruption: Interruption
        ) throws(CommandError) {
            self.console = console
            self.interruption = interruption
            files = try operands(arguments)
            roots = arguments.paths("archive")
            command = StartedCommand(name, arguments, archives: roots)
            guard !roots.isEmpty else {
                throw CommandError(.usage, "Missing expected option '--archive <archive>'", showsUsage: true)
            }
            format = try arguments.choice("format") ?? .text
            outputs = try CheckOutputs(arguments)
            if outputs.folder != nil {
                guard files.count == 1 else {
                    throw CommandError(.usage, "'--proof' writes what proves one file: give one")
                }
                guard !roots.contains(InputFile.standardInput) else {
                    throw CommandError(
                        .usage,
                        "'--proof' reads the digest file again, and standard input has nothing twice: give a file"
                    )
                }
            }
            archives = try InputFile.archives(roots)
            guard !arguments.paths("public-keys").isEmpty else { throw EvidenceFiles.missingKeys(archives) }
            evidence = try EvidenceFiles(arguments)
        }

        func outcome() throws(CommandError) -> ExitStatus {
            guard let roots = try checkedRoots() else { return interruption.status }
            var evidence = evidence
            let keys = try evidence.publicKeys()
            let validator = Validator(keys: keys, signatures: try evidence.signatureManifest())
            for file in outputs.files { try file.checkIsWritable(outside: roots) }
            let checked = try interruption.stoppable(console) {
                try validator.check(files, in: archives, monitor: interruption.monitor)
            }
            guard let checks = checked else { return interruption.status }
            let status = status(of: checks)
            let facts = command.facts(status, handingOn: outputs.isEmpty ? nil : evidence.sources)
            var failures: [CommandError] = []
            var proof: OutputFolder?
            do throws(CommandError) {
                let written = try interruption.stoppable(console) {
                    try writeProof(of: checks, with: validator, facts, keys, outside: roots)
                }
                guard let written else { return interruption.status }
                proof = written ? outputs.folder : nil
            } catch {
                failures.append(error)
            }
            let report = CheckReport(checks, facts, keys: keys.sources, proof: proof?.path)
            guard let more = outputs.write(report, completing: proof, outside: roots, interruption) else {
                if interruption.claimsFinalMessage() { console.printError(interruption.message) }
                return interruption.status
            }
            failures += more
            defer { for failure in failures { console.printError("Error: \(escaped(failure.message))") } }
            try print(report)
            if let folder = outputs.folder, proof == nil, failures.isEmpty {
                console.printError(
                    "No proof was written to '\(escaped(folder.path.description))': the file is not valid."
                )
            }
            return failures.isEmpty ? status : .outputError
        }

        /// The folders of the archives, when no output would replace an input, and nothing that the command line names lies
        /// in an archive but the files to be checked (I12, I33, I35); `nil` after a signal.
        private func checkedRoots() throws(CommandError) -> Set<Inode>? {
            let checked = files.compactMap { path in (try? FileLocation(ofFileAt: path)).map { (path, $0) } }
            let named = evidence.all.map { ($0.path, $0.location) }
            try outputs.check(inputs: InputFile.locations(of: self.roots) + named + checked)
            return try interruption.stoppable(console) {
                var roots = try ArchiveRoots(archives)
                roots.keepOut(evidence.all)
                for file in outputs.files { roots.keepOut(file) }
                if let folder = outputs.folder { roots.keepOut(folder) }
                return try roots.check(interruption.monitor)
            }
        }

        /// Writes what proves the file, where that is asked for; the folder is not complete yet.
        ///
        /// - Returns: Whether it is there: a file that is not valid has no proof.
        private func writeProof(
            of checks: [FileCheck],
            with validator: Validator,
            _ facts: RunFacts,
            _ keys: PublicKeySet,
            outside roots: Set<Inode>
        ) throws -> Bool {
            guard let folder = outputs.folder, let check = checks.first else { return false }
            do {
                guard let proof = try validator.proof(of: check, in: archives, monitor: interruption.monitor) else {
                    return false
                }
                interruption.discardsOutput(by: folder.discard)
                try folder.begin(outside: roots)
                try ProofBundle(check, proof, facts, keys: keys.sources)
                    .write(to: folder, validator, interruption.monitor)
                return true
            } catch let error as FileProofError {
                folder.discard()
                throw CommandError(.outputError, "No proof could be written to '\(folder.path)': \(error)")
            } catch {
                folder.discard()
                throw error
            }
        }

        /// Prints what standard output gets.
        private func print(_ report: CheckReport) throws(CommandError) {
            switch (outputs.standardOutput, format) {
            case (let format?, _):
                try report.write(format) { text throws(CommandError) in try console.write(Array(text.utf8)) }
            case (nil, .text): try report.writeText(console.style, to: console.print)
            case (nil, .jsonl): try report.writeLines(to: console.print)
            }
            try console.flush()
        }
    }
}
