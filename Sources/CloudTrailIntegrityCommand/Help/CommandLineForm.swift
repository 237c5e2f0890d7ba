/// The whole command line, read from the tables that make the help: what completions and the manual page tell of.
struct CommandLineForm {
    /// A subcommand.
    struct Command {
        let name: String
        let help: HelpText
        var options: [OptionSpec] { help.options }
        let operands: [Operand]
    }

    /// An argument that is not an option.
    struct Operand {
        let kind: ValueKind
        let isRepeatable: Bool
        /// What stands for it in the help, without the angle brackets.
        let placeholder: String
    }

    let name: String
    let help: HelpText
    /// The options that stand in the place of a subcommand.
    var options: [OptionSpec] { help.options }
    let commands: [Command]

    /// - Parameter helpCommand: What the subcommand is called that shows the help of the others.
    init(name: String, help: HelpText, subcommands: [any Subcommand.Type], helpCommand: String) {
        self.name = name
        self.help = help
        let helped = Operand(kind: .oneOf(subcommands.map { $0.name }), isRepeatable: false, placeholder: "subcommand")
        let helpText = HelpText(
            overview: "Show the help of a subcommand.",
            usage: "\(name) \(helpCommand) <subcommand>",
            options: []
        )
        commands =
            subcommands.map { Command(name: $0.name, $0.help) } + [
                Command(name: helpCommand, help: helpText, operands: [helped])
            ]
    }
}

extension CommandLineForm.Command {
    fileprivate init(name: String, _ help: HelpText) {
        let operands = help.arguments.map { argument in
            let placeholder = String(argument.label.drop { $0 == "<" }.prefix { $0 != ">" })
            return CommandLineForm.Operand(
                kind: ValueKind(placeholder: placeholder),
                isRepeatable: help.usage.contains("<\(placeholder)> ..."),
                placeholder: placeholder
            )
        }
        self.init(name: name, help: help, operands: operands)
    }
}

extension String {
    /// The first sentence, without its full stop: what a completion says of an option.
    var firstSentence: Substring {
        let sentence = firstRange(of: ". ").map { self[..<$0.lowerBound] } ?? self[...]
        return sentence.hasSuffix(".") ? sentence.dropLast() : sentence
    }
}
