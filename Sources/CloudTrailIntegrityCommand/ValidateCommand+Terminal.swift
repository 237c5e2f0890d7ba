internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports

/// What `validate` shows at a terminal.
extension ValidateCommand {
    static func style(_ arguments: ParsedArguments, _ console: Console) throws(CommandError) -> TextStyle {
        var style = console.style
        switch try TerminalChoice.of(TerminalChoice.colorOption, in: arguments) {
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
        let choice = try TerminalChoice.of(TerminalChoice.progressOption, in: arguments)
        return console.isOfProcess ? ProgressDisplay.form(choice, isQuiet: arguments.has("quiet")) : nil
    }
}

extension ValidationOptions {
    /// Whether no range, filter or earlier run leaves files out, so that those that were read tell how long the others
    /// take.
    var isEven: Bool {
        start == nil && end == nil && accounts.isEmpty && regions.isEmpty && trails.isEmpty && earlier == nil
    }
}
