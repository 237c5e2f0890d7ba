import Foundation
import Testing

/// The command line as `--help` shows it, read back from what is printed.
struct Helps {
    /// An option, or the place of an argument.
    struct Entry {
        /// Every spelling, with its dashes; an argument without its brackets.
        let names: [String]
        /// What stands for the value.
        let placeholder: String?
        /// What `(values: …)` lists.
        let values: [String]
        /// What `(formats: …)` lists, of a value that is a format and a file.
        let formats: [String]
    }

    /// The sections of one page, by title.
    struct Page {
        let options: [Entry]
        let arguments: [Entry]

        var spellings: [String] { options.flatMap(\.names) }
    }

    let main: Page
    let subcommands: [String: Page]

    init() throws {
        let help = try Self.sections(of: ["--help"])
        main = Self.page(help)
        let names = (help["SUBCOMMANDS"] ?? []).map { String($0.prefix { $0 != " " }) }
        try #require(names.count >= 2)
        var pages: [String: Page] = [:]
        for name in names { pages[name] = Self.page(try Self.sections(of: ["help", name])) }
        subcommands = pages
    }

    private static func page(_ sections: [String: [String]]) -> Page {
        Page(
            // Those of "validate" stand in groups.
            options: sections.filter { !["ARGUMENTS", "SUBCOMMANDS"].contains($0.key) }
                .sorted { $0.key < $1.key }.flatMap(\.value).map(entry),
            arguments: (sections["ARGUMENTS"] ?? []).map(entry)
        )
    }

    /// Each row of each section, wide enough to stand on one line.
    private static func sections(of arguments: [String]) throws -> [String: [String]] {
        let ending = try CommandProcess(script: #"COLUMNS=100000 exec "$@""#, arguments).end()
        try #require(ending.status == 0)
        var sections: [String: [String]] = [:]
        var title = ""
        for line in ending.output.split(separator: "\n") {
            if line.hasPrefix("   ") {
                // The label was too long for a row of its own.
                let label = sections[title]?.popLast() ?? ""
                sections[title]?.append(label + line)
            } else if line.hasPrefix("  ") {
                sections[title, default: []].append(String(line.dropFirst(2)))
            } else {
                title = String(line.prefix { $0 != ":" })
            }
        }
        return sections
    }

    private static func entry(_ row: String) -> Entry {
        let label = row.prefixMatch(of: /(-[^ ], )?--[^ ]+( <[^>]*>)?|<[^>]*>/)?.output.0 ?? ""
        let placeholder = label.firstMatch(of: /<([^>]*)>/).map { String($0.output.1) }
        let names = label.split(separator: ", ").map { String($0.prefix { $0 != " " }) }
        func list(_ title: String) -> [String] {
            guard let begin = row.firstRange(of: "(\(title): ")?.upperBound else { return [] }
            return row[begin...].prefix { $0 != ";" && $0 != ")" }.split(separator: ", ").map(String.init)
        }
        return Entry(names: names, placeholder: placeholder, values: list("values"), formats: list("formats"))
    }
}
