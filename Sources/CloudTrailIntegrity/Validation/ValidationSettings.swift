package import CloudTrailFormat
internal import CloudTrailRules

/// The options of a validation as text, under the names of the command's long options.
package struct ValidationSettings: Sendable {
    /// What an option is called.
    package enum Name: String, CaseIterable, Sendable {
        case startTime = "start-time"
        case endTime = "end-time"
        /// Each value adds one, as do those of ``region`` and ``trail``; of all others the last value counts.
        case accountID = "account-id"
        case region
        case trail
        case bucket
        case grace
        case maxAge = "max-age"
        case maxLogSize = "max-log-size"
        case maxDigestSize = "max-digest-size"
        case maxInflateRatio = "max-inflate-ratio"
        case maxDigestEntries = "max-digest-entries"
        case maxJSONDepth = "max-json-depth"
        case maxKeyLength = "max-key-length"
        case findingsPerFolder = "findings-per-folder"
        case jobs
        case readers
        /// A flag of the command; as text `true` or `false`.
        case verbose
    }

    private var options = ValidationOptions()
    /// In seconds.
    private var maximumAge: Int64?

    /// The defaults of the library.
    package init() {}

    /// The options of a run that begins now.
    ///
    /// - Parameter now: What the largest age is counted back from.
    package func options(at now: Timestamp) -> ValidationOptions {
        var options = options
        options.coverageMustReach = maximumAge.map { now.advanced(bySeconds: -$0) }
        options.now = now
        return options
    }

    /// Sets an option; where that fails nothing has changed.
    package mutating func set(_ name: Name, to text: String) throws(ValidationSettingError) {
        var changed = self
        try changed.apply(text, to: name)
        if let start = changed.options.start, let end = changed.options.end, start >= end {
            throw .emptyRange(start, end)
        }
        if changed.maximumAge != nil, changed.options.end != nil { throw .conflict(.maxAge, .endTime) }
        self = changed
    }

    private mutating func apply(_ text: String, to name: Name) throws(ValidationSettingError) {
        func invalid(_ form: String) -> ValidationSettingError { .invalidValue(text, name, form: form) }
        func number(in range: ClosedRange<Int>) throws(ValidationSettingError) -> Int {
            guard let number = Int(text), range.contains(number) else {
                let end = range.upperBound == .max ? "" : " to \(range.upperBound)"
                throw invalid("a whole number from \(range.lowerBound)\(end)")
            }
            return number
        }
        func number(minimum: Int) throws(ValidationSettingError) -> Int {
            try number(in: minimum...Int.max)
        }
        func time() throws(ValidationSettingError) -> Timestamp {
            do { return try Timestamp(parsing: text) } catch { throw invalid(TimestampError.form) }
        }
        func seconds() throws(ValidationSettingError) -> Int64 {
            guard let seconds = Self.seconds(text) else { throw invalid("a number with s, m, h or d, such as 90m") }
            return seconds
        }
        func size() throws(ValidationSettingError) -> UInt64 {
            guard let bytes = Self.bytes(text), bytes > 0 else {
                throw invalid("a number of bytes, or one with K, M, G or T")
            }
            return bytes
        }
        switch name {
        case .startTime: options.start = try time()
        case .endTime: options.end = try time()
        case .accountID:
            guard ValidationOptions.isAccount(text) else { throw invalid("an account has 12 digits") }
            options.accounts.add(text)
        case .region:
            guard ValidationOptions.isRegion(text) else { throw invalid("the name of a region, such as us-east-1") }
            options.regions.add(text)
        case .trail:
            do {
                options.trails.add(try TrailSelector(text))
            } catch {
                throw invalid("a name, or arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME")
            }
        case .bucket:
            guard ValidationOptions.isBucket(text) else { throw invalid("the name of a bucket") }
            options.bucket = text
        case .grace: options.grace = .seconds(try seconds())
        case .maxAge: maximumAge = try seconds()
        case .maxLogSize: options.limits.logBytes = try size()
        case .maxDigestSize: options.limits.digestBytes = try size()
        case .maxInflateRatio: options.limits.inflateRatio = UInt64(try number(minimum: 1))
        case .maxDigestEntries: options.limits.digestEntries = try number(minimum: 1)
        case .maxJSONDepth: options.limits.jsonDepth = try number(in: ValidationOptions.jsonDepths)
        case .maxKeyLength: options.limits.keyBytes = try number(minimum: 1)
        case .findingsPerFolder:
            options.findingsPerFolder = try number(in: ValidationOptions.findingNumbers)
        case .jobs: options.jobs = try number(in: ValidationOptions.threadNumbers)
        case .readers: options.readers = try number(in: ValidationOptions.threadNumbers)
        case .verbose:
            guard let flag = Bool(text) else { throw invalid("true or false") }
            options.listsProvenFiles = flag
        }
    }

    /// A number of seconds from `90s`, `90m`, `3h` or `2d`.
    package static func seconds(_ text: String) -> Int64? {
        scaled(text, ["s": 1, "m": 60, "h": 3600, "d": 86_400])
    }

    /// A number of bytes from `4096`, `64K`, `256M`, `8G` or `1T`.
    private static func bytes(_ text: String) -> UInt64? {
        UInt64(text) ?? scaled(text, ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]).map { UInt64($0) }
    }

    private static func scaled(_ text: String, _ units: [Character: Int64]) -> Int64? {
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0 else {
            return nil
        }
        let (value, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : value
    }
}

/// Why an option cannot be what it was set to.
package enum ValidationSettingError: Error, Hashable, Sendable {
    /// The value, which should have been of this form.
    case invalidValue(String, ValidationSettings.Name, form: String)
    /// A start that is not before the end.
    case emptyRange(Timestamp, Timestamp)
    /// The first stands in the place of the second.
    case conflict(ValidationSettings.Name, ValidationSettings.Name)

    /// What is wrong, in one line.
    ///
    /// - Parameter dashes: What stands before the name of an option.
    package func message(dashes: String = "") -> String {
        switch self {
        case .invalidValue(let text, let name, let form):
            "The value '\(text)' is invalid for '\(dashes)\(name.rawValue)': \(form)"
        case .emptyRange(let start, let end): "The start \(start) is not before the end \(end)"
        case .conflict(let name, let other):
            "'\(dashes)\(name.rawValue)' stands in the place of '\(dashes)\(other.rawValue)': give one of them"
        }
    }
}
