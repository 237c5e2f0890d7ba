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
            OptionSpec("verbose", letter: "v", help: "List the log files."),
            helpOption,
        ],
        footer: "Exit status: 0 readable and, where keys are given, the signature verifies; 1 the file is broken, its "
            + "signature does not verify, or the digest file before it is not the one it names; 2 with the keys and "
            + "signatures given nothing is proven; 64 usage; 66 an input is missing or unusable; 70 internal error; "
            + "74 the output could not be written; 129, 130, 143, 152 interrupted."
    )

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
        let evidence = try EvidenceFiles.read(arguments, for: [], interruption, console)
        guard let (keys, manifest) = evidence else { return interruption.status }
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
            switch read {
            case .success(let inspection):
                if !isFirst { try console.print("") }
                isFirst = false
                let status = status(of: inspection, hasKeys: keys.count > 0)
                statuses.insert(status)
                try Writer(inspection, status, hasKeys: keys.count > 0, console)
                    .write(isVerbose: arguments.has("verbose"))
            case .failure(let error):
                statuses.insert(.noInput)
                console.printError(
                    "Error: The digest file '\(escaped(path.description))' could not be read: \(escaped(error.description))"
                )
            }
        }
        return [.violation, .noInput, .unverified].first { statuses.contains($0) } ?? .proven
    }

    private static func status(of inspection: DigestInspection, hasKeys: Bool) -> ExitStatus {
        switch inspection.defect {
        case .malformed: return .violation
        case .overLimit, .unreadable: return .unverified
        case nil: break
        }
        switch inspection.verdict {
        case .valid:
            if inspection.file?.problem != nil { return .violation }
            // A digest file that is proven tells what the one before it must be.
            switch inspection.predecessor {
            case .held(_, _, hasHash: false, _), .held(_, _, _, verifies: false): return .violation
            default: return .proven
            }
        case .failed, .unsupportedAlgorithm: return .violation
        case .keyUnknown, .noCandidate: return hasKeys ? .unverified : .proven
        case .notApplicable: return .unverified
        }
    }

    /// Writes what is known of one digest file.
    private struct Writer {
        let inspection: DigestInspection
        let status: ExitStatus
        let hasKeys: Bool
        let console: Console

        init(_ inspection: DigestInspection, _ status: ExitStatus, hasKeys: Bool, _ console: Console) {
            self.inspection = inspection
            self.status = status
            self.hasKeys = hasKeys
            self.console = console
        }

        /// The column that values begin in.
        private static let valueColumn = 30

        private func row(_ name: String, _ value: String) throws(CommandError) {
            let gap = String(repeating: " ", count: max(1, Self.valueColumn - 2 - name.count))
            try console.print("  \(name)\(gap)\(escaped(value))")
        }

        private func more(_ value: String) throws(CommandError) {
            try console.print(String(repeating: " ", count: Self.valueColumn) + escaped(value))
        }

        func write(isVerbose: Bool) throws(CommandError) {
            try console.print(escaped(inspection.path.description))
            try row("stored", inspection.isCompressed ? "gzip" : "not compressed")
            let hash = inspection.hash.map { ", SHA-256 \(Hex.encode($0.bytes))" } ?? ""
            try row("content", "\(inspection.contentBytes) bytes\(hash)")
            switch inspection.defect {
            case .malformed(let what): try row("broken", what.message)
            case .overLimit(let text): try row("over a limit", text)
            case .unreadable(let error): try row("unreadable", error.description)
            case nil: break
            }
            for field in inspection.fields { try row(field.name, Self.text(field.value)) }
            if let file = inspection.file {
                try row("logFiles", "\(file.logFiles.count)")
                if isVerbose { try writeLogs(file.logFiles) }
                if let problem = file.problem { try row("broken", problem) }
            }
            try writeSignatures()
            try writePredecessor()
            try row("verdict", verdict)
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
                try more(signature.text)
            }
            if inspection.signatures.isEmpty, inspection.file != nil {
                try row("signature", "none was kept with it; the digest file after it repeats it")
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
                try console.print(String(repeating: " ", count: Self.valueColumn) + TextReport.shown(path))
            case .held(_, let path, let hasHash, let verifies):
                let hash = hasHash ? "has the hash it names" : "has another hash than it names"
                let signature = verifies.map {
                    $0 ? "; the signature it names verifies" : "; the signature it names does not verify"
                }
                try row("digest before", "held, and \(hash)\(signature ?? "")")
                try console.print(String(repeating: " ", count: Self.valueColumn) + TextReport.shown(path))
            }
        }

        private var verdict: String {
            switch inspection.defect {
            case .malformed(let what): return "BROKEN: \(what.message)"
            case .overLimit(let text): return "NOT PROVEN: it hits a limit: \(text)"
            case .unreadable(let error): return "NOT PROVEN: \(error.description)"
            case nil: break
            }
            switch inspection.verdict {
            case .valid(let source, _):
                if let problem = inspection.file?.problem {
                    return "BROKEN, under a signature that verifies: \(problem)"
                }
                if status == .violation { return "SIGNED, but the digest file before it is not the one that it names" }
                return "SIGNED: the signature from \(source.name) verifies under the key that it names"
            case .failed: return "NOT SIGNED: no signature at hand verifies"
            case .unsupportedAlgorithm(let name):
                return "NOT SIGNED: it names the algorithm \(shortened(name)), and CloudTrail uses "
                    + "\(DigestFile.signatureAlgorithm) alone"
            case .keyUnknown where !hasKeys: return "READABLE: give --public-keys to have its signature tried"
            case .keyUnknown: return "NOT PROVEN: none of the keys has its fingerprint"
            case .noCandidate: return "NOT PROVEN: no signature is at hand"
            case .notApplicable: return "NOT PROVEN: there is nothing whose signature could be tried"
            }
        }
    }
}
