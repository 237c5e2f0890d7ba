internal import CloudTrailFormat
package import CloudTrailIntegrity
internal import CloudTrailRules
internal import NativeInterop

/// The report as a page of HTML in one file, which opens offline: the verdict, a timeline, the findings, the chains, and
/// how it was made.
///
/// The page loads nothing and runs nothing but its own script, which its policy names by hash. Without the script it
/// shows the same, up to a limit that it states.
package struct HTMLReport {
    /// How much one page holds. What is left out is always told in the page.
    package struct Limits: Hashable, Sendable {
        /// The most findings that the page holds, the gravest first.
        package var findings = 100_000
        /// The most findings that are shown without a script, and printed.
        package var shownFindings = 1000
        /// The most chains in the timeline and in the table.
        package var chains = 1000

        package init() {}
    }

    private let report: ValidationReport
    private let facts: RunFacts
    private let limits: Limits
    private let allowed: Set<FindingKind>
    private let timeline: Timeline
    /// The name of each chain of the timeline.
    private let chainNames: [ChainName]

    package init(_ report: ValidationReport, _ facts: RunFacts, limits: Limits = Limits()) {
        self.report = report
        self.facts = facts
        self.limits = limits
        allowed = Set(facts.allowed.compactMap(FindingKind.init))
        timeline = Timeline(report, limit: limits.chains)
        chainNames = timeline.chains.map(ChainName.init)
    }

    /// Hands out the page piece by piece, line ends included.
    package func write<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        func line(_ text: String) throws(Failure) { try output(text + "\n") }
        try writeHead(line)
        try line("<main>")
        try writeVerdict(line)
        try writeTimeline(line)
        try writeFindings(line)
        try writeKinds(line)
        try writeChains(line)
        try writeProof(line)
        try writeRun(line)
        try line("</main>")
        try writeData(line)
        try line("<script>\(Self.script)</script>")
        try line("</body>\n</html>")
    }

    // MARK: Head and verdict

    private func writeHead<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        try output(HTMLPage.head("\(verdict.heading): CloudTrail archive validation", policy: Self.policy, facts))
        try output("<a class=\"skip\" href=\"#findings\">Skip to the findings</a>")
    }

    /// Nothing but this page's own style and script, and no way out.
    private static let policy =
        "default-src 'none'; style-src '\(styleHash)'; script-src '\(scriptHash)'; base-uri 'none'; form-action 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'"

    /// The verdict's sentence, in two.
    private var verdict: (heading: String, rest: String) {
        let parts = TextReport(report, facts).verdict.split(separator: ": ", maxSplits: 1)
        return (String(parts.first ?? ""), String(parts.dropFirst().first ?? ""))
    }

    private func writeVerdict<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        let (heading, rest) = verdict
        try output("<header>")
        try output("<p class=\"tool\">CloudTrail archive validation</p>")
        try output("<div class=\"verdict \(HTMLPage.outcome(heading))\"><h1>\(xmlText(heading))</h1>")
        try output("<p>\(xmlText(rest))</p>")
        for line in Standing(report, facts).sentences + TextReport(report, facts).circumstances
            + TextReport(report, facts).notAsked
        {
            try output("<p class=\"asked\">\(Self.sentence(line))</p>")
        }
        try output("</div>")
        try output("<nav aria-label=\"Sections\"><ul>")
        for (id, title) in [
            ("timeline", "Timeline"), ("findings", "Findings"), ("kinds", "What the kinds mean"), ("chains", "Chains"),
            ("proof", "What it proves"), ("run", "How it was made"),
        ] {
            try output("<li><a href=\"#\(id)\">\(title)</a></li>")
        }
        try output("</ul></nav></header>")
        try output("<section><h2 id=\"counts\">Counts</h2>")
        try output("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"counts\"><table>")
        try output("<thead><tr><th scope=\"col\">Files</th><th scope=\"col\">Total</th><th scope=\"col\">Valid</th>")
        try output(
            "<th scope=\"col\">Invalid</th><th scope=\"col\">Missing</th><th scope=\"col\">Unverified</th></tr></thead><tbody>"
        )
        for (name, tally) in [("Digest files", report.digests), ("Log files", report.logs)] {
            let numbers = [tally.total, tally.valid, tally.invalid, tally.missing, tally.unverified]
            let cells = numbers.map { "<td class=\"number\">\($0.grouped)</td>" }.joined()
            try output("<tr><th scope=\"row\">\(name)</th>\(cells)</tr>")
        }
        try output("</tbody></table></div>")
        try output("<p>\(TextReport(report, facts).filesListed)</p>")
        let severities = Severity.gravestFirst.map { severity in
            "\(Self.badge(severity)) \(report.findings.count(of: severity).grouped)"
        }
        try output("<p>Findings: \(severities.joined(separator: " \u{b7} "))</p></section>")
    }

    // MARK: Timeline

    private func writeTimeline<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        try output("<section><h2 id=\"timeline\">Timeline</h2>")
        guard timeline.domain.start < timeline.domain.end else {
            try output("<p>No chain and no finding names a time.</p></section>")
            return
        }
        try output(
            "<p>From \(timeline.domain.start) to \(timeline.domain.end), a row a chain. Where several findings fall into "
                + "one stretch the gravest is drawn, and pointing at it tells them all. Notices are told and not drawn."
                + "<span class=\"scripted\" hidden> Choose a stretch to list its findings; the arrow keys lead from one to "
                + "the next.</span></p>"
        )
        try TimelinePicture(timeline, names: chainNames).write(output)
        if timeline.rows.count < timeline.chains.count {
            try output(
                "<p class=\"left-out\">\(timeline.rows.count.grouped) of \(timeline.chains.count.grouped) rows are drawn, those with the "
                    + "gravest findings.</p>"
            )
        }
        if timeline.untimed > 0 {
            try output(
                "<p>Not in the picture, because they name no time: \(timeline.untimed.grouped) of the findings.</p>"
            )
        }
        if timeline.outside > 0 {
            try output(
                "<p>Not in the picture, because they speak of a time far before or after it: \(timeline.outside.grouped) of the "
                    + "findings.</p>"
            )
        }
        try output("</section>")
    }

    // MARK: Findings

    private func writeFindings<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        let total = report.findings.count
        try output("<section><h2 id=\"findings\" tabindex=\"-1\">Findings</h2>")
        if total > limits.findings {
            try output(
                "<p class=\"left-out\">This page holds \(limits.findings.grouped) of \(total.grouped) findings, the gravest first. "
                    + "<code>--report jsonl=FILE</code> writes them all.</p>"
            )
        }
        let shown = min(total, limits.shownFindings, limits.findings)
        if shown < min(total, limits.findings) {
            try output(
                "<p class=\"left-out static\">Without its script this page shows \(shown.grouped) of \(total.grouped) findings, the gravest "
                    + "first.</p>"
            )
        }
        guard total > 0 else {
            try output("<p>None.</p></section>")
            return
        }
        try writeControls(output)
        try output("<div class=\"scroll\"><table id=\"table\" aria-labelledby=\"findings\">")
        try output("<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Kind</th><th scope=\"col\">Chain</th>")
        try output("<th scope=\"col\">Time</th><th scope=\"col\">Object</th></tr></thead><tbody id=\"rows\">")
        try forEachFinding(limit: shown) { finding throws(Failure) in try output(row(finding)) }
        try output("</tbody></table></div>")
        try output("<div id=\"pager\" class=\"controls\" hidden>")
        try output("<button type=\"button\" id=\"previous\">Previous page</button>")
        try output("<button type=\"button\" id=\"next\">Next page</button></div></section>")
    }

    /// What the kinds that were found mean.
    private func writeKinds<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        var counts: [FindingKind: Int] = [:]
        for finding in report.findings { counts[finding.kind, default: 0] += finding.standsFor }
        try output("<section><h2 id=\"kinds\">What the kinds mean</h2>")
        guard !counts.isEmpty else {
            try output("<p>None.</p></section>")
            return
        }
        try output(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"kinds\"><table class=\"kinds\">"
        )
        try output("<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Kind</th><th scope=\"col\">Number</th>")
        try output("<th scope=\"col\">What it means</th><th scope=\"col\">What to do next</th></tr></thead><tbody>")
        for severity in Severity.gravestFirst {
            for kind in FindingKind.allCases where kind.severity == severity {
                guard let count = counts[kind] else { continue }
                try output("<tr><td>\(Self.badge(severity))</td><th scope=\"row\">\(kind.rawValue)</th>")
                try output(
                    "<td class=\"number\">\(count.grouped)</td><td>\(xmlText(kind.meaning))</td><td>\(xmlText(kind.advice))</td></tr>"
                )
            }
        }
        try output("</tbody></table></div></section>")
    }

    private func writeControls<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        try output("<div id=\"controls\" class=\"controls\" role=\"search\" aria-label=\"Filter the findings\" hidden>")
        try output("<fieldset><legend>Severity</legend>")
        for severity in Severity.gravestFirst {
            let name = severity.rawValue
            try output("<label><input type=\"checkbox\" name=\"severity\" value=\"\(name)\" checked> \(name)</label>")
        }
        try output("</fieldset>")
        try output("<label>Kind <select id=\"kind\"><option value=\"\">All kinds</option></select></label>")
        try output("<label>Chain <select id=\"chain\"><option value=\"\">All chains</option></select></label>")
        try output("<label>Text <input id=\"text\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></label>")
        try output(
            "<label>Rows <select id=\"size\"><option>50</option><option selected>100</option><option>500</option></select></label>"
        )
        try output("<button type=\"button\" id=\"reset\">Show all</button>")
        try output("<p id=\"chosen\" hidden></p></div>")
        try output("<p id=\"count\" role=\"status\" aria-live=\"polite\"></p>")
    }

    /// The findings that the page holds, the gravest first, and those of a severity in the report's order.
    private func forEachFinding<Failure: Error>(limit: Int, _ body: (Finding) throws(Failure) -> Void) throws(Failure) {
        var count = 0
        for severity in Severity.gravestFirst {
            for finding in report.findings where finding.severity == severity {
                guard count < limit else { return }
                count += 1
                try body(finding)
            }
        }
    }

    /// The row of a finding; the script makes the same.
    private func row(_ finding: Finding) -> String {
        let chain = chainNames[timeline.number(of: finding)].html
        let times = Self.span(finding.start, finding.end, open: "")
        var object = "<p>\(xmlText(finding.message))</p>"
        if let name = finding.path ?? finding.key {
            object += "<p class=\"name\">\(xmlText(TextReport.shown(name)))</p>"
        }
        let details = details(finding)
        if !details.isEmpty {
            let name = (finding.path ?? finding.key).map(TextReport.shown)
            let items = details.map { item in
                // Paper has the name once.
                let isAgain = Self.naming.contains(item.name) && name?.hasSuffix(item.value) == true
                return "<div\(isAgain ? " class=\"again\"" : "")><dt>\(item.name)</dt> "
                    + "<dd>\(xmlText(item.value))</dd></div>"
            }.joined()
            object += "<details open><summary>Details</summary><dl>\(items)</dl></details>"
        }
        return "<tr><td>\(Self.badge(finding.severity))</td> <th scope=\"row\">\(finding.kind.rawValue)</th> "
            + "<td>\(chain)</td> <td class=\"time\">\(times.joined(separator: "<br> "))</td> <td>\(object)</td></tr>"
    }

    /// The details that name what the row names.
    private static let naming: Set<String> = ["key", "path"]

    /// What a finding says besides its row, as text to be shown.
    private func details(_ finding: Finding) -> [(name: String, value: String)] {
        var details: [(name: String, value: String)] = []
        if let bucket = finding.bucket { details.append(("bucket", escaped(bucket))) }
        if let key = finding.key { details.append(("key", TextReport.shown(key))) }
        if let path = finding.path { details.append(("path", TextReport.shown(path))) }
        for (name, value) in finding.detail.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .text(let text): details.append((name, escaped(text)))
            case .number(let number): details.append((name, "\(number)"))
            case .flag(let flag): details.append((name, "\(flag)"))
            case .list(let texts): details.append((name, texts.map(escaped).joined(separator: ", ")))
            }
        }
        if let advice = finding.ownAdvice { details.append(("to do", escaped(advice))) }
        if ValidationReport.isAllowed(finding, allowed) {
            details.append(("allowed", "does not count in the exit status"))
        }
        if let isKnown = finding.isKnown {
            details.append(("last run", isKnown ? "had it too" : "did not have it: it is new"))
        }
        if let acknowledgement = finding.acknowledgement { details.append(("acknowledged", acknowledgement.words)) }
        return details
    }

    // MARK: Chains

    private func writeChains<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        try output("<section><h2 id=\"chains\">Chains</h2>")
        guard !report.chains.isEmpty else {
            try output("<p>No digest file is in range.</p></section>")
            return
        }
        let drawn = Set(timeline.rows.map { timeline.chains[$0.number] })
        if report.chains.count > limits.chains {
            try output(
                "<p class=\"left-out\">Of \(report.chains.count.grouped) chains those with the gravest findings are shown, at most "
                    + "\(limits.chains.grouped).</p>"
            )
        }
        try output("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"chains\"><table><thead><tr>")
        for title in ["Account", "Region", "Trail", "Home region", "Verified", "Without a hole"] {
            try output("<th scope=\"col\">\(title)</th>")
        }
        try output("<th scope=\"col\">Digest files</th><th scope=\"col\">Log files</th></tr></thead><tbody>")
        for summary in report.chains where drawn.contains(summary.chain) { try output(row(summary)) }
        try output("</tbody></table></div>")
        try output("<p>Proven files are counted here and not listed.</p></section>")
    }

    private func row(_ summary: ChainSummary) -> String {
        let chain = summary.chain
        let trail = xmlText(chain.trail) + (chain.isBackfill ? " (backfill)" : "")
        let names = [
            xmlText(chain.homeRegion),
            Self.span(summary.start, summary.end, open: "nothing").joined(separator: "<br> "),
            unbroken(summary),
        ]
        let cells = names.map { "<td class=\"time\">\($0)</td>" } + [summary.digests, summary.logs].map(Self.cell)
        return "<tr><th scope=\"row\">\(xmlText(chain.account))</th>"
            + "<td class=\"place\">\(xmlText(chain.region))</td><td>\(trail)</td>\(cells.joined())</tr>"
    }

    /// What of the verified time is without a gap.
    private func unbroken(_ summary: ChainSummary) -> String {
        guard !summary.chain.isBackfill, summary.start != nil else { return "" }
        if summary.unbrokenFrom == summary.start { return "all of it" }
        return Self.span(summary.unbrokenFrom, nil, open: "nothing").map { "from \($0)" }.joined()
    }

    private static func cell(_ tally: Tally) -> String {
        let parts = [(tally.invalid, "invalid"), (tally.missing, "missing"), (tally.unverified, "unverified")]
        let rest = parts.filter { $0.0 > 0 }.map { ",<br> \($0.0.grouped) \($0.1)" }.joined()
        return "<td class=\"place\">\(tally.valid.grouped) of \(tally.total.grouped) valid\(rest)</td>"
    }

    // MARK: Meaning and origin

    private func writeProof<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        try output(
            """
            <section><h2 id="proof">What it proves, and what not</h2>
            <p>VALID says that every digest file in range carries a signature that verifies under one of the keys named \
            below, that every log file they list is there with the content they list, that no hole lies between the \
            digest files of a chain, and that no other file lies below the folders of the log files, but for what a \
            notice or an allowed kind says. It does not prove that the keys are AWS\u{2019}s, that the newest hours are \
            complete, that no account, region or trail was left out, or what happened before delivery. A violation is \
            proof that something is not as AWS delivered it or is gone; what is unverified is no proof either way.</p>
            </section>
            """
        )
    }

    private func writeRun<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        try output("<section><h2 id=\"run\">How it was made</h2><table class=\"facts\"><tbody>")
        func row(_ name: String, _ values: [String]) throws(Failure) {
            guard !values.isEmpty else { return }
            let lines = values.map(xmlText).joined(separator: "<br> ")
            try output("<tr><th scope=\"row\">\(name)</th><td>\(lines)</td></tr>")
        }
        try row("Tool", ["\(RunFacts.tool) \(facts.version)"])
        if !facts.arguments.isEmpty {
            try row("Command line", [facts.commandLine])
        }
        try row("Run in", [facts.folder?.description].compactMap { $0 })
        try row("Archive", facts.archives.map(\.description))
        for source in report.keySources { try row("Key file", [source.name, "SHA-256 \(source.sha256)"]) }
        let asked = Self.span(report.requestedStart, report.requestedEnd, open: "all that the archive holds")
        try row(
            "Time asked for",
            report.requestedEnd == nil && report.requestedStart != nil ? asked.map { "from \($0)" } : asked
        )
        try row("Every chain without a hole", Self.span(report.provenFrom, report.provenUntil, open: "no such time"))
        try row("Allowed", facts.allowed.isEmpty ? ["nothing"] : facts.allowed)
        try row("Begun", [facts.begin?.description].compactMap { $0 })
        try row("Ended", [facts.end?.description].compactMap { $0 })
        try row("Took", ["\(facts.milliseconds / 1000).\(String(facts.milliseconds % 1000 + 1000).dropFirst()) s"])
        try row("Hashed", ["\(report.hashedBytes.grouped) bytes of content"])
        try row("Exit status", ["\(facts.exit)"])
        for (title, value) in facts.provenance?.titled ?? [] { try row(xmlText(title), [escaped(value)]) }
        try output("</tbody></table></section>")
    }

    // MARK: Data

    /// What the script reads: a finding a line, in the order of ``forEachFinding(limit:_:)``.
    private func writeData<Failure: Error>(_ output: (String) throws(Failure) -> Void) throws(Failure) {
        try output("<script type=\"application/json\" id=\"data\">")
        var head = JSONObjectText()
        head.add("chains", chainNames.map { escaped($0.place) })
        head.add("trails", chainNames.map { escaped($0.trail) })
        var kinds = JSONObjectText()
        let found = Set(report.findings.map(\.kind))
        for kind in FindingKind.allCases where found.contains(kind) {
            kinds.add(kind.rawValue, kind.severity.rawValue)
        }
        head.add("kinds", object: kinds)
        head.add("total", Int64(report.findings.count))
        head.add("printed", Int64(limits.shownFindings))
        try output(Self.script(json: "\(head.text),\"findings\":["))
        var separator = ""
        try forEachFinding(limit: limits.findings) { finding throws(Failure) in
            try output(separator + Self.script(json: object(finding).closed))
            separator = ","
        }
        try output("]}</script>")
    }

    private func object(_ finding: Finding) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("kind", finding.kind.rawValue)
        object.add("chain", Int64(timeline.number(of: finding)))
        if Timeline.concernsEveryChain(finding) { object.add("everywhere", true) }
        if let columns = timeline.columns(of: finding) {
            object.add("from", Int64(columns.lowerBound))
            object.add("until", Int64(columns.upperBound))
        }
        if let start = finding.start { object.add("start", start.description) }
        if let end = finding.end { object.add("end", end.description) }
        object.add("message", escaped(finding.message))
        var details = JSONObjectText()
        for (name, value) in self.details(finding) { details.add(name, value) }
        object.add("details", object: details)
        return object
    }

    /// `json` as the content of a `script` element: neither an end tag nor a comment can begin in it.
    ///
    /// In JSON a `<` stands only within strings.
    private static func script(json: String) -> String {
        guard json.utf8.contains(UInt8(ascii: "<")) else { return json }
        return json.split(separator: "<", omittingEmptySubsequences: false).joined(separator: "\\u003c")
    }

    // MARK: Words

    /// A sentence in which options stay in one line.
    private static func sentence(_ text: String) -> String {
        xmlText(text).replacing(/--[a-z-]+[a-z]/) { "<span class=\"place\">\($0.output)</span>" }
    }

    /// A start and an end as lines, or `open` where there is neither.
    private static func span(_ start: Timestamp?, _ end: Timestamp?, open: String) -> [String] {
        if start == nil && end == nil { return open.isEmpty ? [] : [open] }
        return [start.map { "\($0)" }, end.map { "to \($0)" }].compactMap(\.self)
    }

    private static func badge(_ severity: Severity) -> String {
        "<span class=\"badge \(severity.rawValue)\">\(severity.rawValue)</span>"
    }
}

extension Severity {
    /// All of them, the gravest first.
    static var gravestFirst: [Severity] { allCases.sorted(by: >) }
}
