internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// The files that were proven, and no others: their sizes and hashes on disk, the hashes of their content, and what
/// vouches for them.
struct EvidenceManifest {
    private let report: ValidationReport
    private let facts: RunFacts

    init(_ report: ValidationReport, _ facts: RunFacts) {
        self.report = report
        self.facts = facts
    }

    /// What every format says of itself.
    private static let statement =
        "Files proven to be what AWS CloudTrail delivered, and no others: what is not listed here was not proven."

    // MARK: JSON Lines

    /// A line that says what this is, a line a file, and a last one with their number.
    func writeJSONLines<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        var head = JSONObjectText()
        head.add("record", "manifest")
        head.add("statement", Self.statement)
        head.add("run", object: facts.object(report))
        head.add("start", report.requestedStart?.description)
        head.add("end", report.requestedEnd?.description)
        head.add("provenFrom", report.provenFrom?.description)
        head.add("provenUntil", report.provenUntil?.description)
        try output(head.closed + "\n")
        for file in report.provenFiles { try output(Self.record(file).closed + "\n") }
        var tail = JSONObjectText()
        tail.add("record", "end")
        tail.add("files", Int64(report.provenFiles.count))
        try output(tail.closed + "\n")
    }

    private static func record(_ file: ProvenFile) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("record", "file")
        object.add("path", file.path.description)
        object.add("storedBytes", file.stored.map { Int64(clamping: $0.bytes) })
        object.add("storedSha256", file.stored?.sha256)
        object.add("sha256", file.sha256)
        object.add("bucket", file.bucket)
        object.add("key", file.key.description)
        object.add("chain", object: JSONObjectText(file.chain))
        object.add("vouchedBy", file.vouchedBy)
        if !file.key.isUTF8 { object.add("keyBytes", Hex.encode(file.key.bytes)) }
        if !file.path.isUTF8 { object.add("pathBytes", Hex.encode(file.path.bytes)) }
        return object
    }

    // MARK: Checksums

    /// The lines of `sha256sum`, between comments, which it skips.
    func writeChecksums<Failure: Error>(to output: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        func comment(_ text: String) -> [UInt8] { Array("# \(escaped(text))\n".utf8) }
        try output(comment("\(RunFacts.tool) \(facts.version): \(Self.statement)"))
        if let folder = facts.folder { try output(comment("Check it with sha256sum -c in \(folder)")) }
        for (name, value) in facts.provenance?.properties ?? [] { try output(comment("\(name): \(value)")) }
        for file in report.provenFiles {
            guard let stored = file.stored else { continue }
            try output(Self.checksumLine(stored.sha256, file.path.bytes))
        }
        try output(comment("\(report.provenFiles.count) files"))
    }

    /// A line as coreutils write it: a backslash at its beginning says that the name has escapes.
    private static func checksumLine(_ hash: String, _ name: [UInt8]) -> [UInt8] {
        var escapes: [UInt8: UInt8] = [:]
        escapes[UInt8(ascii: "\\")] = UInt8(ascii: "\\")
        escapes[UInt8(ascii: "\n")] = UInt8(ascii: "n")
        escapes[UInt8(ascii: "\r")] = UInt8(ascii: "r")
        let isEscaped = name.contains { escapes[$0] != nil }
        var line = Array("\(isEscaped ? "\\" : "")\(hash)  ".utf8)
        for byte in name {
            if let escape = escapes[byte] {
                line += [UInt8(ascii: "\\"), escape]
            } else {
                line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    // MARK: DFXML

    /// Digital Forensics XML: a `fileobject` a file, with its hash on disk.
    func writeDFXML<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        try output(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <dfxml xmlns="http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML" \
            xmlns:dc="http://purl.org/dc/elements/1.1/" version="1.1.1">
            <metadata>\(metadata)</metadata>
            <creator version="1.0">
            <program>\(RunFacts.tool)</program>
            <version>\(xmlText(facts.version))</version>
            \(libraries)\
            <execution_environment>
            \(machine)\
            <command_line>\(xmlText(facts.commandLine))</command_line>
            \(user)\
            \(facts.begin.map { "<start_time>\($0)</start_time>\n" } ?? "")\
            </execution_environment>
            </creator>
            <source>

            """
        )
        for archive in facts.archives {
            try output("<image_filename>\(xmlText(archive.description))</image_filename>\n")
        }
        try output("</source>\n")
        for file in report.provenFiles {
            guard let stored = file.stored else { continue }
            try output(
                """
                <fileobject>
                <filename>\(xmlText(TextReport.shown(file.path)))</filename>
                <name_type>r</name_type>
                <filesize>\(stored.bytes)</filesize>
                <hashdigest type="sha256">\(stored.sha256)</hashdigest>
                </fileobject>

                """
            )
        }
        try output("</dfxml>\n")
    }

    /// What the manifest is, by whom and for what, in the elements of Dublin Core.
    private var metadata: String {
        let stated = facts.provenance?.statement
        let texts = [
            ("description", Self.statement), ("identifier", stated?.caseName), ("creator", stated?.examiner),
            ("description", stated?.note),
        ]
        return texts.compactMap { name, text in
            text.map { "<dc:\(name)>\(xmlText(escaped($0)))</dc:\(name)>" }
        }.joined()
    }

    private var libraries: String {
        guard let provenance = facts.provenance else { return "" }
        let libraries = provenance.libraries.map { library in
            "<library name=\"\(xmlText(library.name))\" version=\"\(xmlText(library.version))\"/>\n"
        }
        return "<build_environment>\n\(libraries.joined())</build_environment>\n"
    }

    private var machine: String {
        guard let host = facts.provenance?.host else { return "" }
        return [
            ("os_sysname", host.system), ("os_release", host.release), ("host", host.name), ("arch", host.architecture),
        ].map { "<\($0)>\(xmlText(escaped($1)))</\($0)>\n" }.joined()
    }

    private var user: String {
        guard let host = facts.provenance?.host else { return "" }
        let name = host.userName.map { "<username>\(xmlText(escaped($0)))</username>\n" } ?? ""
        return "<uid>\(host.userNumber)</uid>\n\(name)"
    }
}
