internal import CloudTrailFormat
package import CloudTrailIntegrity
internal import CloudTrailRules
internal import NativeInterop

/// The report as SARIF 2.1.0 (OASIS), which code scanning and many viewers take: a rule a kind, a result a finding.
///
/// What was allowed is suppressed, with the option as its justification, and what was acknowledged, with who and why.
package struct SARIFReport {
    private let report: ValidationReport
    private let facts: RunFacts
    private let allowed: Set<FindingKind>

    /// Kinds in the order of their rules.
    private static let kinds = FindingKind.allCases
    /// The name of the folder that relative paths begin at.
    private static let folderName = "WORKINGFOLDER"

    package init(_ report: ValidationReport, _ facts: RunFacts) {
        self.report = report
        self.facts = facts
        allowed = Set(facts.allowed.compactMap(FindingKind.init))
    }

    /// Hands out the document piece by piece, line ends included.
    package func write<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        try output("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\n")
        var driver = JSONObjectText()
        driver.add("name", RunFacts.tool)
        driver.add("version", facts.version)
        driver.add("rules", objects: Self.kinds.map(Self.rule))
        var tool = JSONObjectText()
        tool.add("driver", object: driver)
        try output("\"tool\":\(tool.closed),\n\"invocations\":[\(invocation.closed)],\n")
        if let folder = facts.folder {
            try output("\"originalUriBaseIds\":{\"\(Self.folderName)\":\(Self.folderObject(folder).closed)},\n")
        }
        try output("\"results\":[")
        let numbers = Dictionary(uniqueKeysWithValues: Self.kinds.enumerated().map { ($1, $0) })
        var separator = "\n"
        for finding in report.findings {
            try output(separator + result(finding, numbers[finding.kind]).closed)
            separator = ",\n"
        }
        let records = JSONLinesReport(report, facts)
        var properties = JSONObjectText()
        properties.add("run", object: facts.object(report))
        properties.add("chains", objects: report.chains.map(records.record))
        properties.add("summary", object: records.summary())
        try output("\n],\n\"properties\":\(properties.closed)}]}\n")
    }

    private static func rule(_ kind: FindingKind) -> JSONObjectText {
        var configuration = JSONObjectText()
        configuration.add("level", level(kind))
        var properties = JSONObjectText()
        properties.add("severity", kind.severity.rawValue)
        properties.add("tags", ["cloudtrail", "integrity"])
        var rule = JSONObjectText()
        rule.add("id", kind.rawValue)
        rule.add("shortDescription", object: text(kind.meaning))
        rule.add("help", object: text(kind.advice))
        rule.add("defaultConfiguration", object: configuration)
        rule.add("properties", object: properties)
        return rule
    }

    private static func level(_ kind: FindingKind) -> String {
        switch kind.severity {
        case .violation: "error"
        case .unverified: "warning"
        case .notice: "note"
        }
    }

    private static func text(_ text: String) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("text", text)
        return object
    }

    private var invocation: JSONObjectText {
        var object = JSONObjectText()
        object.add("commandLine", facts.commandLine)
        object.add("arguments", facts.arguments.map(\.description))
        if let begin = facts.begin { object.add("startTimeUtc", begin.description) }
        if let end = facts.end { object.add("endTimeUtc", end.description) }
        object.add("exitCode", Int64(facts.exit))
        object.add("executionSuccessful", true)
        if let folder = facts.folder { object.add("workingDirectory", object: Self.folderObject(folder)) }
        return object
    }

    // MARK: Results

    private func result(_ finding: Finding, _ rule: Int?) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("ruleId", finding.kind.rawValue)
        if let rule { object.add("ruleIndex", Int64(rule)) }
        object.add("level", Self.level(finding.kind))
        object.add("message", object: Self.text(Self.messageText(finding.message)))
        object.add("locations", objects: [location(finding)])
        let allowance = ValidationReport.isAllowed(finding, allowed) ? ["--allow \(finding.kind.rawValue)"] : []
        let justifications = allowance + (finding.acknowledgement.map { [$0.words] } ?? [])
        if !justifications.isEmpty { object.add("suppressions", objects: justifications.map(Self.suppression)) }
        // As the format has it for results beside those of a run before.
        if let isKnown = finding.isKnown { object.add("baselineState", isKnown ? "unchanged" : "new") }
        object.add("properties", object: JSONLinesReport.record(finding))
        return object
    }

    private static func suppression(_ justification: String) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("kind", "external")
        object.add("status", "accepted")
        object.add("justification", justification)
        return object
    }

    private func location(_ finding: Finding) -> JSONObjectText {
        var location = JSONObjectText()
        if let path = finding.path {
            var artifact = JSONObjectText()
            artifact.add("uri", Self.uri(path.bytes))
            if path.bytes.first != UInt8(ascii: "/") { artifact.add("uriBaseId", Self.folderName) }
            var physical = JSONObjectText()
            physical.add("artifactLocation", object: artifact)
            location.add("physicalLocation", object: physical)
        }
        var logical: [JSONObjectText] = []
        func add(_ kind: String, _ name: String) {
            var object = JSONObjectText()
            object.add("fullyQualifiedName", name)
            object.add("kind", kind)
            logical.append(object)
        }
        if let key = finding.key {
            add("object", finding.bucket.map { "s3://\($0)/\(key)" } ?? key.description)
        }
        if let chain = finding.chain {
            let names = [chain.account, chain.region, chain.homeRegion, chain.trail]
            add("chain", (names + (chain.isBackfill ? ["backfill"] : [])).joined(separator: "/"))
        }
        if logical.isEmpty { add("archive", facts.archiveNames) }
        location.add("logicalLocations", objects: logical)
        return location
    }

    /// A message as the format takes plain text: brackets would be links, and nothing may steer what shows it.
    private static func messageText(_ message: String) -> String {
        var text = ""
        for scalar in escaped(message).unicodeScalars {
            if scalar == "[" || scalar == "]" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text
    }

    private static func folderObject(_ folder: ByteString) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("uri", uri(folder.hasSuffix("/") ? folder.bytes : folder.bytes + [UInt8(ascii: "/")]))
        return object
    }

    /// A path as a URI, or one that is relative as a relative reference (RFC 3986).
    private static func uri(_ path: [UInt8]) -> String {
        var text = path.first == UInt8(ascii: "/") ? "file://" : ""
        for byte in path {
            if isUnreserved(byte) || byte == UInt8(ascii: "/") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + Hex.encode([byte]).uppercased()
            }
        }
        return text
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
