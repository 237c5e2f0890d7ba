import Foundation
import Testing

@testable import CloudTrailIntegrityCommand

/// The completion scripts in the shells they are for, against what the help says there is.
@Suite("Completion")
struct CompletionTests {
    private static let installedShells = CompletingShell.allCases.filter(\.isInstalled)
    private static let absentShells = CompletingShell.allCases.filter { !$0.isInstalled }

    @Test("subcommands, and the options that stand in their place", arguments: installedShells)
    func subcommands(shell: CompletingShell) throws {
        let helps = try Helps()
        let names = helps.subcommands.keys + ["help"]
        let found = try shell.candidates(for: [
            "cloudtrail-integrity ", "cloudtrail-integrity va", "cloudtrail-integrity --", "cloudtrail-integrity help ",
            "cloudtrail-integrity --generate-completion-script ",
        ])
        #expect(found[0].isSuperset(of: names))
        #expect(found[1] == ["validate"])
        #expect(found[2].isSuperset(of: helps.main.spellings.filter { $0.hasPrefix("--") }))
        #expect(found[3].isSuperset(of: helps.subcommands.keys))
        #expect(found[4] == ["bash", "zsh", "fish"])
    }

    @Test("every option of every subcommand, and no other", arguments: installedShells)
    func options(shell: CompletingShell) throws {
        let subcommands = try Helps().subcommands.sorted { $0.key < $1.key }
        let found = try shell.candidates(for: subcommands.map { "cloudtrail-integrity \($0.key) --" })
        for (subcommand, found) in zip(subcommands, found) {
            let long = subcommand.value.spellings.filter { $0.hasPrefix("--") }
            #expect(
                Set(found.filter { $0.hasPrefix("--") }.map { $0.prefix { $0 != "=" } }) == Set(long.map { $0[...] }),
                "\(subcommand.key)"
            )
        }
    }

    @Test("what an option's value can be, in both spellings", arguments: installedShells)
    func values(shell: CompletingShell) throws {
        var cases: [(line: String, expected: Set<String>)] = []
        for (name, page) in try Helps().subcommands {
            for option in page.options where option.formats.isEmpty {
                guard let placeholder = option.placeholder, let long = option.names.last else { continue }
                let expected = option.values.isEmpty ? shell.paths(placeholder) : Set(option.values)
                cases.append(("cloudtrail-integrity \(name) \(long) ", expected))
                // fish says the whole word again.
                let prefix = shell == .fish ? "\(long)=" : ""
                cases.append(("cloudtrail-integrity \(name) \(long)=", Set(expected.map { prefix + $0 })))
            }
        }
        #expect(cases.contains { !$0.expected.isEmpty })
        let found = try shell.candidates(for: cases.map(\.line))
        for (asked, found) in zip(cases, found) { #expect(found == asked.expected, "\(asked.line)") }
    }

    @Test("a format, and the file behind it", arguments: installedShells)
    func formats(shell: CompletingShell) throws {
        var cases: [(line: String, expected: Set<String>)] = []
        for (name, page) in try Helps().subcommands {
            for option in page.options where !option.formats.isEmpty {
                let line = "cloudtrail-integrity \(name) \(try #require(option.names.last))"
                let format = option.formats[0]
                let files = shell.paths("file")
                let formats: Set<String> =
                    switch shell {
                    case .bash: Set(option.formats.map { "\($0)=" } + ["<nospace>"])
                    case .zsh: Set(option.formats)
                    case .fish: files.union(option.formats.map { "\($0)=" })
                    }
                cases.append(("\(line) ", formats))
                let prefix = shell == .fish ? "\(format)=" : ""
                // fish also offers what stands there already.
                let standing: Set<String> = shell == .fish ? [prefix] : []
                cases.append(("\(line) \(format)=", standing.union(files.map { prefix + $0 })))
                cases.append(("\(line) \(format)=k", Set(files.filter { !$0.hasPrefix("a") }.map { prefix + $0 })))
                // Behind it, the next word is a new one.
                let next = page.options.contains { $0.names.last == "--verbose" } ? "--verbose" : "--proof"
                cases.append(("\(line) \(format)=keys.json \(next.prefix(5))", [next]))
            }
        }
        #expect(!cases.isEmpty)
        let found = try shell.candidates(for: cases.map(\.line))
        for (asked, found) in zip(cases, found) { #expect(found == asked.expected, "\(asked.line)") }
    }

    @Test("folders and files where an argument is one, also behind options", arguments: installedShells)
    func arguments(shell: CompletingShell) throws {
        var cases: [(line: String, expected: Set<String>)] = []
        for (name, page) in try Helps().subcommands {
            guard let argument = page.arguments.first, let placeholder = argument.placeholder else { continue }
            let expected = shell.paths(placeholder)
            guard !expected.isEmpty else { continue }
            cases.append(("cloudtrail-integrity \(name) ", expected))
            cases.append(("cloudtrail-integrity \(name) -- ", expected))
        }
        cases += [
            ("cloudtrail-integrity validate --format text --public-keys keys.json ", shell.paths("folder")),
            ("cloudtrail-integrity validate --format=text archive.d ", shell.paths("folder")),
            ("cloudtrail-integrity validate archive.d --format=js", shell == .fish ? ["--format=jsonl"] : ["jsonl"]),
            ("cloudtrail-integrity validate archive.d --allow digest-k", ["digest-key-unknown"]),
        ]
        let found = try shell.candidates(for: cases.map(\.line))
        for (asked, found) in zip(cases, found) { #expect(found == asked.expected, "\(asked.line)") }
    }

    @Test(
        "every shell is there",
        .enabled(if: absentShells.isEmpty, "not installed: \(absentShells.map(\.rawValue).joined(separator: ", "))")
    )
    func shellsAreInstalled() {
        #expect(Self.installedShells.count == 3)
    }

    @Test("values stand in the tables alone: no help lists them a second time")
    func valuesAreListedOnce() {
        let options = MainCommand.help.options + MainCommand.subcommands.flatMap { $0.help.options }
        for option in options { #expect(!option.overview.contains(/\((values|formats):/), "--\(option.name)") }
    }

    @Test("a shell that is not known is an error with those that are")
    func unknownShell() throws {
        let ending = try CommandProcess(["--generate-completion-script", "tcsh"]).end()
        #expect(ending.status == 64)
        #expect(ending.output.isEmpty)
        #expect(
            ending.errors
                == "Error: The value 'tcsh' is invalid for '--generate-completion-script' (values: bash, zsh, fish)\n"
        )
    }
}

extension CompletingShell {
    /// What is offered for a value or argument that the help shows as this.
    fileprivate func paths(_ placeholder: String) -> Set<String> {
        switch (self, ValueKind(placeholder: placeholder)) {
        case (.bash, .file): ["<default>"]
        case (.bash, .folder): ["<dirnames>"]
        case (.zsh, .file): ["archive.d", "keys.json"]
        case (.zsh, .folder): ["archive.d"]
        case (.fish, .file): ["archive.d/", "keys.json"]
        case (.fish, .folder): ["archive.d/"]
        case (_, .text), (_, .oneOf), (_, .fileInFormat): []
        }
    }
}
