import CloudTrailFormat
import CloudTrailIntegrity
import CloudTrailIntegrityReports
import Testing

@Suite("The text report")
struct TextReportTests {
    private let facts = RunFacts(version: "1.2.3", exit: 1, milliseconds: 1234, allowed: [])

    private func chain(_ region: String, home: String = "h") -> ChainIdentity {
        ChainIdentity(account: "1", region: region, trail: "t", homeRegion: home, isBackfill: false)
    }

    private func lines(
        _ findings: [Finding],
        _ style: TextStyle = TextStyle(),
        verbose: Bool = false,
        quiet: Bool = false
    ) -> [String] {
        var lines: [String] = []
        var asked = ValidationReport.NotAsked()
        (asked.expectGiven, asked.bucketChecked) = (true, true)
        TextReport(ValidationReport(findings: findings, notAsked: asked), facts, style: style)
            .write(verbose: verbose, quiet: quiet) { lines.append($0) }
        return lines
    }

    // MARK: Order

    /// I31
    @Test("one that sums up others is counted for all of them, and stands behind those that are listed")
    func sums() {
        let sum = Finding(
            .logMissing,
            "1200 more findings of this kind in this folder",
            key: ObjectKey("f/"),
            detail: ["more": .number(1200)]
        )
        let findings = [
            Finding(.logMissing, "one", key: ObjectKey("f/a")), Finding(.logMissing, "one", key: ObjectKey("f/b")), sum,
        ]
        for verbose in [true, false] {
            let lines = lines(findings, verbose: verbose)
            #expect(
                lines.dropFirst().prefix(4) == [
                    "  violation log-missing (1,202): one",
                    "    f/a",
                    "    f/b",
                    "    … and 1,200 more in f/, not listed one by one",
                ]
            )
            #expect(lines.contains { $0.hasPrefix("NOT VALID: 1,202 violations") })
        }
    }

    @Test("findings stand by chain and kind, violations first, each kind with what to do where it comes first")
    func groups() {
        let findings = [
            Finding(.logDecompressed, "n", key: ObjectKey("a"), chain: chain("r1")),
            Finding(.logMissing, "one", key: ObjectKey("b"), chain: chain("r1")),
            Finding(.digestUnsigned, "u", key: ObjectKey("c"), chain: chain("r1")),
            Finding(.logMissing, "two", key: ObjectKey("d"), chain: chain("r1")),
            Finding(.logMissing, "one", key: ObjectKey("e"), chain: chain("r2")),
            Finding(.nothingValidated, "nothing"),
        ]
        #expect(
            lines(findings).dropLast() == [
                "1 r1 t",
                "  violation log-missing (2)",
                "    b: one",
                "    d: two",
                "    What to do: \(FindingKind.logMissing.advice)",
                "  unverified digest-unsigned (1): u",
                "    c",
                "    What to do: \(FindingKind.digestUnsigned.advice)",
                "  notice log-decompressed (1): n",
                "    a",
                "    What to do: \(FindingKind.logDecompressed.advice)",
                "",
                "1 r2 t",
                "  violation log-missing (1): one",
                "    e",
                "",
                "Of no chain",
                "  unverified nothing-validated (1): nothing",
                "    What to do: \(FindingKind.nothingValidated.advice)",
                "",
                "SEVERITY    KIND               FINDINGS",
                "violation   log-missing        3",
                "unverified  digest-unsigned    1",
                "unverified  nothing-validated  1",
                "notice      log-decompressed   1",
                "",
            ]
        )
    }

    @Test("the first ten of a kind stand for the others, unless all are asked for")
    func folded() {
        let findings = (0..<1214).map { Finding(.logMissing, "x", key: ObjectKey("k\($0)"), chain: chain("r")) }
        let short = lines(findings)
        #expect(short[1] == "  violation log-missing (1,214): x")
        #expect(short[2...11].elementsEqual((0..<10).map { "    k\($0)" }))
        #expect(short[12] == "    … and 1,204 more (--verbose)")
        #expect(short.last?.hasPrefix("NOT VALID: 1,214 violations; 0/0 digest files valid") == true)
        let all = lines(findings, verbose: true)
        #expect(all.count { $0.hasPrefix("    k") } == 1214)
        #expect(!all.contains { $0.contains("more") })
        let quiet = lines(findings, quiet: true)
        #expect(quiet.first == short.last)
        #expect(quiet.dropFirst() == ((0..<10).map { "  log-missing k\($0)" } + ["  … and 1,204 more"])[...])
    }

    @Test("chains that only their home region tells apart are told apart")
    func homeRegions() {
        let findings = [chain("r", home: "h1"), chain("r", home: "h2"), chain("s")].map {
            Finding(.chainGap, "x", chain: $0)
        }
        #expect(lines(findings).filter { $0.hasPrefix("1 ") } == ["1 r t of h1", "1 r t of h2", "1 s t"])
    }

    // MARK: Width

    @Test("lines fit the width, and names stand whole on lines of their own", arguments: [40, 60, 80, 120])
    func width(width: Int) {
        let names = (0..<8).map { "head\($0)/\(String(repeating: "m", count: 200))/tail" }
        let message = "a message of many words, which is longer than the narrowest line that there is"
        let findings = names.enumerated().map { number, name in
            Finding(.logMissing, "\(message) \(number)", key: ObjectKey(name), chain: chain("r"))
        }
        let shown = lines(findings, TextStyle(width: width))
        for name in names { #expect(shown.contains("    \(name)")) }
        #expect(shown.filter { !$0.contains("mmm") }.allSatisfy { $0.count <= width })
        #expect(shown.joined(separator: " ").split(separator: " ").count { $0 == "narrowest" } == names.count)
    }

    @Test("a row that does not fit becomes a few lines, without a word cut")
    func narrowTable() {
        var table = TextTable("NAME", "FIRST", "SECOND ONE")
        table.add("a", "1", "long enough to be too long")
        table.add("b", "", "2")
        #expect(
            table.lines() == ["NAME  FIRST  SECOND ONE", "a     1      long enough to be too long", "b            2"]
        )
        #expect(
            table.lines(TextStyle(width: 38)) == [
                "a", "  first      1", "  second one", "    long enough to be too long", "b", "  first",
                "  second one 2",
            ]
        )
    }

    // MARK: Colour

    @Test("colour is added to severities and the verdict, and takes nothing away")
    func color() {
        let findings = [
            Finding(.logMissing, "violation x", key: ObjectKey("violation"), chain: chain("r")),
            Finding(.digestUnsigned, "x", key: ObjectKey("b"), chain: chain("r")),
            Finding(.logDecompressed, "x", key: ObjectKey("b"), chain: chain("r")),
        ]
        for width in [nil, 40] {
            let colored = lines(findings, TextStyle(width: width, isColored: true))
            #expect(colored[1].hasPrefix("  \u{1b}[1;31mviolation\u{1b}[0m log-missing"))
            #expect(colored.contains { $0.hasPrefix("  \u{1b}[1;35munverified\u{1b}[0m digest-unsigned") })
            #expect(colored.contains { $0.hasPrefix("  notice log-decompressed") })
            #expect(colored.contains { $0.hasPrefix("\u{1b}[1;31mNOT VALID\u{1b}[0m: 1 violation") })
            #expect(
                colored.map { $0.replacing(/\u{1b}\[[0-9;]*m/, with: "") } == lines(findings, TextStyle(width: width))
            )
        }
    }

    // MARK: Words

    @Test("numbers for people have separators")
    func numbers() {
        #expect(
            [0, 7, 999, 1000, 1_234_567, -1, -1204].map(\.grouped) == [
                "0", "7", "999", "1,000", "1,234,567", "-1", "-1,204",
            ]
        )
        #expect(Int.min.grouped == "-9,223,372,036,854,775,808")
        #expect(UInt64.max.grouped == "18,446,744,073,709,551,615")
        #expect([0, 1, 1204].map { $0.of("chain") } == ["0 chains", "1 chain", "1,204 chains"])
    }
}
