/// The completion script for zsh: a file `_cloudtrail-integrity` in a folder of `fpath`.
struct ZshCompletion {
    let form: CommandLineForm

    var lines: [String] {
        let name = form.name
        let commands = form.commands.map { command in
            let entry = "\(escapedColons(command.name)):\(command.help.overview.firstSentence)"
            return "            " + ShellWord.singleQuoted(entry)
        }
        return [
            "#compdef \(name)",
            "# zsh completion for \(name), made by '\(name) --generate-completion-script zsh'.",
            "\(formatFunction)() {",
            "    if compset -P '*='; then",
            "        _files",
            "    else",
            "        compadd -q -S = -- \"$@\"",
            "    fi",
            "}",
            "",
            "_\(name)() {",
            "    local curcontext=$curcontext state state_descr line ret=1",
            "    local -a commands",
            "    typeset -A opt_args",
            "    _arguments -C -S \\",
        ] + form.options.flatMap(specifications) + [
            "        '1:subcommand:->subcommand' \\",
            "        '*::argument:->argument' && ret=0",
            "    case $state in",
            "    subcommand)",
            "        commands=(",
        ] + commands + [
            "        )",
            "        _describe -t commands subcommand commands && ret=0",
            "        ;;",
            "    argument)",
            "        curcontext=${curcontext%:*:*}:\(name)-$line[1]:",
            "        case $line[1] in",
        ] + form.commands.flatMap(arm) + [
            "        esac",
            "        ;;",
            "    esac",
            "    return ret",
            "}",
            "",
            // Both when it is loaded by its name, at the first completion, and when it is sourced.
            "if [[ $funcstack[1] == _\(name) ]]; then",
            "    _\(name) \"$@\"",
            "else",
            "    compdef _\(name) \(name)",
            "fi",
        ]
    }

    /// The function that completes a format and a file.
    private var formatFunction: String { "_\(form.name)-file-in-format" }

    private func arm(_ command: CommandLineForm.Command) -> [String] {
        let operands = command.operands.enumerated().map { index, operand in
            let position = operand.isRepeatable ? "*" : "\(index + 1)"
            let specification = "\(position):\(operand.placeholder):\(action(operand.kind))"
            return "        " + ShellWord.singleQuoted(specification) + " \\"
        }
        return ["        \(command.name))", "            _arguments -s -S \\"]
            + (command.options.flatMap(specifications) + operands).map { "        " + $0 }
            + ["                && ret=0", "            ;;"]
    }

    private func specifications(_ option: OptionSpec) -> [String] {
        let description = "[\(escapedBrackets(option.overview.firstSentence))]"
        let value = option.value.map { ":\($0):\(action(option.kind))" } ?? ""
        // Either spelling rules out both, unless the option may be repeated.
        let others = option.isRepeatable ? "*" : "(\(option.spellings.joined(separator: " ")))"
        return option.spellings.map { spelling in
            let suffix = option.value == nil ? "" : spelling.hasPrefix("--") ? "=" : "+"
            return "        " + ShellWord.singleQuoted(others + spelling + suffix + description + value) + " \\"
        }
    }

    private func action(_ kind: ValueKind) -> String {
        switch kind {
        case .text: " "
        case .file: "_files"
        case .folder: "_files -/"
        case .fileInFormat(let formats):
            " \(formatFunction) \(formats.map(escapedColons).joined(separator: " "))"
        case .oneOf(let values): "(\(values.map(escapedColons).joined(separator: " ")))"
        }
    }

    private func escapedColons(_ text: String) -> String { text.replacing(":", with: #"\:"#) }

    private func escapedBrackets(_ text: Substring) -> String {
        String(text).replacing("[", with: #"\["#).replacing("]", with: #"\]"#)
    }
}
