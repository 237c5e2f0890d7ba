internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// `keys`: says what key files hold.
enum KeysCommand: Subcommand {
    static let name = "keys"

    static let help = HelpText(
        overview: "Show what files of public keys hold, and whether they can be used together.",
        usage: "\(Tool.name) keys <file> ... [<options>]",
        arguments: [
            ("<file>", "An answer of 'aws cloudtrail list-public-keys', several of them, or a folder of such files.")
        ],
        options: [
            formatOption(
                default: Format.text,
                help: "How it is written."
            ),
            OptionSpec("verbose", letter: "v", help: "List the keys that were valid at the same time."),
            helpOption,
        ],
        footer: "Exit status: 0 every key can be used; 64 usage; 66 a file or one of its keys cannot be used; "
            + "74 the output could not be written; 129, 130, 143, 152 interrupted."
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
        let format = try arguments.choice("format") ?? Format.text
        let contents = KeyFiles(try NamedFile.keyPaths(operands))
        switch format {
        case .text: try writeText(contents, isVerbose: arguments.has("verbose"), console)
        case .jsonl: try writeJSONLines(contents, console)
        }
        for error in contents.errors { console.printError("Error: \(escaped(error))") }
        return contents.errors.isEmpty ? .proven : .noInput
    }

    // MARK: Text

    private static func writeText(
        _ contents: KeyFiles,
        isVerbose: Bool,
        _ console: Console
    ) throws(CommandError) {
        if !contents.keys.isEmpty {
            var table = TextTable(
                "FINGERPRINT",
                "STATED",
                "VALID FROM",
                "VALID UNTIL",
                "BITS",
                "SHA-256",
                "OVERLAPS",
                "FILE"
            )
            for key in contents.keys {
                let entry = key.entry
                table.add(
                    entry.fingerprint ?? "-",
                    stated(entry),
                    entry.validFrom?.description ?? "?",
                    entry.validUntil?.description ?? "?",
                    entry.key.map { "\($0.bits)" } ?? "-",
                    entry.sha256.map { Hex.encode($0.bytes) } ?? "-",
                    "\(contents.overlapping(key).count)",
                    key.file.description
                )
            }
            for line in table.lines(console.style) { try console.print(line) }
            try console.print("")
        }
        for key in isVerbose ? contents.keys : [] {
            let others = contents.overlapping(key)
            guard let fingerprint = key.entry.fingerprint, !others.isEmpty else { continue }
            try console.print("\(fingerprint) was valid together with \(others.joined(separator: ", "))")
        }
        for note in contents.duplicates + contents.notes { try console.print(escaped(note)) }
        let files = contents.sources.count
        try console.printWrapped(
            "\(contents.different) different \(contents.different == 1 ? "key" : "keys") in \(files) "
                + "\(files == 1 ? "file" : "files"). OVERLAPS: how many other keys were valid at the same time."
        )
    }

    /// Whether the fingerprint that the file states is the one of the value.
    private static func stated(_ entry: PublicKeyEntry) -> String {
        guard let stated = entry.statedFingerprint else { return "-" }
        return stated.lowercased() == entry.fingerprint ? "right" : "wrong"
    }

    // MARK: JSON Lines

    private static func writeJSONLines(_ contents: KeyFiles, _ console: Console) throws(CommandError) {
        for key in contents.keys {
            let entry = key.entry
            var object = JSONObjectText()
            object.add("record", "key")
            object.add("file", key.file.description)
            object.add("number", Int64(entry.number))
            object.add("fingerprint", entry.fingerprint)
            object.add("statedFingerprint", entry.statedFingerprint)
            object.add("sha256", entry.sha256.map { Hex.encode($0.bytes) })
            object.add("bits", entry.key.map { Int64($0.bits) })
            object.add("validFrom", entry.validFrom?.description)
            object.add("validUntil", entry.validUntil?.description)
            object.add("usable", entry.key != nil && !contents.conflicting.contains(entry.fingerprint ?? ""))
            object.add("problem", entry.problem)
            object.add("overlaps", contents.overlapping(key))
            try console.print(object.closed)
        }
        for source in contents.sources {
            var object = JSONObjectText()
            object.add("record", "key-file")
            object.add("file", source.file.description)
            object.add("sha256", source.sha256)
            object.add("keys", Int64(source.count))
            object.add("problem", source.problem)
            try console.print(object.closed)
        }
        var object = JSONObjectText()
        object.add("record", "summary")
        object.add("tool", Tool.name)
        object.add("version", Tool.version)
        object.add("exit", Int64(contents.errors.isEmpty ? 0 : ExitStatus.noInput.rawValue))
        object.add("different", Int64(contents.different))
        object.add("duplicates", contents.duplicates)
        object.add("notes", contents.notes)
        object.add("problems", contents.errors)
        try console.print(object.closed)
    }
}
