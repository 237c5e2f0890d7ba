internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules

/// `chains`: lists the chains that an archive holds digest files of.
enum ChainsCommand: Subcommand {
    static let name = "chains"

    static let help = HelpText(
        overview: "List what an archive holds by the names of its files. Nothing is read, and nothing is proven.",
        usage: "\(Tool.name) chains <archive> ... [<options>]",
        arguments: [
            (
                "<archive>",
                "A folder that came out of the bucket. " + InputFile.archiveFilesHelp
                    + "Several of them are the parts of one archive."
            )
        ],
        options: [
            formatOption(
                default: Format.text,
                help: "How it is written; expect makes the lines that 'validate --expect' takes."
            ),
            OptionSpec("verbose", letter: "v", help: "List every hole and every folder that hides something."),
            helpOption,
        ],
        footer: "Exit status: 0 listed; 2 no digest file is held; 64 usage; 66 an archive is missing or unreadable; "
            + "74 the output could not be written; 129, 130, 143, 152 interrupted."
    )

    private enum Format: String, CaseIterable {
        case text, jsonl, expect
    }

    static func run(
        _ arguments: ParsedArguments,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> ExitStatus {
        let operands = try operands(arguments)
        let format = try arguments.choice("format") ?? Format.text
        let archives = try InputFile.archives(operands)
        let listed = try interruption.stoppable(console) {
            try ArchiveContents(archives, monitor: interruption.monitor)
        }
        guard let contents = listed else { return interruption.status }
        let status: ExitStatus = contents.chains.isEmpty ? .unverified : .proven
        switch format {
        case .text: try writeText(contents, isVerbose: arguments.has("verbose"), console)
        case .jsonl: try writeJSONLines(contents, status, console)
        case .expect: try writeExpected(contents, console)
        }
        return status
    }

    // MARK: Text

    /// What everybody who reads the list must know.
    private static let caution =
        "By the names of the files alone: nothing was read, nothing is proven, and what was never downloaded is not here."

    private static func logs(_ chain: ArchiveContents.Chain, _ contents: ArchiveContents) -> Int {
        contents.logCounts[.init(account: chain.identity.account, region: chain.identity.region)] ?? 0
    }

    private static func writeText(
        _ contents: ArchiveContents,
        isVerbose: Bool,
        _ console: Console
    ) throws(CommandError) {
        if contents.chains.isEmpty {
            try console.print("No digest file is held.")
        } else {
            var table = TextTable(
                "ACCOUNT",
                "REGION",
                "TRAIL",
                "HOME REGION",
                "DIGESTS",
                "FIRST END",
                "LAST END",
                "HOLES",
                "LOGS"
            )
            for chain in contents.chains {
                let identity = chain.identity
                table.add(
                    identity.account,
                    identity.region,
                    identity.trail + (identity.isBackfill ? " (backfill)" : ""),
                    identity.homeRegion,
                    "\(chain.digestCount)",
                    chain.firstEnd.description,
                    chain.lastEnd.description,
                    identity.isBackfill ? "-" : "\(chain.holes.count)",
                    "\(logs(chain, contents))"
                )
            }
            for line in table.lines(console.style) { try console.print(line) }
        }
        try console.print("")
        try writeHoles(contents, isVerbose: isVerbose, console)
        for place in contents.placesWithoutChain {
            try console.printWrapped(
                escaped(
                    "No digest file is held for the \(contents.logCounts[place] ?? 0) log files of "
                        + "\(place.account) in \(place.region)."
                )
            )
        }
        if !contents.hidden.isEmpty {
            try console.print("Not listed: what lies behind links and unreadable folders (\(contents.hidden.count)).")
            for path in isVerbose ? contents.hidden : [] { try console.print("  \(TextReport.shown(path))") }
        }
        try console.printWrapped(
            "LOGS counts the log files of the account and region, whichever trail delivered them."
        )
        try console.printWrapped(caution)
    }

    /// The most holes of a chain that are shown without being asked for.
    private static let holesShown = 3

    private static func writeHoles(
        _ contents: ArchiveContents,
        isVerbose: Bool,
        _ console: Console
    ) throws(CommandError) {
        var isAny = false
        for chain in contents.chains {
            let shown = isVerbose ? chain.holes[...] : chain.holes.prefix(holesShown)
            let name = "\(chain.identity.account) \(chain.identity.region) \(chain.identity.trail)"
            for hole in shown {
                try console.printWrapped(escaped("Hole: \(name): no digest file for \(hole.start) to \(hole.end)"))
                isAny = true
            }
            if shown.count < chain.holes.count {
                try console.printWrapped(
                    escaped("Hole: \(name): \(chain.holes.count - shown.count) more; --verbose lists them")
                )
            }
        }
        if isAny { try console.print("") }
    }

    // MARK: JSON Lines

    private static func writeJSONLines(
        _ contents: ArchiveContents,
        _ status: ExitStatus,
        _ console: Console
    ) throws(CommandError) {
        for chain in contents.chains {
            var object = JSONObjectText()
            object.add("record", "held-chain")
            object.add("chain", object: JSONObjectText(chain.identity))
            object.add("digests", Int64(chain.digestCount))
            object.add("firstEnd", chain.firstEnd.description)
            object.add("lastEnd", chain.lastEnd.description)
            object.add(
                "holes",
                objects: chain.holes.map { hole in
                    var object = JSONObjectText()
                    object.add("start", hole.start.description)
                    object.add("end", hole.end.description)
                    return object
                }
            )
            object.add("logs", Int64(logs(chain, contents)))
            try console.print(object.closed)
        }
        for place in contents.placesWithoutChain {
            var object = JSONObjectText()
            object.add("record", "logs-without-chain")
            object.add("account", place.account)
            object.add("region", place.region)
            object.add("logs", Int64(contents.logCounts[place] ?? 0))
            try console.print(object.closed)
        }
        for path in contents.hidden {
            var object = JSONObjectText()
            object.add("record", "hidden")
            object.add("path", path.description)
            if !path.isUTF8 { object.add("pathBytes", Hex.encode(path.bytes)) }
            try console.print(object.closed)
        }
        var object = JSONObjectText()
        object.add("record", "summary")
        object.add("tool", Tool.name)
        object.add("version", Tool.version)
        object.add("exit", Int64(status.rawValue))
        object.add("proven", false)
        object.add("chains", Int64(contents.chains.count))
        object.add("digests", Int64(contents.chains.reduce(0) { $0 + $1.digestCount }))
        object.add("logs", Int64(contents.logCounts.values.reduce(0, +)))
        try console.print(object.closed)
    }

    // MARK: Expected chains

    private static func writeExpected(_ contents: ArchiveContents, _ console: Console) throws(CommandError) {
        for chain in contents.chains where !chain.identity.isBackfill {
            var object = JSONObjectText()
            object.add("account", chain.identity.account)
            object.add("region", chain.identity.region)
            object.add("trail", chain.identity.trail)
            object.add("homeRegion", chain.identity.homeRegion)
            try console.print(object.closed)
        }
        console.printError(caution + " Compare the list with your accounts, regions and trails.")
    }
}
