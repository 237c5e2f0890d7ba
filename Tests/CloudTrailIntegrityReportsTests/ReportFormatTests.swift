import CloudTrailFormat
import CloudTrailIntegrity
import CloudTrailIntegrityReports
import Foundation
import NativeInterop
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// Text that would forge a line, steer a terminal, end a string, an element or a script, or be a link or a formula.
private let hostile = [
    "=cmd|' /C calc'!A0", "a\u{1b}[2K\r\nviolation", "\u{202e}\u{2066}\u{85}\u{2028}\u{feff}", "\"\\\u{0}é\u{e000}",
    "]]>--></script><b>&amp;&#10;", "[x](https://example.com){0}", "\u{fffe}\u{ffff}\u{1f600}", "a,b;c\td",
].joined(separator: " ")

private let chain = ChainIdentity(
    account: "111122223333",
    region: hostile,
    trail: hostile,
    homeRegion: "us-east-1",
    isBackfill: true
)

private let findings = [
    Finding(
        .logModified,
        hostile,
        bucket: hostile,
        key: ObjectKey(hostile),
        path: ObjectKey(bytes: Array("/a b/".utf8) + [0xff, 0x0a]),
        chain: chain,
        start: Timestamp("2026-03-01T00:10:35Z"),
        detail: ["text": .text(hostile), "list": .list([hostile])]
    ),
    Finding(
        .digestMissing,
        hostile,
        key: ObjectKey(bytes: [0xc0, 0xaf, 0x3c]),
        chain: chain,
        end: Timestamp("2026-03-01T01:10:35Z")
    ),
    Finding(.logUnreferenced, "injected", path: ObjectKey("sub/\(hostile)")),
    Finding(.chainGap, "nothing attests it", chain: chain, start: Timestamp("2026-03-01T02:10:35Z")),
    Finding(.digestUnsigned, "newest", key: ObjectKey("d"), chain: chain, concernsNewestDigest: true),
    Finding(.digestUnsigned, "not the newest", key: ObjectKey("d"), chain: chain),
    Finding(.logDecompressed, hostile, key: ObjectKey("k"), chain: chain),
    Finding(.nothingValidated, "nothing was validated"),
]

private let facts = RunFacts(
    version: "1.2.3",
    exit: 1,
    milliseconds: 61_034,
    allowed: ["digest-unsigned", "log-unreferenced"],
    arguments: ["validate", "a'b \(hostile)", "--strict", ""],
    folder: "/work/a b",
    archives: [ByteString(hostile)],
    begin: Timestamp("2026-03-02T00:00:00Z"),
    end: Timestamp("2026-03-02T00:01:01Z")
)

private func text(_ format: ReportFormat, _ findings: [Finding] = findings) -> String {
    var text = ""
    format.write(ValidationReport(findings: findings), facts) { text += $0 }
    return text
}

private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

/// An element of an XML document, as a parser that is not ours reads it.
private final class Element: NSObject, XMLParserDelegate {
    let name: String
    let attributes: [String: String]
    private(set) var text = ""
    private(set) var children: [Element] = []
    private var open: [Element] = []

    init(_ name: String = "", _ attributes: [String: String] = [:]) {
        self.name = name
        self.attributes = attributes
    }

    convenience init(document: String) throws {
        self.init()
        open = [self]
        // An object that holds itself is never freed.
        defer { open = [] }
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        let element = Element(name, attributes)
        open.last?.children.append(element)
        open.append(element)
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        open.last?.text += string
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    /// All elements of that name below this one.
    func all(_ name: String) -> [Element] {
        children.flatMap { ($0.name == name ? [$0] : []) + $0.all(name) }
    }
}

@Suite("Formats of reports")
struct ReportFormatTests {
    /// I28
    @Test("nothing raw is in any format", arguments: ReportFormat.allCases)
    func nothingRaw(format: ReportFormat) {
        let lineEnds: Set<Unicode.Scalar> = format == .csv ? ["\r", "\n"] : ["\n"]
        #expect(!text(format).unicodeScalars.contains { $0.needsEscape && !lineEnds.contains($0) })
        #expect(text(format).unicodeScalars.last == "\n")
    }

    @Test("no format is broken by a report on nothing", arguments: ReportFormat.allCases)
    func empty(format: ReportFormat) throws {
        let text = text(format, [])
        if format == .csv {
            #expect(text == CSVReport.columns.joined(separator: ",") + "\r\n")
        } else if format == .junit {
            #expect(try Element(document: text).all("testcase").count == 1)
        } else if [.jsonLines, .json, .sarif].contains(format) {
            #expect(try !json(text).isEmpty)
        } else {
            #expect(!text.isEmpty)
        }
    }

    @Test("the JSON document has the records of the JSON Lines, and the run")
    func document() throws {
        let document = try json(text(.json))
        let lines = text(.jsonLines).split(separator: "\n")
        #expect(Set(document.keys) == ["run", "findings", "files", "chains", "summary"])
        let records = try #require(document["findings"] as? [[String: Any]])
        #expect(records.count == findings.count)
        for (record, line) in zip(records, lines) {
            #expect(try NSDictionary(dictionary: record).isEqual(to: json(String(line))))
        }
        let summary = try #require(document["summary"] as? [String: Any])
        #expect(try NSDictionary(dictionary: summary).isEqual(to: json(String(lines[lines.count - 1]))))
        let run = try #require(document["run"] as? [String: Any])
        #expect(run["arguments"] as? [String] == facts.arguments.map(\.description))
        #expect(run["archives"] as? [String] == [hostile])
        #expect(run["begin"] as? String == "2026-03-02T00:00:00Z")
    }

    @Test("a command line is one that a shell takes")
    func commandLine() {
        let facts = RunFacts(
            version: "",
            exit: 0,
            milliseconds: 0,
            allowed: [],
            arguments: ["validate", "a/b-c_d=e,1@x", "it's", "", "$x"]
        )
        #expect(facts.commandLine == #"cloudtrail-integrity validate a/b-c_d=e,1@x 'it'\''s' '' '$x'"#)
        let bytes = RunFacts(
            version: "",
            exit: 0,
            milliseconds: 0,
            allowed: [],
            arguments: [ByteString(bytes: Array("a\\' ".utf8) + [0xff, 0x0a, 0x80])]
        )
        #expect(bytes.commandLine == #"cloudtrail-integrity $'a\134\047 \377\012\200'"#)
    }

    @Test("a row of the table, in which nothing is a formula")
    func csv() {
        let finding = Finding(
            .logModified,
            "=1+1, \"x\"\nforged",
            bucket: "@b",
            key: ObjectKey("+k"),
            path: ObjectKey(bytes: [0x2d, 0xff]),
            chain: ChainIdentity(account: "1", region: "\tr", trail: "\u{ff1d}t", homeRegion: "h", isBackfill: false),
            start: Timestamp("2026-03-01T00:10:35Z"),
            detail: ["a": .text("b")]
        )
        let row = [
            "violation", "log-modified", "'@b", "'+k", #"'-\xff"#, "1", #"\u{9}r"#, "'\u{ff1d}t", "h", "false",
            "2026-03-01T00:10:35Z", "", #""'=1+1, ""x""\u{a}forged""#, #""{""a"":""b"",""pathBytes"":""2dff""}""#,
            "", "", "", "",
        ]
        #expect(text(.csv, [finding]).split(separator: "\r\n").dropFirst() == [row.joined(separator: ",")[...]])
    }

    @Test("a failure a violation, an error for what is unverified, skipped what is allowed, and the rest as output")
    func junit() throws {
        let document = try Element(document: text(.junit))
        let suites = document.all("testsuite")
        #expect(suites.map { $0.attributes["name"]?.prefix(12) } == ["archive", "111122223333"])
        let outcomes = document.all("testcase").map { testCase -> String in
            let element = testCase.children.first { $0.name != "system-out" }
            return "\(element?.name ?? "passed") \(element?.attributes["type"] ?? "")"
        }
        #expect(
            outcomes == [
                "passed ", "skipped log-unreferenced", "error nothing-validated", "failure log-modified",
                "failure digest-missing", "error chain-gap", "skipped digest-unsigned", "error digest-unsigned",
            ]
        )
        for suite in [document.children.first].compactMap(\.self) + suites {
            for (name, element) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
                #expect(suite.attributes[name] == String(suite.all(element).count))
            }
        }
        #expect(suites.map { $0.attributes["skipped"] } == ["1", "1"])
        #expect(suites[0].attributes["timestamp"] == "2026-03-02T00:00:00")
        #expect(suites[0].attributes["time"] == "61.034")
        // The body is the whole finding.
        let body = try json(try #require(document.all("failure").first?.text))
        #expect(body["key"] as? String == hostile)
        #expect(document.all("failure")[0].attributes["message"]?.contains(#"a\u{1b}[2K\u{d}\u{a}violation"#) == true)
        let notices = suites[1].children.filter { $0.name == "system-out" }
        #expect(notices.count == 1)
        #expect(notices.first?.text.contains("log-decompressed k: ") == true)
        let properties = document.all("property").map { ($0.attributes["name"] ?? "", $0.attributes["value"] ?? "") }
        #expect(properties.contains { $0 == ("version", "1.2.3") })
        #expect(properties.contains { $0 == ("begin", "2026-03-02T00:00:00Z") })
    }

    @Test("a rule a kind, with a level and help, and a result a finding")
    func sarif() throws {
        let run = try #require((try json(text(.sarif))["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        let rules = try #require(driver["rules"] as? [[String: Any]])
        #expect(rules.map { $0["id"] as? String } == FindingKind.allCases.map(\.rawValue))
        for rule in rules {
            for name in ["shortDescription", "help"] {
                let text = (rule[name] as? [String: String])?["text"] ?? ""
                #expect(text.hasSuffix("."), "\(rule)")
            }
        }
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(
            results.map { $0["level"] as? String }
                == ["error", "error", "warning", "warning", "warning", "warning", "note", "warning"]
        )
        for (result, finding) in zip(results, findings) {
            #expect(result["ruleId"] as? String == finding.kind.rawValue)
            #expect(rules[try #require(result["ruleIndex"] as? Int)]["id"] as? String == finding.kind.rawValue)
            #expect(((result["properties"] as? [String: Any])?["message"] as? String) == finding.message)
            #expect((result["locations"] as? [[String: Any]])?.count == 1)
        }
        #expect(results.map { $0["suppressions"] != nil } == [false, false, true, false, true, false, false, false])
        func artifact(_ number: Int) throws -> [String: String] {
            let location = try #require((results[number]["locations"] as? [[String: Any]])?.first)
            let physical = try #require(location["physicalLocation"] as? [String: Any])
            return try #require(physical["artifactLocation"] as? [String: String])
        }
        #expect(try artifact(0) == ["uri": "file:///a%20b/%FF%0A"])
        let relative = try artifact(2)
        #expect(relative["uriBaseId"] == "WORKINGFOLDER")
        #expect(relative["uri"]?.hasPrefix("sub/%3Dcmd%7C%27%20/C%20calc%27%21A0%20a%1B%5B2K%0D%0A") == true)
        let bases = run["originalUriBaseIds"] as? [String: [String: String]]
        #expect(bases?["WORKINGFOLDER"]?["uri"] == "file:///work/a%20b/")
        let message = (results[0]["message"] as? [String: String])?["text"]
        #expect(message?.contains(#"\[x\](https://example.com)"#) == true)
        let invocation = try #require((run["invocations"] as? [[String: Any]])?.first)
        #expect(invocation["exitCode"] as? Int == 1)
        #expect(invocation["endTimeUtc"] as? String == "2026-03-02T00:01:01Z")
    }
}
