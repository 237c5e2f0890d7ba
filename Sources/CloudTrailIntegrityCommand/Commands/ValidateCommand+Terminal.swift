internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports

/// What `validate` shows at a terminal.
extension ValidateCommand {
    static func style(_ arguments: ParsedArguments, _ console: Console) throws(CommandError) -> TextStyle {
        var style = console.style
        switch try choice("color", in: arguments, default: TerminalChoice.auto) {
        case .auto: break
        case .always: style.isColored = true
        case .never: style.isColored = false
        }
        return style
    }

    static func progressForm(
        _ arguments: ParsedArguments,
        _ console: Console
    ) throws(CommandError) -> ProgressDisplay.Form? {
        let choice = try choice("progress", in: arguments, default: TerminalChoice.auto)
        return console.isOfProcess ? ProgressDisplay.form(choice, isQuiet: arguments.has("quiet")) : nil
    }
}

extension ValidationOptions {
    /// Whether no range, filter or earlier run leaves files out, so that those that were read tell how long the others
    /// take.
    var isEven: Bool {
        judgesAll && start == nil && earlierRuns == nil
    }
}
