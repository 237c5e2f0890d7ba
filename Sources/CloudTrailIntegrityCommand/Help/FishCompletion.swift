/// The completion script for fish.
struct FishCompletion {
    let form: CommandLineForm

    var lines: [String] {
        let name = form.name
        return [
            "# fish completion for \(name), made by '\(name) --generate-completion-script fish'.",
            "function \(needsCommand)",
            "    test (count (commandline -opc)) -eq 1",
            "end",
            "",
            "function \(hasNoCommand)",
            "    set -l words (commandline -opc)",
            "    \(needsCommand); or string match -q -- '-*' $words[2]",
            "end",
            "",
            "function \(uses)",
            "    set -l words (commandline -opc)",
            "    test (count $words) -gt 1; and test $words[2] = $argv[1]",
            "end",
            "",
            "complete -c \(name) -f",
        ]
            + form.options.map { line($0, condition: hasNoCommand) }
            + form.commands.map { command in
                entry(needsCommand) + " -a \(quoted(command.name)) -d \(quoted(command.help.overview.firstSentence))"
            }
            + form.commands.flatMap { command in
                let condition = "\(uses) \(command.name)"
                return command.options.map { line($0, condition: condition) }
                    + command.operands.compactMap { operand in
                        arguments(operand.kind).map { entry(condition) + $0 }
                    }
            }
    }

    private var prefix: String { "__" + form.name.replacing("-", with: "_") }
    private var needsCommand: String { prefix + "_needs_command" }
    private var hasNoCommand: String { prefix + "_has_no_command" }
    private var uses: String { prefix + "_uses" }

    private func entry(_ condition: String) -> String {
        "complete -c \(form.name) -n \(quoted(condition))"
    }

    private func line(_ option: OptionSpec, condition: String) -> String {
        let letter = option.letter.map { " -s \($0)" } ?? ""
        let value = option.value == nil ? "" : " -r" + (arguments(option.kind) ?? " -f")
        return entry(condition) + "\(letter) -l \(option.name)\(value) -d \(quoted(option.overview.firstSentence))"
    }

    private func arguments(_ kind: ValueKind) -> String? {
        switch kind {
        case .text: nil
        case .file: " -F"
        // Of a word with an option before the value, the function would take all for the name of a folder.
        case .folder:
            " -f -a \(quoted("(__fish_complete_directories (commandline -ct | string replace -r '^-[^=]*=' '') '')"))"
        // fish completes a file behind an equals sign.
        case .fileInFormat(let formats): " -F -a \(quoted(formats.map { "\($0)=" }.joined(separator: " ")))"
        case .oneOf(let values): " -f -a \(quoted(values.joined(separator: " ")))"
        }
    }

    private func quoted(_ text: some StringProtocol) -> String {
        "'" + String(text).replacing("\\", with: #"\\"#).replacing("'", with: #"\'"#) + "'"
    }
}
