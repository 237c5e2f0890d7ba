internal import CloudTrailIntegrity
internal import CloudTrailRules
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
        var settings = ValidationSettings()
        do throws(ValidationSettingError) {
            for name in ValidationSettings.Name.allCases {
                for text in arguments.all(name.rawValue) { try settings.set(name, to: text) }
            }
        } catch {
            throw CommandError(.usage, error.message(dashes: "--"))
        }
        var options = settings.options(at: now())
        options.listsProvenFiles = arguments.has("verbose")
        do throws(ValidationOptionsError) {
            try options.check()
        } catch {
            throw CommandError(.usage, "\(error)")
        }
        return options
    }
}
