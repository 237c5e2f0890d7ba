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
            helpOption,
        ],
        footer: "Exit status: 0 every file is proven; 1 one is not what was delivered under its name; 2 one is not "
            + "proven; 64 usage; 66 an input is missing or unusable, or one of the files could not be read; "
            + "70 internal error; 74 the output could not be written; 129, 130, 143, 152 interrupted."
    )

    private enum Format: String, CaseIterable {
        case text, jsonl
    }

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        let operands = try operands(arguments)
        guard !arguments.paths("archive").isEmpty else {
            throw CommandError(.usage, "Missing expected option '--archive <archive>'", showsUsage: true)
        }
        let format = try arguments.choice("format") ?? Format.text
        let archives = try InputFile.archives(arguments.paths("archive"))
        guard !arguments.paths("public-keys").isEmpty else { throw EvidenceFiles.missingKeys(archives) }
        let evidence = try EvidenceFiles.read(arguments, for: archives, interruption, console)
        guard let (keys, manifest) = evidence else { return interruption.status }
        let validator = Validator(keys: keys, signatures: manifest)
        let checked = try interruption.stoppable(console) {
            try validator.check(operands, in: archives, monitor: interruption.monitor)
        }
        guard let files = checked else { return interruption.status }
        let status = status(of: files)
        switch format {
        case .text:
            for file in files { try writeText(file, console) }
            try console.print("")
            try console.print(verdict(files))
        case .jsonl:
            for file in files { try console.print(line(file)) }
            try console.print(summary(files, status, keys))
        }
        return status
    }

    private static func status(of files: [FileCheck]) -> ExitStatus {
        func has(_ verdict: FileCheck.Verdict) -> Bool { files.contains { $0.verdict == verdict } }
        if has(.violation) { return .violation }
        if has(.unreadable) { return .noInput }
        return has(.unverified) ? .unverified : .proven
    }

    // MARK: Text

    private static func writeText(_ file: FileCheck, _ console: Console) throws(CommandError) {
        let proven = file.verdict == .valid ? (file.isDigest ? "digest" : "log") : ""
        let heading = pad(file.verdict.rawValue, 10) + " " + pad(file.kind?.rawValue ?? proven, 24)
        try console.print("\(heading) \(escaped(file.path.description)): \(escaped(file.message))")
        if let voucher = file.voucher {
            let role = file.verdict == .valid ? "vouched for" : "listed"
            let by = file.isDigest ? "" : "\(role) by s3://\(voucher.location), "
            try console.print(
                escaped(
                    "           \(by)signed with the key \(voucher.fingerprint) at \(voucher.time) "
                        + "(signature: \(voucher.source))"
                )
            )
            if !file.isDigest { try console.print("           held as \(TextReport.shown(voucher.path))") }
        }
        for note in file.notes { try console.print("           \(escaped(note))") }
    }

    private static func verdict(_ files: [FileCheck]) -> String {
        func count(_ verdict: FileCheck.Verdict) -> Int { files.count { $0.verdict == verdict } }
        let valid = "\(count(.valid))/\(files.count) files are as CloudTrail delivered them"
        let unreadable = count(.unreadable) > 0 ? "; \(count(.unreadable)) could not be read" : ""
        if count(.violation) > 0 {
            let rest = count(.unverified) > 0 ? ", \(count(.unverified)) without proof" : ""
            return "NOT VALID: \(count(.violation)) not as delivered\(rest); \(valid)\(unreadable)."
        }
        if count(.unverified) > 0 { return "NOT PROVEN: \(count(.unverified)) without proof; \(valid)\(unreadable)." }
        return unreadable.isEmpty ? "VALID: \(valid)." : "NOT PROVEN: \(valid)\(unreadable)."
    }

    // MARK: JSON Lines

    private static func line(_ file: FileCheck) -> String {
        var object = JSONObjectText()
        object.add("record", "check")
        object.add("path", file.path.description)
        if file.path.text == nil { object.add("pathBytes", Hex.encode(file.path.bytes)) }
        object.add("verdict", file.verdict.rawValue)
        object.add("kind", file.kind?.rawValue)
        object.add("digest", file.isDigest)
        object.add("sha256", file.hash.map { Hex.encode($0.bytes) })
        object.add("bucket", file.location?.bucket)
        object.add("key", file.location?.key.description)
        let isValid = file.verdict == .valid
        object.add("vouchedBy", object: isValid ? file.voucher.map { Self.object($0) } : nil)
        object.add("listedBy", object: isValid ? nil : file.voucher.map { Self.object($0) })
        object.add("message", file.message)
        object.add("notes", file.notes)
        return object.closed
    }

    private static func object(_ voucher: FileCheck.Voucher) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("bucket", voucher.location.bucket)
        object.add("key", voucher.location.key.description)
        object.add("path", voucher.path.description)
        if !voucher.path.isUTF8 { object.add("pathBytes", Hex.encode(voucher.path.bytes)) }
        object.add("fingerprint", voucher.fingerprint)
        object.add("time", voucher.time.description)
        object.add("signature", voucher.source)
        return object
    }

    private static func summary(_ files: [FileCheck], _ status: ExitStatus, _ keys: PublicKeySet) -> String {
        var counts = JSONObjectText()
        counts.add("total", Int64(files.count))
        for verdict in [FileCheck.Verdict.valid, .violation, .unverified, .unreadable] {
            counts.add(verdict.rawValue, Int64(files.count { $0.verdict == verdict }))
        }
        var object = JSONObjectText()
        object.add("record", "summary")
        object.add("tool", Tool.name)
        object.add("version", Tool.version)
        object.add("exit", Int64(status.rawValue))
        object.add("files", object: counts)
        object.add("keys", objects: keys.sources.map(JSONObjectText.init))
        return object.closed
    }
}
