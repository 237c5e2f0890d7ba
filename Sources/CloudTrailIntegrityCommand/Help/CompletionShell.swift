/// The shells that `--generate-completion-script` writes for.
enum CompletionShell: String, CaseIterable {
    case bash, zsh, fish

    /// The lines of the script that completes the command line.
    func script(for form: CommandLineForm) -> [String] {
        switch self {
        case .bash: BashCompletion(form: form).lines
        case .zsh: ZshCompletion(form: form).lines
        case .fish: FishCompletion(form: form).lines
        }
    }
}
