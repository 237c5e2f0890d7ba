internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules
internal import NativeInterop

/// The page of `check`, in one file that opens offline and runs nothing.
extension CheckReport {
    func writePage<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        func line(_ text: String) throws(Failure) { try output(text + "\n") }
        let (heading, rest) = verdictParts
        try line(HTMLPage.head("\(heading): check of single CloudTrail files", policy: Self.policy, facts))
        try line(
            """
            <main>
            <header>
            <p class="tool">Check of single CloudTrail files</p>
            <div class="verdict \(HTMLPage.outcome(heading))"><h1>\(xmlText(heading))</h1>
            <p>\(xmlText(rest))</p></div>
            </header>
            """
        )
        for (number, file) in files.enumerated() {
            try line("<section><h2 id=\"file-\(number + 1)\">File \(number + 1) of \(files.count)</h2>")
            try writeTable(Self.rows(file), title: "file-\(number + 1)", line)
            try line("</section>")
        }
        try line("<section><h2 id=\"run\">How it was made</h2>")
        try writeTable(runRows, title: "run", line)
        try line("</section>\n</main>\n</body>\n</html>")
    }

    /// Nothing but this page's own style, and no way out.
    private static let policy =
        "default-src 'none'; style-src '\(HTMLReport.styleHash)'; base-uri 'none'; form-action 'none'"

    private func writeTable<Failure: Error>(
        _ rows: [(name: String, value: String)],
        title: String,
        _ output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try output("<table class=\"facts\" aria-labelledby=\"\(title)\"><tbody>")
        for (name, value) in rows { try output("<tr><th scope=\"row\">\(name)</th><td>\(xmlText(value))</td></tr>") }
        try output("</tbody></table>")
    }

    private static func rows(_ file: FileCheck) -> [(name: String, value: String)] {
        var rows = [("File", escaped(file.path.description)), ("Verdict", file.verdict.rawValue)]
        if let kind = file.kind { rows.append(("Kind", kind.rawValue)) }
        rows.append(("What and why", escaped(file.message)))
        if let hash = file.hash { rows.append(("SHA-256 of its content", Hex.encode(hash.bytes))) }
        if let location = file.location {
            rows.append(("Object", "s3://\(escaped(location.bucket))/\(TextReport.shown(location.key))"))
        }
        if let voucher = file.voucher {
            if !file.isDigest {
                let key = TextReport.shown(voucher.location.key)
                rows.append(("Listed by", "s3://\(escaped(voucher.location.bucket))/\(key)"))
                rows.append(("Held as", TextReport.shown(voucher.path)))
            }
            rows.append(("Signed with the key", voucher.fingerprint))
            rows.append(("Signed at", voucher.time.description))
            rows.append(("Signature from", escaped(voucher.source)))
        }
        for note in file.notes { rows.append(("Note", escaped(note))) }
        if let advice = file.advice { rows.append(("What to do", escaped(advice))) }
        return rows
    }

    private var runRows: [(name: String, value: String)] {
        var rows = [("Tool", "\(RunFacts.tool) \(facts.version)"), ("Command line", escaped(facts.commandLine))]
        if let folder = facts.folder { rows.append(("Folder", escaped(folder.description))) }
        for key in keys { rows.append(("Key file", "\(key.sha256) \(escaped(key.name))")) }
        if let begin = facts.begin { rows.append(("Begin", begin.description)) }
        if let end = facts.end { rows.append(("End", end.description)) }
        rows.append(("Exit status", String(facts.exit)))
        for (title, value) in facts.provenance?.titled ?? [] { rows.append((xmlText(title), escaped(value))) }
        return rows
    }
}
