/// Whether something is shown that is meant for terminals.
enum TerminalChoice: String, CaseIterable {
    case auto
    case always
    case never

    static let progressOption = OptionSpec(
        "progress",
        value: "when",
        values: allCases.map(\.rawValue),
        default: auto.rawValue,
        help: "Show on standard error how far the run is; auto: at a terminal, without --quiet."
    )

    static let colorOption = OptionSpec(
        "color",
        value: "when",
        values: allCases.map(\.rawValue),
        default: auto.rawValue,
        help: "Colour the text report; auto: at a terminal, without NO_COLOR."
    )

    /// What was chosen with an option.
    static func of(_ option: OptionSpec, in arguments: ParsedArguments) throws(CommandError) -> TerminalChoice {
        guard let text = arguments.last(option.name) else { return .auto }
        guard let choice = TerminalChoice(rawValue: text) else {
            let values = allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError(.usage, "The value '\(text)' is invalid for '--\(option.name)' (values: \(values))")
        }
        return choice
    }
}
