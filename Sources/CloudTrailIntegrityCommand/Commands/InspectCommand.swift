internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// `inspect`: shows what a digest file says and what of it holds.
enum InspectCommand: Subcommand {
    static let name = "inspect"

    static let help = HelpText(
        overview: "Show what one digest file says: its fields, what its signature signs, and whether that holds.",
        usage: "\(Tool.name) inspect <digest> ... [--public-keys <file> ...] [<options>]",
        arguments: [("<digest>", "A digest file, wherever it lies, compressed or not.")],
        options: [
            publicKeysOption,
            signaturesOption,
            OptionSpec("signature", value: "hex", help: "The signature of the digest file, for one that was not kept."),
            formatOption(
                default: Format.text,
                help: "How it is written; json is one object a line for each digest file."
            ),
            OptionSpec("verbose", letter: "v", help: "List the log files."),
            helpOption,
        ],
        footer: "Exit status: 0 readable and, where keys are given, verified; 1 the file is broken, its signature does "
            + "not verify, it bears another one's name, or a verified digest file after it names another in its place; 2 with "
            + "the keys and signatures at hand nothing is proven; 64 usage; 66 an input is missing or unusable; "
            + "70 internal error; 74 the output could not be written; 129, 130, 143, 152 interrupted."
    )

    private enum Format: String, CaseIterable {
        case text, json
    }

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        let operands = try operands(arguments)
        let signature = arguments.last("signature")
        if let signature {
            guard operands.count == 1 else {
                throw CommandError(.usage, "'--signature' is the signature of one digest file: give one")
            }
            guard !signature.isEmpty, Hex.decode(signature) != nil else {
                throw CommandError(
                    .usage,
                    "The value '\(shortened(signature))' is invalid for '--signature': hex digits"
                )
            }
        }
        let format = try arguments.choice("format") ?? Format.text
        let isVerbose = arguments.has("verbose")
        let evidence = try EvidenceFiles.read(arguments, for: [], interruption, console)
        guard let (keys, manifest) = evidence else { return interruption.status }
        let hasKeys = keys.count > 0
        let validator = Validator(keys: keys, signatures: manifest)
        var statuses: Set<ExitStatus> = []
        var isFirst = true
        for path in operands {
            let read = try interruption.stoppable(console) { () -> Result<DigestInspection, ObjectReadError> in
                do {
                    let inspection = try validator.inspect(path, signature: signature, monitor: interruption.monitor)
                    return .success(inspection)
                } catch let error as ObjectReadError {
                    return .failure(error)
                }
            }
            guard let read else { return interruption.status }
            switch (read, format) {
            case (.success(let inspection), .text):
                if !isFirst { try console.print("") }
                isFirst = false
                try Writer(inspection, hasKeys: hasKeys, console).write(isVerbose: isVerbose)
            case (.success(let inspection), .json):
                try console.print(InspectionObject(inspection, hasKeys: hasKeys, listsLogs: isVerbose).text)
            case (.failure(let error), .text):
                console.printError(
                    "Error: The digest file '\(escaped(path.description))' could not be read: \(escaped(error.description))"
                )
            case (.failure(let error), .json):
                try console.print(InspectionObject.unreadable(path, error))
            }
            if case .success(let inspection) = read {
                statuses.insert(status(of: inspection, hasKeys: hasKeys))
            } else {
                statuses.insert(.noInput)
            }
        }
        return [.violation, .noInput, .unverified].first { statuses.contains($0) } ?? .proven
    }

    /// The status that `check` has for the same file; without keys a readable file is not a fault.
    private static func status(of inspection: DigestInspection, hasKeys: Bool) -> ExitStatus {
        guard let kind = inspection.kind, hasKeys || kind != .digestKeyUnknown else { return .proven }
        return kind.severity == .violation ? .violation : .unverified
    }

    /// Writes what is known of one digest file.
    private struct Writer {
        let inspection: DigestInspection
        let hasKeys: Bool
        let console: Console

        init(_ inspection: DigestInspection, hasKeys: Bool, _ console: Console) {
            self.inspection = inspection
            self.hasKeys = hasKeys
            self.console = console
        }

        /// The column that values begin in.
        private static let valueColumn = 30

        /// The column that values begin in where they do not fit beside their names.
        private static let narrowColumn = 4

        private func row(_ name: String, _ value: String) throws(CommandError) {
            let gap = String(repeating: " ", count: max(1, Self.valueColumn - 2 - name.count))
            let line = "  \(name)\(gap)\(escaped(value))"
            if fits(line) { return try console.print(line) }
            try console.print("  \(name)")
            try writeNarrow(value)
        }

        private func more(_ value: String) throws(CommandError) {
            let line = String(repeating: " ", count: Self.valueColumn) + escaped(value)
            if fits(line) { return try console.print(line) }
            try writeNarrow(value)
        }

        private func fits(_ line: String) -> Bool { console.style.width.map { line.count <= $0 } ?? true }

        private func writeNarrow(_ value: String) throws(CommandError) {
            for line in console.style.wrap(escaped(value), indent: Self.narrowColumn) { try console.print(line) }
        }

        func write(isVerbose: Bool) throws(CommandError) {
            try console.print(escaped(inspection.path.description))
            try row("stored", inspection.isCompressed ? "gzip" : "not compressed")
            let hash = inspection.hash.map { ", SHA-256 \(Hex.encode($0.bytes))" } ?? ""
            try row("content", "\(inspection.contentBytes) bytes\(hash)")
            switch inspection.faults.first {
            case .malformed(let what): try row("broken", what.message)
            case .overLimit(let text): try row("over a limit", text)
            default: break
            }
            for field in inspection.fields { try row(field.name, Self.text(field.value)) }
            if let file = inspection.file {
                try row("logFiles", "\(file.logFiles.count)")
                if isVerbose { try writeLogs(file.logFiles) }
                if let problem = file.problem { try row("broken", problem) }
            }
            try writeSignatures()
            try writePredecessor()
            try writeSuccessors()
            try row("verdict", InspectionWords.verdict(inspection, hasKeys: hasKeys))
            if let advice = InspectionWords.advice(inspection, hasKeys: hasKeys) { try row("what to do", advice) }
        }

        private static func text(_ value: DigestField.Value) -> String {
            switch value {
            case .text(let text): text
            case .null: "null"
            case .missing: "(missing)"
            case .other: "(neither text nor null)"
            }
        }

        private func writeLogs(_ logs: LogFileList) throws(CommandError) {
            for position in logs.indices {
                let log = logs[position]
                try more("\(Hex.encode(log.hash.bytes)) s3://\(log.location)")
            }
        }

        // MARK: Signatures

        private func writeSignatures() throws(CommandError) {
            if let text = inspection.stringToSign {
                let lines = String(decoding: text, as: UTF8.self).split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                )
                try row("string to sign", String(lines.first ?? ""))
                for line in lines.dropFirst() { try more(String(line)) }
            }
            if let hash = inspection.messageHash { try row("its SHA-256", Hex.encode(hash.bytes)) }
            if let key = inspection.key {
                let from = key.validFrom?.description ?? "?"
                let until = key.validUntil?.description ?? "?"
                try row("key", "\(key.fingerprint), \(key.bits) bits, valid from \(from) to \(until)")
            } else if let file = inspection.file {
                try row(
                    "key",
                    "\(file.fingerprint), \(hasKeys ? "in none of the key files" : "no key files are given")"
                )
            }
            for signature in inspection.signatures {
                let outcome = signature.verifies.map { $0 ? "verifies" : "does not verify" } ?? "not tried"
                let algorithm = signature.algorithm.map { ", \(shortened($0))" } ?? ""
                try row("signature", "from \(signature.source)\(algorithm): \(outcome)")
                if let path = signature.path { try name(path) }
                try more(signature.text)
            }
            if inspection.signatures.isEmpty, inspection.file != nil {
                try row("signature", "none was kept with it, and no digest file after it lies beside it")
            }
        }

        // MARK: Link

        private func writePredecessor() throws(CommandError) {
            switch inspection.predecessor {
            case .unknown: break
            case .none: try row("digest before", "none: it begins its chain")
            case .notHeld: try row("digest before", "not held beside it")
            case .unreadable(_, let path, let error):
                try row("digest before", "could not be read: \(error.description)")
                try name(path)
            case .held(_, let path, let hasHash, let verifies):
                let hash = hasHash ? "has the hash it names" : "has another hash than it names"
                let signature = verifies.map {
                    $0 ? "; the signature it names verifies" : "; the signature it names does not verify"
                }
                try row("digest before", "held, and \(hash)\(signature ?? "")")
                try name(path)
            }
        }

        private func writeSuccessors() throws(CommandError) {
            guard inspection.file != nil else { return }
            if inspection.successors.isEmpty { try row("digest after", "not held beside it") }
            for successor in inspection.successors {
                let hash = successor.hasHash ? "names its hash" : "names another hash"
                let signature = successor.verifies.map {
                    $0 ? "; the signature it repeats verifies" : "; the signature it repeats does not verify"
                }
                let own = successor.isVerified ? "verified itself" : "not verified itself"
                try row("digest after", "held, \(hash)\(signature ?? ""); \(own)")
                try name(successor.path)
            }
        }

        /// The path of a file beside it, on a line of its own.
        private func name(_ path: ObjectKey) throws(CommandError) {
            let line = String(repeating: " ", count: Self.valueColumn) + TextReport.shown(path)
            // It stands whole on a line of its own, so that it can be copied.
            let narrow = String(repeating: " ", count: Self.narrowColumn) + TextReport.shown(path)
            try console.print(fits(line) ? line : narrow)
        }
    }
}
