/// The completion script for bash 4 or newer. It does not need the package bash-completion.
struct BashCompletion {
    let form: CommandLineForm

    var lines: [String] {
        let name = form.name
        let function = "_" + name.replacing("-", with: "_")
        return [
            "# bash completion for \(name), made by '\(name) --generate-completion-script bash'.",
            "\(function)() {",
            "    local current=${COMP_WORDS[COMP_CWORD]} command='' ended='' kind='' values='' word i",
            "    # An option that takes a value, what there is of the value, and whether an equals sign goes before the word:",
            "    # it is a word of its own, and so is what follows it.",
            "    local option='' value='' glued='' prefix=''",
            "    local -i operands=0",
            "    for ((i = 1; i < COMP_CWORD; i++)); do",
            "        word=${COMP_WORDS[i]}",
            "        if [[ $word == = ]]; then",
            "            glued=1",
            "        elif [[ $glued && ( ! $option || $value ) ]]; then",
            "            glued=''",
            "        elif [[ $option && ! $value ]]; then",
            "            value=$word glued=''",
            "        else",
            "            option='' value=''",
            "            if [[ $ended ]]; then",
            "                operands+=1",
            "            elif [[ $command && $word == -- ]]; then",
            "                ended=1",
            "            elif [[ $word == -* ]]; then",
            "                \(function)_value \"$command $word\" && option=$word",
            "            elif [[ $command ]]; then",
            "                operands+=1",
            "            else",
            "                command=$word",
            "            fi",
            "        fi",
            "    done",
            "    [[ $current == = ]] && glued=1 current=''",
            "    [[ $value && ! $glued ]] && option=''",
            "    if [[ ! $option && ! $ended && $current == --*=* ]]; then",
            "        # An equals sign is part of the word where COMP_WORDBREAKS does not hold it.",
            "        option=${current%%=*} prefix=${current%%=*}= value='' current=${current#*=}",
            "    fi",
            "    kind='' values=''",
            "    if [[ $option ]]; then",
            "        \(function)_value \"$command $option\"",
            "    elif [[ $current == -* && ! $ended ]]; then",
            "        \(function)_options \"$command\"",
            "    elif ! \(function)_operand \"$command $operands\" && [[ ! $ended ]]; then",
            "        \(function)_options \"$command\"",
            "    fi",
            "    COMPREPLY=()",
            "    case $kind in",
            "    formats)",
            "        if [[ $value ]]; then",
            "            compopt -o default",
            "        else",
            "            compopt -o nospace",
            "            mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -S = -W \"$values\" -- \"$current\")",
            "        fi",
            "        ;;",
            "    files) compopt -o default ;;",
            "    folders) compopt -o dirnames ;;",
            "    values) mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -W \"$values\" -- \"$current\") ;;",
            "    esac",
            "}",
            "",
            "# What follows an option; 1 for what takes no value.",
            "\(function)_value() {",
            "    case $1 in",
        ] + optionValues + [
            "    *) return 1 ;;",
            "    esac",
            "}",
            "",
            "\(function)_options() {",
            "    kind=values",
            "    case $1 in",
        ] + optionNames + [
            "    esac",
            "}",
            "",
            "# What an argument is, by the subcommand and the number of arguments before it; 1 where none is taken.",
            "\(function)_operand() {",
            "    case $1 in",
            arm("' '*", .oneOf(form.commands.map(\.name))),
        ] + operands + [
            "    *) return 1 ;;",
            "    esac",
            "}",
            "",
            "complete -F \(function) \(name)",
        ]
    }

    private var optionValues: [String] {
        let commands = [("", form.options)] + form.commands.map { ($0.name, $0.options) }
        return commands.flatMap { command, options in
            options.compactMap { option in
                guard option.value != nil else { return nil }
                let names = option.spellings.map { ShellWord.singleQuoted("\(command) \($0)") }
                return arm(names.joined(separator: " | "), option.kind)
            }
        }
    }

    private var optionNames: [String] {
        let commands = [("", form.options)] + form.commands.map { ($0.name, $0.options) }
        return commands.map { command, options in
            "    \(ShellWord.singleQuoted(command))) values=\(words(options.flatMap(\.spellings))) ;;"
        }
    }

    private var operands: [String] {
        form.commands.flatMap { command in
            command.operands.enumerated().map { index, operand in
                let isLast = operand.isRepeatable && index == command.operands.count - 1
                let number = isLast ? "" : "\(index)"
                let pattern = ShellWord.singleQuoted("\(command.name) \(number)") + (isLast ? "*" : "")
                return arm(pattern, operand.kind)
            }
        }
    }

    /// A list of words as one word, which the script takes apart.
    private func words(_ words: [String]) -> String { ShellWord.singleQuoted(words.joined(separator: " ")) }

    private func arm(_ pattern: String, _ kind: ValueKind) -> String {
        let assignments =
            switch kind {
            case .text: "kind=text"
            case .file: "kind=files"
            case .folder: "kind=folders"
            case .fileInFormat(let formats): "kind=formats values=\(words(formats))"
            case .oneOf(let values): "kind=values values=\(words(values))"
            }
        return "    \(pattern)) \(assignments) ;;"
    }
}
