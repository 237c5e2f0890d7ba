internal import CloudTrailFormat

/// The manual page: options and subcommands from the tables that make the help, the rest from ``ManualSection``.
struct ManualPage {
    let form: CommandLineForm

    var lines: [String] {
        var page = RoffText()
        page.macro(
            "TH",
            RoffText.escaped(form.name.uppercased()),
            "1",
            ManualSection.date,
            "\"\(RoffText.escaped(form.name)) \(Tool.version)\"",
            "\"User Commands\""
        )
        // Neither names of options nor values are to be broken, and lines not to be filled up with blanks.
        page.macro("nh")
        page.macro("ad", "l")
        page.macro("SH", "NAME")
        page.text(markup: "\(RoffText.escaped(form.name)) \\- \(RoffText.escaped(summary))")
        page.macro("SH", "SYNOPSIS")
        let usages =
            form.commands.map(\.help.usage)
            + form.options.map { option in "\(form.name) --\(option.name)" + (option.value.map { " <\($0)>" } ?? "") }
        for (index, usage) in usages.enumerated() {
            if index > 0 { page.macro("br") }
            page.text(markup: RoffText.markup(usage))
        }
        for section in ManualSection.beforeOptions { add(section, to: &page) }
        page.macro("SH", "OPTIONS")
        for option in form.options { add(option, to: &page) }
        page.macro("SH", "SUBCOMMANDS")
        for command in form.commands { add(command, to: &page) }
        page.macro("SH", "EXIT STATUS")
        for status in ExitStatus.allCases { page.item(markup: RoffText.bold("\(status.rawValue)"), status.meaning) }
        for section in ManualSection.afterOptions { add(section, to: &page) }
        return page.lines
    }

    /// What the page says the command is: its overview as the rest of a sentence.
    private var summary: String {
        let sentence = form.help.overview.firstSentence
        return sentence.prefix(1).lowercased() + sentence.dropFirst()
    }

    private func add(_ command: CommandLineForm.Command, to page: inout RoffText) {
        page.macro("SS", RoffText.markup(command.help.usage))
        page.text(command.help.overview)
        for argument in command.help.arguments { page.item(markup: RoffText.markup(argument.label), argument.help) }
        for group in command.help.groups {
            if command.help.groups.count > 1 {
                page.macro("PP")
                page.text(group.title.prefix(1) + group.title.dropFirst().lowercased() + ":")
            }
            for option in group.options { add(option, to: &page) }
        }
        // The section on the exit status says it for all of them.
        if let footer = command.help.footer, !footer.hasPrefix("Exit status:") {
            page.macro("PP")
            page.text(footer)
        }
    }

    private func add(_ option: OptionSpec, to page: inout RoffText) {
        let names = option.spellings.map { RoffText.bold($0) }.joined(separator: ", ")
        page.item(markup: names + (option.value.map { " " + RoffText.italic($0) } ?? ""), option.help)
    }

    private func add(_ section: ManualSection, to page: inout RoffText) {
        page.macro("SH", RoffText.escaped(section.title))
        for (index, block) in section.blocks.enumerated() {
            switch block {
            case .text(let text):
                if index > 0 { page.macro("PP") }
                page.text(text)
            case .item(let term, let text):
                page.item(markup: RoffText.bold(term), text)
            case .example(let lines):
                page.example(lines)
            }
        }
    }
}

extension ExitStatus {
    fileprivate var meaning: String {
        switch self {
        case .proven: "Everything in range is proven, and every chain in range has at least one verified digest file."
        case .violation:
            "A violation: something is not as AWS delivered it, or is gone. With --strict, also where 2 would be."
        case .unverified: "No violation, but something is not proven and not allowed."
        case .nothingNew: "One of these two, but for findings that are all acknowledged."
        case .usage: "The command line is wrong, or no public keys are given."
        case .noInput: "An input is not there, or cannot be read or understood as a whole."
        case .internalError: "Internal error."
        case .outputError: "Output could not be written, in part or at all."
        case .hungUp: "Interrupted by SIGHUP: no verdict."
        case .interrupted: "Interrupted by SIGINT: no verdict."
        case .terminated: "Interrupted by SIGTERM: no verdict."
        case .outOfProcessorTime: "Interrupted by SIGXCPU, the limit to processor time: no verdict."
        }
    }
}
