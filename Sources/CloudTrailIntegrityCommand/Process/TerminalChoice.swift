/// Whether something is shown that is meant for terminals.
enum TerminalChoice: String, CaseIterable {
    case auto
    case always
    case never
}
