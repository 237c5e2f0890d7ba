internal import CloudTrailIntegrityReports

/// The help of a command, in the form that users of swift-argument-parser know.
struct HelpText {
    /// Options that belong together.
    struct Group {
        let title: String
        let options: [OptionSpec]

        init(_ title: String, _ options: [OptionSpec]) {
            self.title = title
            self.options = options
        }
    }

    let overview: String
    let usage: String
    let arguments: [(label: String, help: String)]
    let groups: [Group]
    let subcommands: [(label: String, help: String)]
    let footer: String?

    init(
        overview: String,
        usage: String,
        arguments: [(label: String, help: String)] = [],
        groups: [Group],
        subcommands: [(label: String, help: String)] = [],
        footer: String? = nil
    ) {
        self.overview = overview
        self.usage = usage
        self.arguments = arguments
        self.groups = groups
        self.subcommands = subcommands
        self.footer = footer
    }

    init(
        overview: String,
        usage: String,
        arguments: [(label: String, help: String)] = [],
        options: [OptionSpec],
        subcommands: [(label: String, help: String)] = [],
        footer: String? = nil
    ) {
        self.init(
            overview: overview,
            usage: usage,
            arguments: arguments,
            groups: [Group("OPTIONS", options)],
            subcommands: subcommands,
            footer: footer
        )
    }

    /// The options of all groups.
    var options: [OptionSpec] { groups.flatMap(\.options) }

    /// The column that descriptions begin in.
    private static let descriptionColumn = 26

    func lines(width: Int) -> [String] {
        var lines = Self.wrap("OVERVIEW: " + overview, indent: 0, width)
        lines += [""] + TextStyle(width: width).wrap("USAGE: " + usage, hanging: 7)
        lines += section("ARGUMENTS", arguments, width)
        for group in groups { lines += section(group.title, group.options.map { ($0.label, $0.help) }, width) }
        lines += section("SUBCOMMANDS", subcommands, width)
        if let footer { lines += [""] + Self.wrap(footer, indent: 0, width) }
        return lines
    }

    private func section(_ title: String, _ rows: [(label: String, help: String)], _ width: Int) -> [String] {
        if rows.isEmpty { return [] }
        return ["", "\(title):"] + rows.flatMap { row in Self.row(row.label, row.help, width) }
    }

    private static func row(_ label: String, _ help: String, _ width: Int) -> [String] {
        let description = wrap(help, indent: descriptionColumn, width)
        let head = "  " + label
        guard head.count < descriptionColumn, let first = description.first else { return [head] + description }
        let gap = String(repeating: " ", count: descriptionColumn - head.count)
        return [head + gap + first.drop { $0 == " " }] + description.dropFirst()
    }

    /// `text` in lines of at most `width` columns, each after `indent` blanks.
    static func wrap(_ text: String, indent: Int, _ width: Int) -> [String] {
        text.isEmpty ? [] : TextStyle(width: width).wrap(text, indent: indent)
    }
}
