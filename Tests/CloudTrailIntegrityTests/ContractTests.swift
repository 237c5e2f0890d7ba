import CloudTrailIntegrity
import Foundation
import Testing

/// docs/verdicts.md is the contract: each of its rules is held by something that names it, and tried by a test that
/// does.
///
/// Whoever adds a rule, or changes what holds one, is told here what else is to be done.
@Suite("The contract")
struct ContractTests {
    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let contract = "docs/verdicts.md"

    // MARK: Reading

    /// A rule that is named somewhere.
    private struct Mention {
        let rule: String
        /// The file and the line.
        let place: String
    }

    /// The lines of a file of the repository.
    private static func lines(_ path: String) throws -> [Substring] {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The files below a folder of the repository that end so, in order.
    private static func files(below folder: String, _ ending: String) throws -> [String] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: repository.appending(path: folder).path)
        return paths.filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
    }

    /// The words of a line that are a rule's: `V12`, and neither `V12x` nor `SigV4`.
    private static func rules(in line: Substring) -> [String] {
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        return line.utf8.split { !isDigit($0) && !isLetter($0) && $0 != UInt8(ascii: "_") && $0 < 0x80 }
            .filter { word in
                (word.first == UInt8(ascii: "V") || word.first == UInt8(ascii: "I")) && word.count > 1
                    && word.dropFirst().allSatisfy(isDigit)
            }
            .map { String(Substring($0)) }
    }

    private static func mentions(
        in path: String,
        where isWanted: (Substring) -> Bool = { _ in true }
    ) throws -> [Mention] {
        try lines(path).enumerated().filter { isWanted($0.element) }.flatMap { number, line in
            rules(in: line).map { Mention(rule: $0, place: "\(path):\(number + 1)") }
        }
    }

    private static func isDocumentation(_ line: Substring) -> Bool {
        line.drop { $0 == " " }.hasPrefix("///")
    }

    /// The rules that the doc comments of the sources name; each once a comment.
    private static func mentionsInSources() throws -> [Mention] {
        var found: [Mention] = []
        for path in try files(below: "Sources", ".swift") {
            var inComment: Set<String> = []
            for (number, line) in try lines(path).enumerated() {
                guard isDocumentation(line) else {
                    inComment = []
                    continue
                }
                for rule in rules(in: line) where inComment.insert(rule).inserted {
                    found.append(Mention(rule: rule, place: "\(path):\(number + 1)"))
                }
            }
        }
        return found
    }

    /// The rules of the contract, in its order.
    private static func contractRules() throws -> [String] {
        try lines(contract).filter { $0.hasPrefix("**") }.compactMap { line in
            line.dropFirst(2).split(separator: " ").first.flatMap { rules(in: $0).first }
        }
    }

    // MARK: Rules

    @Test("the rules are numbered without a hole, and the page says how many there are")
    func numbers() throws {
        let rules = try Self.contractRules()
        let page = try Self.lines(Self.contract).joined(separator: " ")
        for letter in ["V", "I"] {
            let own = rules.filter { $0.hasPrefix(letter) }
            #expect(!own.isEmpty, "\(Self.contract): no line begins with **\(letter)1 …")
            #expect(
                own == own.indices.map { "\(letter)\($0 + 1)" },
                "\(Self.contract): give the \(letter) rules numbers from 1 on, in the order of the page"
            )
            #expect(
                page.contains("\(letter)1 to \(letter)\(own.count)"),
                "\(Self.contract): say at its beginning that the rules are \(letter)1 to \(letter)\(own.count)"
            )
        }
    }

    @Test("each V rule is named by the one declaration that holds it, and each I rule by one or more")
    func sources() throws {
        let places = Dictionary(grouping: try Self.mentionsInSources(), by: \.rule).mapValues { $0.map(\.place) }
        for rule in try Self.contractRules() {
            let named = places[rule] ?? []
            #expect(
                !named.isEmpty,
                "name \(rule) at the end of the doc comment of what holds it, where an auditor should begin to read"
            )
            if rule.hasPrefix("V") {
                #expect(
                    named.count <= 1,
                    "leave \(rule) in the doc comment of what holds it, and take it out of the others: \(named)"
                )
            }
        }
    }

    @Test("each rule is named by a test that would fail without it")
    func tests() throws {
        let own = "Tests/CloudTrailIntegrityTests/ContractTests.swift"
        let paths = try Self.files(below: "Tests", ".swift").filter { $0 != own }
        let named = Set(try paths.flatMap { try Self.mentions(in: $0) }.map(\.rule))
        for rule in try Self.contractRules() where !named.contains(rule) {
            Issue.record("write '/// \(rule)' above a test that fails when it is broken; if there is none, write one")
        }
    }

    @Test("no doc comment and no other page names a rule that there is not")
    func unknown() throws {
        let known = Set(try Self.contractRules())
        var mentions = try Self.mentionsInSources()
        for path in try Self.files(below: "docs", ".md") { mentions += try Self.mentions(in: path) }
        for path in try Self.files(below: "Tests", ".swift") {
            mentions += try Self.mentions(in: path, where: Self.isDocumentation)
        }
        for mention in mentions where !known.contains(mention.rule) {
            Issue.record("\(mention.place) names \(mention.rule), which is not in \(Self.contract): correct the number")
        }
    }

    // MARK: Kinds

    @Test("the kinds of the table and of the code are the same, with the same severities")
    func kinds() throws {
        var table: [String: String] = [:]
        for line in try Self.lines(Self.contract) where line.hasPrefix("|") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 3, Severity(rawValue: cells[0]) != nil else { continue }
            let kind = cells[1].trimmingCharacters(in: ["`"])
            #expect(table.updateValue(cells[0], forKey: kind) == nil, "\(Self.contract): keep one row of '\(kind)'")
        }
        for kind in FindingKind.allCases {
            let severity = table.removeValue(forKey: kind.rawValue)
            #expect(
                severity == kind.severity.rawValue,
                """
                '\(kind.rawValue)' is \(kind.severity.rawValue) in the code and \(severity ?? "not there") in the table \
                of V1: the table is the contract
                """
            )
        }
        #expect(
            table.isEmpty,
            "FindingKind has no \(table.keys.sorted()): add what the table of V1 has, or take it out there"
        )
    }
}
