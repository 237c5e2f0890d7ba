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
}
