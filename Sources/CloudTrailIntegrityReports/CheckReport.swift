internal import CloudTrailFormat
package import CloudTrailIntegrity
internal import CloudTrailRules
package import NativeInterop

/// What is known of single files, as `check` reports it.
package struct CheckReport {
    /// A format that it can be written to a file in. The raw values are what `--report` takes.
    package enum Format: String, CaseIterable, Sendable {
        case jsonLines = "jsonl"
        case json
        case csv
        case html
    }

    let files: [FileCheck]
    let facts: RunFacts
    let keys: [PublicKeySet.Source]
    /// The folder with the proof of the file, where one is written.
    private let proof: ByteString?

    /// - Parameters:
    ///   - keys: The key files.
    ///   - proof: The folder with the proof of the file, where one is written.
    package init(_ files: [FileCheck], _ facts: RunFacts, keys: [PublicKeySet.Source], proof: ByteString?) {
        self.files = files
        self.facts = facts
        self.keys = keys
        self.proof = proof
    }

    /// Hands out the report in a format piece by piece, line ends included.
    package func write<Failure: Error>(
        _ format: Format,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        switch format {
        case .jsonLines: try writeLines { line throws(Failure) in try output(line + "\n") }
        case .json: try writeDocument(to: output)
        case .csv: try writeTable(to: output)
        case .html: try writePage(to: output)
        }
    }

    // MARK: Verdict

    /// The verdict on all of them.
    var verdict: String { verdictParts.words + ": " + verdictParts.rest }

    /// The verdict, and what it is based on.
    var verdictParts: (words: String, rest: String) {
        func count(_ verdict: FileCheck.Verdict) -> Int { files.count { $0.verdict == verdict } }
        let valid = "\(count(.valid))/\(files.count) files are as CloudTrail delivered them"
        let unreadable = count(.unreadable) > 0 ? "; \(count(.unreadable)) could not be read" : ""
        if count(.violation) > 0 {
            let rest = count(.unverified) > 0 ? ", \(count(.unverified)) without proof" : ""
            return ("NOT VALID", "\(count(.violation)) not as delivered\(rest); \(valid)\(unreadable).")
        }
        if count(.unverified) > 0 {
            return ("NOT PROVEN", "\(count(.unverified)) without proof; \(valid)\(unreadable).")
        }
        return (unreadable.isEmpty ? "VALID" : "NOT PROVEN", "\(valid)\(unreadable).")
    }

    // MARK: Text

    /// Hands out the report for a person line by line, without the line's end.
    package func writeText<Failure: Error>(
        _ style: TextStyle = TextStyle(),
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let indent = 11
        for file in files {
            let proven = file.verdict == .valid ? (file.isDigest ? "digest" : "log") : ""
            let heading = pad(file.verdict.rawValue, 10) + " " + pad(file.kind?.rawValue ?? proven, 24)
            func more(_ text: String) throws(Failure) {
                for line in style.wrap(text, indent: indent, hanging: 2) { try output(line) }
            }
            let line = "\(heading) \(escaped(file.path.description)): \(escaped(file.message))"
            if style.width.map({ line.count <= $0 }) ?? true {
                try output(line)
            } else {
                // The path stands whole on a line of its own, so that it can be copied.
                try output("\(file.verdict.rawValue) \(file.kind?.rawValue ?? proven)")
                try output("  " + escaped(file.path.description))
                try more(escaped(file.message))
            }
            if let hash = file.hash { try more("SHA-256 of its content: \(Hex.encode(hash.bytes))") }
            if let voucher = file.voucher {
                try more(escaped(Self.origin(voucher, of: file)))
                if !file.isDigest { try more("held as \(TextReport.shown(voucher.path))") }
            }
            for note in file.notes { try more(escaped(note)) }
            if let advice = file.advice { try more("What to do: \(escaped(advice))") }
        }
        try output("")
        for line in style.wrap(verdict, hanging: 2) { try output(line) }
        if let proof { try output("Proof: \(escaped(proof.description)), to be run with 'sh prove.sh' in it.") }
    }

    /// The digest file that speaks of a file, and its key.
    private static func origin(_ voucher: FileCheck.Voucher, of file: FileCheck) -> String {
        let role = file.verdict == .valid ? "vouched for" : "listed"
        let by = file.isDigest ? "" : "\(role) by s3://\(voucher.location), "
        return "\(by)signed with the key \(voucher.fingerprint) at \(voucher.time) (signature: \(voucher.source))"
    }

    // MARK: JSON

    /// Hands out the report as JSON Lines: a line a file, and a summary last; without the line's end.
    package func writeLines<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        for file in files { try output(Self.record(file).closed) }
        try output(summary.closed)
    }

    private func writeDocument<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        try output("{\"run\":\(run.closed),\n\"files\":[")
        var separator = "\n"
        for file in files {
            try output(separator + Self.record(file).closed)
            separator = ",\n"
        }
        try output("\n],\n\"summary\":\(summary.closed)}\n")
    }

    private var run: JSONObjectText { facts.object(ValidationReport(keySources: keys)) }

    private static func record(_ file: FileCheck) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("record", "check")
        object.add("path", file.path.description)
        if file.path.text == nil { object.add("pathBytes", Hex.encode(file.path.bytes)) }
        object.add("verdict", file.verdict.rawValue)
        object.add("kind", file.kind?.rawValue)
        object.add("digest", file.isDigest)
        object.add("sha256", file.hash.map { Hex.encode($0.bytes) })
        object.add("bucket", file.location?.bucket)
        object.add("key", file.location?.key.description)
        let isValid = file.verdict == .valid
        object.add("vouchedBy", object: isValid ? file.voucher.map { Self.object($0) } : nil)
        object.add("listedBy", object: isValid ? nil : file.voucher.map { Self.object($0) })
        object.add("message", file.message)
        object.add("advice", file.advice)
        object.add("notes", file.notes)
        return object
    }

    private static func object(_ voucher: FileCheck.Voucher) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("bucket", voucher.location.bucket)
        object.add("key", voucher.location.key.description)
        object.add("path", voucher.path.description)
        if !voucher.path.isUTF8 { object.add("pathBytes", Hex.encode(voucher.path.bytes)) }
        object.add("fingerprint", voucher.fingerprint)
        object.add("time", voucher.time.description)
        object.add("signature", voucher.source)
        return object
    }

    private var summary: JSONObjectText {
        var counts = JSONObjectText()
        counts.add("total", Int64(files.count))
        for verdict in [FileCheck.Verdict.valid, .violation, .unverified, .unreadable] {
            counts.add(verdict.rawValue, Int64(files.count { $0.verdict == verdict }))
        }
        var object = JSONObjectText()
        object.add("record", "summary")
        object.add("tool", RunFacts.tool)
        object.add("version", facts.version)
        object.add("exit", Int64(facts.exit))
        object.add("files", object: counts)
        if let proof { object.add("proof", proof.description) }
        object.add("keys", objects: keys.map(JSONObjectText.init))
        return object
    }

    // MARK: Table

    /// The names of the columns of the table, in the order of ``facts(of:)``.
    private static let columns = [
        "verdict", "kind", "path", "sha256", "bucket", "key", "digestBucket", "digestKey", "digestPath", "fingerprint",
        "time", "signature", "message", "notes", "advice",
    ]

    private func writeTable<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        try output(CSVReport.row(Self.columns))
        for file in files {
            let voucher = file.voucher
            try output(
                CSVReport.row([
                    file.verdict.rawValue,
                    file.kind?.rawValue ?? "",
                    escaped(file.path.description),
                    file.hash.map { Hex.encode($0.bytes) } ?? "",
                    escaped(file.location?.bucket ?? ""),
                    file.location.map { TextReport.shown($0.key) } ?? "",
                    escaped(voucher?.location.bucket ?? ""),
                    voucher.map { TextReport.shown($0.location.key) } ?? "",
                    voucher.map { TextReport.shown($0.path) } ?? "",
                    voucher?.fingerprint ?? "",
                    voucher?.time.description ?? "",
                    escaped(voucher?.source ?? ""),
                    escaped(file.message),
                    file.notes.map(escaped).joined(separator: "; "),
                    escaped(file.advice ?? ""),
                ])
            )
        }
    }
}
