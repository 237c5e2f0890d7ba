internal import CloudTrailIntegrity
internal import NativeInterop

/// What the options of `validate` say.
extension ValidateCommand {
    /// How the report is written.
    enum Format: String, CaseIterable {
        case text
        case jsonLines = "jsonl"
        /// The words of `aws cloudtrail validate-logs`.
        case aws
    }

    static func allowedKinds(_ arguments: ParsedArguments) throws(CommandError) -> Set<FindingKind> {
        var kinds: Set<FindingKind> = []
        for name in arguments.all("allow") {
            let allowable = FindingKind.allCases.filter(\.isAllowable).map(\.rawValue)
            guard let kind = FindingKind(rawValue: name) else {
                let suggestion = closest(to: name, among: allowable).map { ". Did you mean '\($0)'?" } ?? ""
                throw CommandError(.usage, "'\(name)' is no finding kind that '--allow' knows\(suggestion)")
            }
            guard kind.isAllowable else {
                throw CommandError(.usage, "'\(name)' cannot be allowed (values: \(allowable.joined(separator: ", ")))")
            }
            kinds.insert(kind)
        }
        return kinds
    }

    static func options(_ arguments: ParsedArguments) throws(CommandError) -> ValidationOptions {
        var options = ValidationOptions()
        options.start = try time("start-time", arguments)
        options.end = try time("end-time", arguments)
        if let start = options.start, let end = options.end, start >= end {
            throw CommandError(.usage, "The start \(start) is not before the end \(end)")
        }
        options.accounts = arguments.all("account-id")
        for account in options.accounts {
            guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw CommandError(
                    .usage,
                    "The value '\(account)' is invalid for '--account-id': an account has 12 digits"
                )
            }
        }
        options.regions = arguments.all("region")
        if options.regions.contains("") {
            throw CommandError(.usage, "The value '' is invalid for '--region': the name of a region")
        }
        for text in arguments.all("trail") {
            guard let trail = TrailSelector(text) else {
                throw CommandError(
                    .usage,
                    "The value '\(text)' is invalid for '--trail': a name, or arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME"
                )
            }
            options.trails.append(trail)
        }
        options.bucket = arguments.last("bucket")
        if let bucket = options.bucket, !ObjectLocation.isBucketName(bucket) {
            throw CommandError(.usage, "The value '\(bucket)' is invalid for '--bucket': the name of a bucket")
        }
        if let grace = try duration("grace", arguments) { options.grace = .seconds(grace) }
        if let age = try duration("max-age", arguments) {
            guard options.end == nil else {
                throw CommandError(.usage, "'--max-age' stands in the place of '--end-time': give one of them")
            }
            options.coverageMustReach = now().advanced(bySeconds: -age)
        }
        for path in arguments.all("expect") {
            do {
                options.expectedChains += try ExpectedChain.list(
                    reading: InputFile.read(path, purpose: "list of chains")
                )
            } catch let error as CommandError {
                throw error
            } catch {
                throw CommandError(.noInput, "The list of chains '\(path)' cannot be used: \(error)")
            }
        }
        options.limits.logBytes = try size("max-log-size", arguments) ?? options.limits.logBytes
        options.limits.digestBytes = try size("max-digest-size", arguments) ?? options.limits.digestBytes
        options.limits.inflateRatio = UInt64(
            try number("max-inflate-ratio", in: arguments, minimum: 1, default: Int(options.limits.inflateRatio))
        )
        options.limits.digestEntries = try number(
            "max-digest-entries",
            in: arguments,
            minimum: 1,
            default: options.limits.digestEntries
        )
        options.limits.jsonDepth = try number(
            "max-json-depth",
            in: arguments,
            minimum: 3,
            default: options.limits.jsonDepth
        )
        options.limits.keyBytes = try number(
            "max-key-length",
            in: arguments,
            minimum: 1,
            default: options.limits.keyBytes
        )
        options.jobs = try number("jobs", in: arguments, minimum: 1, default: SystemCall.processorCount)
        options.readers = try number("readers", in: arguments, minimum: 1, default: max(options.readers, options.jobs))
        options.listsProvenFiles = arguments.has("verbose")
        return options
    }

    private static func time(_ option: String, _ arguments: ParsedArguments) throws(CommandError) -> Timestamp? {
        guard let text = arguments.last(option) else { return nil }
        guard let time = Timestamp(text) else {
            throw CommandError(
                .usage,
                "The value '\(text)' is invalid for '--\(option)': an ISO 8601 time with Z or an offset, "
                    + "such as 2026-03-01T00:00:00Z"
            )
        }
        return time
    }

    /// A number of seconds from `90s`, `90m`, `3h` or `2d`.
    static func duration(_ option: String, _ arguments: ParsedArguments) throws(CommandError) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        return try scaled(option, arguments, units, "a number with s, m, h or d, such as 90m")
    }

    /// A number of bytes from `4096`, `64K`, `256M`, `8G` or `1T`.
    private static func size(_ option: String, _ arguments: ParsedArguments) throws(CommandError) -> UInt64? {
        let units: [Character: Int64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let text = arguments.last(option)
        if let text, let bytes = UInt64(text) { return bytes }
        return try scaled(option, arguments, units, "a number of bytes, or one with K, M, G or T").map { UInt64($0) }
    }

    private static func scaled(
        _ option: String,
        _ arguments: ParsedArguments,
        _ units: [Character: Int64],
        _ form: String
    ) throws(CommandError) -> Int64? {
        guard let text = arguments.last(option) else { return nil }
        if let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0 {
            let (value, overflow) = number.multipliedReportingOverflow(by: unit)
            if !overflow { return value }
        }
        throw CommandError(.usage, "The value '\(text)' is invalid for '--\(option)': \(form)")
    }
}
