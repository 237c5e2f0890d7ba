internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// What `--report` and `--manifest` ask for: files beside the report on standard output, or something else in its place.
struct RequestedOutputs {
    private enum Content {
        case report(ReportFormat)
        case metrics(previous: [UInt8])
        case manifest(ManifestFormat)
    }

    private struct Output {
        let content: Content
        /// `nil` for standard output.
        let file: OutputFile?
    }

    static let reportOption = OptionSpec(
        "report",
        value: "format=file",
        values: ReportFormat.allCases.map(\.rawValue),
        isRepeatable: true,
        help: "Write a report to a file as well, or to standard output in the place of the other where the file "
            + "is -. Repeatable."
    )

    static let metricsOption = OptionSpec(
        "metrics",
        value: "file",
        help: "Write metrics for Prometheus, such as the node exporter collects from files."
    )

    static let manifestOption = OptionSpec(
        "manifest",
        value: "[format=]file",
        values: ManifestFormat.allCases.map(\.rawValue),
        default: ManifestFormat.jsonLines.rawValue,
        isRepeatable: true,
        help: "Write the list of proven files, with their sizes and hashes, to a file or -. Repeatable."
    )

    private var outputs: [Output] = []
    private let listsFilesInReports: Bool

    /// What the command line asks for; nothing is made yet.
    init(_ arguments: ParsedArguments) throws(CommandError) {
        listsFilesInReports = arguments.has("verbose")
        for value in arguments.paths(Self.reportOption.name) {
            guard let parts = value.split(at: UInt8(ascii: "=")), !parts.tail.isEmpty else {
                throw CommandError(
                    .usage,
                    "The value '\(value)' is invalid for '--report': a format, = and a file, such as json=report.json"
                )
            }
            let format: ReportFormat = try Self.format(parts.head, "report")
            try add(.report(format), parts.tail, purpose: "report")
        }
        if let path = arguments.path(Self.metricsOption.name) {
            let previous = InputFile.head(of: path, bytes: MetricsReport.headBytes)
            try add(.metrics(previous: previous), path, purpose: "file of metrics")
        }
        for value in arguments.paths(Self.manifestOption.name) {
            let parts = value.split(at: UInt8(ascii: "="))
            var format = ManifestFormat.jsonLines
            if let parts { format = try Self.format(parts.head, "manifest") }
            try add(.manifest(format), parts?.tail ?? value, purpose: "manifest")
        }
        if takesStandardOutput, arguments.last("format") != nil {
            throw CommandError(.usage, "'--format' and a report to '-' both write to standard output: give one of them")
        }
    }

    private mutating func add(_ content: Content, _ path: ByteString, purpose: String) throws(CommandError) {
        if OutputFile.isStandardOutput(path) {
            guard !takesStandardOutput else {
                throw CommandError(.usage, "Only one report can be written to standard output")
            }
            outputs.append(Output(content: content, file: nil))
            return
        }
        let file = try OutputFile(path, purpose: purpose)
        if let other = outputs.first(where: { $0.file?.identity == file.identity })?.file {
            throw CommandError(.usage, "'\(other.path)' and '\(path)' are the same file: give each report its own")
        }
        outputs.append(Output(content: content, file: file))
    }

    private static func format<Format: RawRepresentable<String> & CaseIterable>(
        _ written: ByteString,
        _ option: String
    ) throws(CommandError) -> Format {
        let name = written.description
        guard let format = Format(rawValue: name) else {
            throw CommandError(
                .usage,
                "The format '\(name)' is unknown to '--\(option)' (formats: \(names(Format.self)))"
            )
        }
        return format
    }

    private static func names<Format: RawRepresentable<String> & CaseIterable>(_ type: Format.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// Whether nothing is asked for.
    var isEmpty: Bool { outputs.isEmpty }

    /// Whether one of them is written to standard output, so that nothing else may be.
    var takesStandardOutput: Bool { outputs.contains { $0.file == nil } }

    /// Whether a list of proven files is asked for, beside that of `--verbose`.
    var includesManifest: Bool {
        outputs.contains { output in
            guard case .manifest = output.content else { return false }
            return true
        }
    }

    /// Whether what is written to standard output ends with a summary, also that of a run without a verdict.
    var endsWithSummary: Bool {
        outputs.contains { output in
            guard output.file == nil, case .report(.jsonLines) = output.content else { return false }
            return true
        }
    }

    /// Finds out whether the files can be made, so that a long run is not in vain. What is judged and what it is judged
    /// by is never written to.
    ///
    /// - Parameters:
    ///   - archives: The roots of the archive.
    ///   - inputs: The files that are read.
    func check(archives: [ByteString], inputs: [ByteString]) throws(CommandError) {
        for case let file? in outputs.map(\.file) {
            if let input = inputs.first(where: { (try? OutputFile($0, purpose: ""))?.identity == file.identity }) {
                throw CommandError(.usage, "'\(file.path)' is an input, '\(input)': give the report a file of its own")
            }
            if let archive = archives.first(where: { file.liesBelow($0) }) {
                throw CommandError(
                    .usage,
                    "'\(file.path)' lies in the archive '\(archive)', into which nothing is written: give another folder"
                )
            }
        }
        for case let file? in outputs.map(\.file) { try file.checkIsWritable() }
    }

    /// Writes the files; one that fails does not keep the others from being written (I30).
    ///
    /// - Returns: What failed; `nil` when a signal came before they were all in place, and none of them is.
    func writeFiles(
        _ report: ValidationReport,
        _ facts: RunFacts,
        _ interruption: Interruption
    ) -> [CommandError]? {
        var failures: [CommandError] = []
        var finished: [OutputFile] = []
        for output in outputs {
            guard let file = output.file else { continue }
            interruption.discards(file)
            do throws(CommandError) {
                try file.begin()
                try write(output.content, report, facts, to: file.write)
                try file.finish()
                finished.append(file)
            } catch {
                failures.append(error)
                file.discard()
            }
        }
        return interruption.unlessInterrupted {
            for file in finished {
                do throws(CommandError) { try file.putInPlace() } catch { failures.append(error) }
            }
            return failures
        }
    }

    /// Writes what standard output gets.
    func print(_ report: ValidationReport, _ facts: RunFacts, _ console: Console) throws(CommandError) {
        for output in outputs where output.file == nil {
            try write(output.content, report, facts, to: console.write)
        }
    }

    private func write(
        _ content: Content,
        _ report: ValidationReport,
        _ facts: RunFacts,
        to output: ([UInt8]) throws(CommandError) -> Void
    ) throws(CommandError) {
        switch content {
        case .report(let format):
            try format.write(listsFilesInReports ? report : report.withoutProvenFiles, facts) {
                text throws(CommandError) in try output(Array(text.utf8))
            }
        case .manifest(let format): try format.write(report, facts, to: output)
        case .metrics(let previous):
            try MetricsReport(report, facts, previous: previous).write { text throws(CommandError) in
                try output(Array(text.utf8))
            }
        }
    }
}
