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
}
