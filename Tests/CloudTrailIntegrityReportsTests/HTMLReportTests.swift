import CloudTrailFormat
import CloudTrailIntegrity
import CloudTrailIntegrityReports
import Foundation
import NativeInterop
import Testing

private let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Where `make html-check` wants the pages that it looks at in a browser.
private let pageFolder = ProcessInfo.processInfo.environment["CLOUDTRAIL_HTML_PAGES"]

private func html(_ report: ValidationReport, _ limits: HTMLReport.Limits = .init(), exit: Int32 = 1) -> String {
    let facts = RunFacts(
        version: "1.2.3",
        exit: exit,
        milliseconds: 12_034,
        allowed: ["digest-unsigned"],
        arguments: ["validate", "archive", "--public-keys", "keys<1>.json", "--trail", "it's; \u{1b}[2K"],
        folder: "/evidence",
        archives: ["archive"],
        begin: TestReports.hour(24),
        end: TestReports.hour(24).advanced(bySeconds: 12)
    )
    var text = ""
    HTMLReport(report, facts, limits: limits).write { text += $0 }
    return text
}

/// What stands between two texts, the first of each.
private func part(_ text: String, from start: String, until end: String) throws -> Substring {
    let from = try #require(text.range(of: start))
    let until = try #require(text.range(of: end, range: from.upperBound..<text.endIndex))
    return text[from.upperBound..<until.lowerBound]
}

private func data(_ page: String) throws -> [String: Any] {
    let json = try part(page, from: "<script type=\"application/json\" id=\"data\">", until: "</script>")
    return try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
}

/// The number of findings that are shown without a script.
private func rows(_ page: String) throws -> Int {
    try part(page, from: "<tbody id=\"rows\">", until: "</tbody>").matches(of: /<tr>/).count
}

@Suite("The page of HTML")
struct HTMLReportTests {
    @Test("the page of a small report is the golden one")
    func golden() throws {
        var page = html(TestReports.small())
        // These two have their own tests.
        page = page.replacingOccurrences(of: HTMLReport.style, with: "STYLE")
        page = page.replacingOccurrences(of: HTMLReport.script, with: "SCRIPT")
        page = page.replacing(/sha256-[A-Za-z0-9+\/]{43}=/, with: "HASH")
        let file = repository.appending(path: "TestVectors/reports/small.html")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try Data(page.utf8).write(to: file)
        }
        #expect(page == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test("the policy lets nothing in but the page's own style and script, by their hashes")
    func policy() throws {
        let page = html(TestReports.small())
        let policy = try part(page, from: "\"Content-Security-Policy\" content=\"", until: "\"")
        func hash(_ text: Substring) throws -> String {
            "sha256-" + Base64.encode(try SHA256Digest.of(Array(text.utf8)).bytes)
        }
        let style = try hash(try part(page, from: "<style>", until: "</style>"))
        let script = try hash(try part(page, from: "<script>", until: "</script>"))
        #expect(
            policy
                == "default-src 'none'; style-src '\(style)'; script-src '\(script)'; base-uri 'none'; "
                + "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        // The policy stands before everything that it is about.
        let position = try #require(page.range(of: "Content-Security-Policy"))
        #expect(!page[..<position.lowerBound].contains("<style") && !page[..<position.lowerBound].contains("<script"))
    }

    @Test("style and script hold what the policy and the parser allow")
    func parts() {
        for text in [HTMLReport.style, HTMLReport.script] {
            #expect(!text.contains("</") && !text.contains("<!--"))
            #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || (0x20..<0x7f).contains($0.value) })
        }
        #expect(!HTMLReport.style.contains("@import"))
        for name in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "http"] {
            #expect(!HTMLReport.script.contains(name))
        }
    }

    @Test("no name becomes markup, and nothing in the page is invisible", arguments: TestReports.hostileNames.indices)
    func escaping(number: Int) throws {
        let name = TestReports.hostileNames[number]
        let text = name.description
        let finding = Finding(
            .logModified,
            text,
            bucket: text,
            key: name,
            path: name,
            chain: ChainIdentity(account: text, region: text, trail: text, homeRegion: text, isBackfill: true),
            start: TestReports.hour(0),
            detail: ["text": .text(text), "list": .list([text])]
        )
        let plain = Finding(
            .logModified,
            "x",
            bucket: "x",
            key: ObjectKey("x"),
            path: ObjectKey("x"),
            chain: ChainIdentity(account: "x", region: "x", trail: "x", homeRegion: "x", isBackfill: true),
            start: TestReports.hour(0),
            detail: ["text": .text("x"), "list": .list(["x"])]
        )
        let page = html(ValidationReport(findings: [finding]))
        #expect(page.unicodeScalars.allSatisfy { $0 == "\n" || !$0.needsEscape })
        // The same tags as with names that are harmless.
        func tags(_ page: String) -> [String] { page.matches(of: /<[^>]*>/).map { String($0.output.prefix(6)) } }
        let expected = tags(html(ValidationReport(findings: [plain])))
        #expect(tags(page) == expected)
        let findings = try #require(try data(page)["findings"] as? [[String: Any]])
        let details = try #require(findings.first?["details"] as? [String: String])
        #expect(findings.first?["message"] as? String == escaped(text))
        #expect(details["bucket"] == escaped(text))
        if String(validating: name.bytes, as: UTF8.self) == nil {
            #expect(details["key"] == #"AWSLogs/\xff\xfe<b>\xc0\x80"#)
        } else {
            #expect(details["key"] == escaped(text))
        }
    }

    @Test("the same report makes the same bytes")
    func reproducible() {
        let report = TestReports.large(findings: 500)
        #expect(html(report) == html(report))
    }

    @Test("every finding is in the data, the gravest first, and every row without a script up to the limit")
    func complete() throws {
        let report = TestReports.large(findings: 3000)
        let page = html(report)
        let data = try data(page)
        let findings = try #require(data["findings"] as? [[String: Any]])
        #expect(findings.count == 3000)
        let severities = findings.compactMap { ($0["kind"] as? String).flatMap(FindingKind.init)?.severity }
        #expect(severities == severities.sorted(by: >))
        let numbers = findings.compactMap { ($0["details"] as? [String: String])?["number"].flatMap { Int($0) } }
        #expect(numbers.sorted() == Array(0..<3000))
        #expect(try rows(page) == 1000)
        #expect(page.contains("Without its script this page shows 1,000 of 3,000 findings"))
        #expect(!page.contains("This page holds"))
    }

    @Test("what is left out is told")
    func limits() throws {
        var limits = HTMLReport.Limits()
        (limits.findings, limits.shownFindings, limits.chains) = (100, 10, 5)
        let page = html(TestReports.large(findings: 300), limits)
        let data = try data(page)
        #expect((data["findings"] as? [Any])?.count == 100)
        #expect(data["total"] as? Int == 300)
        #expect(page.contains("This page holds 100 of 300 findings, the gravest first."))
        #expect(page.contains("shows 10 of 300 findings"))
        #expect(try rows(page) == 10)
        #expect(page.contains("5 of 201 rows are drawn, those with the gravest findings."))
        #expect(page.matches(of: /<div class="row" data-chain/).count == 5)
        #expect(page.contains("Of 200 chains those with the gravest findings are shown, at most 5."))
    }

    @Test("the verdict stands first", arguments: [(Int32(0), "VALID", "valid"), (2, "NOT PROVEN", "unverified")])
    func verdict(exit: Int32, heading: String, name: String) {
        let page = html(ValidationReport(), exit: exit)
        #expect(page.contains("<div class=\"verdict \(name)\"><h1>\(heading)</h1>"))
        #expect(page.contains("<title>\(heading): CloudTrail archive validation</title>"))
        #expect(html(TestReports.small()).contains("<div class=\"verdict violated\"><h1>NOT VALID</h1>"))
    }

    @Test(
        "the pages that a browser looks at",
        .enabled(if: pageFolder != nil, "'make html-check' names the folder they go to"),
        arguments: [("small", 0), ("large", 10_000), ("huge", 120_000)]
    )
    func pages(name: String, count: Int) throws {
        let folder = URL(filePath: try #require(pageFolder))
        let report = count == 0 ? TestReports.small() : TestReports.large(findings: count)
        try Data(html(report).utf8).write(to: folder.appending(path: "\(name).html"))
    }
}
